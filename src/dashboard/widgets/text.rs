//! Text that people edit together: it looks like what it says until it is touched.

use dioxus::prelude::*;

use crate::hooks::{RealtimeUpdates, use_typed_field};

/// Typing that pauses for so long is sent.
const IDLE_MS: u64 = 400;

/// A field of text, in one line or in many.
#[component]
pub fn TextEditor(
    live: RealtimeUpdates,
    field: ReadSignal<String>,
    label: String,
    class: String,
    is_long: bool,
    #[props(default)] placeholder: String,
) -> Element {
    let typed = use_typed_field(*live, field, IDLE_MS);
    let state = match () {
        () if typed.is_ahead() => "typing",
        () if live.is_pending(&field.read()) => "pending",
        () => "confirmed",
    };
    let text = typed.text();
    let drawn = drawn(&text);
    rsx! {
        if is_long {
            textarea {
                class,
                "data-weight": "quiet",
                "data-state": state,
                "aria-label": label,
                placeholder,
                value: text,
                oninput: move |event| typed.put(event.value()),
                onblur: move |_| typed.finish(),
                {drawn}
            }
        } else {
            input {
                class,
                "data-weight": "quiet",
                "data-state": state,
                "aria-label": label,
                r#type: "text",
                placeholder,
                value: text,
                oninput: move |event| typed.put(event.value()),
                onblur: move |_| typed.finish(),
            }
        }
    }
}

/// What stands in a box that no program fills, when a server draws it: in a living page its text is its value.
#[cfg(feature = "server")]
fn drawn(text: &str) -> Element {
    rsx! { "{text}" }
}

/// What stands in a box that no program fills, when a server draws it: in a living page its text is its value.
#[cfg(not(feature = "server"))]
fn drawn(_: &str) -> Element {
    VNode::empty()
}
