//! How far people have seen boards: said by pages that somebody looks at, counted, and told to who has changed something.
//! Nothing is decided by it, and nothing of it is kept.

use serde::{Deserialize, Serialize};

use super::{BoardId, Revision, Value};
use crate::sorted::SortedMap;

/// "The person before me has seen these boards so far." Said of a board again only when it is other than before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// A number that a device has drawn for itself, so that its tabs are counted once.
    pub device: u32,
    /// For each board that is shown: the revision it is shown at; and that of the newest change by this device, whose
    /// readers it would like to know, or 0.
    pub boards: SortedMap<BoardId, (Revision, Revision)>,
}

/// So many others have seen a board as of a revision, or later. Read by way of a [`Value`], as [`super::People`] is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Receipt {
    /// The board.
    pub board: BoardId,
    /// The revision: that of a change by the reader's device.
    pub revision: Revision,
    /// How many other devices, at least; at most [`crate::config::SEEN_OTHERS_MAX`].
    pub others: u32,
}

impl TryFrom<Value> for Receipt {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let read = || {
            Some(Self {
                board: value["board"].as_str()?.parse().ok()?,
                revision: Revision(value["revision"].as_u64()?),
                others: value["others"].as_u64()? as u32,
            })
        };
        read().ok_or("a receipt lacks its board, revision or count")
    }
}
