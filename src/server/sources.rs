//! Live series: their newest values for whoever watches, and their last minutes in memory for whoever comes.
//!
//! Samples are lossy by design. They are no state of a board: they never meet the authority or the store, and a slow
//! reader simply gets the newest ones.
//!
//! ```text
//! host, app ─► record ─┐
//!                      ├─► a ring for each series ─► a tick, ten times a second at most ─► who watches
//! post ──────► intake ─┘
//! ```

pub mod host;
mod line;
pub(super) mod post;
mod tick;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    io,
    ops::Bound,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, RwLockWriteGuard,
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use bytes::Bytes;
use serde_json::json;
use tokio::sync::watch;

pub(super) use self::tick::Tick;
use self::{
    line::{LineError, Sample},
    tick::{Told, matching},
};
#[cfg(feature = "dashboard")]
use crate::protocol::SamplesFrame;
use crate::{
    board::value_bytes,
    config::{
        FRAME_FILL_BYTES, NEW_SERIES, NEW_SERIES_LEN_MAX, SAMPLE_HISTORY_LEN_MAX, SAMPLE_INTERVAL_MS,
        SAMPLE_INTERVAL_UNKNOWN_MS, SERIES_LEN_MAX, SERIES_NAME_BYTES_MAX, TICK_SPACING_MS,
    },
    protocol::{SampleSeries, Value},
    time::Timestamp,
};

/// Every live series of a server. Clones are the same series.
#[derive(Clone, Debug)]
pub struct Sources(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: RwLock<State>,
    newest: watch::Sender<Arc<Tick>>,
    /// Wakes the thread that tells of new values. Without one they are told at once.
    pulse: OnceLock<SyncSender<()>>,
}

#[derive(Debug, Default)]
struct State {
    rings: BTreeMap<String, Ring>,
    /// The server's time when something came last.
    clock: Timestamp,
    /// Number of the tick that was told last.
    told: u64,
    /// Series with values that no tick has told yet.
    untold: BTreeSet<String>,
    /// Names and patterns that somebody has watched: what they match is shown somewhere.
    wanted: HashSet<String>,
    /// Whether other series are new than the list says.
    is_list_old: bool,
}

#[derive(Debug)]
struct Ring {
    points: VecDeque<(Timestamp, Value)>,
    interval: Interval,
    /// Number of the tick that tells its newest value.
    tick: u64,
    /// Somebody has posted it, and nobody has watched it yet.
    is_new: bool,
}

/// How often values come.
#[derive(Debug)]
enum Interval {
    /// As who records them says, in milliseconds.
    Declared(u64),
    /// By the last gaps between them; 0 where there was none.
    Seen([u64; 3]),
}

/// Takes what somebody posts; told when it is dropped.
pub(super) struct Intake<'a> {
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
        }))
    }

    /// From now on new values are told by a thread of their own, at most every [`TICK_SPACING_MS`], as long as anybody has the series.
    pub(super) fn start(&self) -> io::Result<()> {
        let (pulse, beats) = sync_channel(1);
        let shared = Arc::downgrade(&self.0);
        if self.0.pulse.set(pulse).is_err() {
            return Ok(());
        }
        let tell = move || {
            while beats.recv().is_ok() {
                let Some(shared) = shared.upgrade() else { return };
                shared.tell();
                drop(shared);
                thread::sleep(Duration::from_millis(TICK_SPACING_MS));
            }
        };
        thread::Builder::new().name("samples".to_owned()).spawn(tell).map(drop)
    }

    /// Takes what was measured at `at`, as happens every second: a number for a chart, an array of rows for a table. Of a table only the
    /// newest rows are kept. Series past [`SERIES_LEN_MAX`], and names over [`SERIES_NAME_BYTES_MAX`] bytes, are left out.
    pub fn record(&self, at: Timestamp, samples: impl IntoIterator<Item = (String, Value)>) {
        let mut state = self.0.write();
        state.clock = at;
        for (name, value) in samples {
            if name.len() <= SERIES_NAME_BYTES_MAX {
                let made = || Interval::Declared(SAMPLE_INTERVAL_MS);
                state.push(name, at, value, made, false).ok();
            }
        }
        drop(state);
        self.0.beat();
    }

    /// Takes what somebody posts, and comes at `now`.
    pub(super) fn intake(&self, now: Timestamp) -> Intake<'_> {
        let mut state = self.0.write();
        state.clock = now;
        Intake { sources: self, state }
    }

    /// Hears of each tick, the newest one only when several passed. What these names match is shown somewhere from now on.
    pub(super) fn watch(&self, names: &[String]) -> watch::Receiver<Arc<Tick>> {
        let mut state = self.0.write();
        state.want(names);
        let is_list_old = state.is_list_old;
        drop(state);
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
        let (at, made) = (at.unwrap_or(self.state.clock), || Interval::Seen([0; 3]));
        self.state.push(name, at, json!(value), made, true)
    }
}

impl Drop for Intake<'_> {
    fn drop(&mut self) {
        if self.sources.0.pulse.get().is_some() {
            self.sources.0.beat();
        }
    }
}

impl Shared {
    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is something to tell.
    fn beat(&self) {
        match self.pulse.get() {
            // One that is under way tells of this, too.
            Some(pulse) => _ = pulse.try_send(()),
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
    fn push(
        &mut self,
        name: String,
        at: Timestamp,
        value: Value,
        made: impl FnOnce() -> Interval,
        is_posted: bool,
    ) -> Result<(), LineError> {
        let tick = self.told + 1;
        let is_known = self.rings.contains_key(&name);
        if !is_known && self.rings.len() >= SERIES_LEN_MAX {
            return Err(LineError::NoRoom);
        }
        let is_new = !is_known && is_posted && !is_wanted(&self.wanted, &name);
        self.is_list_old |= is_new;
        let ring = self.rings.entry(name.clone()).or_insert_with(|| Ring {
            points: VecDeque::new(),
            interval: made(),
            tick,
            is_new,
        });
        ring.push(at, value)?;
        ring.tick = tick;
        self.untold.insert(name);
        Ok(())
    }

    fn want(&mut self, names: &[String]) {
        let names = names.iter().filter(|name| !is_everything(name));
        for name in names {
            // As many as there can be series: what is one too many is offered once more, and that is all.
            if self.wanted.len() < SERIES_LEN_MAX {
                self.wanted.insert(name.clone());
            }
            for (_, ring) in tick::matching_mut(&mut self.rings, name) {
                self.is_list_old |= std::mem::take(&mut ring.is_new);
            }
        }
    }

    /// The series that are new, as a series: who may add them watches it.
    fn list_new(&mut self) {
        if !std::mem::take(&mut self.is_list_old) {
            return;
        }
        let new = self.rings.iter().filter(|(_, ring)| ring.is_new);
        let at = new.clone().filter_map(|(_, ring)| Some(ring.points.back()?.0)).max();
        let names: Vec<&String> = new.map(|(name, _)| name).take(NEW_SERIES_LEN_MAX).collect();
        let (list, tick) = (json!(names), self.told + 1);
        let ring = self.rings.entry(NEW_SERIES.to_owned()).or_insert_with(|| Ring {
            points: VecDeque::new(),
            interval: Interval::Declared(SAMPLE_INTERVAL_UNKNOWN_MS),
            tick,
            is_new: false,
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
        for (name, ring) in rings.range::<str, _>((start, Bound::Unbounded)) {
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

impl Ring {
    fn push(&mut self, at: Timestamp, value: Value) -> Result<(), LineError> {
        if let Some((last, _)) = self.points.back() {
            match at.cmp(last) {
                std::cmp::Ordering::Less => return Err(LineError::Older),
                std::cmp::Ordering::Equal => _ = self.points.pop_back(),
                std::cmp::Ordering::Greater => self.interval.saw(at.since(*last)),
            }
        }
        let len_max = if value.is_array() { 1 } else { SAMPLE_HISTORY_LEN_MAX };
        while self.points.len() >= len_max {
            self.points.pop_front();
        }
        self.points.push_back((at, value));
        Ok(())
    }

    fn newest(&self) -> Option<Told> {
        let (at, value) = self.points.back()?.clone();
        Some(Told {
            at,
            value,
            interval_ms: self.interval.ms(),
        })
    }
}

impl Interval {
    fn saw(&mut self, gap_ms: u64) {
        if let Self::Seen(gaps) = self {
            gaps.rotate_left(1);
            gaps[2] = gap_ms;
        }
    }

    /// The next of the usual ones: few, so that many series go in one frame; and nobody's, who dawdles once, is called stale at once.
    fn ms(&self) -> u64 {
        let gap = match self {
            Self::Declared(ms) => return *ms,
            Self::Seen(gaps) => gaps.iter().copied().max().unwrap_or(0),
        };
        let usual = INTERVALS_S.into_iter().map(|s| s * 1_000);
        let mut usual = usual.filter(|ms| gap <= ms + ms / 2);
        match gap {
            0 => SAMPLE_INTERVAL_UNKNOWN_MS,
            _ => usual.next().unwrap_or(INTERVALS_S[INTERVALS_S.len() - 1] * 1_000),
        }
    }
}

/// How often series usually send, in seconds.
const INTERVALS_S: [u64; 10] = [1, 2, 5, 10, 30, 60, 300, 900, 3_600, 86_400];

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
