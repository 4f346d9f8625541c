//! Where no socket can be had: what goes by requests goes as it would by a socket.

use serde_json::json;
use tideboard::{
    config::FALLBACK_MS,
    sync::{Command, SetAsideReason},
};

use crate::world::{ANN, BO, World};

/// Until no socket is counted on any more, and requests have gone round.
const LONG_MS: u64 = 90_000;

/// Bo online, and both of Ann's tabs without a socket.
fn without_sockets() -> (World, usize) {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.block_sockets(ANN);
    world.block_sockets(second);
    world.wait(LONG_MS);
    (world, second)
}

#[test]
fn an_edit_of_a_tab_that_has_not_seen_the_newest_board_is_placed_and_sent() {
    let (mut world, second) = without_sockets();
    world.go_offline(second);
    world.set(BO, "engine", "state", "busy");
    world.wait(LONG_MS);
    assert_eq!(world.shows(ANN, "engine", "state"), json!("busy"));
    world.add(second, "crew", "count", 2);
    world.wait(LONG_MS);
    assert_eq!(world.server_has("crew", "count"), json!(2));
    assert_eq!(world.shows(ANN, "crew", "count"), json!(2));
    assert!(world.pending(ANN).is_empty());
}

#[test]
fn what_is_taken_back_while_nobody_answers_was_never_sent() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.wait(LONG_MS);
    world.add(ANN, "crew", "count", 2);
    world.wait(LONG_MS);
    let id = world.pending(ANN)[0];
    world.command(ANN, Command::Withdraw { id });
    assert!(
        world.is_gone(ANN, id),
        "it has not left the device, and nothing more is said of it"
    );
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn a_board_is_read_though_edits_wait_that_the_server_puts_off() {
    let (mut world, _) = without_sockets();
    world.set(BO, "engine", "state", "busy");
    world.calm();
    world.fill_the_servers_disk();
    world.add(ANN, "crew", "count", 2);
    world.wait(LONG_MS);
    assert_eq!(world.pending(ANN).len(), 1);
    assert_eq!(world.shows(ANN, "crew", "count"), json!(2));
    assert_eq!(world.shows(ANN, "engine", "state"), json!("busy"));
    world.free_the_servers_disk();
    world.wait(LONG_MS);
    assert_eq!(world.server_has("crew", "count"), json!(2));
}

#[test]
fn many_edits_go_one_request_after_the_other_and_not_one_in_each_round() {
    let (mut world, second) = without_sockets();
    world.go_offline(second);
    world.go_offline(ANN);
    for _ in 0..2_000 {
        world.add(ANN, "crew", "count", 1);
    }
    world.come_online(ANN);
    world.block_sockets(ANN);
    // Two rounds: a read finds that the server is the same, and then they are sent.
    world.wait(2 * FALLBACK_MS);
    assert_eq!(world.server_has("crew", "count"), json!(2_000));
}

#[test]
fn a_restored_backup_is_recovered_from() {
    let (mut world, _) = without_sockets();
    world.back_up_the_server();
    world.set(ANN, "fuel", "value", 5);
    world.wait(LONG_MS);
    assert_eq!(world.shows(BO, "fuel", "value"), json!(5));
    world.restore_the_servers_backup();
    world.add(ANN, "crew", "count", 2);
    world.wait(LONG_MS);
    assert_eq!(world.server_has("fuel", "value"), json!(3));
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(3));
    assert_eq!(world.server_has("crew", "count"), json!(2), "what waits goes on");
    let forgotten = world.set_aside(ANN).remove(0);
    assert_eq!(forgotten.reason, SetAsideReason::Forgotten);

    let id = forgotten.operation.id;
    world.command(ANN, Command::Retry { id, value: None });
    world.wait(LONG_MS);
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    assert_eq!(world.shows(BO, "fuel", "value"), json!(5));
    assert!(world.set_aside(ANN).is_empty() && world.pending(ANN).is_empty());
}

#[test]
fn an_edit_made_in_what_a_backup_has_wiped_out_is_moved_and_sent() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.block_sockets(ANN);
    world.wait(LONG_MS);
    world.back_up_the_server();
    world.go_offline(ANN);
    world.set(BO, "engine", "state", "busy");
    world.add(second, "crew", "count", 2);
    world.add(second, "crew", "count", 3);
    world.go_offline(second);
    world.reopen(second); // all that is left of it is its edits
    world.go_offline(BO);
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.wait(LONG_MS);
    assert_eq!(world.server_has("crew", "count"), json!(5));
    assert!(world.pending(ANN).is_empty());
}

#[test]
fn a_backup_from_before_a_board_was_made_leaves_its_maker_free_to_make_it_again() {
    let mut world = World::new();
    world.restore_the_servers_backup(); // an empty disk
    world.block_sockets(ANN);
    world.wait(LONG_MS);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(null));
    world.create(ANN, "board", "board");
    world.create(ANN, "fuel", "setpoint");
    world.set(ANN, "fuel", "value", 7);
    world.wait(LONG_MS);
    assert_eq!(world.server_has("fuel", "value"), json!(7));
    assert!(world.pending(ANN).is_empty());
}

#[test]
fn all_that_was_made_on_a_board_that_is_gone_is_moved_after_one_read() {
    let (mut world, second) = without_sockets();
    world.go_offline(second);
    world.hold_the_storage(ANN);
    for _ in 0..12 {
        world.add(second, "crew", "count", 2);
    }
    world.restore_the_servers_backup(); // an empty disk
    world.wait(LONG_MS);
    world.release_the_storage(ANN); // it knows that the board is gone, and nothing of what was made there
    world.wait(LONG_MS);
    assert!(world.pending(ANN).is_empty(), "all of it was refused");
    assert_eq!(world.set_aside(ANN).len(), 12);
}

#[test]
fn what_a_request_is_told_late_does_not_touch_the_connection_that_was_had_since() {
    let mut world = World::new();
    world.back_up_the_server();
    world.block_sockets(ANN);
    world.wait(LONG_MS);
    world.hold_the_answers(ANN);
    world.wait(LONG_MS); // it has asked for the board
    world.restore_the_servers_backup(); // what it is told is of a process that is no more
    world.unblock_sockets(ANN);
    world.calm();
    world.go_deaf(ANN);
    world.press(ANN, "engine", "state", "down", 60_000);
    assert_eq!(world.shows(ANN, "engine", "state"), json!("down"));
    world.release_the_answers(ANN);
    assert_eq!(
        world.shows(ANN, "engine", "state"),
        json!("down"),
        "its deadline is still to come"
    );
}
