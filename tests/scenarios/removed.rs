//! A conflict, and somebody who removes its widget: what waits meanwhile, and what comes of it when the widget is back.

use serde_json::json;
use tideboard::{
    protocol::Contention,
    sync::{Command, Conflict, Notice, Resolution},
};

use crate::{
    conflicts::quarrel,
    world::{ANN, BO, World, deck, named},
};

fn remove(world: &mut World, tab: usize, widget: &str) {
    let (board, widget) = (deck(), named(widget));
    world.command(tab, Command::Remove { board, widget });
    world.wait(200);
}

fn bring_back(world: &mut World, tab: usize, widget: &str) {
    let (board, widget) = (deck(), named(widget));
    world.command(tab, Command::Restore { board, widget });
    world.wait(200);
}

/// Ann has edited a widget that Bo has removed, and nobody has written anything there.
fn ghost(edit: impl Fn(&mut World)) -> World {
    let mut world = World::new();
    world.go_offline(ANN);
    edit(&mut world);
    world.wait(200);
    remove(&mut world, BO, "fuel");
    remove(&mut world, BO, "crew");
    world.come_online(ANN);
    world.calm();
    world
}

#[test]
fn what_met_nothing_but_a_removal_is_sent_again_when_its_widget_is_back() {
    for by in [ANN, BO] {
        let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
        let card = world.conflicts(ANN).remove(0);
        assert_eq!(card.contention, Contention::Removed);
        assert!(!world.news(ANN).is_empty());
        bring_back(&mut world, by, "fuel");
        world.calm();
        world.assert_everywhere("fuel", "value", 5);
        assert_eq!(world.conflicts(ANN), [], "there is nobody on the other side");
        let (id, resolution) = (card.id(), Resolution::KeepMine);
        let resolved = Notice::Resolved { id, resolution };
        let told = world.news(ANN).into_iter().filter(|notice| *notice == resolved);
        assert_eq!(told.count(), 1, "the card goes, and its page is told why");
        world.reopen(ANN);
        world.calm();
        assert_eq!(world.conflicts(ANN), []);
        world.assert_everywhere("fuel", "value", 5);
    }
}

#[test]
fn a_device_that_hears_of_it_later_sends_it_again_too() {
    let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
    world.go_offline(ANN);
    bring_back(&mut world, BO, "fuel");
    world.reopen(ANN);
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn of_two_tabs_that_both_send_one_sends_it_again() {
    let mut world = ghost(|world| world.add(ANN, "crew", "count", 2));
    let second = world.open_second_tab(ANN);
    world.lead(second);
    assert_eq!(world.conflicts(second).len(), 1);
    for tab in [ANN, second] {
        world.hold_the_storage(tab);
    }
    bring_back(&mut world, BO, "crew");
    for tab in [ANN, second] {
        world.release_the_storage(tab);
    }
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    for tab in [ANN, second] {
        assert_eq!(world.conflicts(tab), []);
    }
}

#[test]
fn who_brings_a_widget_back_while_their_edit_is_on_its_way_has_no_conflict_with_themselves() {
    for types_on in [false, true] {
        let mut world = World::new();
        world.go_mute(ANN);
        world.set(ANN, "fuel", "value", 5);
        world.wait(200);
        remove(&mut world, BO, "fuel");
        bring_back(&mut world, ANN, "fuel");
        if types_on {
            world.set(ANN, "fuel", "value", 6);
        }
        world.go_offline(ANN);
        world.come_online(ANN);
        for _ in 0..50 {
            world.wait(100);
            assert_eq!(world.conflicts(ANN), [], "not for a moment");
        }
        world.assert_everywhere("fuel", "value", if types_on { 6 } else { 5 });
    }
}

#[test]
fn who_types_on_after_bringing_it_back_keeps_what_they_typed_last() {
    let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
    world.go_mute(ANN);
    bring_back(&mut world, ANN, "fuel");
    world.set(ANN, "fuel", "value", 6);
    world.wait(200);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    assert_eq!(world.conflicts(ANN), [], "what was typed before is behind that");
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn several_edits_of_one_field_are_sent_again_in_their_order() {
    let mut world = ghost(|world| {
        // The second rests on the first, which may be on its way.
        for value in [5, 6] {
            world.set(ANN, "fuel", "value", value);
            world.wait(200);
            world.add(ANN, "crew", "count", 1);
        }
    });
    assert!(world.conflicts(ANN).len() > 2);
    bring_back(&mut world, BO, "fuel");
    bring_back(&mut world, BO, "crew");
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    world.assert_everywhere("crew", "count", 2);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn where_somebody_has_written_since_it_was_back_it_is_asked() {
    let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
    world.go_offline(ANN);
    bring_back(&mut world, BO, "fuel");
    world.set(BO, "fuel", "value", 9);
    world.wait(200);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 9);
    let card = world.conflicts(ANN).remove(0);
    assert_eq!((card.contention, &card.theirs.value), (Contention::Ask, &json!(9)));
    world.resolve(ANN, card.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
}

#[test]
fn what_was_wanted_at_once_or_never_is_not_sent_later_by_itself() {
    let mut world = World::new();
    world.go_deaf(ANN);
    remove(&mut world, BO, "fuel");
    world.press(ANN, "fuel", "value", 5, 60_000);
    world.wait(200);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN).remove(0).contention, Contention::Removed);
    bring_back(&mut world, BO, "fuel");
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    assert_eq!(world.conflicts(ANN).remove(0).theirs.value, json!(3));
}

#[test]
fn a_card_keeps_what_it_is_about_while_its_widget_is_removed() {
    let mut world = quarrel();
    let before = world.conflicts(ANN).remove(0);
    remove(&mut world, BO, "fuel");
    for is_reopened in [false, true] {
        if is_reopened {
            world.reopen(ANN);
            world.calm();
        }
        let card = world.conflicts(ANN).remove(0);
        let by = card.removal().and_then(|removal| removal.writer.as_ref());
        assert_eq!(by.map(|by| by.principal.as_str()), Some("bo"), "who removed it");
        assert_eq!(Conflict { removed: None, ..card }, before, "{is_reopened}");
    }
    bring_back(&mut world, BO, "fuel");
    assert_eq!(
        world.conflicts(ANN),
        std::slice::from_ref(&before),
        "the old card is there again"
    );
    world.resolve(ANN, before.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn a_card_whose_widget_is_back_with_another_value_shows_that() {
    let mut world = quarrel();
    world.go_offline(ANN);
    remove(&mut world, BO, "fuel");
    bring_back(&mut world, BO, "fuel");
    world.set(BO, "fuel", "value", 11);
    world.wait(200);
    remove(&mut world, BO, "fuel");
    world.come_online(ANN);
    world.calm();
    let card = world.conflicts(ANN).remove(0);
    assert_eq!((card.removal().is_some(), &card.theirs.value), (true, &json!(11)));
    world.resolve(ANN, card.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn who_was_second_is_still_second_when_the_widget_is_back() {
    let mut world = World::new();
    world.create(BO, "list", "checklist");
    world.calm();
    world.go_offline(ANN);
    world.set(ANN, "list", "taken-1", "ann");
    world.set(BO, "list", "taken-1", "bo");
    world.calm();
    world.come_online(ANN);
    world.calm();
    remove(&mut world, BO, "list");
    bring_back(&mut world, BO, "list");
    assert_eq!(world.conflicts(ANN).remove(0).contention, Contention::FirstWriteWins);
}

#[test]
fn what_is_sent_again_and_taken_back_or_refused_is_asked_and_not_sent_for_ever() {
    for is_undone in [true, false] {
        let mut world = World::new();
        world.set(BO, "fuel", "max", 100);
        world.calm();
        world.go_offline(ANN);
        world.set(ANN, "fuel", "value", 50);
        remove(&mut world, BO, "fuel");
        world.come_online(ANN);
        world.calm();
        let id = world.conflicts(ANN).remove(0).id();
        world.go_mute(ANN);
        bring_back(&mut world, BO, "fuel");
        let again = world.pending(ANN);
        assert_eq!(again.len(), 1, "it is on its way again");
        if is_undone {
            world.command(ANN, Command::Withdraw { id: again[0] });
        } else {
            world.set(BO, "fuel", "max", 20);
        }
        world.go_offline(ANN);
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere("fuel", "value", 3);
        let cards = world.conflicts(ANN);
        assert_eq!(cards.len(), 1);
        assert_eq!((cards[0].id(), &cards[0].theirs.value), (id, &json!(3)));
        assert_eq!(world.set_aside(ANN).len(), usize::from(!is_undone));
    }
}

#[test]
fn what_is_sent_again_in_one_tab_while_it_is_chosen_in_another_takes_effect_once() {
    let mut world = ghost(|world| world.add(ANN, "crew", "count", 2));
    let second = world.open_second_tab(ANN);
    let id = world.conflicts(second).remove(0).id();
    world.go_offline(second);
    world.hold_the_storage(ANN);
    bring_back(&mut world, BO, "crew");
    // There nobody knows yet that it is back.
    world.resolve(second, id, Resolution::KeepMine);
    world.wait(200);
    world.release_the_storage(ANN);
    world.come_online(second);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    for tab in [ANN, second] {
        assert_eq!(world.conflicts(tab), []);
    }
}

#[test]
fn what_its_author_removes_themselves_as_soon_as_it_is_back_stays_removed() {
    let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
    world.go_mute(ANN);
    world.hold_the_storage(ANN);
    bring_back(&mut world, BO, "fuel");
    remove(&mut world, ANN, "fuel");
    world.release_the_storage(ANN);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.shows(BO, "fuel", "value"), json!(null));
}

#[test]
fn a_card_that_waits_again_outlives_what_its_author_had_set_before_that_though_its_widget_is_back() {
    let mut world = ghost(|world| world.set(ANN, "fuel", "value", 5));
    let conflict = world.conflicts(ANN).remove(0);
    let resolution = Resolution::KeepTheirs;
    world.resolve(ANN, conflict.id(), resolution.clone());
    world.calm();
    bring_back(&mut world, BO, "fuel");
    world.calm();
    world.set(ANN, "fuel", "value", 9);
    let (id, conflict) = (conflict.id(), Box::new(conflict));
    world.command(ANN, Command::Unresolve { conflict, resolution });
    world.calm();
    world.assert_everywhere("fuel", "value", 9);
    let card = world.conflicts(ANN).remove(0);
    assert_eq!((card.id(), card.mine()), (id, Some(&json!(5))));
    assert_eq!(card.theirs.value, json!(9), "what stands");
}
