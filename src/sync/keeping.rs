//! What is stored, and when: one storage transaction at a time, each of which says what it believes is stored.

use std::collections::VecDeque;

use super::{
    Conflict, Effect, Engine, Notice, SetAside,
    claims::Claim,
    elsewhere::Waiting,
    optimistic::is_shown,
    outbox::Pending,
    settling::Settling,
    storage::{Journaled, Outcome, StorageError, Transaction, conflict_key, fingerprint, generation_key, text},
    turns::{Turn, Way},
    unread::Unread,
    updates::Replica,
};
use crate::{
    config::{CACHE_WRITE_MS, KEPT_LEN_MAX, REREAD_MS, RETRY_MS, RETRY_MS_MAX},
    planted::{self, Bug},
    protocol::{BoardId, OperationId},
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

/// Transactions one after the other that are not of what is stored, after which that is said as a fault of the storage: two tabs that
/// write busily meet a few, and no more.
const STALE_LEN_MAX: u32 = 8;

/// The books of what is stored.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// What the storage is busy with; nothing else is asked of it meanwhile.
    pub busy: Option<Busy>,
    /// Another tab may have written: read again.
    pub reread: bool,
    reread_at: Timestamp,
    /// Whether what is stored was read since the server's process was met.
    pub met: Met,
    /// There may be no later: what is known is stored as soon as it can be.
    pub hurry: bool,
    /// Number of the last operation in the outbox that this device knows.
    pub high: u64,
    /// What names all that is stored, as it was read or written last.
    pub filling: Option<String>,
    /// How often the storage was cleared under this tab.
    pub clearings: u64,
    /// Boards with something to store at once.
    pub due: SortedSet<BoardId>,
    /// Operations on their way out of the outbox without a verdict.
    pub moved: SortedMap<OperationId, SetAside>,
    /// Records to delete, by the board they belong to.
    pub dropped: Vec<(BoardId, String)>,
    /// One's own operations that a broken history has forgotten, and that are not stored as such yet.
    pub forgotten: SortedMap<OperationId, SetAside>,
    /// Conflicts of this person that were put away here, the newest last: they can wait again.
    pub dismissed: VecDeque<OperationId>,
    /// Those that wait again, since their decisions were undone, and that are not stored as such yet.
    pub reopened: Vec<OperationId>,
    /// Conflicts that nobody is on the other side of any more, with their boards.
    pub alone: Vec<(BoardId, OperationId)>,
    /// One's own operations that were applied, by their numbers in the outbox; and those that were undone before they were decided.
    pub journal: SortedMap<u64, Journaled>,
    /// Another tab has settled operations since the journal was read.
    pub journal_is_old: bool,
    /// Presses of undo and redo that wait until it was read.
    pub turns: Vec<Way>,
    /// Operations that were undone here while another tab settled them: they are in it, and to be forgotten.
    pub spent: Vec<OperationId>,
    /// Conflicts whose decisions were undone while another tab settled them: as soon as it was read what that has stored.
    pub unresolved: Vec<Conflict>,
    /// Operations that were undone here while another tab settled them: reversed then, if they are in it. With their turns.
    pub undone: Vec<(OperationId, Turn)>,
    /// What of what is not stored yet turns which operations round.
    pub claims: Vec<Claim>,
    /// Edits of this tab that another one has settled: what came of them is to be told.
    pub untold: SortedSet<OperationId>,
    /// Conflicts that this tab listed, and that another one has decided: how is to be told.
    pub decided: Vec<Conflict>,
    /// Tells the stored texts of conflicts and set-aside operations as they were read last.
    pub texts: SortedMap<OperationId, u64>,
    /// A board whose confirmed state makes room for what has none, next of all.
    pub makes_room: Option<BoardId>,
    /// Records of this person's that can't be read.
    pub unread: Vec<Unread>,
    /// Records that are to go as they are: discarded ones of those, and what is stored of a board where that can't be read.
    pub unfit: Vec<(String, String)>,
    /// A copy of the server's state did not fit: none is stored before this.
    pub copies_at: Timestamp,
    /// Why the last transaction failed.
    unstored: Option<StorageError>,
    /// Why the last reading failed.
    unloaded: Option<StorageError>,
    /// How many transactions one after the other were not of what is stored.
    stale: u32,
    /// Why this device could not note under whose name it works, and when it tries again.
    pub unnoted: Option<(StorageError, Timestamp)>,
    retry_at: Timestamp,
}

impl Keeping {
    /// Why the storage can't be used at the moment.
    pub fn fault(&self) -> Option<StorageError> {
        self.unstored.or(self.unloaded).or(self.unnoted.map(|(error, _)| error))
    }

    /// Whether the device refuses what it is given: what is made now could not be kept.
    pub fn is_full(&self) -> bool {
        self.unstored == Some(StorageError::Full)
    }

    /// Whether nothing is under way, was refused, or found something else stored and is to be tried again.
    pub fn is_done(&self) -> bool {
        self.busy.is_none() && self.fault().is_none() && self.stale == 0
    }

    /// Whatever waits for its time is done now, and what other tabs have stored is read.
    pub fn now(&mut self, now: Timestamp) {
        (self.reread, self.retry_at) = (true, now);
    }

    /// Notes a conflict as put away, by the operation on its card. Nobody goes back very far: no more of them are kept than may wait.
    pub fn put_away(&mut self, id: OperationId) {
        self.dismissed.push_back(id);
        if self.dismissed.len() > KEPT_LEN_MAX {
            self.dismissed.pop_front();
        }
    }

    /// Whether a conflict was put away, and is so no more.
    pub fn takes_out(&mut self, id: OperationId) -> bool {
        let place = self.dismissed.iter().rposition(|dismissed| *dismissed == id);
        place.and_then(|place| self.dismissed.remove(place)).is_some()
    }

    /// Also for room: a board is let go by who knows that nothing in the journal is on it.
    fn wants_journal(&self) -> bool {
        (self.journal_is_old && self.is_full())
            || !self.turns.is_empty()
            || !self.spent.is_empty()
            || !self.undone.is_empty()
            || !self.unresolved.is_empty()
            || !self.untold.is_empty()
            || !self.decided.is_empty()
            || self.claims.iter().any(Claim::is_open)
    }
}

/// Whether what is stored was read since the server's process was met. A server that was restarted may have an older backup, and
/// what it has forgotten by that is sent again only when a person asks: another tab may have stored which those are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Met {
    /// It was; or it can't be, and then this device's own memory is all there is.
    #[default]
    Read,
    /// It has to be, before anything is sent.
    Unread,
    /// It is being read.
    Reading,
}

#[derive(Debug)]
pub(super) enum Busy {
    Loading,
    /// Operations, and conflicts that wait again.
    Appending(Vec<OperationId>, Vec<OperationId>),
    Settling(Box<Settling>),
    /// The confirmed state of a board goes, to make room.
    Evicting(BoardId),
    /// A record that can't be read goes.
    Mending,
    /// What waits for another server is discarded.
    Discarding(Box<Waiting>),
}

impl Engine {
    /// Asks for the next transaction, if one is due and none is under way.
    pub(super) fn keep(&mut self, now: Timestamp) {
        let Some(namespace) = self.namespace.clone() else {
            return;
        };
        if self.left.is_some() || self.keeping.busy.is_some() || now < self.keeping.retry_at {
            return;
        }
        self.note_again(now);
        let periodic = self.rereads() && now >= self.keeping.reread_at;
        let all = !self.loaded || self.keeping.wants_journal();
        if all || self.keeping.reread || periodic {
            (self.keeping.reread, self.keeping.reread_at) = (false, now.plus(REREAD_MS));
            if periodic && !self.elsewhere.is_empty() {
                self.elsewhere.read_again();
            }
            self.keeping.busy = Some(Busy::Loading);
            if self.keeping.met == Met::Unread {
                self.keeping.met = Met::Reading;
            }
            // What is settled for a board whose history broke says what of the journal is forgotten.
            let broken = self.replicas.values().any(|replica| replica.lowered);
            self.effects.push_back(Effect::Load {
                namespace,
                widgets: broken || all,
            });
            return;
        }
        if self.discard_next_elsewhere() {
            return; // that makes room
        }
        let transaction = self.evict().or_else(|| self.mend());
        let transaction = if planted::is(Bug::AsideGoesFirst) {
            transaction.or_else(|| self.settle(now)).or_else(|| self.append())
        } else {
            transaction.or_else(|| self.append()).or_else(|| self.settle(now))
        };
        if let Some(mut transaction) = transaction {
            self.name_filling(&mut transaction);
            self.effects.push_back(Effect::Commit { namespace, transaction });
        } else {
            // Nothing waits any more for what was refused.
            (self.keeping.hurry, self.keeping.unstored, self.keeping.stale) = (false, None, 0);
        }
    }

    /// Whether all that this device knows is stored, so that it could end now and know it again.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        let clean = |replica: &Replica| replica.dirty_since.is_none() && !replica.lowered;
        self.left.is_none()
            && !matches!(
                self.keeping.busy,
                Some(Busy::Appending(..) | Busy::Settling(_) | Busy::Evicting(_) | Busy::Mending | Busy::Discarding(_))
            )
            && !self.elsewhere.is_discarding()
            && self
                .outbox
                .iter()
                .all(|pending| pending.number.is_some() && !pending.dirty)
            && self.replicas.values().all(clean)
            && self.keeping.reopened.is_empty()
            && self.keeping.dropped.is_empty()
            && self.keeping.unfit.is_empty()
            && self.drafts.len() == 0
    }

    /// Whether news in the storage is looked for from time to time: a broadcast may be missed by who sends for others,
    /// and by who waits for another to send.
    fn rereads(&self) -> bool {
        self.loaded && (self.leading || !self.outbox.is_empty())
    }

    /// The next time [`Engine::keep`] may have something to do.
    pub(super) fn keeping_wakeup(&self) -> Option<Timestamp> {
        if let Some(left) = &self.left {
            return left.keeping_wakeup();
        }
        if self.namespace.is_none() || self.keeping.busy.is_some() {
            return None;
        }
        let work = self
            .outbox
            .iter()
            .next_back()
            .is_some_and(|pending| pending.number.is_none())
            || !self.keeping.due.is_empty()
            || !self.keeping.unfit.is_empty()
            || self.keeping.reread
            || self.keeping.wants_journal()
            || !self.loaded;
        let cache = self
            .replicas
            .values()
            .filter_map(|replica| replica.dirty_since)
            .min()
            .map(|since| since.plus(self.cache_write_ms()).max(self.keeping.copies_at));
        let retry =
            ((self.keeping.fault().is_some() || self.keeping.stale > 0) && work).then_some(self.keeping.retry_at);
        let reread = self.rereads().then_some(self.keeping.reread_at);
        let note = self.keeping.unnoted.map(|(_, at)| at);
        [cache, retry, reread, note]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(self.keeping.retry_at))
    }

    /// The sender stores for all; the others only what it leaves, so that they don't write the same twice.
    pub(super) const fn cache_write_ms(&self) -> u64 {
        if self.keeping.hurry {
            0
        } else if self.leading {
            CACHE_WRITE_MS
        } else {
            3 * CACHE_WRITE_MS
        }
    }

    fn append(&mut self) -> Option<Transaction> {
        let unsaved: Vec<&Pending> = self.outbox.iter().filter(|pending| pending.number.is_none()).collect();
        if unsaved.is_empty() {
            return None;
        }
        let boards: SortedSet<BoardId> = unsaved.iter().map(|pending| pending.operation.board.clone()).collect();
        // After a history break an operation is moved to the new history first.
        let generation = |board: BoardId| (generation_key(&board), self.generation_of(&board));
        let expect = boards.into_iter().map(generation).collect();
        let append: Vec<String> = unsaved.iter().map(|pending| text(&pending.stored())).collect();
        let ids: Vec<OperationId> = unsaved.iter().map(|pending| pending.operation.id).collect();
        for (id, text) in ids.iter().zip(&append) {
            if let Some(pending) = self.outbox.get_mut(*id) {
                (pending.dirty, pending.text) = (false, Some(fingerprint(text)));
            }
        }
        // That a conflict waits again is stored with what undoes its decision: without the one the other is half of it.
        let reopened = std::mem::take(&mut self.keeping.reopened);
        let conflicts = reopened.iter().filter_map(|id| self.conflicts.get(id));
        let put = conflicts
            .map(|conflict| (conflict_key(conflict.id()), text(conflict)))
            .collect();
        self.keeping.busy = Some(Busy::Appending(ids, reopened));
        let mut transaction = Transaction {
            expect,
            append,
            put,
            ..Transaction::default()
        };
        self.stake_claims(&mut transaction);
        Some(transaction)
    }

    pub(super) fn committed(&mut self, now: Timestamp, outcome: Outcome) {
        let Some(busy) = self.keeping.busy.take_if(|busy| !matches!(busy, Busy::Loading)) else {
            return;
        };
        if let Busy::Discarding(discarded) = busy {
            return self.discarded_elsewhere(*discarded, &outcome);
        }
        if let Outcome::Done { .. } = outcome
            && self.keeping.filling.is_none()
        {
            self.keeping.filling = Some(self.new_filling());
        }
        match (outcome, busy) {
            (Outcome::Done { first }, Busy::Appending(ids, _)) => self.appended(first, &ids),
            (Outcome::Done { first }, Busy::Settling(settling)) => self.settled(now, first, *settling),
            (Outcome::Done { .. }, Busy::Evicting(board)) => {
                self.evicted(now, &board);
                return;
            }
            (Outcome::Done { .. }, Busy::Mending) => self.mended(now),
            (Outcome::Done { .. }, Busy::Loading | Busy::Discarding(_)) => {}
            (outcome, busy) => {
                // A device that lets nothing go is full. A copy that does not fit stops nothing that does.
                let was_evicting = matches!(busy, Busy::Evicting(_));
                let was_copy = matches!(&busy, Busy::Settling(settling) if settling.is_copy());
                let is_mending = matches!(busy, Busy::Mending);
                match busy {
                    Busy::Settling(settling) => self.not_settled(*settling),
                    Busy::Appending(_, reopened) => self.keeping.reopened.extend(reopened),
                    Busy::Evicting(_) | Busy::Mending | Busy::Loading | Busy::Discarding(_) => {}
                }
                match outcome {
                    Outcome::Failed(StorageError::Full) if was_copy => {
                        self.keeping.copies_at = now.plus(RETRY_MS_MAX / 10);
                    }
                    Outcome::Failed(StorageError::Full) if !was_evicting && self.makes_room() => {}
                    Outcome::Failed(error) => {
                        let known = self.keeping.fault();
                        self.keeping.unstored = Some(error);
                        self.storage_failed(now, known, error);
                    }
                    _ => {
                        self.keeping.reread = true;
                        self.reopen_claims();
                        self.was_stale(now, is_mending);
                    }
                }
                return;
            }
        }
        (self.keeping.unstored, self.keeping.stale) = (None, 0);
        if let Some((_, at)) = &mut self.keeping.unnoted {
            *at = now; // it may work now
        }
    }

    /// What is stored is not what this tab believed. Another one may write as busily; or no reading mends that, and then it is tried
    /// ever more seldom, and said.
    fn was_stale(&mut self, now: Timestamp, is_mending: bool) {
        if is_mending {
            self.keeping.unfit.remove(0); // it is another record by now
        }
        self.keeping.stale += 1;
        let stale = self.keeping.stale;
        if stale >= STALE_LEN_MAX {
            let known = self.keeping.fault();
            self.keeping.unstored = Some(StorageError::Broken);
            self.storage_failed(now, known, StorageError::Broken);
        } else if stale > STALE_LEN_MAX / 2 {
            self.keeping.retry_at = now.plus(RETRY_MS << (stale - STALE_LEN_MAX / 2));
        }
    }

    /// Whether the note for the next start was written. While it is not, a start without a network would not find what is stored.
    pub(super) fn remembered(&mut self, now: Timestamp, outcome: Result<(), StorageError>) {
        let known = self.keeping.fault();
        let error = outcome.err().filter(|_| self.namespace.is_some());
        self.keeping.unnoted = error.map(|error| (error, now.plus(RETRY_MS_MAX / 10)));
        self.say_fault(known, error);
    }

    fn note_again(&mut self, now: Timestamp) {
        let Some((_, at)) = &mut self.keeping.unnoted else {
            return;
        };
        if now >= *at
            && let Some(namespace) = self.namespace.clone()
        {
            *at = now.plus(RETRY_MS_MAX / 10);
            let note = self.note(namespace.clone());
            self.effects.push_back(Effect::Remember(namespace, note));
        }
    }

    /// What is stored was read, or could not be: then it is read again later.
    pub(super) fn was_read(&mut self, now: Timestamp, outcome: Result<(), StorageError>) {
        if matches!(self.keeping.busy, Some(Busy::Loading)) {
            self.keeping.busy = None;
        }
        self.keeping.reread_at = now.plus(REREAD_MS);
        let known = self.keeping.fault();
        self.keeping.unloaded = outcome.err();
        if let Err(error) = outcome {
            self.keeping.reread = true;
            self.keeping.met = Met::Read;
            self.storage_failed(now, known, error);
        }
    }

    fn storage_failed(&mut self, now: Timestamp, known: Option<StorageError>, error: StorageError) {
        self.keeping.retry_at = now.plus((RETRY_MS_MAX / 10).max(1));
        self.say_fault(known, Some(error));
    }

    fn say_fault(&mut self, known: Option<StorageError>, error: Option<StorageError>) {
        if let Some(error) = error.filter(|_| known != error) {
            self.notice(Notice::Trouble {
                message: error.says().to_owned(),
            });
        }
    }

    pub(super) fn appended(&mut self, first: u64, ids: &[OperationId]) {
        for (number, id) in (first..).zip(ids) {
            self.outbox.saved(*id, number);
            self.fold(*id);
            if let Some(pending) = self.outbox.get(*id)
                && (pending.dirty || pending.verdict.is_some())
            {
                self.keeping.due.insert(pending.operation.board.clone());
            }
        }
        self.settle_claims(first, ids);
        if first == self.keeping.high + 1 {
            self.keeping.high += ids.len() as u64;
        } else {
            self.keeping.reread = true; // another tab has appended in between
        }
        self.effects.push_back(Effect::Broadcast);
    }

    /// Whether an operation is laid over what is confirmed.
    #[must_use]
    pub fn is_shown(&self, id: OperationId) -> bool {
        let Some(pending) = self.outbox.get(id) else {
            return false;
        };
        self.replicas
            .get(&pending.operation.board)
            .is_some_and(|replica| is_shown(pending, replica.cursor.revision) && self.is_timely(pending))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ClientId;

    #[test]
    fn of_many_conflicts_that_were_put_away_the_oldest_is_forgotten_first() {
        let id = |sequence| OperationId {
            client: ClientId(1),
            sequence,
        };
        let (mut keeping, last) = (Keeping::default(), KEPT_LEN_MAX as u64 + 1);
        (1..=last).for_each(|sequence| keeping.put_away(id(sequence)));
        assert!(!keeping.takes_out(id(1)));
        for sequence in [2, last] {
            assert!(keeping.takes_out(id(sequence)), "{sequence}");
            assert!(!keeping.takes_out(id(sequence)), "once");
        }
    }
}
