//! Broken histories: what becomes of pending operations, and of what was applied, when the server's history is another one.

use super::{
    Engine, Notice, SetAside, SetAsideReason,
    outbox::Pending,
    receipts::Receipts,
    storage::{Journaled, Meta},
    updates::NOWHERE,
};
use crate::{
    planted::{self, Bug},
    protocol::{Base, BoardId, Revision, Subscribed},
};

impl Engine {
    /// Moves operations of a board that were made in a history which is no more to where it left this one: another
    /// tab may have stored them after this one had seen the break.
    pub(super) fn call_home(&mut self, board: &BoardId) {
        let Some(replica) = self.replicas.get(board) else {
            return;
        };
        for pending in self
            .outbox
            .iter_mut()
            .filter(|pending| pending.operation.board == *board)
        {
            if replica.call_home(pending) {
                self.keeping.due.insert(board.clone());
            }
        }
    }

    /// Gives operations based on one that was set aside what that one had seen: the server has no row to tell by.
    pub(super) fn mend_bases(&mut self, board: &BoardId) {
        for pending in self
            .outbox
            .iter_mut()
            .filter(|pending| pending.operation.board == *board && pending.verdict.is_none() && pending.base.is_none())
        {
            let Some(Base::Operation(based_on)) = pending.operation.base else {
                continue;
            };
            let Some(aside) = self.aside.get(&based_on) else {
                continue;
            };
            // Of one that rests on yet another, which is gone as well, nothing was seen: it asks, rather than overwrites.
            pending.base = Some(aside.operation.seen().min(pending.operation.made_at.revision));
            pending.dirty = true;
            self.keeping.due.insert(board.clone());
        }
    }

    /// The server's history is another one since `fork`: pending operations move to what both share, and what was
    /// applied since then is shown as forgotten.
    pub(super) fn break_history(&mut self, answer: &Subscribed, fork: Revision) {
        let to = answer.history.cursor(fork);
        self.look_under(&answer.board, fork);
        for pending in self
            .outbox
            .iter_mut()
            .filter(|pending| pending.operation.board == answer.board)
        {
            pending.move_to(to, |made_at| answer.history.contains(made_at, answer.at.revision));
        }
        self.mend_bases(&answer.board);
        self.leave_history(&answer.board, fork);
        // Other tabs may have journaled what is forgotten now.
        self.keeping.reread = true;
        self.counters.history_breaks += 1;
    }

    /// What rests on one's own edits beyond a fork, which are no more, has seen what these had: what was confirmed when it was made
    /// may have come under them, and was on no screen.
    pub(super) fn look_under(&mut self, board: &BoardId, fork: Revision) {
        let beyond = self.beyond(board, fork);
        let of_board = |pending: &&mut Pending| pending.operation.board == *board;
        for pending in self.outbox.iter_mut().filter(of_board) {
            if let (Some(base), _) | (None, Some(Base::Revision(base))) = (pending.base, pending.operation.base) {
                let seen = seen_before(&beyond, base);
                pending.base = if seen == base { pending.base } else { Some(seen) };
            }
        }
    }

    /// One's own edits beyond a fork: the revisions at which they were applied, and those that they had seen.
    fn beyond(&self, board: &BoardId, fork: Revision) -> Vec<(Revision, Revision)> {
        let mut beyond = Vec::new();
        for journaled in self.keeping.journal.values() {
            if journaled.is_beyond(board, fork) {
                beyond.push((journaled.verdict.revision(), journaled.operation.seen()));
            }
        }
        beyond
    }

    /// The state is of another history, or may be: it is stored at once, over what is stored of the one before. What comes from
    /// the storage until then would lead back there.
    pub(super) fn leave_history(&mut self, board: &BoardId, fork: Revision) {
        if let Some(replica) = self.replicas.get_mut(board) {
            // One that broke before, and is not stored yet, has forgotten what was beyond its own fork.
            let unstored = if replica.lowered { replica.broken_at } else { NOWHERE };
            replica.generation += 1;
            replica.receipts = Receipts::default();
            (replica.lowered, replica.broken_at) = (true, fork.min(unstored));
        }
        self.forget_moved(board);
        self.keeping.due.insert(board.clone());
    }

    /// Another tab has followed a history that this one has left because nobody could tell whether it was still that: it was. What that one
    /// has stored knows of each operation beside it that it does not contain it, and nothing of this is put in doubt.
    pub(super) fn rejoin_history(&mut self, board: &BoardId, meta: &Meta) {
        let Some(replica) = self.replicas.get_mut(board).filter(|replica| replica.rejoins(meta)) else {
            return;
        };
        (replica.generation, replica.lowered) = (meta.generation, false);
        let is_stored = |pending: &&mut Pending| pending.operation.board == *board && pending.number.is_some();
        for pending in self.outbox.iter_mut().filter(is_stored) {
            // As its record says, which is read again.
            (pending.again, pending.text) = (false, None);
        }
    }

    /// What was on its way out of the outbox without a verdict was so by the word of a history that is no more: this one may know
    /// better, and other tabs send it here.
    pub(super) fn forget_moved(&mut self, board: &BoardId) {
        self.keeping.moved.retain(|_, aside| aside.operation.board != *board);
    }

    /// Shows as forgotten what was applied beyond a fork.
    pub(super) fn forget_beyond(&mut self, board: &BoardId, fork: Revision) {
        let beyond = self.beyond(board, fork);
        let lost: Vec<(u64, Journaled)> = self
            .keeping
            .journal
            .extract_if(|_, journaled| journaled.is_beyond(board, fork))
            .collect();
        for (number, journaled) in lost {
            self.keeping.dropped.push((board.clone(), journaled.key(number)));
            let Journaled {
                mut operation,
                made_at_ms,
                turn,
                ..
            } = journaled;
            if turn.is_idle_since(fork) {
                // It went together with what it had turned round: there is nothing to send again.
                continue;
            }
            if let Some(Base::Revision(base)) = &mut operation.base {
                *base = seen_before(&beyond, *base);
            }
            let (id, reason) = (operation.id, SetAsideReason::Forgotten);
            if planted::is(Bug::ForgottenSentAgain) {
                self.outbox.insert(Pending::new(operation.clone()));
            }
            let aside = SetAside {
                operation,
                reason,
                made_at_ms,
            };
            self.keeping.forgotten.insert(id, aside.clone());
            self.aside.insert(id, aside);
            self.keeping.untold.remove(&id); // it is told here
            let reason = SetAsideReason::Forgotten;
            self.notice(Notice::SetAside { id, reason });
        }
    }
}

/// What had been seen before any of these.
fn seen_before(beyond: &[(Revision, Revision)], mut seen: Revision) -> Revision {
    while let Some((_, before)) = beyond.iter().find(|(at, before)| *at == seen && before < at) {
        seen = *before;
    }
    seen
}
