//! Edits on their way: each takes effect once, in the order in which they were made.

use serde_json::json;
use tideboard::sync::Command;

use crate::world::{ANN, BO, World, deck, named};

#[test]
fn an_edit_whose_answer_was_lost_takes_effect_once() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.add(ANN, "crew", "count", 1);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn an_edit_that_was_lost_on_its_way_is_sent_again() {
    let mut world = World::new();
    world.go_mute(ANN);
    world.add(ANN, "crew", "count", 1);
    world.add(BO, "crew", "count", 2);
    world.go_offline(ANN);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 3);
}

#[test]
fn the_value_a_slider_is_let_go_at_stands_over_the_one_it_passed() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.set(ANN, "fuel", "value", 6);
    world.press(ANN, "fuel", "value", 9, 2_000);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(9));
    world.calm();
    world.assert_everywhere("fuel", "value", 9);
}

#[test]
fn what_is_added_to_a_value_typed_a_moment_ago_is_not_lost() {
    let mut world = World::new();
    world.set(ANN, "crew", "count", 10);
    world.set(ANN, "crew", "count", 20);
    world.add(ANN, "crew", "count", 1);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(21));
    world.calm();
    world.assert_everywhere("crew", "count", 21);
}

#[test]
fn what_was_typed_just_before_a_widget_was_removed_is_there_when_it_is_back() {
    let mut world = World::new();
    world.set(ANN, "log", "text", "rain");
    world.set(ANN, "log", "text", "rain, then fog");
    let (board, widget) = (deck(), named("log"));
    world.command(ANN, Command::Remove { board, widget });
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("log", "text", "rain, then fog");
}
