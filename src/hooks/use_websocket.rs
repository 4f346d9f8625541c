//! The connection: how it is, whether it should be, and what comes by it.

use dioxus::prelude::*;

use super::{
    EventKind, RealtimeEvent, RealtimeManagers, WebSocketManager, context::use_provided,
    use_current_board::current_board,
};
use crate::{
    protocol::{BoardId, Value},
    state::{ConnectionStatus, SYNC},
};

/// The connection's state and switch. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct WebSocketHandle {
    manager: WebSocketManager,
    board: ReadSignal<BoardId>,
}

/// The one connection of the app. Named as the layer's users know it; Dioxus has a hook of the same name for plain
/// sockets, which neither resumes nor retries.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::{RealtimeEvent, use_websocket};
///
/// #[component]
/// fn Chat() -> Element {
///     let socket = use_websocket();
///     let mut last = use_signal(String::new);
///     socket.on("chat", move |event| {
///         if let RealtimeEvent::Named { payload, .. } = event {
///             last.set(payload.as_str().unwrap_or_default().to_owned());
///         }
///     });
///     rsx! {
///         p { "data-state": socket.status().token(), "{last}" }
///         button { onclick: move |_| socket.send("chat", "Ahoy"), "Ahoy" }
///         button { onclick: move |_| socket.disconnect(), "Work offline" }
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_websocket() -> WebSocketHandle {
    let context = use_provided("use_websocket");
    WebSocketHandle {
        manager: RealtimeManagers::of(context).websocket,
        board: use_hook(|| current_board("use_websocket")),
    }
}

impl WebSocketHandle {
    /// The one word for how things are. Subscribes the reader.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        self.manager.status()
    }

    /// The word for the connection alone. Subscribes the reader.
    #[must_use]
    pub fn link(&self) -> ConnectionStatus {
        SYNC.read().link.clone()
    }

    /// Whether the server is connected and has greeted. Subscribes the reader.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(
            SYNC.read().link,
            ConnectionStatus::Live | ConnectionStatus::CatchingUp { .. }
        )
    }

    /// Connect, and stay connected.
    pub fn connect(&self) {
        self.manager.connect();
    }

    /// Work offline until told to connect.
    pub fn disconnect(&self) {
        self.manager.disconnect();
    }

    /// Send an app's own event to the others who look at the board of this place: see [`super::use_current_board`]. Lossy,
    /// and within the limits of [`WebSocketManager::emit`].
    pub fn send(&self, name: impl Into<String>, payload: impl Into<Value>) {
        self.manager.emit(self.board.cloned(), name, payload);
    }

    /// The same, to those who look at another board.
    pub fn emit(&self, board: BoardId, name: impl Into<String>, payload: impl Into<Value>) {
        self.manager.emit(board, name, payload);
    }

    /// Calls `handler` with each event of a kind, once, until the component goes: a name of the app's own, or an
    /// [`EventKind`]. It is a hook: call it at the top of a component, not from a handler. The kind is read at the first
    /// render; of the handler the newest is called.
    pub fn on(&self, kind: impl Into<EventKind>, handler: impl FnMut(RealtimeEvent) + 'static) {
        self.manager.on(kind, handler);
    }
}
