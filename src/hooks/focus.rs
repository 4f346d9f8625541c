//! Where the next key goes.

use dioxus::prelude::*;

use crate::platform;

/// Gives an element the focus, where it can have it.
pub fn focus(element: &MountedData) {
    let focused = element.set_focus(true);
    spawn(async move {
        // What can't be focused can still be clicked, and read.
        let _ = focused.await;
    });
}

/// The same for a box of text, all of which is selected: what is typed next takes its place, and an arrow leads to either end.
pub fn focus_text(element: &MountedData) {
    focus(element);
    platform::select(0, u32::MAX);
}
