//! A field's own editor in a form: for choosing another value in a conflict, for an edit that was not accepted, and for
//! setting a widget up. What a field does not take the browser refuses at once, and says why.

use dioxus::prelude::*;

use super::{
    choices::{Choices, words},
    disclosure::focus,
    format::{number, value_text},
};
use crate::{
    hooks::{RealtimeUpdates, use_realtime_updates},
    protocol::{BoardId, Value, WidgetId},
};

/// Edits one value of a widget, with two buttons.
#[component]
pub fn EditLine(
    label: String,
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    field: String,
    value: Value,
    on_commit: Callback<Value>,
    on_cancel: Callback<()>,
) -> Element {
    let live = use_realtime_updates(board, widget);
    let before = value.clone();
    rsx! {
        form {
            class: "form",
            onsubmit: move |event| {
                event.prevent_default();
                for (field, text) in typed(&event) {
                    if let Some(value) = read(&field, &text, &before) {
                        on_commit(value);
                    }
                }
            },
            onkeydown: move |event| {
                event.stop_propagation();
                if event.key() == Key::Escape {
                    on_cancel(());
                }
            },
            FieldInput { live, label, field, value, takes_focus: true }
            FormButtons { on_cancel }
        }
    }
}

/// *Save*, which the form does, and *Cancel*.
#[component]
pub fn FormButtons(on_cancel: Callback<()>) -> Element {
    rsx! {
        div { class: "row",
            button { class: "button", "data-weight": "strong", r#type: "submit", "Save" }
            button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| on_cancel(()), "Cancel" }
        }
    }
}

/// Text of more characters has a box of several lines.
const LINE_CHARS_MAX: usize = 60;

/// A field in a form, which finds it under the field's name: a choice, a number, or text.
#[component]
pub fn FieldInput(
    live: RealtimeUpdates,
    label: String,
    field: String,
    value: Value,
    #[props(default)] takes_focus: bool,
) -> Element {
    let words = words(&field, &value);
    let text = as_typed(&value);
    if !words.is_empty() {
        return rsx! {
            Choices { legend: label, name: field, words, chosen: text, takes_focus, on_choose: |_| () }
        };
    }
    let mounted = move |event: MountedEvent| {
        if takes_focus {
            focus(&event.data());
        }
    };
    let is_number = is_number(&field, &value);
    let is_named_by = matches!(&*field, "title" | "name" | "series");
    // A setpoint's own bounds.
    let bound = |name| if field == "value" { live.number(name) } else { None };
    rsx! {
        label {
            span { "{label}" }
            if text.len() > LINE_CHARS_MAX || text.contains('\n') {
                textarea { class: "input", name: field, rows: "4", initial_value: text, onmounted: mounted }
            } else {
                input {
                    class: "input",
                    name: field.clone(),
                    r#type: if is_number { "number" } else { "text" },
                    list: (field == "series").then_some("known-series"),
                    maxlength: (field == "title").then_some("80"),
                    // Not only blanks.
                    pattern: is_named_by.then_some(".*\\S.*"),
                    required: is_named_by || value.is_number(),
                    step: "any",
                    "min": bound("min"),
                    "max": bound("max"),
                    initial_value: text,
                    onmounted: mounted,
                }
            }
        }
    }
}

/// What a form's fields hold, by their names.
pub fn typed(event: &FormEvent) -> Vec<(String, String)> {
    let values = event.values().into_iter();
    values
        .filter_map(|(name, value)| match value {
            FormValue::Text(text) => Some((name, text)),
            FormValue::File(_) => None,
        })
        .collect()
}

fn is_number(field: &str, value: &Value) -> bool {
    value.is_number() || value.is_null() && matches!(field, "min" | "max" | "step")
}

/// A value as it is typed.
fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // As it is: what is rounded to be read would be rounded for ever.
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(as_typed).collect::<Vec<_>>().join(", "),
        other => value_text(other),
    }
}

/// What was typed for a field, as a value like the one before; `None` where it can't be one.
#[must_use]
pub fn read(field: &str, text: &str, before: &Value) -> Option<Value> {
    match before {
        _ if is_number(field, before) => match text.trim().parse::<i64>() {
            Ok(whole) => Some(whole.into()),
            Err(_) => number(text).map(Value::from),
        },
        Value::Bool(_) => Some((text == "yes").into()),
        _ if field == "series" => Some(text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect()),
        _ => Some(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_typed_keeps_the_type_of_what_it_replaces() {
        assert_eq!(read("value", "21,5", &json!(20)), Some(json!(21.5)));
        assert_eq!(read("value", "22", &json!(20)), Some(json!(22)));
        assert_eq!(read("text", "22", &json!("20")), Some(json!("22")));
        assert_eq!(read("done-1", "no", &json!(true)), Some(json!(false)));
        assert_eq!(
            read("series", "fuel, oil,", &json!(["fuel"])),
            Some(json!(["fuel", "oil"]))
        );
        assert_eq!(read("max", "100", &Value::Null), Some(json!(100)));
        assert_eq!(read("value", "warm", &json!(20)), None);
        assert_eq!(read("value", "NaN", &json!(20)), None);
    }

    #[test]
    fn what_is_shown_to_be_edited_is_the_value_itself() {
        for value in [
            json!(0.125),
            json!(21),
            json!("a\nb"),
            json!(["fuel", "oil"]),
            json!(true),
        ] {
            let field = if value.is_array() { "series" } else { "x" };
            assert_eq!(read(field, &as_typed(&value), &value), Some(value));
        }
    }
}
