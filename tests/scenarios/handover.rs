//! One device, and one person after the other: what is somebody's stays theirs, and is neither lost nor seen by the next.

use serde_json::Value;
use tideboard::sync::{Command, CommandError, storage::StorageError};

use crate::world::{ANN, BO, World};

#[test]
fn what_was_typed_last_is_sent_when_its_author_is_back() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.set(ANN, "fuel", "value", 5); // held back: it comes a moment after the first
    world.sign_in(ANN, BO);
    world.command(ANN, Command::SyncNow);
    world.calm();
    world.assert_everywhere("fuel", "value", 4);
    world.sign_in(ANN, ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
}

#[test]
fn an_edit_that_found_the_disk_full_is_stored_once_there_is_room() {
    let mut world = World::new();
    world.break_the_storage(ANN, StorageError::Full);
    world.set(ANN, "fuel", "value", 4);
    world.sign_in(ANN, BO);
    world.calm();
    assert_eq!(world.shows(ANN, "fuel", "value"), Value::Null, "bo waits, too");
    world.mend_the_storage(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.sign_in(ANN, ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 4);
}

#[test]
fn an_edit_that_found_the_disk_written_to_by_others_time_and_again_is_stored_all_the_same() {
    let mut world = World::new();
    world.contradict(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.wait(300); // it is tried ever more seldom by now, and no fault yet
    world.sign_in(ANN, BO);
    world.mend_the_storage(ANN);
    world.calm();
    world.sign_in(ANN, ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 4);
}

#[test]
fn what_was_taken_back_is_not_sent_when_its_author_is_back() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.break_the_storage(ANN, StorageError::Full);
    world.undo(ANN);
    world.sign_in(ANN, BO);
    world.come_online(ANN);
    world.calm();
    world.mend_the_storage(ANN);
    world.calm();
    world.reopen(ANN);
    world.sign_in(ANN, ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn who_opens_the_page_next_neither_sees_nor_touches_what_the_last_one_left() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.sign_in(ANN, BO);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.shows(ANN, "fuel", "value"), Value::Null);
    world.set(ANN, "fuel", "value", 5);
    assert_eq!(world.refusals(ANN), [CommandError::UnknownWidget]);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.sign_in(ANN, ANN);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 4);
}
