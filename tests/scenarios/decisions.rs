//! Decisions of conflicts that are undone, made anew and cut off in the middle: whatever happens then, the card is there, and
//! says whose value the other side is.

use serde_json::json;
use tideboard::sync::{Command, Conflict, Resolution, storage::StorageError};

use crate::{
    conflicts::{assert_asks_again, quarrel, unresolve},
    world::{ANN, BO, World},
};

/// The one card of a quarrel, which Ann has decided for her own value.
fn decided() -> (World, Conflict) {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    (world, conflict)
}

fn undo(conflict: &Conflict) -> Command {
    unresolve(conflict.clone(), Resolution::KeepMine)
}

#[test]
fn who_chooses_has_seen_both_whatever_is_on_its_way_from_another_tab() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.hold_the_storage(second);
    world.go_offline(second);
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.come_online(ANN);
    world.calm();
    let card = world.conflicts(ANN).remove(0);
    // Typed where nobody had heard of Bo's value yet.
    world.set(second, "fuel", "value", 9);
    world.wait(200);
    world.fill_the_servers_disk();
    world.release_the_storage(second);
    world.wait(200);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(9));
    world.resolve(ANN, card.id(), Resolution::KeepMine);
    world.free_the_servers_disk();
    world.come_online(second);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), [], "she saw the 9 when she chose");
}

#[test]
fn a_crash_right_after_a_decision_was_undone_leaves_the_card() {
    let (mut world, conflict) = decided();
    world.hold_the_storage(ANN);
    world.command(ANN, undo(&conflict));
    assert_asks_again(&world, ANN);
    world.store_once(ANN);
    world.reopen(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert_asks_again(&world, ANN);
}

/// Ann's decision has come to the server, and she has undone it before she heard of that.
fn undone_unheard() -> (World, Conflict) {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.go_deaf(ANN);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.go_offline(ANN);
    world.command(ANN, undo(&conflict));
    world.wait(200);
    (world, conflict)
}

#[test]
fn a_card_that_waits_again_names_who_wrote_the_other_side_after_a_reload() {
    let (mut world, _) = undone_unheard();
    world.hold_the_storage(ANN);
    world.come_online(ANN);
    world.wait(3_000);
    world.go_mute(ANN);
    world.release_the_storage(ANN);
    assert_eq!(world.server_has("fuel", "value"), json!(5), "the inverse is on its way");
    world.reopen(ANN);
    world.wait(200);
    assert_asks_again(&world, ANN);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert_asks_again(&world, ANN);
}

#[test]
fn a_card_names_the_other_side_where_another_tab_has_settled_the_decision_that_was_undone() {
    let mut world = quarrel();
    let second = world.open_second_tab(ANN);
    world.calm();
    let conflict = world.conflicts(second).remove(0);
    world.go_offline(ANN);
    world.go_offline(second);
    world.resolve(second, conflict.id(), Resolution::KeepMine);
    world.wait(200);
    world.hold_the_storage(second);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.command(second, undo(&conflict));
    world.release_the_storage(second);
    world.wait(200);
    assert_asks_again(&world, second);
    world.come_online(second);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    for tab in [ANN, second] {
        assert_asks_again(&world, tab);
    }
}

#[test]
fn a_decision_that_is_made_anew_has_seen_the_one_that_was_undone_before_anybody_knew_that_it_was_applied() {
    let (mut world, conflict) = undone_unheard();
    world.resolve(ANN, conflict.id(), Resolution::Edit(json!(6)));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    assert_eq!(world.conflicts(ANN), []);
}

/// Ann has kept hers, and the answer to that is here, and being written down.
fn answered_and_not_stored() -> (World, Conflict) {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.go_offline(ANN);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.wait(200);
    world.hold_the_storage(ANN);
    world.come_online(ANN);
    world.wait(3_000);
    (world, conflict)
}

#[test]
fn a_decision_that_is_undone_while_it_is_being_stored_asks_again_and_a_crash_leaves_nothing_half_done() {
    for crash in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
        let (mut world, conflict) = answered_and_not_stored();
        assert_eq!(world.server_has("fuel", "value"), json!(5));
        world.command(ANN, undo(&conflict));
        assert_asks_again(&world, ANN);
        if let Some(stored) = crash {
            for _ in 0..stored {
                world.store_once(ANN);
            }
            world.reopen(ANN);
        }
        world.release_the_storage(ANN);
        world.calm();
        if crash.is_some() && world.conflicts(ANN).is_empty() {
            world.assert_everywhere("fuel", "value", 5); // it was not undone yet
        } else {
            world.assert_everywhere("fuel", "value", 8);
            assert_asks_again(&world, ANN);
        }
    }
}

#[test]
fn what_a_broken_storage_has_refused_of_a_decision_is_not_called_stored() {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    assert!(world.is_stored(ANN));
    world.break_the_storage(ANN, StorageError::Full);
    world.resolve(ANN, conflict.id(), Resolution::KeepTheirs);
    world.wait(200);
    assert!(!world.is_stored(ANN), "the card is there after a reload");
    world.mend_the_storage(ANN);
    world.calm();
    assert!(world.is_stored(ANN));
    world.break_the_storage(ANN, StorageError::Full);
    world.command(ANN, unresolve(conflict, Resolution::KeepTheirs));
    world.wait(200);
    assert!(!world.is_stored(ANN), "the card is not there after a reload");
    world.mend_the_storage(ANN);
    world.calm();
    assert!(world.is_stored(ANN));
    world.reopen(ANN);
    world.calm();
    assert_asks_again(&world, ANN);
}

#[test]
fn a_card_whose_decision_was_undone_stays_when_its_author_types_on() {
    let (mut world, conflict) = undone_unheard();
    world.set(ANN, "fuel", "value", 9);
    world.wait(200);
    world.come_online(ANN);
    world.calm();
    let cards = world.conflicts(ANN);
    assert!(cards.iter().any(|card| card.id() == conflict.id()), "{cards:?}");
}

#[test]
fn a_card_whose_decision_was_undone_outlives_what_its_author_had_set_before_that() {
    for is_heard in [false, true] {
        let mut world = quarrel();
        let conflict = world.conflicts(ANN).remove(0);
        world.go_offline(ANN);
        world.resolve(ANN, conflict.id(), Resolution::KeepMine);
        world.set(ANN, "fuel", "value", 7);
        world.wait(200);
        if is_heard {
            world.hold_the_storage(ANN);
            world.come_online(ANN);
            world.wait(3_000);
        }
        world.command(ANN, undo(&conflict));
        world.release_the_storage(ANN);
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere("fuel", "value", 7);
        world.reopen(ANN);
        world.calm();
        let cards = world.conflicts(ANN);
        assert_eq!(cards.len(), 1, "{is_heard}");
        assert_eq!((cards[0].id(), cards[0].mine()), (conflict.id(), Some(&json!(5))));
        assert_eq!(cards[0].theirs.value, json!(7), "{is_heard}: what stands");
    }
}

#[test]
fn where_somebody_has_written_after_a_decision_that_is_undone_unheard_it_is_asked_once() {
    let (mut world, conflict) = undone_unheard();
    world.set(BO, "fuel", "value", 11);
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 11);
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!((cards[0].id(), &cards[0].theirs.value), (conflict.id(), &json!(11)));
}

#[test]
fn a_decision_that_is_undone_while_it_is_being_stored_and_made_anew_is_not_turned_round_as_well() {
    let (mut world, conflict) = answered_and_not_stored();
    world.command(ANN, undo(&conflict));
    world.resolve(ANN, conflict.id(), Resolution::Edit(json!(6)));
    world.release_the_storage(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    assert_eq!(world.conflicts(ANN), []);
}
