//! The caret of the text box that has the focus.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

pub fn selection(text: &str) -> Option<(u32, u32)> {
    let focused = web_sys::window()?.document()?.active_element()?;
    let (value, start, end) = match focused.dyn_ref::<HtmlTextAreaElement>() {
        Some(text) => (text.value(), text.selection_start(), text.selection_end()),
        None => {
            let input = focused.dyn_ref::<HtmlInputElement>()?;
            (input.value(), input.selection_start(), input.selection_end())
        }
    };
    (value == text).then_some((start.ok()??, end.ok()??))
}

pub fn select(start: u32, end: u32) {
    let focused = web_sys::window().and_then(|window| window.document()?.active_element());
    let Some(focused) = focused else { return };
    if let Some(text) = focused.dyn_ref::<HtmlTextAreaElement>() {
        let _ = text.set_selection_range(start, end); // it has a caret: nothing is refused
    } else if let Some(input) = focused.dyn_ref::<HtmlInputElement>()
        && input.set_selection_range(start, end).is_err()
    {
        input.select(); // one of numbers: all of it, or nothing
    }
}
