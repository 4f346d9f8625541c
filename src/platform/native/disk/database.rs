//! The file itself.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use crate::{
    planted::{self, Bug},
    platform::{
        OpenError,
        memory::name_of,
        plan::{Plan, keys, plan},
    },
    sorted::SortedMap,
    sync::storage::{Namespace, Outcome, Records, StorageError, Transaction, is_cold},
};

/// One connection to the file.
pub struct Database {
    connection: Connection,
    /// SQLite's count of what others wrote, when it was last looked at.
    version: i64,
}

impl Database {
    /// Opens the file, and makes its tables when it is new.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let unavailable = |error: rusqlite::Error| super::unavailable(format!("{}: {error}", path.display()));
        let mut connection = Connection::open(path).map_err(unavailable)?;
        connection.busy_timeout(BUSY).map_err(unavailable)?;
        prepare(&mut connection).map_err(unavailable)??;
        let version = data_version(&connection).map_err(unavailable)?;
        Ok(Self { connection, version })
    }

    /// What is stored under a namespace.
    pub fn load(&mut self, namespace: &Namespace, cold: bool) -> Result<Records, StorageError> {
        let load = || -> rusqlite::Result<Records> {
            let mut statement = self
                .connection
                .prepare_cached("SELECT key, text FROM records WHERE namespace = ?1")?;
            let rows = statement.query_map([name_of(namespace)], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
            // A row that can't be read fails the whole: what is left out counts as gone.
            rows.filter(|row| cold || !row.as_ref().is_ok_and(|(key, _)| is_cold(key)))
                .collect()
        };
        load().map_err(|error| failed(&error))
    }

    /// Carries out a transaction; durable when it answers.
    pub fn commit(&mut self, namespace: &Namespace, transaction: &Transaction) -> Outcome {
        self.try_commit(&name_of(namespace), transaction)
            .unwrap_or_else(|error| Outcome::Failed(failed(&error)))
    }

    fn try_commit(&mut self, namespace: &str, transaction: &Transaction) -> rusqlite::Result<Outcome> {
        let mut sql = self.begin()?;
        let mut stored = Records::new();
        for key in keys(transaction) {
            let mut statement = sql.prepare_cached("SELECT text FROM records WHERE namespace = ?1 AND key = ?2")?;
            if let Some(text) = statement
                .query_row(params![namespace, key], |row| row.get(0))
                .optional()?
            {
                stored.insert(key.to_owned(), text);
            }
        }
        let Plan { wipe, writes, outcome } = if planted::is(Bug::FileExpectsNothing) {
            let expect = Vec::new();
            plan(
                &stored,
                &Transaction {
                    expect,
                    ..transaction.clone()
                },
            )
        } else {
            plan(&stored, transaction)
        };
        if let Some((first, end)) = wipe {
            sql.prepare_cached("DELETE FROM records WHERE namespace = ?1 AND key >= ?2 AND key < ?3")?
                .execute(params![namespace, first, end])?;
        }
        if planted::is(Bug::FileWrittenInParts) {
            let first = writes.iter().take(1);
            let first = first.map(|(key, text)| (key.clone(), text.clone())).collect();
            write(&sql, namespace, &first)?;
            sql.commit()?;
            sql = self.begin()?;
        }
        write(&sql, namespace, &writes)?;
        sql.commit()?;
        Ok(outcome)
    }

    /// Nobody else writes until this ends.
    fn begin(&mut self) -> rusqlite::Result<rusqlite::Transaction<'_>> {
        self.connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
    }

    /// A note.
    pub fn note(&mut self, name: &str) -> Option<String> {
        let found = self
            .connection
            .query_row("SELECT text FROM notes WHERE name = ?1", [name], |row| row.get(0))
            .optional();
        found.unwrap_or_else(|error| {
            tracing::warn!("a note can't be read: {error}");
            None
        })
    }

    /// Writes a note.
    pub fn write_note(&mut self, name: &str, text: &str) -> Result<(), StorageError> {
        let written = self.connection.execute(
            "INSERT OR REPLACE INTO notes (name, text) VALUES (?1, ?2)",
            [name, text],
        );
        written.map(|_| ()).map_err(|error| failed(&error))
    }

    /// Whether another connection has written since this was last asked.
    pub fn others_wrote(&mut self) -> bool {
        let Ok(version) = data_version(&self.connection) else {
            return false;
        };
        std::mem::replace(&mut self.version, version) != version
    }
}

fn write(sql: &Connection, namespace: &str, writes: &SortedMap<String, Option<String>>) -> rusqlite::Result<()> {
    let mut put = sql.prepare_cached("INSERT OR REPLACE INTO records (namespace, key, text) VALUES (?1, ?2, ?3)")?;
    let mut delete = sql.prepare_cached("DELETE FROM records WHERE namespace = ?1 AND key = ?2")?;
    for (key, text) in writes {
        match text {
            Some(text) => put.execute(params![namespace, key, text])?,
            None => delete.execute(params![namespace, key])?,
        };
    }
    Ok(())
}

/// Sees whose file it is before it is touched, then sets it up.
fn prepare(connection: &mut Connection) -> rusqlite::Result<Result<(), OpenError>> {
    let number = |connection: &Connection, name: &str| {
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
    };
    let sql = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (application, version) = (number(&sql, "application_id")?, number(&sql, "user_version")?);
    let tables: i64 = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (application, version) {
        (0, 0) if tables == 0 => sql.execute_batch(&format!(
            "{SCHEMA}; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}"
        ))?,
        (APPLICATION, VERSION) => {}
        (APPLICATION, _) => return Ok(Err(OpenError::Newer)),
        _ => return Ok(Err(OpenError::Foreign)),
    }
    sql.commit()?;
    // A write-ahead log, so that readers don't wait; and every commit on disk before it is called saved.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS answers an ordinary flush before the drive has written.
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(Ok(()))
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA data_version", [], |row| row.get(0))
}

fn failed(error: &rusqlite::Error) -> StorageError {
    tracing::warn!("this device's storage: {error}");
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StorageError::Full,
        _ => StorageError::Broken,
    }
}

const SCHEMA: &str = "CREATE TABLE records (namespace TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (namespace, key)) WITHOUT ROWID, STRICT;
CREATE TABLE notes (name TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL) WITHOUT ROWID, STRICT";
/// Marks the file as this program's device storage: "Tdev".
const APPLICATION: i64 = 0x5464_6576;
/// The only version there has been.
const VERSION: i64 = 1;
/// Another process may hold the file this long before it is an error.
const BUSY: Duration = Duration::from_secs(5);
