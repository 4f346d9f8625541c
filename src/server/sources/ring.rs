//! The last minutes of one series.

use std::{cmp::Ordering, collections::VecDeque};

use super::tick::Told;
use crate::{config::SAMPLE_HISTORY_LEN_MAX, protocol::Value, server::series::Interval, time::Timestamp};

#[derive(Debug)]
pub(super) struct Ring {
    pub points: VecDeque<(Timestamp, Value)>,
    pub interval: Interval,
    /// Number of the tick that tells its newest value.
    pub tick: u64,
    /// Where it is in the order in which series were posted that nobody has watched yet.
    pub new: Option<u64>,
}

impl Ring {
    /// One without values, of which it is not known how often they come.
    pub const fn new(tick: u64) -> Self {
        Self {
            points: VecDeque::new(),
            interval: Interval::Seen([0; 3]),
            tick,
            new: None,
        }
    }

    /// Whether it is the newest: what is older is for the history alone.
    pub fn push(&mut self, at: Timestamp, value: Value) -> bool {
        if let Some((last, _)) = self.points.back() {
            match at.cmp(last) {
                Ordering::Less => return false,
                Ordering::Equal => _ = self.points.pop_back(),
                Ordering::Greater => self.interval.saw(at.since(*last)),
            }
        }
        let len_max = if value.is_array() { 1 } else { SAMPLE_HISTORY_LEN_MAX };
        while self.points.len() >= len_max {
            self.points.pop_front();
        }
        let len = self.points.len();
        if len == self.points.capacity() {
            // Twice as much, and no more than it will ever hold: of two thousand series that is some megabytes.
            self.points.reserve_exact(len.max(4).min(len_max - len));
        }
        self.points.push_back((at, value));
        true
    }

    pub fn newest(&self) -> Option<Told> {
        let (at, value) = self.points.back()?.clone();
        Some(Told {
            before: Vec::new(),
            at,
            value,
            interval_ms: self.interval.ms(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_no_more_room_than_for_what_it_holds() {
        let mut ring = Ring::new(0);
        for second in 1..=3 * SAMPLE_HISTORY_LEN_MAX as u64 {
            assert!(ring.push(Timestamp(second * 1_000), Value::from(second)));
        }
        assert_eq!(ring.points.len(), SAMPLE_HISTORY_LEN_MAX);
        assert_eq!(ring.points.capacity(), SAMPLE_HISTORY_LEN_MAX);
        assert!(
            !ring.push(Timestamp(1), Value::from(0)),
            "what is older is for the history"
        );
    }
}
