//! What a log puts down: one record a batch, snapshots, and the position between them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    protocol::{Change, Epoch, History, OperationId, Principal, Revision, Verdict, Widget, WidgetId},
    time::Timestamp,
};

/// A position in a log: never a bare number, which means something else in a restored backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The writer.
    pub epoch: Epoch,
    /// The last applied operation.
    pub revision: Revision,
    /// The last record.
    pub sequence: u64,
}

/// One batch of a board: all its verdicts and effects, appended whole or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Dense, from 1.
    pub sequence: u64,
    /// Who wrote it.
    pub epoch: Epoch,
    /// When, in server time.
    pub at: Timestamp,
    /// The horizon from here on.
    pub horizon: Revision,
    /// What was applied, ascending and dense.
    pub changes: Vec<Change>,
    /// Every final verdict, applied or not.
    pub decisions: Vec<Decision>,
}

/// A final verdict, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The operation.
    pub id: OperationId,
    /// Whose it is.
    pub principal: Principal,
    /// The verdict.
    pub verdict: Verdict,
    /// Its effective base.
    pub base: Revision,
}

/// A board at a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The record.
    pub sequence: u64,
    /// The last applied operation.
    pub head: Revision,
    /// History from the horizon on.
    pub history: History,
    /// The horizon.
    pub horizon: Revision,
    /// Every widget, removed ones included.
    pub widgets: BTreeMap<WidgetId, Widget>,
}

/// Records that don't follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damaged {
    /// A record is missing.
    Gap {
        /// The last one before the gap.
        after: u64,
        /// The one found.
        found: u64,
    },
    /// A revision is missing.
    Revision {
        /// The last one before the gap.
        after: Revision,
        /// The one found.
        found: Revision,
    },
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { after, found } => write!(f, "record {found} follows record {after}"),
            Self::Revision { after, found } => write!(f, "revision {found} follows revision {after}"),
        }
    }
}

impl std::error::Error for Damaged {}
