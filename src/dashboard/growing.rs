//! A board that comes into being a few cards at a time: on a slow phone all of them at once would be one long wait, in which it hears nobody.

use dioxus::prelude::*;

use crate::hooks::{IS_IN_A_BROWSER, breathe};

/// Cards that are drawn first. Then it is twice as many, until all are there.
const FIRST_LEN: usize = 4;
/// The most that come at once, after which none is held back any more.
const ALL_LEN: usize = 64;

/// How many cards are drawn now of a board, from when it is there. Where nobody waits for a frame (on the server, in a test) it is all
/// of them.
pub fn use_growing(is_there: Memo<bool>) -> ReadSignal<usize> {
    let mut drawn = use_signal(|| if IS_IN_A_BROWSER { FIRST_LEN } else { usize::MAX });
    use_effect(move || {
        if !is_there() || *drawn.peek() == usize::MAX {
            return;
        }
        spawn(async move {
            while *drawn.peek() < ALL_LEN {
                breathe().await;
                drawn *= 2;
            }
            drawn.set(usize::MAX);
        });
    });
    drawn.into()
}
