//! Somebody has the browser forget what it keeps for the page, and the page is open: what it knows is stored anew.

use serde_json::json;
use tideboard::sync::{Notice, Resolution, SetAsideReason};

use crate::{
    conflicts::quarrel,
    world::{ANN, BO, World, named},
};

/// How often a tab was told since this was asked last that its storage was cleared.
fn told(world: &mut World, tab: usize) -> usize {
    let news = world.news(tab).into_iter();
    news.filter(|notice| matches!(notice, Notice::Trouble { message } if message.contains("was cleared")))
        .count()
}

/// Ann has added one offline, which is stored; and then her storage is cleared.
fn cleared() -> World {
    let mut world = World::new();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 1);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    assert!(world.is_stored(ANN));
    world.clear_the_storage(ANN);
    world
}

#[test]
fn a_storage_that_was_cleared_under_a_page_is_filled_again() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.clear_the_storage(ANN);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(1));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    assert_eq!(world.pending(ANN), []);
}

#[test]
fn what_waited_in_it_waits_on_and_is_sent_once() {
    let mut world = cleared();
    world.wait(60_000);
    assert_eq!(told(&mut world, ANN), 1);
    assert_eq!(world.pending(ANN).len(), 2);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(2), "it is stored again");
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(5));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(told(&mut world, ANN), 0);
}

#[test]
fn an_edit_that_comes_before_it_is_noticed_does_not_go_first() {
    let mut world = cleared();
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn of_two_tabs_the_second_one_adds_what_only_it_has() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.hold_the_storage(ANN);
    world.add(second, "crew", "count", 2);
    world.wait(100);
    world.clear_the_storage(ANN);
    world.release_the_storage(ANN);
    world.calm();
    world.wait(60_000);
    for tab in [ANN, second] {
        assert_eq!(world.shows(tab, "crew", "count"), json!(3), "{tab}");
    }
    world.reopen(second);
    assert_eq!(world.shows(second, "crew", "count"), json!(3));
    for tab in [ANN, second] {
        world.come_online(tab);
    }
    world.calm();
    world.assert_everywhere("crew", "count", 3);
    for tab in [ANN, second] {
        assert_eq!(world.pending(tab), [], "{tab}");
    }
}

#[test]
fn what_the_first_tab_has_sent_meanwhile_is_not_added_twice() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert_eq!(world.waiting(second), 1);
    world.hold_the_storage(second);
    world.clear_the_storage(ANN);
    world.wait(60_000);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.waiting(ANN), 0, "sent and settled");
    world.release_the_storage(second);
    world.calm();
    world.come_online(second);
    world.wait(60_000);
    world.assert_everywhere("crew", "count", 1);
    assert_eq!(world.pending(second), []);
}

#[test]
fn a_tab_that_is_opened_into_the_empty_storage_takes_nothing_away() {
    let mut world = cleared();
    world.hold_the_storage(ANN);
    let second = world.open_second_tab(ANN);
    world.calm();
    world.add(second, "crew", "count", 2);
    world.set(second, "log", "text", "rough");
    world.calm();
    world.release_the_storage(ANN);
    world.wait(60_000);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 3);
    world.assert_everywhere("fuel", "value", 5);
    world.assert_everywhere("log", "text", "rough");
}

#[test]
fn a_card_stays_and_what_was_set_aside() {
    let mut world = quarrel();
    world.clear_the_storage(ANN);
    world.wait(60_000);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.reopen(ANN);
    world.calm();
    let card = world.conflicts(ANN).remove(0).id();
    world.resolve(ANN, card, Resolution::KeepMine);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);

    world.go_offline(ANN);
    world.press(ANN, "engine", "state", "down", 100);
    world.wait(60_000);
    assert_eq!(world.set_aside(ANN).len(), 1);
    world.clear_the_storage(ANN);
    world.add(ANN, "crew", "count", 1);
    world.wait(60_000);
    world.reopen(ANN);
    let aside = world.set_aside(ANN);
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].reason, SetAsideReason::NotSent);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    assert_eq!(world.conflicts(BO), []);
}

#[test]
fn what_an_older_version_has_stored_waits_on_too() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.forget_the_filling(ANN);
    world.reopen(ANN);
    world.calm();
    world.clear_the_storage(ANN);
    world.wait(60_000);
    assert_eq!(told(&mut world, ANN), 1);
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(1));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn it_may_be_cleared_again() {
    let mut world = cleared();
    world.wait(60_000);
    world.clear_the_storage(ANN);
    world.wait(60_000);
    assert_eq!(told(&mut world, ANN), 2);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    world.assert_everywhere("fuel", "value", 5);
}

#[test]
fn what_is_stored_anew_of_a_board_says_to_no_other_tab_that_a_backup_has_emptied_it() {
    let mut world = World::forgetful();
    let second = world.open_second_tab(ANN);
    world.set(ANN, "engine", "state", 7); // refused, and set aside: of this board something is to be stored anew
    world.calm();
    world.hold_the_storage(ANN);
    world.go_offline(second);
    world.set(second, "fuel", "value", 5);
    world.go_on_past_the_horizon(BO);
    world.set(ANN, "log", "text", "rough"); // made far above the horizon
    world.come_online(second); // the server may have forgotten what became of its edit, and this tab does not send
    world.calm();
    assert_eq!(world.waiting(second), 1);
    world.clear_the_storage(ANN);
    world.calm(); // it is stored anew
    world.release_the_storage(ANN);
    world.calm();
    world.assert_everywhere("log", "text", "rough");
    world.assert_everywhere("crew", "count", 10);
    for tab in [ANN, second] {
        let aside = world.set_aside(tab).into_iter().map(|aside| aside.operation.widget);
        assert_eq!(
            aside.collect::<Vec<_>>(),
            [named("engine"), named("fuel")],
            "made below the horizon"
        );
        assert_eq!(world.pending(tab), [], "{tab}");
    }
}
