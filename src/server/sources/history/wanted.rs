//! What is asked of the past: which stretch of a series, how finely, and which tier has it.

use super::Bucket;
use crate::{config::HISTORY_TIERS, time::Timestamp};

/// A stretch of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::server::sources) struct Stretch {
    /// How long each bucket is, in milliseconds.
    pub step_ms: u64,
    /// Buckets by their beginnings, ascending; none where nothing was measured.
    pub buckets: Vec<(Timestamp, Bucket)>,
}

/// Which stretch: of `name`, from `from` to before `to`.
#[derive(Clone, Debug)]
pub(in crate::server::sources) struct Wanted {
    pub name: String,
    /// When that is asked, by which a tier is chosen.
    pub now: Timestamp,
    pub from: Timestamp,
    pub to: Timestamp,
    pub fineness: Fineness,
}

/// How finely a stretch is told.
#[derive(Clone, Copy, Debug)]
pub(in crate::server::sources) enum Fineness {
    /// In about so many buckets, as the finest tier has them that has all of it.
    Buckets(usize),
    /// In buckets of so many milliseconds, whole seconds. Where a tier that has all of it has none that these are made of, a finer one says
    /// what it has.
    Step(u64),
}

impl Wanted {
    /// Which tier is read, and how long a bucket of the answer is: whole ones of the tier.
    pub(super) fn tier_and_step_ms(&self) -> (usize, u64) {
        let mut tier = tier_of(self.now, self.from);
        match self.fineness {
            Fineness::Buckets(len_max) => {
                let (finest_ms, _) = HISTORY_TIERS[tier];
                let len = self.to.since(self.from).div_ceil(finest_ms * len_max.max(1) as u64);
                (tier, finest_ms * len.max(1))
            }
            Fineness::Step(step_ms) => {
                while tier > 0 && !step_ms.is_multiple_of(HISTORY_TIERS[tier].0) {
                    tier -= 1;
                }
                (tier, step_ms)
            }
        }
    }

    /// The same in the finest buckets that a step is made of, at most `len_max` unless one of them is a whole step.
    pub fn in_parts_of(self, step_ms: u64, len_max: usize) -> Self {
        let fineness = Fineness::Step(step_ms);
        let wanted = Self { fineness, ..self };
        let (tier, _) = wanted.tier_and_step_ms();
        let (finest_ms, _) = HISTORY_TIERS[tier];
        let (span_ms, parts) = (wanted.to.since(wanted.from), (step_ms / finest_ms).max(1));
        let fits = |len: &u64| parts.is_multiple_of(*len) && span_ms / (finest_ms * len) <= len_max as u64;
        let len = (1..parts).find(fits).unwrap_or(parts);
        let fineness = Fineness::Step(finest_ms * len);
        Self { fineness, ..wanted }
    }
}

/// The finest tier that has all from an instant on.
fn tier_of(now: Timestamp, from: Timestamp) -> usize {
    // What is asked for to the edge of a tier is of it.
    let has_all = |(step_ms, kept_ms): &(u64, u64)| now.since(from) <= kept_ms + step_ms;
    HISTORY_TIERS
        .iter()
        .position(has_all)
        .unwrap_or(HISTORY_TIERS.len() - 1)
}

/// How finely all from an instant on is kept, in milliseconds.
pub(in crate::server::sources) fn finest_ms(now: Timestamp, from: Timestamp) -> u64 {
    HISTORY_TIERS[tier_of(now, from)].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_made_of_the_finest_that_are_not_too_many() {
        const DAY_MS: u64 = 86_400_000;
        let now = Timestamp(1_760_000_000_000);
        let parts = |back_ms: u64, step_ms: u64, len_max: usize| {
            let wanted = Wanted {
                name: String::new(),
                now,
                from: Timestamp(now.0 - back_ms),
                to: now,
                fineness: Fineness::Buckets(1),
            };
            let wanted = wanted.in_parts_of(step_ms, len_max);
            let (tier, part_ms) = wanted.tier_and_step_ms();
            assert!(step_ms.is_multiple_of(part_ms) && part_ms.is_multiple_of(HISTORY_TIERS[tier].0));
            (HISTORY_TIERS[tier].0, part_ms)
        };
        assert_eq!(parts(60_000, 5_000, 100), (1_000, 1_000));
        // A little more than is kept by the second, and no ten seconds are in five.
        assert_eq!(parts(3_605_000, 5_000, 10_000), (1_000, 1_000));
        assert_eq!(parts(3_605_000, 20_000, 10_000), (10_000, 10_000));
        assert_eq!(parts(2 * 3_600_000, 60_000, 300), (10_000, 30_000));
        // Of thirteen there are no equal parts.
        assert_eq!(parts(2 * 3_600_000, 130_000, 300), (10_000, 130_000));
        assert_eq!(parts(300 * DAY_MS, 100 * DAY_MS, 12_000), (600_000, 2_400_000));
    }
}
