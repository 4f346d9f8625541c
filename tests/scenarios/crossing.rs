//! What was made of something that is not there any more when it is handed over.

use serde_json::json;
use tideboard::sync::Resolution;

use crate::world::{ANN, BO, World};

#[test]
fn text_that_was_typed_over_anothers_at_the_same_place_is_asked_about_and_nothing_is_lost() {
    let mut world = World::new();
    world.set(BO, "log", "text", "rough");
    world.calm();
    world.assert_everywhere("log", "text", "rough");
    // She began when it said so, and has not looked up.
    world.set_on(ANN, "log", "text", "stormy", "calm");
    world.calm();
    world.assert_everywhere("log", "text", "rough");
    let card = world.conflicts(ANN).remove(0);
    assert_eq!(
        (card.before(), card.mine(), &card.theirs.value),
        (Some(&json!("calm")), Some(&json!("stormy")), &json!("rough"))
    );
    world.resolve(ANN, card.id(), Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("log", "text", "stormy");
    assert!(world.conflicts(ANN).is_empty());
}

#[test]
fn text_that_was_typed_beside_anothers_joins_it() {
    let mut world = World::new();
    world.set(BO, "log", "text", "calm, wind from the west");
    world.calm();
    world.set_on(ANN, "log", "text", "very calm", "calm");
    world.calm();
    world.assert_everywhere("log", "text", "very calm, wind from the west");
    assert!(world.conflicts(ANN).is_empty());
}

#[test]
fn who_goes_on_with_what_is_asked_about_goes_over_nothing_either() {
    let mut world = World::new();
    world.set(BO, "log", "text", "rough");
    world.calm();
    world.set_on(ANN, "log", "text", "stormy", "calm");
    world.calm();
    world.set_on(ANN, "log", "text", "stormy again", "stormy");
    world.calm();
    world.assert_everywhere("log", "text", "rough");
    let met = world.conflicts(ANN);
    let last = met.last().expect("it is asked about");
    assert_eq!(
        (last.before(), last.mine()),
        (Some(&json!("calm")), Some(&json!("stormy again")))
    );
}

#[test]
fn over_what_is_shown_or_under_ones_own_edit_nobody_is_asked() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set_on(ANN, "fuel", "value", 5, 3);
    // Her page shows the first one a moment later: the second was made of what is under it.
    world.set_on(ANN, "fuel", "value", 6, 3);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    assert!(world.conflicts(ANN).is_empty());
}

#[test]
fn what_came_meanwhile_and_is_the_same_asks_nothing() {
    let mut world = World::new();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.set_on(ANN, "fuel", "value", 8, 3);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    assert!(world.conflicts(ANN).is_empty());
}

#[test]
fn a_value_set_over_one_that_was_not_seen_is_asked_about_also_when_it_was_made_without_a_network() {
    let mut world = World::new();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.go_offline(ANN);
    world.set_on(ANN, "fuel", "value", 5, 3);
    world.calm();
    world.reopen(ANN);
    world.set(BO, "fuel", "value", 9);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 9);
    let card = world.conflicts(ANN).remove(0);
    assert_eq!((card.before(), card.mine()), (Some(&json!(3)), Some(&json!(5))));
}

#[test]
fn a_value_set_over_one_that_was_not_seen_is_asked_about_also_where_a_backup_brings_back_an_earlier_one() {
    let mut world = World::new();
    world.set(BO, "fuel", "value", 8);
    world.calm();
    world.back_up_the_server();
    world.set(BO, "fuel", "value", 9);
    world.calm();
    world.go_offline(ANN);
    world.set_on(ANN, "fuel", "value", 5, 3);
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
    let card = world.conflicts(ANN).remove(0);
    assert_eq!((card.before(), card.mine()), (Some(&json!(3)), Some(&json!(5))));
}
