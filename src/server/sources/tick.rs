//! What is told of all series at once, and how it is put into frames.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use bytes::Bytes;

use crate::{
    board::is_like_formula,
    board::value_bytes,
    config::{FRAME_FILL_BYTES, TICK_PACKETS_LEN_MAX},
    protocol::{SampleSeries, SamplesFrame, ServerFrame, Value},
    server::packet::packet,
    time::Timestamp,
};

/// The newest values of the series that have changed since the tick before.
#[derive(Debug, Default)]
pub(in crate::server) struct Tick {
    /// The first is 1.
    pub number: u64,
    /// The server's time then.
    pub clock: Timestamp,
    values: BTreeMap<String, Told>,
    /// The same of formulas.
    derived: BTreeMap<String, Told>,
    /// Encoded once for all who watch the same: mostly everybody who looks at one board. Lists past
    /// [`TICK_PACKETS_LEN_MAX`] are encoded for each who watches them: what somebody may watch is the client's word.
    packets: Mutex<HashMap<Arc<[String]>, Place>>,
}

/// Where the frames for a list are, once somebody has encoded them.
type Place = Arc<OnceLock<Vec<Bytes>>>;

/// A series' newest value.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Those before it, where they are others than were told.
    pub before: Vec<(Timestamp, Value)>,
    pub at: Timestamp,
    pub value: Value,
    /// How often values come.
    pub interval_ms: u64,
}

impl Tick {
    /// The values of series, and of formulas.
    pub(super) fn new(number: u64, clock: Timestamp, [values, derived]: [BTreeMap<String, Told>; 2]) -> Self {
        Self {
            number,
            clock,
            values,
            derived,
            packets: Mutex::default(),
        }
    }

    /// The values of the watched series as frames; none when none of them was measured.
    pub(super) fn packets(&self, watched: &Arc<[String]>) -> Vec<Bytes> {
        self.place_for(watched).get_or_init(|| self.encode(watched)).clone()
    }

    /// Others who watch the same wait there until somebody has encoded it, and nobody else does.
    fn place_for(&self, watched: &Arc<[String]>) -> Place {
        let mut packets = self.packets.lock().unwrap_or_else(PoisonError::into_inner);
        if packets.len() >= TICK_PACKETS_LEN_MAX && !packets.contains_key(watched) {
            return Arc::default();
        }
        packets.entry(Arc::clone(watched)).or_default().clone()
    }

    fn encode(&self, watched: &[String]) -> Vec<Bytes> {
        let derived = matching(&self.derived, &formulas(watched));
        let values = matching(&self.values, watched).into_iter().chain(derived);
        packets(self.clock, values.map(|(name, told)| (name, told.clone())))
    }
}

#[cfg(test)]
impl Tick {
    /// Lists of watched series whose frames it keeps.
    pub(super) fn kept(&self) -> usize {
        self.packets.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Newest values as frames that fit, each of series that send equally often.
pub(super) fn packets<'a>(clock: Timestamp, newest: impl Iterator<Item = (&'a str, Told)>) -> Vec<Bytes> {
    let mut by_interval: BTreeMap<u64, (usize, Vec<SampleSeries>)> = BTreeMap::new();
    let mut packets = Vec::new();
    for (name, told) in newest {
        let Told {
            mut before,
            at,
            value,
            interval_ms,
        } = told;
        before.push((at, value));
        let points = before.iter().map(|(_, value)| value_bytes(value) + super::POINT_BYTES);
        let bytes = name.len() + points.sum::<usize>() + super::POINT_BYTES;
        let (filled, series) = by_interval.entry(interval_ms).or_default();
        if *filled + bytes > FRAME_FILL_BYTES && !series.is_empty() {
            packets.push(packet_of(clock, interval_ms, std::mem::take(series)));
            *filled = 0;
        }
        *filled += bytes;
        series.push(SampleSeries {
            name: name.to_owned(),
            points: before,
        });
    }
    let rest = by_interval.into_iter();
    packets.extend(rest.map(|(interval_ms, (_, series))| packet_of(clock, interval_ms, series)));
    packets
}

pub(super) fn packet_of(clock: Timestamp, interval_ms: u64, series: Vec<SampleSeries>) -> Bytes {
    packet(&ServerFrame::Samples(SamplesFrame {
        clock,
        interval_ms,
        series,
    }))
}

/// What is among the watched names; one that ends in `*` stands for every series that begins so.
pub(super) fn matching<'a, V>(series: &'a BTreeMap<String, V>, watched: &[String]) -> BTreeMap<&'a str, &'a V> {
    let mut found = BTreeMap::new();
    for pattern in watched {
        match pattern.strip_suffix('*') {
            Some(beginning) => {
                let from = series.range::<str, _>((Bound::Included(beginning), Bound::Unbounded));
                let matching = from.take_while(|(name, _)| name.starts_with(beginning));
                found.extend(matching.map(|(name, value)| (&**name, value)));
            }
            None => found.extend(series.get_key_value(pattern).map(|(name, value)| (&**name, value))),
        }
    }
    found
}

/// Those among the watched names that may be formulas: what begins with a letter is not watched by all who watch that letter's series.
pub(super) fn formulas(watched: &[String]) -> Vec<String> {
    watched.iter().filter(|name| is_like_formula(name)).cloned().collect()
}

/// What a name or a pattern stands for, to change it.
pub(super) fn matching_mut<'a, V>(
    series: &'a mut BTreeMap<String, V>,
    pattern: &'a str,
) -> impl Iterator<Item = (&'a String, &'a mut V)> {
    let beginning = pattern.strip_suffix('*');
    let start = beginning.unwrap_or(pattern);
    let from = series.range_mut::<str, _>((Bound::Included(start), Bound::Unbounded));
    from.take_while(move |(name, _)| beginning.map_or(*name == pattern, |beginning| name.starts_with(beginning)))
}
