//! What this page's person has seen of boards, and how many others have seen this device's edits. Lossy, and never stored.

use super::{Engine, updates::Subscription};
use crate::{
    config::{SEEN_EVERY_MS, SEEN_OTHERS_MAX},
    planted::{self, Bug},
    protocol::{BoardId, Receipt, Revision, Seen},
    sorted::SortedMap,
    time::Timestamp,
};

/// How many others have seen a board, as far as was told: `n` devices, as of the `n`th of these revisions, or later. In one
/// history it only grows; at most [`SEEN_OTHERS_MAX`] are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenBy(Vec<Revision>);

impl SeenBy {
    /// At least so many others have seen what was changed at this revision.
    #[must_use]
    pub fn others(&self, revision: Revision) -> usize {
        self.0.iter().filter(|seen| **seen >= revision).count()
    }

    /// The revisions: the first is the newest that one other has seen, the next the newest that two have, and so on.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.0
    }

    fn note(&mut self, revision: Revision, others: usize) {
        if planted::is(Bug::SeenGoesBack) {
            self.0.clear();
        }
        self.0.resize(self.0.len().max(others), Revision::ZERO);
        for seen in &mut self.0[..others] {
            *seen = revision.max(*seen);
        }
    }
}

/// What is said and told of one board.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    /// What this connection has said last.
    said: (Revision, Revision),
    /// The newest of this device's own edits that was applied.
    own: Revision,
    seen_by: SeenBy,
}

impl Receipts {
    /// The connection has ended, or the subscription: all is said anew.
    pub fn part(&mut self) {
        self.said = (Revision::ZERO, Revision::ZERO);
    }
}

impl Engine {
    /// An edit of this device was applied.
    pub(super) fn applied(&mut self, board: &BoardId, revision: Revision) {
        if let Some(replica) = self.replicas.get_mut(board) {
            replica.receipts.own = replica.receipts.own.max(revision);
        }
    }

    /// Says what was seen, where that is news: at a random moment of the window that the server sizes to its crowd, since all
    /// see a change at once; and at most once in it, or in a second.
    pub(super) fn say_seen(&mut self, now: Timestamp) {
        if self.unsaid().is_empty() {
            self.seen_due = None;
            return;
        }
        if self.seen_due.is_none() {
            let soon = now.plus(self.dice.roll() % (self.window_ms + 1));
            self.seen_due = Some(soon.max(self.seen_free_at));
        }
        if self.seen_due.is_some_and(|due| due <= now) {
            self.probe(now, false);
        }
    }

    /// What goes along with a ping.
    pub(super) fn sight(&mut self, now: Timestamp) -> Option<Seen> {
        let unsaid = self.unsaid();
        if unsaid.is_empty() {
            return None;
        }
        let mut seen = Seen {
            device: self.birth.mark?,
            boards: SortedMap::new(),
        };
        for (board, sight) in unsaid {
            if let Some(replica) = self.replicas.get_mut(&board) {
                replica.receipts.said = sight;
            }
            seen.boards.insert(board, sight);
        }
        (self.seen_due, self.seen_free_at) = (None, now.plus(SEEN_EVERY_MS.max(self.window_ms)));
        Some(seen)
    }

    /// The boards that a person sees as the server has them, otherwise than was said last.
    fn unsaid(&self) -> Vec<(BoardId, (Revision, Revision))> {
        let mut unsaid = Vec::new();
        let is_seen = self.visible || planted::is(Bug::HiddenPageSees);
        if !is_seen || self.birth.mark.is_none() || self.connection.welcome().is_none() {
            return unsaid;
        }
        for (board, replica) in &self.replicas {
            let sight = (replica.cursor.revision, replica.receipts.own);
            if replica.watchers > 0
                && matches!(replica.subscription, Subscription::Live)
                && replica.receipts.said != sight
                && replica.confirmed.has_receipts()
            {
                unsaid.push((board.clone(), sight));
            }
        }
        unsaid
    }

    /// The most that was told counts.
    pub(super) fn receipt(&mut self, receipt: &Receipt) {
        if let Some(replica) = self.replicas.get_mut(&receipt.board) {
            let others = (receipt.others as usize).min(SEEN_OTHERS_MAX);
            replica.receipts.seen_by.note(receipt.revision, others);
        }
    }

    /// How many others have seen a board, as far as this device was told.
    #[must_use]
    pub fn seen_by(&self, board: &BoardId) -> Option<&SeenBy> {
        self.replicas.get(board).map(|replica| &replica.receipts.seen_by)
    }
}
