//! The client's mind: what one tab, window or process knows of the boards it watches, and what it has yet to send.
//!
//! One door in, one out: [`Engine::handle`] takes an [`Input`] and gives the [`Effect`]s to perform, in their order.
//! Order is meaning: an operation is stored before it is sent, and said to be saved only when it is stored.
//!
//! Invariant: pure. Time and randomness are passed in; nothing here awaits, does I/O or knows Dioxus. Several engines
//! may share one storage: each may add to the outbox at any time, any may send, and whoever is wrong about what is
//! stored changes nothing and reads again.

mod amending;
mod answers;
mod breaking;
mod claims;
mod clearing;
mod command;
mod commands;
mod conflict;
mod connection;
mod crossing;
mod dice;
mod elsewhere;
mod evicting;
mod folding;
mod incoming;
mod keeping;
mod leaving;
mod listing;
mod note;
mod notice;
mod optimistic;
mod outbox;
mod outgoing;
mod people;
mod receipts;
mod refreshing;
mod requests;
mod rereading;
mod returning;
mod settling;
pub mod storage;
#[cfg(test)]
mod tests;
mod turns;
mod undoing;
mod unread;
mod updates;
mod view;
mod yielding;

use std::collections::VecDeque;

pub use command::{Command, CommandError};
pub use conflict::{Conflict, Resolution, SetAside, SetAsideReason, fields_len, undecided};
pub use connection::{Connection, Heartbeat, Probe, retry_delay_ms};
pub use listing::Listed;
pub use note::Note;
pub use notice::Notice;
pub use optimistic::Shown;
pub use outbox::{Outbox, Pending, Waiting};
pub use receipts::SeenBy;
pub use requests::RequestError;
pub use view::{BoardView, Counters, Freshness, Phase, Release, Status};

use self::{
    connection::Due,
    dice::Dice,
    elsewhere::Elsewhere,
    keeping::Keeping,
    people::Whereabouts,
    requests::Requests,
    storage::{Durability, Namespace, Outcome, Records, StorageError, Transaction},
    updates::{Drafts, Replica},
};
use crate::{
    protocol::{Answered, BoardId, ClientId, Device, Document, OperationId, Push, RunId, StoreId, Subscribe, Value},
    sorted::SortedMap,
    time::Timestamp,
};

/// What an engine is born with.
#[derive(Clone, Debug)]
pub struct Birth {
    /// Drawn anew at every start, and never stored.
    pub client: ClientId,
    /// Seeds the engine's dice: they only jitter retries.
    pub seed: u64,
    /// Sent with `hello`, where there is no session cookie.
    pub token: Option<String>,
    /// The device as people know it.
    pub device: Option<Device>,
    /// A number by which the tabs of a device are one to who counts devices, drawn once for all of them; `None` where nobody is to
    /// be told what was seen here.
    pub mark: Option<u32>,
    /// The namespace to start from without a network: see [`Note::namespace_for`].
    pub namespace: Option<Namespace>,
    /// With it, for which other stores edits of the same person may wait here: see [`Note::stores_before`].
    pub stores_before: Vec<StoreId>,
    /// How well this device stores.
    pub durability: Durability,
}

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Input {
    /// A person or the app wants something.
    Command(Command),
    /// When what is wanted from here on was wanted, in Unix milliseconds by the clock on the wall: for people to read alone.
    Wall(u64),
    /// A dialled socket is open.
    Opened {
        /// Which dial.
        dial: u64,
    },
    /// A frame arrived.
    Received {
        /// Which dial.
        dial: u64,
        /// Its text.
        text: String,
    },
    /// A socket is gone, or could not be opened.
    Closed {
        /// Which dial.
        dial: u64,
    },
    /// Answers [`Effect::Load`]: what is stored under the namespace, the cold ones ([`storage::is_cold`]) where they were asked for.
    Loaded {
        /// Whose records.
        namespace: Namespace,
        /// Whether the cold ones are among them: widgets and the journal.
        widgets: bool,
        /// The records, or why they can't be read.
        records: Result<Records, StorageError>,
    },
    /// Answers [`Effect::Commit`].
    Committed(Outcome),
    /// Answers [`Effect::Remember`].
    Remembered(Result<(), StorageError>),
    /// Another tab has written to the shared storage.
    SiblingWrote,
    /// This tab now does, or no longer does, the sending for all.
    Leading(bool),
    /// The device says that it came online, woke up or was shown again: look whether the socket is alive.
    Woke,
    /// The device says that there is no network.
    WentOffline,
    /// The page is hidden for good, or the device sleeps.
    Suspended,
    /// Whether a person can see the page; also, once more, when they turn to it.
    Visible(bool),
    /// Answers [`Effect::Replay`].
    Replayed(Result<Vec<Answered>, RequestError>),
    /// Answers [`Effect::Read`].
    Document(Result<Box<Document>, RequestError>),
    /// It is [`Engine::next_wakeup`], or some other time.
    TimerExpired,
}

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a socket; it is known by this number from now on.
    Dial {
        /// The number.
        dial: u64,
    },
    /// Close it.
    HangUp {
        /// The number.
        dial: u64,
    },
    /// Send a frame.
    Send {
        /// On which socket.
        dial: u64,
        /// Its text.
        text: String,
    },
    /// Read what is stored, in one transaction.
    Load {
        /// Whose.
        namespace: Namespace,
        /// Whether the cold ones too: widgets and the journal.
        widgets: bool,
    },
    /// Store; the next one comes only after this one was answered.
    Commit {
        /// Whose.
        namespace: Namespace,
        /// What.
        transaction: Transaction,
    },
    /// Tell the other tabs that the storage was written to.
    Broadcast,
    /// Let another tab do the sending, if one wants it: it may be of a newer release, whose edits this one can't send.
    Yield,
    /// Work is done under this namespace now: remember it for the next start.
    Remember(Namespace, Note),
    /// Send operations by server function.
    Replay(Push),
    /// Read a board by server function.
    Read(Subscribe),
    /// Tell whoever listens.
    Notice(Notice),
}

/// One tab's, window's or process's part in the sync.
#[derive(Debug)]
pub struct Engine {
    birth: Birth,
    dice: Dice,
    connection: Connection,
    heartbeat: Heartbeat,
    dials: u64,
    /// The retry window the server sent last.
    window_ms: u64,
    /// A dial is brought forward to no moment before this.
    hasten_from: Timestamp,
    /// Why the last connection ended, for people.
    trouble: Option<String>,
    /// A frame came that could not be read.
    met_unreadable: bool,
    /// When the connection was lost; `None` while it is live.
    offline_since: Option<Timestamp>,
    /// Whose records these are; `None` before the first welcome of a new device.
    namespace: Option<Namespace>,
    /// Whether those records were read.
    loaded: bool,
    leading: bool,
    /// Something of a newer release was met in the outbox.
    is_older: bool,
    /// When the others have their turn at the sending next, because of what this one can't send.
    yields_at: Option<Timestamp>,
    visible: bool,
    sequence: u64,
    subscribes: u64,
    replicas: SortedMap<BoardId, Replica>,
    outbox: Outbox,
    drafts: Drafts,
    conflicts: SortedMap<OperationId, Conflict>,
    aside: SortedMap<OperationId, SetAside>,
    keeping: Keeping,
    /// Whoever was signed in before, until all of theirs is stored.
    left: Option<Box<Engine>>,
    elsewhere: Elsewhere,
    /// The series to hear of.
    watched: Vec<String>,
    whereabouts: Whereabouts,
    /// When it is said what was seen, if that is news; and the moment before which it is not.
    seen_due: Option<Timestamp>,
    seen_free_at: Timestamp,
    /// App events made while there was no connection.
    events: VecDeque<(BoardId, String, Value)>,
    /// The process that was greeted last.
    run: Option<RunId>,
    /// The newest server stamp with the local time of its arrival, for deadlines.
    stamp: Option<(RunId, Timestamp, Timestamp)>,
    /// When the server was last in agreement with this device.
    synced_at: Option<Timestamp>,
    requests: Requests,
    /// When boards are compared with the server's next, and when they were last.
    refresh_at: Timestamp,
    refreshed_at: Timestamp,
    comparings_missed: u32,
    counters: Counters,
    /// What the clock on the wall said last, for people.
    wall_ms: Option<u64>,
    /// The moment of the last turn.
    turned_at: Timestamp,
    effects: VecDeque<Effect>,
}

impl Engine {
    /// An engine that has not been told anything yet: give it [`Command::Connect`] and [`Input::Leading`].
    #[must_use]
    pub fn new(mut birth: Birth) -> Self {
        birth.device = birth.device.and_then(Device::kept);
        let mut engine = Self {
            dice: Dice(birth.seed),
            connection: Connection::Offline,
            heartbeat: Heartbeat::default(),
            dials: 0,
            window_ms: crate::config::RETRY_WINDOW_MS,
            hasten_from: Timestamp(0),
            trouble: None,
            met_unreadable: false,
            offline_since: None,
            namespace: None,
            loaded: false,
            leading: false,
            is_older: false,
            yields_at: None,
            visible: true,
            sequence: 0,
            subscribes: 0,
            replicas: SortedMap::new(),
            outbox: Outbox::default(),
            drafts: Drafts::default(),
            conflicts: SortedMap::new(),
            aside: SortedMap::new(),
            keeping: Keeping::default(),
            left: None,
            elsewhere: Elsewhere::default(),
            watched: Vec::new(),
            whereabouts: Whereabouts::default(),
            seen_due: None,
            seen_free_at: Timestamp(0),
            events: VecDeque::new(),
            run: None,
            stamp: None,
            synced_at: None,
            requests: Requests::default(),
            refresh_at: Timestamp(0),
            refreshed_at: Timestamp(0),
            comparings_missed: 0,
            counters: Counters::default(),
            wall_ms: None,
            turned_at: Timestamp(0),
            effects: VecDeque::new(),
            birth,
        };
        if let Some(namespace) = engine.birth.namespace.clone() {
            engine.enter(Timestamp(0), namespace);
        }
        engine
    }

    /// Takes an input and gives the effects to perform, in order, before the next input.
    #[must_use = "undrained effects are lost"]
    pub fn handle(&mut self, now: Timestamp, input: Input) -> impl Iterator<Item = Effect> + '_ {
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Wall(unix_ms) => {
                self.wall_ms = Some(unix_ms);
                return self.effects.drain(..); // nothing has happened yet
            }
            Input::Opened { dial } => self.opened(now, dial),
            Input::Received { dial, text } => self.received(now, dial, &text),
            Input::Closed { dial } if self.connection.dial() == Some(dial) => self.lost(now, None),
            Input::Closed { .. } => {}
            Input::Loaded {
                namespace,
                widgets,
                records,
            } => match &mut self.left {
                Some(left) => left.loaded(now, &namespace, widgets, records),
                None if self.namespace.as_ref() == Some(&namespace) => self.loaded(now, &namespace, widgets, records),
                None => self.loaded_elsewhere(&namespace, records),
            },
            Input::Committed(outcome) => match &mut self.left {
                Some(left) => left.committed(now, outcome),
                None => self.committed(now, outcome),
            },
            Input::Remembered(outcome) => self.remembered(now, outcome),
            Input::SiblingWrote => {
                self.keeping.reread = true;
                self.elsewhere.read_again();
            }
            Input::Leading(leading) => {
                self.keeping.reread |= leading && !self.leading;
                self.leading = leading;
            }
            Input::Woke => self.woke(now),
            Input::WentOffline => self.probe(now, true),
            Input::Suspended => self.suspend(now),
            Input::Visible(visible) => {
                if visible && !std::mem::replace(&mut self.visible, visible) {
                    self.shown_again(now);
                }
                self.visible = visible;
                if visible {
                    self.hasten(now);
                }
            }
            Input::Replayed(answer) => self.replayed(now, answer),
            Input::Document(answer) => self.document(now, answer),
            Input::TimerExpired => {}
        }
        self.turn(now);
        if self.effects.iter().any(|effect| matches!(effect, Effect::Send { .. })) {
            self.connection.said(now);
        }
        self.effects.drain(..)
    }

    /// When to send [`Input::TimerExpired`]; spurious ones are harmless.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        [
            self.connection.next_wakeup(self.ping_after_ms()),
            self.drafts.next_wakeup(),
            self.keeping_wakeup(),
            self.push_wakeup(),
            self.refresh_wakeup(),
            self.here_wakeup(),
            self.seen_due,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// What every turn ends with: timers, then storing, then sending.
    fn turn(&mut self, now: Timestamp) {
        self.turned_at = now;
        match self.connection.due(now, self.ping_after_ms()) {
            Some(Due::Dial) => self.dial(now),
            Some(Due::Ping) => self.probe(now, false),
            Some(Due::GiveUp) => self.lost(now, Some("The server did not answer in time.".to_owned())),
            None => {}
        }
        self.make_drafts(now, &|draft| draft.due <= now);
        self.expire(now);
        self.meet_others(now);
        self.see_off(now);
        self.keep(now);
        self.look_elsewhere();
        self.forgo_unwanted(now);
        self.refresh(now);
        self.push(now);
        self.say_here(now);
        self.say_seen(now);
        self.request(now);
    }

    const fn ping_after_ms(&self) -> u64 {
        self.heartbeat.ping_after_ms(self.visible)
    }

    fn notice(&mut self, notice: Notice) {
        self.effects.push_back(Effect::Notice(notice));
    }
}
