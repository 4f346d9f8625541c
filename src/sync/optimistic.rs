//! What a person sees: the confirmed state with their own pending operations laid over it. Computed, never stored,
//! so that rolling back is nothing but forgetting an operation.

use std::sync::Arc;

use super::{
    outbox::{Fate, Pending},
    undoing::is_undone,
    updates::Draft,
};
use crate::{
    board::Board,
    planted::{self, Bug},
    protocol::{Base, FieldName, Intent, OperationId, Revision, Verdict, Widget, WidgetId, Writer},
    sorted::{SortedMap, SortedSet},
};

/// Whether an operation is laid over the state at `confirmed`: as long as that state does not contain it and nobody
/// has taken it back.
pub(super) fn is_shown(pending: &Pending, confirmed: Revision) -> bool {
    let is_known = pending.fate == Fate::Known || (pending.fate == Fate::Unknown && planted::is(Bug::UnknownFateShown));
    if pending.withdrawing || !is_known {
        return false;
    }
    match &pending.verdict {
        None if pending.waiting.is_some() && planted::is(Bug::PutOffHidden) => false,
        None => pending.applied_at.is_none_or(|revision| confirmed < revision),
        Some(Verdict::Expired { .. } | Verdict::Withdrawn { .. }) => false,
        Some(verdict) => confirmed < verdict.revision() && !planted::is(Bug::OverlayDroppedAtVerdict),
    }
}

/// Whether it is a removal that was undone when it had taken effect already, and is reversed as soon as the server's answer says so:
/// the change alone, which comes before that, takes the widget from nobody who has it back.
fn brings_back(shown: &mut Shown, pending: &Pending) -> bool {
    let id = &pending.operation.widget;
    let Some(before) = shown.board.widget(id).filter(|_| is_undone(pending)) else {
        return false;
    };
    let is_it = matches!(pending.operation.intent, Intent::Remove)
        && before.removed.is_some()
        && before.removed == pending.applied_at;
    if is_it {
        shown.change(id, &|back| (back.removed, back.removed_by) = (None, None));
    }
    is_it
}

/// A board as its reader sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The board, pending operations and drafts laid over it.
    pub board: Board,
    /// The operation that gave a field the value shown, where that is pending.
    pub pending: SortedMap<WidgetId, SortedMap<FieldName, OperationId>>,
    /// Widgets with an edit that is no operation yet, and so stored nowhere.
    pub drafted: SortedSet<WidgetId>,
    /// Widgets that something is laid over, as the server has them; `None` for one that it does not have yet.
    pub confirmed: SortedMap<WidgetId, Option<Arc<Widget>>>,
}

impl Shown {
    /// A widget, removed or not.
    #[must_use]
    pub fn widget(&self, id: &WidgetId) -> Option<&Arc<Widget>> {
        self.board.widget(id)
    }

    /// A widget as the server has it, without this device's pending edits.
    #[must_use]
    pub fn confirmed_widget(&self, id: &WidgetId) -> Option<&Arc<Widget>> {
        match self.confirmed.get(id) {
            Some(confirmed) => confirmed.as_ref(),
            None => self.board.widget(id),
        }
    }

    /// Lays over a widget, where it is, what is no operation.
    fn change(&mut self, id: &WidgetId, change: &dyn Fn(&mut Widget)) {
        if let Some(before) = self.board.widget(id).cloned() {
            let mut widget = Widget::clone(&before);
            change(&mut widget);
            self.confirmed.entry(id.clone()).or_insert_with(|| Some(before));
            self.board.put(id.clone(), Arc::new(widget));
        }
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

/// Lays pending operations of `writer`, in their order, and then drafts over a confirmed board.
pub(super) fn replay<'a>(
    confirmed: Board,
    cursor: Revision,
    pending: impl Iterator<Item = &'a Pending>,
    drafts: impl Iterator<Item = &'a Draft>,
    writer: &Writer,
) -> Shown {
    let mut shown = Shown {
        board: confirmed,
        pending: SortedMap::new(),
        drafted: SortedSet::new(),
        confirmed: SortedMap::new(),
    };
    for pending in pending {
        if brings_back(&mut shown, pending) || !is_shown(pending, cursor) {
            continue;
        }
        let operation = &pending.operation;
        // Held only where it is still the confirmed one: what is laid over is changed in place, and not copied each time.
        let is_first = !shown.confirmed.contains_key(&operation.widget);
        let before = is_first.then(|| shown.board.widget(&operation.widget).cloned());
        if shown.board.lay_over(operation, writer) {
            if let Some(before) = before {
                shown.confirmed.insert(operation.widget.clone(), before);
            }
            note(&mut shown, &operation.widget, &operation.intent, operation.id);
        }
    }
    for draft in drafts {
        shown.drafted.insert(draft.widget.clone());
        shown.change(&draft.widget, &|widget| {
            if let Some(field) = widget.fields.get_mut(&draft.field) {
                field.value = draft.value.clone();
            }
        });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{BoardId, ClientId, Cursor, Field, Operation, Value},
        sync::turns::Why,
        time::Timestamp,
    };

    fn board(count: i64) -> Board {
        let field = Field {
            value: count.into(),
            revision: Revision(2),
            operation: id(0),
            writer: writer(),
        };
        let widget = Widget {
            kind: "counter".parse().expect("a name"),
            created: Revision(1),
            changed: Revision(2),
            removed: None,
            removed_by: None,
            fields: [("count".parse().expect("a name"), field)].into(),
        };
        [(w(), Arc::new(widget))].into_iter().collect()
    }

    fn writer() -> Writer {
        Writer {
            principal: "ada".parse().expect("a name"),
            device: None,
            colour: None,
            at: Timestamp(0),
        }
    }

    fn w() -> WidgetId {
        "w".parse().expect("a name")
    }

    fn id(sequence: u64) -> OperationId {
        OperationId {
            client: ClientId(1),
            sequence,
        }
    }

    fn pending(sequence: u64, widget: &str, intent: Intent) -> Pending {
        Pending::new(Operation {
            id: id(sequence),
            board: "b".parse::<BoardId>().expect("a name"),
            widget: widget.parse().expect("a name"),
            schema: 1,
            made_at: Cursor::ORIGIN,
            intent,
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        })
    }

    fn add(sequence: u64, amount: i64) -> Pending {
        let field = "count".parse().expect("a name");
        pending(sequence, "w", Intent::Add { field, amount })
    }

    fn shown(pending: &[Pending]) -> Shown {
        replay(board(3), Revision(2), pending.iter(), std::iter::empty(), &writer())
    }

    fn count(widget: Option<&Arc<Widget>>) -> Option<&Value> {
        widget?.fields.values().next().map(|field| &field.value)
    }

    #[test]
    fn under_any_number_of_pending_edits_the_confirmed_value_is_still_known() {
        let shown = shown(&[add(1, 1), add(2, 5)]);
        assert_eq!(count(shown.widget(&w())), Some(&9.into()));
        assert_eq!(count(shown.confirmed_widget(&w())), Some(&3.into()));
    }

    #[test]
    fn without_an_edit_what_is_shown_is_what_is_confirmed() {
        let mut withdrawn = add(1, 1);
        withdrawn.withdrawing = true;
        let shown = shown(&[withdrawn]);
        assert!(shown.confirmed.is_empty());
        assert_eq!(shown.confirmed_widget(&w()), shown.widget(&w()));
    }

    #[test]
    fn an_edit_that_is_no_operation_yet_is_known_as_such() {
        let draft = Draft {
            board: "b".parse().expect("a name"),
            widget: w(),
            field: "count".parse().expect("a name"),
            value: 9.into(),
            due: Timestamp(0),
        };
        let drafts = [draft];
        let shown = replay(board(3), Revision(2), std::iter::empty(), drafts.iter(), &writer());
        assert!(shown.drafted.contains(&w()));
        assert_eq!(count(shown.widget(&w())), Some(&9.into()));
    }

    #[test]
    fn a_removal_that_was_undone_does_not_show_when_it_is_heard_of() {
        let mut removal = pending(1, "w", Intent::Remove);
        (removal.withdrawing, removal.why) = (true, Why::Undone);
        removal.applied_at = Some(Revision(2));
        let shows = |removal: &Pending, revision| {
            let mut confirmed = board(3);
            let mut widget = Widget::clone(confirmed.widget(&w()).expect("it is there"));
            widget.removed = Some(revision);
            confirmed.put(w(), Arc::new(widget));
            let shown = replay(
                confirmed,
                Revision(2),
                [removal].into_iter(),
                std::iter::empty(),
                &writer(),
            );
            shown.widget(&w()).is_some_and(|widget| widget.removed.is_none())
        };
        assert!(shows(&removal, Revision(2)), "it is brought back");
        assert!(!shows(&removal, Revision(1)), "somebody else's stands");
        removal.why = Why::Unwanted;
        assert!(!shows(&removal, Revision(2)), "it is not to be reversed");
    }

    #[test]
    fn a_widget_that_the_server_does_not_have_yet_is_not_confirmed() {
        let kind = "counter".parse().expect("a name");
        let fields = SortedMap::new();
        let shown = shown(&[pending(1, "new", Intent::Create { kind, fields })]);
        let new = "new".parse().expect("a name");
        assert!(shown.widget(&new).is_some());
        assert_eq!(shown.confirmed_widget(&new), None);
    }
}
