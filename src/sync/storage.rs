//! What a device stores: text under keys, in transactions that compare before they set.
//!
//! A namespace belongs to one store and one principal, and is shared by every tab or window of a profile. Any of
//! them may write at any time; a transaction says what it believes is stored, and changes nothing when it is wrong.
//!
//! | key | holds |
//! |---|---|
//! | `filling` | names what was stored since the storage was empty: who finds another name, or none, knows that it was cleared |
//! | `high` | the number of the last operation appended; kept by the storage itself |
//! | `outbox/<number>` | a `Stored` operation, in the order in which they were made |
//! | `meta/<board>` | how far the device has seen a board, and in which history |
//! | `generation/<board>` | how often that board's history has broken |
//! | `widget/<board>/<widget>` | confirmed state |
//! | `aside/<operation>` | an operation that was set aside |
//! | `conflict/<operation>` | a conflict that waits for its author |
//! | `journal/<number>` | one's own operation that was applied, under its number in the outbox |
//! | `undone/<number>` | one's own that was undone before it was decided, likewise: it can be done once more |

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::turns::{Turn, Why};
use crate::{
    planted::{self, Bug},
    protocol::{
        BoardId, Cursor, History, Operation, OperationId, Principal, Revision, StoreId, Verdict, WidgetId, encode,
    },
    sorted::SortedMap,
};

/// Whose records these are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Namespace {
    /// The server's database.
    pub store: StoreId,
    /// Who works with it.
    pub principal: Principal,
}

/// Everything under a namespace, or all of it but what [`is_cold`].
pub type Records = SortedMap<String, String>;

/// Number of the last operation appended, as text; absent means none.
pub const HIGH: &str = "high";
/// Names what was stored since the storage was empty; absent means nothing.
pub const FILLING: &str = "filling";
/// Prefix of operations that were set aside.
pub(super) const ASIDE: &str = "aside/";
/// Prefix of conflicts.
pub(super) const CONFLICT: &str = "conflict/";
/// Prefix of pending operations.
pub(super) const OUTBOX: &str = "outbox/";
/// Prefix of what is known of boards.
pub(super) const META: &str = "meta/";
/// Prefix of how often the histories of boards have broken.
pub(super) const GENERATION: &str = "generation/";
/// Prefix of confirmed widgets.
pub const WIDGET: &str = "widget/";
/// Prefix of one's own applied operations.
pub const JOURNAL: &str = "journal/";
/// Prefix of those that were undone before they were decided.
pub const UNDONE: &str = "undone/";

/// Whether a reread that only looks for news leaves this record out.
#[must_use]
pub fn is_cold(key: &str) -> bool {
    [WIDGET, JOURNAL, UNDONE].iter().any(|prefix| key.starts_with(prefix))
}

/// All or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// What must be stored under these keys now (`None`: nothing); else nothing is changed and it is [`Outcome::Stale`].
    pub expect: Vec<(String, Option<String>)>,
    /// A prefix: what is stored under it goes, before anything is written.
    pub wipe: Option<String>,
    /// Operations to append, each under `outbox/` with the next number.
    pub append: Vec<String>,
    /// Records to write.
    pub put: Vec<(String, String)>,
    /// Records to delete.
    pub delete: Vec<String>,
}

/// How a transaction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is stored, durably as far as the device can. `first` is the number of the first appended operation.
    Done {
        /// Number of the first operation appended; the others follow it.
        first: u64,
    },
    /// Somebody else wrote in between.
    Stale,
    /// Nothing was stored.
    Failed(StorageError),
}

/// Why a device can't store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageError {
    /// The device, or the browser's share of it, is full.
    Full,
    /// The storage can't be reached, or gives an error.
    Broken,
    /// A newer version of this program has taken it over, beside this one.
    Newer,
}

impl StorageError {
    /// What happened, and what to do.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Full => "This device is full. Nothing was lost; new edits are paused. Free some space, and go on.",
            Self::Broken => {
                "This device's storage gives an error. New edits are not saved here until it works again, and sent only then: keep this page open."
            }
            Self::Newer => "This page is older than what this browser has stored. Export what waits, then reload.",
        }
    }
}

impl std::fmt::Display for StorageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.says())
    }
}

impl std::error::Error for StorageError {}

/// How well a device keeps what it stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Durability {
    /// On disk, and not evicted without being asked.
    Durable,
    /// On disk, but the browser may clear it.
    BestEffort,
    /// In memory: gone with the page. Never called saved.
    #[default]
    MemoryOnly,
}

/// What a browser lacks by which the tabs of a profile work as one. They work without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// They can't tell each other that something was written: each looks every [`crate::config::REREAD_MS`].
    pub broadcasts: bool,
    /// They can't settle which of them sends for all: each sends for itself.
    pub locks: bool,
}

/// An operation in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stored {
    pub operation: Operation,
    /// The base's effective revision, once the operation it named was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Revision>,
    /// Its author takes it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawing: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Why::is_unwanted")]
    pub why: Why,
    /// What undo and redo may do with it.
    #[serde(default, skip_serializing_if = "Turn::is_plain")]
    pub turn: Turn,
    /// It is sent a second time under its id, or its fate was open: the state it is stored beside may contain it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// When it was made, in Unix milliseconds by the clock of its device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at_ms: Option<u64>,
}

/// How far a board was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub cursor: Cursor,
    pub history: History,
    pub generation: u64,
    /// Counts writes, so that each differs from the one before.
    pub version: u64,
}

impl Meta {
    /// Whether it is of a later history, or has come further in one.
    pub fn is_after(&self, other: &Self) -> bool {
        (self.generation, self.cursor.revision) > (other.generation, other.cursor.revision)
    }
}

/// One's own operation that was applied; or that was undone before anybody had decided it, which is none of them for whoever
/// looks for what took effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Journaled {
    pub operation: Operation,
    pub verdict: Verdict,
    /// As in [`Stored`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at_ms: Option<u64>,
    /// As in [`Stored`].
    #[serde(default, skip_serializing_if = "Turn::is_plain")]
    pub turn: Turn,
}

impl Journaled {
    /// Whether it took effect on a board after a revision.
    pub fn is_beyond(&self, board: &BoardId, fork: Revision) -> bool {
        self.operation.board == *board && self.verdict.is_applied() && self.verdict.revision() > fork
    }

    /// Under which key it is stored.
    pub fn key(&self, number: u64) -> String {
        let prefix = if self.verdict.is_applied() { JOURNAL } else { UNDONE };
        format!("{prefix}{number:016x}")
    }
}

/// Where the operation with this number may be stored: while it waits, and once it is settled. All these records say of it what
/// [`Stored`] does.
pub(super) fn keys_of(number: u64) -> [String; 3] {
    [OUTBOX, JOURNAL, UNDONE].map(|prefix| format!("{prefix}{number:016x}"))
}

pub(super) fn outbox_key(number: u64) -> String {
    format!("{OUTBOX}{number:016x}")
}

pub(super) fn meta_key(board: &BoardId) -> String {
    format!("{META}{board}")
}

pub(super) fn generation_key(board: &BoardId) -> String {
    format!("{GENERATION}{board}")
}

pub(super) fn widget_key(board: &BoardId, widget: &WidgetId) -> String {
    format!("{}{widget}", widgets_prefix(board))
}

pub(super) fn widgets_prefix(board: &BoardId) -> String {
    format!("{WIDGET}{board}/")
}

pub(super) fn aside_key(id: OperationId) -> String {
    format!("{ASIDE}{id}")
}

pub(super) fn conflict_key(id: OperationId) -> String {
    format!("{CONFLICT}{id}")
}

/// Texts under a prefix, with what follows the prefix.
pub(super) fn under<'a>(records: &'a Records, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a String)> {
    let within = records.range(prefix.to_owned()..);
    within.map_while(move |(key, text)| Some((key.strip_prefix(prefix)?, text)))
}

/// A record from its text; `None` when this program can't read it: a newer version wrote it, and will know. It is left where it
/// is.
pub(super) fn decoded<T: DeserializeOwned>(text: &str) -> Option<T> {
    crate::protocol::read(text).ok()
}

/// The number in a key of the outbox or the journal.
pub(super) fn outbox_number(rest: &str) -> Option<u64> {
    u64::from_str_radix(rest, 16).ok()
}

/// A record as text.
pub(super) fn text<T: Serialize>(record: &T) -> String {
    encode(record)
}

/// Tells one text from another.
pub(super) fn fingerprint(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What `records` become by `transaction`: the one meaning of a transaction, for storages that keep their records
/// in memory and for checks of those that don't.
#[must_use]
pub fn apply(records: &mut Records, transaction: &Transaction) -> Outcome {
    if transaction
        .expect
        .iter()
        .any(|(key, text)| records.get(key) != text.as_ref())
    {
        return Outcome::Stale;
    }
    let high = records.get(HIGH).map_or(Ok(0), |text| text.parse::<u64>());
    if high.is_err() && !transaction.append.is_empty() && !planted::is(Bug::HighReadAsZero) {
        return Outcome::Stale; // whoever reads it mends it: from the beginning on there may be others
    }
    let high = high.unwrap_or(0);
    if let Some(prefix) = &transaction.wipe {
        records.retain(|key, _| !key.starts_with(prefix.as_str()));
    }
    for (number, text) in (high + 1..).zip(&transaction.append) {
        records.insert(outbox_key(number), text.clone());
    }
    if !transaction.append.is_empty() {
        records.insert(HIGH.to_owned(), (high + transaction.append.len() as u64).to_string());
    }
    records.extend(transaction.put.iter().cloned());
    for key in &transaction.delete {
        records.remove(key);
    }
    Outcome::Done { first: high + 1 }
}
