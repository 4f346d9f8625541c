//! What series have sent, for months: in a SQLite file of its own, in buckets that are the longer the older they are.
//!
//! Each value goes into a bucket of every tier at once ([`HISTORY_TIERS`]): its least, greatest, sum, last and count. What is written adds to what
//! is there, so values may come late and in any order, and nothing is read to write. A tier's old buckets are let go of; the next one has
//! the same time, less finely. Where nothing was measured there is no bucket: a gap stays a gap.
//!
//! Samples are lossy by design, and so is this: it is written every few seconds and without waiting for the disk, and what comes faster than that can
//! be done is left out, and counted.

#[cfg(test)]
mod tests;
mod wanted;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};
use tokio::sync::{Semaphore, oneshot};

use crate::{
    config::{
        CLOCK_AHEAD_MS_MAX, HISTORY_BATCHES_LEN_MAX, HISTORY_BUCKETS_LEN_MAX, HISTORY_BYTES_MAX,
        HISTORY_IN_MEMORY_BYTES_MAX, HISTORY_PRUNE_MS, HISTORY_TIERS, HISTORY_WAIT_MS, HISTORY_WRITE_MS,
        SAMPLE_HISTORY_LEN_MAX, SERIES_LEN_MAX, STORE_PAGE_BYTES, STRETCHES_AT_ONCE_MAX,
    },
    server::{
        clock::{Clock, Stopwatch},
        metrics::Metrics,
        series::Bucket,
    },
    time::Timestamp,
};

pub(super) use wanted::{Fineness, Stretch, Wanted, finest_ms};

/// The file in the data folder.
pub const FILE_NAME: &str = "series.db";

/// Values of series, each with its instant.
pub(super) type Batch = Vec<(String, Timestamp, f64)>;

/// The door to the thread that writes and reads. Dropped, it has written all it was given.
#[derive(Debug)]
pub(super) struct History {
    asks: Option<SyncSender<Ask>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    metrics: Arc<Metrics>,
    /// So that those who read leave room for those who write.
    turns: Semaphore,
}

/// What is known of a series at a start.
#[derive(Debug, PartialEq)]
pub(super) struct Known {
    pub name: String,
    /// Somebody has posted it, and nobody has watched it yet.
    pub is_new: bool,
    /// Its last minutes.
    pub points: Vec<(Timestamp, f64)>,
}

enum Ask {
    Keep(Batch),
    /// Series that are new, or are so no more.
    Mark(Vec<(String, bool)>),
    Read(Wanted, oneshot::Sender<rusqlite::Result<Stretch>>),
    /// Whether there is anything of a series.
    Knows(String, oneshot::Sender<bool>),
    /// To write what it has, and to close the file: answered when that is done.
    End(oneshot::Sender<()>),
}

impl History {
    /// Opens the file in a folder, or keeps it in memory, and reads what was there lately.
    pub fn open(folder: Option<&Path>, clock: Clock, metrics: Arc<Metrics>) -> rusqlite::Result<(Self, Vec<Known>)> {
        let (connection, bytes_max) = match folder {
            Some(folder) => (Connection::open(folder.join(FILE_NAME))?, HISTORY_BYTES_MAX),
            None => (Connection::open_in_memory()?, HISTORY_IN_MEMORY_BYTES_MAX),
        };
        let mut writer = Writer::new(connection, bytes_max)?;
        let known = writer.known(clock.now())?;
        let (asks, asked) = sync_channel(HISTORY_BATCHES_LEN_MAX);
        let counts = Arc::clone(&metrics);
        let thread = thread::Builder::new().name("series".to_owned());
        let thread = thread.spawn(move || writer.run(&asked, &clock, &counts));
        let thread = thread.inspect_err(|error| tracing::error!(%error, "what series send is not kept"));
        let history = Self {
            asks: thread.is_ok().then_some(asks),
            thread: Mutex::new(thread.ok()),
            metrics,
            turns: Semaphore::new(STRETCHES_AT_ONCE_MAX),
        };
        Ok((history, known))
    }

    /// Keeps values, unless too many wait to be written already.
    pub fn keep(&self, batch: Batch) {
        let len = batch.len() as u64;
        if len == 0 {
            return;
        }
        let kept = self.asks.as_ref().map(|asks| asks.try_send(Ask::Keep(batch)));
        if !matches!(kept, Some(Ok(()))) {
            self.metrics.samples_not_kept.add(len);
        }
    }

    /// Keeps values, and waits until there is room for them.
    pub async fn keep_all(&self, batch: Batch) {
        let (Some(asks), false) = (&self.asks, batch.is_empty()) else {
            return;
        };
        let mut ask = Ask::Keep(batch);
        while let Err(TrySendError::Full(unsent)) = asks.try_send(ask) {
            ask = unsent;
            tokio::time::sleep(Duration::from_millis(HISTORY_WAIT_MS)).await;
        }
    }

    /// Notes which series are new, and which are so no more.
    pub fn mark(&self, series: Vec<(String, bool)>) {
        if let Some(asks) = &self.asks
            && !series.is_empty()
            && let Err(TrySendError::Full(_)) = asks.try_send(Ask::Mark(series))
        {
            tracing::debug!("which series are new is not noted: too much waits to be written");
        }
    }

    /// Resolves when all that was given before is written and the file is closed, whole. Nothing is kept or read after it.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.ask(Ask::End(answer)).await {
            answered.await.ok();
        }
    }

    /// Whether a series is kept.
    pub async fn knows(&self, name: String) -> bool {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Knows(name, answer)).await && answered.await.unwrap_or(false)
    }

    /// The queue may be full for a moment, which is waited for where nobody else waits.
    async fn ask(&self, ask: Ask) -> bool {
        let Some(asks) = self.asks.clone() else { return false };
        let sent = tokio::task::spawn_blocking(move || asks.send(ask).is_ok());
        sent.await.unwrap_or(false)
    }

    /// A stretch of a series, for a thread that may wait. `None` as of [`Self::read`].
    pub fn read_here(&self, wanted: Wanted) -> Option<Stretch> {
        let (answer, answered) = oneshot::channel();
        self.asks.as_ref()?.send(Ask::Read(wanted, answer)).ok()?;
        let stretch = answered.blocking_recv().ok()?;
        stretch
            .inspect_err(|error| tracing::error!(%error, "a series can't be read"))
            .ok()
    }

    /// A stretch of a series. `None` when it can't be read, which is in the log.
    pub async fn read(&self, wanted: Wanted) -> Option<Stretch> {
        let _turn = self.turns.acquire().await.ok()?;
        let (answer, answered) = oneshot::channel();
        if !self.ask(Ask::Read(wanted, answer)).await {
            return None;
        }
        let stretch = answered.await.ok()?;
        stretch
            .inspect_err(|error| tracing::error!(%error, "a series can't be read"))
            .ok()
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.asks = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            thread.join().ok();
        }
    }
}

/// The thread's own.
struct Writer {
    connection: Connection,
    ids: HashMap<String, i64>,
    /// What is to be added to the buckets of each tier, by series and beginning.
    unwritten: BTreeMap<(i64, usize, u64), Bucket>,
}

impl Writer {
    fn new(connection: Connection, bytes_max: i64) -> rusqlite::Result<Self> {
        let pages = bytes_max / STORE_PAGE_BYTES;
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA max_page_count = {pages};
             CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, is_new INTEGER NOT NULL DEFAULT 0) STRICT;
             CREATE TABLE IF NOT EXISTS buckets (
                 series INTEGER NOT NULL, tier INTEGER NOT NULL, at INTEGER NOT NULL,
                 least REAL NOT NULL, greatest REAL NOT NULL, sum REAL NOT NULL, last REAL NOT NULL, count INTEGER NOT NULL,
                 PRIMARY KEY (series, tier, at)
             ) STRICT, WITHOUT ROWID;"
        ))?;
        // Names change over the years: what has nothing left makes room.
        connection.execute(
            "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM buckets WHERE buckets.series = series.id)",
            [],
        )?;
        let mut statement = connection.prepare("SELECT name, id FROM series")?;
        let ids = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let ids = ids.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        Ok(Self {
            connection,
            ids,
            unwritten: BTreeMap::new(),
        })
    }

    /// The series that have sent something in the last days, as many as there is room for: those first that sent last.
    fn known(&mut self, now: Timestamp) -> rusqlite::Result<Vec<Known>> {
        let (step_ms, _) = HISTORY_TIERS[0];
        let (_, days_ms) = HISTORY_TIERS[2];
        let from = now.0.saturating_sub(step_ms * SAMPLE_HISTORY_LEN_MAX as u64);
        let mut all = self.connection.prepare(
            "SELECT id, name, is_new, (SELECT max(at) FROM buckets WHERE series = id AND tier = 3 AND at <= ?1) AS newest
             FROM series WHERE newest >= ?2 ORDER BY newest DESC LIMIT ?3",
        )?;
        let mut latest = self.connection.prepare(
            "SELECT at, last FROM buckets WHERE series = ?1 AND tier = 0 AND at BETWEEN ?2 AND ?3 ORDER BY at",
        )?;
        // Of one that has been silent for longer, the newest there is.
        let mut newest = self
            .connection
            .prepare("SELECT at, last FROM buckets WHERE series = ?1 AND at <= ?2 ORDER BY at DESC, tier LIMIT 1")?;
        let (now, since) = (now.0 as i64, now.0.saturating_sub(days_ms) as i64);
        let room = SERIES_LEN_MAX as i64 - 1;
        let rows = all.query_map(params![now, since, room], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
        })?;
        let point = |row: &Row<'_>| Ok((Timestamp(row.get::<_, i64>(0)? as u64), row.get(1)?));
        rows.map(|row| {
            let (id, name, is_new) = row?;
            let points = latest.query_map(params![id, from as i64, now], point)?;
            let mut points = points.collect::<rusqlite::Result<Vec<_>>>()?;
            if points.is_empty() {
                points.extend(newest.query_row(params![id, now], point).optional()?);
            }
            Ok(Known { name, is_new, points })
        })
        .collect()
    }

    fn run(mut self, asked: &Receiver<Ask>, clock: &Clock, metrics: &Metrics) {
        let (mut since_write, mut since_prune) = (Stopwatch::start(), None::<Stopwatch>);
        let pause = Duration::from_millis(HISTORY_WRITE_MS);
        loop {
            let ask = asked.recv_timeout(pause.saturating_sub(since_write.elapsed()));
            let is_due = since_write.elapsed() >= pause || self.unwritten.len() >= HISTORY_BUCKETS_LEN_MAX;
            let is_end = matches!(ask, Err(RecvTimeoutError::Disconnected));
            if is_due || is_end || matches!(ask, Ok(Ask::Read(..) | Ask::End(_))) {
                self.try_write(clock.now(), metrics);
                since_write = Stopwatch::start();
            }
            match ask {
                Ok(Ask::Keep(batch)) => self.try_keep(&batch, metrics),
                Ok(Ask::Mark(series)) => self.try_mark(&series),
                Ok(Ask::Read(wanted, answer)) => _ = answer.send(self.read(&wanted)),
                Ok(Ask::Knows(name, answer)) => _ = answer.send(self.ids.contains_key(&name)),
                Ok(Ask::End(answer)) => {
                    // Closed, a database has no log beside it.
                    drop(self);
                    _ = answer.send(());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let prunes_at = Duration::from_millis(HISTORY_PRUNE_MS);
            if since_prune.as_ref().is_none_or(|since| since.elapsed() >= prunes_at) {
                if let Err(error) = self.prune(clock.now(), 1) {
                    tracing::error!(%error, "old values of series can't be let go of");
                }
                since_prune = Some(Stopwatch::start());
            }
        }
    }

    fn try_keep(&mut self, batch: &Batch, metrics: &Metrics) {
        if let Err(error) = self.keep(batch) {
            metrics.samples_not_kept.add(batch.len() as u64);
            tracing::error!(%error, "what series send is not kept");
        }
    }

    fn keep(&mut self, batch: &Batch) -> rusqlite::Result<()> {
        for (name, at, value) in batch {
            let id = self.id(name)?;
            for (tier, (step_ms, _)) in HISTORY_TIERS.into_iter().enumerate() {
                let begins = at.0 - at.0 % step_ms;
                let bucket = self.unwritten.entry((id, tier, begins)).or_default();
                bucket.add(*value);
            }
        }
        Ok(())
    }

    fn id(&mut self, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        self.connection
            .execute("INSERT INTO series (name) VALUES (?1)", [name])?;
        let id = self.connection.last_insert_rowid();
        self.ids.insert(name.to_owned(), id);
        Ok(id)
    }

    fn try_mark(&mut self, series: &[(String, bool)]) {
        let marked = series.iter().try_for_each(|(name, is_new)| {
            let id = self.id(name)?;
            let mark = "UPDATE series SET is_new = ?2 WHERE id = ?1";
            self.connection.execute(mark, params![id, is_new]).map(drop)
        });
        if let Err(error) = marked {
            tracing::error!(%error, "which series are new is not noted");
        }
    }

    /// What can't be written is given up: the disk may be full for long, and memory would be next.
    fn try_write(&mut self, now: Timestamp, metrics: &Metrics) {
        let unwritten = std::mem::take(&mut self.unwritten);
        let finest = unwritten.iter().filter(|((_, tier, _), _)| *tier == 0);
        let len = finest.map(|(_, bucket)| bucket.count).sum();
        let mut written = self.write(&unwritten);
        // The newest is worth more than the oldest: half of what is kept makes room, then a half of that.
        for sooner in [2, 4] {
            let is_full = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DiskFull);
            if !written.as_ref().is_err_and(is_full) {
                break;
            }
            tracing::warn!("what series have sent fills its file: the older half of it is let go of");
            written = self.prune(now, sooner).and_then(|()| self.write(&unwritten));
        }
        if let Err(error) = written {
            metrics.samples_not_kept.add(len);
            tracing::error!(%error, "what series sent in the last seconds is not kept");
        }
    }

    fn write(&mut self, unwritten: &BTreeMap<(i64, usize, u64), Bucket>) -> rusqlite::Result<()> {
        if unwritten.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        {
            let mut add = transaction.prepare_cached(
                "INSERT INTO buckets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET
                 least = min(least, excluded.least), greatest = max(greatest, excluded.greatest), sum = sum + excluded.sum,
                 last = excluded.last, count = count + excluded.count",
            )?;
            for ((series, tier, at), bucket) in unwritten {
                let Bucket {
                    least,
                    greatest,
                    sum,
                    last,
                    count,
                } = bucket;
                let (tier, at, count) = (*tier as i64, *at as i64, *count as i64);
                add.execute(params![series, tier, at, least, greatest, sum, last, count])?;
            }
        }
        transaction.commit()
    }

    /// Lets go of what is older than a tier keeps, or than that part of it; and of what a clock that was wrong has put into the future.
    fn prune(&mut self, now: Timestamp, sooner: u64) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut prune = transaction
                .prepare_cached("DELETE FROM buckets WHERE series = ?1 AND tier = ?2 AND (at < ?3 OR at > ?4)")?;
            let latest = (now.0 + CLOCK_AHEAD_MS_MAX) as i64;
            for id in self.ids.values() {
                for (tier, (_, kept_ms)) in HISTORY_TIERS.into_iter().enumerate() {
                    let first = now.0.saturating_sub(kept_ms / sooner) as i64;
                    prune.execute(params![id, tier as i64, first, latest])?;
                }
            }
        }
        transaction.commit()
    }

    /// From the finest tier that has all of it.
    fn read(&mut self, wanted: &Wanted) -> rusqlite::Result<Stretch> {
        let (tier, step_ms) = wanted.tier_and_step_ms();
        let mut buckets: Vec<(Timestamp, Bucket)> = Vec::new();
        let sql = "SELECT id FROM series WHERE name = ?1";
        let id = self
            .connection
            .query_row(sql, [&wanted.name], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(id) = id else {
            return Ok(Stretch { step_ms, buckets });
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT at, least, greatest, sum, last, count FROM buckets
             WHERE series = ?1 AND tier = ?2 AND at >= ?3 AND at < ?4 ORDER BY at",
        )?;
        let mut rows = statement.query(params![id, tier as i64, wanted.from.0 as i64, wanted.to.0 as i64])?;
        while let Some(row) = rows.next()? {
            let at = row.get::<_, i64>(0)? as u64;
            let bucket = Bucket {
                least: row.get(1)?,
                greatest: row.get(2)?,
                sum: row.get(3)?,
                last: row.get(4)?,
                count: row.get::<_, i64>(5)? as u64,
            };
            let begins = Timestamp(at - at % step_ms);
            match buckets.last_mut() {
                Some((last, merged)) if *last == begins => merged.merge(&bucket),
                _ => buckets.push((begins, bucket)),
            }
        }
        Ok(Stretch { step_ms, buckets })
    }
}
