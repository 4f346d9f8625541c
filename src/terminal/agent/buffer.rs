//! What is not sent yet, in a SQLite file: what was kept is there after a power cut, and is let go of when the server has answered.
//!
//! The file is held alone, as long as the agent runs: two would send everything twice.

use std::{fmt, fs, path::Path};

use rusqlite::{Connection, ErrorCode, Row, Transaction, TransactionBehavior, params};
use serde_json::json;

use super::clock::shifted;
use crate::config::{AGENT_KEPT_BYTES_MAX, AGENT_ROW_LEN_MAX};

/// One measured value: its series, and the time that its exporter gave it, if it did.
pub type Sample = (String, f64, Option<u64>);

/// Samples in the order in which they were measured.
#[derive(Debug)]
pub struct Buffer {
    connection: Connection,
    /// This run of the agent: what it measures has one shift of time.
    run: i64,
    bytes_max: u64,
    bytes: u64,
    samples: u64,
}

/// What is sent at once.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// A sample a line.
    pub body: String,
    /// Samples in it.
    pub len: u64,
    /// The rows that they are of, and how many of each, from its beginning.
    rows: Vec<(i64, usize)>,
}

/// Why a buffer can't be opened. `Display` says what to do.
#[derive(Debug)]
pub struct OpenError {
    folder: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Unwritable(String),
    InUse,
    Foreign,
    Newer,
}

impl Buffer {
    /// Opens the one in a folder, which is made when it is not there.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::bounded(folder, AGENT_KEPT_BYTES_MAX)
    }

    fn bounded(folder: &Path, bytes_max: u64) -> Result<Self, OpenError> {
        let open = || {
            fs::create_dir_all(folder).map_err(|error| Cause::Unwritable(error.to_string()))?;
            let mut connection = Connection::open(folder.join(FILE_NAME))?;
            connection.busy_timeout(std::time::Duration::ZERO)?;
            prepare(&mut connection)?;
            let of_all = "SELECT coalesce(sum(size), 0), coalesce(sum(len), 0) FROM rows";
            let (bytes, samples) = connection.query_row(of_all, [], two_numbers)?;
            connection.execute("DELETE FROM runs WHERE id NOT IN (SELECT run FROM rows)", [])?;
            connection.execute("INSERT INTO runs (shift) VALUES (0)", [])?;
            let run = connection.last_insert_rowid();
            Ok(Self {
                connection,
                run,
                bytes_max,
                bytes,
                samples,
            })
        };
        open().map_err(|cause| OpenError {
            folder: folder.display().to_string(),
            cause,
        })
    }

    /// Samples that are not sent yet.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// What has to be added to this run's times.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn shift_by(&self, ms: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE runs SET shift = ?2 WHERE id = ?1";
        self.connection.execute(sql, params![self.run, ms]).map(drop)
    }

    /// Keeps what was measured at `at`; it is on the disk when this answers. Answers how many of the oldest samples had to go for it.
    ///
    /// # Errors
    /// When the disk does not take it: nothing of it is kept then.
    pub fn keep(&mut self, at: u64, samples: &[Sample]) -> rusqlite::Result<u64> {
        let (mut bytes, mut len, mut gone) = (self.bytes, self.samples, 0);
        let sql = begin(&mut self.connection)?;
        for samples in samples.chunks(AGENT_ROW_LEN_MAX) {
            let text = encode(samples);
            bytes += text.len() as u64;
            len += samples.len() as u64;
            sql.execute(
                "INSERT INTO rows (run, at, len, size, samples) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    self.run,
                    at.cast_signed(),
                    samples.len() as i64,
                    text.len() as i64,
                    text
                ],
            )?;
        }
        while bytes > self.bytes_max {
            let oldest = "DELETE FROM rows WHERE id = (SELECT min(id) FROM rows) RETURNING size, len";
            let (size, of) = sql.query_row(oldest, [], two_numbers)?;
            bytes -= size;
            len -= of;
            gone += of;
        }
        sql.commit()?;
        (self.bytes, self.samples) = (bytes, len);
        Ok(gone)
    }

    /// The oldest samples, of so many bytes, and one at least; `None` when there are none.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn oldest(&self, bytes_max: usize) -> rusqlite::Result<Option<Batch>> {
        let sql = "SELECT rows.id, at, shift, samples FROM rows JOIN runs ON runs.id = run ORDER BY rows.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([])?;
        let mut batch = Batch {
            body: String::new(),
            len: 0,
            rows: Vec::new(),
        };
        while let Some(row) = found.next()? {
            let at = shifted(row.get::<_, i64>(1)?.cast_unsigned(), row.get(2)?);
            let samples = decode(&row.get::<_, String>(3)?)?;
            let mut of_row = 0;
            for (series, value, own) in &samples {
                let line = json!({ "series": series, "value": value, "at": own.unwrap_or(at) }).to_string();
                if batch.body.len() + line.len() + 1 > bytes_max && batch.len > 0 {
                    break;
                }
                batch.body += &line;
                batch.body.push('\n');
                batch.len += 1;
                of_row += 1;
            }
            if of_row > 0 {
                batch.rows.push((row.get(0)?, of_row));
            }
            if of_row < samples.len() {
                break;
            }
        }
        Ok((batch.len > 0).then_some(batch))
    }

    /// The first `len` samples of a batch were answered: they are let go of. Those that had to go meanwhile are gone already.
    ///
    /// # Errors
    /// When the disk does not take it: they are sent once more then.
    pub fn forget(&mut self, batch: &Batch, len: u64) -> rusqlite::Result<()> {
        let (mut bytes, mut samples, mut left) = (self.bytes, self.samples, len);
        let sql = begin(&mut self.connection)?;
        for (id, of_row) in &batch.rows {
            let answered = usize::try_from(left).unwrap_or(usize::MAX).min(*of_row);
            left -= answered as u64;
            let found = sql.query_row("SELECT samples FROM rows WHERE id = ?1", [id], |row| {
                row.get::<_, String>(0)
            });
            let before = match found {
                Ok(text) => text,
                Err(rusqlite::Error::QueryReturnedNoRows) => continue,
                Err(error) => return Err(error),
            };
            let all = decode(&before)?;
            let rest = all.get(answered..).unwrap_or_default();
            bytes -= before.len() as u64;
            samples -= (all.len() - rest.len()) as u64;
            if rest.is_empty() {
                sql.execute("DELETE FROM rows WHERE id = ?1", [id])?;
            } else {
                let text = encode(rest);
                bytes += text.len() as u64;
                let sql_of_rest = "UPDATE rows SET len = ?2, size = ?3, samples = ?4 WHERE id = ?1";
                sql.execute(sql_of_rest, params![id, rest.len() as i64, text.len() as i64, text])?;
            }
        }
        sql.commit()?;
        (self.bytes, self.samples) = (bytes, samples);
        Ok(())
    }
}

impl Batch {
    /// The series of a line, counted from 1.
    pub fn series(&self, line: u64) -> Option<String> {
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        let line: serde_json::Value = serde_json::from_str(self.body.lines().nth(index)?).ok()?;
        line["series"].as_str().map(str::to_owned)
    }
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// Numbers that are none below zero.
fn two_numbers(row: &Row<'_>) -> rusqlite::Result<(u64, u64)> {
    let number = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
    Ok((number(0)?, number(1)?))
}

fn encode(samples: &[Sample]) -> String {
    json!(samples).to_string()
}

fn decode(text: &str) -> rusqlite::Result<Vec<Sample>> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// Takes the file for this agent alone, sees whose it is before it is touched, and sets it up.
fn prepare(connection: &mut Connection) -> Result<(), Cause> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let sql = begin(connection)?;
    let application: i64 = sql.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = sql.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (APPLICATION, VERSION) => {}
        (APPLICATION, _) => return Err(Cause::Newer),
        (0, 0) if tables == 0 => {
            sql.execute_batch(SCHEMA)?;
            sql.pragma_update(None, "application_id", APPLICATION)?;
            sql.pragma_update(None, "user_version", VERSION)?;
        }
        _ => return Err(Cause::Foreign),
    }
    sql.commit()?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(())
}

impl From<rusqlite::Error> for Cause {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            _ => Self::Unwritable(error.to_string()),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = &self.folder;
        match &self.cause {
            Cause::Unwritable(reason) => write!(
                f,
                "nothing can be kept in {folder}: {reason}. Choose another folder with --data, or allow writing there."
            ),
            Cause::InUse => write!(
                f,
                "another agent uses the folder {folder}. Stop it, or choose another folder with --data."
            ),
            Cause::Foreign => write!(
                f,
                "{folder}/{FILE_NAME} belongs to another program. Choose another folder with --data; nothing was changed."
            ),
            Cause::Newer => write!(
                f,
                "{folder}/{FILE_NAME} was written by a newer version. Update this program; nothing was changed."
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// The file in the agent's folder.
const FILE_NAME: &str = "agent.sqlite";
/// "tdag", by which the file is known.
const APPLICATION: i64 = 0x7464_6167;
const VERSION: i64 = 1;
/// The samples stand last, so that sizes are added up without reading them. No id is used again: a batch names rows by them.
const SCHEMA: &str = "
CREATE TABLE runs (id INTEGER PRIMARY KEY AUTOINCREMENT, shift INTEGER NOT NULL) STRICT;
CREATE TABLE rows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    len INTEGER NOT NULL,
    size INTEGER NOT NULL,
    samples TEXT NOT NULL
) STRICT;
";

#[cfg(test)]
mod tests;
