//! How something is: one of four words, and a line of text.

use dioxus::prelude::*;

use super::text::TextEditor;
use crate::{board::kinds::STATUS_WORDS, components::word::Tone, hooks::RealtimeUpdates};

/// `name` groups the choices: it is the widget's own.
#[component]
pub fn Status(live: RealtimeUpdates, name: String) -> Element {
    let state = live.text("state");
    rsx! {
        div { class: "status",
            TextEditor { live, field: "text", label: "In a few words", class: "input value", is_long: false, placeholder: "In a few words" }
            fieldset { class: "choices", "data-pending": live.is_pending("state"),
                legend { class: "unseen", "State" }
                for word in STATUS_WORDS.iter().copied() {
                    label { key: "{word}", class: "choice", "data-tone": tone(word).token(), "data-state": if state == word { "chosen" } else { "other" },
                        input {
                            class: "unseen",
                            r#type: "radio",
                            name: "state-{name}",
                            value: word,
                            checked: state == word,
                            onchange: move |_| live.edit("state", word),
                        }
                        {label(word)}
                    }
                }
            }
        }
    }
}

fn label(word: &str) -> &str {
    match word {
        "ok" => "OK",
        "busy" => "Busy",
        "attention" => "Look",
        "down" => "Down",
        other => other,
    }
}

fn tone(word: &str) -> Tone {
    match word {
        "ok" => Tone::Live,
        "busy" => Tone::Rest,
        "attention" => Tone::Wait,
        _ => Tone::Act,
    }
}
