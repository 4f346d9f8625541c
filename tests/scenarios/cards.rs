//! One field, one card: who goes on changing a field that others change too is asked once, about what they wanted last.

use serde_json::json;
use tideboard::{
    protocol::Value,
    sync::{Command, Notice, Resolution},
};

use crate::world::{ANN, BO, World, deck, named};

/// Ann and Bo drag the fuel at the same time, and let go at 29 and 69. What Ann does comes to the server after what Bo does.
fn dragged() -> World {
    let mut world = World::new();
    for step in 1..=9 {
        world.go_offline(ANN);
        world.set(ANN, "fuel", "value", 20 + step);
        world.set(BO, "fuel", "value", 60 + step);
        world.wait(120);
        world.come_online(ANN);
        world.wait(3_000);
    }
    world.assert_everywhere("fuel", "value", 69);
    world
}

#[test]
fn who_drags_what_another_drags_is_asked_once_about_where_they_let_go() {
    let world = dragged();
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!(
        (cards[0].before(), cards[0].mine()),
        (Some(&json!(3)), Some(&json!(29)))
    );
    assert_eq!(cards[0].theirs.value, json!(69));
    assert_eq!(world.conflicts(BO), []);
}

#[test]
fn a_card_that_was_joined_outlives_a_reload_and_is_decided_as_one() {
    for (resolution, decided) in [(Resolution::KeepMine, 29), (Resolution::KeepTheirs, 69)] {
        let mut world = dragged();
        let card = world.conflicts(ANN).remove(0);
        world.reopen(ANN);
        world.calm();
        assert_eq!(world.conflicts(ANN), std::slice::from_ref(&card));
        world.resolve(ANN, card.id(), resolution);
        world.calm();
        world.assert_everywhere("fuel", "value", decided);
        world.reopen(ANN);
        world.calm();
        assert_eq!(world.conflicts(ANN), []);
    }
}

#[test]
fn theirs_is_not_kept_over_a_value_that_came_onto_the_card_in_the_moment_of_the_choice() {
    let mut world = dragged();
    let card = world.conflicts(ANN).remove(0);
    assert_ne!(card.id(), card.operation.id);
    let resolve = |seen| Command::Resolve {
        id: card.id(),
        seen: Some(seen),
        resolution: Resolution::KeepTheirs,
    };
    world.news(ANN);
    world.command(ANN, resolve(card.id()));
    world.calm();
    assert_eq!(world.conflicts(ANN), std::slice::from_ref(&card));
    let told = world.news(ANN).into_iter();
    let told: Vec<_> = told
        .filter(|notice| matches!(notice, Notice::NotResolved { .. } | Notice::Resolved { .. }))
        .collect();
    assert_eq!(told, [Notice::NotResolved { id: card.id() }]);
    world.command(ANN, resolve(card.operation.id));
    world.calm();
    assert_eq!(world.conflicts(ANN), []);
}

/// Ann has met Bo's 8 with her 5, which is asked.
fn asked() -> World {
    let world = crate::conflicts::quarrel();
    assert_eq!(world.conflicts(ANN).len(), 1);
    world
}

#[test]
fn a_card_says_what_its_author_wanted_last_and_what_was_there_when_they_began() {
    let mut world = asked();
    let id = world.conflicts(ANN)[0].id();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 6);
    world.set(BO, "fuel", "value", 9);
    world.calm();
    world.come_online(ANN);
    world.calm();
    let cards = world.conflicts(ANN);
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0].id(), id, "the card that is open already");
    assert_eq!((cards[0].before(), cards[0].mine()), (Some(&json!(3)), Some(&json!(6))));
    assert_eq!(cards[0].theirs.value, json!(9));
}

#[test]
fn who_sets_a_value_on_what_they_were_asked_about_has_decided() {
    let mut world = asked();
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    assert_eq!(world.conflicts(ANN), []);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN), []);
}

/// What Ann is asked after she has decided so while a later value of hers was being stored on the same card.
fn asked_after(resolution: Resolution) -> [Vec<Option<Value>>; 2] {
    let mut world = asked();
    let id = world.conflicts(ANN)[0].id();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 6);
    world.set(BO, "fuel", "value", 9);
    world.calm();
    world.hold_the_storage(ANN);
    world.come_online(ANN);
    world.wait(3_000);
    world.resolve(ANN, id, resolution);
    world.release_the_storage(ANN);
    world.calm();
    let mine = |world: &World| world.conflicts(ANN).iter().map(|card| card.mine().cloned()).collect();
    let now = mine(&world);
    world.reopen(ANN);
    world.calm();
    [now, mine(&world)]
}

#[test]
fn what_was_put_on_a_card_while_that_was_put_away_is_asked_by_itself() {
    let six = || vec![Some(json!(6))];
    assert_eq!(asked_after(Resolution::KeepTheirs), [six(), six()]);
    // A value of her own is what she wants of the field.
    assert_eq!(asked_after(Resolution::KeepMine), [vec![], vec![]]);
}

#[test]
fn who_set_a_value_on_what_they_were_asked_about_has_decided_whoever_writes_then() {
    let mut world = asked();
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 6);
    world.wait(200);
    assert_eq!(world.server_has("fuel", "value"), json!(6));
    world.go_offline(ANN);
    world.set(BO, "fuel", "value", 9);
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 9);
    assert_eq!(
        world.conflicts(ANN),
        [],
        "5 she had given up herself, and Bo has seen 6"
    );
}

#[test]
fn a_card_is_joined_and_closed_by_what_is_set_after_a_reload_and_in_another_tab() {
    for is_reopened in [true, false] {
        let mut world = asked();
        let tab = if is_reopened {
            world.reopen(ANN);
            ANN
        } else {
            world.open_second_tab(ANN)
        };
        world.calm();
        world.go_offline(ANN);
        world.go_offline(tab);
        world.set(tab, "fuel", "value", 6);
        world.set(BO, "fuel", "value", 9);
        world.calm();
        world.come_online(ANN);
        world.come_online(tab);
        world.calm();
        let mine: Vec<_> = world.conflicts(tab).iter().map(|card| card.mine().cloned()).collect();
        assert_eq!(mine, [Some(json!(6))], "{is_reopened}");
        world.set(tab, "fuel", "value", 7);
        world.calm();
        world.assert_everywhere("fuel", "value", 7);
        assert_eq!(world.conflicts(tab), [], "{is_reopened}");
        assert_eq!(world.conflicts(ANN), [], "{is_reopened}");
    }
}

#[test]
fn what_decides_one_card_of_a_field_leaves_nothing_to_ask_on_another() {
    let mut world = asked();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    let (board, widget) = (deck(), named("fuel"));
    world.command(BO, Command::Remove { board, widget });
    world.calm();
    world.come_online(ANN);
    world.calm();
    let (board, widget) = (deck(), named("fuel"));
    world.command(BO, Command::Restore { board, widget });
    world.calm();
    // It met nothing but the removal, and is sent again by itself.
    world.assert_everywhere("fuel", "value", 6);
    assert_eq!(world.conflicts(ANN), []);
}

#[test]
fn what_was_written_in_words_is_asked_about_each_time() {
    let mut world = World::new();
    for (mine, theirs) in [("busy", "attention"), ("down", "ok")] {
        world.go_offline(ANN);
        world.set(ANN, "engine", "state", mine);
        world.set(BO, "engine", "state", theirs);
        world.calm();
        world.come_online(ANN);
        world.calm();
    }
    assert_eq!(world.conflicts(ANN).len(), 2);
}
