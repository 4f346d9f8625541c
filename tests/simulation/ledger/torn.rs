//! What may be gone since records of a device were damaged: those, and no more.

use super::*;
use crate::{disk::Torn, plan::is_of_board};

/// What was damaged.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// Devices, and the boards of which they may not have what they had stored.
    boards: BTreeSet<(usize, BoardId)>,
    /// Waiting operations whose records were damaged: who still knew one has written it anew, as one that is asked for before it is shown.
    doubted: HashSet<OperationId>,
    /// Applied operations of which no device knows any more that they were.
    journaled: HashSet<OperationId>,
}

impl Ledger {
    /// A record is damaged.
    pub fn torn(&mut self, device: usize, torn: &Torn) {
        if is_of_board(&torn.key) {
            let board = torn.key.split('/').nth(1).and_then(|board| board.parse().ok());
            self.losses.boards.extend(board.map(|board| (device, board)));
        }
        // What does not say any more of which widget it is holds up nothing of that one's.
        if torn.key.starts_with("outbox/")
            && !torn.says_its_lane()
            && let Some(made) = torn.id().and_then(|id| self.made.get_mut(&id))
        {
            made.left_lane = true;
        }
        if torn.key.starts_with("outbox/") {
            self.losses.doubted.extend(torn.id());
        }
        if torn.key.starts_with("journal/") {
            self.losses.journaled.extend(torn.id());
        }
    }

    /// Whether a device may not have what it had stored of a board: of that it asks anew.
    pub fn may_lack(&self, device: usize, board: &BoardId) -> bool {
        self.losses.boards.contains(&(device, board.clone()))
    }

    /// Whether an operation that waits may be asked for before it is shown.
    pub(super) fn is_doubted(&self, id: OperationId) -> bool {
        self.losses.doubted.contains(&id)
    }

    /// Whether nobody can tell any more that the server had applied an operation.
    pub(super) fn is_out_of_journal(&self, id: OperationId) -> bool {
        self.losses.journaled.contains(&id)
    }

    /// Somebody discards a record that can't be read: what it was is dealt with, and where that was a card, all that was on it. It is
    /// taken back by nobody: what is on its way takes effect when it comes, and what stood behind it waits no longer for that.
    pub fn discards(&mut self, torn: &Torn) {
        self.dealt.extend(torn.id());
        if let Some(made) = torn.id().and_then(|id| self.made.get_mut(&id)) {
            made.left_lane = true;
        }
        if let Some(card) = torn.card() {
            self.dealt.insert(card);
            let joined = self.joined.iter().filter(|(_, joined)| **joined == card);
            self.dealt.extend(joined.map(|(id, _)| *id));
        }
    }

    pub fn lost(&mut self, how: String) {
        self.fail(Failure::Lost(how));
    }
}
