//! Live series: their newest values for whoever watches, and their last minutes in memory for whoever comes.
//!
//! Samples are lossy by design. They are no state of a board: they never meet the authority or the store, and a slow
//! reader simply gets the newest ones.

pub mod host;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    ops::Bound,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use bytes::Bytes;
use tokio::sync::watch;

use super::packet::packet;
use crate::{
    board::value_bytes,
    config::{
        FRAME_FILL_BYTES, NAME_BYTES_MAX, SAMPLE_HISTORY_LEN_MAX, SAMPLE_INTERVAL_MS, SERIES_LEN_MAX,
        TICK_PACKETS_LEN_MAX,
    },
    protocol::{SampleSeries, SamplesFrame, ServerFrame, Value},
    time::Timestamp,
};

/// Every live series of a server. Clones are the same series.
#[derive(Clone, Debug)]
pub struct Sources(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rings: RwLock<BTreeMap<String, VecDeque<(Timestamp, Value)>>>,
    newest: watch::Sender<Arc<Tick>>,
}

/// What was measured at one instant.
#[derive(Debug, Default)]
pub(super) struct Tick {
    at: Timestamp,
    values: BTreeMap<String, Value>,
    /// Encoded once for all who watch the same: mostly everybody who looks at one board. Lists past
    /// [`TICK_PACKETS_LEN_MAX`] are encoded for each who watches them: what somebody may watch is the client's word.
    packets: Mutex<HashMap<Arc<[String]>, Option<Bytes>>>,
}

impl Sources {
    /// No series yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            rings: RwLock::default(),
            newest: watch::Sender::default(),
        }))
    }

    /// Takes what was measured at `at`: a number for a chart, an array of rows for a table. Of a table only the newest
    /// rows are kept. Series past [`SERIES_LEN_MAX`], and names over [`NAME_BYTES_MAX`] bytes, are left out.
    pub fn record(&self, at: Timestamp, samples: impl IntoIterator<Item = (String, Value)>) {
        let mut rings = self.0.rings.write().unwrap_or_else(PoisonError::into_inner);
        let mut values = BTreeMap::new();
        for (name, value) in samples {
            let is_known = rings.contains_key(&name);
            if !is_known && (rings.len() >= SERIES_LEN_MAX || name.len() > NAME_BYTES_MAX) {
                continue;
            }
            let ring = rings.entry(name.clone()).or_default();
            let len_max = if value.is_array() { 1 } else { SAMPLE_HISTORY_LEN_MAX };
            while ring.len() >= len_max {
                ring.pop_front();
            }
            ring.push_back((at, value.clone()));
            values.insert(name, value);
        }
        drop(rings);
        self.0.newest.send_replace(Arc::new(Tick {
            at,
            values,
            packets: Mutex::default(),
        }));
    }

    /// Hears of each tick, the newest one only when several passed.
    pub(super) fn watch(&self) -> watch::Receiver<Arc<Tick>> {
        self.0.newest.subscribe()
    }

    /// The last minutes of the watched series that come after the series `after`: one frame of them, and the name of its
    /// last series where there are more.
    ///
    /// A frame comes even when nothing of that name is measured: the asker knows then that it was heard.
    pub(super) fn past(&self, now: Timestamp, watched: &[String], after: Option<&str>) -> (Bytes, Option<String>) {
        let (series, last) = self.last_minutes(watched, after);
        (samples(now, series), last)
    }

    /// The same, as a page that is rendered here shows it: what fits into one frame.
    #[cfg(feature = "dashboard")]
    pub(super) fn glance(&self, now: Timestamp, watched: &[String]) -> SamplesFrame {
        frame(now, self.last_minutes(watched, None).0)
    }

    fn last_minutes(&self, watched: &[String], after: Option<&str>) -> (Vec<SampleSeries>, Option<String>) {
        let rings = self.0.rings.read().unwrap_or_else(PoisonError::into_inner);
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut series: Vec<SampleSeries> = Vec::new();
        let mut filled = 0;
        for (name, ring) in rings
            .range::<str, _>((start, Bound::Unbounded))
            .filter(|(name, _)| is_watched(watched, name))
        {
            let bytes: usize = ring.iter().map(|(_, value)| value_bytes(value) + POINT_BYTES).sum();
            if filled + bytes > FRAME_FILL_BYTES
                && let Some(last) = series.last()
            {
                let last = last.name.clone();
                return (series, Some(last));
            }
            filled += bytes + name.len() + POINT_BYTES;
            series.push(SampleSeries {
                name: name.clone(),
                points: ring.iter().cloned().collect(),
            });
        }
        (series, None)
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self::new()
    }
}

impl Tick {
    /// The values of the watched series as a frame; `None` when none of them was measured.
    pub fn packet(&self, watched: &Arc<[String]>) -> Option<Bytes> {
        let mut packets = self.packets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(packet) = packets.get(watched) {
            return packet.clone();
        }
        let values = self.values.iter().filter(|(name, _)| is_watched(watched, name));
        let series: Vec<SampleSeries> = values
            .map(|(name, value)| SampleSeries {
                name: name.clone(),
                points: vec![(self.at, value.clone())],
            })
            .collect();
        let packet = (!series.is_empty()).then(|| samples(self.at, series));
        if packets.len() < TICK_PACKETS_LEN_MAX {
            packets.insert(Arc::clone(watched), packet.clone());
        }
        packet
    }
}

fn samples(clock: Timestamp, series: Vec<SampleSeries>) -> Bytes {
    packet(&ServerFrame::Samples(frame(clock, series)))
}

const fn frame(clock: Timestamp, series: Vec<SampleSeries>) -> SamplesFrame {
    SamplesFrame {
        clock,
        interval_ms: SAMPLE_INTERVAL_MS,
        series,
    }
}

/// Whether a series is among the watched names; one that ends in `*` stands for every series that begins so.
fn is_watched(watched: &[String], name: &str) -> bool {
    watched.iter().any(|pattern| {
        pattern
            .strip_suffix('*')
            .map_or(pattern == name, |prefix| name.starts_with(prefix))
    })
}

/// A point's instant and punctuation.
const POINT_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::FRAME_BYTES_MAX;

    fn names(names: &[&str]) -> Arc<[String]> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_star_watches_every_series_that_begins_so() {
        let watched = names(&["host.cpu.*", "host.load.1"]);
        assert!(is_watched(&watched, "host.cpu.0") && is_watched(&watched, "host.load.1"));
        assert!(!is_watched(&watched, "host.cpu") && !is_watched(&watched, "host.load.15"));
    }

    #[test]
    fn the_past_is_kept_for_some_minutes_and_crosses_in_frames_that_fit() {
        let sources = Sources::new();
        for second in 0..SAMPLE_HISTORY_LEN_MAX as u64 + 10 {
            let cores = (0..40).map(|core| (format!("host.cpu.{core}"), json!(12.5)));
            sources.record(Timestamp(1_700_000_000_000 + second * 1_000), cores);
        }
        let watched = names(&["host.cpu.*"]);
        let (mut frames, mut after) = (0, None);
        loop {
            let (packet, last) = sources.past(Timestamp(1_700_000_400_000), &watched, after.as_deref());
            assert!(packet.len() <= FRAME_BYTES_MAX);
            frames += 1;
            if last.is_none() {
                break;
            }
            assert!(after < last, "each begins where the one before it ended");
            after = last;
        }
        assert!(frames > 1);
        let rings = sources.0.rings.read().expect("nobody panicked");
        assert!(rings.len() == 40 && rings.values().all(|ring| ring.len() == SAMPLE_HISTORY_LEN_MAX));
    }

    #[test]
    fn series_are_bounded() {
        let sources = Sources::new();
        sources.record(
            Timestamp(1),
            (0..SERIES_LEN_MAX + 5).map(|number| (format!("s{number}"), json!(1))),
        );
        assert_eq!(sources.watch().borrow().values.len(), SERIES_LEN_MAX);
    }

    #[test]
    fn a_tick_is_encoded_once_for_all_who_watch_the_same() {
        let sources = Sources::new();
        sources.record(Timestamp(5), [("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]);
        let tick = sources.watch().borrow().clone();
        let (first, second) = (tick.packet(&names(&["a"])), tick.packet(&names(&["a"])));
        assert_eq!(
            first.as_deref().map(<[u8]>::as_ptr),
            second.as_deref().map(<[u8]>::as_ptr)
        );
        assert_eq!(tick.packet(&names(&["c"])), None);
    }

    #[test]
    fn lists_that_nobody_else_watches_are_served_and_not_kept() {
        let sources = Sources::new();
        sources.record(Timestamp(5), [("a".to_owned(), json!(1))]);
        let tick = sources.watch().borrow().clone();
        for number in 0..2 * TICK_PACKETS_LEN_MAX {
            assert!(tick.packet(&names(&["a", &number.to_string()])).is_some());
        }
        let kept = tick.packets.lock().expect("nobody panicked");
        assert_eq!(kept.len(), TICK_PACKETS_LEN_MAX);
    }
}
