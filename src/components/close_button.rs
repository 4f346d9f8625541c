//! The button that puts a line or a notice away.

use dioxus::prelude::*;

use crate::words::ta;

use super::icon::{Glyph, icon};

/// A cross that says "Close" to those who don't see it.
pub fn close_button(on_close: impl FnMut(MouseEvent) + 'static) -> Element {
    rsx! {
        button {
            class: "button",
            "data-weight": "quiet",
            "data-shape": "small",
            r#type: "button",
            "aria-label": ta("Close"),
            onclick: on_close,
            {icon(Glyph::Cross)}
        }
    }
}
