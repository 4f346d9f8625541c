//! Durability: one append-only log per board, in one SQLite file.
//!
//! [`Store::append`] is compare-and-set: records go in after the heads they were decided on, all of a batch or none,
//! and they are on the disk when it returns (write-ahead log, `synchronous=FULL`: one flush a batch, however many
//! boards are in it). The file is held exclusively for as long as it is open, so that no second server can decide on
//! the same boards. Whether a file may be opened at all is judged in `schema`, before anything is written to it.

mod schema;
#[cfg(test)]
mod tests;

use std::{
    error, fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, params};

use super::{
    FirstBoardError,
    log::{Damaged, Head, Log, Memory, Record, Snapshot},
    metrics::Counter,
};
use crate::{
    config::{STORE_PAGE_BYTES, STORE_WAL_BYTES},
    protocol::{BoardId, Epoch, IdError, StoreId},
};

/// The database's file in the data folder.
pub const FILE_NAME: &str = "tideboard.db";

/// Every board's records, and their newest snapshots.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    place: PathBuf,
    id: StoreId,
    /// Where a record is encoded: kept, because under load they are large and many.
    encoded: Vec<u8>,
    /// How often records or a snapshot were read.
    reads: Counter,
}

/// Why a store can't be opened or read, or was not gone on with. It was left as it is.
#[derive(Debug)]
pub enum StoreError {
    /// Another server has it open.
    InUse {
        /// The file.
        place: PathBuf,
    },
    /// The file is another program's.
    Foreign {
        /// The file.
        place: PathBuf,
    },
    /// A newer version of this program made it.
    Newer {
        /// The file.
        place: PathBuf,
        /// Its version.
        found: i32,
        /// The newest one that this program reads.
        known: i32,
    },
    /// It does not hold what was written to it.
    Damaged {
        /// The file.
        place: PathBuf,
        /// What was found.
        detail: String,
    },
    /// It holds what means nothing to this program.
    Unread {
        /// The file.
        place: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The operating system does not let this program read or write it.
    Unreachable {
        /// The file.
        place: PathBuf,
        /// What it said.
        detail: String,
    },
    /// There is no room for it on the disk.
    Full {
        /// The file.
        place: PathBuf,
    },
    /// The operating system gave no random bytes for an id.
    NoRandomness,
    /// The operating system gave no thread for the writer.
    NoThread(io::Error),
    /// A board that the server was to begin with does not fit its catalog.
    FirstBoard(Box<FirstBoardError>),
    /// The boards that the server was to begin with could not be written. Nothing of them was.
    NotMade(AppendError),
}

/// Why records were not appended.
#[derive(Debug)]
pub enum AppendError {
    /// The disk, or the store's own limit, is full. Nothing was written.
    Full,
    /// A board's head is not the one that the records were decided on. Nothing was written.
    Conflict {
        /// The board.
        board: BoardId,
    },
    /// Whether they are on the disk can't be known: nothing may be decided until the store was opened anew.
    Unknown(String),
}

impl Store {
    /// Opens the store in `folder`, or makes both. It may grow to `bytes_max`.
    ///
    /// # Errors
    /// [`StoreError`]; the file was not changed then.
    pub fn open(folder: &Path, bytes_max: i64) -> Result<Self, StoreError> {
        let place = folder.join(FILE_NAME);
        std::fs::create_dir_all(folder).map_err(|error| StoreError::Unreachable {
            place: folder.to_owned(),
            detail: error.to_string(),
        })?;
        schema::look(&place)?;
        let connection = Connection::open(&place).map_err(|error| explain(&place, &error))?;
        Self::prepare(connection, place, bytes_max)
    }

    /// A store that is forgotten when it is dropped: for demonstrations and tests.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn in_memory(bytes_max: i64) -> Result<Self, StoreError> {
        let place = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(|error| explain(&place, &error))?;
        Self::prepare(connection, place, bytes_max)
    }

    fn prepare(mut connection: Connection, place: PathBuf, bytes_max: i64) -> Result<Self, StoreError> {
        let set_up = |connection: &mut Connection| -> rusqlite::Result<()> {
            // Held until the connection closes: a second server finds the door locked.
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "page_size", STORE_PAGE_BYTES)?;
            schema::migrate(connection)?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            // macOS answers an ordinary flush before the drive has written.
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update(None, "wal_autocheckpoint", STORE_WAL_BYTES / STORE_PAGE_BYTES)?;
            connection.pragma_update(None, "journal_size_limit", 2 * STORE_WAL_BYTES)?;
            connection.pragma_update(None, "max_page_count", bytes_max / STORE_PAGE_BYTES)
        };
        set_up(&mut connection).map_err(|error| explain(&place, &error))?;
        let id = Self::identify(&connection, &place)?;
        Ok(Self {
            connection,
            place,
            id,
            encoded: Vec::new(),
            reads: Counter::default(),
        })
    }

    /// The store's id, drawn when it was made: it survives a backup and a move.
    fn identify(connection: &Connection, place: &Path) -> Result<StoreId, StoreError> {
        let known: Option<String> = connection
            .query_row("SELECT value FROM meta WHERE name = 'store'", [], |row| row.get(0))
            .optional()
            .map_err(|error| explain(place, &error))?;
        if let Some(known) = known {
            return known.parse().map_err(|error: IdError| damaged(place, error));
        }
        let id = StoreId(super::auth::random().map_err(|_| StoreError::NoRandomness)?);
        connection
            .execute("INSERT INTO meta (name, value) VALUES ('store', ?1)", [id.to_string()])
            .map_err(|error| explain(place, &error))?;
        Ok(id)
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> StoreId {
        self.id
    }

    /// How often records or a snapshot of a board were read.
    #[must_use]
    pub fn reads(&self) -> u64 {
        self.reads.get()
    }

    /// The boards that have a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn boards(&self) -> Result<Vec<BoardId>, StoreError> {
        let names: rusqlite::Result<Vec<String>> = (|| {
            let mut statement = self
                .connection
                .prepare("SELECT DISTINCT board FROM records ORDER BY board")?;
            let names = statement.query_map([], |row| row.get(0))?;
            names.collect()
        })();
        let names = names.map_err(|error| explain(&self.place, &error))?;
        names
            .into_iter()
            .map(|name| name.parse().map_err(|error: IdError| damaged(&self.place, error)))
            .collect()
    }

    /// A board's log, as `epoch` goes on with it. A board without a record is an empty one.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when its records don't follow each other, or can't be read.
    pub fn restore(&self, board: &BoardId, memory: Memory, epoch: Epoch) -> Result<Log, StoreError> {
        let snapshot = self.snapshot(board)?;
        let mut failed = None;
        let log = self.read(board, 0, |records| {
            // The log takes records, not errors: it is given those before the first one that can't be read.
            let readable = records.map_while(|record| record.map_err(|error| failed = Some(error)).ok());
            Log::restore(memory, epoch, snapshot, readable)
        });
        match (failed, log) {
            (Some(error), _) | (None, Err(error)) => Err(error),
            (None, Ok(log)) => log.map_err(|error: Damaged| damaged(&self.place, format!("board {board}: {error}"))),
        }
    }

    /// Gives `use_records` a board's records after `sequence`, ascending, one in memory at a time.
    ///
    /// # Errors
    /// [`StoreError`]; a record that can't be read is an `Err` among them.
    pub fn read<T>(
        &self,
        board: &BoardId,
        sequence: u64,
        use_records: impl FnOnce(&mut dyn Iterator<Item = Result<Record, StoreError>>) -> T,
    ) -> Result<T, StoreError> {
        self.reads.count();
        let explain = |error| explain(&self.place, &error);
        let mut statement = self.connection.prepare_cached(READ).map_err(explain)?;
        let rows = statement
            .query(params![board.as_str(), sequence.cast_signed()])
            .map_err(explain)?;
        let mut records = rows.mapped(json_bytes).map(|bytes| {
            let bytes = bytes.map_err(explain)?;
            serde_json::from_slice(&bytes).map_err(|error| unread(&self.place, &error))
        });
        Ok(use_records(&mut records))
    }

    /// A board's newest snapshot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn snapshot(&self, board: &BoardId) -> Result<Option<Snapshot>, StoreError> {
        self.reads.count();
        let bytes: Option<Vec<u8>> = self
            .connection
            .query_row(
                "SELECT snapshot FROM snapshots WHERE board = ?1",
                [board.as_str()],
                json_bytes,
            )
            .optional()
            .map_err(|error| explain(&self.place, &error))?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes).map_err(|error| unread(&self.place, &error)))
            .transpose()
    }

    /// Appends each record after the head beside it: all of them or none. On the disk when it returns.
    ///
    /// # Errors
    /// [`AppendError`]; after [`AppendError::Unknown`] this store may not be used any more.
    pub fn append(&mut self, records: &[(BoardId, Head, Record)]) -> Result<(), AppendError> {
        let transaction = self.connection.transaction().map_err(not_appended)?;
        {
            let mut head = transaction.prepare_cached(HEAD).map_err(not_appended)?;
            let mut insert = transaction.prepare_cached(INSERT).map_err(not_appended)?;
            for (board, expected, record) in records {
                let found = head
                    .query_row([board.as_str()], position)
                    .optional()
                    .map_err(not_appended)?;
                if found.unwrap_or_default() != (expected.sequence, expected.revision.0) {
                    return Err(AppendError::Conflict { board: board.clone() });
                }
                let revision = record
                    .changes
                    .last()
                    .map_or(expected.revision, |change| change.revision);
                self.encoded.clear();
                serde_json::to_writer(&mut self.encoded, record).expect("records are plain data with text keys");
                let row = params![
                    board.as_str(),
                    record.sequence.cast_signed(),
                    revision.0.cast_signed(),
                    self.encoded
                ];
                insert.execute(row).map_err(not_appended)?;
            }
        }
        transaction.commit().map_err(not_appended)
    }

    /// Puts down a board's snapshot, and lets go of the records that neither it nor the horizon needs. The last record
    /// stays for ever: it is what the next one is appended after.
    ///
    /// # Errors
    /// As [`Store::append`].
    pub fn put_snapshot(&mut self, board: &BoardId, snapshot: &Snapshot) -> Result<(), AppendError> {
        let bytes = serde_json::to_vec(snapshot).expect("snapshots are plain data with text keys");
        let (sequence, horizon) = (snapshot.sequence.cast_signed(), snapshot.horizon.0.cast_signed());
        let transaction = self.connection.transaction().map_err(not_appended)?;
        transaction
            .execute(PUT_SNAPSHOT, params![board.as_str(), sequence, bytes])
            .map_err(not_appended)?;
        transaction
            .execute(COMPACT, params![board.as_str(), sequence, horizon])
            .map_err(not_appended)?;
        transaction.commit().map_err(not_appended)
    }
}

fn json_bytes(row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
    row.get(0)
}

fn position(row: &Row<'_>) -> rusqlite::Result<(u64, u64)> {
    Ok((
        row.get::<_, i64>(0)?.cast_unsigned(),
        row.get::<_, i64>(1)?.cast_unsigned(),
    ))
}

fn damaged(place: &Path, detail: impl fmt::Display) -> StoreError {
    StoreError::Damaged {
        place: place.to_owned(),
        detail: detail.to_string(),
    }
}

/// What is whole, and means nothing here, a newer program may have written.
fn unread(place: &Path, error: &serde_json::Error) -> StoreError {
    if !error.is_data() {
        return damaged(place, error);
    }
    StoreError::Unread {
        place: place.to_owned(),
        detail: error.to_string(),
    }
}

fn unreachable(place: &Path, error: &io::Error) -> StoreError {
    StoreError::Unreachable {
        place: place.to_owned(),
        detail: error.to_string(),
    }
}

/// What SQLite's error means to the person who starts a server.
fn explain(place: &Path, error: &rusqlite::Error) -> StoreError {
    let place = place.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::InUse { place },
        Some(ErrorCode::NotADatabase) => StoreError::Foreign { place },
        Some(ErrorCode::DiskFull) => StoreError::Full { place },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
            place,
            detail: error.to_string(),
        },
        _ => StoreError::Unreachable {
            place,
            detail: error.to_string(),
        },
    }
}

/// SQLite says `Full` before a transaction's last page is written, so nothing of it counts. After any other failure (a
/// flush that failed, above all) the pages may or may not be on the disk, and asking again would not tell: the
/// kernel forgets what it could not write.
fn not_appended(error: rusqlite::Error) -> AppendError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => AppendError::Full,
        _ => AppendError::Unknown(error.to_string()),
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { place } => write!(
                f,
                "{} is in use by another Tideboard. Stop that one, or choose another folder with --data.",
                place.display()
            ),
            Self::Foreign { place } => write!(
                f,
                "{} is not a Tideboard database. It was left as it is: choose another folder with --data.",
                place.display()
            ),
            Self::Newer { place, found, known } => write!(
                f,
                "{} was made by a newer Tideboard (its version is {found}, this program knows {known}). It was left as \
                 it is: update this program, or choose another folder with --data.",
                place.display()
            ),
            Self::Damaged { place, detail } => write!(
                f,
                "{} is damaged ({detail}). It was left as it is: restore a backup of the folder, or choose another one \
                 with --data.",
                place.display()
            ),
            Self::Unread { place, detail } => write!(
                f,
                "{} holds what this program can't read ({detail}): a newer Tideboard wrote it, or it is damaged. It was left as it \
                 is: update this program, restore a backup of the folder, or choose another one with --data.",
                place.display()
            ),
            Self::Full { place } => write!(
                f,
                "there is no room for {}: the disk is full. Make room, then start again; or choose a folder on another \
                 disk with --data.",
                place.display()
            ),
            Self::Unreachable { place, detail } => write!(
                f,
                "can't open {}: {detail}. Give this user the right to read and write there, or choose another folder \
                 with --data.",
                place.display()
            ),
            Self::NoRandomness => write!(f, "the operating system gave no random bytes. Try again."),
            Self::NoThread(source) => write!(f, "the operating system gave no thread: {source}. Try again."),
            Self::FirstBoard(error) => error.fmt(f),
            Self::NotMade(error) => write!(
                f,
                "the first boards were not made, since {error}. Nothing of them was written: start again after that."
            ),
        }
    }
}

impl error::Error for StoreError {}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "the disk is full, or the database has reached its limit: make room"),
            Self::Conflict { board } => write!(
                f,
                "board {board} was written to by somebody else: start the server again"
            ),
            Self::Unknown(detail) => write!(
                f,
                "the disk failed while writing ({detail}): check it, then start the server again"
            ),
        }
    }
}

impl error::Error for AppendError {}

const HEAD: &str = "SELECT sequence, revision FROM records WHERE board = ?1 ORDER BY sequence DESC LIMIT 1";
const INSERT: &str = "INSERT INTO records (board, sequence, revision, record) VALUES (?1, ?2, ?3, ?4)";
const READ: &str = "SELECT record FROM records WHERE board = ?1 AND sequence > ?2 ORDER BY sequence";
const PUT_SNAPSHOT: &str = "INSERT INTO snapshots (board, sequence, snapshot) VALUES (?1, ?2, ?3) \
     ON CONFLICT (board) DO UPDATE SET sequence = excluded.sequence, snapshot = excluded.snapshot";
/// A record whose last revision is below the horizon holds only verdicts that may be forgotten, and so do all before it.
const COMPACT: &str = "DELETE FROM records WHERE board = ?1 AND sequence < coalesce( \
     (SELECT sequence FROM records WHERE board = ?1 AND (sequence > ?2 OR revision >= ?3) ORDER BY sequence LIMIT 1), \
     (SELECT max(sequence) FROM records WHERE board = ?1))";
