//! Who else is at the board: in the header, in the list, and on the card that they have under their hands.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::{PeopleHere, WidgetRealtime},
    hooks::use_current_board_provider,
};

use crate::stage::{Scene, board, has, has_not, render, w};

fn here() -> Element {
    use_current_board_provider(use_signal(board).into());
    rsx! { PeopleHere {} }
}

fn card() -> Element {
    rsx! { WidgetRealtime { board: board(), widget_id: w() } }
}

fn fuel() -> Scene {
    Scene::live().widget("setpoint", &[("title", json!("Fuel")), ("value", json!(3))])
}

#[test]
fn without_a_connection_it_says_that_nobody_knows() {
    let page = render(fuel(), here);
    has(&page, &["data-state=\"alone\"", "aria-label=\"People\""]);
    has(&page, &["known with a live connection"]);
    has_not(&page, &["class=\"dots\""]);
}

#[test]
fn who_is_alone_is_told_so() {
    let page = render(fuel().people(&[], 0), here);
    has(
        &page,
        &[
            "data-state=\"alone\"",
            "aria-label=\"People\"",
            "Nobody else has this board open now.",
        ],
    );
}

#[test]
fn others_are_initials_with_their_names_and_a_list_of_what_they_have_under_their_hands() {
    let page = render(fuel().people(&[("Ann’s phone", Some("w")), ("Bridge", None)], 0), here);
    has(
        &page,
        &[
            "data-state=\"together\"",
            "aria-label=\"People: 2 others here\"",
            "title=\"Ann’s phone\" data-colour=2 data-initials=\"Ap\"",
            "data-initials=\"B\"",
            "data-count=2",
            ">Ann’s phone</span>",
            "<span class=\"person-at\">Fuel</span>",
            ">Bridge</span>",
        ],
    );
    has_not(&page, &["Nobody else", "role=\"status\"", "aria-live"]);
}

#[test]
fn of_many_all_are_counted() {
    let four = [("A", None), ("B", None), ("C", None), ("D", None)];
    let page = render(fuel().people(&four, 6), here);
    has(
        &page,
        &["aria-label=\"People: 10 others here\"", ">D</span>", "and 6 more"],
    );
}

#[test]
fn a_card_shows_who_has_it_under_their_hands_and_nobody_else() {
    let page = render(
        fuel().people(&[("Ann’s phone", Some("w")), ("Bridge", Some("other"))], 0),
        card,
    );
    has(&page, &["aria-label=\"Here\"", "data-initials=\"Ap\""]);
    has_not(&page, &["Bridge"]);
    has_not(
        &render(fuel().people(&[("Bridge", None)], 0), card),
        &["class=\"dots\""],
    );
}
