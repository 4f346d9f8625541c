//! The page's clocks.

use futures_util::{FutureExt, future::LocalBoxFuture};
use gloo_timers::future::TimeoutFuture;

use crate::{platform::Clock, time::Timestamp};

/// `performance.now()`: since the page was opened. Some browsers stop it while the machine sleeps; a deadline counted
/// on a clock that lags only ends too early.
#[derive(Default)]
pub struct PageClock {
    performance: Option<web_sys::Performance>,
}

/// A timer longer than this would wrap around and end at once.
const TIMER_MS_MAX: u64 = 24 * 60 * 60 * 1_000;

impl Clock for PageClock {
    fn now(&self) -> Timestamp {
        let own = || web_sys::window().and_then(|window| window.performance());
        let performance = self.performance.clone().or_else(own);
        Timestamp(performance.map_or(0.0, |performance| performance.now()) as u64)
    }

    fn wall(&self) -> (u64, i32) {
        let date = js_sys::Date::new_0();
        // JavaScript counts the minutes that UTC is ahead.
        (date.get_time() as u64, -(date.get_timezone_offset() as i32))
    }

    fn sleep_until(&self, at: Timestamp) -> LocalBoxFuture<'static, ()> {
        // A whole millisecond more, for the part of one that `now` cuts off: waking early would turn in a circle.
        let wait = (at.since(self.now()) + 1).min(TIMER_MS_MAX);
        TimeoutFuture::new(u32::try_from(wait).unwrap_or(u32::MAX)).boxed_local()
    }
}
