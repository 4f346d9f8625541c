//! The conflict cards.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::{ConflictResolutionUI, SyncDetailsPanel},
    protocol::{Contention, Value},
};

use crate::stage::{Scene, first_paint, has, has_not, render};

fn conflicts() -> Element {
    rsx! { ConflictResolutionUI {} }
}

fn setpoint() -> Scene {
    Scene::live().widget(
        "setpoint",
        &[("title", json!("Target temperature")), ("value", json!(18))],
    )
}

#[test]
fn while_there_are_none_there_is_nothing() {
    has_not(&first_paint(conflicts), &["section", "conflict"]);
    has_not(&render(setpoint(), conflicts), &["section"]);
}

#[test]
fn a_conflict_shows_before_mine_and_theirs_with_names_and_times() {
    let page = render(
        setpoint().conflict("value", json!(24), json!(18), Contention::Ask),
        conflicts,
    );
    has(
        &page,
        &[
            "aria-label=\"Conflicts\"",
            "Target temperature",
            "<h4>Before</h4>",
            ">20<",
            "<h4>Mine</h4>",
            "<mark>24</mark>",
            "you, on this device, 14:00<",
            "<h4>Theirs</h4>",
            "<mark>18</mark>",
            "class=\"who\" data-colour=2",
            "Ben’s phone, 14:01",
        ],
    );
    // Whoever listens hears of what is written there meanwhile.
    has(&page, &["data-side=\"theirs\" aria-live=\"polite\""]);
}

#[test]
fn values_have_their_unit_as_on_their_card() {
    let scene = Scene::live().widget("setpoint", &[("value", json!(18)), ("unit", json!("°C"))]);
    let page = render(
        scene.conflict("value", json!(24), json!(18), Contention::Ask),
        conflicts,
    );
    has(&page, &[">20 °C<", "<mark>24</mark> °C", "<mark>18</mark> °C"]);
    // What is no number has none, nor has another field.
    let scene = Scene::live().widget("setpoint", &[("title", json!("Mess")), ("unit", json!("°C"))]);
    let removed = scene
        .conflict("title", json!("24"), json!("18"), Contention::Ask)
        .conflict("value", json!(24), json!(null), Contention::Removed);
    has_not(&render(removed, conflicts), &["<mark>18</mark> °C", "Removed °C"]);
}

#[test]
fn of_an_undo_it_is_not_said_that_somebody_typed_what_it_goes_back_to() {
    let mut scene = setpoint().conflict("value", json!(20), json!(18), Contention::Ask);
    scene.conflicts[0].is_undo = true;
    let page = render(scene, conflicts);
    has(&page, &["<h4>Your undo</h4>", "Undo all the same"]);
    has_not(&page, &["<h4>Mine</h4>", "Keep mine"]);
}

#[test]
fn what_arrives_is_a_line_that_opens() {
    let page = render(
        setpoint().conflict("value", json!(24), json!(18), Contention::Ask),
        conflicts,
    );
    has(
        &page,
        &[
            "popovertarget=\"conflicts\"",
            "<span class=\"conflicts-word\">2 versions · </span>Choose",
            "id=\"conflicts\" popover=\"auto\"",
            "1 field with two versions",
        ],
    );
}

#[test]
fn that_there_are_two_versions_is_said_once() {
    let scene = setpoint().conflict("value", json!(24), json!(18), Contention::Ask);
    let page = render(scene.clone(), conflicts);
    let (line, sheet) = page.split_once("id=\"conflicts\"").expect("there is a sheet");
    assert_eq!(line.matches("2 versions").count(), 1, "{line}");
    has(sheet, &["Choose which stands"]);
    has_not(sheet, &["2 versions"]);
    let details = render(scene, || rsx! { SyncDetailsPanel {} });
    has(&details, &["1 field to decide", ">Choose<"]);
    has_not(&details, &["2 versions"]);
}

#[test]
fn where_nobody_knows_when_mine_was_made_no_time_is_said() {
    let mut scene = setpoint().conflict("value", json!(24), json!(18), Contention::Ask);
    scene.conflicts[0].made_at_ms = None;
    has(
        &render(scene, conflicts),
        &["you, on this device<", "Ben’s phone, 14:01"],
    );
}

#[test]
fn a_conflict_offers_three_ways_and_their_keys() {
    let page = render(
        setpoint().conflict("value", json!(24), json!(18), Contention::Ask),
        conflicts,
    );
    has(
        &page,
        &[
            "Keep mine",
            "Keep theirs",
            ">Edit",
            ">1</kbd>",
            ">2</kbd>",
            ">E</kbd>",
            "Dismiss",
        ],
    );
}

#[test]
fn only_the_difference_is_marked() {
    let page = render(
        setpoint().conflict(
            "text",
            json!("gate 4 is open"),
            json!("gate 4 is closed"),
            Contention::Ask,
        ),
        conflicts,
    );
    has(&page, &["gate 4 is <mark>open</mark>", "gate 4 is <mark>closed</mark>"]);
}

#[test]
fn of_two_texts_all_that_differs_is_marked_and_nothing_between() {
    let page = render(
        setpoint().conflict(
            "text",
            json!("gate 4 is open and guarded"),
            json!("gate 5 is open and empty"),
            Contention::Ask,
        ),
        conflicts,
    );
    has(&page, &["gate <mark>4</mark> is open and <mark>guarded</mark>"]);
}

#[test]
fn the_record_itself_can_be_read() {
    let page = render(
        setpoint().conflict("value", json!(24), json!(18), Contention::Ask),
        conflicts,
    );
    has(&page, &["<details", "Details", "contention"]);
}

#[test]
fn several_are_counted_and_the_rest_waits_behind_a_button() {
    let scene = (0..5).fold(setpoint(), |scene, at| {
        scene.conflict("value", json!(at), json!(18), Contention::Ask)
    });
    let page = render(scene, conflicts);
    // However often it was set, it is one field.
    has(&page, &["1 field with two versions", "Show 2 more"]);
    // Those that are shown are of one widget: one rule decides them, and nothing unseen.
    has(
        &page,
        &["These 3 of ", "Keep mine, these of ", "Keep theirs, these of "],
    );
    assert_eq!(page.matches("class=\"quarrel\"").count(), 3);
}

#[test]
fn an_edit_of_something_removed_says_so_and_offers_to_bring_it_back() {
    let page = render(
        setpoint().conflict("value", json!(24), json!(null), Contention::Removed),
        conflicts,
    );
    has(&page, &["somebody removed it", "Bring it back, with mine", "Removed"]);
}

#[test]
fn what_somebody_removes_while_it_waits_says_by_whom_and_what_stood_there() {
    let mut scene = setpoint().conflict("value", json!(24), json!(18), Contention::Ask);
    let mut removal = scene.conflicts[0].theirs.clone();
    removal.writer.as_mut().expect("a writer").principal = "cy".parse().expect("a name");
    removal.writer.as_mut().expect("a writer").device = Some("Cy’s phone".to_owned());
    scene.conflicts[0].removed = Some(Box::new(removal));
    let page = render(scene, conflicts);
    has(&page, &["somebody removed it", "Bring it back, with mine", "Removed"]);
    has(&page, &["Cy’s phone", "before that 18", "Ben’s phone"]);
}

#[test]
fn who_was_first_is_told() {
    has(
        &render(
            setpoint().conflict("taken-1", json!("ada"), json!("ben"), Contention::FirstWriteWins),
            conflicts,
        ),
        &["somebody was first"],
    );
}

#[test]
fn the_words_of_a_status_are_called_as_on_its_card() {
    let page = render(
        Scene::live()
            .widget("status", &[("title", json!("Harbour")), ("state", json!("down"))])
            .conflict("state", json!("attention"), json!("down"), Contention::Ask),
        conflicts,
    );
    has(&page, &["<mark>Look</mark>", "<mark>Down</mark>"]);
}

#[test]
fn a_list_is_chosen_and_not_typed_anew() {
    let tags = setpoint().conflict("tags", json!(["a", "b"]), json!(["a"]), Contention::Ask);
    has_not(&render(tags, conflicts), &[">Edit"]);
    let series = setpoint().conflict("series", json!(["a", "b"]), json!(["a"]), Contention::Ask);
    has(&render(series, conflicts), &[">Edit"]);
}

/// A chart whose series two people have changed at once.
fn series(before: Value, mine: Value, theirs: Value) -> Scene {
    let mut scene = Scene::live()
        .widget("series", &[("title", json!("Tanks")), ("series", theirs.clone())])
        .conflict("series", mine, theirs, Contention::Ask);
    scene.conflicts[0].operation.base_value = Some(before);
    scene
}

#[test]
fn of_a_charts_series_those_that_differ_have_a_line_and_the_others_are_counted() {
    let scene = series(
        json!(["fuel", "oil"]),
        json!(["fuel", "oil", "depth", "wind"]),
        json!(["fuel", "oil", "heel"]),
    );
    let page = render(scene, conflicts);
    has(
        &page,
        &[
            ">fuel, oil</p>",
            "… 2 the same\n<mark>depth</mark>\n<mark>wind</mark></p>",
            "… 2 the same\n<mark>heel</mark></p>",
            ">Edit",
        ],
    );
    // Where one has only what the other has, too, nothing is marked.
    let page = render(series(json!([]), json!(["fuel"]), json!(["fuel", "oil"])), conflicts);
    has(&page, &[">empty</p>", ">… 1 the same</p>", "<mark>oil</mark>"]);
}

#[test]
fn of_a_list_against_none_and_of_a_removal_the_whole_is_shown() {
    let page = render(series(json!(["oil"]), json!(["fuel", "oil"]), json!([])), conflicts);
    has(&page, &["<mark>fuel, oil</mark>", "<mark>empty</mark>"]);
    let removed = Scene::live().widget("series", &[("title", json!("Tanks"))]);
    let removed = removed.conflict("series", json!(["fuel", "oil"]), json!(["fuel"]), Contention::Removed);
    has(
        &render(removed, conflicts),
        &["<mark>fuel, oil</mark>", "<mark>Removed</mark>"],
    );
}

#[test]
fn of_an_object_what_differs_has_its_path() {
    let scene = setpoint().conflict(
        "plan",
        json!({"legs": [{"to": "Elba", "knots": 5}], "crew": 4}),
        json!({"legs": [{"to": "Elba", "knots": 6}], "crew": 4}),
        Contention::Ask,
    );
    let page = render(scene, conflicts);
    has(
        &page,
        &[
            "1 the same",
            "<mark>legs › 1 › knots: 5</mark>",
            "<mark>legs › 1 › knots: 6</mark>",
        ],
    );
    has_not(&page, &["<mark>crew", "to: Elba", ">Edit"]);
}
