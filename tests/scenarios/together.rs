//! Two tabs of one device in which undo, or redo, is pressed in the same moment: before either has read what the other has stored.

use serde_json::{Value, json};
use tideboard::{
    protocol::Intent,
    sync::{Command, CommandError, Notice},
};

use crate::{
    redo::wishes,
    world::{ANN, BO, World},
};

/// What each of two tabs has its storage do until both have turned an edit round and nothing is asked for any more: they take turns,
/// and `first` is always asked first.
fn store_in_turns(world: &mut World, first: usize, second: usize) {
    for _ in 0..8 {
        world.store_once(first);
        world.store_once(second);
    }
    world.release_the_storage(first);
    world.release_the_storage(second);
}

/// Presses the same keys in both tabs, neither of which hears of its storage before both were pressed.
fn press_in_both(world: &mut World, tabs: [usize; 2], keys: &[Command]) {
    for tab in tabs {
        world.hold_the_storage(tab);
    }
    for key in keys {
        for tab in tabs {
            world.command(tab, key.clone());
        }
    }
    store_in_turns(world, tabs[0], tabs[1]);
}

fn nothing_to(world: &mut World, tabs: [usize; 2]) -> Vec<CommandError> {
    tabs.into_iter().flat_map(|tab| world.refusals(tab)).collect()
}

#[test]
fn what_two_tabs_undo_in_the_same_moment_is_undone_once_and_redone_once() {
    for (name, wish, (widget, field), [before, after]) in wishes() {
        for second_is_first in [false, true] {
            let mut world = World::new();
            world.command(ANN, wish.clone());
            world.calm();
            let second = world.open_second_tab(ANN);
            let tabs = if second_is_first { [second, ANN] } else { [ANN, second] };
            world.count_frames();
            for _ in 0..2 {
                press_in_both(&mut world, tabs, &[Command::Undo]);
                world.calm();
                world.assert_everywhere(widget, field, before.clone());
                assert_eq!(nothing_to(&mut world, tabs), [CommandError::NothingToUndo], "{name}");
                press_in_both(&mut world, tabs, &[Command::Redo]);
                world.calm();
                world.assert_everywhere(widget, field, after.clone());
                assert_eq!(nothing_to(&mut world, tabs), [CommandError::NothingToRedo], "{name}");
            }
            for tab in [ANN, second] {
                assert_eq!(world.set_aside(tab), []);
                assert_eq!(world.conflicts(tab), []);
            }
            world.undo(second);
            world.calm();
            world.undo(ANN);
            world.calm();
            world.assert_everywhere(widget, field, before.clone());
            assert_eq!(world.refusals(ANN), [CommandError::NothingToUndo], "{name}");
        }
    }
}

#[test]
fn of_a_field_that_asks_nobody_is_asked_about_an_undo_of_their_own() {
    let mut world = World::new();
    world.set(ANN, "engine", "state", "down");
    world.calm();
    let second = world.open_second_tab(ANN);
    press_in_both(&mut world, [ANN, second], &[Command::Undo]);
    world.calm();
    world.assert_everywhere("engine", "state", "ok");
    assert_eq!(world.conflicts(ANN), []);
    assert_eq!(world.conflicts(second), []);
}

#[test]
fn keys_pressed_once_more_in_both_go_on_along_the_edits_each_of_which_is_turned_round_once() {
    let mut world = World::new();
    for amount in [1, 10, 100] {
        world.add(ANN, "crew", "count", amount);
        world.calm();
    }
    let second = world.open_second_tab(ANN);
    press_in_both(&mut world, [second, ANN], &[Command::Undo, Command::Undo]);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    press_in_both(&mut world, [ANN, second], &[Command::Redo, Command::Redo]);
    world.calm();
    world.assert_everywhere("crew", "count", 111);
    // What turns round what is given up is given up with it.
    world.refusals(ANN);
    world.refusals(second);
    press_in_both(&mut world, [ANN, second], &[Command::Undo, Command::Redo]);
    world.calm();
    world.assert_everywhere("crew", "count", 111);
    for tab in [ANN, second] {
        world.undo(tab);
        world.calm();
    }
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn what_was_applied_and_is_still_in_the_outbox_is_undone_once() {
    for both_know in [false, true] {
        for second_is_first in [false, true] {
            let mut world = World::new();
            let second = world.open_second_tab(ANN);
            if both_know {
                world.lead(second);
            }
            for tab in [ANN, second] {
                world.go_offline(tab);
            }
            world.add(ANN, "crew", "count", 4);
            world.calm();
            assert_eq!(world.pending(second).len(), 1, "it has read it");
            for tab in [ANN, second] {
                world.hold_the_storage(tab);
                world.come_online(tab);
            }
            world.wait(1_000);
            assert_eq!(world.server_has("crew", "count"), json!(4));
            world.undo(second);
            world.undo(ANN);
            let [first, then] = if second_is_first { [second, ANN] } else { [ANN, second] };
            store_in_turns(&mut world, first, then);
            world.calm();
            world.assert_everywhere("crew", "count", 0);
            world.redo(second);
            world.calm();
            world.assert_everywhere("crew", "count", 4);
        }
    }
}

#[test]
fn what_one_tab_takes_back_and_wants_again_while_another_settles_it_as_applied_is_there_once() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.hold_the_storage(ANN);
    world.lead(second);
    world.come_online(second);
    world.calm();
    assert_eq!(world.pending(second), [], "it has sent and settled it");
    world.undo(ANN);
    world.redo(ANN);
    world.release_the_storage(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 4);
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn what_was_taken_back_without_a_network_is_redone_once() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.undo(ANN);
    world.calm();
    press_in_both(&mut world, [second, ANN], &[Command::Redo]);
    world.calm();
    for tab in [ANN, second] {
        world.come_online(tab);
    }
    world.calm();
    world.assert_everywhere("crew", "count", 4);
}

#[test]
fn what_was_typed_over_an_undo_that_is_given_up_is_kept() {
    for (widget, field, values) in [
        ("log", "text", [json!("gale"), json!("calm sea")]),
        ("fuel", "value", [json!(5), json!(9)]),
    ] {
        let [undone, typed] = values;
        let mut world = World::new();
        world.set(ANN, widget, field, undone);
        world.calm();
        let second = world.open_second_tab(ANN);
        for tab in [second, ANN] {
            world.hold_the_storage(tab);
            world.undo(tab);
            // It has read, and made its undo.
            world.store_once(tab);
        }
        world.set(ANN, widget, field, typed.clone());
        store_in_turns(&mut world, second, ANN);
        world.calm();
        assert_eq!(world.refusals(ANN), [CommandError::NothingToUndo]);
        // A value that she typed over her own undo is asked about where another tab's came between: it is not lost.
        match &world.conflicts(ANN)[..] {
            [card] if field == "value" => assert_eq!(card.mine(), Some(&typed)),
            cards => {
                assert_eq!(cards, []);
                world.assert_everywhere(widget, field, typed);
            }
        }
        let turned = |notice: &Notice| matches!(notice, Notice::Turned { .. });
        assert!(world.news(second).iter().any(turned));
    }
}

#[test]
fn an_undo_whose_edit_another_tab_settles_meanwhile_is_stored_all_the_same() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.add(second, "crew", "count", 4);
    world.calm();
    world.lead(second);
    world.hold_the_storage(second);
    world.come_online(second);
    world.wait(1_000);
    assert_eq!(world.server_has("crew", "count"), json!(4));
    // The second one knows that it was applied, and reverses it; the first one settles it before that is stored.
    world.undo(second);
    world.come_online(ANN);
    world.wait(2_000);
    assert_eq!(world.shows(second, "crew", "count"), json!(0));
    world.release_the_storage(second);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
    assert_eq!(world.refusals(second), []);
    world.redo(second);
    world.calm();
    world.assert_everywhere("crew", "count", 4);
}

#[test]
fn while_somebody_else_writes_an_undo_of_two_tabs_asks_once() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    let second = world.open_second_tab(ANN);
    world.set(BO, "fuel", "value", 8);
    world.calm();
    press_in_both(&mut world, [ANN, second], &[Command::Undo]);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    let intent = Intent::Set {
        field: "value".parse().expect("a name"),
        value: json!(3),
    };
    assert_eq!((&cards[0].operation.intent, cards[0].is_undo), (&intent, true));
    assert_eq!(cards[0].theirs.value, Value::from(8));
}
