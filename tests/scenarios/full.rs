//! A device without room: what it can have again goes first, and what it can't keep it does not take.

use serde_json::json;
use tideboard::{
    protocol::BoardId,
    sync::{Command, CommandError, Notice, storage::StorageError},
};

use crate::world::{ANN, BO, World};

/// Ann has looked at a board that Bo has made, with a long note on it, and looks at it no more.
fn world_with_another_board() -> (World, BoardId) {
    let mut world = World::new();
    let hold: BoardId = "hold".parse().expect("a name");
    for tab in [ANN, BO] {
        world.command(tab, Command::Watch { board: hold.clone() });
    }
    for (widget, kind, fields) in [
        ("board", "board", json!({"name": "Hold"})),
        ("list", "note", json!({"text": "rope ".repeat(500)})),
    ] {
        let create = Command::Create {
            board: hold.clone(),
            widget: widget.parse().expect("a name"),
            kind: kind.parse().expect("a name"),
            fields: serde_json::from_value(fields).expect("fields by their names"),
        };
        world.command(BO, create);
    }
    world.calm();
    world.command(ANN, Command::Unwatch { board: hold.clone() });
    assert!(world.is_kept(ANN, &hold));
    (world, hold)
}

/// An edit of the note on that board.
fn renamed(hold: &BoardId) -> Command {
    Command::Set {
        board: hold.clone(),
        widget: "list".parse().expect("a name"),
        field: "title".parse().expect("a name"),
        value: json!("Ropes"),
    }
}

#[test]
fn a_board_that_nobody_looks_at_makes_room_for_edits() {
    let (mut world, hold) = world_with_another_board();
    world.go_offline(ANN);
    world.fill_the_storage(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(1_000);
    assert!(!world.is_kept(ANN, &hold));
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(5), "it was saved");
    world.come_online(ANN);
    world.free_the_storage(ANN);
    world.command(ANN, Command::Watch { board: hold.clone() });
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert!(world.is_kept(ANN, &hold), "it comes back where somebody looks at it");
    assert_eq!(world.refusals(ANN), []);
}

#[test]
fn a_board_with_edits_on_it_makes_no_room() {
    let (mut world, hold) = world_with_another_board();
    world.go_offline(ANN);
    world.command(ANN, renamed(&hold));
    world.wait(1_000);
    world.fill_the_storage(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(1_000);
    assert!(world.is_kept(ANN, &hold));
}

#[test]
fn a_board_that_another_tab_has_edited_meanwhile_makes_no_room() {
    let (mut world, hold) = world_with_another_board();
    let second = world.open_second_tab(ANN);
    world.command(second, Command::Watch { board: hold.clone() });
    world.calm();
    world.hold_the_storage(second);
    world.command(ANN, renamed(&hold));
    world.calm();
    assert_eq!(
        world.waiting(ANN),
        0,
        "sent and settled, between two looks of the second one"
    );
    world.command(second, Command::Unwatch { board: hold.clone() });
    world.release_the_storage(second);
    world.go_offline(second);
    world.fill_the_storage(ANN);
    world.set(second, "fuel", "value", 5);
    world.wait(1_000);
    assert!(
        world.is_kept(ANN, &hold),
        "what was applied there may yet be forgotten by a server that goes back"
    );
}

#[test]
fn a_tab_beside_one_that_edits_makes_room_all_the_same() {
    let (mut world, hold) = world_with_another_board();
    let second = world.open_second_tab(ANN);
    world.hold_the_storage(second);
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.waiting(ANN), 0);
    world.release_the_storage(second);
    world.calm();
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.fill_the_storage(ANN);
    world.set(second, "fuel", "value", 5);
    world.wait(10_000);
    assert!(!world.is_kept(ANN, &hold));
}

#[test]
fn a_full_device_takes_no_more_edits_until_there_is_room() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.break_the_storage(ANN, StorageError::Full);
    world.add(ANN, "crew", "count", 1);
    world.wait(100);
    world.add(ANN, "crew", "count", 1);
    world.set(ANN, "fuel", "value", 5);
    world.wait(1_000);
    assert_eq!(
        world.refusals(ANN),
        [CommandError::DeviceFull, CommandError::DeviceFull]
    );
    assert_eq!(
        world.shows(ANN, "crew", "count"),
        json!(1),
        "the one that showed it waits"
    );
    world.mend_the_storage(ANN);
    world.calm();
    world.add(ANN, "crew", "count", 1);
    world.wait(100);
    assert_eq!(world.refusals(ANN), []);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn what_another_tab_has_let_go_is_stored_by_the_one_that_looks_at_it() {
    let (mut world, hold) = world_with_another_board();
    let second = world.open_second_tab(ANN);
    world.command(second, Command::Watch { board: hold.clone() });
    world.calm();
    world.fill_the_storage(ANN);
    world.add(ANN, "crew", "count", 1);
    world.wait(1_000);
    world.free_the_storage(ANN);
    world.calm();
    assert!(world.is_kept(ANN, &hold));
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn a_storage_that_takes_nothing_without_an_error_is_said_to_give_one() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.contradict(ANN);
    world.add(ANN, "crew", "count", 1);
    world.wait(120_000);
    assert_eq!(world.fault(ANN), Some(StorageError::Broken));
    let is_trouble = |notice: &Notice| matches!(notice, Notice::Trouble { .. });
    assert_eq!(world.news(ANN).into_iter().filter(is_trouble).count(), 1);
    assert_eq!(world.pending(ANN).len(), 1);
}
