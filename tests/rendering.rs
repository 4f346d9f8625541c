//! Every component in every state it can be in, as it is rendered: the words, the roles, and the state in `data-state`.
#![cfg(feature = "server")]

#[path = "rendering/badge.rs"]
mod badge;
#[path = "rendering/card.rs"]
mod card;
#[path = "rendering/conflicts.rs"]
mod conflicts;
#[path = "rendering/dashboard.rs"]
mod dashboard;
#[path = "rendering/editors.rs"]
mod editors;
#[path = "rendering/german.rs"]
mod german;
#[path = "rendering/indicator.rs"]
mod indicator;
#[path = "rendering/kinds.rs"]
mod kinds;
#[path = "rendering/people.rs"]
mod people;
#[path = "rendering/stage.rs"]
mod stage;
#[path = "rendering/typed.rs"]
mod typed;
#[path = "rendering/widgets.rs"]
mod widgets;
