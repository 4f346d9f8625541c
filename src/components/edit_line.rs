//! A field's own editor in a form: for choosing another value in a conflict, for an edit that was not accepted, and for
//! setting a widget up. What a field does not take the browser refuses at once, and says why.

use dioxus::prelude::*;

use super::{
    choices::{choices, words},
    format::{number, plain, value_text},
};
use crate::{
    board::series_names,
    hooks::{focus_text, key_name},
    protocol::Value,
    words::{t, tn},
};

/// Edits one value, within its bounds where it has some, with two buttons.
pub fn edit_line(
    label: &str,
    field: &str,
    value: &Value,
    bounds: [Option<f64>; 2],
    on_commit: Callback<Value>,
    on_cancel: Callback<()>,
) -> Element {
    let input = field_input(label, field, value, None, bounds, true);
    edit_form(
        vec![(field.to_owned(), value.clone())],
        false,
        input,
        on_commit,
        on_cancel,
    )
}

/// Edits several fields of one widget: what is committed is an object of them.
pub fn edit_lines(fields: &[(&str, &Value)], on_commit: Callback<Value>, on_cancel: Callback<()>) -> Element {
    // What is wrong is mostly there.
    let first = fields.iter().position(|(field, _)| *field == "series").unwrap_or(0);
    let inputs = rsx! {
        for (at , (field , value)) in fields.iter().enumerate() {
            {field_input(field, field, value, None, [None; 2], at == first)}
        }
    };
    let fields = fields
        .iter()
        .map(|(field, value)| ((*field).to_owned(), (*value).clone()));
    edit_form(fields.collect(), true, inputs, on_commit, on_cancel)
}

fn edit_form(
    fields: Vec<(String, Value)>,
    is_whole: bool,
    inputs: Element,
    on_commit: Callback<Value>,
    on_cancel: Callback<()>,
) -> Element {
    rsx! {
        form {
            class: "form",
            // What it stands in takes the focus when it is clicked.
            onclick: |event| event.stop_propagation(),
            onsubmit: move |event| {
                event.prevent_default();
                let mut all = Value::Object(Default::default());
                for (name, before) in &fields {
                    let Some(value) = read(name, &text_in(&event, name), before) else { return };
                    if !is_whole {
                        return on_commit(value);
                    }
                    all[name] = value;
                }
                on_commit(all);
            },
            onkeydown: move |event| {
                event.stop_propagation();
                if key_name(&event) == "Escape" {
                    // What it stands in stays open.
                    event.prevent_default();
                    on_cancel(());
                }
            },
            {inputs}
            {form_buttons(on_cancel)}
        }
    }
}

/// *Save*, which the form does, and *Cancel*.
pub fn form_buttons(on_cancel: Callback<()>) -> Element {
    rsx! {
        div { class: "row",
            button { class: "button", "data-weight": "strong", r#type: "submit", {tn("Save")} }
            button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| on_cancel(()), {tn("Cancel")} }
        }
    }
}

/// Text of more characters has a box of several lines.
const LINE_CHARS_MAX: usize = 60;

/// A field in a form, under its own name: a choice, a number, or text. What people know a thing by is not left empty. What was `typed`
/// for it already stands there instead of its value.
pub fn field_input(
    label: &str,
    field: &str,
    value: &Value,
    typed: Option<String>,
    bounds: [Option<f64>; 2],
    takes_focus: bool,
) -> Element {
    let words = words(field, value);
    let text = typed.unwrap_or_else(|| as_typed(value));
    if matches!(field, "span" | "warns") && !words.is_empty() {
        return rsx! {
            label {
                span { {tn(label)} }
                select { class: "input", name: field,
                    for word in words {
                        option { key: "{word}", value: *word, selected: *word == text, {tn(word)} }
                    }
                }
            }
        };
    }
    if !words.is_empty() {
        return choices(t(label), field, words, &text, takes_focus, None);
    }
    let mounted = move |event: MountedEvent| {
        if takes_focus {
            focus_text(&event.data());
        }
    };
    let is_named_by = matches!(field, "title" | "name" | "series");
    let [min, max] = bounds;
    rsx! {
        label {
            span { {tn(label)} }
            if text.len() > LINE_CHARS_MAX && !is_named_by || text.contains('\n') {
                textarea { class: "input", name: field, rows: "4", initial_value: text, onmounted: mounted }
            } else {
                input {
                    class: "input",
                    name: field,
                    r#type: if is_number(field, value) { "number" } else { "text" },
                    list: (field == "series").then_some("known-series"),
                    maxlength: matches!(field, "title" | "name").then_some("80"),
                    // Not only blanks.
                    pattern: is_named_by.then_some(".*\\S.*"),
                    required: is_named_by || value.is_number() && !is_optional(field),
                    step: "any",
                    min,
                    max,
                    initial_value: text,
                    onmounted: mounted,
                }
            }
        }
    }
}

/// What a form's field holds.
pub fn text_in(event: &FormEvent, field: &str) -> String {
    match event.get_first(field) {
        Some(FormValue::Text(text)) => text,
        _ => String::new(),
    }
}

/// Whether a field's value has an editor: plain values do, and the list that is typed as one.
pub fn is_editable(field: &str, value: &Value) -> bool {
    !value.is_object() && (field == "series" || !value.is_array())
}

fn is_number(field: &str, value: &Value) -> bool {
    value.is_number() || value.is_null() && (is_optional(field) || matches!(field, "min" | "max" | "step"))
}

/// Whether a field is taken back by leaving it empty.
fn is_optional(field: &str) -> bool {
    matches!(field, "threshold" | "minutes")
}

/// A value as it is typed.
#[must_use]
pub fn as_typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // As it is: what is rounded to be read would be rounded for ever.
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(as_typed).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => value_text(other),
    }
}

/// What was typed for a field, as a value like the one before; `None` where it can't be one.
#[must_use]
pub fn read(field: &str, text: &str, before: &Value) -> Option<Value> {
    match before {
        _ if text.is_empty() && is_optional(field) => Some(Value::Null),
        _ if is_number(field, before) => number(text).map(plain),
        Value::Bool(_) => Some((text == "yes").into()),
        Value::Null if words(field, before).first() == Some(&text) => Some(Value::Null),
        _ if field == "series" => Some(series_names(text).into_iter().collect()),
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
        assert_eq!(read("threshold", "90", &Value::Null), Some(json!(90)));
        assert_eq!(read("threshold", "", &json!(90)), Some(Value::Null));
        assert_eq!(read("max", "", &json!(90)), None);
        assert_eq!(read("span", "5 min", &Value::Null), Some(Value::Null));
        assert_eq!(read("span", "1 h", &Value::Null), Some(json!("1 h")));
        assert_eq!(read("warns", "above", &Value::Null), Some(Value::Null));
        assert_eq!(read("warns", "above", &json!("below")), Some(json!("above")));
        assert_eq!(read("value", "warm", &json!(20)), None);
        assert_eq!(read("value", "NaN", &json!(20)), None);
    }

    #[test]
    fn a_list_that_would_be_read_as_text_has_no_editor() {
        assert!(is_editable("series", &json!(["fuel"])) && is_editable("tags", &json!("fuel")));
        assert!(!is_editable("tags", &json!(["fuel"])) && !is_editable("series", &json!({"fuel": 1})));
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
