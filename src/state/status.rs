//! One word for how things are, by one list of priorities.

use crate::{
    sync::{
        Connection, Status,
        storage::{Durability, StorageError},
    },
    time::Timestamp,
};

/// How things are, in the one word that matters most: not stored > sign in > a decision waits > offline > waiting >
/// catching up > live.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ConnectionStatus {
    /// The page has just opened; also its first paint.
    #[default]
    Starting,
    /// Edits are not saved on this device.
    CannotStore {
        /// What the storage says; `None` where there is no storage that would outlive the page.
        fault: Option<StorageError>,
    },
    /// The server asks for a sign-in. What waits is kept.
    SignIn {
        /// What it said.
        message: String,
    },
    /// The server and this page are of versions that don't understand each other. What waits is kept.
    Closed {
        /// What the server said.
        message: String,
    },
    /// A person must decide.
    Decide {
        /// Fields with two versions.
        conflicts: usize,
        /// Edits that were not accepted.
        set_aside: usize,
    },
    /// No network, or working offline by choice.
    Offline {
        /// Since when, on this device's clock; `None` when it was never online since the page opened.
        since: Option<Timestamp>,
        /// Whether a person chose it.
        chosen: bool,
    },
    /// Paused while hidden.
    Suspended,
    /// The first dial, or the greeting.
    Connecting,
    /// There is a network, and the server does not answer.
    Waiting {
        /// Failures in a row.
        attempt: u32,
        /// When to try again; `None` while it is being tried.
        retry_at: Option<Timestamp>,
    },
    /// Connected, and changes are on their way.
    CatchingUp {
        /// How many, as far as known.
        missing: u64,
    },
    /// All is here, and all is sent or on its way.
    Live,
}

impl ConnectionStatus {
    /// For `data-state` and style sheets: one plain word for each.
    #[must_use]
    pub const fn token(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::CannotStore { .. } => "cannot-store",
            Self::SignIn { .. } => "sign-in",
            Self::Closed { .. } => "closed",
            Self::Decide { .. } => "decide",
            Self::Offline { .. } => "offline",
            Self::Suspended => "suspended",
            Self::Connecting => "connecting",
            Self::Waiting { .. } => "waiting",
            Self::CatchingUp { .. } => "catching-up",
            Self::Live => "live",
        }
    }

    /// The word for a status of the engine. `online` is the device's own opinion of its network, `missing` counts
    /// the changes on their way (`None`: every watched board is live).
    pub(crate) fn of(status: &Status, online: bool, conflicts: usize, set_aside: usize, missing: Option<u64>) -> Self {
        if !status.initialized && status.namespace.is_some() {
            return Self::Starting;
        }
        if status.fault.is_some() || status.durability == Durability::MemoryOnly {
            return Self::CannotStore { fault: status.fault };
        }
        match &status.connection {
            Connection::NeedsAuth { message } => {
                return Self::SignIn {
                    message: message.clone(),
                };
            }
            Connection::Closed { message } => {
                return Self::Closed {
                    message: message.clone(),
                };
            }
            _ => {}
        }
        if conflicts + set_aside > 0 {
            return Self::Decide { conflicts, set_aside };
        }
        Self::of_connection(status, online, missing)
    }

    /// The word for the connection alone, whatever else waits: for a details panel.
    pub(crate) fn of_connection(status: &Status, online: bool, missing: Option<u64>) -> Self {
        match &status.connection {
            Connection::NeedsAuth { message } => Self::SignIn {
                message: message.clone(),
            },
            Connection::Closed { message } => Self::Closed {
                message: message.clone(),
            },
            Connection::Live { .. } => missing.map_or(Self::Live, |missing| Self::CatchingUp { missing }),
            Connection::Offline => Self::Offline {
                since: status.offline_since,
                chosen: true,
            },
            Connection::Suspended => Self::Suspended,
            _ if !online => Self::Offline {
                since: status.offline_since,
                chosen: false,
            },
            Connection::Dialing { attempt: 0, .. } | Connection::Greeting { attempt: 0, .. } => Self::Connecting,
            Connection::Dialing { attempt, .. } | Connection::Greeting { attempt, .. } => Self::Waiting {
                attempt: *attempt,
                retry_at: None,
            },
            Connection::Waiting { attempt, retry_at } => Self::Waiting {
                attempt: *attempt,
                retry_at: Some(*retry_at),
            },
        }
    }
}
