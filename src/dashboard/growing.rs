//! The first board of a page comes into being a few cards at a time: on a slow phone all of them at once would be one long wait, in which it
//! hears nobody.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use dioxus::prelude::*;

use crate::hooks::{IS_IN_A_BROWSER, use_effect, use_later, use_signal};

/// Cards that are drawn first. Then it is twice as many each time.
const FIRST_LEN: usize = 8;
/// From here on none is held back any more.
const ALL_LEN: usize = 64;

/// Whether this page has been through it: what comes later comes at once.
static IS_GROWN: AtomicBool = AtomicBool::new(!IS_IN_A_BROWSER);

/// How many cards are drawn now of a board, from when it is there. Where nobody waits for a frame (on the server, in a test) it is all
/// of them.
pub fn use_growing(is_there: Memo<bool>) -> usize {
    let mut drawn = use_signal(|| if IS_GROWN.load(Relaxed) { usize::MAX } else { FIRST_LEN });
    let grow = use_later(0, move |()| {
        drawn *= 2;
        if *drawn.peek() >= ALL_LEN {
            IS_GROWN.store(true, Relaxed);
            drawn.set(usize::MAX);
        }
    });
    use_effect(move || {
        if is_there() && drawn() < ALL_LEN {
            grow.start();
        }
    });
    drawn()
}
