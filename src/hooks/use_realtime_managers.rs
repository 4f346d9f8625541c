//! The four managers: thin handles over the way to the loop.

use dioxus::prelude::*;
use futures_util::FutureExt;

use super::{
    context::{Context, NoProvider, try_use_provided, use_provided},
    events::{EventKind, RealtimeEvent, use_events},
};
use crate::{
    protocol::{BoardId, Device, FieldName, Kind, OperationId, Value, WidgetId},
    sorted::SortedMap,
    state::{CONFLICTS, CONNECTION, ConnectionStatus, PENDING, PendingOperation, Place, SET_ASIDE, SYNC},
    sync::{Command, Conflict, Counters, Heartbeat, Resolution, SetAside},
    time::Timestamp,
};

/// The managers of the provider above. `Copy`: move them into handlers freely.
#[derive(Clone, Copy, PartialEq)]
pub struct RealtimeManagers {
    /// The connection.
    pub websocket: WebSocketManager,
    /// Edits, and taking them back.
    pub state: RealtimeStateManager,
    /// The outbox of this device.
    pub background: BackgroundSyncManager,
    /// How updates are gathered.
    pub updates: UpdateProcessor,
}

/// The managers that the provider above has started: one of each for the whole app.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::use_realtime_managers;
///
/// #[component]
/// fn Tools() -> Element {
///     let managers = use_realtime_managers();
///     rsx! {
///         button { onclick: move |_| managers.state.undo(), "Undo" }
///         button { onclick: move |_| managers.background.sync_now(), "Sync now" }
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider, with a message that says so; [`try_use_realtime_managers`] gives an error instead.
#[must_use]
pub fn use_realtime_managers() -> RealtimeManagers {
    RealtimeManagers::of(use_provided("use_realtime_managers"))
}

/// The same, for a component that may stand outside a provider.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::try_use_realtime_managers;
///
/// #[component]
/// fn Undo() -> Element {
///     let managers = try_use_realtime_managers()?; // told to the nearest error boundary
///     rsx! { button { onclick: move |_| managers.state.undo(), "Undo" } }
/// }
/// ```
///
/// # Errors
/// [`NoProvider`] outside one.
pub fn try_use_realtime_managers() -> Result<RealtimeManagers, NoProvider> {
    try_use_provided("use_realtime_managers").map(RealtimeManagers::of)
}

/// The managers of the one provider of a page, whichever component brought it; `None` without one.
#[cfg(feature = "testing")]
pub(crate) fn managers_at(dom: &VirtualDom) -> Option<RealtimeManagers> {
    // There is no way to ask for all scopes, and those that have ended leave gaps between the others.
    let scopes = (0..SCOPES_MAX)
        .map(ScopeId)
        .filter(|scope| dom.get_scope(*scope).is_some());
    let context = dom.in_runtime(|| scopes.filter_map(|scope| dom.runtime().consume_context(scope)).next());
    context.map(RealtimeManagers::of)
}

/// More components than a page has.
#[cfg(feature = "testing")]
const SCOPES_MAX: usize = 100_000;

impl RealtimeManagers {
    pub(super) const fn of(context: Context) -> Self {
        Self {
            websocket: WebSocketManager { context },
            state: RealtimeStateManager { context },
            background: BackgroundSyncManager { context },
            updates: UpdateProcessor { context },
        }
    }
}

/// The connection's life: dialling, greeting, heartbeat and retries are the engine's; this says what is wanted.
#[derive(Clone, Copy, PartialEq)]
pub struct WebSocketManager {
    context: Context,
}

impl WebSocketManager {
    /// The one word for how things are. Subscribes the reader.
    #[must_use]
    pub fn status(self) -> ConnectionStatus {
        CONNECTION()
    }

    /// Connect, and stay connected.
    pub fn connect(self) {
        self.context.command(Command::Connect);
    }

    /// Close the connection, until told to connect. Edits are kept. In a browser all tabs do so together, as they share one outbox, and
    /// stay so when they are loaded again.
    pub fn disconnect(self) {
        self.context.command(Command::Disconnect);
    }

    /// Work offline, or connect again.
    pub fn work_offline(self, offline: bool) {
        if offline {
            self.disconnect();
        } else {
            self.connect();
        }
    }

    /// The token to greet with from now on; `None` for the browser's session. Connects again.
    pub fn sign_in(self, token: Option<String>) {
        self.context.command(Command::SignIn { token });
    }

    /// What this device is called from now on, and its colour: remembered here, and told with each edit.
    pub fn name_device(self, device: Device) {
        self.context.command(Command::Name(device));
    }

    /// How often the server is asked for a sign of life from now on: less often, where a device is to save its battery. A dead
    /// connection is noticed so much later, unless something was sent; after the device woke, within a second as ever.
    pub fn beat(self, heartbeat: Heartbeat) {
        self.context.command(Command::Beat(heartbeat));
    }

    /// Send an app's own event to the others on a board. Lossy: at most [`crate::config::EVENT_BYTES_MAX`] with its name;
    /// the newest [`crate::config::EVENT_QUEUE_LEN_MAX`] wait while there is no connection, and none outlives the page.
    /// What is over the limit is refused with a notice.
    pub fn emit(self, board: BoardId, name: impl Into<String>, payload: impl Into<Value>) {
        self.context.command(Command::Emit {
            board,
            name: name.into(),
            payload: payload.into(),
        });
    }

    /// Calls `handler` with each event of a kind: see [`WebSocketHandle::on`](super::WebSocketHandle::on). A hook.
    pub fn on(self, kind: impl Into<EventKind>, handler: impl FnMut(RealtimeEvent) + 'static) {
        use_events(self.context, kind.into(), use_callback(handler));
    }
}

/// Edits that show at once, are saved, sent, and decided by the server; and what a person does about the rest.
#[derive(Clone, Copy, PartialEq)]
pub struct RealtimeStateManager {
    context: Context,
}

impl RealtimeStateManager {
    /// Give a field a value. A run of them becomes at most ten operations a second, always the last value.
    pub fn edit(self, board: BoardId, widget: WidgetId, field: FieldName, value: impl Into<Value>) {
        self.context.command(Command::Set {
            board,
            widget,
            field,
            value: value.into(),
        });
    }

    /// The same, of a value that was made of `base`, which may not be there any more: where somebody else has put something else there
    /// since, the server merges the two texts, or has the author asked.
    pub fn edit_on(
        self,
        board: BoardId,
        widget: WidgetId,
        field: FieldName,
        value: impl Into<Value>,
        base: impl Into<Value>,
    ) {
        self.context.command(Command::SetOn {
            board,
            widget,
            field,
            value: value.into(),
            base: base.into(),
        });
    }

    /// Give a field a value within so many milliseconds, or never.
    pub fn edit_now(self, board: BoardId, widget: WidgetId, field: FieldName, value: impl Into<Value>, ttl_ms: u64) {
        self.context.command(Command::SetNow {
            board,
            widget,
            field,
            value: value.into(),
            ttl_ms,
        });
    }

    /// Add to a counter; negative to take away.
    pub fn add(self, board: BoardId, widget: WidgetId, field: FieldName, amount: i64) {
        self.context.command(Command::Add {
            board,
            widget,
            field,
            amount,
        });
    }

    /// Put a widget on a board.
    pub fn create(self, board: BoardId, widget: WidgetId, kind: Kind, fields: SortedMap<FieldName, Value>) {
        self.context.command(Command::Create {
            board,
            widget,
            kind,
            fields,
        });
    }

    /// Take a widget off a board. It can be brought back.
    pub fn remove(self, board: BoardId, widget: WidgetId) {
        self.context.command(Command::Remove { board, widget });
    }

    /// Bring a removed widget back.
    pub fn restore(self, board: BoardId, widget: WidgetId) {
        self.context.command(Command::Restore { board, widget });
    }

    /// Tell the others who look at a board that a widget is under this person's hands, or was let go: see
    /// [`use_people`](super::use_people).
    pub fn hold(self, board: BoardId, widget: WidgetId, holds: bool) {
        let place = (board, widget);
        self.context.hold(&place, holds);
        let (board, widget) = place;
        self.context.command(Command::Hold { board, widget, holds });
    }

    /// Whether anybody can see a widget from now on: what nobody can is brought up to date when there is time for it.
    pub(crate) fn see(self, place: &Place, is_seen: bool) {
        self.context.see(place, is_seen);
    }

    /// Undo the newest edit that is not undone: of this page, and where that has none left, of this device, as it was before a reload
    /// and in other tabs.
    pub fn undo(self) {
        self.context.command(Command::Undo);
    }

    /// Do once more what was undone last, until there is a new edit. What was to be now or never is not done again.
    pub fn redo(self) {
        self.context.command(Command::Redo);
    }

    /// The oldest operations without an end, at most [`crate::config::PENDING_SHOWN_LEN_MAX`]; without those that were taken back
    /// before they were ever sent, of which only the server has still to hear. Subscribes the reader.
    #[must_use]
    pub fn pending(self) -> Vec<PendingOperation> {
        PENDING()
    }

    /// Operations that were set aside: not accepted, or not sent in time. Subscribes the reader.
    #[must_use]
    pub fn set_aside(self) -> Vec<SetAside> {
        SET_ASIDE()
    }

    /// Send a pending operation again as soon as the server lets it, or make a set-aside one again; with another value, if given.
    pub fn retry(self, id: OperationId, value: Option<Value>) {
        self.context.command(Command::Retry { id, value });
    }

    /// Take back a pending operation, wherever it has come to.
    pub fn rollback(self, id: OperationId) {
        self.context.command(Command::Withdraw { id });
    }

    /// Forget a set-aside operation, or one that waits for a server that was at this address before.
    pub fn discard(self, id: OperationId) {
        self.context.command(Command::Discard { id });
    }

    /// Conflicts that wait for a decision. Subscribes the reader.
    #[must_use]
    pub fn conflicts(self) -> Vec<Conflict> {
        CONFLICTS()
    }

    /// Resolve a conflict, as it is in [`conflicts`](Self::conflicts). Theirs is not kept over a value that its author has set since then, and which
    /// came onto its card in the moment of the choice: the card stays, and [`Notice::NotResolved`](super::Notice) is told.
    pub fn resolve(self, id: OperationId, resolution: Resolution) {
        let seen = CONFLICTS
            .peek()
            .iter()
            .find(|conflict| conflict.id() == id)
            .map(|conflict| conflict.operation.id);
        self.context.command(Command::Resolve { id, seen, resolution });
    }

    /// Undo the decision of a conflict, given as it was: it waits for a decision again, and the other side's value comes back.
    /// Where somebody has written since, theirs is what they wrote. That of a removed widget is removed again, and asks nothing.
    pub fn unresolve(self, conflict: Conflict, resolution: Resolution) {
        let conflict = Box::new(conflict);
        self.context.command(Command::Unresolve { conflict, resolution });
    }

    /// Put a conflict away: theirs stands.
    pub fn dismiss(self, id: OperationId) {
        self.context.command(Command::Dismiss { id });
    }
}

/// The sync in the background: the durable outbox of this device, and what the server has.
#[derive(Clone, Copy, PartialEq)]
pub struct BackgroundSyncManager {
    context: Context,
}

impl BackgroundSyncManager {
    /// What waits to be sent, oldest first, at most [`crate::config::PENDING_SHOWN_LEN_MAX`]. Subscribes the reader.
    #[must_use]
    pub fn queue(self) -> Vec<PendingOperation> {
        PENDING()
    }

    /// When the server last sent changes, on this device's clock; `None` before the first time. Subscribes the reader.
    #[must_use]
    pub fn last_sync(self) -> Option<Timestamp> {
        SYNC.read().synced_at
    }

    /// When this device asks the server again by itself, on its clock; `None` while a connection brings what changes, and
    /// while it is paused. Subscribes the reader.
    #[must_use]
    pub fn next_refresh(self) -> Option<Timestamp> {
        SYNC.read().next_refresh
    }

    /// Try now, whatever this device's own timers say; how long the server asked to wait is kept.
    pub fn sync_now(self) {
        self.context.command(Command::SyncNow);
    }

    /// Give the person a file, `tideboard-outbox.json`, of all that waits on this device: a list of
    /// [`Listed`](crate::sync::Listed). It needs neither a network nor room in the storage. A browser saves it among its
    /// downloads; elsewhere nothing happens, and `tideboard outbox --json` prints the same.
    pub fn export(self) {
        self.context.export();
    }

    /// Ends when all that is shown is stored on this device: what a program waits for before it ends. A browser's page can't wait, and
    /// is answered at once.
    pub fn settled(self) -> impl Future<Output = ()> + use<> {
        // Without a loop there is nobody who stores: then there is nothing to wait for, either.
        self.context.settle().map(drop)
    }

    /// Neither send nor hear anything until it is resumed: what [`WebSocketManager::disconnect`] does. Edits are kept, and a
    /// browser's tabs are paused together.
    pub fn pause(self) {
        self.context.command(Command::Disconnect);
    }

    /// Go on.
    pub fn resume(self) {
        self.context.command(Command::Connect);
    }
}

/// How updates are gathered: edits of one field within a tenth of a second become one operation, and what arrives
/// together is shown together.
#[derive(Clone, Copy, PartialEq)]
pub struct UpdateProcessor {
    context: Context,
}

impl UpdateProcessor {
    /// Make operations of all edits that are only shown so far, now.
    pub fn flush(self) {
        self.context.command(Command::Flush);
    }

    /// Counts since the page opened. Subscribes the reader.
    #[must_use]
    pub fn counters(self) -> Counters {
        SYNC.read().counters
    }
}
