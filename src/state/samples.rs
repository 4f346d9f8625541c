//! The last minutes of a live series.

use std::collections::VecDeque;

use crate::{
    config::{SAMPLE_HISTORY_LEN_MAX, SAMPLE_MISSED_MAX},
    protocol::{SampleSeries, Value},
    time::Timestamp,
};

/// A live series: its last values, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Instants in server time (Unix milliseconds) and values; ascending, at most [`SAMPLE_HISTORY_LEN_MAX`].
    pub points: VecDeque<(Timestamp, Value)>,
    /// Time between two values, in milliseconds, as the server says.
    pub interval_ms: u64,
    /// When the newest one arrived, on this device's clock; or was recalled from an earlier start.
    pub heard_at: Timestamp,
    /// How old the newest one was then, in milliseconds.
    pub recalled_ms: u64,
}

impl Series {
    /// The newest value.
    #[must_use]
    pub fn latest(&self) -> Option<&Value> {
        self.points.back().map(|(_, value)| value)
    }

    /// How old the newest value is at `now`, on this device's clock, in milliseconds.
    #[must_use]
    pub const fn age_ms(&self, now: Timestamp) -> u64 {
        now.since(self.heard_at).saturating_add(self.recalled_ms)
    }

    /// How many values in a row have not come by `now`, on this device's clock.
    #[must_use]
    pub const fn missed(&self, now: Timestamp) -> u64 {
        match self.interval_ms {
            0 => 0,
            interval_ms => self.age_ms(now) / interval_ms,
        }
    }

    /// Whether so many values are missing that the last one says little about now.
    #[must_use]
    pub const fn is_stale(&self, now: Timestamp) -> bool {
        self.missed(now) >= SAMPLE_MISSED_MAX
    }

    /// Takes values as they arrive. An answer with the last minutes replaces what overlaps it.
    pub(crate) fn take(&mut self, now: Timestamp, interval_ms: u64, arrived: SampleSeries) {
        let Some((first, _)) = arrived.points.first() else {
            return;
        };
        while self.points.back().is_some_and(|(at, _)| at >= first) {
            self.points.pop_back();
        }
        self.points.extend(arrived.points);
        while self.points.len() > SAMPLE_HISTORY_LEN_MAX {
            self.points.pop_front();
        }
        (self.interval_ms, self.heard_at, self.recalled_ms) = (interval_ms, now, 0);
    }

    /// The newest values, so many at most, for a later start: of rows, the last ones alone.
    pub(crate) fn newest(&self, name: &str, len_max: usize) -> SampleSeries {
        let is_number = self.latest().is_some_and(Value::is_number);
        let kept = if is_number { len_max } else { 1 };
        let points = self.points.iter().rev().take(kept).rev().cloned().collect();
        SampleSeries {
            name: name.to_owned(),
            points,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arrived(seconds: impl IntoIterator<Item = u64>) -> SampleSeries {
        let points = seconds
            .into_iter()
            .map(|second| (Timestamp(second * 1_000), json!(second)))
            .collect();
        SampleSeries {
            name: "host.cpu".to_owned(),
            points,
        }
    }

    #[test]
    fn a_history_that_overlaps_replaces_and_does_not_double() {
        let mut series = Series::default();
        series.take(Timestamp(10), 1_000, arrived([5, 6]));
        series.take(Timestamp(20), 1_000, arrived([4, 5, 6, 7]));
        let seconds: Vec<u64> = series.points.iter().map(|(at, _)| at.0 / 1_000).collect();
        assert_eq!(seconds, [4, 5, 6, 7]);
    }

    #[test]
    fn a_series_keeps_its_last_minutes_and_no_more() {
        let mut series = Series::default();
        for second in 0..2 * SAMPLE_HISTORY_LEN_MAX as u64 {
            series.take(Timestamp(0), 1_000, arrived([second]));
        }
        assert_eq!(series.points.len(), SAMPLE_HISTORY_LEN_MAX);
        assert_eq!(series.latest(), Some(&json!(2 * SAMPLE_HISTORY_LEN_MAX - 1)));
    }

    #[test]
    fn three_missed_values_make_it_stale_and_two_do_not() {
        let mut series = Series::default();
        series.take(Timestamp(10_000), 1_000, arrived([1]));
        assert!(!series.is_stale(Timestamp(12_999)));
        assert!(series.is_stale(Timestamp(13_000)));
    }
}
