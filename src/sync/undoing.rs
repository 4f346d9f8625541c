//! Undo and redo: an operation that nobody has decided yet is taken back, an applied one is answered by its inverse; and what was
//! undone is turned round once more. Each is a new wish beside the old one, never a rewrite; and it is not forgotten when the
//! answer was on its way already.

use super::{
    CommandError, Conflict, Engine, Notice, Resolution,
    commands::Seen,
    outbox::Pending,
    storage::Journaled,
    turns::{Turn, Way, Why},
};
use crate::{
    config::UNDO_TTL_MS,
    planted::{self, Bug},
    protocol::{Base, Intent, Operation, OperationId, Revision, Value, Verdict},
    time::Timestamp,
};

/// Where an edit stands, for undoing.
enum Standing {
    /// Nobody has decided it.
    Undecided,
    /// It took effect.
    Applied(Box<Journaled>),
    /// It is taken back already, or did not take effect as far as is known; or nobody remembers it, or another tab does.
    Open,
}

impl Engine {
    /// Undoes or does once more, whichever is asked for. What is in the journal may have been undone by another tab: that is read
    /// before. Where what is told of has waited for that, the journal `was_read`.
    pub(super) fn turn_round(&mut self, now: Timestamp, way: Way, was_read: bool) -> Result<(), CommandError> {
        // The newest edit may be one that is only shown yet.
        self.make_drafts(now, &|_| true);
        let target = self.target(way);
        let waits = target.is_some_and(|id| self.outbox.get(id).is_some());
        let is_known = waits && !self.keeping.journal_is_old && self.keeping.turns.is_empty();
        if !was_read && !is_known && self.namespace.is_some() {
            self.keeping.turns.push(way);
            return Ok(());
        }
        let nothing = match way {
            Way::Back => CommandError::NothingToUndo,
            Way::Again => CommandError::NothingToRedo,
        };
        let id = target.ok_or(nothing)?;
        let about = self.operation_of(id).cloned();
        let done = match way {
            Way::Back => self.undo_one(now, id),
            Way::Again => self.redo_one(now, id),
        };
        match &done {
            Ok(_) if way == Way::Again && planted::is(Bug::RedoneTwice) => {}
            // What was taken back waits to be done once more, and what went round has had its turn.
            Ok(_) if way == Way::Back && self.outbox.get(id).is_some_and(|pending| pending.withdrawing) => {}
            Ok(_) => self.spend(id),
            Err(error) if error.passes() => {}
            Err(_) => self.pass_over(id),
        }
        if let (
            Ok(true),
            Some(Operation {
                board, widget, intent, ..
            }),
        ) = (&done, about)
        {
            self.notice(Notice::Turned {
                board,
                widget,
                field: intent.field().cloned(),
                again: way == Way::Again,
            });
        }
        done.map(drop)
    }

    /// Whether anything came of it: what is listed as not sent is told by that.
    fn undo_one(&mut self, now: Timestamp, id: OperationId) -> Result<bool, CommandError> {
        match self.standing(id) {
            Standing::Undecided => {
                self.note_taken_back(id);
                self.withdraw(id, Why::Undone);
                Ok(true)
            }
            Standing::Applied(journaled) => {
                let turn = self.round(id, Way::Back);
                let made = self.reverse(now, &journaled, turn)?;
                made.into_iter().for_each(|made| self.claim(made, id, Way::Back));
                Ok(made.is_some())
            }
            Standing::Open => Ok(false),
        }
    }

    fn redo_one(&mut self, now: Timestamp, id: OperationId) -> Result<bool, CommandError> {
        let turn = self.round(id, Way::Again);
        let journaled = match self.standing(id) {
            Standing::Applied(journaled) => journaled,
            Standing::Undecided => match self.outbox.get(id) {
                // What it comes to when it is applied: what goes after it has seen that.
                Some(pending) => Box::new(Journaled {
                    operation: self.outbox.as_sent(pending),
                    verdict: Verdict::Applied {
                        revision: Revision(u64::MAX),
                        verbatim: true,
                        overwrote: None,
                    },
                    made_at_ms: None,
                    turn: pending.turn,
                }),
                None => return Ok(false),
            },
            Standing::Open => {
                let Some(operation) = self.operation_of(id).cloned() else {
                    return Ok(false);
                };
                let made = self.make_anew(now, operation)?;
                self.take_turn(made, turn);
                self.claim(made, id, Way::Again);
                return Ok(true);
            }
        };
        let made = self.reverse(now, &journaled, turn)?;
        made.into_iter().for_each(|made| self.claim(made, id, Way::Again));
        // It is what its author wants, and not what was there before.
        if let Some(pending) = made.and_then(|id| self.outbox.get_mut(id)) {
            pending.why = Why::Unwanted;
        }
        Ok(made.is_some())
    }

    /// What was taken back is wanted again: on what stands now, under a new name. A decision of a conflict that still waits decides it.
    fn make_anew(&mut self, now: Timestamp, operation: Operation) -> Result<OperationId, CommandError> {
        let Operation {
            board,
            widget,
            intent,
            resolves,
            ..
        } = operation;
        if let Some(conflict) = resolves.filter(|conflict| self.conflicts.contains_key(conflict)) {
            let resolution = match &intent {
                Intent::Set { value, .. } => Resolution::Edit(value.clone()),
                _ => Resolution::KeepMine,
            };
            let decision = self.decide(now, conflict, &resolution)?.ok_or(CommandError::Unknown)?;
            let id = conflict;
            self.notice(Notice::Resolved { id, resolution });
            return Ok(decision);
        }
        self.make(now, board, widget, intent, None)
    }

    /// The turn of what turns an operation round.
    fn round(&self, id: OperationId, way: Way) -> Turn {
        let (number, turn) = self.place_of(id).unwrap_or_default();
        self.turn_of(number, turn, way)
    }

    pub(super) fn take_turn(&mut self, id: OperationId, turn: Turn) {
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.turn = turn;
        }
    }

    /// One's own operation, wherever it is.
    fn operation_of(&self, id: OperationId) -> Option<&Operation> {
        let journaled = || self.journaled(id).map(|(_, journaled)| &journaled.operation);
        self.outbox
            .get(id)
            .map(|pending| &*pending.operation)
            .or_else(journaled)
    }

    pub(super) fn journaled(&self, id: OperationId) -> Option<(u64, &Journaled)> {
        let mut journal = self.keeping.journal.iter().rev();
        let found = journal.find(|(_, journaled)| journaled.operation.id == id);
        found.map(|(number, journaled)| (*number, journaled))
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
            // It still is in the outbox, and what is to come of it hangs on what came of it.
            Standing::Undecided | Standing::Applied(_) if self.outbox.get(id).is_some() => {
                self.take_back(id, Why::Undone);
            }
            Standing::Applied(journaled) => {
                // Where somebody has written since, that is what is chosen from.
                if self.stands(&journaled) {
                    // It asks anew: that is no redo's.
                    let (number, turn) = self.place_of(id).unwrap_or_default();
                    let made = self.reverse(now, &journaled, turn.fixed(number))?;
                    made.into_iter().for_each(|made| self.claim(made, id, Way::Back));
                    conflict.theirs.revision = journaled.verdict.revision();
                }
                self.forget_journaled(id);
            }
            _ => return Err(CommandError::Unknown),
        }
        self.reopen(conflict);
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
        let journal = journal.filter(|journaled| journaled.verdict.is_applied());
        let mut own = pending.chain(journal.map(|journaled| &journaled.operation));
        own.find(|operation| operation.resolves == Some(conflict))
    }

    /// Does what has waited for the journal to be read.
    pub(super) fn undo_now(&mut self, now: Timestamp) {
        for (id, turn) in std::mem::take(&mut self.keeping.undone) {
            if let Standing::Applied(mut journaled) = self.standing(id)
                && !journaled.turn.is_spent()
                && (journaled.operation.resolves.is_none() || self.stands(&journaled))
            {
                // Who has settled it could not know its turn.
                journaled.turn = turn;
                if let Some(made) = self.reverse_late(now, id, &journaled) {
                    self.claim(made, id, Way::Back);
                    self.forget_journaled(id);
                }
            }
        }
        for id in std::mem::take(&mut self.keeping.spent) {
            self.forget_journaled(id);
        }
        let mut undone = Vec::new();
        for conflict in std::mem::take(&mut self.keeping.unresolved) {
            undone.push(self.undo_decision(now, conflict));
        }
        for way in std::mem::take(&mut self.keeping.turns) {
            undone.push(self.turn_round(now, way, true));
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
                    turn: pending.turn,
                })),
                Some(_) => Standing::Open,
            };
        }
        let applied = self
            .journaled(id)
            .filter(|(_, journaled)| journaled.verdict.is_applied());
        applied.map_or(Standing::Open, |(_, journaled)| {
            Standing::Applied(Box::new(journaled.clone()))
        })
    }

    /// An operation that was undone is nothing to send again, should a backup forget it.
    pub(super) fn forget_journaled(&mut self, id: OperationId) {
        if let Some(number) = self.journaled(id).map(|(number, _)| number)
            && let Some(journaled) = self.keeping.journal.remove(&number)
        {
            let key = journaled.key(number);
            self.drop_record(journaled.operation.board, key);
        }
    }

    /// Makes the inverse of an operation that was applied; `None` when it is listed as not sent.
    fn reverse(
        &mut self,
        now: Timestamp,
        journaled: &Journaled,
        turn: Turn,
    ) -> Result<Option<OperationId>, CommandError> {
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
        let turn = if is_here {
            turn.after(journaled.turn, *revision)
        } else {
            turn
        };
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
                let turned = self.turned_to(operation, own).filter(|_| *verbatim);
                seen = Some(Seen {
                    base: turned.unwrap_or_else(|| undone(if *verbatim { *revision } else { operation.seen() })),
                    value: Some(own.clone()),
                    resolves: None,
                });
                let overwritten = overwrote.as_ref().map(|overwrote| overwrote.value.clone());
                // Where there was nothing, that is what is wanted again: the server knows whether the field goes without.
                let before = overwritten.or(operation.base_value.clone());
                Intent::Set {
                    field: field.clone(),
                    value: before.unwrap_or_default(),
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
            let made = self.make_now(now, board, widget, intent, seen, UNDO_TTL_MS)?;
            made.into_iter().for_each(|id| self.take_turn(id, turn));
            return Ok(made);
        }
        let id = self.make(now, board, widget, intent, seen)?;
        if let Some(pending) = self.outbox.get_mut(id) {
            (pending.why, pending.turn) = (Why::Undoes, turn);
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

    /// What has put a value back that an operation had given: an undo or a redo of one's own, of what came after it. Whoever turns that
    /// one round as well has seen all in between.
    fn turned_to(&self, operation: &Operation, value: &Value) -> Option<Base> {
        let (widget, field) = (&operation.widget, operation.intent.field()?);
        let shown = self.shown_widget(&operation.board, widget);
        let standing = shown
            .board
            .field(widget, field)
            .filter(|standing| standing.value == *value)?;
        let base = shown.base(widget, field)?;
        let turn = match base {
            Base::Operation(id) => self.outbox.get(id)?.turn,
            Base::Revision(_) => self.journaled(standing.operation)?.1.turn,
        };
        (!turn.is_plain()).then_some(base)
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
        if reversal.is_none() {
            let (number, turn) = self.place_of(id).unwrap_or_default();
            if let Some(pending) = self.outbox.get_mut(id) {
                // Its author was told, once: a storage that refuses is asked again, and what it has read is older than this.
                (pending.why, pending.dirty) = (Why::Unwanted, true);
                pending.turn = turn.stands_again(number);
            }
        }
        reversal
    }

    /// It was settled, and who did that could not know that it was undone: it is reversed as soon as the journal was read, and what
    /// it has decided waits again.
    pub(super) fn undone_in_vain(&mut self, id: OperationId, turn: Turn, conflict: Option<OperationId>) {
        self.keeping.undone.push((id, turn));
        self.keeping.reopened.extend(conflict);
    }

    /// Whether another tab, which has settled it, could not know that it was undone here.
    pub(super) fn is_undone_in_vain(&self, id: OperationId) -> bool {
        let pending = self.outbox.get(id);
        pending.is_some_and(|pending| pending.dirty && is_undone(pending) && !self.is_overtaken(pending))
    }

    /// Reverses what was undone a while ago; where that can't be done, its author is told.
    fn reverse_late(&mut self, now: Timestamp, id: OperationId, journaled: &Journaled) -> Option<OperationId> {
        let turn = self.turn_of_late(id, journaled.turn);
        let reversed = self.reverse(now, journaled, turn);
        reversed.unwrap_or_else(|error| {
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
