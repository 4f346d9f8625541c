//! One widget: what it shows, how far its edits have come, and editing it.

use std::sync::Arc;

use dioxus::prelude::*;

use super::{
    RealtimeManagers,
    boxed::use_signal,
    context::{use_followed, use_provided},
    use_board::use_watch,
    use_optimism::use_is_optimistic,
};
use crate::{
    board::series_of,
    protocol::{BoardId, Field, FieldName, OperationId, Person, Revision, Value, Widget, WidgetId, encode},
    sorted::SortedMap,
    state::{BOARDS, CONFLICTS, PENDING, PendingOperation, SEEN, SET_ASIDE, SYNC},
    sync::{Conflict, Freshness, Phase, SetAside},
};

/// A widget as its reader sees it.
#[derive(Clone, Debug)]
pub struct WidgetView {
    /// Its values, with this device's own edits laid over them, or as confirmed where [`super::use_optimism`] says so;
    /// `None` while the board loads, and where there is no such widget. A removed one is still here, with `removed` set.
    pub widget: Option<Arc<Widget>>,
    /// The newest operation on a field that is not confirmed yet.
    pub pending: SortedMap<FieldName, OperationId>,
    /// Whether this device has edited it beyond what is confirmed; true a moment before there is an operation of it.
    pub is_ahead: bool,
    /// Whether an edit of it is no operation yet, and so stored nowhere: that takes a tenth of a second at most.
    pub has_draft: bool,
    /// Its operations without an end, oldest first.
    pub operations: Vec<PendingOperation>,
    /// Its fields with two versions.
    pub conflicts: Vec<Conflict>,
    /// Its edits that were set aside.
    pub set_aside: Vec<SetAside>,
    /// Others who have it under their hands now, on a page with [`super::use_people`].
    pub people: Vec<Person>,
    /// How fresh its board is.
    pub freshness: Freshness,
    /// Whether anything was ever received of its board: until then it loads.
    pub is_known: bool,
}

/// An unchanged widget is the same `Arc`, and is not looked into.
impl PartialEq for WidgetView {
    fn eq(&self, other: &Self) -> bool {
        let same_widget = match (&self.widget, &other.widget) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two) || one == two,
            (one, two) => one.is_none() && two.is_none(),
        };
        same_widget
            && self.pending == other.pending
            && (self.is_ahead, self.has_draft) == (other.is_ahead, other.has_draft)
            && self.operations == other.operations
            && self.conflicts == other.conflicts
            && self.set_aside == other.set_aside
            && self.people == other.people
            && (self.freshness, self.is_known) == (other.freshness, other.is_known)
    }
}

impl WidgetView {
    fn field(&self, name: &str) -> Option<&Field> {
        self.widget.as_ref()?.field(name)
    }

    /// The live series it shows, as its field `series` names them.
    pub(crate) fn series(&self) -> Vec<String> {
        self.widget.as_deref().map(series_of).unwrap_or_default()
    }
}

/// A widget, live, whatever its fields are: what [`super::use_realtime_updates`] gives, but for their types. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct WidgetHandle {
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    view: Signal<WidgetView>,
    is_optimistic: ReadSignal<bool>,
    managers: RealtimeManagers,
}

/// Watches a widget as long as the component lives.
pub(super) fn use_widget(board: ReadSignal<BoardId>, widget: ReadSignal<WidgetId>) -> WidgetHandle {
    let context = use_provided("use_realtime_updates");
    use_watch(board, false);
    let is_optimistic = use_is_optimistic();
    let place = (board.cloned(), widget.cloned());
    let rule = is_optimistic();
    let mut shown_by = use_hook(|| CopyValue::new(rule));
    let mut view = use_signal(|| view_of(&place.0, &place.1, rule));
    let look = use_callback(move |(board, widget)| {
        let now = view_of(&board, &widget, *is_optimistic.peek());
        if *view.peek() != now {
            view.set(now);
        }
    });
    let is_another = use_followed(context, place.clone(), look);
    if is_another || shown_by.replace(rule) != rule {
        look.call(place);
    }
    WidgetHandle {
        board,
        widget,
        view,
        is_optimistic,
        managers: RealtimeManagers::of(context),
    }
}

impl WidgetHandle {
    /// Its board. Subscribes the reader.
    #[must_use]
    pub fn board(&self) -> BoardId {
        self.board.cloned()
    }

    /// Its name. Subscribes the reader.
    #[must_use]
    pub fn id(&self) -> WidgetId {
        self.widget.cloned()
    }

    /// Everything at once; of another widget or board from the next render on. Subscribes the reader, as all of these do.
    #[must_use]
    pub fn view(&self) -> WidgetView {
        self.view.cloned()
    }

    /// The same, where it stands: not to be written to.
    pub(crate) const fn signal(&self) -> Signal<WidgetView> {
        self.view
    }

    /// Whether the board has not arrived yet.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        let view = self.view.read();
        view.widget.is_none() && !view.is_known
    }

    /// A field with its revision and writer.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field> {
        self.view.read().field(name).cloned()
    }

    /// A field's value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        self.field(name).map(|field| field.value)
    }

    /// A field's number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_f64()
    }

    /// A field's text as people read it: without quotes; nothing for a missing one.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        match self.value(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text,
            Some(other) => encode(&other),
        }
    }

    /// The live series it shows, as its field `series` names them.
    #[must_use]
    pub fn series(&self) -> Vec<String> {
        self.view.read().series()
    }

    /// Whether edits show before they are confirmed: see [`super::use_optimism`].
    #[must_use]
    pub fn is_optimistic(&self) -> bool {
        (self.is_optimistic)()
    }

    /// Whether a field has an edit that is not confirmed yet.
    #[must_use]
    pub fn is_pending(&self, name: &str) -> bool {
        self.view.read().pending.keys().any(|field| field.as_str() == name)
    }

    /// The conflicts of a field.
    #[must_use]
    pub fn conflicts(&self, name: &str) -> Vec<Conflict> {
        let of_field = |conflict: &&Conflict| {
            conflict
                .operation
                .intent
                .field()
                .is_some_and(|field| field.as_str() == name)
        };
        self.view.read().conflicts.iter().filter(of_field).cloned().collect()
    }

    /// Whether a version of a field waits for a decision. Subscribes nobody.
    pub(crate) fn is_asked(&self, name: &str) -> bool {
        let of_field = |field: &FieldName| field.as_str() == name;
        let view = self.view.peek();
        view.conflicts
            .iter()
            .any(|conflict| conflict.operation.intent.field().is_some_and(of_field))
    }

    /// Whether all that was edited of it is on this device.
    pub(crate) fn is_stored(&self) -> bool {
        let view = self.view.read();
        !view.has_draft && !view.operations.iter().any(|pending| pending.phase == Phase::Saving)
    }

    /// Where what is typed for a part of it is kept: see [`super::drafts`]. Subscribes nobody.
    pub(crate) fn place(&self, part: &str) -> String {
        [self.board.peek().as_str(), "/", self.widget.peek().as_str(), "/", part].concat()
    }

    /// How fresh its board is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.view.read().freshness
    }

    /// How many other devices, at least, have shown its board to somebody as of a revision, or later; at most
    /// [`crate::config::SEEN_OTHERS_MAX`]. Told by the server, of this device's own edits, while the page is open: of a field that
    /// others have set it says nothing. Subscribes the reader to every count of the board.
    #[must_use]
    pub fn seen_by(&self, revision: Revision) -> usize {
        let seen = SEEN.read();
        seen.get(&self.board.read()).map_or(0, |seen| seen.others(revision))
    }

    /// Gives a field a value: shown at once, saved, sent. A run of edits becomes at most ten operations a second.
    pub fn edit(&self, field: &str, value: impl Into<Value>) {
        if let Some((board, widget, field)) = self.target(field) {
            self.managers.state.edit(board, widget, field, value);
        }
    }

    /// The same, of a value that was made of `base`, which may not be there any more: where somebody else has put something else there
    /// since, the server merges the two texts, or has the author asked.
    pub fn edit_on(&self, field: &str, value: impl Into<Value>, base: impl Into<Value>) {
        if let Some((board, widget, field)) = self.target(field) {
            self.managers.state.edit_on(board, widget, field, value, base);
        }
    }

    /// Gives a field a value within so many milliseconds, or never.
    pub fn edit_now(&self, field: &str, value: impl Into<Value>, ttl_ms: u64) {
        if let Some((board, widget, field)) = self.target(field) {
            self.managers.state.edit_now(board, widget, field, value, ttl_ms);
        }
    }

    /// Adds to a counter; negative to take away. Never conflicts.
    pub fn add(&self, field: &str, amount: i64) {
        if let Some((board, widget, field)) = self.target(field) {
            self.managers.state.add(board, widget, field, amount);
        }
    }

    /// Tells the others who look at its board that this person has it under their hands, or has let it go.
    /// [`WidgetRealtime`](crate::components::WidgetRealtime) does, with the focus.
    pub fn hold(&self, holds: bool) {
        let (board, widget) = (self.board.cloned(), self.widget.cloned());
        self.managers.state.hold(board, widget, holds);
    }

    /// Whether anybody can see it from now on: what nobody can is brought up to date a moment later.
    pub(crate) fn see(&self, is_seen: bool) {
        let place = (self.board.cloned(), self.widget.cloned());
        self.managers.state.see(&place, is_seen);
    }

    /// Takes the widget off its board. It can be brought back.
    pub fn remove(&self) {
        self.managers.state.remove(self.board.cloned(), self.widget.cloned());
    }

    /// Brings it back.
    pub fn restore(&self) {
        self.managers.state.restore(self.board.cloned(), self.widget.cloned());
    }

    fn target(&self, field: &str) -> Option<(BoardId, WidgetId, FieldName)> {
        match field.parse() {
            Ok(field) => Some((self.board.cloned(), self.widget.cloned(), field)),
            Err(error) => {
                tracing::error!("`{field}` is no field: {error}");
                None
            }
        }
    }
}

/// Peeks: who shows it follows it.
fn view_of(board: &BoardId, widget: &WidgetId, is_optimistic: bool) -> WidgetView {
    let boards = BOARDS.peek();
    let view = boards.get(board);
    let operations = PENDING
        .peek()
        .iter()
        .filter(|pending| pending.board() == board && pending.widget() == widget)
        .cloned()
        .collect();
    let conflicts = CONFLICTS
        .peek()
        .iter()
        .filter(|conflict| conflict.operation.board == *board && conflict.operation.widget == *widget)
        .cloned()
        .collect();
    let set_aside = SET_ASIDE
        .peek()
        .iter()
        .filter(|aside| aside.operation.board == *board && aside.operation.widget == *widget)
        .cloned()
        .collect();
    let mut people = Vec::new();
    if let Some(there) = SYNC.peek().people.as_ref().filter(|there| there.board == *board) {
        for person in &there.people {
            if person.widget.as_ref() == Some(widget) {
                people.push(person.clone());
            }
        }
    }
    let shown = view.map(|view| &view.shown);
    let values = if is_optimistic {
        shown.and_then(|shown| shown.widget(widget))
    } else {
        shown.and_then(|shown| shown.confirmed_widget(widget))
    };
    WidgetView {
        widget: values.cloned(),
        pending: shown
            .and_then(|shown| shown.pending.get(widget).cloned())
            .unwrap_or_default(),
        is_ahead: shown.is_some_and(|shown| shown.confirmed.contains_key(widget)),
        has_draft: shown.is_some_and(|shown| shown.drafted.contains(widget)),
        operations,
        conflicts,
        set_aside,
        people,
        freshness: view.map_or(Freshness::Offline { since: None }, |view| view.freshness),
        is_known: view.is_some_and(|view| view.is_known),
    }
}
