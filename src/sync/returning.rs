//! A removed widget is back: what met nothing but its removal has nobody on the other side any more, and is sent again, once.

use super::{Conflict, Engine, Resolution, commands::Seen, outbox::Why, storage::Journaled};
use crate::{
    protocol::{BoardId, Contention, Intent, Operation, OperationId, Overwritten, Revision, Value, Widget},
    time::Timestamp,
};

impl Engine {
    /// Looks at what met a removal, now that its widget is back. While its author writes there, that is waited for: it may be
    /// what they want now.
    pub(super) fn meet_returned(&mut self, now: Timestamp) {
        let conflicts = self.conflicts.iter();
        let back = conflicts.filter(|(_, conflict)| self.returned(conflict).is_some());
        let back: Vec<OperationId> = back.map(|(id, _)| *id).collect();
        for id in back {
            let Some(conflict) = self.conflicts.get(&id) else {
                continue;
            };
            let Some(widget) = self.returned(conflict) else {
                continue;
            };
            if is_alone(&conflict.operation, widget) {
                // One tab makes it anew, along with what it stores.
                if self.check_room(false).is_ok() {
                    self.keeping.due.insert(conflict.operation.board.clone());
                }
                continue;
            }
            let field = conflict
                .operation
                .intent
                .field()
                .and_then(|field| widget.fields.get(field));
            let is_overtaken = |journaled: &Journaled| {
                let is_standing = field.is_some_and(|field| field.operation == journaled.operation.id);
                is_standing && is_later(&journaled.operation, &conflict.operation)
            };
            if self.keeping.journal.values().any(is_overtaken) {
                _ = self.resolve(now, id, Resolution::KeepTheirs);
            } else {
                self.conflicts.extend(self.asked(id).map(|asked| (id, asked)));
            }
        }
    }

    /// A board's conflicts that nobody is on the other side of: all of them are made anew at once, or the second one would meet
    /// the first.
    pub(super) fn alone(&self, board: &BoardId) -> Vec<OperationId> {
        if self.check_room(false).is_err() {
            return Vec::new();
        }
        let is_alone = |conflict: &Conflict| {
            let widget = self.returned(conflict);
            conflict.operation.board == *board && widget.is_some_and(|widget| is_alone(&conflict.operation, widget))
        };
        let alone = self.conflicts.iter().filter(|(_, conflict)| is_alone(conflict));
        alone.map(|(id, _)| *id).collect()
    }

    /// Makes anew what met a removal that is no more.
    pub(super) fn send_again(&mut self, now: Timestamp, id: OperationId) -> Option<OperationId> {
        let conflict = self.conflicts.get(&id)?;
        let (made_at_ms, is_undo) = (conflict.made_at_ms, conflict.is_undo);
        let Operation {
            board, widget, intent, ..
        } = conflict.operation.clone();
        let shown = self.shown_widget(&board, &widget);
        let field = intent.field()?;
        let seen = Seen {
            base: shown.base(&widget, field)?,
            value: shown.board.field(&widget, field).map(|field| field.value.clone()),
            resolves: Some(id),
        };
        let id = self.make(now, board, widget, intent, Some(seen)).ok()?;
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.made_at_ms = made_at_ms;
            if is_undo {
                pending.why = Why::Undoes;
            }
        }
        Some(id)
    }

    /// A conflict that met a removal as one that waits for its author, who chooses from what stands now that the widget is back.
    pub(super) fn asked(&self, id: OperationId) -> Option<Conflict> {
        let mut asked = self.conflicts.get(&id)?.clone();
        let Operation {
            board, widget, intent, ..
        } = &asked.operation;
        let confirmed = self.replicas.get(board).map(|replica| &replica.confirmed);
        let field = confirmed.and_then(|confirmed| confirmed.field(widget, intent.field()?));
        asked.theirs = Overwritten {
            value: field.map_or(Value::Null, |field| field.value.clone()),
            revision: field.map_or(Revision::ZERO, |field| field.revision),
            writer: field.map(|field| field.writer.clone()),
        };
        asked.contention = Contention::Ask;
        Some(asked)
    }

    /// The widget of a conflict that met a removal, where it is back and its author does not write there.
    fn returned(&self, conflict: &Conflict) -> Option<&Widget> {
        if conflict.contention != Contention::Removed {
            return None;
        }
        let Operation {
            board, widget, intent, ..
        } = &conflict.operation;
        let back = self.replicas.get(board)?.confirmed.widget(widget)?;
        let is_back = back.removed.is_none() && back.changed > conflict.theirs.revision;
        let mut lane = self.outbox.of_lane(board, widget);
        let mut drafts = self.drafts.of_board(board);
        let is_written = lane.any(|pending| pending.operation.intent.field() == intent.field())
            || drafts.any(|draft| draft.widget == *widget && Some(&draft.field) == intent.field());
        (is_back && !is_written).then_some(&**back)
    }
}

/// Whether nobody has written since its author looked. What was wanted at once or never is not wanted now.
fn is_alone(operation: &Operation, widget: &Widget) -> bool {
    let is_unseen = match &operation.intent {
        Intent::Set { field, value } => {
            let field = widget.fields.get(field);
            field.is_some_and(|field| field.revision > operation.seen() && field.value != *value)
        }
        _ => false,
    };
    operation.deadline.is_none() && !is_unseen
}

/// Whether an author has given the same field another value since, and has not decided a conflict by that.
fn is_later(later: &Operation, earlier: &Operation) -> bool {
    let [later_id, earlier_id] = [later.id, earlier.id];
    later.resolves.is_none() && later_id.client == earlier_id.client && later_id.sequence > earlier_id.sequence
}
