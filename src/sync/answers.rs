//! What the server says of single operations: verdicts, and what is none.

use super::{
    Connection, Engine, Notice, SetAside, SetAsideReason,
    outbox::{Fate, Pending, Waiting},
    turns::Why,
    updates::Subscription,
};
use crate::{
    config::{RETRY_MS, RETRY_MS_MAX},
    protocol::{Answer, Answered, Base, Intent, Operation, OperationId, Rejection, Revision, Verdict},
    time::Timestamp,
};

/// Taken back without the server's row.
const NEVER: Verdict = Verdict::Withdrawn {
    revision: Revision::ZERO,
};

impl Engine {
    /// A change by one of this device's own operations: it was applied, whoever sent it. Its verdict says the rest.
    pub(super) fn seen(&mut self, id: OperationId, revision: Revision) {
        if let Some(pending) = self.outbox.get_mut(id) {
            (pending.applied_at, pending.fate) = (Some(revision), Fate::Known);
            let board = pending.operation.board.clone();
            self.applied(&board, revision);
        }
    }

    pub(super) fn decided(&mut self, now: Timestamp, id: OperationId, verdict: Verdict) {
        if !verdict.is_applied() {
            self.make_drafts_over(now, id);
        }
        let known = self.outbox.get(id);
        let Some((board, why)) = known.map(|pending| (pending.operation.board.clone(), pending.why)) else {
            return;
        };
        if !self.outbox.decide(id, verdict.clone()) {
            return;
        }
        if let Verdict::Applied { revision, .. } = &verdict {
            self.applied(&board, *revision);
        }
        self.keeping.due.insert(board);
        self.counters.verdicts += 1;
        self.notice(match verdict {
            // Its author took nothing back: its time was up.
            Verdict::Withdrawn { .. } if why == Why::Late => Notice::SetAside {
                id,
                reason: SetAsideReason::Expired,
            },
            verdict => Notice::Decided { id, verdict },
        });
    }

    /// What came of operations. Where their board is asked for anew that goes together with the state that it is of: another tab may have stored one
    /// by a server that this connection's has not heard of.
    pub(super) fn verdicts(&mut self, now: Timestamp, items: Vec<Answered>) {
        for Answered { id, answer } in items {
            let board = self.outbox.get(id).map(|pending| &pending.operation.board);
            let replica = board.and_then(|board| self.replicas.get_mut(board));
            let asked = replica.filter(|replica| matches!(replica.subscription, Subscription::Asked { .. }));
            match (asked, answer) {
                (Some(replica), Answer::Verdict { verdict, duplicate }) => {
                    self.counters.duplicates += u64::from(duplicate);
                    replica.early.push((id, verdict));
                }
                (_, answer) => self.answered(now, Answered { id, answer }),
            }
        }
    }

    pub(super) fn answered(&mut self, now: Timestamp, Answered { id, answer }: Answered) {
        match answer {
            Answer::Verdict { verdict, duplicate } => {
                self.counters.duplicates += u64::from(duplicate);
                self.decided(now, id, verdict);
            }
            Answer::Hold if self.rests_on_nothing(id) => {}
            Answer::Hold => self.put_off(now, id, 0, "Waits for an earlier edit of the same widget."),
            Answer::Retry { after_ms, reason } => self.put_off(now, id, after_ms, &reason),
            Answer::TooOld { .. } => self.too_old(now, id),
            Answer::NotYours => self.set_aside(now, id, SetAsideReason::NotYours),
            // What may not be sent can't take effect: nothing is left to fence.
            Answer::ReadOnly if self.outbox.get(id).is_some_and(|pending| pending.withdrawing) => {
                self.decided(now, id, NEVER);
            }
            Answer::ReadOnly => self.set_aside(now, id, SetAsideReason::Rejected(Rejection::ReadOnly)),
            Answer::History => self.of_another_history(now, id),
        }
    }

    /// The server knows no more of it. A change that came by may have told all the same that it was applied.
    fn too_old(&mut self, now: Timestamp, id: OperationId) {
        match self.outbox.get(id).and_then(|pending| pending.applied_at) {
            Some(revision) => self.decided(
                now,
                id,
                Verdict::Applied {
                    revision,
                    verbatim: false,
                    overwrote: None,
                },
            ),
            // The later one, which is sent in its place, says what its author wants now.
            None if self.outbox.get(id).is_some_and(Pending::is_folded) => self.decided(now, id, NEVER),
            None => self.set_aside(now, id, SetAsideReason::TooOld),
        }
    }

    /// The server does not find where an operation was made in its history: it is moved to where the two histories part.
    /// Where it is there already, the server itself is not the one that was greeted.
    fn of_another_history(&mut self, now: Timestamp, id: OperationId) {
        let Some(pending) = self.outbox.get_mut(id) else { return };
        pending.sent = false;
        // Another tab has moved and sent it, and the change that it made is here already: its row says the rest.
        let is_here = pending.applied_at.is_some();
        if !is_here && !self.bring_home(id) && matches!(self.connection, Connection::Live { .. }) {
            self.lost(now, None);
        }
    }

    /// Moves it, where this board is as the server has it now. Answers whether it was moved.
    pub(super) fn bring_home(&mut self, id: OperationId) -> bool {
        let Some(pending) = self.outbox.get_mut(id) else {
            return false;
        };
        let (made_at, board) = (pending.operation.made_at, pending.operation.board.clone());
        let Some(replica) = self
            .replicas
            .get(&board)
            .filter(|replica| matches!(replica.subscription, Subscription::Live))
        else {
            return false;
        };
        let home = replica.history.home(made_at, replica.cursor.revision);
        let strayed = home != made_at && home.revision <= made_at.revision;
        if strayed {
            pending.lower(home);
            pending.put_at(home);
            self.keeping.due.insert(board);
        }
        strayed
    }

    /// An operation that waits for one which nobody will send, or which was sent again and waits for it itself: a history that is no more
    /// had the row of its base. It has seen nothing then, which asks rather than overwrites. Answers whether that was so.
    fn rests_on_nothing(&mut self, id: OperationId) -> bool {
        let Some(pending) = self.outbox.get(id) else {
            return false;
        };
        let removal = match pending.operation.intent {
            Intent::Restore { removal } => Some(removal),
            _ => None,
        };
        let Some(Base::Operation(based_on)) = removal.or(pending.operation.base) else {
            return false;
        };
        if pending.base.is_some() || self.outbox.is_before(based_on, id) || self.outbox.after(pending).is_some() {
            return false;
        }
        let board = pending.operation.board.clone();
        if self.outbox.get(based_on).is_none() {
            self.outbox.rebase(based_on, Revision::ZERO);
        }
        if let Some(pending) = self.outbox.get_mut(id) {
            (pending.sent, pending.base, pending.dirty) = (false, Some(Revision::ZERO), true);
            if removal.is_some() {
                pending.restores_nothing();
            }
        }
        self.keeping.due.insert(board);
        true
    }

    fn put_off(&mut self, now: Timestamp, id: OperationId, after_ms: u64, reason: &str) {
        let Some(pending) = self.outbox.get_mut(id) else { return };
        pending.sent = false;
        let attempts = pending.waiting.as_ref().map_or(0, |waiting| waiting.attempts) + 1;
        let delay = (RETRY_MS << attempts.min(10)).min(RETRY_MS_MAX);
        // Each waits a little differently, so that a thousand that were put off together don't come back together; and none
        // comes back before it was asked to.
        let least = after_ms.max(delay / 2);
        let retry_at = now.plus(least).plus(self.dice.roll() % (delay / 2 + 1));
        pending.waiting = Some(Waiting {
            attempts,
            retry_at,
            not_before: now.plus(after_ms),
            reason: reason.to_owned(),
        });
    }

    /// Takes an operation out of its lane without a verdict: a person decides.
    pub(super) fn set_aside(&mut self, now: Timestamp, id: OperationId, reason: SetAsideReason) {
        self.make_drafts_over(now, id);
        let Some(pending) = self.outbox.get(id) else { return };
        let aside = SetAside {
            operation: Operation::clone(&pending.operation),
            reason: reason.clone(),
            made_at_ms: pending.made_at_ms,
        };
        self.outbox.pass_on_base(id);
        self.keeping.due.insert(aside.operation.board.clone());
        self.keeping.moved.insert(id, aside);
        self.notice(Notice::SetAside { id, reason });
    }
}
