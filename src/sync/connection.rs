//! The connection's life: dial, greet, live, wait. Decides when to dial and when a silence is a death; never how.

use crate::{
    config::{
        DEAD_AFTER_MS, DIAL_MS_MAX, PING_AFTER_MS, PING_AFTER_MS_MAX, PING_AFTER_UNSEEN_MS_MAX, PING_EVERY_MS,
        RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX, RETRY_WINDOW_SEEN_MS_MAX, RETRY_WINDOWS_SEEN_MAX,
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
        /// The first frame that was sent since then.
        said_at: Option<Timestamp>,
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

/// After how much silence a client asks its server for a sign of life. Where nothing was said that waits for an answer, a silence is a
/// death five seconds later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    seen_ms: u64,
    unseen_ms: u64,
}

impl Heartbeat {
    /// Asks after so many milliseconds of silence while a person sees the page, and while nobody does: each at least
    /// [`PING_AFTER_MS`], and at most [`PING_AFTER_MS_MAX`] and [`PING_AFTER_UNSEEN_MS_MAX`].
    #[must_use]
    pub fn after_ms(seen_ms: u64, unseen_ms: u64) -> Self {
        Self {
            seen_ms: seen_ms.clamp(PING_AFTER_MS, PING_AFTER_MS_MAX),
            unseen_ms: unseen_ms.clamp(PING_AFTER_MS, PING_AFTER_UNSEEN_MS_MAX),
        }
    }

    /// After how much silence it asks.
    pub(super) const fn ping_after_ms(self, is_seen: bool) -> u64 {
        if is_seen { self.seen_ms } else { self.unseen_ms }
    }
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self {
            seen_ms: PING_AFTER_MS,
            unseen_ms: PING_AFTER_MS,
        }
    }
}

/// How long an answer may take.
const ANSWER_MS: u64 = DEAD_AFTER_MS - PING_AFTER_MS;

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

    /// When to look again, where it asks after so much silence.
    #[must_use]
    pub fn next_wakeup(&self, ping_after_ms: u64) -> Option<Timestamp> {
        match self {
            Self::Dialing { since, .. } | Self::Greeting { since, .. } => Some(since.plus(DIAL_MS_MAX)),
            Self::Live {
                heard_at,
                asked_at,
                said_at,
                probe,
                ..
            } => {
                let ping_at = heard_at
                    .plus(ping_after_ms)
                    .min(asked_at.plus(ping_after_ms.max(PING_EVERY_MS)));
                // What was said may wait for its answer: that is asked about however seldom it asks.
                let ping_at = said_at.map_or(ping_at, |at| ping_at.min(at.plus(PING_AFTER_MS)));
                Some(probe.map_or(ping_at, |probe| probe.dead_at))
            }
            Self::Waiting { retry_at, .. } => Some(*retry_at),
            _ => None,
        }
    }

    /// What a timer means now, where it asks after so much silence.
    #[must_use]
    pub fn due(&self, now: Timestamp, ping_after_ms: u64) -> Option<Due> {
        if self.next_wakeup(ping_after_ms)? > now {
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
        if let Self::Live {
            heard_at,
            said_at,
            probe,
            ..
        } = self
        {
            (*heard_at, *said_at, *probe) = (now, None, None);
        }
    }

    /// A frame was sent.
    pub fn said(&mut self, now: Timestamp) {
        if let Self::Live { said_at, .. } = self {
            said_at.get_or_insert(now);
        }
    }

    /// A ping was sent, where it asks after so much silence; `urgent` after waking, when a dead socket must be noticed at once.
    pub fn probing(&mut self, now: Timestamp, urgent: bool, ping_after_ms: u64) {
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
            } else if ping_after_ms > PING_AFTER_MS {
                // A device that saves is late with its timers: an answer has its time all the same.
                now.plus(ANSWER_MS)
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
