//! Undo: an operation that nobody has decided yet is taken back, an applied one is answered by its inverse. Either is a
//! new wish beside the old one, never a rewrite; and it is not forgotten when the answer was on its way already.

use super::{
    CommandError, Conflict, Engine, Notice,
    commands::Seen,
    outbox::{Pending, Why},
    storage::{Journaled, journal_key},
};
use crate::{
    config::{JOURNAL_LEN_MAX, UNDO_TTL_MS},
    protocol::{Base, Intent, Operation, OperationId, Value, Verdict},
    time::Timestamp,
};

/// Where an edit stands, for undoing.
enum Standing {
    /// Nobody has decided it.
    Undecided,
    /// It took effect.
    Applied(Box<Journaled>),
    /// It is taken back already, or did not take effect as far as is known.
    Open,
    /// It took no effect, or nobody remembers it; or another tab does.
    Gone,
}

impl Engine {
    /// Puts an edit where the next undo finds it; no more of them than are remembered when they were applied.
    pub(super) fn can_be_undone(&mut self, id: OperationId) {
        self.undo.push_back(id);
        if self.undo.len() > JOURNAL_LEN_MAX {
            self.undo.pop_front();
        }
    }

    pub(super) fn undo(&mut self, now: Timestamp) -> Result<(), CommandError> {
        // The newest edit may be one that is only shown yet.
        self.make_drafts(now, &|_| true);
        for place in (0..self.undo.len()).rev() {
            let id = self.undo[place];
            let undone = match self.standing(id) {
                Standing::Undecided => {
                    self.withdraw(id, Why::Undone);
                    Ok(())
                }
                Standing::Applied(journaled) => self.reverse(now, &journaled).map(|_| self.forget_journaled(id)),
                Standing::Open => continue,
                Standing::Gone if self.keeping.journal_is_old => {
                    // Another tab knows what came of it.
                    self.keeping.undos += 1;
                    return Ok(());
                }
                Standing::Gone => {
                    self.undo.remove(place);
                    continue;
                }
            };
            if !undone.as_ref().is_err_and(CommandError::passes) {
                self.undo.remove(place);
            }
            return undone;
        }
        Err(CommandError::NothingToUndo)
    }

    /// Undoes the operation by which a conflict was decided, which is asked anew.
    pub(super) fn undo_decision(&mut self, now: Timestamp, mut conflict: Conflict) -> Result<(), CommandError> {
        let Some(id) = self.decision_of(conflict.id()).map(|decision| decision.id) else {
            if !self.keeping.journal_is_old {
                return Err(CommandError::Unknown);
            }
            self.keeping.unresolved.push(conflict);
            return Ok(());
        };
        match self.standing(id) {
            // It still is in the outbox, and its conflict is open as long as it is taken back.
            Standing::Undecided | Standing::Applied(_) if self.outbox.get(id).is_some() => {
                self.take_back(id, Why::Undone);
            }
            Standing::Applied(journaled) => {
                // Where somebody has written since, that is what is chosen from.
                if self.stands(&journaled) {
                    self.reverse(now, &journaled)?;
                    conflict.theirs.revision = journaled.verdict.revision();
                }
                self.forget_journaled(id);
                self.reopen(conflict);
            }
            _ => return Err(CommandError::Unknown),
        }
        if let Some(place) = self.undo.iter().rposition(|undone| *undone == id) {
            self.undo.remove(place);
        }
        Ok(())
    }

    /// Whether what an operation wrote is still there, under nothing else.
    fn stands(&self, journaled: &Journaled) -> bool {
        let operation = &journaled.operation;
        let Intent::Set { field, .. } = &operation.intent else {
            return true; // what was added is in there
        };
        let shown = self.shown_widget(&operation.board, &operation.widget);
        let is_here = shown
            .widget(&operation.widget)
            .is_some_and(|widget| widget.removed.is_none());
        is_here
            && match shown.base(&operation.widget, field) {
                Some(Base::Operation(id)) => id == operation.id,
                Some(Base::Revision(revision)) => revision <= journaled.verdict.revision(),
                None => false,
            }
    }

    /// The operation by which a conflict was decided, as far as is known here; none where theirs was kept.
    pub(super) fn decision_of(&self, conflict: OperationId) -> Option<&Operation> {
        let pending = self.outbox.iter().rev().filter(|pending| !pending.withdrawing);
        let pending = pending.map(|pending| &*pending.operation);
        let journal = self.keeping.journal.values().rev();
        let mut own = pending.chain(journal.map(|journaled| &journaled.operation));
        own.find(|operation| operation.resolves == Some(conflict))
    }

    /// Does what has waited for the journal to be read.
    pub(super) fn undo_now(&mut self, now: Timestamp) {
        for id in std::mem::take(&mut self.keeping.undone) {
            if let Standing::Applied(journaled) = self.standing(id)
                && (journaled.operation.resolves.is_none() || self.stands(&journaled))
                && self.reverse_late(now, id, &journaled).is_some()
            {
                self.forget_journaled(id);
            }
        }
        let mut undone = Vec::new();
        for conflict in std::mem::take(&mut self.keeping.unresolved) {
            undone.push(self.undo_decision(now, conflict));
        }
        for _ in 0..std::mem::take(&mut self.keeping.undos) {
            undone.push(self.undo(now));
        }
        for error in undone.into_iter().filter_map(Result::err) {
            self.notice(Notice::Refused { error, widget: None });
        }
    }

    fn standing(&self, id: OperationId) -> Standing {
        if let Some(pending) = self.outbox.get(id) {
            return match &pending.verdict {
                _ if pending.withdrawing || self.keeping.moved.contains_key(&id) => Standing::Open,
                None => Standing::Undecided,
                Some(verdict @ Verdict::Applied { .. }) => Standing::Applied(Box::new(Journaled {
                    operation: self.outbox.as_sent(pending),
                    verdict: verdict.clone(),
                    made_at_ms: pending.made_at_ms,
                })),
                Some(_) => Standing::Open,
            };
        }
        let mut journal = self.keeping.journal.values().rev();
        let journaled = journal.find(|journaled| journaled.operation.id == id);
        journaled.map_or(Standing::Gone, |journaled| {
            Standing::Applied(Box::new(journaled.clone()))
        })
    }

    /// An operation that was undone is nothing to send again, should a backup forget it.
    fn forget_journaled(&mut self, id: OperationId) {
        let mut journal = self.keeping.journal.iter().rev();
        let found = journal.find(|(_, journaled)| journaled.operation.id == id);
        if let Some(number) = found.map(|(number, _)| *number)
            && let Some(journaled) = self.keeping.journal.remove(&number)
        {
            self.drop_record(journaled.operation.board, journal_key(number));
        }
    }

    /// Makes the inverse of an operation that was applied; `None` when it is listed as not sent.
    fn reverse(&mut self, now: Timestamp, journaled: &Journaled) -> Result<Option<OperationId>, CommandError> {
        let Journaled { operation, verdict, .. } = journaled;
        let Verdict::Applied {
            revision,
            overwrote,
            verbatim,
        } = verdict
        else {
            return Ok(None);
        };
        let replica = self.replicas.get(&operation.board);
        let is_here = replica.is_some_and(|replica| *revision <= replica.cursor.revision);
        // A revision that is not here yet may never be: a backup may take it back, and another's gets its number. The server
        // knows which it is by the operation's name.
        let undone = |revision| {
            if is_here {
                Base::Revision(revision)
            } else {
                Base::Operation(operation.id)
            }
        };
        let mut seen = None;
        let intent = match &operation.intent {
            Intent::Set { field, value: own } => {
                // Based on what is undone: if someone wrote since, that is a conflict or a merge, never a silent overwrite.
                // What was merged had not seen the other text, and undoing it takes out its own part only.
                seen = Some(Seen {
                    base: undone(if *verbatim { *revision } else { operation.seen() }),
                    value: Some(own.clone()),
                    resolves: None,
                });
                let overwritten = overwrote.as_ref().map(|overwrote| overwrote.value.clone());
                // The other side of a conflict may have been nothing.
                let decided = operation.resolves.map(|_| Value::Null);
                let before = overwritten.or(operation.base_value.clone()).or(decided);
                Intent::Set {
                    field: field.clone(),
                    value: before.ok_or(CommandError::NothingBefore)?,
                }
            }
            Intent::Add { field, amount } => Intent::Add {
                field: field.clone(),
                amount: amount.saturating_neg(),
            },
            Intent::Create { .. } | Intent::Restore { .. } => Intent::Remove,
            Intent::Remove => Intent::Restore {
                removal: undone(*revision),
            },
        };
        let (board, widget) = (operation.board.clone(), operation.widget.clone());
        if operation.deadline.is_some() {
            return self.make_now(now, board, widget, intent, seen, UNDO_TTL_MS);
        }
        let id = self.make(now, board, widget, intent, seen)?;
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.why = Why::Undoes;
        }
        // What its author wrote to decide is no other side of what waits again; nor is what takes that away.
        if let Some(resolved) = operation.resolves
            && let Some(conflict) = self.conflicts.get_mut(&resolved)
        {
            conflict.theirs.revision = conflict.theirs.revision.max(*revision);
            self.keeping.reopened.push(resolved);
        }
        Ok(Some(id))
    }

    /// The inverse of an operation that was undone before anybody here knew that it had been applied; `None` when it was not
    /// undone, or is not to be reversed.
    pub(super) fn reverse_undone(
        &mut self,
        now: Timestamp,
        id: OperationId,
        journaled: &Journaled,
    ) -> Option<OperationId> {
        let pending = self.outbox.get(id)?;
        let is_decision = journaled.operation.resolves.is_some();
        if !is_undone(pending) || self.is_overtaken(pending) || (is_decision && !self.stands(journaled)) {
            return None;
        }
        let reversal = self.reverse_late(now, id, journaled);
        if reversal.is_none()
            && let Some(pending) = self.outbox.get_mut(id)
        {
            // Its author was told, once: a storage that refuses is asked again, and what it has read is older than this.
            (pending.why, pending.dirty) = (Why::Unwanted, true);
        }
        reversal
    }

    /// It was settled, and who did that could not know that it was undone: it is reversed as soon as the journal was read, and what
    /// it has decided waits again.
    pub(super) fn undone_in_vain(&mut self, id: OperationId, conflict: Option<OperationId>) {
        self.keeping.undone.push(id);
        self.keeping.reopened.extend(conflict);
    }

    /// Whether another tab, which has settled it, could not know that it was undone here.
    pub(super) fn is_undone_in_vain(&self, id: OperationId) -> bool {
        let pending = self.outbox.get(id);
        pending.is_some_and(|pending| pending.dirty && is_undone(pending) && !self.is_overtaken(pending))
    }

    /// Reverses what was undone a while ago; where that can't be done, its author is told.
    fn reverse_late(&mut self, now: Timestamp, id: OperationId, journaled: &Journaled) -> Option<OperationId> {
        let reversed = self.reverse(now, journaled);
        reversed.unwrap_or_else(|error| {
            if error.passes() {
                self.can_be_undone(id);
            }
            let Operation { board, widget, .. } = &journaled.operation;
            let widget = Some((board.clone(), widget.clone()));
            self.notice(Notice::Refused { error, widget });
            None
        })
    }

    /// Whether its author has decided about the same thing once more since then.
    fn is_overtaken(&self, pending: &Pending) -> bool {
        let earlier = &pending.operation;
        let lane = self.outbox.of_lane(&earlier.board, &earlier.widget).rev();
        let mut later = lane.take_while(|later| later.operation.id != earlier.id);
        later.any(|later| !later.withdrawing && decides_anew(&later.operation.intent, &earlier.intent))
    }
}

pub(super) fn is_undone(pending: &Pending) -> bool {
    pending.withdrawing && pending.why == Why::Undone
}

/// Whether after `later` it does not matter any more what `earlier` did.
fn decides_anew(later: &Intent, earlier: &Intent) -> bool {
    match later {
        Intent::Set { field, .. } => earlier.field() == Some(field),
        Intent::Add { .. } => false,
        Intent::Create { .. } | Intent::Remove | Intent::Restore { .. } => earlier.field().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::ClientId,
        sync::{Birth, storage::Durability},
    };

    #[test]
    fn no_more_edits_are_kept_for_undo_than_are_remembered_when_applied() {
        let client = ClientId(1);
        let mut engine = Engine::new(Birth {
            client,
            seed: 1,
            token: None,
            device: None,
            mark: None,
            namespace: None,
            durability: Durability::Durable,
        });
        let last = JOURNAL_LEN_MAX as u64 + 1;
        for sequence in 1..=last {
            engine.can_be_undone(OperationId { client, sequence });
        }
        assert_eq!(engine.undo.len(), JOURNAL_LEN_MAX);
        let newest = OperationId { client, sequence: last };
        assert_eq!(engine.undo.back(), Some(&newest));
    }
}
