//! A server that goes back to an older backup.

use serde_json::json;
use tideboard::{
    protocol::Verdict,
    sync::{Command, Notice, SetAsideReason, storage::StorageError},
};

use crate::world::{ANN, BO, World};

#[test]
fn what_a_restored_backup_has_forgotten_is_listed_and_sent_again_only_when_asked() {
    let mut world = World::new();
    world.back_up_the_server();
    world.look_at_the_clock(ANN, 77_000);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.look_at_the_clock(ANN, 99_000);
    world.restore_the_servers_backup();
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    let forgotten = world.set_aside(ANN).remove(0);
    assert_eq!(forgotten.reason, SetAsideReason::Forgotten);
    assert_eq!(forgotten.made_at_ms, Some(77_000), "it says when it was made");
    assert!(world.set_aside(BO).is_empty());

    let id = forgotten.operation.id;
    world.command(ANN, Command::Retry { id, value: None });
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    assert!(world.set_aside(ANN).is_empty());
}

#[test]
fn an_edit_that_waits_through_a_restored_backup_is_sent_to_the_new_history() {
    let mut world = World::new();
    world.back_up_the_server();
    world.set(BO, "crew", "count", 4);
    world.calm();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.assert_everywhere("crew", "count", json!(0));
}

#[test]
fn two_backups_restored_before_anything_was_stored_have_both_forgotten() {
    let mut world = World::new();
    world.back_up_the_server();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.hold_the_storage(ANN);
    world.restore_the_servers_backup();
    world.add(BO, "crew", "count", 2);
    world.calm();
    world.back_up_the_server();
    world.set(BO, "engine", "state", "busy");
    world.calm();
    assert_eq!(world.shows(ANN, "engine", "state"), json!("busy"));
    world.restore_the_servers_backup();
    world.calm();
    world.release_the_storage(ANN);
    world.calm();
    let forgotten = world.set_aside(ANN);
    assert_eq!(forgotten.len(), 1, "what the first of them did not have is in neither");
    assert_eq!(forgotten[0].reason, SetAsideReason::Forgotten);
}

#[test]
fn a_tab_that_hears_late_of_a_break_another_has_stored_puts_no_edit_in_doubt() {
    let mut world = World::new();
    let (second, third) = (world.open_second_tab(ANN), world.open_second_tab(ANN));
    world.back_up_the_server();
    world.set(BO, "engine", "state", "busy");
    world.calm();
    for tab in [ANN, second, third] {
        world.go_offline(tab);
    }
    world.hold_the_storage(ANN);
    world.set(ANN, "fuel", "value", 7); // in the history that is no more
    world.restore_the_servers_backup();
    world.add(BO, "crew", "count", 2);
    world.calm();
    world.hold_the_storage(second);
    for tab in [second, third] {
        world.come_online(tab); // both find the break, and one of them stores it
    }
    world.calm();
    for tab in [second, third] {
        world.go_offline(tab);
    }
    world.release_the_storage(ANN); // its edit is moved, and saved
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(7));
    world.release_the_storage(second); // it sees an edit it has not asked about
    world.calm();
    world.reopen(ANN);
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(7), "it was saved");
    for tab in [ANN, second, third] {
        world.come_online(tab);
    }
    world.calm();
    world.assert_everywhere("fuel", "value", 7);
}

#[test]
fn a_tab_that_stood_still_past_the_horizon_puts_no_edit_in_doubt_that_another_has_followed() {
    let mut world = World::forgetful();
    let second = world.open_second_tab(ANN);
    for tab in [ANN, second] {
        world.go_offline(tab);
    }
    world.set(second, "fuel", "value", 5);
    world.calm();
    world.hold_the_storage(ANN); // it knows the edit, stands still, and would be the one to send it
    world.come_online(second);
    world.go_on_past_the_horizon(BO);
    assert_eq!(world.shows(second, "crew", "count"), json!(10));
    assert!(
        world.is_stored(second),
        "it knows that this state does not contain the edit"
    );
    world.come_online(ANN); // all of it comes, and nobody tells this tab what became of the edit
    world.calm();
    world.go_mute(ANN);
    world.go_offline(second);
    world.release_the_storage(ANN);
    world.calm();
    assert_eq!(world.shows(second, "fuel", "value"), json!(5));
    world.reopen(second);
    assert_eq!(world.shows(second, "fuel", "value"), json!(5), "it was saved");

    for tab in [ANN, second] {
        world.come_online(tab);
    }
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.assert_everywhere("crew", "count", 10);
    for tab in [ANN, second] {
        assert_eq!(world.set_aside(tab).len(), 1, "its author is asked");
    }
}

#[test]
fn a_tab_that_stores_late_lists_nothing_as_forgotten_that_another_did_since_the_break() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.back_up_the_server();
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.restore_the_servers_backup();
    world.hold_the_storage(second);
    world.calm(); // both find the break, and one of them stores it
    let gone = world.set_aside(ANN);
    assert_eq!(gone.len(), 1);
    world.set(ANN, "engine", "state", "busy");
    world.add(ANN, "crew", "count", 2);
    world.calm();
    world.release_the_storage(second);
    world.calm();
    for tab in [ANN, second] {
        assert_eq!(world.set_aside(tab), gone);
    }
}

#[test]
fn what_waits_in_line_on_a_board_that_is_gone_is_decided_at_once() {
    let mut world = World::new();
    world.go_offline(ANN);
    for amount in 1..=8 {
        world.add(ANN, "crew", "count", amount);
        world.set(ANN, "crew", "title", format!("{amount}"));
        world.calm();
    }
    world.restore_the_servers_backup(); // an empty disk
    world.come_online(ANN);
    world.calm();
    assert!(world.pending(ANN).is_empty(), "all of it was refused");
    assert_eq!(world.set_aside(ANN).len(), 16);
}

#[test]
fn a_tab_that_stood_still_sends_nothing_that_the_others_know_as_forgotten() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(second);
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.wait(200);
    assert_eq!(world.pending(second).len(), 1);
    world.hold_the_storage(second);
    world.back_up_the_server();
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    world.restore_the_servers_backup();
    world.calm();
    assert_eq!(world.set_aside(ANN)[0].reason, SetAsideReason::Forgotten);
    // It wakes, takes itself for the one that sends, and has not read yet what the others have stored.
    world.lead(second);
    world.come_online(second);
    world.calm();
    assert_eq!(world.server_has("fuel", "value"), json!(3));
    world.release_the_storage(second);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    assert_eq!(world.set_aside(second).len(), 1);
}

#[test]
fn what_two_tabs_send_again_is_shown_once_in_the_one_that_could_not_store_it() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.back_up_the_server();
    world.add(ANN, "crew", "count", 2);
    world.calm();
    world.restore_the_servers_backup();
    world.calm();
    let id = world.set_aside(second).remove(0).operation.id;
    let again = Command::Retry { id, value: None };
    world.break_the_storage(ANN, StorageError::Full);
    world.command(second, again.clone());
    world.calm();
    assert_eq!(world.shows(second, "crew", "count"), json!(2));
    world.go_offline(second);
    world.hold_the_storage(second);
    world.mend_the_storage(ANN);
    world.command(ANN, again);
    world.calm();
    assert_eq!(world.server_has("crew", "count"), json!(2));
    // It reads a state that the other tab's is in, and stores its own.
    world.hold_the_storage(ANN);
    world.release_the_storage(second);
    assert_eq!(world.shows(second, "crew", "count"), json!(2));
    let third = world.open_second_tab(ANN);
    assert_eq!(world.shows(third, "crew", "count"), json!(2), "in one that reads both");
    world.release_the_storage(ANN);
    world.come_online(second);
    world.calm();
    world.assert_everywhere("crew", "count", 2);
}

/// Ann gives the crew a title without having seen Bo's, and then another one. A backup has Bo's, and none of hers; her second one
/// is sent again, or was not sent yet: what the server says then that it wrote over.
fn title_written_over(is_sent: bool) -> Option<serde_json::Value> {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "crew", "title", "Watch");
    world.set(BO, "crew", "title", "Hands");
    world.calm();
    world.back_up_the_server();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "title", "Watch");
    world.go_offline(ANN);
    world.set(ANN, "crew", "title", "Sailors");
    let id = world.pending(ANN).pop().expect("it waits");
    if is_sent {
        world.come_online(ANN);
        world.calm();
    }
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.calm();
    if is_sent {
        world.command(ANN, Command::Retry { id, value: None });
        world.calm();
    }
    world.assert_everywhere("crew", "title", "Sailors");
    let verdict = |notice| match notice {
        Notice::Decided { id: decided, verdict } if decided == id => Some(verdict),
        _ => None,
    };
    match world.news(ANN).into_iter().rev().find_map(verdict) {
        Some(Verdict::Applied { overwrote, .. }) => overwrote.map(|overwritten| overwritten.value),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_came_unseen_under_an_edit_that_was_forgotten_is_not_written_over_unsaid_by_the_next_one() {
    assert_eq!(title_written_over(true), Some(json!("Hands")), "sent again");
    assert_eq!(
        title_written_over(false),
        Some(json!("Hands")),
        "sent for the first time"
    );
}

#[test]
fn an_undo_of_what_a_backup_has_forgotten_takes_nothing_off() {
    let mut world = World::new();
    world.back_up_the_server();
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.go_offline(ANN);
    world.undo(ANN);
    world.wait(100);
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 0);
    assert_eq!(world.pending(ANN), []);
}

#[test]
fn an_edit_that_is_forgotten_along_with_its_undo_is_nothing_to_send_again() {
    let mut world = World::new();
    world.back_up_the_server();
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.restore_the_servers_backup();
    world.calm();
    assert_eq!(world.set_aside(ANN), []);
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn an_undo_that_is_forgotten_where_the_edit_stands_can_be_sent_again() {
    let mut world = World::new();
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.back_up_the_server();
    world.undo(ANN);
    world.calm();
    world.restore_the_servers_backup();
    world.calm();
    let id = world.set_aside(ANN).remove(0).operation.id;
    world.command(ANN, Command::Retry { id, value: None });
    world.calm();
    world.assert_everywhere("crew", "count", 0);
}

#[test]
fn an_edit_that_was_done_once_more_and_is_forgotten_can_be_sent_again() {
    let mut world = World::new();
    world.back_up_the_server();
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.undo(ANN);
    world.calm();
    world.command(ANN, Command::Redo);
    world.calm();
    world.assert_everywhere("crew", "count", 4);
    world.restore_the_servers_backup();
    world.calm();
    let id = world.set_aside(ANN).remove(0).operation.id;
    world.command(ANN, Command::Retry { id, value: None });
    world.calm();
    world.assert_everywhere("crew", "count", 4);
}

#[test]
fn what_was_to_do_an_edit_once_more_is_not_sent_where_a_backup_has_left_the_edit() {
    let mut world = World::new();
    world.add(ANN, "crew", "count", 4);
    world.calm();
    world.back_up_the_server();
    world.undo(ANN);
    world.calm();
    world.go_offline(ANN);
    world.command(ANN, Command::Redo);
    world.wait(100);
    world.restore_the_servers_backup();
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 4);
    assert_eq!(world.set_aside(ANN), []);
}
