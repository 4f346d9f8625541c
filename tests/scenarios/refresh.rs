//! What is shown is compared with what the server has, now and then.

use tideboard::config::{REFRESH_EVERY_MS, REFRESH_SPREAD_MS};

use crate::world::{ANN, BO, World};

#[test]
fn what_a_disk_has_spoilt_is_mended_within_minutes_and_counted() {
    let mut world = World::new();
    world.spoil_the_disk(BO, "fuel", "value", 300);
    world.reopen(BO);
    world.calm();
    assert_eq!(
        world.shows(BO, "fuel", "value"),
        300,
        "at the server's own cursor nothing is sent"
    );
    world.wait(REFRESH_EVERY_MS + REFRESH_SPREAD_MS);
    world.assert_everywhere("fuel", "value", 3);
    assert_eq!((world.differences(BO), world.differences(ANN)), (1, 0));
    // And it is stored as it should be.
    world.reopen(BO);
    assert_eq!(world.shows(BO, "fuel", "value"), 3);
}

#[test]
fn who_looks_again_sees_it_mended_at_once_and_what_waits_stays() {
    let mut world = World::new();
    world.spoil_the_disk(BO, "fuel", "value", 300);
    world.reopen(BO);
    world.wait(20_000);
    world.fill_the_servers_disk();
    world.add(BO, "crew", "count", 2);
    world.look_again(BO);
    assert_eq!(world.shows(BO, "fuel", "value"), 3);
    assert_eq!(world.shows(BO, "crew", "count"), 2);
    world.free_the_servers_disk();
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("crew", "count", 2);
}

#[test]
fn a_board_that_is_as_the_server_has_it_stays_live_while_it_is_compared() {
    let mut world = World::new();
    world.wait(20_000);
    world.go_deaf(BO); // the answer will not come
    world.look_again(BO);
    assert!(world.is_live(BO));
    world.go_offline(BO);
    world.come_online(BO);
    world.set(ANN, "fuel", "value", 5);
    world.wait(2 * (REFRESH_EVERY_MS + REFRESH_SPREAD_MS));
    world.assert_everywhere("fuel", "value", 5);
    assert_eq!(world.differences(BO), 0);
}

#[test]
fn a_page_that_is_opened_at_the_servers_own_cursor_knows_when_it_agreed() {
    let mut world = World::new();
    world.reopen(BO);
    world.calm();
    assert!(world.is_live(BO));
    let opened = world.synced_ago(BO).expect("the server has said that nothing is new");
    world.wait(60_000);
    assert_eq!(world.synced_ago(BO), Some(opened + 60_000), "nothing was asked since");
    world.look_again(BO);
    assert_eq!(world.synced_ago(BO), Some(0), "it was compared, and is the same");
}
