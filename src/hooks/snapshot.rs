//! What the engine knows, as the page shows it.

use std::sync::Arc;

use crate::{
    config::{MET_AGAIN_MS, NEWEST_SHOWN_LEN_MAX, PENDING_SHOWN_LEN_MAX, SERIES_LEN_MAX, VALUES_LEN_MAX},
    driver::Driver,
    platform::{remember, remembered},
    protocol::{BoardId, SamplesFrame},
    sorted::{SortedMap, SortedSet},
    state::{ConnectionStatus, Now, PendingOperation, Series, Snapshot, SyncDetails},
    sync::{BoardView, Freshness, fields_len, storage::Namespace},
    time::Timestamp,
};

/// What is remembered between snapshots.
pub(super) struct Gatherer {
    boards: SortedSet<BoardId>,
    wanted_series: Vec<String>,
    samples: SortedMap<String, Arc<Series>>,
    samples_changed: bool,
    /// Of an earlier start, with their age and interval: until somebody looks at them, or newer ones come.
    recalled: SortedMap<String, Arc<Series>>,
    /// Whose all these are.
    namespace: Option<Namespace>,
    /// Whether any was heard since they were kept for a later start.
    has_heard: bool,
    now: Now,
    trouble: Option<String>,
    /// When it was last remembered that the connection was live, by the wall clock.
    met_ms: u64,
}

impl Gatherer {
    pub fn new(driver: &Driver) -> Self {
        let (boards, wanted_series, samples) = (SortedSet::new(), Vec::new(), SortedMap::new());
        Self {
            boards,
            wanted_series,
            samples,
            samples_changed: false,
            recalled: SortedMap::new(),
            namespace: None,
            has_heard: false,
            now: read_clocks(driver),
            trouble: None,
            met_ms: 0,
        }
    }

    /// What is looked at from now on. Series that nobody looks at any more are let go.
    pub fn want(&mut self, boards: &SortedSet<BoardId>, series: &[String]) {
        self.boards.clone_from(boards);
        self.wanted_series = series.to_vec();
        let before = self.samples.len();
        self.samples.retain(|name, _| is_wanted(series, name));
        self.samples_changed |= self.samples.len() != before;
        self.show_recalled();
    }

    /// Takes the last values of an earlier start.
    pub fn recall(&mut self, driver: &Driver, values: Vec<SamplesFrame>) {
        let wall_ms = driver.clock().wall().0;
        for frame in values {
            for kept in frame.series {
                let (name, mut series) = (kept.name.clone(), Series::default());
                series.take(driver.now(), frame.interval_ms, kept);
                // By a clock that was set back it is not from now all the same.
                series.recalled_ms = wall_ms.saturating_sub(frame.clock.0).max(1);
                self.recalled.insert(name, Arc::new(series));
            }
        }
        self.show_recalled();
    }

    /// What is looked at and has not been heard of since.
    fn show_recalled(&mut self) {
        let Self {
            samples,
            samples_changed,
            ..
        } = self;
        let wanted = &self.wanted_series;
        self.recalled.retain(|name, series| {
            let is_shown = is_wanted(wanted, name);
            if is_shown && !samples.contains_key(name) {
                samples.insert(name.clone(), series.clone());
                *samples_changed = true;
            }
            !is_shown
        });
    }

    /// The last values of what is looked at, for a later start; `None` where nothing was heard since this was asked last.
    pub fn last_values(&mut self, driver: &Driver) -> Option<Vec<SamplesFrame>> {
        if self.samples.is_empty() || !std::mem::take(&mut self.has_heard) {
            return None;
        }
        let (now, wall_ms) = (driver.now(), driver.clock().wall().0);
        let len_max = VALUES_LEN_MAX / self.samples.len();
        let kept = self.samples.iter().map(|(name, series)| SamplesFrame {
            clock: Timestamp(wall_ms.saturating_sub(series.age_ms(now))),
            interval_ms: series.interval_ms,
            series: vec![series.newest(name, len_max)],
        });
        Some(kept.collect())
    }

    /// What one person, or one server, was shown is not shown to the next.
    fn begin_anew_for(&mut self, namespace: Option<&Namespace>) {
        if namespace.is_none() || self.namespace.as_ref() == namespace {
            return;
        }
        if std::mem::replace(&mut self.namespace, namespace.cloned()).is_some() {
            self.samples_changed |= !self.samples.is_empty();
            self.samples.clear();
            self.recalled.clear();
        }
    }

    /// Takes live values as they arrive.
    pub fn take_samples(&mut self, now: Timestamp, frame: SamplesFrame) {
        for arrived in frame.series {
            // What was asked for just now may have been measured long ago.
            let Some((newest, _)) = arrived.points.last() else {
                continue;
            };
            let old_ms = frame.clock.since(*newest);
            let room = self.samples.len() < SERIES_LEN_MAX || self.samples.contains_key(&arrived.name);
            if room && is_wanted(&self.wanted_series, &arrived.name) {
                let series = self.samples.entry(arrived.name.clone()).or_default();
                let series = Arc::make_mut(series);
                series.take(now, frame.interval_ms, arrived);
                series.recalled_ms = old_ms;
                (self.samples_changed, self.has_heard) = (true, true);
            }
        }
    }

    /// Reads the clocks, for ages on the page.
    pub fn tick(&mut self, driver: &Driver) {
        self.now = read_clocks(driver);
    }

    /// Something went wrong that a person should know.
    pub fn note_trouble(&mut self, message: String) {
        self.trouble = Some(message);
    }

    /// What is shown after this turn.
    pub fn snapshot(&mut self, driver: &Driver) -> Snapshot {
        let engine = driver.engine();
        let status = engine.status();
        self.begin_anew_for(status.namespace.as_ref());
        let boards: SortedMap<BoardId, BoardView> = self
            .boards
            .iter()
            .filter_map(|board| Some((board.clone(), engine.board(board)?)))
            .collect();
        let seen_by = |board: &BoardId| Some((board.clone(), engine.seen_by(board)?.clone()));
        let seen = self.boards.iter().filter_map(seen_by).collect();
        let missing = missing(&boards);
        let conflicts: Vec<_> = engine.conflicts().cloned().collect();
        let set_aside: Vec<_> = engine.set_aside_list().cloned().collect();
        let fields = fields_len(&conflicts);
        let connection = ConnectionStatus::of(&status, driver.is_online(), fields, set_aside.len(), missing);
        let link = ConnectionStatus::of_connection(&status, driver.is_online(), missing);
        if matches!(link, ConnectionStatus::Live) {
            self.trouble = None;
            if self.now.unix_ms >= self.met_ms + MET_AGAIN_MS {
                self.met_ms = self.now.unix_ms;
                remember(MET, &self.met_ms.to_string());
            }
        }
        let sync = SyncDetails {
            initialized: status.initialized,
            link,
            online: driver.is_online(),
            leading: status.leading,
            durability: Some(status.durability),
            lacks: driver.lacks(),
            room: driver.room(),
            fault: status.fault,
            trouble: status
                .trouble
                .or_else(|| self.trouble.clone())
                .or_else(|| driver.memory_only().map(str::to_owned)),
            release: status.release,
            identity: status.identity,
            device: engine.device().cloned(),
            people: engine.others().cloned(),
            namespace: status.namespace,
            pending: status.pending,
            elsewhere: engine
                .elsewhere()
                .take(PENDING_SHOWN_LEN_MAX)
                .map(|(operation, made_at_ms)| (operation.clone(), made_at_ms))
                .collect(),
            synced_at: status.synced_at,
            next_refresh: status.next_refresh,
            offline_since: status.offline_since,
            counters: status.counters,
        };
        let pending = Self::pending(driver);
        // Nothing is drawn for a page that nobody sees: what has come meanwhile is shown when it is seen again.
        let is_told = driver.is_shown() && std::mem::take(&mut self.samples_changed);
        let samples = is_told.then(|| self.samples.clone());
        Snapshot {
            connection,
            sync,
            pending,
            conflicts,
            set_aside,
            boards,
            seen,
            samples,
            now: Some(self.now),
        }
    }

    fn pending(driver: &Driver) -> Vec<PendingOperation> {
        let engine = driver.engine();
        let waiting = || engine.pending().filter(|pending| !pending.is_gone());
        let mut shown: Vec<_> = waiting().take(PENDING_SHOWN_LEN_MAX).collect();
        if shown.len() == PENDING_SHOWN_LEN_MAX {
            // A card tells of its newest edit: that one is not said to be saved because an older one is.
            let oldest = shown.last().map(|pending| pending.operation.id);
            let newest = waiting().rev().take(NEWEST_SHOWN_LEN_MAX);
            let newest: Vec<_> = newest
                .take_while(|pending| Some(pending.operation.id) != oldest)
                .collect();
            shown.extend(newest.into_iter().rev());
        }
        shown
            .into_iter()
            .map(|pending| PendingOperation {
                id: pending.operation.id,
                operation: pending.operation.clone(),
                phase: engine.phase(pending),
                made_at_ms: pending.made_at_ms,
            })
            .collect()
    }
}

/// By which a browser remembers when its pages were live last.
const MET: &str = "tideboard met";

/// When a page of this browser was live last, by the wall clock, as far as the browser tells.
pub fn last_met() -> Option<u64> {
    remembered(MET)?.parse().ok()
}

/// The server's time, as far as this device knows it.
pub(super) fn server_ms(driver: &Driver) -> u64 {
    let told = driver.engine().server_time(driver.now());
    told.map_or_else(|| driver.clock().wall().0, |told| told.0)
}

fn read_clocks(driver: &Driver) -> Now {
    let clock = driver.clock();
    let (unix_ms, utc_offset_minutes) = clock.wall();
    Now {
        device: clock.now(),
        unix_ms,
        server_ms: server_ms(driver),
        utc_offset_minutes,
    }
}

/// Changes on their way to the boards looked at; `None` when all of them are live.
fn missing(boards: &SortedMap<BoardId, BoardView>) -> Option<u64> {
    let catching_up = boards.values().filter_map(|view| match view.freshness {
        Freshness::CatchingUp { missing } => Some(missing),
        _ => None,
    });
    catching_up.fold(None, |sum, missing| Some(sum.unwrap_or(0) + missing))
}

fn is_wanted(wanted: &[String], name: &str) -> bool {
    wanted.iter().any(|wanted| {
        wanted
            .strip_suffix('*')
            .map_or(wanted == name, |prefix| name.starts_with(prefix))
    })
}
