//! A number people add to. Additions of any number of people all count.

use dioxus::prelude::*;

use crate::{
    components::icon::{Glyph, icon},
    hooks::RealtimeUpdates,
    words::ta,
};

pub fn counter(live: RealtimeUpdates) -> Element {
    let count = live.number("count").unwrap_or_default() as i64;
    let unit = live.text("unit");
    let state = if live.is_pending("count") {
        "pending"
    } else {
        "confirmed"
    };
    rsx! {
        div { class: "counter",
            button { class: "button", "data-shape": "square", r#type: "button", "aria-label": ta("Take one away"), onclick: move |_| live.add("count", -1), {icon(Glyph::Minus)} }
            p { class: "figure",
                output { class: "value", "data-state": state, "{count}" }
                if !unit.is_empty() {
                    small { "{unit}" }
                }
            }
            button { class: "button", "data-shape": "square", r#type: "button", "aria-label": ta("Add one"), onclick: move |_| live.add("count", 1), {icon(Glyph::Plus)} }
        }
    }
}
