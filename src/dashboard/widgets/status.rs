//! How something is: one of four words, and a line of text.

use dioxus::prelude::*;

use super::text::TextEditor;
use crate::{board::kinds::STATUS_WORDS, components::choices::Choices, hooks::RealtimeUpdates};

/// `name` groups the choices: it is the widget's own.
#[component]
pub fn Status(live: RealtimeUpdates, name: String) -> Element {
    rsx! {
        div { class: "status",
            TextEditor { live, field: "text", label: "In a few words", class: "input value", is_long: false, placeholder: "In a few words" }
            Choices {
                legend: "State",
                name: "state-{name}",
                words: STATUS_WORDS,
                chosen: live.text("state"),
                is_pending: live.is_pending("state"),
                on_choose: move |word| live.edit("state", word),
            }
        }
    }
}
