//! A removed widget is back: what met nothing but its removal has nobody on the other side any more, and is sent again, once.

use super::{Conflict, Engine, Resolution, storage::Journaled};
use crate::{
    protocol::{BoardId, Contention, Intent, Operation, OperationId, Overwritten, Revision, Value, Widget},
    time::Timestamp,
};

impl Engine {
    /// Looks at what met a removal, now that its widget is back. While its author writes there, that is waited for: it may be
    /// what they want now.
    pub(super) fn meet_returned(&mut self, now: Timestamp) {
        self.keeping.alone.clear();
        let conflicts = self.conflicts.iter();
        let back = conflicts.filter(|(_, conflict)| self.returned(conflict).is_some());
        let back: Vec<OperationId> = back.map(|(id, _)| *id).collect();
        let has_room = self.check_room(false).is_ok();
        for id in back {
            let Some(conflict) = self.conflicts.get(&id) else {
                continue;
            };
            let Some(widget) = self.returned(conflict) else {
                continue;
            };
            let operation = &conflict.operation;
            if is_alone(conflict, widget) {
                if has_room {
                    // One tab makes it anew, along with what it stores; all of them at once, or the second one would meet the first.
                    self.keeping.due.insert(operation.board.clone());
                    // In the order in which they were made: of two of one field the later one stands.
                    let made_at =
                        |id: OperationId| (self.conflicts.get(&id).and_then(|conflict| conflict.made_at_ms), id);
                    let is_earlier = |(_, other): &&(BoardId, OperationId)| made_at(*other) < made_at(id);
                    let place = self.keeping.alone.iter().take_while(is_earlier).count();
                    self.keeping.alone.insert(place, (operation.board.clone(), id));
                }
                continue;
            }
            let field = operation.intent.field().and_then(|field| widget.fields.get(field));
            // What was set before its author asked to choose again is no choice.
            let asked_at = conflict.asked_at;
            let is_overtaken = |(number, journaled): (&u64, &Journaled)| {
                let is_standing = field.is_some_and(|field| field.operation == journaled.operation.id);
                is_standing && Some(*number) > asked_at && is_later(&journaled.operation, operation)
            };
            if self.keeping.journal.iter().any(is_overtaken) {
                _ = self.resolve(now, id, None, Resolution::KeepTheirs);
            } else {
                self.put_to_author(id);
            }
        }
    }

    /// A conflict that met a removal waits for its author, who chooses from what stands now that the widget is back.
    pub(super) fn put_to_author(&mut self, id: OperationId) {
        let Some(conflict) = self.conflicts.get_mut(&id) else {
            return;
        };
        let Operation {
            board, widget, intent, ..
        } = &conflict.operation;
        let confirmed = self.replicas.get(board).map(|replica| &replica.confirmed);
        let field = confirmed.and_then(|confirmed| confirmed.field(widget, intent.field()?));
        conflict.theirs = Overwritten {
            value: field.map_or(Value::Null, |field| field.value.clone()),
            revision: field.map_or(Revision::ZERO, |field| field.revision),
            writer: field.map(|field| field.writer.clone()),
        };
        conflict.contention = Contention::Ask;
    }

    /// The widget of a conflict that met a removal, where it is back and its author neither writes there nor removes it.
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
        let is_written = lane.any(|pending| {
            pending
                .operation
                .intent
                .field()
                .is_none_or(|field| Some(field) == intent.field())
        }) || drafts.any(|draft| draft.widget == *widget && Some(&draft.field) == intent.field());
        (is_back && !is_written).then_some(&**back)
    }
}

/// Whether nobody has written since its author looked, nor made another widget of that name. What was wanted at once or never is
/// not wanted now.
fn is_alone(conflict: &Conflict, widget: &Widget) -> bool {
    let operation = &conflict.operation;
    let is_unseen = match &operation.intent {
        Intent::Set { field, value } => {
            let field = widget.fields.get(field);
            field.is_some_and(|field| field.revision > operation.seen() && field.value != *value)
        }
        _ => false,
    };
    operation.deadline.is_none() && !is_unseen && widget.created <= conflict.theirs.revision
}

/// Whether an author has given the same field another value since, and has not decided a conflict by that. A new widget under the
/// old name says nothing of what was in that.
fn is_later(later: &Operation, earlier: &Operation) -> bool {
    let [later_id, earlier_id] = [later.id, earlier.id];
    let is_edit = later.resolves.is_none() && later.intent.field() == earlier.intent.field();
    is_edit && later_id.client == earlier_id.client && later_id.sequence > earlier_id.sequence
}
