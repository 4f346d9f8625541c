//! What the file is: whose, of which version, and how an older one becomes a newer one.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{StoreError, damaged, explain, unreachable};

/// "Tide" in ASCII: SQLite's own place for saying whose file this is.
const APPLICATION_ID: i32 = 0x5469_6465;

/// Each entry leads from the version that is its index to the next one.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    -- One row a batch and board. `revision` is the board's after it. Rows are large, so the key is an index beside them:
    -- as the table's own order it would be compared by reading whole rows.
    CREATE TABLE records (
        board TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        record BLOB NOT NULL,
        PRIMARY KEY (board, sequence)
    ) STRICT;
    CREATE TABLE snapshots (board TEXT PRIMARY KEY, sequence INTEGER NOT NULL, snapshot BLOB NOT NULL) STRICT;
"];

/// The version that this program writes.
pub(super) const VERSION: i32 = MIGRATIONS.len() as i32;

/// Judges the file at `place` without changing it. One that is not there, or empty, is fine.
pub(super) fn look(place: &Path) -> Result<(), StoreError> {
    let Some(header) = header(place).map_err(|error| unreachable(place, &error))? else {
        return Ok(());
    };
    if !header.starts_with(MAGIC) {
        return Err(StoreError::Foreign {
            place: place.to_owned(),
        });
    }
    judge(
        place,
        number_at(&header, APPLICATION_ID_AT),
        number_at(&header, VERSION_AT),
    )?;
    let connection =
        Connection::open_with_flags(place, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| explain(place, &error))?;
    let check: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match check.map_err(|error| explain(place, &error))?.as_str() {
        "ok" => Ok(()),
        detail => Err(damaged(place, detail)),
    }
}

fn judge(place: &Path, application_id: i32, version: i32) -> Result<(), StoreError> {
    let place = place.to_owned();
    if application_id != APPLICATION_ID {
        return Err(StoreError::Foreign { place });
    }
    if version > VERSION {
        return Err(StoreError::Newer {
            place,
            found: version,
            known: VERSION,
        });
    }
    Ok(())
}

/// Brings the store to [`VERSION`], each step whole or not at all.
///
/// A new file gets its id and version while it still has SQLite's first journal, and an older one's are checkpointed
/// before it is used: so [`look`] finds both in the file itself, whenever the machine went down.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let found: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (version, step) in MIGRATIONS.iter().enumerate().skip(found.max(0) as usize) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version as i32 + 1)?;
        transaction.commit()?;
    }
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

/// The first bytes of the file; `None` when it is not there or empty.
fn header(place: &Path) -> io::Result<Option<[u8; HEADER_BYTES]>> {
    let mut file = match File::open(place) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut header = [0; HEADER_BYTES];
    let mut filled = 0;
    while filled < HEADER_BYTES {
        match file.read(&mut header[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok((filled > 0).then_some(header))
}

fn number_at(header: &[u8; HEADER_BYTES], at: usize) -> i32 {
    i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

// The file format: https://www.sqlite.org/fileformat.html, section 1.3.
const MAGIC: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;
const VERSION_AT: usize = 60;
const APPLICATION_ID_AT: usize = 68;
