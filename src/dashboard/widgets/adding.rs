//! A line in which something is typed that becomes a field of its own: an item of a list, a line of a log.

use dioxus::prelude::*;

use crate::{
    board::{self, LINE, moment_after},
    components::{
        format::excerpt,
        icon::{Glyph, icon},
        said::reveal_next,
    },
    hooks::{RealtimeUpdates, drafted, forget_draft, fresh_name, keep_draft, use_effect, use_now, use_signal},
    protocol::Value,
    words::{sentence, ta, with},
};

/// What is added, at most so many characters.
const CHARS_MAX: usize = 300;

/// What is typed in the line and not added yet.
const NEXT: &str = "+";

/// So many characters of it say to a screen reader which one a button is for.
pub const NAME_CHARS_MAX: usize = 60;

/// The button by which it goes away again.
pub fn deleting(live: RealtimeUpdates, field: &str, text: &str) -> Element {
    let (field, text) = (field.to_owned(), excerpt(text, NAME_CHARS_MAX));
    rsx! {
        button {
            class: "button",
            "data-weight": "quiet",
            "data-shape": "square",
            r#type: "button",
            "aria-label": with("Delete: {}", &[&text]),
            title: ta("Delete"),
            onclick: move |_| live.edit(&field, Value::Null),
            {icon(Glyph::Cross)}
        }
    }
}

/// The line with its button. Its fields are named by the moment, so that they sort by it.
#[component]
pub fn Adding(live: RealtimeUpdates, is_log: bool) -> Element {
    let (prefix, label, placeholder, button) = if is_log {
        (LINE, "New line", "Write a line", "Add line")
    } else {
        ("item-", "New item", "Add an item", "Add item")
    };
    let now = use_now();
    let mut text = use_signal(String::new);
    // After the first paint, which was the server's.
    use_effect(move || {
        if let Some((_, kept)) = drafted(&live.place(NEXT)) {
            text.set(kept);
        }
    });
    let mut made = use_signal(|| 0_u64);
    let mut complaint = use_signal(|| None::<String>);
    let add = move |event: FormEvent| {
        event.prevent_default();
        let item = text.read().trim().to_owned();
        if item.is_empty() {
            return;
        }
        made += 1;
        // The clock ticks once a second: the counter keeps the order of what is added within one.
        let mut moment = now.peek().map_or(0, |now| now.server_ms).saturating_add(*made.peek());
        let mut outgrown = Vec::new();
        if is_log && let Some(widget) = live.view().widget {
            moment = moment_after(&widget, moment);
            outgrown = board::outgrown(&widget, item.len());
        }
        match fresh_name(&format!("{prefix}{moment:011x}")) {
            Ok(field) => {
                // Before it comes, so that there is room for it.
                for gone in outgrown {
                    live.edit(gone.as_str(), Value::Null);
                }
                live.edit(field.as_str(), item);
                reveal_next();
                text.set(String::new());
                forget_draft(&live.place(NEXT));
            }
            Err(error) => complaint.set(Some(sentence(&error.to_string()))),
        }
    };
    rsx! {
        form { class: "checklist-add", onsubmit: add,
            input {
                class: "input",
                "data-weight": "quiet",
                r#type: "text",
                "aria-label": ta(label),
                placeholder: ta(placeholder),
                maxlength: "{CHARS_MAX}",
                value: "{text}",
                oninput: move |event| {
                    text.set(event.value());
                    keep_draft(&live.place(NEXT), "", &event.value());
                },
            }
            button { class: "button", "data-weight": "quiet", "data-shape": "square", r#type: "submit", "aria-label": ta(button), {icon(Glyph::Plus)} }
        }
        if let Some(reason) = complaint() {
            p { class: "note-line", role: "alert", "data-tone": "act", "{reason}" }
        }
    }
}
