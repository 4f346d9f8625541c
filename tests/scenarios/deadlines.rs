//! Now or never.

use serde_json::json;
use tideboard::{
    config::KEPT_LEN_MAX,
    sync::{Command, CommandError, Notice, SetAsideReason, storage::StorageError},
};

use crate::world::{ANN, BO, World};

#[test]
fn a_switch_that_is_pressed_in_time_takes_effect() {
    let mut world = World::new();
    world.press(ANN, "engine", "state", "busy", 2_000);
    world.calm();
    world.assert_everywhere("engine", "state", "busy");
}

#[test]
fn a_switch_that_is_pressed_where_nobody_hears_is_listed_as_not_sent() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.press(ANN, "engine", "state", "busy", 2_000);
    assert_eq!(world.shows(ANN, "engine", "state"), json!("ok"));
    assert_eq!(world.set_aside(ANN)[0].reason, SetAsideReason::NotSent);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "ok");
    assert_eq!(world.set_aside(ANN)[0].reason, SetAsideReason::NotSent);
}

#[test]
fn a_deadline_that_passes_unsent_is_listed_as_expired() {
    let mut world = World::new();
    world.go_mute(ANN);
    world.press(ANN, "engine", "state", "busy", 2_000);
    assert_eq!(world.shows(ANN, "engine", "state"), json!("busy"));
    world.go_offline(ANN);
    world.wait(3_000);
    assert_eq!(world.shows(ANN, "engine", "state"), json!("ok"));
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "ok");
    assert_eq!(world.set_aside(ANN)[0].reason, SetAsideReason::Expired);
}

#[test]
fn that_a_deadline_passed_unsent_is_told_as_a_failure_once() {
    let mut world = World::new();
    world.go_mute(ANN);
    world.press(ANN, "engine", "state", "busy", 2_000);
    let [id] = world.pending(ANN)[..] else {
        panic!("one edit waits")
    };
    world.go_offline(ANN);
    world.wait(3_000);
    world.news(ANN);
    world.come_online(ANN);
    world.calm();
    let of_it = |notice: &Notice| matches!(notice, Notice::Decided { id: told, .. } | Notice::SetAside { id: told, .. } if *told == id);
    let told: Vec<Notice> = world.news(ANN).into_iter().filter(of_it).collect();
    let reason = SetAsideReason::Expired;
    assert_eq!(told, [Notice::SetAside { id, reason }]);
}

#[test]
fn a_switch_that_was_heard_in_time_took_effect_even_if_its_author_learns_it_late() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.press(ANN, "engine", "state", "busy", 2_000);
    world.go_offline(ANN);
    world.wait(3_000);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("engine", "state", "busy");
    assert!(world.set_aside(ANN).is_empty());
}

#[test]
fn no_more_unsent_presses_are_listed_than_a_device_keeps() {
    let mut world = World::new();
    world.go_offline(ANN);
    for _ in 0..=KEPT_LEN_MAX {
        world.press(ANN, "engine", "state", "busy", 2_000);
    }
    assert_eq!(world.refusals(ANN), [CommandError::Undecided { len: KEPT_LEN_MAX }]);
    assert_eq!(world.set_aside(ANN).len(), KEPT_LEN_MAX);
    // There is a way out: each is sent again, or discarded.
    world.come_online(ANN);
    world.calm();
    let listed = world.set_aside(ANN);
    let [retried, discarded] = [&listed[0], &listed[1]].map(|aside| aside.operation.id);
    let value = Some(json!("down"));
    world.command(ANN, Command::Retry { id: retried, value });
    world.command(ANN, Command::Discard { id: discarded });
    world.calm();
    assert_eq!(world.refusals(ANN), []);
    world.assert_everywhere("engine", "state", "down");
    assert_eq!(world.set_aside(ANN).len(), KEPT_LEN_MAX - 2);
}

/// A switch of Ann's that was applied and undone before she heard of it, and the answer to come by a request.
fn undone_in_time() -> World {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.press(ANN, "engine", "state", "busy", 60_000);
    world.undo(ANN);
    world.block_sockets(ANN);
    world.come_online(ANN);
    world
}

#[test]
fn what_can_not_be_undone_in_time_is_listed_once_however_often_the_storage_refuses() {
    let mut world = undone_in_time();
    world.break_the_storage(ANN, StorageError::Full);
    world.wait(90_000);
    assert_eq!(world.set_aside(ANN).len(), 1);
    world.mend_the_storage(ANN);
    world.calm();
    assert!(world.pending(ANN).is_empty());
    assert_eq!(world.set_aside(ANN).len(), 1);
    assert_eq!(world.told(ANN).len(), 1);
}

#[test]
fn who_comes_next_is_not_told_what_can_not_be_undone_in_time() {
    let mut world = undone_in_time();
    world.hold_the_storage(ANN);
    world.wait(90_000);
    world.told(ANN); // while she is there
    world.sign_in(ANN, BO);
    world.unblock_sockets(ANN);
    world.calm();
    world.release_the_storage(ANN);
    world.calm();
    assert_eq!(world.told(ANN), []);
    assert!(world.set_aside(ANN).is_empty());
    world.sign_in(ANN, ANN);
    world.calm();
    assert_eq!(world.set_aside(ANN).len(), 1);
}
