//! What a person sees: the confirmed state with their own pending operations laid over it. Computed, never stored,
//! so that rolling back is nothing but forgetting an operation.

use std::sync::Arc;

use super::{
    outbox::{Fate, Pending},
    updates::Draft,
};
use crate::{
    board::Board,
    planted::{self, Bug},
    protocol::{Base, FieldName, Intent, OperationId, Principal, Revision, Verdict, Widget, WidgetId, Writer},
    sorted::SortedMap,
    time::Timestamp,
};

/// Whether an operation is laid over the state at `confirmed`: as long as that state does not contain it and nobody
/// has taken it back.
pub(super) fn is_shown(pending: &Pending, confirmed: Revision) -> bool {
    let is_known = pending.fate == Fate::Known || (pending.fate == Fate::Unknown && planted::is(Bug::UnknownFateShown));
    if pending.withdrawing || !is_known {
        return false;
    }
    match &pending.verdict {
        None => pending.applied_at.is_none_or(|revision| confirmed < revision),
        Some(Verdict::Expired { .. } | Verdict::Withdrawn { .. }) => false,
        Some(verdict) => confirmed < verdict.revision() && !planted::is(Bug::OverlayDroppedAtVerdict),
    }
}

/// A board as its reader sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The board, pending operations and drafts laid over it.
    pub board: Board,
    /// The operation that gave a field the value shown, where that is pending.
    pub pending: SortedMap<WidgetId, SortedMap<FieldName, OperationId>>,
}

impl Shown {
    /// A widget, removed or not.
    #[must_use]
    pub fn widget(&self, id: &WidgetId) -> Option<&Arc<Widget>> {
        self.board.widget(id)
    }

    /// What an edit of a field is based on: what is shown there.
    #[must_use]
    pub fn base(&self, widget: &WidgetId, field: &FieldName) -> Option<Base> {
        if let Some(id) = self.pending.get(widget).and_then(|fields| fields.get(field)) {
            return Some(Base::Operation(*id));
        }
        let widget = self.board.widget(widget)?;
        Some(Base::Revision(
            widget.fields.get(field).map_or(Revision::ZERO, |field| field.revision),
        ))
    }
}

/// Lays pending operations, in their order, and then drafts over a confirmed board.
pub(super) fn replay<'a>(
    confirmed: Board,
    cursor: Revision,
    pending: impl Iterator<Item = &'a Pending>,
    drafts: impl Iterator<Item = &'a Draft>,
    me: &Principal,
) -> Shown {
    let mut shown = Shown {
        board: confirmed,
        pending: SortedMap::new(),
    };
    let writer = Writer {
        principal: me.clone(),
        device: None,
        at: Timestamp(0),
    };
    for pending in pending.filter(|pending| is_shown(pending, cursor)) {
        let operation = &pending.operation;
        if shown.board.lay_over(operation, &writer) {
            note(&mut shown, &operation.widget, &operation.intent, operation.id);
        }
    }
    for draft in drafts {
        if let Some(widget) = shown.board.widget(&draft.widget) {
            let mut widget = Widget::clone(widget);
            if let Some(field) = widget.fields.get_mut(&draft.field) {
                field.value = draft.value.clone();
            }
            shown.board.put(draft.widget.clone(), Arc::new(widget));
        }
    }
    shown
}

fn note(shown: &mut Shown, widget: &WidgetId, intent: &Intent, id: OperationId) {
    let fields = shown.pending.entry(widget.clone()).or_default();
    match intent {
        Intent::Set { field, .. } | Intent::Add { field, .. } => {
            fields.insert(field.clone(), id);
        }
        Intent::Create { fields: created, .. } => fields.extend(created.keys().map(|field| (field.clone(), id))),
        Intent::Remove | Intent::Restore { .. } => {}
    }
}
