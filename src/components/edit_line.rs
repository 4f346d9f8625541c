//! One value in a box with two buttons: for choosing another one in a conflict, or for an edit that was not accepted.

use dioxus::prelude::*;

use super::format::{number, value_text};
use crate::protocol::Value;

/// Edits a value of the type that it has: what can't be read as that type is not committed, and says why.
#[component]
pub fn EditLine(label: String, value: Value, on_commit: Callback<Value>, on_cancel: Callback<()>) -> Element {
    let original = value.clone();
    let mut text = use_signal(move || as_typed(&value));
    let mut complaint = use_signal(|| None::<&'static str>);
    let commit = use_callback(move |()| match read(&text.read(), &original) {
        Ok(value) => on_commit(value),
        Err(reason) => complaint.set(Some(reason)),
    });
    rsx! {
        form {
            class: "form",
            onsubmit: move |event| {
                event.prevent_default();
                commit(());
            },
            label {
                "{label}"
                input {
                    class: "input",
                    r#type: "text",
                    value: "{text}",
                    "aria-invalid": complaint().is_some(),
                    onmounted: async move |event: MountedEvent| {
                        // Without focus it can still be clicked.
                        let _ = event.set_focus(true).await;
                    },
                    oninput: move |event| {
                        text.set(event.value());
                        complaint.set(None);
                    },
                    onkeydown: move |event| {
                        event.stop_propagation();
                        if event.key() == Key::Escape {
                            on_cancel(());
                        }
                    },
                }
            }
            if let Some(reason) = complaint() {
                p { class: "note-line", role: "alert", "data-tone": "act", "{reason}" }
            }
            div { class: "row",
                button { class: "button", "data-weight": "strong", r#type: "submit", "Save" }
                button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| on_cancel(()), "Cancel" }
            }
        }
    }
}

/// A value as it is typed.
fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => value_text(other),
    }
}

/// What was typed, as a value of the original's type.
fn read(text: &str, original: &Value) -> Result<Value, &'static str> {
    match original {
        Value::Number(before) => {
            if let (true, Ok(whole)) = (before.is_i64(), text.trim().parse::<i64>()) {
                return Ok(whole.into());
            }
            number(text).map(Value::from).ok_or("This field takes a number.")
        }
        Value::Bool(_) => match text.trim() {
            "yes" | "true" => Ok(true.into()),
            "no" | "false" => Ok(false.into()),
            _ => Err("This field takes yes or no."),
        },
        Value::Array(_) | Value::Object(_) => serde_json::from_str(text).map_err(|_| "That is not JSON."),
        Value::String(_) | Value::Null => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_typed_keeps_the_type_of_what_it_replaces() {
        assert_eq!(read("21,5", &json!(20)), Ok(json!(21.5)));
        assert_eq!(read("22", &json!(20)), Ok(json!(22)));
        assert_eq!(read("22", &json!("20")), Ok(json!("22")));
        assert_eq!(read("no", &json!(true)), Ok(json!(false)));
        assert!(read("warm", &json!(20)).is_err());
        assert!(read("NaN", &json!(20)).is_err());
    }
}
