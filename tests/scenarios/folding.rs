//! Edits of one field that nobody was sent are one edit.

use serde_json::json;
use tideboard::sync::{Notice, storage::StorageError};

use crate::world::{ANN, BO, World};

/// Ann drags the fuel from 5 on, for as long as it takes to make so many operations of it.
fn drag(world: &mut World, tab: usize, len: u64) {
    for step in 0..len {
        world.set(tab, "fuel", "value", 5 + step);
        world.wait(120);
    }
}

#[test]
fn a_value_dragged_without_a_network_is_one_edit_and_meets_one_conflict() {
    let mut world = World::new();
    world.go_offline(ANN);
    drag(&mut world, ANN, 18);
    assert_eq!(world.waiting(ANN), 1);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(22));
    world.set(BO, "fuel", "value", 80);
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(22));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 80);
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!(
        (cards[0].before(), cards[0].mine()),
        (Some(&json!(3)), Some(&json!(22)))
    );
    assert_eq!(world.pending(ANN), []);
}

#[test]
fn text_typed_in_many_moments_without_a_network_is_merged_whole() {
    let mut world = World::new();
    world.go_offline(ANN);
    for text in ["calm,", "calm, then", "calm, then fog"] {
        world.set(ANN, "log", "text", text);
        world.wait(200);
    }
    world.set(BO, "log", "text", "Very calm");
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("log", "text", "Very calm, then fog");
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("log", "text", "Very calm");
}

#[test]
fn an_edit_that_was_applied_unheard_is_the_ground_of_the_one_that_covers_it() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.go_offline(ANN);
    world.reopen(ANN);
    world.set(ANN, "fuel", "value", 6);
    world.wait(200);
    world.set(ANN, "fuel", "value", 7);
    world.wait(200);
    assert_eq!(world.waiting(ANN), 1);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 7);
    assert_eq!(world.conflicts(ANN), []);
    world.undo(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
}

#[test]
fn what_was_dragged_without_a_network_is_undone_as_one() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.wait(200);
    world.go_offline(ANN);
    world.reopen(ANN);
    drag(&mut world, ANN, 5);
    world.undo(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(3));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn an_edit_is_given_up_for_a_later_one_only_when_that_one_is_stored() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    world.break_the_storage(ANN, StorageError::Full);
    world.set(ANN, "fuel", "value", 6);
    world.wait(200);
    world.mend_the_storage(ANN);
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(5));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
}

#[test]
fn edits_of_two_fields_by_turns_are_two_edits() {
    let mut world = World::new();
    world.go_offline(ANN);
    for step in 0..4 {
        world.set(ANN, "fuel", "value", 5 + step);
        world.set(ANN, "fuel", "title", format!("Fuel {step}"));
        world.wait(200);
    }
    assert_eq!(world.waiting(ANN), 2);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    world.assert_everywhere("fuel", "title", "Fuel 3");
}

#[test]
fn an_edit_that_was_undone_before_it_was_stored_covers_nothing() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    world.set(ANN, "fuel", "value", 6);
    world.wait(20);
    world.set(ANN, "fuel", "value", 7);
    world.undo(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
}

#[test]
fn what_one_tab_undoes_is_undone_though_another_has_sent_what_it_covers() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(second);
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.go_offline(ANN);
    world.set(second, "fuel", "value", 6);
    world.wait(200);
    world.undo(second);
    world.wait(200);
    world.come_online(ANN);
    world.come_online(second);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
}

#[test]
fn what_comes_while_an_edit_is_not_made_yet_is_not_written_over_unseen() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.wait(40);
    world.assert_everywhere("fuel", "value", 5);
    world.set(ANN, "fuel", "value", 6);
    world.set(BO, "fuel", "value", 80);
    world.calm();
    world.assert_everywhere("fuel", "value", 80);
    let cards = world.conflicts(ANN);
    assert_eq!(
        cards
            .iter()
            .map(|card| (card.before(), card.mine()))
            .collect::<Vec<_>>(),
        [(Some(&json!(5)), Some(&json!(6)))]
    );
}

#[test]
fn what_an_edit_under_the_finger_was_refused_for_is_not_written_over_by_the_next_one() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 5);
    world.wait(40);
    world.set(ANN, "fuel", "value", 6);
    world.set(BO, "fuel", "value", 80);
    // Her edit is on its way, and what it meets is under it: she has not seen that when her finger moves on.
    let mut value = 6;
    while world.conflicts(ANN).is_empty() {
        value += 1;
        world.set(ANN, "fuel", "value", value);
        world.wait(1);
        assert!(value < 200, "what meets another value is asked about");
    }
    world.calm();
    world.assert_everywhere("fuel", "value", 80);
    let cards = world.conflicts(ANN);
    assert!(cards.iter().all(|card| card.theirs.value == json!(80)), "{cards:?}");
    assert_eq!(cards.last().and_then(|card| card.mine()), Some(&json!(value)));
}

#[test]
fn a_text_typed_on_while_its_beginning_is_merged_keeps_what_was_merged_into_it() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(BO, "log", "text", "Very calm");
    world.wait(200);
    world.set(ANN, "log", "text", "calm, fog");
    world.wait(60);
    assert_eq!(world.server_has("log", "text"), json!("Very calm, fog"));
    world.set(ANN, "log", "text", "calm, fog and rain");
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("log", "text", "Very calm, fog and rain");
}

#[test]
fn what_is_typed_on_after_a_text_that_is_asked_about_is_woven_into_nobodys() {
    for hears_of_it_first in [false, true] {
        let mut world = World::new();
        world.go_deaf(ANN);
        world.set(BO, "log", "text", "rough");
        world.wait(200);
        world.set(ANN, "log", "text", "windy");
        world.wait(60);
        if hears_of_it_first {
            world.go_offline(ANN);
        }
        world.set(ANN, "log", "text", "windy, fog");
        world.wait(200);
        world.go_offline(ANN);
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere("log", "text", "rough");
        let cards = world.conflicts(ANN);
        assert_eq!(
            cards
                .iter()
                .map(|card| (card.before().cloned(), card.mine().cloned()))
                .collect::<Vec<_>>(),
            ["windy", "windy, fog"].map(|mine| (Some(json!("calm")), Some(json!(mine))))
        );
    }
}

#[test]
fn a_drag_is_ten_edits_a_second_however_soon_they_are_confirmed() {
    let mut world = World::new();
    for step in 0..100 {
        world.set(ANN, "fuel", "value", 100 + step);
        world.wait(10);
    }
    world.calm();
    world.assert_everywhere("fuel", "value", 199);
    let is_edit = |notice: &&Notice| matches!(notice, Notice::Decided { .. });
    let made = world.news(ANN).iter().filter(is_edit).count();
    assert!((9..=11).contains(&made), "{made} edits");
}
