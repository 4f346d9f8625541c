//! How often one connection may send.

use crate::{config::FRAMES_PER_SECOND_MAX, time::Timestamp};

/// A bucket that holds ten seconds' worth of frames and fills as time goes by: bursts pass, a flood does not.
#[derive(Debug)]
pub struct Pace {
    /// Thousandths of frames, so that slow filling is not rounded away.
    credit: u64,
    filled_at: Timestamp,
}

impl Pace {
    /// Whether a frame may pass at `now`.
    pub fn admits(&mut self, now: Timestamp) -> bool {
        let earned = now
            .since(self.filled_at)
            .saturating_mul(u64::from(FRAMES_PER_SECOND_MAX));
        self.credit = self.credit.saturating_add(earned).min(CREDIT_MAX);
        self.filled_at = now;
        match self.credit.checked_sub(FRAME) {
            Some(credit) => {
                self.credit = credit;
                true
            }
            None => false,
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            credit: CREDIT_MAX,
            filled_at: Timestamp(0),
        }
    }
}

const FRAME: u64 = 1_000;
const CREDIT_MAX: u64 = FRAMES_PER_SECOND_MAX as u64 * 10 * FRAME;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_a_flood_does_not_and_a_pause_makes_it_good() {
        let mut pace = Pace::default();
        let start = Timestamp(1_000_000);
        let passed = (0..10_000).filter(|_| pace.admits(start)).count();
        assert_eq!(passed, FRAMES_PER_SECOND_MAX as usize * 10);
        assert!(!pace.admits(start.plus(4)) && pace.admits(start.plus(5)));
        let later = start.plus(1_005);
        assert_eq!(
            (0..10_000).filter(|_| pace.admits(later)).count(),
            FRAMES_PER_SECOND_MAX as usize
        );
    }
}
