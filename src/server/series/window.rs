//! The values of the last minutes, or of the last day: in parts of equal length, of which the oldest goes when a new one begins.
//!
//! A value is added to its part and not looked at again: what the window says is folded from the parts, of which there are
//! [`WINDOW_SLOTS_LEN`]. So it moves on by a sixtieth of its length.

use std::collections::VecDeque;

use super::{Bucket, formula::Over};
use crate::{
    config::{SLOT_VALUES_LEN_MAX, WINDOW_SLOTS_LEN},
    time::Timestamp,
};

#[derive(Debug)]
pub(super) struct Window {
    over: Over,
    slot_ms: u64,
    slots: VecDeque<Slot>,
    /// Of a percentile: the values of all parts but the newest, ascending.
    settled: Vec<Summed>,
    /// The last of all values that came.
    last: Option<(Timestamp, f64)>,
}

/// A value, and of how many it is said.
type Weighted = (f64, f64);

/// A value, and how many there are up to it.
type Summed = (f64, f64);

/// One part.
#[derive(Debug)]
struct Slot {
    number: u64,
    kept: Bucket,
    first: (Timestamp, f64),
    last: (Timestamp, f64),
    /// By how much a counter grew from the part before to the first value here, and from that to the last.
    growth: [f64; 2],
    /// For a percentile: values that stand for one, for two, for four, and so on.
    levels: Vec<Vec<f64>>,
    is_odd: bool,
}

impl Window {
    pub fn new(over: Over, window_ms: u64) -> Self {
        Self {
            over,
            slot_ms: window_ms.div_ceil(WINDOW_SLOTS_LEN).max(1),
            slots: VecDeque::new(),
            settled: Vec::new(),
            last: None,
        }
    }

    /// Values that come after all before; those of a moment that has passed are taken for the newest.
    pub fn add(&mut self, at: Timestamp, bucket: &Bucket) {
        let at = self.last.map_or(at, |(last, _)| at.max(last));
        let growth = self.last.map_or(0.0, |(_, before)| growth(before, bucket));
        self.last = Some((at, bucket.last));
        let number = at.0 / self.slot_ms;
        let oldest = (number + 1).saturating_sub(WINDOW_SLOTS_LEN);
        let is_percentile = matches!(self.over, Over::Percentile(_));
        match self.slots.back_mut() {
            Some(slot) if slot.number == number => {
                slot.kept.merge(bucket);
                slot.last = (at, bucket.last);
                slot.growth[1] += growth;
            }
            _ => {
                while self.slots.front().is_some_and(|slot| slot.number < oldest) {
                    self.slots.pop_front();
                }
                if is_percentile {
                    self.settled = summed_up(self.slots.iter().flat_map(Slot::values));
                }
                self.slots.push_back(Slot {
                    number,
                    kept: *bucket,
                    first: (at, bucket.last),
                    last: (at, bucket.last),
                    growth: [growth, 0.0],
                    levels: Vec::new(),
                    is_odd: false,
                });
            }
        }
        if is_percentile && let Some(slot) = self.slots.back_mut() {
            slot.keep(bucket);
        }
    }

    /// What it says of the values up to the newest; `None` where there are too few.
    pub fn value(&self) -> Option<f64> {
        let (first, last) = (self.slots.front()?, self.slots.back()?);
        let all = || {
            let mut all = Bucket::default();
            self.slots.iter().for_each(|slot| all.merge(&slot.kept));
            all
        };
        let value = match self.over {
            Over::Mean => all().mean(),
            Over::Least | Over::Percentile(0.0) => all().least,
            Over::Greatest | Over::Percentile(100.0) => all().greatest,
            Over::Delta if first.first.0 == last.last.0 => return None,
            Over::Delta => last.last.1 - first.first.1,
            Over::Rate => {
                let ms = last.last.0.since(first.first.0);
                let grown: f64 = self.slots.iter().map(|slot| slot.growth[0] + slot.growth[1]).sum();
                // What it grew before the first value is of the time before.
                (grown - first.growth[0]) / (ms as f64 / 1_000.0)
            }
            Over::Percentile(percent) => self.percentile(percent)?,
        };
        Some(value).filter(|value| value.is_finite())
    }

    /// By the nearest rank: always a value that was measured. It is searched for, since there may be thousands.
    fn percentile(&self, percent: f64) -> Option<f64> {
        let newest = summed_up(self.slots.back()?.values());
        let all = |values: &[Summed]| values.last().map_or(0.0, |(_, passed)| *passed);
        let rank = (all(&self.settled) + all(&newest)) * percent / 100.0;
        let first = |values: &[Summed], others: &[Summed]| {
            let at = values.partition_point(|(value, passed)| passed + up_to(others, *value) < rank);
            values.get(at).map(|(value, _)| *value)
        };
        let (settled, newest) = (first(&self.settled, &newest), first(&newest, &self.settled));
        // Each is far enough, and so is the lower one: what it needs of the others is below it.
        settled.into_iter().chain(newest).min_by(f64::total_cmp)
    }
}

/// How many do not exceed a value.
fn up_to(values: &[Summed], value: f64) -> f64 {
    let len = values.partition_point(|(other, _)| *other <= value);
    len.checked_sub(1).map_or(0.0, |last| values[last].1)
}

/// Ascending, each with how many there are up to it.
fn summed_up(values: impl Iterator<Item = Weighted>) -> Vec<Summed> {
    let mut values: Vec<Weighted> = values.collect();
    values.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut passed = 0.0;
    for (_, weight) in &mut values {
        passed += *weight;
        *weight = passed;
    }
    values
}

impl Slot {
    fn keep(&mut self, bucket: &Bucket) {
        // Of up to three that were put together each is known.
        let rest = bucket.count.saturating_sub(2);
        let ends = bucket.least + bucket.greatest;
        let between = ((bucket.sum - ends) / rest as f64).clamp(bucket.least, bucket.greatest);
        self.keep_at(0, bucket.least);
        if bucket.count > 1 {
            self.keep_at(0, bucket.greatest);
        }
        let levels = (0..u64::BITS as usize).filter(|level| rest >> level & 1 == 1);
        levels.for_each(|level| self.keep_at(level, between));
    }

    /// A level that is full goes up: every second of its values stands for two, now the lower ones and now the higher ones, so that
    /// the errors cancel out (Karnin, Lang, Liberty: Optimal Quantile Approximation in Streams, 2016).
    fn keep_at(&mut self, level: usize, value: f64) {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        self.levels[level].push(value);
        if self.levels[level].len() < SLOT_VALUES_LEN_MAX {
            return;
        }
        let mut full = std::mem::take(&mut self.levels[level]);
        full.sort_unstable_by(f64::total_cmp);
        self.is_odd = !self.is_odd;
        for value in full.into_iter().skip(usize::from(self.is_odd)).step_by(2) {
            self.keep_at(level + 1, value);
        }
    }

    fn values(&self) -> impl Iterator<Item = Weighted> {
        let levels = self.levels.iter().enumerate();
        levels.flat_map(|(level, values)| values.iter().map(move |value| (*value, (1_u64 << level) as f64)))
    }
}

/// By how much a counter grew since it was `before`: where it falls it began anew at zero, as Prometheus has it
/// (<https://prometheus.io/docs/prometheus/latest/querying/functions/#rate>). Among values that were put together it falls once at most.
fn growth(before: f64, bucket: &Bucket) -> f64 {
    let to_greatest = if bucket.greatest >= before {
        bucket.greatest - before
    } else {
        bucket.greatest
    };
    let is_fallen = bucket.last < bucket.greatest;
    to_greatest + if is_fallen { bucket.last } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: u64 = 60_000;

    fn value(over: Over, values: &[(u64, f64)]) -> Option<f64> {
        let mut window = Window::new(over, MINUTE_MS);
        for (at, value) in values {
            window.add(Timestamp(*at), &Bucket::of(*value));
        }
        window.value()
    }

    #[test]
    fn nothing_and_one_value_say_what_can_be_said() {
        for over in [Over::Rate, Over::Delta, Over::Mean, Over::Least, Over::Percentile(50.0)] {
            assert_eq!(value(over, &[]), None);
        }
        assert_eq!(
            [Over::Rate, Over::Delta].map(|over| value(over, &[(0, 1.0)])),
            [None; 2]
        );
        assert_eq!(
            [Over::Mean, Over::Least, Over::Greatest].map(|over| value(over, &[(0, 1.0)])),
            [Some(1.0); 3]
        );
        assert_eq!(value(Over::Rate, &[(5, 1.0), (5, 2.0)]), None, "in no time");
    }

    #[test]
    fn a_counter_that_falls_began_anew() {
        let counter = [(0, 90.0), (10_000, 100.0), (20_000, 4.0), (30_000, 10.0)];
        assert_eq!(value(Over::Rate, &counter), Some((10.0 + 4.0 + 6.0) / 30.0));
        assert_eq!(value(Over::Delta, &counter), Some(-80.0));
        let mut put_together = Bucket::of(100.0);
        put_together.add(4.0);
        put_together.add(10.0);
        assert_eq!(growth(90.0, &put_together), 20.0);
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let values = [(0, 100.0), (30_000, 1.0), (61_000, 3.0)];
        assert_eq!(value(Over::Mean, &values), Some(2.0));
        assert_eq!(value(Over::Greatest, &values), Some(3.0));
        assert_eq!(value(Over::Rate, &values), Some(2.0 / 31.0));
        let late = [(0, 100.0), (10_000_000, 1.0)];
        assert_eq!(value(Over::Percentile(0.0), &late), Some(1.0));
        assert_eq!(value(Over::Rate, &late), None, "a gap as long as the window");
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<(u64, f64)> = (1..=10).map(|number| (number * 100, number as f64)).collect();
        for (percent, expected) in [
            (0.0, 1.0),
            (50.0, 5.0),
            (51.0, 6.0),
            (90.0, 9.0),
            (99.0, 10.0),
            (100.0, 10.0),
        ] {
            assert_eq!(value(Over::Percentile(percent), &values), Some(expected), "{percent}");
        }
        let many: Vec<(u64, f64)> = (0..5_000).map(|number| (number, (number * 7 % 5_000) as f64)).collect();
        for percent in [0.0, 50.0, 95.0, 100.0] {
            let found = value(Over::Percentile(percent), &many).expect("a value");
            assert!((found - percent * 50.0).abs() <= 60.0, "{percent}: {found}");
        }
    }

    #[test]
    fn sums_beyond_all_numbers_are_a_gap_or_a_number() {
        for over in [Over::Rate, Over::Delta, Over::Mean, Over::Percentile(50.0)] {
            let value = value(over, &[(0, f64::MAX), (1_000, f64::MIN), (2_000, f64::MAX)]);
            assert!(value.is_none_or(f64::is_finite), "{over:?}");
        }
    }

    /// Numbers that are the same for each seed: xorshift64* (Vigna, 2016).
    struct Seeded(u64);

    impl Seeded {
        fn below(&mut self, end: u64) -> u64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
        }
    }

    /// The same, by looking at all values again.
    fn naive(over: Over, values: &[(u64, f64)], slot_ms: u64) -> Option<f64> {
        let newest = values.last()?.0 / slot_ms;
        let values: Vec<(u64, f64)> = values
            .iter()
            .copied()
            .filter(|(at, _)| at / slot_ms + 60 > newest)
            .collect();
        let (first, last) = (values.first()?, values.last()?);
        let mut sorted: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        sorted.sort_by(f64::total_cmp);
        let seconds = (last.0 - first.0) as f64 / 1_000.0;
        match over {
            Over::Mean => Some(sorted.iter().sum::<f64>() / sorted.len() as f64),
            Over::Least => sorted.first().copied(),
            Over::Greatest => sorted.last().copied(),
            Over::Percentile(percent) => {
                let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
                Some(sorted[rank.max(1) - 1])
            }
            _ if seconds == 0.0 => None,
            Over::Delta => Some(last.1 - first.1),
            Over::Rate => {
                let pairs = values.windows(2).map(|pair| (pair[0].1, pair[1].1));
                let grown: f64 = pairs.map(|(a, b)| if b < a { b } else { b - a }).sum();
                Some(grown / seconds)
            }
        }
    }

    #[test]
    fn a_window_says_what_looking_at_all_values_again_would() {
        let all = [
            Over::Rate,
            Over::Delta,
            Over::Mean,
            Over::Least,
            Over::Greatest,
            Over::Percentile(50.0),
            Over::Percentile(95.0),
        ];
        for seed in 1..=20 {
            let mut random = Seeded(seed);
            for over in all {
                let mut window = Window::new(over, MINUTE_MS);
                let (mut at, mut values) = (random.below(1_000_000), Vec::new());
                for _ in 0..400 {
                    at += match random.below(20) {
                        0 => random.below(90_000),
                        1 => 0,
                        _ => 20 + random.below(2_000),
                    };
                    let value = random.below(1_050) as f64 - 50.0;
                    window.add(Timestamp(at), &Bucket::of(value));
                    values.push((at, value));
                    let (found, expected) = (window.value(), naive(over, &values, 1_000));
                    let is_same = match (found, expected) {
                        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-6 * expected.abs().max(1.0),
                        (found, expected) => found == expected,
                    };
                    assert!(is_same, "SEED={seed}: {over:?} {found:?}, not {expected:?}");
                }
            }
        }
    }
}
