//! The focus, for components that open and close.

use dioxus::prelude::*;

/// Gives an element the focus, where it can have it. In a browser it has it at once; elsewhere a little later, if the
/// component that asks is still there.
pub fn focus(element: &MountedData) {
    let focused = element.set_focus(true);
    spawn(async move {
        // What can't be focused can still be clicked, and read.
        let _ = focused.await;
    });
}
