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
    let selected = match focused.dyn_ref::<HtmlTextAreaElement>() {
        Some(text) => text.set_selection_range(start, end),
        None => focused
            .dyn_ref::<HtmlInputElement>()
            .map_or(Ok(()), |input| input.set_selection_range(start, end)),
    };
    if let Err(error) = selected {
        // A box that has no caret, such as one of numbers: nothing is lost.
        tracing::debug!("the caret could not be placed: {error:?}");
    }
}
