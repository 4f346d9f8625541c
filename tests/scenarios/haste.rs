//! "Try now": whatever this device's own timers say.

use serde_json::json;
use tideboard::sync::{Command, storage::StorageError};

use crate::world::{ANN, World};

#[test]
fn what_the_server_had_put_off_is_sent_now_when_a_person_asks() {
    let mut world = World::new();
    world.fill_the_servers_disk();
    world.add(ANN, "crew", "count", 1);
    world.wait(60_000);
    world.free_the_servers_disk();
    world.wait(300);
    assert_eq!(world.server_has("crew", "count"), json!(0));
    world.command(ANN, Command::SyncNow);
    world.wait(1);
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn what_could_not_be_stored_is_stored_now_when_a_person_asks() {
    let mut world = World::new();
    world.break_the_storage(ANN, StorageError::Full);
    world.add(ANN, "crew", "count", 1);
    world.wait(100);
    world.mend_the_storage(ANN);
    world.wait(100);
    assert_eq!(world.server_has("crew", "count"), json!(0));
    world.command(ANN, Command::SyncNow);
    world.wait(1);
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn where_only_requests_get_through_the_next_one_goes_now_when_a_person_asks() {
    let mut world = World::new();
    world.block_sockets(ANN);
    world.add(ANN, "crew", "count", 1);
    while world.server_has("crew", "count") == json!(0) {
        world.wait(100);
    }
    world.add(ANN, "crew", "count", 1);
    world.wait(1_000);
    assert_eq!(world.server_has("crew", "count"), json!(1));
    world.command(ANN, Command::SyncNow);
    world.wait(1);
    assert_eq!(world.server_has("crew", "count"), json!(2));
}
