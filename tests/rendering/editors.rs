//! A field's own editor in a form.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::components::edit_line::EditLine;

use crate::stage::{Scene, board, has, has_not, render, w};

fn setpoint() -> Scene {
    let fields = [("value", json!(18)), ("min", json!(5)), ("max", json!(30))];
    Scene::live().widget("setpoint", &fields)
}

fn editor(field: &str, value: Value) -> Element {
    rsx! {
        EditLine { label: "Another value", board: board(), widget: w(), field, value, on_commit: |_| (), on_cancel: |()| () }
    }
}

#[test]
fn a_number_has_a_box_for_numbers_within_its_own_bounds() {
    let page = render(setpoint(), || editor("value", json!(24)));
    has(
        &page,
        &[
            "Another value",
            "type=\"number\"",
            "min=5",
            "max=30",
            "required=true",
            ">Save<",
            ">Cancel<",
        ],
    );
    // Those are the value's bounds, and no other field's.
    has_not(&render(setpoint(), || editor("max", json!(30))), &["min=", "max="]);
}

#[test]
fn a_status_has_its_four_words() {
    let page = render(setpoint(), || editor("state", json!("busy")));
    has(
        &page,
        &["<legend", "Another value", ">OK<", ">Busy<", ">Look<", ">Down<"],
    );
    assert_eq!(page.matches("type=\"radio\"").count(), 4, "{page}");
    assert_eq!(page.matches("checked=true").count(), 1, "{page}");
    has_not(&page, &["type=\"text\""]);
}

#[test]
fn yes_and_no_are_a_choice() {
    let page = render(setpoint(), || editor("done-1", json!(true)));
    assert_eq!(page.matches("type=\"radio\"").count(), 2, "{page}");
}

#[test]
fn a_text_has_a_line_and_a_long_one_a_box_that_keeps_its_lines() {
    let line = render(setpoint(), || editor("text", json!("gate 4")));
    has(&line, &["type=\"text\"", "=\"gate 4\""]);
    // A text may be empty.
    has_not(&line, &["required=true", "<textarea"]);
    has(
        &render(setpoint(), || editor("text", json!("ropes\nfuel"))),
        &["<textarea"],
    );
}

#[test]
fn what_people_know_a_thing_by_can_not_be_left_empty() {
    let page = render(setpoint(), || editor("title", json!("Fuel")));
    has(&page, &["required=true", "pattern=", "maxlength=\"80\""]);
}
