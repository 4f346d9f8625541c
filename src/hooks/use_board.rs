//! A board, and the list of boards.

use std::sync::Arc;

use dioxus::prelude::*;

use super::{
    RealtimeManagers,
    boxed::{use_drop, use_effect, use_memo, use_signal},
    context::use_provided,
};
use crate::{
    board::{in_order, moved, order_of},
    protocol::{BoardId, FieldName, Kind, Operation, Value, Widget, WidgetId},
    sorted::{SortedMap, sorted},
    state::{BOARDS, CONFLICTS},
    sync::{Command, Conflict, Freshness},
};

/// A widget's place on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardEntry {
    /// Its name.
    pub id: WidgetId,
    /// What it is.
    pub kind: Kind,
}

/// A board as a whole; its widgets' values come by [`super::use_realtime_updates`], one widget at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardSummary {
    /// Its name for people, where it has one.
    pub name: Option<String>,
    /// Its widgets but for its own record, by their field `order`; those without one last, as they were added. A removed one is here
    /// as long as an edit of it, made on this device, is not decided.
    pub widgets: Vec<BoardEntry>,
    /// How fresh it is.
    pub freshness: Freshness,
    /// Whether anything was ever received of it. False while it loads, and where there is no such board.
    pub is_known: bool,
    /// Whether the board exists, as far as is known: its own record is there.
    pub exists: bool,
}

/// A board that is watched, and what can be done to it as a whole. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct BoardHandle {
    board: ReadSignal<BoardId>,
    summary: Memo<BoardSummary>,
    managers: RealtimeManagers,
}

/// Watches a board as long as the component lives. Renders its reader when widgets come, go or change places, never
/// for their values.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::{components::WidgetRealtime, hooks::{use_board, use_current_board}};
///
/// #[component]
/// fn Grid() -> Element {
///     let board = use_board(use_current_board());
///     rsx! {
///         for entry in board.summary().widgets {
///             WidgetRealtime { key: "{entry.id}", widget_id: entry.id.clone(), "a {entry.kind}" }
///         }
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_board(board: ReadSignal<BoardId>) -> BoardHandle {
    let context = use_provided("use_board");
    use_watch(board, false);
    let summary = use_memo(move || summary_of(&board.read()));
    BoardHandle {
        board,
        summary,
        managers: RealtimeManagers::of(context),
    }
}

/// The directory of boards: a board whose widgets are the boards, each with a field `name`. Watched as long as the
/// component lives.
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_boards() -> Memo<Vec<(BoardId, String)>> {
    let directory = use_signal(BoardId::directory);
    use_watch(directory.into(), false);
    use_memo(|| {
        let boards = BOARDS.read();
        let Some(view) = boards.get(&BoardId::directory()) else {
            return Vec::new();
        };
        let listed = view.shown.board.present().filter(|(id, _)| !id.is_birth());
        let named = |(id, widget): (&WidgetId, &Arc<Widget>)| {
            let id: BoardId = id.as_str().parse().ok()?;
            let name = widget.text("name").unwrap_or(id.as_str()).to_owned();
            Some((id, name))
        };
        sorted(
            listed.filter_map(named).collect(),
            |(id, name), (id_other, name_other)| (name, id).cmp(&(name_other, id_other)),
        )
    })
}

/// Hears of a board as long as the component lives, and of another one when the signal changes; and says that this page
/// `shows` it, or only needs it.
pub(super) fn use_watch(board: ReadSignal<BoardId>, shows: bool) {
    let context = use_provided("use_board");
    let mut watched = use_hook(|| CopyValue::new(None::<BoardId>));
    let look = move |board, looks| {
        if shows {
            context.command(Command::Look { board, looks });
        }
    };
    use_effect(move || {
        let board = board();
        let before = watched.write().replace(board.clone());
        context.want_board(board.clone());
        look(board, true);
        if let Some(before) = before {
            context.unwant_board(&before);
            look(before, false);
        }
    });
    use_drop(move || {
        if let Some(board) = watched.write().take() {
            context.unwant_board(&board);
            look(board, false);
        }
    });
}

impl BoardHandle {
    /// The board. Subscribes the reader.
    #[must_use]
    pub fn id(&self) -> BoardId {
        self.board.cloned()
    }

    /// Which widgets it has, in order, and how fresh it is. Subscribes the reader.
    #[must_use]
    pub fn summary(&self) -> BoardSummary {
        self.summary.cloned()
    }

    /// Of when the newest change is that this device has from the server, in Unix milliseconds by the server's clock: the board
    /// is shown as it was then. `None` where nothing is here. Subscribes the reader to every change.
    #[must_use]
    pub fn as_of_ms(&self) -> Option<u64> {
        let boards = BOARDS.read();
        let shown = &boards.get(&*self.board.read())?.shown;
        let widgets = shown.board.widgets();
        let confirmed = widgets.filter_map(|(id, _)| shown.confirmed_widget(id));
        let stamps = confirmed.flat_map(|widget| widget.fields.values());
        stamps.map(|field| field.writer.at.0).max().filter(|at| *at > 0)
    }

    /// The removed widgets that can be brought back, the last one first. Subscribes nobody.
    #[must_use]
    pub fn removed(&self) -> Vec<(WidgetId, Arc<Widget>)> {
        let mut removed = Vec::<(WidgetId, Arc<Widget>)>::new();
        if let Some(view) = BOARDS.peek().get(&*self.board.peek()) {
            for (id, widget) in view.shown.board.widgets() {
                if widget.removed.is_some() {
                    let later = removed.iter().take_while(|(_, other)| other.removed > widget.removed);
                    removed.insert(later.count(), (id.clone(), widget.clone()));
                }
            }
        }
        removed
    }

    /// Puts a widget on it.
    pub fn create(&self, widget: WidgetId, kind: Kind, fields: SortedMap<FieldName, Value>) {
        self.managers.state.create(self.board.cloned(), widget, kind, fields);
    }

    /// Puts one at a place among those of [`BoardSummary::widgets`], counted from 0, by its field `order`; where there is no room
    /// between its new neighbours, all get a number before.
    pub fn move_to(&self, widget: &WidgetId, place: usize) {
        let widgets = self.summary.peek().widgets.clone();
        let Some(from) = widgets.iter().position(|entry| entry.id == *widget) else {
            return;
        };
        for (place, order) in moved(&self.orders(&widgets), from, place) {
            let (board, widget) = (self.board.cloned(), widgets[place].id.clone());
            self.managers
                .state
                .edit(board, widget, FieldName::named("order"), order);
        }
    }

    /// The field `order` of what is to stand last, unless others stand there without one. Subscribes nobody.
    #[must_use]
    pub fn last_order(&self) -> Option<f64> {
        let orders = self.orders(&self.summary.peek().widgets);
        let last = orders.last().map_or(1.0, |last| last + 1.0);
        last.is_finite().then_some(last)
    }

    fn orders(&self, widgets: &[BoardEntry]) -> Vec<f64> {
        let boards = BOARDS.peek();
        let view = boards.get(&*self.board.peek());
        let widget = |entry: &BoardEntry| view?.shown.widget(&entry.id);
        let orders = widgets
            .iter()
            .map(|entry| widget(entry).map_or(f64::INFINITY, |widget| order_of(widget)));
        orders.collect()
    }

    /// Takes one off it.
    pub fn remove(&self, widget: WidgetId) {
        self.managers.state.remove(self.board.cloned(), widget);
    }

    /// Brings one back.
    pub fn restore(&self, widget: WidgetId) {
        self.managers.state.restore(self.board.cloned(), widget);
    }
}

fn summary_of(board: &BoardId) -> BoardSummary {
    let boards = BOARDS.read();
    let Some(view) = boards.get(board) else {
        let freshness = Freshness::CatchingUp { missing: 0 };
        return BoardSummary {
            name: None,
            widgets: Vec::new(),
            freshness,
            is_known: false,
            exists: false,
        };
    };
    let own = view.shown.board.present().find(|(id, _)| id.is_birth());
    let name = own.and_then(|(_, widget)| Some(widget.text("name")?.to_owned()));
    let conflicts = CONFLICTS.read();
    let mut placed = Vec::new();
    for (id, widget) in view.shown.board.widgets() {
        let is_edited = || {
            // What this device has removed itself is not removed by the server yet.
            let confirmed = view.shown.confirmed_widget(id);
            confirmed.is_some_and(|widget| widget.removed.is_some())
                && view.shown.pending.get(id).is_some_and(|fields| !fields.is_empty())
        };
        let is_in_conflict = |conflict: &Conflict| {
            let Operation { board: its, widget, .. } = &conflict.operation;
            its == board && widget == id
        };
        if !id.is_birth() && (widget.removed.is_none() || is_edited() || conflicts.iter().any(is_in_conflict)) {
            placed.push((id, widget));
        }
    }
    let entry = |(id, widget): (&WidgetId, &Arc<Widget>)| BoardEntry {
        id: id.clone(),
        kind: widget.kind.clone(),
    };
    let widgets = in_order(placed).into_iter().map(entry).collect();
    BoardSummary {
        name,
        widgets,
        freshness: view.freshness,
        is_known: view.is_known,
        exists: own.is_some(),
    }
}
