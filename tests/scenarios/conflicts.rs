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
fn a_conflict_keeps_all_three_values_until_its_author_decides() {
    let mut world = quarrel();
    let card = world.conflicts(ANN).remove(0);
    assert_eq!(card.before(), Some(&json!(3)));
    assert_eq!(card.mine(), Some(&json!(5)));
    assert_eq!(card.theirs.value, json!(8));
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
