//! Conflicts that were decided by their fields' policies: each choice, with its undo.

use dioxus::prelude::*;

use super::close_button::CloseButton;
use crate::{
    config::AUTO_RESOLVED_LEN_MAX,
    hooks::{Conflict, Resolution, use_realtime_updates},
    protocol::{BoardId, OperationId, Value, WidgetId},
};

/// What was chosen for a person.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub conflict: Conflict,
    pub resolution: Resolution,
}

/// Adds a choice to those that are shown; of one conflict the last, and of all the newest.
pub(super) fn note(choices: &mut Vec<Choice>, choice: Choice) {
    choices.retain(|other| other.conflict.id() != choice.conflict.id());
    choices.push(choice);
    let over = choices.len().saturating_sub(AUTO_RESOLVED_LEN_MAX);
    choices.drain(..over);
}

/// The choices, until they are put away.
#[component]
pub(super) fn AutoResolved(choices: Signal<Vec<Choice>>) -> Element {
    let mut choices = choices;
    rsx! {
        for choice in choices() {
            Line {
                key: "{choice.conflict.id()}",
                board: choice.conflict.operation.board.clone(),
                widget: choice.conflict.operation.widget.clone(),
                on_close: move |id: OperationId| choices.write().retain(|other| other.conflict.id() != id),
                choice,
            }
        }
    }
}

#[component]
fn Line(
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    choice: Choice,
    on_close: Callback<OperationId>,
) -> Element {
    let live = use_realtime_updates::<Value>((board, widget));
    let Choice { conflict, resolution } = choice;
    let id = conflict.id();
    let title = Some(live.text("title"))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| widget.read().to_string());
    let said = match resolution {
        Resolution::KeepTheirs => "Kept theirs",
        _ => "Kept yours",
    };
    let value = conflict.undone(&resolution).cloned();
    let Some(field) = conflict.operation.intent.field().cloned() else {
        return rsx! {};
    };
    rsx! {
        div { class: "banner", role: "status", "data-state": "resolved",
            p { class: "banner-text", "{title}, {field} · {said}" }
            if let Some(value) = value {
                button {
                    class: "button",
                    "data-shape": "small",
                    r#type: "button",
                    onclick: move |_| {
                        live.edit(field.as_str(), value.clone());
                        on_close(id);
                    },
                    "Undo"
                }
            }
            CloseButton { on_close: move |()| on_close(id) }
        }
    }
}
