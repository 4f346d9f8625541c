//! The server's one final answer to an operation.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Revision, Value, Writer};

/// Final, recorded in the transaction of its effect, and the same however often it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It took effect.
    Applied {
        /// Its place in the board's order.
        revision: Revision,
        /// Whether the field took exactly the value sent; false after a merge.
        verbatim: bool,
        /// What it wrote over without having seen it (last write wins).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overwrote: Option<Box<Overwritten>>,
    },
    /// Somebody else's value stands; its author decides.
    Conflict {
        /// The board's revision at the decision.
        revision: Revision,
        /// Why it did not apply.
        contention: Contention,
        /// The value that stands.
        theirs: Box<Overwritten>,
    },
    /// It can't take effect, and says why.
    Rejected {
        /// The board's revision at the decision.
        revision: Revision,
        /// The cause.
        reason: Rejection,
    },
    /// Its deadline had passed.
    Expired {
        /// The board's revision at the decision.
        revision: Revision,
    },
    /// Its author took it back before it was decided; a late copy can't take effect.
    Withdrawn {
        /// The board's revision at the decision.
        revision: Revision,
    },
}

impl Verdict {
    /// The board's revision from which on the confirmed state contains this verdict.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        match self {
            Self::Applied { revision, .. }
            | Self::Conflict { revision, .. }
            | Self::Rejected { revision, .. }
            | Self::Expired { revision }
            | Self::Withdrawn { revision } => *revision,
        }
    }

    /// Whether it took effect.
    #[must_use]
    pub const fn is_applied(&self) -> bool {
        matches!(self, Self::Applied { .. })
    }
}

/// A value with its maker: the other side of a conflict, or what was written over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overwritten {
    /// The value; `null` where the field had none or the widget is removed.
    pub value: Value,
    /// The field's revision: the base of a resolution.
    pub revision: Revision,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer: Option<Writer>,
}

/// Why a change that somebody else preceded was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contention {
    /// The field's policy is to ask.
    Ask,
    /// The field's policy is first write wins: settled, and listed for its author.
    FirstWriteWins,
    /// The widget was removed.
    Removed,
}

/// Why an operation can't take effect. `Display` tells its author what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// No board of that name has been created.
    UnknownBoard,
    /// No widget of that name is on the board.
    UnknownWidget,
    /// The server's catalog has no such kind.
    UnknownKind,
    /// The widget's kind has no such field.
    UnknownField,
    /// The field takes another type.
    WrongType {
        /// What it takes.
        expected: String,
    },
    /// The number is outside the field's range.
    OutOfRange {
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// The value or widget is too large.
    TooLarge {
        /// Most bytes allowed.
        bytes_max: u64,
    },
    /// The value has too many arrays and objects within each other.
    TooDeep {
        /// Most allowed.
        depth_max: u64,
    },
    /// The board, widget or store is full.
    TooMany {
        /// Of what.
        what: String,
        /// Most allowed.
        len_max: u64,
    },
    /// There is a widget of that name already, or a removed one that can be restored.
    Exists,
    /// The widget is not removed, or was removed again since.
    NotRemoved,
    /// A board's own record stays for as long as the board.
    BirthRecord,
    /// The principal may only watch. Not recorded: it comes as [`super::Answer::ReadOnly`].
    ReadOnly,
    /// The counter would pass its largest or smallest value.
    Overflow,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownBoard => write!(f, "There is no such board. Create it first, or check its name."),
            Self::UnknownWidget => write!(
                f,
                "There is no such widget on this board. Add it first, or check its name."
            ),
            Self::UnknownKind => write!(
                f,
                "This server doesn't know that kind of widget. Update the server, or pick another kind."
            ),
            Self::UnknownField => write!(f, "This kind of widget has no such field. Check its name."),
            Self::WrongType { expected } => write!(f, "This field takes {expected}. Change the value and try again."),
            Self::OutOfRange { min, max } => {
                write!(f, "The value must be between {min} and {max}. Change it and try again.")
            }
            Self::TooLarge { bytes_max } => {
                write!(f, "That is larger than {bytes_max} bytes. Shorten it and try again.")
            }
            Self::TooDeep { depth_max } => write!(
                f,
                "That has more than {depth_max} lists within each other. Flatten it and try again."
            ),
            Self::TooMany { what, len_max } => write!(
                f,
                "There are {len_max} {what} already, the most allowed. Remove one first."
            ),
            Self::Exists => write!(f, "That name is taken. Choose another, or restore the removed one."),
            Self::NotRemoved => write!(
                f,
                "There is nothing to restore: it is back already, or was removed again since."
            ),
            Self::BirthRecord => write!(
                f,
                "A board's own record can't be removed. Remove the board from the list of boards instead."
            ),
            Self::ReadOnly => write!(
                f,
                "You may watch this board, not change it. Sign in with an edit token."
            ),
            Self::Overflow => write!(f, "The counter is at its limit. Set it to a smaller number first."),
        }
    }
}
