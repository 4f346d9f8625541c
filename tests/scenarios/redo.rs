//! Redo, and undo across a reload: what was undone is wanted again, as a new wish on what stands now; until there is a new edit.

use serde_json::{Value, json};
use tideboard::{
    protocol::FieldName,
    sorted::SortedMap,
    sync::{Command, CommandError, Notice, Resolution},
};

use crate::{
    conflicts::quarrel,
    world::{ANN, BO, World, deck, named},
};

/// What somebody may want, by its name; the widget and the field that show it; and its value before and after.
pub type Wish = (&'static str, Command, (&'static str, &'static str), [Value; 2]);

pub fn wishes() -> Vec<Wish> {
    let (board, field) = (deck(), |name: &str| name.parse::<FieldName>().expect("a name"));
    let set = Command::Set {
        board: board.clone(),
        widget: named("fuel"),
        field: field("value"),
        value: json!(5),
    };
    let add = Command::Add {
        board: board.clone(),
        widget: named("crew"),
        field: field("count"),
        amount: 4,
    };
    let create = Command::Create {
        board: board.clone(),
        widget: named("tank"),
        kind: "counter".parse().expect("a name"),
        fields: SortedMap::from([(field("count"), json!(7))]),
    };
    let remove = Command::Remove {
        board,
        widget: named("fuel"),
    };
    let (fuel, none) = (("fuel", "value"), Value::Null);
    vec![
        ("set", set, fuel, [json!(3), json!(5)]),
        ("add", add, ("crew", "count"), [json!(0), json!(4)]),
        ("create", create, ("tank", "count"), [none.clone(), json!(7)]),
        ("remove", remove, fuel, [json!(3), none]),
    ]
}

#[test]
fn every_wish_can_be_undone_and_redone_as_often_as_one_likes() {
    for (name, wish, (widget, field), [before, after]) in wishes() {
        let mut world = World::new();
        world.command(ANN, wish);
        world.calm();
        for _ in 0..3 {
            world.undo(ANN);
            world.calm();
            world.assert_everywhere(widget, field, before.clone());
            world.redo(ANN);
            world.calm();
            world.assert_everywhere(widget, field, after.clone());
        }
        assert_eq!(world.refusals(ANN), [], "{name}");
        world.redo(ANN);
        assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo], "{name}");
    }
}

#[test]
fn without_a_network_nothing_is_different_and_the_last_word_is_sent() {
    for (name, wish, (widget, field), [before, after]) in wishes() {
        for reloads in [false, true] {
            let mut world = World::new();
            world.go_offline(ANN);
            world.command(ANN, wish.clone());
            for _ in 0..2 {
                world.undo(ANN);
                assert_eq!(world.shows(ANN, widget, field), before, "{name} undone");
                world.wait(200);
                if reloads {
                    world.reopen(ANN);
                    world.wait(200);
                }
                world.redo(ANN);
                assert_eq!(world.shows(ANN, widget, field), after, "{name} redone");
            }
            world.come_online(ANN);
            world.calm();
            world.assert_everywhere(widget, field, after.clone());
        }
    }
}

#[test]
fn what_was_undone_here_and_applied_before_is_redone_before_the_undo_is_sent() {
    for (_, wish, (widget, field), [before, after]) in wishes() {
        let mut world = World::new();
        world.command(ANN, wish);
        world.calm();
        world.go_offline(ANN);
        world.undo(ANN);
        world.wait(200);
        world.redo(ANN);
        world.wait(200);
        assert_eq!(world.shows(ANN, widget, field), after);
        world.undo(ANN);
        assert_eq!(world.shows(ANN, widget, field), before);
        world.redo(ANN);
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere(widget, field, after);
        assert_eq!(world.set_aside(ANN), []);
        assert_eq!(world.conflicts(ANN), []);
    }
}

#[test]
fn a_reload_between_any_two_presses_changes_nothing() {
    let mut world = World::new();
    for value in [4, 5, 6] {
        world.set(ANN, "fuel", "value", value);
        world.calm();
    }
    let mut press = |again: bool, expected: i64| {
        world.reopen(ANN);
        world.calm();
        if again {
            world.redo(ANN)
        } else {
            world.undo(ANN)
        }
        world.calm();
        world.assert_everywhere("fuel", "value", expected);
    };
    for (again, expected) in [
        (false, 5),
        (false, 4),
        (true, 5),
        (false, 4),
        (false, 3),
        (true, 4),
        (true, 5),
        (true, 6),
    ] {
        press(again, expected);
    }
    world.redo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
}

#[test]
fn what_was_undone_without_a_network_is_redone_in_its_order_after_the_server_has_heard_of_that() {
    let mut world = World::new();
    world.go_offline(ANN);
    for amount in [1, 10, 100] {
        world.add(ANN, "crew", "count", amount);
        world.wait(200);
    }
    for _ in 0..3 {
        world.undo(ANN);
    }
    world.redo(ANN);
    world.wait(200);
    world.undo(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
    world.reopen(ANN);
    world.calm();
    for expected in [1, 11, 111] {
        world.redo(ANN);
        world.calm();
        world.assert_everywhere("crew", "count", expected);
    }
    world.redo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
}

#[test]
fn a_new_edit_ends_what_could_be_redone_also_after_a_reload_and_after_it_was_undone_itself() {
    for offline in [false, true] {
        let mut world = World::new();
        if offline {
            world.go_offline(ANN);
        }
        world.set(ANN, "fuel", "value", 5);
        world.calm();
        world.undo(ANN);
        world.calm();
        world.add(ANN, "crew", "count", 4);
        world.calm();
        world.redo(ANN);
        assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
        world.undo(ANN);
        world.calm();
        world.reopen(ANN);
        world.calm();
        world.redo(ANN);
        world.redo(ANN);
        assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere("crew", "count", 4);
        world.assert_everywhere("fuel", "value", 3);
    }
}

#[test]
fn a_tab_goes_along_its_own_first_and_then_along_those_of_the_device() {
    let mut world = World::new();
    world.add(ANN, "crew", "count", 1);
    world.calm();
    let second = world.open_second_tab(ANN);
    world.add(second, "crew", "count", 10);
    world.calm();
    world.add(ANN, "crew", "count", 100);
    world.calm();
    let mut press = |tab: usize, again: bool, expected: i64| {
        if again {
            world.redo(tab)
        } else {
            world.undo(tab)
        }
        world.calm();
        world.assert_everywhere("crew", "count", expected);
    };
    press(second, false, 101);
    press(ANN, false, 1);
    press(second, true, 11);
    press(ANN, true, 111);
    press(second, false, 101);
    // Its own is used up: the newest of the other one.
    press(second, false, 1);
    press(ANN, false, 0);
    world.undo(ANN);
    world.undo(second);
    for tab in [ANN, second] {
        assert_eq!(world.refusals(tab), [CommandError::NothingToUndo]);
    }
}

#[test]
fn what_one_tab_has_undone_the_other_does_not_undo_again() {
    let mut world = World::new();
    world.add(ANN, "crew", "count", 1);
    world.add(ANN, "crew", "count", 10);
    world.calm();
    let second = world.open_second_tab(ANN);
    world.undo(second);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
    world.redo(second);
    world.calm();
    world.redo(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 11);
    for tab in [ANN, second] {
        world.redo(tab);
        assert_eq!(world.refusals(tab), [CommandError::NothingToRedo]);
    }
}

#[test]
fn where_somebody_has_written_since_a_redo_asks_and_overwrites_nothing() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.redo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[0].mine(), &cards[0].theirs.value), (Some(&json!(5)), &json!(8)));
    assert!(!cards[0].is_undo, "it is a value of hers");
    world.resolve(ANN, cards[0].id(), Resolution::KeepTheirs);
    world.add(BO, "crew", "count", 4);
    world.calm();
    world.undo(BO);
    world.add(ANN, "crew", "count", 1);
    world.redo(BO);
    world.calm();
    world.assert_everywhere("crew", "count", 5);
}

#[test]
fn a_value_that_an_undo_has_brought_back_and_that_somebody_else_had_given_is_not_written_over() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert_eq!(world.conflicts(ANN).len(), 1);
}

#[test]
fn what_was_to_be_now_or_never_is_not_redone() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    world.undo(ANN);
    world.press(ANN, "engine", "state", "busy", 2_000);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "ok");
    world.redo(ANN);
    world.calm();
    assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
    world.assert_everywhere("engine", "state", "ok");
    // Nor one that was taken back before it was sent.
    world.go_mute(ANN);
    world.press(ANN, "engine", "state", "down", 4_000);
    world.undo(ANN);
    world.redo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "ok");
}

#[test]
fn an_undone_edit_that_was_applied_after_all_is_redone_once() {
    for redo_first in [true, false] {
        let mut world = World::new();
        world.go_deaf(ANN);
        world.add(ANN, "crew", "count", 4);
        assert_eq!(world.server_has("crew", "count"), json!(4));
        world.go_offline(ANN);
        world.undo(ANN);
        world.wait(200);
        if redo_first {
            world.redo(ANN);
        }
        world.come_online(ANN);
        world.calm();
        if !redo_first {
            world.assert_everywhere("crew", "count", 0);
            world.redo(ANN);
            world.calm();
        }
        world.assert_everywhere("crew", "count", 4);
        world.reopen(ANN);
        world.calm();
        world.redo(ANN);
        assert_eq!(world.refusals(ANN), [CommandError::NothingToRedo]);
        world.undo(ANN);
        world.calm();
        world.assert_everywhere("crew", "count", 0);
    }
}

#[test]
fn what_is_undone_or_redone_while_it_is_being_stored_has_had_its_turn() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 4);
    world.wait(200);
    world.hold_the_storage(ANN);
    world.come_online(ANN);
    world.wait(3_000);
    assert_eq!(world.server_has("crew", "count"), json!(4));
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(0));
    world.release_the_storage(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
    world.undo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::NothingToUndo]);
    world.reopen(ANN);
    world.calm();
    world.undo(ANN);
    assert_eq!(world.refusals(ANN), [CommandError::NothingToUndo]);
    world.redo(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 4);
}

#[test]
fn a_decision_that_was_undone_is_redone_and_decides_the_card_that_waits() {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.go_offline(ANN);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(8));
    world.redo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(5));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn what_was_undone_and_redone_is_told_with_where_that_is() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.undo(ANN);
    world.redo(ANN);
    let turned = |notice: &Notice| match notice {
        Notice::Turned {
            widget, field, again, ..
        } => Some((widget.clone(), field.clone(), *again)),
        _ => None,
    };
    let told: Vec<_> = world.news(ANN).iter().filter_map(turned).collect();
    let of = |again| (named("fuel"), "value".parse().ok(), again);
    assert_eq!(told, [of(false), of(true)]);
}
