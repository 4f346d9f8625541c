//! The system's clocks.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{platform::Clock, time::Timestamp};

/// Counts from its first reading. On Linux and macOS it stands still while the machine sleeps (rust-lang/rust#87906):
/// deadlines are judged by the server, and a deadline counted on a clock that lags only ends too early.
pub struct SystemClock;

static ORIGIN: LazyLock<Instant> = LazyLock::new(instant);

#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
fn instant() -> Instant {
    Instant::now()
}

/// Milliseconds since the Unix epoch; zero on a machine whose clock stands before it.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
pub fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let origin = *ORIGIN;
        let since = instant().saturating_duration_since(origin);
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    fn wall(&self) -> (u64, i32) {
        (unix_ms(), chrono::Local::now().offset().local_minus_utc() / 60)
    }

    fn sleep_until(&self, at: Timestamp) -> LocalBoxFuture<'static, ()> {
        // A whole millisecond more, for the part of one that `now` cuts off: waking early would turn in a circle.
        let wait = at.since(self.now()) + 1;
        tokio::time::sleep(Duration::from_millis(wait)).boxed_local()
    }
}
