//! How seldom a device that saves its battery may ask for a sign of life.

use super::{PEOPLE_SILENCE_MS_MAX, PING_AFTER_MS, PING_EVERY_MS, SILENCE_MS_MAX};

/// The longest silence after which a client asks while its person sees the page: they stay among the people of a board.
pub const PING_AFTER_MS_MAX: u64 = PING_EVERY_MS;
/// The same while nobody sees it, and what a phone's app does that is put away: a proxy on the way may cut what says nothing for 60 s.
pub const PING_AFTER_UNSEEN_MS_MAX: u64 = 45_000;
/// Silence after which a phone's app asks while it runs on the battery: a radio goes to sleep in between.
pub const PING_AFTER_ON_BATTERY_MS: u64 = 15_000;
/// A phone's app looks so often whether it does.
pub const POWER_LOOK_MS: u64 = 60_000;
const _: () = assert!(
    PING_AFTER_MS < PING_AFTER_ON_BATTERY_MS && PING_AFTER_ON_BATTERY_MS <= PING_AFTER_MS_MAX,
    "on the battery it asks less often"
);
const _: () = assert!(
    PING_AFTER_MS_MAX < PEOPLE_SILENCE_MS_MAX && PING_AFTER_UNSEEN_MS_MAX * 2 < SILENCE_MS_MAX,
    "who asks seldom is not silent to the server, and a ping may be lost"
);
