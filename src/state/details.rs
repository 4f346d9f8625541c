//! What details panels and lists tell.

use std::sync::Arc;

use super::ConnectionStatus;
use crate::{
    protocol::{BoardId, Device, FieldName, Identity, Operation, OperationId, People, WidgetId},
    sync::{
        Counters, Phase, Release,
        storage::{Durability, Lacks, Namespace, StorageError},
    },
    time::Timestamp,
};

/// The sync in numbers and facts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncDetails {
    /// Whether this device's storage was read: what is shown is all that is known here.
    pub initialized: bool,
    /// The word for the connection alone, whatever else has priority in [`super::CONNECTION`].
    pub link: ConnectionStatus,
    /// The device's own opinion of its network.
    pub online: bool,
    /// Whether this tab or window does the sending for all of this device.
    pub leading: bool,
    /// How well this device stores; `None` until that is known.
    pub durability: Option<Durability>,
    /// What this browser lacks for its tabs to work as one.
    pub lacks: Lacks,
    /// How many bytes more it has room for, roughly; `None` where it does not tell.
    pub room: Option<u64>,
    /// Why it can't store at the moment.
    pub fault: Option<StorageError>,
    /// What went wrong last, for people; `None` again once the server was greeted.
    pub trouble: Option<String>,
    /// How this page goes with the server, and with other pages of this device: what one of them can't read waits.
    pub release: Release,
    /// Who this is to the server, while connected.
    pub identity: Option<Identity>,
    /// What this device is called.
    pub device: Option<Device>,
    /// Who else looks at the board that this page shows, or showed a moment ago: see [`crate::hooks::use_people`]. `None` while that is not known.
    pub people: Option<Arc<People>>,
    /// Whose records are shown.
    pub namespace: Option<Namespace>,
    /// Operations that wait for the server's answer, all of them.
    pub pending: usize,
    /// This person's edits that wait here for servers that were at this address before, and when each was made, by this device's clock: the first ones, at
    /// most [`crate::config::PENDING_SHOWN_LEN_MAX`]. They are not shown on a board, and go when their server is back.
    pub elsewhere: Vec<(Operation, Option<u64>)>,
    /// When the server last agreed with this device, on its clock: it sent changes, or said that there are none.
    pub synced_at: Option<Timestamp>,
    /// When this device asks the server again by itself, on its clock; `None` while a connection brings what changes, and
    /// while a person works offline.
    pub next_refresh: Option<Timestamp>,
    /// Since when there is no connection.
    pub offline_since: Option<Timestamp>,
    /// Counts since the page opened.
    pub counters: Counters,
}

/// An operation without an end yet, for lists of what is pending.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingOperation {
    /// Its name.
    pub id: OperationId,
    /// What it asks for.
    pub operation: Arc<Operation>,
    /// How far it has come.
    pub phase: Phase,
    /// When it was made, in Unix milliseconds of this device; `None` for one that an older version of this program has stored.
    pub made_at_ms: Option<u64>,
}

impl PendingOperation {
    /// The board it changes.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.operation.board
    }

    /// The widget it changes.
    #[must_use]
    pub fn widget(&self) -> &WidgetId {
        &self.operation.widget
    }

    /// The field it changes, where it changes one.
    #[must_use]
    pub fn field(&self) -> Option<&FieldName> {
        self.operation.intent.field()
    }

    /// How often the server has put it off.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        match &self.phase {
            Phase::Retrying { attempts, .. } => *attempts,
            _ => 0,
        }
    }
}

/// The device's clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The clock that the engine runs by: all `Timestamp`s of this device compare with it.
    pub device: Timestamp,
    /// Wall time, in milliseconds since the Unix epoch: compares, roughly, with what the server stamps.
    pub unix_ms: u64,
    /// The server's time, in the same: told by it, and counted on by this device, so that devices whose own clocks differ agree. Without
    /// a word of the server's since the page opened, the device's wall time.
    pub server_ms: u64,
    /// Minutes that local time is ahead of UTC.
    pub utc_offset_minutes: i32,
}

impl Now {
    /// The wall time of an instant on the device's clock, in Unix milliseconds.
    #[must_use]
    pub const fn unix_ms_of(&self, at: Timestamp) -> u64 {
        self.unix_ms
            .saturating_sub(self.device.since(at))
            .saturating_add(at.since(self.device))
    }

    /// Hours and minutes of the local day at `unix_ms`.
    #[must_use]
    pub fn hours_and_minutes(&self, unix_ms: u64) -> (u32, u32) {
        let of_day = u32::try_from(self.local_minutes(unix_ms).rem_euclid(24 * 60)).unwrap_or(0);
        (of_day / 60, of_day % 60)
    }

    /// The local day at `unix_ms`, counted from 1 January 1970.
    #[must_use]
    pub fn local_days(&self, unix_ms: u64) -> i64 {
        self.local_minutes(unix_ms).div_euclid(24 * 60)
    }

    fn local_minutes(&self, unix_ms: u64) -> i64 {
        let minutes = i64::try_from(unix_ms / 60_000).unwrap_or(i64::MAX);
        minutes.saturating_add(i64::from(self.utc_offset_minutes))
    }
}
