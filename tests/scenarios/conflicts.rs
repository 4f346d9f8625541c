//! Two people, one value: the card, and what comes of it.

use serde_json::json;
use tideboard::{
    protocol::Contention,
    sync::{Command, Conflict, Resolution},
};

use crate::world::{ANN, BO, World, deck, named};

/// Ann and Bo have set the fuel without having seen each other's value; Bo was first, and Ann has the card.
pub fn quarrel() -> World {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    world
}

#[test]
fn a_conflict_says_when_its_author_has_made_the_change_though_that_page_is_gone() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.look_at_the_clock(ANN, 77_000);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.reopen(ANN);
    world.look_at_the_clock(ANN, 99_000);
    world.add(ANN, "crew", "count", 1);
    world.set(BO, "fuel", "value", 8);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN).remove(0).made_at_ms, Some(77_000));
    world.reopen(ANN);
    world.calm();
    assert_eq!(
        world.conflicts(ANN).remove(0).made_at_ms,
        Some(77_000),
        "and it is stored"
    );
}

#[test]
fn an_edit_that_is_not_accepted_says_when_it_was_made_though_that_page_is_gone() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.look_at_the_clock(ANN, 77_000);
    world.set(ANN, "fuel", "value", "much");
    world.calm();
    world.reopen(ANN);
    world.look_at_the_clock(ANN, 99_000);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.set_aside(ANN).remove(0).made_at_ms, Some(77_000));
    world.reopen(ANN);
    world.calm();
    assert_eq!(
        world.set_aside(ANN).remove(0).made_at_ms,
        Some(77_000),
        "and it is stored"
    );
}

#[test]
fn a_conflict_keeps_all_three_values_until_its_author_decides() {
    let mut world = quarrel();
    let card = world.conflicts(ANN).remove(0);
    assert_eq!(card.before(), Some(&json!(3)));
    assert_eq!(card.mine(), Some(&json!(5)));
    assert_eq!(card.theirs.value, json!(8));
    assert_eq!(card.made_at_ms, None, "nobody has said what time it was");
    world.resolve(ANN, card.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert!(world.conflicts(ANN).is_empty());
}

#[test]
fn a_resolution_that_meets_a_third_value_makes_a_new_card() {
    let mut world = quarrel();
    let id = world.conflicts(ANN).remove(0).id();
    world.go_offline(ANN);
    world.set(BO, "fuel", "value", 11);
    world.calm();
    world.resolve(ANN, id, Resolution::Edit(json!(6)));
    assert!(world.conflicts(ANN).is_empty(), "its resolution is on its way");
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 11);
    let card = world.conflicts(ANN).remove(0);
    assert_eq!(card.mine(), Some(&json!(6)));
    assert_eq!(card.theirs.value, json!(11));
    assert_eq!(world.conflicts(ANN).len(), 1, "the first card is no more");
}

#[test]
fn who_builds_on_what_they_took_back_has_seen_no_more_than_that_was_built_on() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.set(BO, "fuel", "value", 8);
    world.wait(200);
    // Bo's value has come to the second tab, under the first one's, which covers it.
    assert_eq!(world.shows(second, "fuel", "value"), json!(5));
    world.set(second, "fuel", "value", 6);
    world.wait(200);
    let taken_back = *world.pending(second).last().expect("the second edit waits");
    world.set(second, "fuel", "value", 7);
    world.wait(200);
    world.command(second, Command::Withdraw { id: taken_back });
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    let met: Vec<_> = world
        .conflicts(ANN)
        .iter()
        .map(|card| card.theirs.value.clone())
        .collect();
    assert_eq!(met, [json!(8)], "what she wanted last, in whichever tab, waits");
    assert_eq!(world.conflicts(ANN)[0].mine(), Some(&json!(7)));
}

#[test]
fn what_was_added_to_a_widget_that_somebody_removed_comes_back_with_it() {
    let mut world = World::new();
    world.set(BO, "crew", "count", 4);
    world.calm();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 2);
    world.set(ANN, "fuel", "value", 5);
    for widget in ["crew", "fuel"] {
        let (board, widget) = (deck(), named(widget));
        world.command(BO, Command::Remove { board, widget });
    }
    world.calm();
    world.come_online(ANN);
    world.calm();
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 2);
    for card in cards {
        assert_eq!(card.contention, Contention::Removed);
        let by = card.theirs.writer.as_ref().map(|writer| writer.principal.as_str());
        assert_eq!(by, Some("bo"), "who removed it");
        let before = if card.operation.widget == named("crew") { 4 } else { 3 };
        assert_eq!(card.before(), Some(&json!(before)));
        world.resolve(ANN, card.id(), Resolution::KeepMine);
    }
    world.calm();
    world.assert_everywhere("crew", "count", 6);
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

pub fn unresolve(conflict: Conflict, resolution: Resolution) -> Command {
    let conflict = Box::new(conflict);
    Command::Unresolve { conflict, resolution }
}

#[test]
fn a_card_shows_what_stands_now_and_is_decided_on_that() {
    let mut world = quarrel();
    let id = world.conflicts(ANN).remove(0).id();
    world.set(BO, "fuel", "value", 11);
    world.calm();
    for is_reopened in [false, true] {
        if is_reopened {
            world.reopen(ANN);
            world.calm();
        }
        let card = world.conflicts(ANN).remove(0);
        assert_eq!((card.id(), &card.theirs.value), (id, &json!(11)), "{is_reopened}");
    }
    world.resolve(ANN, id, Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.conflicts(ANN), []);
}

/// The one card of a quarrel, as it was before it was decided.
#[track_caller]
pub fn assert_asks_again(world: &World, tab: usize) -> Conflict {
    let mut cards = world.conflicts(tab);
    assert_eq!(cards.len(), 1);
    let card = cards.remove(0);
    assert_eq!((card.before(), card.mine()), (Some(&json!(3)), Some(&json!(5))));
    assert_eq!((&card.theirs.value, card.is_undo), (&json!(8), false));
    let by = card.theirs.writer.as_ref().map(|writer| writer.principal.as_str());
    assert_eq!(by, Some("bo"), "it is still his value");
    card
}

#[test]
fn undoing_a_decision_asks_again_on_what_stood_before_it() {
    for (resolution, decided) in [
        (Resolution::KeepMine, 5),
        (Resolution::Edit(json!(6)), 6),
        (Resolution::KeepTheirs, 8),
    ] {
        let mut world = quarrel();
        let conflict = world.conflicts(ANN).remove(0);
        world.resolve(ANN, conflict.id(), resolution.clone());
        world.calm();
        world.assert_everywhere("fuel", "value", decided);
        world.command(ANN, unresolve(conflict, resolution));
        assert_asks_again(&world, ANN);
        world.calm();
        world.assert_everywhere("fuel", "value", 8);
        assert_asks_again(&world, ANN);
        world.reopen(ANN);
        world.calm();
        let card = assert_asks_again(&world, ANN);
        world.resolve(ANN, card.id(), Resolution::KeepMine);
        world.calm();
        world.assert_everywhere("fuel", "value", 5);
        assert_eq!(world.conflicts(ANN), []);
    }
}

#[test]
fn a_decision_that_was_undone_is_made_anew_before_anybody_hears_of_that() {
    for resolution in [Resolution::KeepMine, Resolution::KeepTheirs] {
        let mut world = quarrel();
        let conflict = world.conflicts(ANN).remove(0);
        let id = conflict.id();
        world.resolve(ANN, id, Resolution::KeepMine);
        world.calm();
        world.go_offline(ANN);
        world.command(ANN, unresolve(conflict, Resolution::KeepMine));
        assert_eq!(world.shows(ANN, "fuel", "value"), json!(8));
        assert_asks_again(&world, ANN);
        world.resolve(ANN, id, resolution.clone());
        assert_eq!(world.conflicts(ANN), []);
        world.come_online(ANN);
        world.calm();
        let value = if resolution == Resolution::KeepMine { 5 } else { 8 };
        world.assert_everywhere("fuel", "value", value);
        assert_eq!(world.conflicts(ANN), []);
    }
}

#[test]
fn a_decision_that_was_applied_after_all_when_it_was_undone_asks_again() {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.go_deaf(ANN);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.go_offline(ANN);
    world.command(ANN, unresolve(conflict, Resolution::KeepMine));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert_asks_again(&world, ANN);
}

#[test]
fn undoing_a_decision_asks_where_somebody_has_written_since() {
    for resolution in [Resolution::KeepMine, Resolution::KeepTheirs] {
        let mut world = quarrel();
        let conflict = world.conflicts(ANN).remove(0);
        world.resolve(ANN, conflict.id(), resolution.clone());
        world.calm();
        world.set(BO, "fuel", "value", 11);
        world.calm();
        world.command(ANN, unresolve(conflict, resolution));
        world.calm();
        world.assert_everywhere("fuel", "value", 11);
        let cards = world.conflicts(ANN);
        assert_eq!(cards.len(), 1);
        assert_eq!((cards[0].mine(), &cards[0].theirs.value), (Some(&json!(5)), &json!(11)));
    }
}

#[test]
fn a_decision_that_was_not_sent_yet_is_undone_before_anyone_sees_it() {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.go_offline(ANN);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    let resolution = Resolution::KeepMine;
    world.command(ANN, unresolve(conflict, resolution));
    assert_eq!(world.conflicts(ANN).len(), 1, "it waits for a decision again");
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert_eq!(world.conflicts(ANN).len(), 1);
}

#[test]
fn a_decision_that_another_tab_has_sent_is_undone_where_it_was_made() {
    let mut world = quarrel();
    let second = world.open_second_tab(ANN);
    world.calm();
    let conflict = world.conflicts(second).remove(0);
    world.resolve(second, conflict.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.command(second, unresolve(conflict, Resolution::KeepMine));
    world.calm();
    assert_eq!(world.refusals(second), []);
    world.assert_everywhere("fuel", "value", 8);
    for tab in [ANN, second] {
        assert_asks_again(&world, tab);
    }
}

#[test]
fn a_decision_over_nothing_is_undone_to_nothing() {
    let mut world = World::new();
    world.create(BO, "list", "checklist");
    world.set(BO, "list", "item-1", "rope");
    world.calm();
    world.go_offline(ANN);
    world.set(ANN, "list", "item-1", "long rope");
    world.set(BO, "list", "item-1", json!(null));
    world.calm();
    world.come_online(ANN);
    world.calm();
    let conflict = world.conflicts(ANN).remove(0);
    world.resolve(ANN, conflict.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("list", "item-1", "long rope");
    world.command(ANN, unresolve(conflict, Resolution::KeepMine));
    world.calm();
    world.assert_everywhere("list", "item-1", json!(null));
}

#[test]
fn two_edits_of_a_widget_that_somebody_removed_bring_it_back_once() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.set(ANN, "fuel", "title", "Diesel");
    let (board, widget) = (deck(), named("fuel"));
    world.command(BO, Command::Remove { board, widget });
    world.calm();
    world.come_online(ANN);
    world.calm();
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 2);
    world.go_offline(ANN);
    for card in cards {
        world.resolve(ANN, card.id(), Resolution::KeepMine);
    }
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.assert_everywhere("fuel", "title", "Diesel");
    assert_eq!(world.set_aside(ANN), []);
}

#[test]
fn what_one_person_has_put_away_is_not_asked_of_the_next() {
    let mut world = quarrel();
    let conflict = world.conflicts(ANN).remove(0);
    world.resolve(ANN, conflict.id(), Resolution::KeepTheirs);
    world.calm();
    world.sign_in(ANN, BO);
    world.calm();
    world.command(ANN, unresolve(conflict, Resolution::KeepTheirs));
    world.calm();
    assert_eq!(world.conflicts(ANN), []);
}
