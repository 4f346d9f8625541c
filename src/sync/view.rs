//! What the engine shows: plain values, computed when asked for.

use super::{
    Conflict, Connection, Engine, SetAside, Shown,
    optimistic::replay,
    outbox::Pending,
    storage::{Durability, Namespace, StorageError},
    updates::Subscription,
};
use crate::{
    board::Board,
    config::RETRY_SHOWN_AFTER,
    planted,
    protocol::{BoardId, Cursor, Device, Identity, OperationId, Principal, Revision, Verdict, WidgetId, Writer},
    sorted::SortedSet,
    time::Timestamp,
};

/// How a program goes with its server, and with other pages of its device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// Each can read what the others make.
    #[default]
    Fits,
    /// The server can't read what was made here: that waits until it is updated.
    ServerOlder,
    /// This page can't read all of what a newer one beside it has made: that waits for a newer one, as which this one is loaded again.
    PageOlder,
}

/// How fresh a board is: from its cursor, never from the socket alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Every change is here as the server orders it.
    Live,
    /// The server's answer is on its way; so many changes are missing, where that is known.
    CatchingUp {
        /// How many.
        missing: u64,
    },
    /// No socket can be had, and requests bring it now and then.
    ByRequests {
        /// When it was last known to be as the server has it, on this device's clock; `None` when not since it started.
        as_of: Option<Timestamp>,
    },
    /// As of the moment the connection was lost; `None` when this device has not been online since it started.
    Offline {
        /// That moment, on this device's clock.
        since: Option<Timestamp>,
    },
}

/// A board to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardView {
    /// What is shown.
    pub shown: Shown,
    /// How fresh.
    pub freshness: Freshness,
    /// How far the server's order has been seen.
    pub cursor: Cursor,
    /// Whether anything was ever received of it; also, that there is no such board.
    pub is_known: bool,
}

/// How far a pending operation has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Being written to this device's storage.
    Saving,
    /// On this device.
    Saved,
    /// Sent, not answered.
    Sent,
    /// Put off by the server: tries, and why.
    Retrying {
        /// How often it was put off.
        attempts: u32,
        /// When it is sent again.
        retry_at: Timestamp,
        /// Why.
        reason: String,
        /// Whether it has been long enough to tell a person.
        shown: bool,
    },
    /// Being taken back.
    Withdrawing,
    /// The server has it, and has answered.
    Decided(Verdict),
}

/// The whole of the sync in a few words and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The connection.
    pub connection: Connection,
    /// Whether plain requests carry operations and boards instead of it: the last one was answered.
    pub by_requests: bool,
    /// Since when there is none.
    pub offline_since: Option<Timestamp>,
    /// Why the last one ended.
    pub trouble: Option<String>,
    /// Whether the storage was read.
    pub initialized: bool,
    /// Whether this tab does the sending.
    pub leading: bool,
    /// Whose records these are.
    pub namespace: Option<Namespace>,
    /// Who this is to the server, while connected.
    pub identity: Option<Identity>,
    /// How this program goes with the releases beside it.
    pub release: Release,
    /// Operations that wait for a verdict.
    pub pending: usize,
    /// When the server was last in agreement with this device.
    pub synced_at: Option<Timestamp>,
    /// When this device asks the server by itself next: to compare boards, to dial, or for a board where there is no socket; `None`
    /// where nothing waits for a time.
    pub next_refresh: Option<Timestamp>,
    /// How well this device stores.
    pub durability: Durability,
    /// Why it can't at the moment.
    pub fault: Option<StorageError>,
    /// Counts since the start.
    pub counters: Counters,
}

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames of changes and patches applied.
    pub updates: u64,
    /// Verdicts received.
    pub verdicts: u64,
    /// Verdicts that had been given before.
    pub duplicates: u64,
    /// Gaps found.
    pub gaps: u64,
    /// Histories that broke.
    pub history_breaks: u64,
    /// Boards that were found not to be as the server has them, and were sent anew.
    pub differences: u64,
}

/// Whether an operation counts as one that waits for a verdict: nobody waits for what they took back.
fn waits(pending: &&Pending) -> bool {
    pending.verdict.is_none() && !pending.withdrawing
}

impl Engine {
    /// What this device is called.
    #[must_use]
    pub const fn device(&self) -> Option<&Device> {
        self.birth.device.as_ref()
    }

    /// As whom the server will know this device's edits: until then they have no time.
    fn writer(&self) -> Writer {
        let device = self.device();
        Writer {
            principal: self.principal(),
            device: device.map(|device| device.name.clone()),
            colour: device.map(|device| device.colour),
            at: Timestamp(0),
        }
    }

    /// Whether the server has greeted it, and is there.
    #[must_use]
    pub fn is_welcome(&self) -> bool {
        self.connection.welcome().is_some()
    }

    /// The server's time at `now` of this device's clock, by its newest stamp; `None` before it has sent one.
    #[must_use]
    pub fn server_time(&self, now: Timestamp) -> Option<Timestamp> {
        self.stamp.map(|(_, stamp, at)| stamp.plus(now.since(at)))
    }

    fn release(&self) -> Release {
        let server = self.server_schema();
        let open = self.outbox.iter().filter(waits).filter(|pending| !pending.withdrawing);
        let newest = open.map(|pending| pending.operation.schema).max().unwrap_or(0);
        if self.is_older {
            Release::PageOlder
        } else if server.is_some_and(|server| server < newest.max(planted::schema())) {
            Release::ServerOlder
        } else {
            Release::Fits
        }
    }

    /// In a few words and numbers.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            connection: self.connection.clone(),
            by_requests: self.by_requests(),
            offline_since: self.offline_since,
            trouble: self.trouble.clone(),
            initialized: self.loaded,
            leading: self.leading,
            namespace: self.namespace.clone(),
            identity: self.connection.welcome().map(|welcome| welcome.identity.clone()),
            release: self.release(),
            pending: self.outbox.iter().filter(waits).count() + self.drafts.len(),
            synced_at: self.synced_at,
            next_refresh: self.next_refresh(),
            durability: self.birth.durability,
            fault: self.left.as_deref().unwrap_or(self).keeping.fault(),
            counters: self.counters,
        }
    }

    /// The next comparing, the next dial, or the next request where requests stand in for the socket.
    fn next_refresh(&self) -> Option<Timestamp> {
        let dial = match self.connection {
            Connection::Waiting { retry_at, .. } => Some(retry_at),
            _ => None,
        };
        [self.refresh_wakeup(), dial, self.request_wakeup()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The moment of the last turn.
    #[must_use]
    pub const fn turned_at(&self) -> Timestamp {
        self.turned_at
    }

    /// A board as its reader sees it; `None` when nobody has asked for it.
    #[must_use]
    pub fn board(&self, board: &BoardId) -> Option<BoardView> {
        let replica = self.replicas.get(board)?;
        let freshness = match (&self.connection, &replica.subscription) {
            (Connection::Live { .. }, Subscription::Live) => Freshness::Live,
            (Connection::Live { .. }, _) if replica.is_compared => Freshness::Live,
            (Connection::Live { .. }, Subscription::CatchingUp { answer, .. }) => Freshness::CatchingUp {
                missing: answer.at.revision.0.saturating_sub(replica.cursor.revision.0),
            },
            (Connection::Live { .. }, _) => Freshness::CatchingUp { missing: 0 },
            _ if self.brings(board) => Freshness::ByRequests {
                as_of: replica.agreed_at,
            },
            _ => Freshness::Offline {
                since: self.offline_since,
            },
        };
        let is_known = replica.cursor.revision > Revision::ZERO
            || replica.is_absent
            || matches!(replica.subscription, Subscription::Live)
            || replica.is_compared;
        Some(BoardView {
            shown: self.shown(board)?,
            freshness,
            cursor: replica.cursor,
            is_known,
        })
    }

    /// The board with pending operations and drafts laid over it.
    #[must_use]
    pub fn shown(&self, board: &BoardId) -> Option<Shown> {
        let replica = self.replicas.get(board)?;
        Some(replay(
            replica.confirmed.clone(),
            replica.cursor.revision,
            self.outbox.of_board(board).filter(|pending| self.is_timely(pending)),
            self.drafts.of_board(board),
            &self.writer(),
        ))
    }

    /// One widget of a board as its reader sees it: what [`Engine::shown`] says of it, without the rest of the board.
    #[must_use]
    pub fn shown_widget(&self, board: &BoardId, widget: &WidgetId) -> Shown {
        let mut confirmed = Board::default();
        let replica = self.replicas.get(board);
        if let Some(known) = replica.and_then(|replica| replica.confirmed.widget(widget)) {
            confirmed.put(widget.clone(), known.clone());
        }
        let lane = self.outbox.of_lane(board, widget);
        replay(
            confirmed,
            replica.map_or(Revision::ZERO, |replica| replica.cursor.revision),
            lane.filter(|pending| self.is_timely(pending)),
            self.drafts.of_board(board).filter(|draft| draft.widget == *widget),
            &self.writer(),
        )
    }

    /// The confirmed board, for comparison with the server's.
    #[must_use]
    pub fn confirmed(&self, board: &BoardId) -> Option<(&crate::board::Board, Cursor)> {
        self.replicas
            .get(board)
            .map(|replica| (&replica.confirmed, replica.cursor))
    }

    /// Pending operations, in the order in which they were made.
    pub fn pending(&self) -> impl DoubleEndedIterator<Item = &Pending> {
        self.outbox.iter()
    }

    /// How far a pending operation has come.
    #[must_use]
    pub fn phase(&self, pending: &Pending) -> Phase {
        match (&pending.verdict, &pending.waiting, pending.number) {
            (Some(verdict), ..) => Phase::Decided(verdict.clone()),
            _ if pending.withdrawing => Phase::Withdrawing,
            (_, _, None) => Phase::Saving,
            _ if pending.sent => Phase::Sent,
            (_, Some(waiting), _) => Phase::Retrying {
                attempts: waiting.attempts,
                retry_at: waiting.retry_at,
                reason: waiting.reason.clone(),
                shown: waiting.attempts >= RETRY_SHOWN_AFTER,
            },
            _ => Phase::Saved,
        }
    }

    /// Conflicts that wait for their author; one whose resolution is on its way waits no longer.
    pub fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        let resolving = self.resolving();
        self.conflicts
            .values()
            .filter(move |conflict| !resolving.contains(&conflict.id()))
    }

    /// The conflicts whose resolutions are on their way.
    pub(super) fn resolving(&self) -> SortedSet<OperationId> {
        let mut resolving = SortedSet::new();
        for pending in self.outbox.iter() {
            if let Some(conflict) = pending.operation.resolves
                && !pending.withdrawing
            {
                resolving.insert(conflict);
            }
        }
        resolving
    }

    /// Operations that were set aside, and those whose records can't be read.
    pub fn set_aside_list(&self) -> impl Iterator<Item = &SetAside> {
        let unread = self.keeping.unread.iter().map(|unread| &unread.aside);
        self.aside.values().chain(unread)
    }

    /// The boards known to this device.
    pub fn boards(&self) -> impl Iterator<Item = &BoardId> {
        self.replicas.keys()
    }

    fn principal(&self) -> Principal {
        self.namespace.as_ref().map_or_else(
            || "me".parse().expect("a plain name"),
            |namespace| namespace.principal.clone(),
        )
    }
}
