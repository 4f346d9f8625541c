//! The device's clocks.

use dioxus::prelude::*;

use crate::state::{NOW, Now};

/// The device's clocks, once a second while the page is shown: for "12 s" and "offline since 14:02". `None` on the
/// first paint, which has no clock. What reads it renders each second: read it in small components, or in a memo.
///
/// ```ignore
/// let now = use_now();
/// let age_s = use_memo(move || now().map(|now| now.device.since(synced_at) / 1_000));
/// ```
#[must_use]
pub fn use_now() -> ReadSignal<Option<Now>> {
    use_hook(|| NOW.resolve().into())
}
