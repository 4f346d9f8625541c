//! How often a series sends.

use crate::config::SAMPLE_INTERVAL_UNKNOWN_MS;

/// How often values come.
#[derive(Debug)]
pub enum Interval {
    /// As who records them says, in milliseconds.
    Declared(u64),
    /// By the last gaps between them; 0 where there was none.
    Seen([u64; 3]),
}

impl Interval {
    /// So long after the value before, another one came.
    pub fn saw(&mut self, gap_ms: u64) {
        if let Self::Seen(gaps) = self {
            gaps.rotate_left(1);
            gaps[2] = gap_ms;
        }
    }

    /// The next of the usual ones: few, so that many series go in one frame; and nobody's, who dawdles once, is called stale at once.
    pub fn ms(&self) -> u64 {
        let gap = match self {
            Self::Declared(ms) => return *ms,
            // The middle one: one that was away for a night sends as often as before.
            Self::Seen(gaps) => {
                let mut gaps: Vec<u64> = gaps.iter().copied().filter(|gap| *gap > 0).collect();
                gaps.sort_unstable();
                gaps.get(gaps.len().saturating_sub(1) / 2).copied().unwrap_or(0)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_series_sends_is_seen_and_one_long_pause_does_not_change_it() {
        let interval = |gaps: &[u64]| {
            let mut interval = Interval::Seen([0; 3]);
            gaps.iter().for_each(|gap| interval.saw(*gap));
            interval.ms()
        };
        assert_eq!(interval(&[]), SAMPLE_INTERVAL_UNKNOWN_MS);
        assert_eq!(
            [interval(&[100]), interval(&[1_400]), interval(&[1_600])],
            [1_000, 1_000, 2_000]
        );
        assert_eq!(interval(&[10_000, 28_800_000]), 10_000);
        assert_eq!(interval(&[10_000, 28_800_000, 10_000]), 10_000);
        assert_eq!(interval(&[10_000, 60_000, 60_000]), 60_000);
        assert_eq!(interval(&[u64::MAX]), 86_400_000);
    }
}
