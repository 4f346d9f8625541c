//! What a person or the app may want, and why it can't be had.

use std::fmt;

use super::{Conflict, Heartbeat, Resolution};
use crate::{
    protocol::{BoardId, Device, FieldName, Kind, OperationId, Value, WidgetId},
    sorted::SortedMap,
};

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Connect, and stay connected.
    Connect,
    /// Work offline until `Connect`.
    Disconnect,
    /// Try now, whatever this device's own timers say, and read the shared outbox again. How long the server asked to wait
    /// is kept.
    SyncNow,
    /// The token to greet with from now on; `None` for the session cookie. Dials again.
    SignIn {
        /// The token.
        token: Option<String>,
    },
    /// How often the server is asked for a sign of life from now on.
    Beat(Heartbeat),
    /// What the device is called from now on; an edit has its name when it is sent.
    Name(Device),
    /// Hear of a board. Counted: each is ended by an `Unwatch`.
    Watch {
        /// The board.
        board: BoardId,
    },
    /// Stop hearing of it.
    Unwatch {
        /// The board.
        board: BoardId,
    },
    /// The series to hear of: the whole list.
    WatchSeries {
        /// Their names.
        series: Vec<String>,
    },
    /// Say that this page shows a board, or does not any more: who says so hears who else looks at it. Counted; of several
    /// boards the last one is said.
    Look {
        /// The board, which is watched.
        board: BoardId,
        /// Whether it is shown.
        looks: bool,
    },
    /// A widget has got, or lost, the focus: those who look at its board are told.
    Hold {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// Whether it is under a person's hands.
        holds: bool,
    },
    /// Give a field a value. Shown at once; a run of them becomes at most ten operations a second.
    Set {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// Its value.
        value: Value,
    },
    /// The same, of a value that its author has made of `base`: text that was typed over it, say. Where somebody else has put something else
    /// there since, the author has not seen that: the server merges the two, or has the author asked.
    SetOn {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// Its value.
        value: Value,
        /// What it was made of.
        base: Value,
    },
    /// Give a field a value within so many milliseconds, or never.
    SetNow {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// Its value.
        value: Value,
        /// Milliseconds from now.
        ttl_ms: u64,
    },
    /// Add to a counter.
    Add {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// How much.
        amount: i64,
    },
    /// Put a widget on a board.
    Create {
        /// The board.
        board: BoardId,
        /// The widget's name.
        widget: WidgetId,
        /// What it is.
        kind: Kind,
        /// Its first values.
        fields: SortedMap<FieldName, Value>,
    },
    /// Take a widget off a board.
    Remove {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
    },
    /// Bring a removed widget back.
    Restore {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
    },
    /// Make operations of all edits that are only shown, and store all that is known, now: the page is put away, say.
    Flush,
    /// Resolve a conflict.
    Resolve {
        /// The conflict.
        id: OperationId,
        /// The operation that was on its card where it was decided, if that is known. Theirs is not kept over what its author has not seen
        /// there: the card stays, which is told ([`Notice::NotResolved`](super::Notice)).
        seen: Option<OperationId>,
        /// How.
        resolution: Resolution,
    },
    /// Undo the decision of a conflict: it waits again, and the other side's value comes back. Where somebody has written since it
    /// was decided, theirs is what they wrote, and nothing is overwritten.
    Unresolve {
        /// The conflict as it was.
        conflict: Box<Conflict>,
        /// How it was decided.
        resolution: Resolution,
    },
    /// Put a conflict away without changing anything: theirs stands.
    Dismiss {
        /// The conflict.
        id: OperationId,
    },
    /// Take back a pending operation, wherever it has come to.
    Withdraw {
        /// The operation.
        id: OperationId,
    },
    /// Make a set-aside operation again, from what is shown now; with another value, if given: of one that makes a widget, an object with
    /// those fields that are to be others.
    Retry {
        /// The operation.
        id: OperationId,
        /// The value instead of its own.
        value: Option<Value>,
    },
    /// Forget a set-aside operation, or one that waits for a server that was at this address before.
    Discard {
        /// The operation.
        id: OperationId,
    },
    /// Undo one's own newest edit that is not undone: of this page, and then of this device.
    Undo,
    /// Do once more what was undone last, unless there was an edit since. Nothing that was to be now or never.
    Redo,
    /// Send an app's own event to the others on a board. Lossy.
    Emit {
        /// The board.
        board: BoardId,
        /// Its name.
        name: String,
        /// Its payload.
        payload: Value,
    },
}

/// Why a command could not be carried out. `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Nothing is known of the server yet.
    NotReady,
    /// Too much waits already.
    OutboxFull {
        /// How many operations wait.
        len: usize,
    },
    /// This device can store no more: what is made now could not be kept.
    DeviceFull,
    /// A value is over the limit.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A value has more arrays and objects within each other than a reader goes down.
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
    /// There is no such widget on the board as it is shown.
    UnknownWidget,
    /// There is no such operation, conflict or set-aside edit any more.
    Unknown,
    /// There is nothing to undo.
    NothingToUndo,
    /// Nothing was undone since the last edit.
    NothingToRedo,
    /// Too many conflicts and set-aside edits wait for a decision already.
    Undecided {
        /// How many.
        len: usize,
    },
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady => {
                f.write_str("This device has not met the server yet. Connect once; from then on you can work offline.")
            }
            Self::OutboxFull { len } => write!(
                f,
                "{len} edits wait on this device, the most it keeps. Nothing was lost; connect, or discard some, and go on."
            ),
            Self::DeviceFull => {
                f.write_str("This device is full and could not keep that edit. Free some space, and make it again.")
            }
            Self::TooLarge { bytes, bytes_max } => write!(
                f,
                "That takes {bytes} bytes, and at most {bytes_max} are allowed. Shorten it and try again."
            ),
            Self::TooDeep { depth_max } => write!(
                f,
                "That has more than {depth_max} lists within each other. Flatten it and try again."
            ),
            Self::UnknownWidget => f.write_str("That widget is not on this board any more. Undo its removal first."),
            Self::Unknown => {
                f.write_str("That edit is not waiting any more: it was dealt with, here or in another tab.")
            }
            Self::NothingToUndo => f.write_str("There is nothing of yours to undo."),
            Self::NothingToRedo => f.write_str("There is nothing of yours to redo."),
            Self::Undecided { len } => write!(
                f,
                "{len} conflicts and set-aside edits wait for you, the most this device keeps. Decide or discard some, and go on."
            ),
        }
    }
}

impl CommandError {
    /// Whether the same may work later, when other things have gone their way.
    pub(super) const fn passes(&self) -> bool {
        matches!(
            self,
            Self::NotReady | Self::OutboxFull { .. } | Self::DeviceFull | Self::Undecided { .. }
        )
    }
}

impl std::error::Error for CommandError {}
