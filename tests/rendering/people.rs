//! Who else is at the board: in the header, in the list, and on the card that they have under their hands.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::{PeopleHere, WidgetRealtime, people_list},
    hooks::{use_current_board_provider, use_people},
};

use crate::stage::{Scene, board, has, has_not, render, w};

fn here() -> Element {
    use_current_board_provider(use_signal(board).into());
    rsx! { PeopleHere {} }
}

fn list() -> Element {
    use_current_board_provider(use_signal(board).into());
    let people = use_people();
    people_list(people.as_deref())
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
    has_not(&page, &["class=\"dots\"", "class=\"count\""]);
    has(&render(fuel(), list), &["known with a live connection"]);
}

#[test]
fn who_is_alone_is_told_so() {
    let scene = || fuel().people(&[], 0);
    has(
        &render(scene(), here),
        &["data-state=\"alone\"", "aria-label=\"People\""],
    );
    has(&render(scene(), list), &["Nobody else has this board open now."]);
}

#[test]
fn others_are_initials_with_their_names_and_a_list_of_what_they_have_under_their_hands() {
    let scene = || fuel().people(&[("Ann’s phone", Some("w")), ("Bridge", None)], 0);
    let page = render(scene(), here);
    has(
        &page,
        &[
            "data-state=\"together\"",
            "aria-label=\"People: 2 others here\"",
            "title=\"Ann’s phone\" data-colour=2 data-initials=\"Ap\"",
            "data-initials=\"B\"",
            ">2</span>",
        ],
    );
    has_not(&page, &["role=\"status\"", "aria-live"]);
    let page = render(scene(), list);
    has(
        &page,
        &[
            ">Ann’s phone</span>",
            "<span class=\"person-at\">Fuel</span>",
            ">Bridge</span>",
        ],
    );
    has_not(&page, &["Nobody else"]);
}

#[test]
fn of_many_all_are_counted() {
    let scene = || fuel().people(&[("A", None), ("B", None), ("C", None), ("D", None)], 6);
    let page = render(scene(), here);
    has(
        &page,
        &["aria-label=\"People: 10 others here\"", "data-many=true", ">C</span>"],
    );
    has(&render(scene(), list), &[">D</span>", "and 6 more"]);
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
