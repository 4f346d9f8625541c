//! The agent's time: the machine's, as it was at the start, counted on; and by how much the server's differs.
//!
//! A machine's clock may be years off, be set meanwhile, or start in 1970 where there is no battery. The server refuses what is
//! measured in its future, so its time is the one that counts: what was measured in one run of an agent is shifted as a whole.

use boot_time::Instant;
use chrono::DateTime;

use crate::{config::AGENT_CLOCK_OFF_MS, platform};

/// Counts on from the machine's time at the start, also while it sleeps. Copies tell the same time.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    wall_ms: u64,
    start: Instant,
}

impl RunClock {
    /// Starts one.
    pub fn start() -> Self {
        let (wall_ms, _) = platform::here().clock().wall();
        Self {
            wall_ms,
            start: Instant::now(),
        }
    }

    /// Milliseconds since 1970, as the machine has it.
    pub fn now(&self) -> u64 {
        self.wall_ms + self.start.elapsed().as_millis() as u64
    }
}

/// What has to be added to this run's times for the server's: `known` when nothing new is learned from its `date`, which came at
/// `now`, `took_ms` after it was asked.
pub fn shift(known: i64, date_ms: u64, now: u64, took_ms: u64) -> i64 {
    let difference = signed(date_ms) - signed(now);
    let is_off = (difference - known).unsigned_abs() > AGENT_CLOCK_OFF_MS + took_ms;
    if is_off { difference } else { known }
}

/// A moment of a run, by the server's time.
pub fn shifted(at: u64, shift: i64) -> u64 {
    at.saturating_add_signed(shift)
}

/// The milliseconds of a `Date` header.
pub fn read_date(text: &str) -> Option<u64> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    u64::try_from(date.timestamp_millis()).ok()
}

/// What to tell people of a clock that is corrected by so much.
pub fn words(shift: i64) -> String {
    let seconds = shift.unsigned_abs() / 1_000;
    let apart = match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    };
    let side = if shift < 0 { "ahead of" } else { "behind" };
    format!(
        "this machine's clock is {apart} {side} the server's: what is measured gets the server's time. Set the clock, as by \
         `timedatectl set-ntp true`"
    )
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_MS: u64 = 365 * 86_400_000;
    const NOW: u64 = 1_760_000_000_000;

    #[test]
    fn a_clock_that_is_off_is_shifted_and_one_that_is_nearly_right_is_not() {
        assert_eq!(shift(0, NOW - 900, NOW, 40), 0, "seconds are all that a date has");
        assert_eq!(
            shift(0, NOW - 9_000, NOW, 8_000),
            0,
            "the answer was on its way for so long"
        );
        let ahead = shift(0, NOW, NOW + YEAR_MS, 40);
        assert_eq!(shifted(NOW + YEAR_MS, ahead), NOW);
        assert_eq!(shift(ahead, NOW + 800, NOW + YEAR_MS, 40), ahead, "nothing new");
        assert_eq!(
            shift(ahead, NOW + YEAR_MS, NOW + YEAR_MS, 40),
            0,
            "the server's was set"
        );
        assert_eq!(shifted(0, shift(0, NOW, 0, 40)), NOW, "a machine without a battery");
    }

    #[test]
    fn a_date_is_read_and_a_difference_told() {
        assert_eq!(read_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(read_date("yesterday"), None);
        let ahead = -i64::try_from(YEAR_MS).expect("it fits");
        assert!(
            words(ahead).contains("365 days ahead of the server's"),
            "{}",
            words(ahead)
        );
        assert!(words(90_000).contains("90 s behind"), "{}", words(90_000));
    }
}
