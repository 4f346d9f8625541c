//! The server's clock: the one place of this room that reads the time.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use crate::time::Timestamp;

/// Tells the time in milliseconds since the Unix epoch. Cheap to clone; clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock. When that is set back, this one goes on at its own pace until it is passed again: a deadline
    /// comes no later for it.
    #[must_use]
    pub fn system() -> Self {
        Self::steady(wall_clock_ms)
    }

    fn steady(wall_clock_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let told = Mutex::new((wall_clock_ms(), boot_time::Instant::now()));
        Self::new(move || {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            let passed = told.1.elapsed();
            let steady = told.0 + passed.as_millis() as u64;
            let wall = wall_clock_ms();
            if wall > steady {
                *told = (wall, boot_time::Instant::now());
            }
            Timestamp(wall.max(steady))
        })
    }

    /// A clock that asks `now`; tests pass one that they wind by hand.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now().0)
    }
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[must_use]
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the server's platform: never compiled for a browser"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is the server's platform: never compiled for a browser"
)]
fn wall_clock_ms() -> u64 {
    // Before 1970 there is nothing to be right about.
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn when_the_machines_clock_is_set_back_time_goes_on() {
        let wall = Arc::new(AtomicU64::new(1_000_000));
        let clock = Clock::steady({
            let wall = wall.clone();
            move || wall.load(Ordering::Relaxed)
        });
        let first = clock.now();
        wall.store(400_000, Ordering::Relaxed);
        let second = clock.now();
        assert!(second >= first, "{second:?} after {first:?}");
        assert!(second < Timestamp(1_400_000), "at its own pace: {second:?}");
        wall.store(2_000_000, Ordering::Relaxed);
        assert!(clock.now() >= Timestamp(2_000_000), "a clock set forward is followed");
    }
}
