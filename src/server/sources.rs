//! Live series: their newest values for whoever watches, and their last minutes in memory for whoever comes.
//!
//! Samples are lossy by design. They are no state of a board: they never meet the authority or its store, and a slow
//! reader simply gets the newest ones. What they were is kept beside it, for charts that go back further (`history`).
//!
//! ```text
//! host, app ────► record ─┐
//!                         ├─► a ring for each series ─► a tick, ten times a second at most ─► who watches
//! post, scrape ─► intake ─┘        ├─► formulas that are watched ─► rings of their own, in the same tick
//!                                  └─► history ─► stretches, for who asks
//! ```

pub(super) mod check;
pub(super) mod csv;
mod derived;
mod history;
pub(super) mod post;
mod reading;
mod ring;
pub mod scrape;
mod state;
pub(super) mod stretch;
mod tick;

use std::{
    collections::BTreeSet,
    io,
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
    ring::Ring,
    state::State,
    tick::matching,
};
use super::{clock::Clock, metrics::Metrics};
#[cfg(feature = "dashboard")]
use crate::protocol::SamplesFrame;
use crate::{
    config::{FORMULA_AHEAD_MS, SAMPLE_INTERVAL_MS, SERIES_NAME_BYTES_MAX, TICK_SPACING_MS},
    protocol::Value,
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
    /// Wakes the thread that reads what formulas need of the past.
    recall: OnceLock<SyncSender<()>>,
    /// Without one, nothing is known of what is older than the last minutes.
    history: OnceLock<History>,
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
            recall: OnceLock::new(),
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
        thread::Builder::new().name("samples".to_owned()).spawn(tell)?;
        self.start_recalling()
    }

    /// From now on what formulas need of the past is read by a thread of its own, which nobody waits for.
    fn start_recalling(&self) -> io::Result<()> {
        let (recall, asked) = sync_channel(1);
        let shared = Arc::downgrade(&self.0);
        self.0.recall.set(recall).ok();
        // What was a day ago is read on long before it is used up.
        let pause = Duration::from_millis(FORMULA_AHEAD_MS / 4);
        let read = move || {
            while asked.recv_timeout(pause) != Err(RecvTimeoutError::Disconnected) {
                let Some(shared) = shared.upgrade() else { return };
                shared.recall();
            }
        };
        thread::Builder::new().name("formulas".to_owned()).spawn(read).map(drop)
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
                new: is_new.then_some(0),
                ..Ring::new(0)
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

    /// Whether anything of that name, or that it stands for, has come in the last minutes or is kept.
    async fn has_sent(&self, name: &str) -> bool {
        let is_here = !matching(&self.0.read().rings, &[name.to_owned()]).is_empty();
        if is_here {
            return true;
        }
        match self.0.history.get() {
            Some(history) => history.knows(name.to_owned()).await,
            None => false,
        }
    }

    /// Resolves when all that came is kept, and the file of it is closed.
    pub(super) async fn close(&self) {
        if let Some(history) = self.0.history.get() {
            history.close().await;
        }
    }

    /// A stretch of what a series has sent; `None` where that can't be read.
    async fn read(&self, wanted: Wanted) -> Option<Stretch> {
        self.0.history.get()?.read(wanted).await
    }

    /// Takes what was measured at `at`, as happens every second: a number for a chart, an array of rows for a table. Of a table only the
    /// newest rows are kept. Series past [`SERIES_LEN_MAX`](crate::config::SERIES_LEN_MAX), names over [`SERIES_NAME_BYTES_MAX`] bytes, and those
    /// that are read as formulas (`a / b`, `rate 1m of a`), are left out.
    pub fn record(&self, at: Timestamp, samples: impl IntoIterator<Item = (String, Value)>) {
        let mut state = self.0.write();
        state.clock = at;
        for (name, value) in samples {
            if name.len() <= SERIES_NAME_BYTES_MAX && derived::formula(&name).is_none() {
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
    /// on, where it is somebody who may put it there; and formulas among them are worked out.
    pub(super) fn watch(&self, names: &Arc<[String]>, may_edit: bool) -> Watch {
        let mut state = self.0.write();
        if may_edit {
            state.want(names);
        }
        state.watch(names);
        let (is_list_old, has_formulas) = (state.is_list_old, state.derived.has_untold());
        self.0.release(state);
        if is_list_old || has_formulas {
            self.0.beat();
        }
        if has_formulas && let Some(recall) = self.0.recall.get() {
            // One that is under way sees these, too.
            recall.try_send(()).ok();
        }
        Watch {
            ticks: self.0.newest.subscribe(),
            names: Arc::clone(names),
            sources: self.clone(),
        }
    }

    /// What a tick says of the watched series to who was told of all up to the one with the number `told`: where others lie between,
    /// the newest values of what has changed since.
    pub(super) fn since(&self, tick: &Tick, told: u64, watched: &Arc<[String]>) -> Vec<Bytes> {
        if tick.number == told + 1 {
            return tick.packets(watched);
        }
        tick::packets(tick.clock, self.0.read().since(told, watched))
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

/// Somebody who watches. Dropped, they do not any more.
#[derive(Debug)]
pub(super) struct Watch {
    pub ticks: watch::Receiver<Arc<Tick>>,
    names: Arc<[String]>,
    sources: Sources,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.sources.0.write().unwatch(&self.names);
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Intake<'_> {
    /// One sample. Where nothing was measured there is nothing to keep, and nothing to be told of: it is missed, as one that did not come.
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
        if let Some(tick) = state.tick() {
            // Before the next one can be: they come in their order.
            self.newest.send_replace(Arc::new(tick));
        }
    }

    /// Reads what formulas need of the past. It blocks.
    fn recall(&self) {
        let Some(history) = self.history.get() else { return };
        let wishes = self.write().wishes();
        for wish in wishes {
            let wanted = wish.inputs.iter().map(|(_, wanted)| wanted.clone());
            // What can't be read, which is in the log, is a gap.
            let read = wanted.map(|wanted| history.read_here(wanted).unwrap_or_default());
            let read = read.collect();
            self.write().fill(&wish, read);
            self.beat();
        }
    }
}

/// What can't be done, for programs and people.
fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

/// A point's instant and punctuation.
const POINT_BYTES: usize = 24;
#[cfg(test)]
mod tests;
