//! Undo and restore: a new operation, never a rewrite; and a wish that is kept, however the answer comes.

use serde_json::json;
use tideboard::{
    protocol::Contention,
    sync::{Command, CommandError},
};

use crate::world::{ANN, BO, World, deck, named};

#[test]
fn undoing_an_edit_that_everyone_has_seen_sets_what_was_before() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn undoing_an_edit_made_offline_takes_it_back_before_anyone_sees_it() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(3));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn undoing_what_somebody_has_changed_since_asks_and_overwrites_nothing() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[0].mine(), &cards[0].theirs.value), (Some(&json!(3)), &json!(8)));
    assert_eq!(cards[0].contention, Contention::Ask);
}

#[test]
fn a_removed_widget_comes_back_as_it_was() {
    let mut world = World::new();
    let (board, widget) = (deck(), named("fuel"));
    world.command(ANN, Command::Remove { board, widget });
    world.calm();
    world.assert_everywhere("fuel", "value", json!(null));
    let (board, widget) = (deck(), named("fuel"));
    world.command(BO, Command::Restore { board, widget });
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn who_has_changed_nothing_has_nothing_to_undo() {
    let mut world = World::new();
    world.undo(BO);
    assert_eq!(world.refusals(BO), [CommandError::NothingToUndo]);
    world.assert_everywhere("fuel", "value", 3);
}
