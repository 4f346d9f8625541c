//! Undo and restore: a new operation, never a rewrite; and a wish that is kept, however the answer comes.

use serde_json::json;
use tideboard::{
    config::KEPT_LEN_MAX,
    protocol::{Contention, Rejection},
    sync::{Command, CommandError, Resolution, SetAsideReason},
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
fn undoing_the_first_value_of_a_field_takes_it_away_again() {
    let mut world = World::new();
    world.create(ANN, "list", "checklist");
    for (widget, field, value) in [("fuel", "size", "wide"), ("list", "item-1", "rope")] {
        world.set(ANN, widget, field, value);
        world.calm();
        world.undo(ANN);
        world.calm();
        assert_eq!(world.refusals(ANN), []);
        world.assert_everywhere(widget, field, json!(null));
        world.redo(ANN);
        world.calm();
        world.assert_everywhere(widget, field, value);
    }
}

#[test]
fn a_field_that_is_never_without_a_value_keeps_its_first_one() {
    let mut world = World::new();
    world.set(ANN, "engine", "text", "warm");
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("engine", "text", "warm");
    let SetAsideReason::Rejected(Rejection::WrongType { expected }) = &world.set_aside(ANN)[0].reason else {
        panic!("its author is told")
    };
    assert_eq!(expected, "text");
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
    assert!(cards[0].is_undo, "nobody has typed what it would go back to");
    world.resolve(ANN, cards[0].id(), Resolution::KeepTheirs);
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.set(BO, "fuel", "value", 9);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN).len(), 1);
    assert!(!world.conflicts(ANN)[0].is_undo, "and this somebody has");
}

#[test]
fn an_undone_edit_that_was_applied_after_all_is_reversed_when_that_is_heard() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.go_offline(ANN);
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(3));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn an_undone_addition_that_was_applied_after_all_is_taken_off_once() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.add(ANN, "crew", "count", 4);
    world.go_offline(ANN);
    world.undo(ANN);
    world.add(BO, "crew", "count", 10);
    // The tab that was undone in is no more when the answer comes.
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 10);
    world.undo(BO);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn what_is_set_after_an_undo_stands_however_late_the_undone_edit_is_heard_of() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(ANN, "crew", "count", 5);
    world.wait(200);
    world.go_offline(ANN);
    world.undo(ANN);
    world.set(ANN, "crew", "count", 7);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 7);
}

#[test]
fn the_newest_edit_is_undone_even_while_it_is_only_shown() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.set(ANN, "fuel", "value", 5);
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(4));
    world.calm();
    world.assert_everywhere("fuel", "value", 4);
}

#[test]
fn an_edit_that_was_rolled_back_swallows_no_undo() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 1);
    let id = world.pending(ANN)[0];
    world.command(ANN, Command::Withdraw { id });
    world.undo(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn an_undo_for_which_there_is_no_room_is_not_used_up() {
    let mut world = World::new();
    world.add(ANN, "crew", "count", 1);
    world.add(ANN, "crew", "count", 2);
    world.calm();
    world.go_offline(ANN);
    for _ in 0..KEPT_LEN_MAX {
        world.press(ANN, "engine", "state", "busy", 2_000);
    }
    assert_eq!(world.refusals(ANN), []);
    world.undo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::Undecided { len: KEPT_LEN_MAX }]);
    let id = world.set_aside(ANN)[0].operation.id;
    world.command(ANN, Command::Discard { id });
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(1));
}

#[test]
fn a_switch_is_flipped_back_at_once_or_not_at_all() {
    let mut world = World::new();
    world.press(ANN, "engine", "state", "busy", 2_000);
    world.press(ANN, "fuel", "value", 4, 2_000);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("engine", "state", "busy");
    world.go_offline(ANN);
    world.undo(ANN);
    assert_eq!(world.set_aside(ANN)[0].reason, SetAsideReason::NotSent);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "busy");
}

#[test]
fn a_removal_taken_back_after_it_was_applied_is_reversed_when_that_is_heard() {
    let mut world = World::new();
    world.go_deaf(ANN);
    let (board, widget) = (deck(), named("fuel"));
    world.command(ANN, Command::Remove { board, widget });
    world.go_offline(ANN);
    let (board, widget) = (deck(), named("fuel"));
    world.command(ANN, Command::Restore { board, widget });
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(3));
    assert_eq!(world.server_has("fuel", "value"), json!(null));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
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
fn a_tab_whose_edits_another_one_sends_can_undo_them() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.set(second, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.undo(second);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    assert_eq!(world.refusals(second), []);
}

/// Ann has added four in her second tab; it was applied, and the first tab, which has sent it, has not heard so.
fn applied_unheard() -> (World, usize) {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_deaf(ANN);
    world.add(second, "crew", "count", 4);
    assert_eq!(world.server_has("crew", "count"), json!(4));
    (world, second)
}

#[test]
fn what_one_tab_undoes_the_tab_that_hears_of_it_reverses_once() {
    let (mut world, second) = applied_unheard();
    world.undo(second);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn what_one_tab_undoes_while_another_settles_it_is_reversed_once() {
    let (mut world, second) = applied_unheard();
    world.hold_the_storage(second);
    world.undo(second);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.server_has("crew", "count"), json!(4));
    world.release_the_storage(second);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn who_has_changed_nothing_has_nothing_to_undo() {
    let mut world = World::new();
    world.undo(BO);
    assert_eq!(world.refusals(BO), [CommandError::NothingToUndo]);
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn everybody_knows_who_removed_what_after_a_restart_and_after_a_patch_too() {
    let mut world = World::new();
    world.go_offline(ANN);
    let (board, widget) = (deck(), named("fuel"));
    let remove = Command::Remove {
        board: board.clone(),
        widget: widget.clone(),
    };
    world.command(BO, remove.clone());
    world.calm();
    assert_eq!(world.remover(BO, "fuel").as_deref(), Some("bo"));
    assert_eq!(world.remover(ANN, "fuel"), None);
    world.come_online(ANN);
    world.calm();
    world.reopen(ANN);
    assert_eq!(world.remover(ANN, "fuel").as_deref(), Some("bo"));
    // Who comes anew has it whole.
    world.sign_in(ANN, BO);
    world.calm();
    assert_eq!(world.remover(ANN, "fuel").as_deref(), Some("bo"));
    // A second removal is none; and what is back was removed by nobody.
    world.command(ANN, remove);
    world.calm();
    assert_eq!(world.remover(BO, "fuel").as_deref(), Some("bo"));
    world.command(BO, Command::Restore { board, widget });
    world.calm();
    assert_eq!(world.remover(ANN, "fuel"), None);
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn widgets_stand_as_they_were_made_what_waits_last_in_the_order_of_the_outbox() {
    let mut world = World::new();
    world.go_offline(ANN);
    for widget in ["tank", "anchor", "sail"] {
        world.create(ANN, widget, "counter");
    }
    for widget in ["pump", "bilge"] {
        world.create(BO, widget, "counter");
    }
    world.calm();
    let made = |world: &World, tab| world.as_made(tab).split_off(5);
    assert_eq!(made(&world, ANN), ["tank", "anchor", "sail"]);
    world.come_online(ANN);
    world.calm();
    for tab in [ANN, BO] {
        assert_eq!(made(&world, tab), ["pump", "bilge", "tank", "anchor", "sail"]);
    }
    // And what is made while others' are known comes after them.
    world.go_offline(BO);
    world.create(BO, "capstan", "counter");
    assert_eq!(world.as_made(BO).last().map(String::as_str), Some("capstan"));
}
