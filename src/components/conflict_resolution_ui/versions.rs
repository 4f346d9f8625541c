//! The versions of a conflict side by side, as their card shows them, and what of them is put together.

use dioxus::prelude::*;

use crate::{
    components::{
        choices::field_text,
        difference::{both, difference},
        format::time_of_day,
        structure::{by_parts, list_of_both},
        this_device::by_line,
    },
    hooks::{Conflict, Now},
    protocol::{Intent, Value},
    words::{t, tn, with},
};

/// What a value may have in characters to be set in large type.
const LARGE_CHARS_MAX: usize = 48;

/// Of two versions of a text of several words, or of a list of texts: both, for a person to read over. What has no line to be edited
/// in, as an object has none, is not put together.
pub(super) fn proposal(conflict: &Conflict) -> Option<Value> {
    let (before, mine, theirs) = (conflict.before()?, conflict.mine()?, &conflict.theirs.value);
    if conflict.removal().is_some() {
        return None;
    }
    if let Some(list) = list_of_both(before, mine, theirs) {
        return Some(list);
    }
    let (before, mine, theirs) = (before.as_str()?, mine.as_str()?, theirs.as_str()?);
    mine.contains(' ').then(|| both(before, mine, theirs).into())
}

/// The three columns, with values as their card shows them.
pub(super) fn versions(conflict: &Conflict, field: &str, unit: &str, now: Option<Now>) -> Element {
    let text = |value: &Value| {
        let mut text = field_text(field, value);
        if !unit.is_empty() && value.is_number() {
            text += " ";
            text += unit;
        }
        text
    };
    let mine = match &conflict.operation.intent {
        Intent::Set { value, .. } => text(value),
        Intent::Add { amount, .. } => format!("{amount:+}"),
        _ => t("changed").to_owned(),
    };
    let removal = conflict.removal();
    let theirs = if removal.is_some() {
        t("Removed").to_owned()
    } else {
        text(&conflict.theirs.value)
    };
    let parts = conflict.mine().filter(|_| removal.is_none());
    let parts = parts.and_then(|mine| by_parts(mine, &conflict.theirs.value));
    let [mine, theirs] = match parts {
        Some(sides) => sides,
        None => [(&mine, &theirs), (&theirs, &mine)].map(|(text, other)| {
            let stretches = difference(text, other).into_iter();
            stretches
                .map(|(stretch, is_shared)| (stretch.to_owned(), is_shared))
                .collect()
        }),
    }
    .map(marked);
    let writer = removal.unwrap_or(&conflict.theirs).writer.as_ref();
    let made_at = match (conflict.made_at_ms, now) {
        (Some(at), Some(now)) => [", ", &time_of_day(now, at)].concat(),
        _ => String::new(),
    };
    let before = conflict.before().map_or_else(|| t("nothing").to_owned(), text);
    rsx! {
        div { class: "versions",
            div { class: "version", "data-side": "before",
                h4 { {tn("Before")} }
                p { class: "version-value", "data-long": before.chars().count() > LARGE_CHARS_MAX, "{before}" }
                p { class: "version-by", {tn("what you saw")} }
            }
            div { class: "version", "data-side": "mine",
                h4 { {tn(if conflict.is_undo { "Your undo" } else { "Mine" })} }
                {mine}
                p { class: "version-by", {tn("you, on this device")} {made_at} }
            }
            // Somebody may write on while it is looked at.
            div { class: "version", "data-side": "theirs", "aria-live": "polite",
                h4 { {tn("Theirs")} }
                {theirs}
                p { class: "version-by", {by_line(writer, now)} }
                if conflict.removed.is_some() {
                    p { class: "version-by",
                        {with("before that {},", &[&text(&conflict.theirs.value)])} " "
                        {by_line(conflict.theirs.writer.as_ref(), now)}
                    }
                }
            }
        }
    }
}

/// A value with what differs from the other one marked.
fn marked(stretches: Vec<(String, bool)>) -> Element {
    let chars: usize = stretches.iter().map(|(stretch, _)| stretch.chars().count()).sum();
    rsx! {
        p { class: "version-value", "data-long": chars > LARGE_CHARS_MAX,
            for (stretch, is_shared) in stretches {
                if is_shared {
                    "{stretch}"
                } else {
                    mark { "{stretch}" }
                }
            }
        }
    }
}
