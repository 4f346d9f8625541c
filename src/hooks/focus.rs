//! Where the next key goes.

use dioxus::prelude::*;

/// Gives an element the focus, where it can have it.
pub fn focus(element: &MountedData) {
    let focused = element.set_focus(true);
    spawn(async move {
        // What can't be focused can still be clicked, and read.
        let _ = focused.await;
    });
}
