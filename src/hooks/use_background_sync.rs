//! The outbox: what waits, and since when.

use dioxus::prelude::*;

use super::{RealtimeManagers, use_realtime_managers};
use crate::{
    protocol::{OperationId, Value},
    state::{ConnectionStatus, PendingOperation, SYNC, SyncDetails},
    sync::{SetAside, storage::StorageError},
    time::Timestamp,
};

/// What waits on this device, and the buttons for it. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct BackgroundSync {
    managers: RealtimeManagers,
}

/// The outbox of this device. It drains by itself whenever there is a connection; nothing here must be called.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::use_background_sync;
///
/// #[component]
/// fn Waiting() -> Element {
///     let sync = use_background_sync();
///     rsx! {
///         ul {
///             for operation in sync.queue() {
///                 li { key: "{operation.id}", "{operation.widget()}, {operation.attempts()} tries" }
///             }
///         }
///         if sync.last_sync().is_some() && sync.next_refresh().is_none() {
///             p { "Up to date" }
///         }
///         button { onclick: move |_| sync.sync_now(), "Sync now ({sync.pending()} waiting)" }
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_background_sync() -> BackgroundSync {
    BackgroundSync {
        managers: use_realtime_managers(),
    }
}

impl BackgroundSync {
    /// How many operations wait for the server's answer. Subscribes the reader, as all of these do.
    #[must_use]
    pub fn pending(&self) -> usize {
        SYNC.read().pending
    }

    /// The oldest of them, at most [`crate::config::PENDING_SHOWN_LEN_MAX`].
    #[must_use]
    pub fn queue(&self) -> Vec<PendingOperation> {
        self.managers.background.queue()
    }

    /// What the server did not accept, or could not be sent in time.
    #[must_use]
    pub fn set_aside(&self) -> Vec<SetAside> {
        self.managers.state.set_aside()
    }

    /// When the server last agreed with this device, on this device's clock; `None` before the first time.
    #[must_use]
    pub fn last_sync(&self) -> Option<Timestamp> {
        self.managers.background.last_sync()
    }

    /// When this device asks the server again by itself, on its clock; `None` while a connection brings what changes, and
    /// while a person works offline.
    #[must_use]
    pub fn next_refresh(&self) -> Option<Timestamp> {
        self.managers.background.next_refresh()
    }

    /// Why this device can't store at the moment.
    #[must_use]
    pub fn fault(&self) -> Option<StorageError> {
        SYNC.read().fault
    }

    /// The device's own opinion of its network.
    #[must_use]
    pub fn is_online(&self) -> bool {
        SYNC.read().online
    }

    /// Whether a person chose to work offline.
    #[must_use]
    pub fn works_offline(&self) -> bool {
        matches!(SYNC.read().link, ConnectionStatus::Offline { chosen: true, .. })
    }

    /// Everything else that a details panel tells.
    #[must_use]
    pub fn details(&self) -> SyncDetails {
        SYNC()
    }

    /// Try now, whatever this device's own timers say; how long the server asked to wait is kept.
    pub fn sync_now(&self) {
        self.managers.background.sync_now();
    }

    /// Work offline, or connect again.
    pub fn work_offline(&self, offline: bool) {
        self.managers.websocket.work_offline(offline);
    }

    /// Send a pending operation again as soon as the server lets it, or make a set-aside one again; with another value, if given: of
    /// one that makes a widget, an object with those fields that are to be others.
    pub fn retry(&self, id: OperationId, value: Option<Value>) {
        self.managers.state.retry(id, value);
    }

    /// Take back a pending operation.
    pub fn rollback(&self, id: OperationId) {
        self.managers.state.rollback(id);
    }

    /// Forget a set-aside operation, or one that waits for a server that was at this address before.
    pub fn discard(&self, id: OperationId) {
        self.managers.state.discard(id);
    }
}
