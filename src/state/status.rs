//! One word for how things are, by one list of priorities.

use crate::{
    sync::{
        Connection, Status,
        storage::{Durability, StorageError},
    },
    time::Timestamp,
};

/// How things are, in the one word that matters most: not stored > sign in > a decision waits > offline > waiting > by
/// requests > catching up > live.
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
    /// No live socket can be had; operations and boards go by plain requests, one every [`crate::config::FALLBACK_MS`].
    ByRequests,
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
            Self::ByRequests => "by-requests",
            Self::CatchingUp { .. } => "catching-up",
            Self::Live => "live",
        }
    }

    /// The word for a status of the engine. `online` is the device's own opinion of its network, `missing` counts
    /// the changes on their way (`None`: every watched board is live).
    pub(crate) fn of(status: &Status, online: bool, conflicts: usize, set_aside: usize, missing: Option<u64>) -> Self {
        if !status.initialized && status.namespace.is_some() && status.fault.is_none() {
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
            _ if status.by_requests => Self::ByRequests,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::ClientId,
        sync::{Birth, Engine},
    };

    /// The status of an engine that has done nothing, on a device that stores durably.
    fn quiet() -> Status {
        let birth = Birth {
            client: ClientId(1),
            seed: 1,
            token: None,
            device: None,
            mark: None,
            namespace: None,
            stores_before: Vec::new(),
            durability: Durability::Durable,
        };
        Engine::new(birth).status()
    }

    fn waiting() -> Connection {
        Connection::Waiting {
            attempt: 2,
            retry_at: Timestamp(9),
        }
    }

    #[test]
    fn of_several_states_the_one_that_needs_a_person_most_is_said() {
        let message = || "Sign in".to_owned();
        let mut status = Status {
            connection: waiting(),
            ..quiet()
        };
        let word = |status: &Status, conflicts: usize| ConnectionStatus::of(status, false, conflicts, 0, None).token();
        assert_eq!(word(&status, 0), "offline");
        assert_eq!(word(&status, 1), "decide");
        status.connection = Connection::NeedsAuth { message: message() };
        assert_eq!(word(&status, 1), "sign-in");
        status.fault = Some(StorageError::Full);
        assert_eq!(word(&status, 1), "cannot-store");
        status.fault = None;
        status.durability = Durability::MemoryOnly;
        assert_eq!(word(&status, 1), "cannot-store");
    }

    #[test]
    fn a_server_that_does_not_answer_is_told_from_a_network_that_is_gone() {
        let status = Status {
            connection: waiting(),
            ..quiet()
        };
        let unreachable = ConnectionStatus::of_connection(&status, true, None);
        assert_eq!(
            unreachable,
            ConnectionStatus::Waiting {
                attempt: 2,
                retry_at: Some(Timestamp(9))
            }
        );
        let offline = ConnectionStatus::of_connection(&status, false, None);
        assert_eq!(
            offline,
            ConnectionStatus::Offline {
                since: None,
                chosen: false
            }
        );
    }

    #[test]
    fn while_requests_are_answered_the_server_is_not_called_unreachable() {
        let status = Status {
            connection: waiting(),
            by_requests: true,
            ..quiet()
        };
        let word = |online| ConnectionStatus::of_connection(&status, online, None);
        assert_eq!(word(true), ConnectionStatus::ByRequests);
        assert_eq!(word(false).token(), "offline");
    }

    #[test]
    fn a_further_dial_does_not_flicker_between_two_words() {
        let dialing = |attempt| Connection::Dialing {
            dial: 3,
            attempt,
            since: Timestamp(0),
        };
        let word = |connection| ConnectionStatus::of_connection(&Status { connection, ..quiet() }, true, None).token();
        assert_eq!(word(dialing(0)), "connecting");
        assert_eq!(word(dialing(2)), word(waiting()));
    }
}
