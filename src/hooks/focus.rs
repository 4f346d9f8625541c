//! Where the next key goes.

use dioxus::{
    html::{ScrollBehavior, ScrollLogicalPosition, ScrollToOptions},
    prelude::*,
};

use crate::platform;

/// Gives an element the focus, where it can have it.
pub fn focus(element: &MountedData) {
    let focused = element.set_focus(true);
    spawn(async move {
        // What can't be focused can still be clicked, and read.
        let _ = focused.await;
    });
}

/// Scrolls no further than it takes to have all of an element in sight.
pub(crate) fn show(element: &MountedData) {
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

/// Gives the focus to a box of text, all of which is selected: what is typed next takes its place, and an arrow leads to either end.
pub fn focus_text(element: &MountedData) {
    focus(element);
    platform::select(0, u32::MAX);
}
