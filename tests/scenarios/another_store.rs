//! Another server at the same address: what waits for the first one is not for it.

use serde_json::{Value, json};
use tideboard::{
    protocol::OperationId,
    sync::{Command, storage::StorageError},
};

use crate::{
    server::Server,
    world::{ANN, BO, World},
};

fn waits_for_the_first(world: &mut World) {
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.add(ANN, "crew", "count", 2);
    world.calm();
}

#[test]
fn what_waits_for_one_server_is_neither_sent_to_another_nor_shown_there_and_goes_once_it_is_back() {
    for without_sockets in [false, true] {
        let mut world = World::new();
        waits_for_the_first(&mut world);
        let first = world.meet_another_server();
        if without_sockets {
            world.block_sockets(ANN);
        }
        world.come_online(ANN);
        world.wait(120_000);
        assert_eq!(world.posted, 0);
        assert_eq!(world.server_has("fuel", "value"), Value::Null, "{without_sockets}");
        assert_eq!(world.server_has("crew", "count"), Value::Null, "{without_sockets}");
        if !without_sockets {
            assert_eq!(world.shows(ANN, "fuel", "value"), Value::Null);
            assert_eq!(world.waiting(ANN), 0);
        }
        world.meet(first);
        world.wait(120_000);
        world.unblock_sockets(ANN);
        world.calm();
        world.assert_everywhere("fuel", "value", 5);
        world.assert_everywhere("crew", "count", 2);
    }
}

#[test]
fn what_is_made_on_each_stays_with_each() {
    let mut world = World::new();
    waits_for_the_first(&mut world);
    let first = world.meet_another_server();
    world.come_online(ANN);
    world.calm();
    world.create(ANN, "board", "board");
    world.create(ANN, "crew", "counter");
    world.calm();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 7);
    world.calm();
    let second = world.meet(first);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    world.meet(second);
    world.calm();
    assert_eq!(world.server_has("crew", "count"), json!(7));
    assert_eq!(world.shows(BO, "crew", "count"), json!(7));
}

/// What is listed as of another server: which widgets it is about.
fn listed(world: &World, tab: usize) -> Vec<String> {
    let mut listed = Vec::new();
    world.engine(tab).list(&mut |one| {
        if one.state == "another-server" {
            listed.push(one.operation.widget.to_string());
        }
    });
    listed
}

#[test]
fn what_waits_for_the_server_before_is_listed_until_that_one_has_it() {
    let mut world = World::new();
    waits_for_the_first(&mut world);
    let first = world.meet_another_server();
    assert!(listed(&world, ANN).is_empty(), "they wait for the one that is known");
    world.come_online(ANN);
    world.calm();
    assert_eq!(listed(&world, ANN), ["fuel", "crew"]);
    assert!(world.engine(ANN).export().contains("another-server"));
    world.reopen(ANN);
    world.calm();
    assert_eq!(listed(&world, ANN), ["fuel", "crew"], "after a new start");

    world.create(ANN, "board", "board");
    world.create(ANN, "crew", "counter");
    world.calm();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 7);
    world.calm();
    let second = world.meet(first);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    assert_eq!(
        listed(&world, ANN),
        ["crew"],
        "what was made at the second one waits for that"
    );
    world.meet(second);
    world.calm();
    assert!(listed(&world, ANN).is_empty(), "nothing waits any more");
    assert_eq!(world.server_has("crew", "count"), json!(7));
}

#[test]
fn what_waits_for_the_server_before_is_its_authors_alone() {
    let mut world = World::new();
    waits_for_the_first(&mut world);
    world.meet_another_server();
    world.come_online(ANN);
    world.calm();
    world.sign_in(ANN, BO);
    world.calm();
    assert!(listed(&world, ANN).is_empty());
    world.sign_in(ANN, ANN);
    world.calm();
    // Who comes by way of somebody else is not known to be the same: two servers may call two people by one name.
    assert!(listed(&world, ANN).is_empty());
}

#[test]
fn what_waits_for_the_server_before_and_is_discarded_goes_nowhere_also_should_that_one_come_back() {
    let mut world = World::new();
    // One that came too late, one that met another, and two that were never sent.
    world.go_offline(ANN);
    world.press(ANN, "crew", "title", "night watch", 2_000);
    world.wait(10_000);
    world.set(ANN, "fuel", "value", 4);
    world.set(BO, "fuel", "value", 6);
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.conflicts(ANN).len(), 1);
    assert_eq!(world.engine(ANN).set_aside_list().count(), 1);
    waits_for_the_first(&mut world);
    let first = world.meet_another_server();
    world.come_online(ANN);
    world.calm();
    let mut ids: Vec<OperationId> = world.engine(ANN).elsewhere().map(|(waits, _)| waits.id).collect();
    assert_eq!(ids.len(), 4);
    let kept = ids.remove(1);
    for id in ids {
        world.command(ANN, Command::Discard { id });
    }
    world.calm();
    assert_eq!(elsewhere(&world, ANN), [kept]);
    world.reopen(ANN);
    world.calm();
    assert_eq!(elsewhere(&world, ANN), [kept], "after a new start");
    world.meet(first);
    world.calm();
    assert!(elsewhere(&world, ANN).is_empty());
    assert_eq!(world.waiting(ANN), 0);
    assert!(world.conflicts(ANN).is_empty() && world.set_aside(ANN).is_empty());
    world.assert_everywhere("fuel", "value", 6);
    world.assert_everywhere("crew", "count", 2);
}

/// Two edits that wait on Ann's device for the first server, while she works with the second; and the first one.
fn left_behind() -> (World, Server) {
    let mut world = World::new();
    waits_for_the_first(&mut world);
    let first = world.meet_another_server();
    world.come_online(ANN);
    world.calm();
    (world, first)
}

/// What waits on a tab's device for the server before.
fn elsewhere(world: &World, tab: usize) -> Vec<OperationId> {
    let waiting = world.engine(tab).elsewhere();
    waiting.map(|(waits, _)| waits.id).collect()
}

fn discard_all(world: &mut World, tab: usize) {
    for id in elsewhere(world, tab) {
        world.command(tab, Command::Discard { id });
    }
}

#[test]
fn what_the_server_before_had_applied_already_stands_though_it_was_discarded() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.add(ANN, "crew", "count", 2);
    let first = world.meet_another_server();
    world.come_online(ANN);
    world.calm();
    assert_eq!(elsewhere(&world, ANN).len(), 1);
    discard_all(&mut world, ANN);
    world.calm();
    world.meet(first);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
    assert_eq!(world.waiting(ANN), 0);
}

#[test]
fn what_was_discarded_while_the_storage_was_busy_is_not_sent_to_the_server_that_comes_back_meanwhile() {
    let (mut world, first) = left_behind();
    world.hold_the_storage(ANN);
    world.command(ANN, Command::SyncNow); // it reads, and is kept waiting
    discard_all(&mut world, ANN);
    world.meet(first);
    world.wait(1_000);
    world.release_the_storage(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("crew", "count", 0);
    assert_eq!(world.waiting(ANN), 0);
}

#[test]
fn what_was_discarded_is_not_sent_to_the_server_that_comes_back_though_that_could_not_be_stored() {
    let (mut world, first) = left_behind();
    world.hold_the_storage(ANN);
    world.command(ANN, Command::SyncNow);
    discard_all(&mut world, ANN);
    world.meet(first);
    world.wait(1_000);
    world.break_the_storage(ANN, StorageError::Broken);
    world.release_the_storage(ANN);
    world.wait(1_000);
    world.mend_the_storage(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("crew", "count", 0);
    assert_eq!(world.waiting(ANN), 0);
}

#[test]
fn what_was_discarded_while_it_was_read_once_more_is_listed_no_more() {
    let (mut world, _) = left_behind();
    let second = world.open_second_tab(ANN);
    world.calm();
    world.hold_the_storage(ANN);
    world.create(second, "board", "board");
    world.wait(500);
    discard_all(&mut world, ANN);
    world.release_the_storage(ANN);
    world.calm();
    assert!(elsewhere(&world, ANN).is_empty());
    assert!(elsewhere(&world, second).is_empty());
}

#[test]
fn what_can_not_be_discarded_is_listed_as_before() {
    let (mut world, _) = left_behind();
    let before = elsewhere(&world, ANN);
    world.break_the_storage(ANN, StorageError::Broken);
    discard_all(&mut world, ANN);
    world.wait(1_000);
    world.is_told(ANN, StorageError::Broken.says());
    let mut after = elsewhere(&world, ANN);
    after.sort_unstable();
    assert_eq!(after, before);
    world.mend_the_storage(ANN);
    discard_all(&mut world, ANN);
    world.calm();
    world.reopen(ANN);
    world.calm();
    assert!(elsewhere(&world, ANN).is_empty());
}

#[test]
fn what_one_tab_discards_no_other_one_lists() {
    let (mut world, _) = left_behind();
    let second = world.open_second_tab(ANN);
    world.calm();
    assert_eq!(elsewhere(&world, second).len(), 2);
    discard_all(&mut world, ANN);
    world.calm();
    assert!(elsewhere(&world, second).is_empty());
}
