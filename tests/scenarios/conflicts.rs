//! Two people, one value: the card, and what comes of it.

use serde_json::json;
use tideboard::sync::{Command, Resolution};

use crate::world::{ANN, BO, World};

/// Ann and Bo have set the fuel without having seen each other's value; Bo was first, and Ann has the card.
fn quarrel() -> World {
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
fn a_conflict_keeps_all_three_values_until_its_author_decides() {
    let mut world = quarrel();
    let card = world.conflicts(ANN).remove(0);
    assert_eq!(card.before(), Some(&json!(3)));
    assert_eq!(card.mine(), Some(&json!(5)));
    assert_eq!(card.theirs.value, json!(8));
    assert_eq!(card.made_at_ms, None, "nobody has said what time it was");
    let resolution = Resolution::KeepMine;
    world.command(
        ANN,
        Command::Resolve {
            id: card.id(),
            resolution,
        },
    );
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
    let resolution = Resolution::Edit(json!(6));
    world.command(ANN, Command::Resolve { id, resolution });
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
    assert_eq!(met, [json!(8), json!(8)], "both edits that stayed wait as cards");
}
