//! The keys of undo and redo, which are the browser's own where text is typed; and that by which anything is found.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

use super::find;
use crate::platform::NetworkEvent;

pub type KeyPressed = KeyboardEvent;

pub fn key_name(event: &KeyPressed) -> String {
    event.key()
}

thread_local! {
    /// How many of this page want to hear them.
    static HEARD: Cell<u32> = const { Cell::new(0) };
}

pub fn hear_keys(heard: bool) {
    let others = HEARD.get();
    HEARD.set(if heard { others + 1 } else { others.saturating_sub(1) });
}

/// What somebody wants by this key, if it is one of those.
pub fn pressed(event: &Event) -> Option<NetworkEvent> {
    let key = event.dyn_ref::<KeyboardEvent>().filter(|_| HEARD.get() > 0)?;
    let is_command = (key.ctrl_key() || key.meta_key()) && !key.alt_key();
    let again = match key.key().as_str() {
        "k" if is_command => {
            // More than one of a page's parts may listen: the first has pressed it.
            if !event.default_prevented()
                && let Some(button) = find("[aria-keyshortcuts='Control+K']")
            {
                event.prevent_default();
                button.click();
            }
            return None;
        }
        "z" | "Z" => key.shift_key(),
        "y" if !key.meta_key() => true,
        _ => return None,
    };
    if !is_command || is_typed_in(event) {
        return None;
    }
    // The browser would take back what was typed into some box before.
    event.prevent_default();
    Some(NetworkEvent::Undoes { again })
}

fn is_typed_in(event: &Event) -> bool {
    let target = event.target();
    let element = target.as_ref().and_then(|target| target.dyn_ref::<Element>());
    element.is_some_and(|element| element.matches(TYPED_IN).unwrap_or(false))
}

const TYPED_IN: &str =
    "textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=button], [type=submit])";
