//! What was chosen of conflicts; of those that were decided by their fields' policies, each choice with its undo.

use dioxus::prelude::*;

use super::{close_button::close_button, said::undo_decision};
use crate::{
    config::AUTO_RESOLVED_LEN_MAX,
    hooks::{Conflict, RealtimeManagers, Resolution},
    protocol::OperationId,
    state::BOARDS,
    words::{t, tn},
};

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    conflict: Conflict,
    /// How it was decided; `None` while that is only asked for.
    resolution: Option<Resolution>,
    /// What people call the widget; `None` where a person has chosen.
    title: Option<String>,
}

/// Adds what is asked for to the choices: of one conflict the last.
pub(super) fn add_choice(choices: &mut Vec<Choice>, conflict: Conflict, is_automatic: bool) {
    let id = conflict.id();
    choices.retain(|other| other.conflict.id() != id);
    choices.push(Choice {
        title: is_automatic.then(|| title(&conflict)),
        conflict,
        resolution: None,
    });
}

/// It is decided: what was chosen for a person is shown, of all the newest. Gives the conflict that a person has chosen in.
pub(super) fn settle(choices: &mut Vec<Choice>, id: OperationId, resolution: &Resolution) -> Option<Conflict> {
    let at = asked_for(choices, id)?;
    if choices[at].title.is_none() {
        return Some(choices.remove(at).conflict);
    }
    choices[at].resolution = Some(resolution.clone());
    let over = choices.len().saturating_sub(AUTO_RESOLVED_LEN_MAX);
    choices.drain(..over);
    None
}

/// It is not decided, and asked on. Whether a person has chosen.
pub(super) fn call_off(choices: &mut Vec<Choice>, id: OperationId) -> bool {
    asked_for(choices, id).is_some_and(|at| choices.remove(at).title.is_none())
}

/// Where what is only asked for of a conflict is among the choices.
fn asked_for(choices: &[Choice], id: OperationId) -> Option<usize> {
    let is_it = |choice: &Choice| choice.resolution.is_none() && choice.conflict.id() == id;
    choices.iter().position(is_it)
}

/// The widget's title, else its name. As it was then: a line is not written anew for it.
fn title(conflict: &Conflict) -> String {
    let operation = &conflict.operation;
    let boards = BOARDS.peek();
    let widget = boards
        .get(&operation.board)
        .and_then(|view| view.shown.widget(&operation.widget));
    let mut fields = widget.iter().flat_map(|widget| &widget.fields);
    let title = fields.find(|(name, _)| name.as_str() == "title");
    let title = title.and_then(|(_, field)| field.value.as_str());
    title
        .filter(|title| !title.is_empty())
        .unwrap_or(operation.widget.as_str())
        .to_owned()
}

/// The choices, until they are put away. One that came to nothing is shown no more: its conflict is its person's again.
pub(super) fn auto_resolved(managers: RealtimeManagers, mut choices: Signal<Vec<Choice>>) -> Element {
    let listed = managers.state.conflicts();
    let is_made = |choice: &Choice| listed.iter().all(|other| other.id() != choice.conflict.id());
    let made = choices().into_iter().filter(is_made);
    let made = made.filter_map(|choice| Some((choice.conflict, choice.resolution?, choice.title?)));
    let lines = made.map(|(conflict, resolution, title)| {
        let id = conflict.id();
        let mut put_away = move || choices.write().retain(|other| other.conflict.id() != id);
        let said = match resolution {
            Resolution::KeepTheirs => t("Kept theirs"),
            _ => t("Kept yours"),
        };
        let field = conflict.operation.intent.field().cloned();
        let undo = conflict.can_be_unresolved().then_some(move |_| {
            undo_decision(managers, conflict.clone(), resolution.clone());
            put_away();
        });
        rsx! {
            div { key: "{id}", class: "banner", role: "status", "data-state": "resolved",
                p { class: "banner-text", "{title}, " {field.map(|field| t(field.as_str()).to_owned())} " · {said}" }
                if let Some(undo) = undo {
                    button { class: "button", "data-shape": "small", r#type: "button", onclick: undo, {tn("Undo")} }
                }
                {close_button(move |_| put_away())}
            }
        }
    });
    rsx! { {lines} }
}
