//! The words of a status: what they are called, how they look, and one chosen of them.

use dioxus::prelude::*;

use super::{format::value_text, word::Tone};
use crate::{
    board::{
        Run,
        kinds::{SPANS, STATUS_WORDS, WARNS},
    },
    hooks::focus,
    protocol::Value,
    words::t,
};

/// One of `words`, which is called `legend` by those who don't see it. In a form its value is that of the field `name`; no
/// other group on the page has that. `on_choose` hears of each choice.
pub fn choices(
    legend: &str,
    name: &str,
    words: &'static [&'static str],
    chosen: &str,
    takes_focus: bool,
    on_choose: Option<Callback<&'static str>>,
) -> Element {
    rsx! {
        fieldset { class: "choices",
            legend { class: "unseen", "{legend}" }
            for (word, is_chosen) in words.iter().map(|word| (*word, *word == chosen)) {
                label { key: "{word}", class: "choice", "data-tone": tone(word).token(), "data-state": if is_chosen { "chosen" } else { "other" },
                    input {
                        class: "unseen",
                        r#type: "radio",
                        name,
                        value: word,
                        checked: is_chosen,
                        onmounted: move |event| {
                            if is_chosen && takes_focus {
                                focus(&event.data());
                            }
                        },
                        onchange: move |_| {
                            if let Some(report) = on_choose {
                                report(word);
                            }
                        },
                    }
                    {label(word)}
                }
            }
        }
    }
}

/// The words that a field takes, as far as its name and its value tell; none where it takes any.
#[must_use]
pub fn words(field: &str, value: &Value) -> &'static [&'static str] {
    let is_status = || value.as_str().is_some_and(|word| STATUS_WORDS.contains(&word));
    match field {
        _ if value.is_boolean() => &["yes", "no"],
        "state" if is_status() => STATUS_WORDS,
        "span" | "warns" => {
            let words = if field == "span" { SPANS } else { WARNS };
            match value.as_str() {
                Some(word) if words.contains(&word) => words,
                None if value.is_null() => words,
                _ => &[],
            }
        }
        _ => &[],
    }
}

/// A field's value as its card says it; how a timer runs, as who has pressed its button does.
#[must_use]
pub fn field_text(field: &str, value: &Value) -> String {
    if field == "run"
        && let Some(run) = Run::read(value)
    {
        let word = match run {
            Run::Ends(_) | Run::Since(_) => t("started"),
            Run::Left(_) | Run::Spent(_) => t("paused"),
            Run::Reset => t("reset"),
        };
        return word.to_owned();
    }
    let text = value_text(value);
    if words(field, value).is_empty() {
        text
    } else {
        label(&text).to_owned()
    }
}

fn label(word: &str) -> &str {
    t(match word {
        "ok" => "OK",
        "busy" => "Busy",
        "attention" => "Look",
        "down" => "Down",
        other => other,
    })
}

fn tone(word: &str) -> Tone {
    match word {
        "ok" => Tone::Live,
        "busy" => Tone::Rest,
        "attention" => Tone::Wait,
        _ => Tone::Act,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_called_as_on_its_card() {
        assert_eq!(field_text("state", &json!("attention")), "Look");
        assert_eq!(field_text("text", &json!("attention")), "attention");
        assert_eq!(field_text("state", &json!("of the art")), "of the art");
        assert_eq!(field_text("done-1", &json!(true)), "yes");
    }

    #[test]
    fn a_timer_is_as_its_button_was_pressed() {
        let pressed = [json!({"ends": 5}), json!({"spent": 5}), json!(null)];
        assert_eq!(
            pressed.map(|value| field_text("run", &value)),
            ["started", "paused", "reset"]
        );
        assert_eq!(field_text("run", &json!({"to": "harbour"})), r#"{"to":"harbour"}"#);
    }
}
