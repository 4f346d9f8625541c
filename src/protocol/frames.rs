//! One enum of frames each way, and their encoding.

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Access, Base, BoardId, Change, Cursor, Device, Here, History, Identity, Operation, OperationId, People, Principal,
    Receipt, Revision, RunId, Seen, StoreId, Subscribe, Value, Verdict, Widget, WidgetId,
};
use crate::{config::FRAME_BYTES_MAX, sorted::SortedMap, time::Timestamp};

/// Client → server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientFrame {
    /// The first frame.
    Hello(Hello),
    /// Start, or start again, to hear of a board. May follow `hello` at once.
    Subscribe(Subscribe),
    /// Stop hearing of it.
    Unsubscribe {
        /// The board.
        board: BoardId,
    },
    /// Operations and withdrawals.
    Push(Push),
    /// The series to hear of: the whole list, each time.
    Watch {
        /// Their names.
        series: Vec<String>,
    },
    /// "Are you there?" Browsers can't send WebSocket pings.
    Ping {
        /// Whether a person can see the page.
        visible: bool,
        /// What they have seen there since this was said last, if anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Seen>,
    },
    /// An app's own event, lossy, for the others on the board.
    Event {
        /// The board whose subscribers hear it.
        board: BoardId,
        /// Its name.
        name: String,
        /// Anything, within [`crate::config::EVENT_BYTES_MAX`].
        payload: Value,
    },
    /// What the page shows and its person has under their hands: lossy, the newest counts. Only to a server whose
    /// `welcome` says [`Welcome::people`].
    Here(Here),
}

/// Who is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The client's data model.
    pub schema: u32,
    /// The store whose outbox this client holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreId>,
    /// A token, from clients that have no session cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// A batch of operations, bound to the store, the server process and the person it was meant for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// From `welcome`.
    pub store: StoreId,
    /// From `welcome`: a frame delayed across a restart is refused.
    pub run: RunId,
    /// Whose operations these are: in a browser the cookie may have become somebody else's meanwhile.
    pub principal: Principal,
    /// The device they come from, as people know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    /// At most [`crate::config::IN_FLIGHT_LEN_MAX`], in outbox order.
    pub items: Vec<PushItem>,
}

/// One thing to decide.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are operations: a box each would cost more than it saves"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushItem {
    /// Apply this.
    Operation {
        /// The change.
        operation: Operation,
        /// The nearest earlier undecided operation of its lane: until that has a row, this is held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<OperationId>,
    },
    /// Take this back: answers with the verdict it has, or fences it for ever.
    Withdraw {
        /// The operation.
        id: OperationId,
        /// Its board.
        board: BoardId,
        /// Its `made_at`.
        made_at: Cursor,
        /// Its base, if it has one: whoever built on it had seen what it was built on, and no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<Base>,
    },
}

impl PushItem {
    /// The operation it is about.
    #[must_use]
    pub const fn id(&self) -> OperationId {
        match self {
            Self::Operation { operation, .. } => operation.id,
            Self::Withdraw { id, .. } => *id,
        }
    }

    /// The board whose log decides it.
    #[must_use]
    pub const fn board(&self) -> &BoardId {
        match self {
            Self::Operation { operation, .. } => &operation.board,
            Self::Withdraw { board, .. } => board,
        }
    }

    /// What its author had seen.
    #[must_use]
    pub const fn made_at(&self) -> Cursor {
        match self {
            Self::Operation { operation, .. } => operation.made_at,
            Self::Withdraw { made_at, .. } => *made_at,
        }
    }
}

/// Server → client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// Answers `hello`.
    Welcome(Welcome),
    /// Answers `subscribe`; `changes` or the parts of a `patch` up to `at` follow at once.
    Subscribed(Subscribed),
    /// What was applied, in order.
    Changes(ChangesFrame),
    /// State that differs, instead of the changes that made it.
    Patch(PatchFrame),
    /// Answers to pushed items, in the order of their decision.
    Verdicts {
        /// The answers.
        items: Vec<Answered>,
    },
    /// The client was too slow for a board's changes; it subscribes again from its cursor.
    Lagged {
        /// The board.
        board: BoardId,
    },
    /// Values of live series; lossy.
    Samples(SamplesFrame),
    /// Answers `ping`.
    Pong {
        /// Server time.
        clock: Timestamp,
    },
    /// The server is about to close.
    Goodbye {
        /// Why, for people.
        reason: String,
        /// Come back at a random moment within this many milliseconds.
        window_ms: u64,
    },
    /// Something was refused. After [`Code::is_final`] codes the server closes.
    Error {
        /// For programs.
        code: Code,
        /// For people: what happened and what to do.
        message: String,
    },
    /// An app's own event.
    Event {
        /// The board it was sent to.
        board: BoardId,
        /// Its name.
        name: String,
        /// Its payload.
        payload: Value,
    },
    /// Who looks at a board, for those who said that they do: lossy, the newest counts.
    People(People),
    /// How many others have seen what the reader has changed, for those who say what they see: the most that was told counts.
    Receipt(Receipt),
}

/// The server's side of the greeting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The database.
    pub store: StoreId,
    /// The process; pushes name it.
    pub run: RunId,
    /// Server time.
    pub clock: Timestamp,
    /// Who the client is here.
    pub identity: Identity,
    /// The server's data model.
    pub schema: u32,
    /// After a cut, come back at a random moment within this many milliseconds.
    pub window_ms: u64,
    /// What this server allows.
    pub limits: Limits,
    /// The number of this connection in [`People`]; `None` from a server that does not know `here`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
}

/// Limits a client must know to keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest frame, in bytes.
    pub frame_bytes_max: u64,
    /// Largest value, encoded, in bytes.
    pub value_bytes_max: u64,
    /// Most unanswered operations.
    pub in_flight_len_max: u64,
    /// Verdicts are kept this many milliseconds…
    pub horizon_ms: u64,
    /// …or this many operations of a board.
    pub horizon_len_max: u64,
}

/// A board's state of knowledge, at one durable revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscribed {
    /// The board.
    pub board: BoardId,
    /// The number of the request this answers; 0 where a [`Document`] was not asked for by one.
    pub request: u64,
    /// Where the catch-up that follows starts: the client's cursor, or the origin where that is not in this history.
    pub from: Cursor,
    /// Where it ends: everything here was read at this durable revision.
    pub at: Cursor,
    /// The board's history from `horizon` on.
    pub history: History,
    /// Verdicts of operations made before it may be forgotten.
    pub horizon: Revision,
    /// Verdicts known for the `undecided` asked for. One that is missing is not decided at `at`.
    pub verdicts: Vec<(OperationId, Verdict)>,
}

/// Applied whole if `from` is the client's cursor; else the client subscribes again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangesFrame {
    /// The board.
    pub board: BoardId,
    /// The cursor it continues.
    pub from: Cursor,
    /// The cursor it leads to.
    pub to: Cursor,
    /// Every change between, ascending and dense.
    pub changes: Vec<Change>,
}

/// One part of a patch. Parts are applied together, at the last one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatchFrame {
    /// The board.
    pub board: BoardId,
    /// The cursor it starts from; from the origin it is the whole board.
    pub from: Cursor,
    /// The cursor it leads to.
    pub to: Cursor,
    /// Its number, from 0.
    pub part: u32,
    /// Whether it is the last.
    pub last: bool,
    /// Every widget that changed after `from`, removed ones included.
    pub widgets: SortedMap<WidgetId, Widget>,
}

/// A board as a request gives it: what `subscribed` says, and what leads to its cursor as one patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The database.
    pub store: StoreId,
    /// The process.
    pub run: RunId,
    /// Server time.
    pub clock: Timestamp,
    /// The server's data model.
    pub schema: u32,
    /// As in `subscribed`.
    pub subscribed: Subscribed,
    /// Every widget that changed after `subscribed.from`, removed ones included.
    pub widgets: SortedMap<WidgetId, Widget>,
}

/// The answer to one pushed item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The operation.
    pub id: OperationId,
    /// What the server says.
    pub answer: Answer,
}

/// A verdict, or why there is none yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Final.
    Verdict {
        /// The verdict.
        verdict: Verdict,
        /// It was given before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        duplicate: bool,
    },
    /// What it comes after, or is based on, has no row yet. Send again after that is decided.
    Hold,
    /// Not now.
    Retry {
        /// Send again after this many milliseconds.
        after_ms: u64,
        /// Why, for people.
        reason: String,
    },
    /// It was made before the horizon: its fate is unknown, and a person decides.
    TooOld {
        /// The horizon.
        horizon: Revision,
    },
    /// It, or the frame, belongs to another history or process: say hello again.
    History,
    /// Somebody else made it: refused, and nothing said of it.
    NotYours,
    /// Whoever pushed it may only watch. Nothing was recorded: a person sets it right, or lets it go.
    ReadOnly,
}

/// Values of live series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplesFrame {
    /// Server time.
    pub clock: Timestamp,
    /// Time between two values, in milliseconds.
    pub interval_ms: u64,
    /// The series.
    pub series: Vec<SampleSeries>,
}

/// One live series: its newest value, or its last minutes when it was just asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleSeries {
    /// Its name.
    pub name: String,
    /// Instants in server time, and values (a number; an array of rows for tables), ascending.
    pub points: Vec<(Timestamp, Value)>,
}

/// What was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// No valid token or session.
    NeedsAuth,
    /// A frame that is not of this version.
    Malformed,
    /// A frame over the limit.
    TooLarge,
    /// A frame before `hello`, or a second `hello`.
    OutOfOrder,
    /// The board does not exist.
    UnknownBoard,
    /// Too many frames, connections or subscriptions.
    RateLimited,
    /// The client's data model is older than this server can read.
    Unsupported,
    /// The server can't go on with this board for now.
    Unavailable,
}

impl Code {
    /// Whether the server closes the connection after it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::UnknownBoard)
    }
}

/// A frame that can't be read.
#[derive(Debug)]
pub enum DecodeError {
    /// Over [`FRAME_BYTES_MAX`].
    TooLarge {
        /// Its length in bytes.
        len: usize,
    },
    /// Not JSON of this version.
    Malformed(serde_json::Error),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { len } => write!(
                f,
                "a frame of {len} bytes is over the limit of {FRAME_BYTES_MAX}: send less at once"
            ),
            Self::Malformed(error) => write!(
                f,
                "a frame is not of this version of the protocol ({error}): the server or the program is older than the other. \
                 Update it, or reload the page"
            ),
        }
    }
}

impl std::error::Error for DecodeError {}

/// A frame as text.
///
/// # Panics
/// Never: every frame is plain data with text keys.
pub fn encode<F: Serialize>(frame: &F) -> String {
    serde_json::to_string(frame).expect("frames are plain data with text keys")
}

/// A frame from text.
///
/// # Errors
/// When it is too large, or not a frame.
pub fn decode<F: DeserializeOwned>(text: &str) -> Result<F, DecodeError> {
    if text.len() > FRAME_BYTES_MAX {
        return Err(DecodeError::TooLarge { len: text.len() });
    }
    super::json::read(text).map_err(DecodeError::Malformed)
}

impl Identity {
    /// Whether it may change things.
    #[must_use]
    pub fn may_edit(&self) -> bool {
        self.access == Access::Edit
    }
}
