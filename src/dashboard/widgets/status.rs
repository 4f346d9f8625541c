//! How something is: one of four words, and a line of text.

use dioxus::prelude::*;

use crate::words::t;

use super::text::TextEditor;
use crate::{board::kinds::STATUS_WORDS, components::choices::choices, hooks::RealtimeUpdates};

/// `name` groups the choices: it is the widget's own.
#[component]
pub fn Status(live: RealtimeUpdates, name: String) -> Element {
    let choose = use_callback(move |word| live.edit("state", word));
    rsx! {
        div { class: "status",
            TextEditor { live, field: "text", label: t("In a few words"), class: "input value", is_long: false, placeholder: t("In a few words") }
            {choices(t("State"), &format!("state-{name}"), STATUS_WORDS, &live.text("state"), false, Some(choose))}
        }
    }
}
