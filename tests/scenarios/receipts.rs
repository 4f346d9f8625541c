//! Who has changed something is told how many others have seen it.

use tideboard::{config::SEEN_EVERY_MS, sync::Input};

use crate::world::{ANN, BO, World};

#[test]
fn an_edit_is_seen_by_who_has_the_board_before_them_and_never_by_oneself() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
    assert_eq!(world.seen_by_others(BO, "fuel", "value"), 0, "it is not his to know");
    // Another tab of his is no other device, and one of hers is she.
    let hers = world.open_second_tab(ANN);
    world.open_second_tab(BO);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
    world.set(hers, "fuel", "value", 6);
    world.calm();
    assert_eq!(
        world.seen_by_others(hers, "fuel", "value"),
        1,
        "told to the tab that does not send, too"
    );
}

#[test]
fn a_hidden_page_has_seen_nothing_until_it_is_shown_again() {
    let mut world = World::new();
    world.see(BO, false);
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.shows(BO, "fuel", "value"), 4, "it is there, behind another page");
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 0);
    world.see(BO, true);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
}

#[test]
fn who_comes_later_is_counted_and_who_leaves_stays_so() {
    let mut world = World::new();
    world.go_offline(BO);
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 0, "nobody is there");
    world.come_online(BO);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
    world.go_offline(BO);
    world.set(ANN, "crew", "count", 7);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "crew", "count"), 0);
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
}

#[test]
fn what_was_edited_offline_is_counted_when_it_has_arrived_and_after_a_lost_connection_still() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
    world.see(BO, false);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.go_offline(ANN);
    world.see(BO, true);
    world.calm();
    world.come_online(ANN);
    world.calm();
    assert_eq!(
        world.seen_by_others(ANN, "fuel", "value"),
        1,
        "though he saw it while she was away"
    );
}

#[test]
fn a_restored_backup_begins_anew() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    world.back_up_the_server();
    world.set(ANN, "crew", "count", 7);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "crew", "count"), 1);
    world.go_offline(BO);
    world.restore_the_servers_backup();
    world.calm();
    world.set(ANN, "log", "text", "anew");
    world.calm();
    assert_eq!(
        world.seen_by_others(ANN, "log", "text"),
        0,
        "its revision was another's, and he saw that"
    );
    world.come_online(BO);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "log", "text"), 1);
}

#[test]
fn a_board_may_do_without() {
    let mut world = World::new();
    world.set(BO, "board", "receipts", false);
    world.calm();
    world.count_frames();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 0);
    assert_eq!(
        world.frames_of("seen") + world.frames_of("receipt"),
        0,
        "and nothing is said of it"
    );
    world.set(BO, "board", "receipts", true);
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
}

#[test]
fn where_nothing_was_edited_nothing_more_is_said_than_before() {
    let mut world = World::new();
    world.calm();
    world.count_frames();
    world.wait(60_000);
    assert_eq!(world.frames_of("receipt") + world.frames_of("seen"), 0);
    let pings = world.frames_of("ping");
    assert_eq!(
        world.bytes_of("ping"),
        pings * r#"{"ping":{"visible":true}}"#.len(),
        "a ping is as it was"
    );
}

#[test]
fn a_movement_is_told_of_once_a_second_at_most() {
    let mut world = World::new();
    world.count_frames();
    for step in 0..50 {
        world.set(ANN, "fuel", "value", step);
        world.wait(100);
    }
    let told = world.frames_of("receipt");
    assert!((2..=6).contains(&told), "{told} in five seconds");
    world.calm();
    assert_eq!(world.seen_by_others(ANN, "fuel", "value"), 1);
    assert!(world.frames_of("seen") <= 3 * (5_000 + 5_000) / SEEN_EVERY_MS as usize);
}

impl World {
    /// Somebody sees the page from now on, or nobody does.
    fn see(&mut self, tab: usize, is_seen: bool) {
        self.give(tab, Input::Visible(is_seen));
    }
}
