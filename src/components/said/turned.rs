//! What an undo or a redo has come to.

use dioxus::prelude::*;

use super::say;
use crate::{
    components::choices::field_text,
    hooks::title_of,
    protocol::{BoardId, FieldName, Value, WidgetId},
    state::BOARDS,
    words::{t, with},
};

/// Says what an undo or a redo has come to, wherever its card is: whoever has pressed keys may look elsewhere.
pub fn say_turned(board: &BoardId, widget: &WidgetId, field: Option<&FieldName>, again: bool) {
    let boards = BOARDS.peek();
    let shown = boards.get(board).and_then(|view| view.shown.widget(widget));
    let title = title_of(board, widget);
    let named = |name: &str| {
        shown?
            .fields
            .get(&name.parse::<FieldName>().ok()?)
            .map(|field| &field.value)
    };
    let value = field.and_then(|field| named(field.as_str()).map(|value| (field.as_str(), value)));
    let what = match (shown, value) {
        (None, _) => t("on another board").to_owned(),
        (Some(widget), _) if widget.removed.is_some() => {
            let text = match (*board == BoardId::directory(), again) {
                (false, true) => "{} is off the board",
                (false, false) => "{} is off the board again",
                (true, true) => "{} is off the list of boards",
                (true, false) => "{} is off the list of boards again",
            };
            with(text, &[&title])
        }
        (Some(_), None) if field.is_none() => with("{} is back", &[&title]),
        // A long text is on its card; of the rest of what is set up the title is enough.
        (Some(_), Some((name @ ("value" | "count" | "state"), value))) => {
            let unit = named("unit").and_then(Value::as_str).unwrap_or_default();
            let space = if unit.is_empty() { "" } else { "\u{a0}" };
            let value = [&field_text(name, value), space, unit].concat();
            with(if again { "{} is {}" } else { "{} is {} again" }, &[&title, &value])
        }
        (Some(_), _) => title,
    };
    drop(boards);
    let text = if again { "Redone: {}" } else { "Undone: {}" };
    say(with(text, &[&what]), "turned", String::new(), None);
}
