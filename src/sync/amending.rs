//! What becomes of operations after they were made: taken back, undone, made again; conflicts resolved, removals reversed.

use super::{
    CommandError, Conflict, Engine, Notice, Resolution, SetAsideReason,
    commands::{Seen, check_size},
    outbox::{Fate, Pending},
    storage::{aside_key, conflict_key, journal_key},
};
use crate::{
    protocol::{Base, BoardId, Intent, Operation, OperationId, Value, Verdict, WidgetId},
    time::Timestamp,
};

impl Engine {
    pub(super) fn restore(&mut self, board: BoardId, widget: WidgetId) -> Result<(), CommandError> {
        // One's own removal that nobody has decided yet is simply taken back.
        let own = self.outbox.of_lane(&board, &widget).rev().find(|pending| {
            matches!(pending.operation.intent, Intent::Remove) && pending.is_undecided() && !pending.withdrawing
        });
        if let Some(id) = own.map(|pending| pending.operation.id) {
            self.withdraw(id);
            return Ok(());
        }
        let confirmed = self
            .replicas
            .get(&board)
            .and_then(|replica| replica.confirmed.widget(&widget));
        let removal = confirmed
            .and_then(|widget| widget.removed)
            .ok_or(CommandError::UnknownWidget)?;
        let removal = Base::Revision(removal);
        self.make(board, widget, Intent::Restore { removal }, None).map(|_| ())
    }

    pub(super) fn resolve(&mut self, id: OperationId, resolution: Resolution) -> Result<(), CommandError> {
        let conflict = self.conflicts.get(&id).cloned().ok_or(CommandError::Unknown)?;
        let Conflict { operation, theirs, .. } = conflict;
        let value = match (&resolution, &operation.intent) {
            (Resolution::KeepMine, Intent::Set { value, .. }) => Some(value.clone()),
            (Resolution::Edit(value), _) => Some(value.clone()),
            _ => None,
        };
        match (value, operation.intent.field()) {
            (Some(value), Some(field)) => {
                check_size(&value)?;
                let intent = Intent::Set {
                    field: field.clone(),
                    value,
                };
                let seen = Seen {
                    base: theirs.revision,
                    value: Some(theirs.value).filter(|value| !value.is_null()),
                    resolves: Some(id),
                };
                self.make(operation.board.clone(), operation.widget.clone(), intent, Some(seen))?;
            }
            _ => {
                self.conflicts.remove(&id);
                self.drop_record(operation.board, conflict_key(id));
            }
        }
        self.notice(Notice::Resolved { id, resolution });
        Ok(())
    }

    /// Takes an operation back: off the screen at once, and fenced at the server.
    pub(super) fn withdraw(&mut self, id: OperationId) {
        let Some(pending) = self.outbox.get_mut(id) else { return };
        if pending.verdict.is_some() {
            return;
        }
        pending.withdrawing = true;
        // A copy may be on its way; the withdrawal goes after it, and the server's row decides between them.
        (pending.sent, pending.waiting) = (false, None);
        pending.dirty = true;
        let board = pending.operation.board.clone();
        self.keeping.due.insert(board);
    }

    pub(super) fn retry(&mut self, now: Timestamp, id: OperationId, value: Option<Value>) -> Result<(), CommandError> {
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.hasten(now);
            return Ok(());
        }
        let aside = self.aside.get(&id).cloned().ok_or(CommandError::Unknown)?;
        let Operation {
            board, widget, intent, ..
        } = aside.operation.clone();
        if aside.reason == SetAsideReason::Forgotten && value.is_none() {
            // The same operation, under the same id: should the other history have it after all, it is a duplicate.
            self.outbox.insert(Pending::new(aside.operation));
            if let (Some(replica), Some(pending)) = (self.replicas.get(&board), self.outbox.get_mut(id)) {
                // What it rested on beyond what its author had confirmed is forgotten too.
                pending.lower(replica.history.home(pending.operation.made_at, replica.cursor.revision));
                // This history may have it after all, by another way: asked before it is shown.
                (pending.fate, pending.again) = (Fate::Unasked, true);
            }
            self.resubscribe(&board);
        } else {
            let intent = match (intent, value) {
                (Intent::Set { field, .. }, Some(value)) => Intent::Set { field, value },
                (intent, _) => intent,
            };
            self.make(board.clone(), widget, intent, None)?;
        }
        self.aside.remove(&id);
        self.keeping.forgotten.remove(&id);
        self.drop_record(board, aside_key(id));
        Ok(())
    }

    pub(super) fn undo(&mut self) -> Result<(), CommandError> {
        while let Some(id) = self.undo.pop() {
            if self.outbox.get(id).is_some_and(|pending| pending.verdict.is_none()) {
                self.withdraw(id);
                return Ok(());
            }
            let mut recorded = None;
            let pending = self
                .outbox
                .get(id)
                .map(|pending| (self.outbox.as_sent(pending), pending.verdict.clone()));
            let journaled = || {
                let mut journal = self.keeping.journal.iter().rev();
                let (number, journaled) = journal.find(|(_, journaled)| journaled.operation.id == id)?;
                recorded = Some(*number);
                Some((journaled.operation.clone(), Some(journaled.verdict.clone())))
            };
            let Some((
                operation,
                Some(Verdict::Applied {
                    revision,
                    overwrote,
                    verbatim,
                }),
            )) = pending.or_else(journaled)
            else {
                continue;
            };
            // Based on what is undone: if someone wrote since, that is a conflict or a merge, never a silent overwrite. What
            // was merged had not seen the other text, and undoing it takes out its own part only.
            let seen = |value: &Value| Seen {
                base: if verbatim { revision } else { operation.seen() },
                value: Some(value.clone()),
                resolves: None,
            };
            let before = overwrote
                .map(|overwrote| overwrote.value)
                .or(operation.base_value.clone());
            let (intent, seen) = match (&operation.intent, before) {
                (Intent::Set { field, value: own }, Some(value)) => (
                    Intent::Set {
                        field: field.clone(),
                        value,
                    },
                    Some(seen(own)),
                ),
                (Intent::Set { .. }, None) => return Err(CommandError::NothingBefore),
                (Intent::Add { field, amount }, _) => {
                    let (field, amount) = (field.clone(), amount.saturating_neg());
                    (Intent::Add { field, amount }, None)
                }
                (Intent::Create { .. } | Intent::Restore { .. }, _) => (Intent::Remove, None),
                (Intent::Remove, _) => {
                    let removal = Base::Revision(revision);
                    (Intent::Restore { removal }, None)
                }
            };
            self.make(operation.board.clone(), operation.widget.clone(), intent, seen)?;
            self.undo.pop(); // undoing is not undone by undoing again
            if let Some(number) = recorded {
                self.keeping.journal.remove(&number);
                self.drop_record(operation.board, journal_key(number));
            }
            return Ok(());
        }
        Err(CommandError::NothingToUndo)
    }
}
