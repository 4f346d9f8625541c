//! The connection: how it is, and whether it should be.

use dioxus::prelude::*;

use super::{RealtimeManagers, use_realtime_managers};
use crate::state::{CONNECTION, ConnectionStatus, SYNC};

/// The connection's state and switch. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct WebSocketHandle {
    managers: RealtimeManagers,
}

/// The one connection of the app. Named as the layer's users know it; Dioxus has a hook of the same name for plain
/// sockets, which neither resumes nor retries.
///
/// ```ignore
/// let socket = use_websocket();
/// rsx! { button { onclick: move |_| socket.disconnect(), "Work offline" } p { {socket.status().token()} } }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_websocket() -> WebSocketHandle {
    WebSocketHandle {
        managers: use_realtime_managers(),
    }
}

impl WebSocketHandle {
    /// The one word for how things are. Subscribes the reader.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        CONNECTION()
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
        self.managers.websocket.connect();
    }

    /// Work offline until told to connect.
    pub fn disconnect(&self) {
        self.managers.websocket.disconnect();
    }

    /// Send an app's own event to the others who look at a board. Lossy: at most
    /// [`crate::config::EVENT_BYTES_MAX`]; a few wait while there is no connection.
    pub fn emit(
        &self,
        board: crate::protocol::BoardId,
        name: impl Into<String>,
        payload: impl Into<crate::protocol::Value>,
    ) {
        self.managers.websocket.emit(board, name, payload);
    }
}
