//! Live series: their newest values for whoever watches, and their last minutes in memory for whoever comes.
//!
//! Samples are lossy by design. They are no state of a board: they never meet the authority or its store, and a slow
//! reader simply gets the newest ones. What they were is kept beside it, for charts that go back further (`history`).
//!
//! ```text
//! host, app ────► record ─┐
//!                         ├─► a ring for each series ─► a tick, ten times a second at most ─► who watches
//! post, scrape ─► intake ─┘        └─► history ─► stretches, for who asks
//! ```

mod history;
mod interval;
pub(super) mod post;
mod reading;
mod ring;
pub mod scrape;
pub(super) mod stretch;
mod tick;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    io,
    ops::Bound,
    path::Path,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, RwLockWriteGuard,
        mpsc::{RecvTimeoutError, Sender, SyncSender, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use tokio::sync::watch;

pub(super) use self::tick::Tick;
use self::{
    history::{Batch, History, Known, Stretch, Wanted},
    interval::Interval,
    ring::Ring,
    tick::matching,
};
use super::{clock::Clock, metrics::Metrics};
#[cfg(feature = "dashboard")]
use crate::protocol::SamplesFrame;
use crate::{
    board::value_bytes,
    config::{
        FRAME_FILL_BYTES, NEW_SERIES, NEW_SERIES_LEN_MAX, SAMPLE_INTERVAL_MS, SAMPLE_INTERVAL_UNKNOWN_MS,
        SERIES_LEN_MAX, SERIES_NAME_BYTES_MAX, SERIES_SILENT_MS, TICK_SPACING_MS,
    },
    protocol::{SampleSeries, Value},
    sampling::line::{LineError, Sample},
    time::Timestamp,
};

/// Every live series of a server. Clones are the same series.
#[derive(Clone, Debug)]
pub struct Sources(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: RwLock<State>,
    newest: watch::Sender<Arc<Tick>>,
    /// Wakes the thread that tells of new values; and, dropped, ends its pause. Without one they are told at once.
    pulse: OnceLock<(SyncSender<()>, Sender<()>)>,
    /// Without one, nothing is known of what is older than the last minutes.
    history: OnceLock<History>,
}

#[derive(Debug, Default)]
struct State {
    rings: BTreeMap<String, Ring>,
    /// The server's time when something came last.
    clock: Timestamp,
    /// Series that have come so far.
    count: u64,
    /// Number of the tick that was told last.
    told: u64,
    /// Series with values that no tick has told yet.
    untold: BTreeSet<String>,
    /// Names and patterns that somebody has watched: what they match is shown somewhere.
    wanted: HashSet<String>,
    /// Whether other series are new than the list says.
    is_list_old: bool,
    /// What is still to be kept.
    unkept: Batch,
    /// Series that are new, or are so no more, which is still to be noted.
    unmarked: Vec<(String, bool)>,
}

/// Takes what somebody posts, or what is scraped, and tells it at its end.
struct Intake<'a> {
    sources: &'a Sources,
    state: RwLockWriteGuard<'a, State>,
}

impl Sources {
    /// No series yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            state: RwLock::default(),
            newest: watch::Sender::default(),
            pulse: OnceLock::new(),
            history: OnceLock::new(),
        }))
    }

    /// From now on new values are told by a thread of their own, at most every [`TICK_SPACING_MS`], as long as anybody has the series.
    pub(super) fn start(&self) -> io::Result<()> {
        let (pulse, beats) = sync_channel(1);
        let (lives, pause) = channel();
        let shared = Arc::downgrade(&self.0);
        if self.0.pulse.set((pulse, lives)).is_err() {
            return Ok(());
        }
        let tell = move || {
            while beats.recv().is_ok() {
                let Some(shared) = shared.upgrade() else { return };
                shared.tell();
                drop(shared);
                // What comes meanwhile is in the channel, which holds one, until that is over.
                if pause.recv_timeout(Duration::from_millis(TICK_SPACING_MS)) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        thread::Builder::new().name("samples".to_owned()).spawn(tell).map(drop)
    }

    /// From now on what comes is kept in a folder, or in memory; what was kept there lately is here again.
    pub(super) fn keep_in(&self, folder: Option<&Path>, clock: &Clock, metrics: &Arc<Metrics>) {
        let open = |folder| History::open(folder, clock.clone(), Arc::clone(metrics));
        let opened = open(folder).or_else(|error| {
            // A board without its past is better than none.
            tracing::error!(%error, file = history::FILE_NAME, "what series have sent can’t be read, and is kept in memory until the next start");
            open(None)
        });
        let (history, known) = match opened {
            Ok(opened) => opened,
            Err(error) => return tracing::error!(%error, "what series send is not kept"),
        };
        let mut state = self.0.write();
        for Known { name, is_new, points } in known {
            let mut ring = Ring {
                points: VecDeque::new(),
                interval: Interval::Seen([0; 3]),
                tick: 0,
                new: is_new.then_some(0),
            };
            for (at, value) in points {
                ring.push(at, json!(value));
            }
            state.is_list_old |= is_new;
            state.rings.entry(name).or_insert(ring);
        }
        drop(state);
        self.0.history.set(history).ok();
    }

    /// The names of all series that these match, and those that stand for one only.
    fn names(&self, watched: &[String]) -> Vec<String> {
        let state = self.0.read();
        let mut names: BTreeSet<&str> = matching(&state.rings, watched).into_keys().collect();
        // One that has been silent for long is known by its name alone.
        names.extend(watched.iter().map(String::as_str).filter(|name| !name.ends_with('*')));
        names.into_iter().map(str::to_owned).collect()
    }

    /// Resolves when all that came is kept.
    pub(super) async fn flush(&self) {
        if let Some(history) = self.0.history.get() {
            history.flush().await;
        }
    }

    /// A stretch of what a series has sent; `None` where that can't be read.
    async fn read(&self, wanted: Wanted) -> Option<Stretch> {
        self.0.history.get()?.read(wanted).await
    }

    /// Takes what was measured at `at`, as happens every second: a number for a chart, an array of rows for a table. Of a table only the
    /// newest rows are kept. Series past [`SERIES_LEN_MAX`], and names over [`SERIES_NAME_BYTES_MAX`] bytes, are left out.
    pub fn record(&self, at: Timestamp, samples: impl IntoIterator<Item = (String, Value)>) {
        let mut state = self.0.write();
        state.clock = at;
        for (name, value) in samples {
            if name.len() <= SERIES_NAME_BYTES_MAX {
                state.push(name, at, value, Some(SAMPLE_INTERVAL_MS)).ok();
            }
        }
        let unkept = self.0.release(state);
        if let Some(history) = self.0.history.get() {
            history.keep(unkept);
        }
        self.0.beat();
    }

    /// Keeps what was posted. Who posts more than can be written waits.
    async fn keep(&self, unkept: Batch) {
        if let Some(history) = self.0.history.get() {
            history.keep_all(unkept).await;
        }
    }

    /// Takes what somebody posts, and comes at `now`.
    fn intake(&self, now: Timestamp) -> Intake<'_> {
        let mut state = self.0.write();
        state.clock = now;
        Intake { sources: self, state }
    }

    /// Hears of each tick, the newest one only when several passed. What these names match is shown somewhere from now
    /// on, where it is somebody who may put it there.
    pub(super) fn watch(&self, names: &[String], may_edit: bool) -> watch::Receiver<Arc<Tick>> {
        let mut state = self.0.write();
        if may_edit {
            state.want(names);
        }
        let is_list_old = state.is_list_old;
        self.0.release(state);
        if is_list_old {
            self.0.beat();
        }
        self.0.newest.subscribe()
    }

    /// What a tick says of the watched series to who was told of all up to the one with the number `told`: where others lie between,
    /// the newest values of what has changed since.
    pub(super) fn since(&self, tick: &Tick, told: u64, watched: &Arc<[String]>) -> Vec<Bytes> {
        if tick.number == told + 1 {
            return tick.packets(watched);
        }
        let state = self.0.read();
        let changed = matching(&state.rings, watched).into_iter();
        let changed = changed.filter(|(_, ring)| ring.tick > told);
        let newest = changed.filter_map(|(name, ring)| Some((name, ring.newest()?)));
        tick::packets(tick.clock, newest)
    }

    /// The last minutes of the watched series that come after the series `after`: one frame of them, and the name of its
    /// last series where there are more.
    ///
    /// A frame comes even when nothing of that name is measured: the asker knows then that it was heard.
    pub(super) fn past(&self, now: Timestamp, watched: &[String], after: Option<&str>) -> (Bytes, Option<String>) {
        let (interval_ms, series, last) = self.0.read().last_minutes(watched, after, false);
        (tick::packet_of(now, interval_ms, series), last)
    }

    /// The same, as a page that is rendered here shows it: what fits into one frame.
    #[cfg(feature = "dashboard")]
    pub(super) fn glance(&self, now: Timestamp, watched: &[String]) -> SamplesFrame {
        let (interval_ms, series, _) = self.0.read().last_minutes(watched, None, true);
        SamplesFrame {
            clock: now,
            interval_ms,
            series,
        }
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Intake<'_> {
    /// One sample. Of a gap there is nothing to keep: the next value is where it is.
    pub fn take(&mut self, sample: Sample) -> Result<(), LineError> {
        let Sample { name, at, value } = sample;
        let Some(value) = value else { return Ok(()) };
        let at = at.unwrap_or(self.state.clock);
        self.state.push(name, at, json!(value), None)
    }

    /// Lets others go on, and answers what is still to be kept.
    pub fn end(self) -> Batch {
        let shared = &self.sources.0;
        let unkept = shared.release(self.state);
        shared.beat();
        unkept
    }
}

impl Shared {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the others go on, and answers what came and is still to be kept.
    fn release(&self, mut state: RwLockWriteGuard<'_, State>) -> Batch {
        let (unkept, unmarked) = (std::mem::take(&mut state.unkept), std::mem::take(&mut state.unmarked));
        drop(state);
        if let Some(history) = self.history.get() {
            history.mark(unmarked);
        }
        unkept
    }

    /// There is something to tell.
    fn beat(&self) {
        match self.pulse.get() {
            // One that is under way tells of this, too.
            Some((pulse, _)) => _ = pulse.try_send(()),
            None => self.tell(),
        }
    }

    fn tell(&self) {
        let mut state = self.write();
        state.list_new();
        if state.untold.is_empty() {
            return;
        }
        state.told += 1;
        let untold = std::mem::take(&mut state.untold);
        let values = untold.into_iter().filter_map(|name| {
            let newest = state.rings.get(&name)?.newest()?;
            Some((name, newest))
        });
        let tick = Tick::new(state.told, state.clock, values.collect());
        // Before the next one can be: they come in their order.
        self.newest.send_replace(Arc::new(tick));
    }
}

impl State {
    fn push(&mut self, name: String, at: Timestamp, value: Value, declared_ms: Option<u64>) -> Result<(), LineError> {
        let is_posted = declared_ms.is_none();
        let tick = self.told + 1;
        let is_known = self.rings.contains_key(&name);
        if !is_known && self.rings.len() >= SERIES_LEN_MAX {
            self.make_room().ok_or(LineError::NoRoom)?;
        }
        self.count += u64::from(!is_known);
        let is_new = !is_known && is_posted && !is_wanted(&self.wanted, &name);
        if is_new {
            self.is_list_old = true;
            self.unmarked.push((name.clone(), true));
        }
        if let Some(value) = value.as_f64() {
            self.unkept.push((name.clone(), at, value));
        }
        let new = is_new.then_some(self.count);
        let ring = self.rings.entry(name.clone()).or_insert_with(|| Ring {
            points: VecDeque::new(),
            interval: Interval::Seen([0; 3]),
            tick,
            new,
        });
        if let Some(interval_ms) = declared_ms {
            ring.interval = Interval::Declared(interval_ms);
        }
        if ring.push(at, value) {
            ring.tick = tick;
            self.untold.insert(name);
        }
        Ok(())
    }

    /// Lets go of the series that has been silent for longest, where that is long: its past is kept, and it is as any other when it sends
    /// again.
    fn make_room(&mut self) -> Option<()> {
        let last = |ring: &Ring| ring.points.back().map_or(Timestamp(0), |(at, _)| *at);
        let (name, ring) = self.rings.iter().min_by_key(|(_, ring)| last(ring))?;
        if self.clock.since(last(ring)) < SERIES_SILENT_MS {
            return None;
        }
        let name = name.clone();
        self.rings.remove(&name);
        self.untold.remove(&name);
        Some(())
    }

    fn want(&mut self, names: &[String]) {
        let names = names.iter().filter(|name| !is_everything(name));
        for name in names {
            // As many as there can be series: what is one too many is offered once more, and that is all.
            if self.wanted.len() < SERIES_LEN_MAX {
                self.wanted.insert(name.clone());
            }
            for (name, ring) in tick::matching_mut(&mut self.rings, name) {
                if ring.new.take().is_some() {
                    self.is_list_old = true;
                    self.unmarked.push((name.clone(), false));
                }
            }
        }
    }

    /// The series that are new, as a series: who may add them watches it.
    fn list_new(&mut self) {
        if !std::mem::take(&mut self.is_list_old) {
            return;
        }
        let new = self.rings.iter().filter(|(_, ring)| ring.new.is_some());
        let at = new.clone().filter_map(|(_, ring)| Some(ring.points.back()?.0)).max();
        // The newest first: what somebody has just begun to send is what they look for.
        let mut new: Vec<(Reverse<u64>, &String)> =
            new.map(|(name, ring)| (Reverse(ring.new.unwrap_or(0)), name)).collect();
        new.sort_unstable();
        let names: Vec<&String> = new.into_iter().map(|(_, name)| name).take(NEW_SERIES_LEN_MAX).collect();
        let (list, tick) = (json!(names), self.told + 1);
        let ring = self.rings.entry(NEW_SERIES.to_owned()).or_insert_with(|| Ring {
            points: VecDeque::new(),
            interval: Interval::Declared(SAMPLE_INTERVAL_UNKNOWN_MS),
            tick,
            new: None,
        });
        let before = ring.points.back().map(|(at, _)| Timestamp(at.0 + 1));
        let at = at.max(before).unwrap_or_default();
        ring.points = VecDeque::from([(at, list)]);
        ring.tick = tick;
        self.untold.insert(NEW_SERIES.to_owned());
    }

    /// What fits into a frame: of series that send equally often, or of all kinds, as rarely as the rarest.
    fn last_minutes(
        &self,
        watched: &[String],
        after: Option<&str>,
        is_mixed: bool,
    ) -> (u64, Vec<SampleSeries>, Option<String>) {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut series: Vec<SampleSeries> = Vec::new();
        let (mut filled, mut interval_ms) = (0, SAMPLE_INTERVAL_MS);
        let rings = matching(&self.rings, watched);
        let rings = rings.range::<str, _>((start, Bound::Unbounded));
        for (name, ring) in rings.filter(|(_, ring)| !ring.points.is_empty()) {
            let bytes: usize = ring
                .points
                .iter()
                .map(|(_, value)| value_bytes(value) + POINT_BYTES)
                .sum();
            let is_alike = is_mixed || ring.interval.ms() == interval_ms;
            if (filled + bytes > FRAME_FILL_BYTES || !is_alike)
                && let Some(last) = series.last()
            {
                let last = last.name.clone();
                return (interval_ms, series, Some(last));
            }
            interval_ms = if is_mixed {
                ring.interval.ms().max(interval_ms)
            } else {
                ring.interval.ms()
            };
            filled += bytes + name.len() + POINT_BYTES;
            series.push(SampleSeries {
                name: (*name).to_owned(),
                points: ring.points.iter().cloned().collect(),
            });
        }
        (interval_ms, series, None)
    }
}

/// What can't be done, for programs and people.
fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// Whether somebody has watched it by its name or by the beginning of that.
fn is_wanted(wanted: &HashSet<String>, name: &str) -> bool {
    wanted.contains(name)
        || wanted.iter().any(|pattern| {
            let beginning = pattern.strip_suffix('*');
            beginning.is_some_and(|beginning| name.starts_with(beginning))
        })
}

/// Who watches everything shows nothing of it in particular.
fn is_everything(name: &str) -> bool {
    name == "*"
}

/// A point's instant and punctuation.
const POINT_BYTES: usize = 24;
#[cfg(test)]
mod tests;
