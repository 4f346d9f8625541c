//! What a native program can tell of its device without asking any desktop's own services: that it slept; and which keys were
//! pressed in its window, where it has one.

use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};

use super::clock::{SystemClock, unix_ms};
use crate::platform::{Clock, Network, NetworkEvent};

/// How often the clocks are compared, in milliseconds.
const LOOK_MS: u64 = 2_000;
/// A wall clock that is so much ahead of the monotonic one says that the machine slept. A clock that was set says the
/// same; a needless look at the socket is all that comes of it.
const SLEPT_MS: u64 = 3_000;

/// Compares the clock that stands still in sleep with the one that does not.
pub struct Watched {
    look: Option<Look>,
    keys: Option<mpsc::Receiver<NetworkEvent>>,
}

impl Watched {
    /// Hears the keys as well, where there is a window.
    pub const fn new(keys: Option<mpsc::Receiver<NetworkEvent>>) -> Self {
        Self { look: None, keys }
    }
}

struct Look {
    /// Wall time less monotonic time when it began.
    apart_ms: u64,
    end: LocalBoxFuture<'static, ()>,
}

impl Look {
    fn begin() -> Self {
        let end = SystemClock.sleep_until(SystemClock.now().plus(LOOK_MS));
        Self {
            apart_ms: apart_ms(),
            end,
        }
    }
}

fn apart_ms() -> u64 {
    unix_ms().saturating_sub(SystemClock.now().0)
}

impl Network for Watched {
    fn is_online(&self) -> bool {
        true
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<NetworkEvent> {
        if let Some(keys) = &mut self.keys
            && let Poll::Ready(Some(event)) = keys.poll_next_unpin(cx)
        {
            return Poll::Ready(event);
        }
        loop {
            let look = self.look.get_or_insert_with(Look::begin);
            if look.end.poll_unpin(cx).is_pending() {
                return Poll::Pending;
            }
            let slept = apart_ms().saturating_sub(look.apart_ms) > SLEPT_MS;
            self.look = None;
            if slept {
                return Poll::Ready(NetworkEvent::Woke);
            }
        }
    }
}
