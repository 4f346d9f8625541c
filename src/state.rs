//! What the page knows of the sync, in global signals, and their one writer.
//!
//! Read them anywhere below a `DashboardRealtimeProvider`; the hooks give the same in smaller pieces, so that an edit
//! of one widget renders that widget alone. Each `VirtualDom` has its own: pages rendered by a server share nothing.
//!
//! Invariant: only `publish` writes, once per turn of the sync loop, and only what has changed; and once for a page that a server draws.

mod changed;
mod details;
mod samples;
mod status;

use std::sync::Arc;

use dioxus::prelude::*;

pub(crate) use changed::{Changed, Place};
pub use details::{Now, PendingOperation, SyncDetails};
pub use samples::Series;
pub use status::ConnectionStatus;

use crate::{
    board::Board,
    protocol::{BoardId, WidgetId},
    sorted::{SortedMap, SortedSet},
    sync::{BoardView, Conflict, SeenBy, SetAside},
};

/// The one word for how things are.
pub static CONNECTION: GlobalSignal<ConnectionStatus> = Signal::global(ConnectionStatus::default);
/// Everything else that a details panel tells.
pub static SYNC: GlobalSignal<SyncDetails> = Signal::global(SyncDetails::default);
/// The oldest operations without an end, at most [`crate::config::PENDING_SHOWN_LEN_MAX`], and of more the newest few; [`SyncDetails::pending`] counts all.
pub static PENDING: GlobalSignal<Vec<PendingOperation>> = Signal::global(Vec::new);
/// Conflicts that wait for a decision.
pub static CONFLICTS: GlobalSignal<Vec<Conflict>> = Signal::global(Vec::new);
/// Operations that were set aside.
pub static SET_ASIDE: GlobalSignal<Vec<SetAside>> = Signal::global(Vec::new);
/// Every board that is watched. Widgets are shared with the engine: an unchanged one is the same `Arc`.
pub static BOARDS: GlobalSignal<SortedMap<BoardId, BoardView>> = Signal::global(SortedMap::new);
/// How many others have seen each board that is watched, as far as is known. Not in [`BOARDS`]: only what tells of it reads it.
pub static SEEN: GlobalSignal<SortedMap<BoardId, SeenBy>> = Signal::global(SortedMap::new);
/// The last minutes of every live series that is watched.
pub static SAMPLES: GlobalSignal<SortedMap<String, Arc<Series>>> = Signal::global(SortedMap::new);
/// The device's clocks, once a second while the page is shown; `None` on the first paint.
pub static NOW: GlobalSignal<Option<Now>> = Signal::global(|| None);

/// What one turn of the sync loop leaves to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub connection: ConnectionStatus,
    pub sync: SyncDetails,
    pub pending: Vec<PendingOperation>,
    pub conflicts: Vec<Conflict>,
    pub set_aside: Vec<SetAside>,
    pub boards: SortedMap<BoardId, BoardView>,
    pub seen: SortedMap<BoardId, SeenBy>,
    /// `None` when no value has come since the last turn.
    pub samples: Option<SortedMap<String, Arc<Series>>>,
    pub now: Option<Now>,
}

impl Snapshot {
    /// The first paint.
    pub fn blank() -> Self {
        Self {
            connection: ConnectionStatus::default(),
            sync: SyncDetails::default(),
            pending: Vec::new(),
            conflicts: Vec::new(),
            set_aside: Vec::new(),
            boards: SortedMap::new(),
            seen: SortedMap::new(),
            samples: Some(SortedMap::new()),
            now: None,
        }
    }

    /// The sync could not start at all.
    pub fn failed(message: String) -> Self {
        let closed = ConnectionStatus::Closed {
            message: message.clone(),
        };
        let sync = SyncDetails {
            link: closed.clone(),
            trouble: Some(message),
            ..SyncDetails::default()
        };
        Self {
            connection: closed,
            sync,
            ..Self::blank()
        }
    }
}

/// Shows a turn's outcome: writes each signal whose value has changed, and no other. Says what of it concerns widgets.
pub(crate) fn publish(snapshot: Snapshot) -> Changed {
    let Snapshot {
        connection,
        sync,
        pending,
        conflicts,
        set_aside,
        boards,
        seen,
        samples,
        now,
    } = snapshot;
    write_changed(&CONNECTION, connection);
    write_changed(&SEEN, seen);
    let mut lanes = SortedSet::new();
    let is_listed_otherwise =
        *PENDING.peek() != pending || *CONFLICTS.peek() != conflicts || *SET_ASIDE.peek() != set_aside;
    if is_listed_otherwise {
        note_lanes(&mut lanes);
        write_changed(&PENDING, pending);
        write_changed(&CONFLICTS, conflicts);
        write_changed(&SET_ASIDE, set_aside);
        note_lanes(&mut lanes);
    }
    let are_others = SYNC.peek().people != sync.people;
    if are_others {
        note_hands(&mut lanes);
    }
    write_changed(&SYNC, sync);
    if are_others {
        note_hands(&mut lanes);
    }
    let changed = !same_boards(&BOARDS.peek(), &boards);
    let before = changed.then(|| std::mem::replace(&mut *BOARDS.write(), boards));
    if let Some(samples) = samples {
        *SAMPLES.write() = samples;
    }
    write_changed(&NOW, now);
    Changed { before, lanes }
}

/// The widgets that something is listed of, each once.
fn note_lanes(lanes: &mut SortedSet<Place>) {
    let mut note = |board: &BoardId, widget: &WidgetId| _ = lanes.insert((board.clone(), widget.clone()));
    for PendingOperation { operation, .. } in PENDING.peek().iter() {
        note(&operation.board, &operation.widget);
    }
    for Conflict { operation, .. } in CONFLICTS.peek().iter() {
        note(&operation.board, &operation.widget);
    }
    for SetAside { operation, .. } in SET_ASIDE.peek().iter() {
        note(&operation.board, &operation.widget);
    }
}

/// The widgets that somebody has under their hands; and, for who shows them all, the board's own record.
fn note_hands(lanes: &mut SortedSet<Place>) {
    if let Some(people) = &SYNC.peek().people {
        lanes.insert((people.board.clone(), WidgetId::birth()));
        for widget in people.people.iter().filter_map(|person| person.widget.as_ref()) {
            lanes.insert((people.board.clone(), widget.clone()));
        }
    }
}

/// Back to the first paint: the loop has ended.
pub(crate) fn clear() {
    publish(Snapshot::blank());
}

/// Whether it has changed.
fn write_changed<T: PartialEq + 'static>(signal: &GlobalSignal<T>, value: T) -> bool {
    let changed = *signal.peek() != value;
    if changed {
        *signal.write() = value;
    }
    changed
}

/// As `==`, but a shared widget is not looked into: thousands are compared in each turn.
fn same_boards(before: &SortedMap<BoardId, BoardView>, after: &SortedMap<BoardId, BoardView>) -> bool {
    let same = |(before, after): (&BoardView, &BoardView)| {
        (before.freshness, before.cursor, before.is_known) == (after.freshness, after.cursor, after.is_known)
            && before.shown.pending == after.shown.pending
            && before.shown.confirmed == after.shown.confirmed
            && same_widgets(&before.shown.board, &after.shown.board)
    };
    before.keys().eq(after.keys()) && before.values().zip(after.values()).all(same)
}

fn same_widgets(before: &Board, after: &Board) -> bool {
    let mut pairs = before.widgets().zip(after.widgets());
    before.len() == after.len()
        && pairs.all(|((id, widget), (id_after, widget_after))| {
            id == id_after && (Arc::ptr_eq(widget, widget_after) || widget == widget_after)
        })
}
