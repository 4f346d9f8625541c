//! The connection's life: dial, greet, live, wait. Decides when to dial and when a silence is a death; never how.

use crate::{
    config::{
        DEAD_AFTER_MS, DIAL_MS_MAX, PING_AFTER_MS, PING_EVERY_MS, RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX,
        RETRY_WINDOW_SEEN_MS_MAX, RETRY_WINDOWS_SEEN_MAX,
    },
    protocol::Welcome,
    time::Timestamp,
};

/// Where the connection is. Each state carries its own data, so none can be stale.
#[derive(Clone, Debug, PartialEq)]
pub enum Connection {
    /// Not asked for: before the first `connect`, or working offline by choice.
    Offline,
    /// Paused while the page is hidden or the device asleep.
    Suspended,
    /// A socket is being opened.
    Dialing {
        /// Which dial: whatever an older socket still says is ignored.
        dial: u64,
        /// Failures in a row before this.
        attempt: u32,
        /// Since when.
        since: Timestamp,
    },
    /// The socket is open, `hello` is sent.
    Greeting {
        /// Which dial.
        dial: u64,
        /// Failures in a row before this.
        attempt: u32,
        /// Since when.
        since: Timestamp,
    },
    /// Greeted.
    Live {
        /// Which dial.
        dial: u64,
        /// What the server said.
        welcome: Box<Welcome>,
        /// The last frame's arrival.
        heard_at: Timestamp,
        /// The last greeting or ping.
        asked_at: Timestamp,
        /// A ping that is not answered yet.
        probe: Option<Probe>,
    },
    /// Until the next dial.
    Waiting {
        /// Failures in a row.
        attempt: u32,
        /// When to dial.
        retry_at: Timestamp,
    },
    /// The server asks for a sign-in. The outbox is kept.
    NeedsAuth {
        /// What it said.
        message: String,
    },
    /// The server will not speak with this version. The outbox is kept.
    Closed {
        /// What it said.
        message: String,
    },
}

/// A ping under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When a silence means death.
    pub dead_at: Timestamp,
}

/// After waking or coming online a silence is a death this soon.
const PROBE_MS: u64 = 900;

impl Connection {
    /// The dial whose events count.
    #[must_use]
    pub const fn dial(&self) -> Option<u64> {
        match self {
            Self::Dialing { dial, .. } | Self::Greeting { dial, .. } | Self::Live { dial, .. } => Some(*dial),
            _ => None,
        }
    }

    /// What the server said, while it is live.
    #[must_use]
    pub fn welcome(&self) -> Option<&Welcome> {
        match self {
            Self::Live { welcome, .. } => Some(welcome),
            _ => None,
        }
    }

    /// Failures in a row.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        match self {
            Self::Dialing { attempt, .. } | Self::Greeting { attempt, .. } | Self::Waiting { attempt, .. } => *attempt,
            _ => 0,
        }
    }

    /// When to look again.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        match self {
            Self::Dialing { since, .. } | Self::Greeting { since, .. } => Some(since.plus(DIAL_MS_MAX)),
            Self::Live {
                heard_at,
                asked_at,
                probe,
                ..
            } => {
                let ping_at = heard_at.plus(PING_AFTER_MS).min(asked_at.plus(PING_EVERY_MS));
                Some(probe.map_or(ping_at, |probe| probe.dead_at))
            }
            Self::Waiting { retry_at, .. } => Some(*retry_at),
            _ => None,
        }
    }

    /// What a timer means now.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<Due> {
        if self.next_wakeup()? > now {
            return None;
        }
        match self {
            Self::Waiting { .. } => Some(Due::Dial),
            Self::Live { probe: None, .. } => Some(Due::Ping),
            _ => Some(Due::GiveUp),
        }
    }

    /// A frame arrived: any frame is a sign of life.
    pub fn heard(&mut self, now: Timestamp) {
        if let Self::Live { heard_at, probe, .. } = self {
            (*heard_at, *probe) = (now, None);
        }
    }

    /// A ping was sent; `urgent` after waking, when a dead socket must be noticed at once.
    pub fn probing(&mut self, now: Timestamp, urgent: bool) {
        if let Self::Live {
            heard_at,
            asked_at,
            probe,
            ..
        } = self
        {
            *asked_at = now;
            let dead_at = if urgent {
                now.plus(PROBE_MS)
            } else {
                heard_at.plus(DEAD_AFTER_MS)
            };
            // Asking once more gives a silent socket no more time.
            let dead_at = probe.map_or(dead_at, |probe| probe.dead_at.min(dead_at));
            *probe = Some(Probe { sent_at: now, dead_at });
        }
    }
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Dial.
    Dial,
    /// Ask whether the server is there.
    Ping,
    /// This socket is dead.
    GiveUp,
}

/// How long to wait before dial number `attempt`: anywhere in a window that the server sends and that doubles with
/// each failure; less far while the page `is_seen`. The first retry is spread as well: it is the first one that makes a herd
/// (full jitter, after Marc Brooker, "Exponential Backoff and Jitter", AWS 2015).
#[must_use]
pub fn retry_delay_ms(window_ms: u64, attempt: u32, is_seen: bool, random: u64) -> u64 {
    let window = window_ms.clamp(RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX);
    let widest = if is_seen {
        (window * RETRY_WINDOWS_SEEN_MAX).clamp(RETRY_WINDOW_SEEN_MS_MAX, RETRY_WINDOW_MS_MAX)
    } else {
        RETRY_WINDOW_MS_MAX
    };
    let widened = window
        .saturating_mul(1 << attempt.saturating_sub(1).min(10))
        .min(widest);
    random % (widened + 1)
}
