//! A field's own editor in a form.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::components::edit_line::edit_line;

use crate::stage::{Scene, has, has_not, render};

fn editor(field: &str, value: Value, bounds: [Option<f64>; 2]) -> Element {
    let (commit, cancel) = (use_callback(|_| ()), use_callback(|()| ()));
    edit_line("Another value", field, &value, bounds, commit, cancel)
}

fn paint(face: fn() -> Element) -> String {
    render(Scene::live(), face)
}

#[test]
fn a_number_has_a_box_for_numbers_within_its_own_bounds() {
    let page = paint(|| editor("value", json!(24), [Some(5.0), Some(30.0)]));
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
    has_not(&paint(|| editor("max", json!(30), [None; 2])), &["min=", "max="]);
}

#[test]
fn a_status_has_its_four_words() {
    let page = paint(|| editor("state", json!("busy"), [None; 2]));
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
    let page = paint(|| editor("done-1", json!(true), [None; 2]));
    assert_eq!(page.matches("type=\"radio\"").count(), 2, "{page}");
}

#[test]
fn a_text_has_a_line_and_a_long_one_a_box_that_keeps_its_lines() {
    let line = paint(|| editor("text", json!("gate 4"), [None; 2]));
    has(&line, &["type=\"text\"", "=\"gate 4\""]);
    // A text may be empty.
    has_not(&line, &["required=true", "<textarea"]);
    has(
        &paint(|| editor("text", json!("ropes\nfuel"), [None; 2])),
        &["<textarea"],
    );
}

#[test]
fn what_people_know_a_thing_by_can_not_be_left_empty() {
    let page = paint(|| editor("title", json!("Fuel"), [None; 2]));
    has(&page, &["required=true", "pattern=", "maxlength=\"80\""]);
}
