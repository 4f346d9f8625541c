//! What is brought into sight.

use dioxus::{
    html::{ScrollBehavior, ScrollLogicalPosition, ScrollToOptions},
    prelude::*,
};

/// Scrolls no further than it takes to have all of an element in sight.
pub fn show(element: &MountedData) {
    let shown = element.scroll_to_with_options(ScrollToOptions {
        behavior: ScrollBehavior::Instant,
        vertical: ScrollLogicalPosition::Nearest,
        horizontal: ScrollLogicalPosition::Nearest,
    });
    spawn(async move {
        // What can't be scrolled to can still be found.
        let _ = shown.await;
    });
}
