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
