//! What is open below a button of the page's frame: one thing at a time.

use std::rc::Rc;

use dioxus::prelude::*;

use super::SAID;

/// Something opens below a button: what was open below another one closes.
pub fn opens(open: Signal<bool>, trigger: Signal<Option<Rc<MountedData>>>) {
    let is_other = SAID.peek().opened.get().is_none_or(|(other, _)| other != open);
    if is_other {
        make_way();
        SAID.peek().opened.set(Some((open, trigger)));
    }
}

/// It is closed. Whether it was open until now, and nothing has taken its place.
pub fn closes(open: Signal<bool>) -> bool {
    let said = SAID.peek();
    let was_open = said.opened.get().is_some_and(|(other, _)| other == open);
    if was_open {
        said.opened.set(None);
    }
    was_open
}

/// Closes what is open below a button, as something opens that takes its place and has the focus.
pub fn make_way() {
    let opened = SAID.peek().opened.take();
    // Its component may be gone.
    if let Some((mut open, _)) = opened
        && let Ok(mut open) = open.try_write()
    {
        *open = false;
    }
}
