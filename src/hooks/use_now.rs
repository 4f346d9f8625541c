//! The device's clocks.

use dioxus::prelude::*;

use crate::state::{NOW, Now};

/// The device's clocks, once a second while the page is shown: for "12 s" and "offline since 14:02". `None` on the
/// first paint, which has no clock. What reads it renders each second: read it in small components, or in a memo.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::{hooks::use_now, time::Timestamp};
///
/// #[component]
/// fn Age(since: Timestamp) -> Element {
///     let now = use_now();
///     let seconds = now().map_or(0, |now| now.device.since(since) / 1_000);
///     rsx! { "{seconds} s" }
/// }
/// ```
#[must_use]
pub fn use_now() -> ReadSignal<Option<Now>> {
    use_hook(|| NOW.resolve().into())
}
