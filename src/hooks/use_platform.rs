//! What the sync runs on, for tests: another device than this one.

use std::rc::Rc;

use dioxus::prelude::*;

use crate::platform::{self, FETCH, Platform};

/// Whether this program runs in a browser, in a page that a server has rendered.
pub const IS_IN_A_BROWSER: bool = FETCH.is_some();

/// What a page of this program is shown in.
pub use crate::platform::{SHOWN_IN, ShownIn};

#[derive(Clone)]
struct Injected(Rc<dyn Platform>);

/// Gives the provider below another device than this one: a [`MemoryDevice`](crate::platform::MemoryDevice), whose clock,
/// sockets and storage a test plays. Nobody needs it outside of tests.
///
/// ```
/// use dioxus::prelude::*;
/// use std::rc::Rc;
/// use tideboard::{components::DashboardRealtimeProvider, hooks::use_platform_provider, platform::MemoryDevice};
///
/// fn app(device: MemoryDevice) -> Element {
///     use_platform_provider(|| Rc::new(device.clone()));
///     rsx! { DashboardRealtimeProvider { server: "http://board.example", "my app" } }
/// }
///
/// let device = MemoryDevice::default();
/// let mut page = VirtualDom::new_with_props(app, device.clone());
/// page.rebuild_in_place();
/// page.process_events(); // its loop starts, and dials
/// let far_end = device.dialled().expect("it dials");
/// assert_eq!(far_end.url, "ws://board.example/api/v1/socket");
/// ```
pub fn use_platform_provider(platform: impl FnOnce() -> Rc<dyn Platform>) {
    use_context_provider(|| Injected(platform()));
}

/// Where the page came from; `None` in a program of its own.
#[cfg(feature = "dashboard")]
pub(crate) fn page_origin() -> Option<String> {
    current_platform().page_origin()
}

/// Gives the person a file of that name, where it can.
#[cfg(feature = "dashboard")]
pub(crate) fn save(name: &str, text: &str) {
    current_platform().save(name, text);
}

/// Puts a text where the person pastes from; whether that could be done.
#[cfg(feature = "dashboard")]
pub(crate) fn copy(text: &str) -> bool {
    platform::copy(text)
}

/// Puts the text of the file that the person has chosen into the box called `file`.
#[cfg(feature = "dashboard")]
pub(crate) fn take_chosen_file() {
    platform::take_chosen_file();
}

/// The device that was given to those below; `None` for this one.
pub(super) fn given_platform() -> Option<Rc<dyn Platform>> {
    try_consume_context::<Injected>().map(|Injected(platform)| platform)
}

/// The same, or this one.
pub(super) fn current_platform() -> Rc<dyn Platform> {
    given_platform().unwrap_or_else(platform::here)
}
