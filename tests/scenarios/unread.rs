//! Records that a device can't read any more: none goes without a word, and no board waits for one without end.

use serde_json::{Value, json};
use tideboard::{
    protocol::{BoardId, OperationId},
    sync::{Command, Notice, SetAside, SetAsideReason, storage::StorageError},
};

use crate::{
    conflicts::quarrel,
    world::{ANN, BO, World, deck, named},
};

/// The only thing that is listed as not readable.
#[track_caller]
fn unreadable(world: &World, tab: usize) -> SetAside {
    let mut aside = world.set_aside(tab);
    assert_eq!(aside.len(), 1, "{aside:?}");
    let aside = aside.remove(0);
    assert_eq!(aside.reason, SetAsideReason::Unreadable);
    aside
}

/// Ann has set a field offline, and the record of that is torn before she opens the page again.
fn torn() -> World {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    assert_eq!(world.tear_the_disk(ANN, "outbox/"), 1);
    world.reopen(ANN);
    world.calm();
    world
}

#[test]
fn an_edit_whose_record_is_torn_is_listed_with_its_text_and_stays() {
    let mut world = torn();
    let aside = unreadable(&world, ANN);
    assert_eq!(aside.operation.board, deck());
    assert_eq!(aside.operation.widget, named("fuel"));
    let text = world.stored(ANN, "outbox/").remove(0);
    let exported: Value = serde_json::from_str(&world.export(ANN)).expect("JSON");
    assert_eq!(exported[0]["intent"]["set"]["value"], json!(text), "{exported}");
    world.come_online(ANN);
    world.wait(600_000);
    world.reopen(ANN);
    world.calm();
    assert_eq!(unreadable(&world, ANN), aside);
    assert_eq!(world.stored(ANN, "outbox/"), [text]);
}

#[test]
fn what_its_author_discards_is_gone() {
    let mut world = torn();
    let id = unreadable(&world, ANN).operation.id;
    world.command(ANN, Command::Discard { id });
    assert_eq!(world.set_aside(ANN), []);
    world.calm();
    assert_eq!(world.stored(ANN, "outbox/"), [""; 0]);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.set_aside(ANN), []);
    assert_eq!(world.refusals(ANN), []);
}

#[test]
fn two_that_are_discarded_at_once_are_both_gone() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert_eq!(world.tear_the_disk(ANN, "outbox/"), 2);
    world.reopen(ANN);
    world.calm();
    world.hold_the_storage(ANN);
    for aside in world.set_aside(ANN) {
        let id = aside.operation.id;
        world.command(ANN, Command::Discard { id });
    }
    world.release_the_storage(ANN);
    world.calm();
    assert_eq!(world.stored(ANN, "outbox/"), [""; 0]);
    assert_eq!(world.set_aside(ANN), []);
}

#[test]
fn where_the_last_number_of_the_outbox_can_not_be_read_no_edit_takes_the_place_of_another() {
    for reopens in [true, false] {
        let mut world = World::new();
        world.go_offline(ANN);
        world.set(ANN, "fuel", "value", 5);
        world.add(ANN, "crew", "count", 2);
        world.calm();
        world.scribble_on_the_disk(ANN, "high", "?");
        if reopens {
            world.reopen(ANN);
            world.calm();
        }
        world.set(ANN, "log", "text", "rough");
        world.add(ANN, "crew", "count", 1);
        world.calm();
        assert_eq!(world.pending(ANN).len(), 4, "{reopens}");
        assert_eq!(world.stored(ANN, "outbox/").len(), 4, "{reopens}");
        assert_eq!(world.stored(ANN, "high"), ["4"], "{reopens}");
        world.come_online(ANN);
        world.calm();
        world.assert_everywhere("fuel", "value", 5);
        world.assert_everywhere("crew", "count", 3);
        world.assert_everywhere("log", "text", "rough");
    }
}

#[test]
fn where_nothing_has_a_number_any_more_it_is_counted_from_the_first() {
    for reopens in [true, false] {
        let mut world = World::new();
        world.set(ANN, "fuel", "value", "much");
        world.calm();
        let id = world.set_aside(ANN)[0].operation.id;
        world.command(ANN, Command::Discard { id });
        world.calm();
        world.scribble_on_the_disk(ANN, "high", "?");
        if reopens {
            world.reopen(ANN);
            world.calm();
        }
        world.news(ANN);
        world.add(ANN, "crew", "count", 1);
        world.calm();
        world.assert_everywhere("crew", "count", 1);
        assert!(world.is_stored(ANN), "{reopens}");
        assert_eq!(world.stored(ANN, "outbox/"), [""; 0], "{reopens}");
        assert_eq!(world.fault(ANN), None, "{reopens}");
        let is_trouble = |notice: &Notice| matches!(notice, Notice::Trouble { .. });
        assert_eq!(
            world.news(ANN).into_iter().find(is_trouble),
            None,
            "nothing was cleared"
        );
    }
}

#[test]
fn what_is_discarded_before_it_could_be_stored_does_not_come_back() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.wait(120_000);
    world.break_the_storage(ANN, StorageError::Broken);
    world.press(ANN, "fuel", "value", 5, 3_000);
    let id = world.set_aside(ANN)[0].operation.id;
    world.command(ANN, Command::Discard { id });
    world.mend_the_storage(ANN);
    world.wait(120_000);
    assert_eq!(world.set_aside(ANN), []);
    assert_eq!(world.stored(ANN, "aside/"), [""; 0]);
}

#[test]
fn later_edits_of_its_widget_wait_for_it_and_others_do_not() {
    let mut world = torn();
    world.set(ANN, "fuel", "value", 6);
    world.add(ANN, "crew", "count", 1);
    world.come_online(ANN);
    world.wait(60_000);
    assert_eq!(world.server_has("crew", "count"), json!(1));
    assert_eq!(world.server_has("fuel", "value"), json!(3));
    assert_eq!(world.pending(ANN).len(), 1);
    let id = unreadable(&world, ANN).operation.id;
    world.command(ANN, Command::Discard { id });
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
}

#[test]
fn where_the_server_has_decided_it_they_go_on() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    assert_eq!(world.server_has("fuel", "value"), json!(5));
    assert_eq!(world.tear_the_disk(ANN, "outbox/"), 1);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
    unreadable(&world, ANN);
}

#[test]
fn what_one_tab_can_not_read_another_does_not_show_over_a_state_that_contains_it() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_deaf(ANN);
    world.go_offline(second);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert_eq!(world.server_has("crew", "count"), json!(1));
    assert_eq!(world.pending(second).len(), 1);
    assert_eq!(world.tear_the_disk(ANN, "outbox/"), 1);
    world.reopen(ANN);
    world.come_online(ANN);
    world.wait(60_000);
    assert_eq!(world.shows(second, "crew", "count"), json!(1));
    world.come_online(second);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    assert_eq!(world.pending(second), []);
}

#[test]
fn a_card_whose_record_is_torn_is_listed_and_so_is_what_was_set_aside() {
    let mut world = quarrel();
    assert_eq!(world.tear_the_disk(ANN, "conflict/"), 1);
    world.reopen(ANN);
    world.calm();
    let id = unreadable(&world, ANN).operation.id;
    world.command(ANN, Command::Discard { id });
    world.calm();
    assert_eq!(world.stored(ANN, "conflict/"), [""; 0]);

    world.set(ANN, "fuel", "value", "much");
    world.calm();
    assert_eq!(world.tear_the_disk(ANN, "aside/"), 1);
    world.reopen(ANN);
    world.calm();
    let id = unreadable(&world, ANN).operation.id;
    world.command(ANN, Command::Discard { id });
    world.calm();
    assert_eq!(world.stored(ANN, "aside/"), [""; 0]);
}

/// The board is as the server has it, on the screen and on the disk, after what is stored under a prefix was torn.
#[track_caller]
fn assert_mended(prefix: &str) {
    let mut world = World::new();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert!(world.tear_the_disk(ANN, prefix) > 0, "{prefix}");
    world.set(BO, "fuel", "value", 4);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    world.assert_everywhere("fuel", "value", 4);
    assert!(world.is_stored(ANN), "{prefix}");
    world.go_offline(ANN);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(4), "{prefix}");
    assert_eq!(world.shows(ANN, "crew", "count"), json!(1), "{prefix}");
    assert_eq!(world.shows(ANN, "log", "text"), json!("calm"), "{prefix}");
}

#[test]
fn a_board_whose_record_is_torn_is_asked_for_anew() {
    assert_mended("meta/deck");
}

#[test]
fn so_is_one_with_a_torn_widget() {
    assert_mended("widget/deck/log");
}

#[test]
fn a_tab_that_knows_the_board_stores_it_anew() {
    let mut world = World::new();
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_eq!(world.tear_the_disk(ANN, "meta/deck"), 1);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.go_offline(ANN);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(5));
}

#[test]
fn a_tab_that_knows_more_than_the_one_that_stores_it_anew_stores_all_of_it() {
    let mut world = World::new();
    let second = world.open_second_tab(ANN);
    world.go_offline(second);
    assert_eq!(world.tear_the_disk(ANN, "widget/deck/log"), 1);
    world.set(BO, "fuel", "value", 4);
    world.wait(60_000);
    world.set(BO, "crew", "count", 2);
    world.wait(60_000);
    world.go_offline(ANN);
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.shows(ANN, "fuel", "value"), json!(4));
    assert_eq!(world.shows(ANN, "crew", "count"), json!(2));
    assert_eq!(world.shows(ANN, "log", "text"), json!("calm"));
}

/// How often the history of the board has broken is scribbled over on the disk, which then goes on.
#[track_caller]
fn assert_edited_all_the_same(mut world: World, reopens: bool, text: &str) {
    world.go_offline(ANN);
    world.scribble_on_the_disk(ANN, "generation/deck", text);
    if reopens {
        world.reopen(ANN);
        world.calm();
    }
    let before = world.stored(ANN, "outbox/").len();
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert_eq!(world.fault(ANN), None, "{text:?} {reopens}");
    assert_eq!(world.stored(ANN, "outbox/").len(), before + 1, "{text:?} {reopens}");
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
    assert_eq!(world.set_aside(ANN), []);
}

#[test]
fn where_it_can_not_be_read_how_often_a_history_broke_the_board_can_be_edited() {
    for (reopens, text) in [(true, "not one"), (false, "not one"), (true, "3"), (false, "3")] {
        assert_edited_all_the_same(World::new(), reopens, text);
    }
}

#[test]
fn so_it_can_be_where_one_did_break() {
    for (reopens, text) in [(true, "not one"), (false, "not one"), (true, "3"), (false, "3")] {
        let mut world = World::new();
        world.back_up_the_server();
        world.set(ANN, "fuel", "value", 4);
        world.calm();
        world.restore_the_servers_backup();
        world.calm();
        let id = world.set_aside(ANN)[0].operation.id;
        world.command(ANN, Command::Discard { id });
        world.calm();
        assert_eq!(world.stored(ANN, "generation/"), ["1"]);
        assert_edited_all_the_same(world, reopens, text);
    }
}

#[test]
fn whose_the_records_are_is_noted_again_until_it_is_and_the_fault_said_until_then() {
    let mut world = World::new();
    world.refuse_notes(ANN, true);
    world.clear_the_storage(ANN);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    assert_eq!(world.fault(ANN), Some(StorageError::Full));
    world.wait(60_000);
    assert_eq!(world.fault(ANN), Some(StorageError::Full));
    world.refuse_notes(ANN, false);
    world.add(ANN, "crew", "count", 1);
    world.wait(10);
    assert_eq!(world.fault(ANN), None);
    world.calm();
    world.go_offline(ANN);
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.reopen(ANN);
    world.calm();
    assert_eq!(world.shows(ANN, "crew", "count"), json!(3));
}

fn raft() -> BoardId {
    "raft".parse().expect("a name")
}

fn make(widget: &str, kind: &str) -> Command {
    Command::Create {
        board: raft(),
        widget: named(widget),
        kind: kind.parse().expect("a name"),
        fields: Default::default(),
    }
}

fn fill(field: &str, value: i64) -> Command {
    Command::Set {
        board: raft(),
        widget: named("oil"),
        field: field.parse().expect("a name"),
        value: value.into(),
    }
}

/// Ann has put a setpoint on a board that is not there yet, and set two fields of it.
fn refused() -> (World, Vec<OperationId>) {
    let mut world = World::new();
    world.go_offline(ANN);
    world.command(ANN, make("oil", "setpoint"));
    for (field, value) in [("value", 8), ("max", 10)] {
        world.command(ANN, fill(field, value));
        world.wait(1_000);
    }
    let ids = world.pending(ANN);
    world.come_online(ANN);
    world.calm();
    let aside: Vec<OperationId> = world.set_aside(ANN).iter().map(|aside| aside.operation.id).collect();
    assert_eq!(aside, ids, "the making and what was done with it");
    (world, ids)
}

#[test]
fn a_widget_that_is_made_again_has_what_was_done_with_it() {
    // Whichever of them its author begins with.
    for begun in 0..3 {
        let (mut world, ids) = refused();
        world.command(BO, make("board", "board"));
        world.calm();
        world.command(
            ANN,
            Command::Retry {
                id: ids[begun],
                value: None,
            },
        );
        world.calm();
        assert_eq!(world.refusals(ANN), [], "{begun}");
        assert_eq!(world.set_aside(ANN), [], "{begun}");
        assert_eq!(world.pending(ANN), [], "{begun}");
        assert_eq!(world.server_has_on(&raft(), "oil", "value"), json!(8), "{begun}");
        assert_eq!(world.server_has_on(&raft(), "oil", "max"), json!(10), "{begun}");
    }
}

#[test]
fn with_another_value_for_one_of_them_the_others_are_as_they_were() {
    let (mut world, ids) = refused();
    world.command(BO, make("board", "board"));
    world.calm();
    let value = Some(json!(9));
    world.command(ANN, Command::Retry { id: ids[2], value });
    world.calm();
    assert_eq!(world.set_aside(ANN), []);
    assert_eq!(world.server_has_on(&raft(), "oil", "value"), json!(8));
    assert_eq!(world.server_has_on(&raft(), "oil", "max"), json!(9));
}

#[test]
fn a_making_that_is_discarded_takes_along_what_was_done_with_it() {
    let (mut world, ids) = refused();
    world.command(ANN, Command::Discard { id: ids[2] });
    assert_eq!(world.set_aside(ANN).len(), 2, "one of the others goes alone");
    world.command(ANN, Command::Discard { id: ids[0] });
    assert_eq!(world.set_aside(ANN), []);
    world.calm();
    assert_eq!(world.stored(ANN, "aside/"), [""; 0]);
}

#[test]
fn a_press_of_it_is_made_again_by_itself_alone() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.command(ANN, make("oil", "switch"));
    world.wait(120_000);
    let press = Command::SetNow {
        board: raft(),
        widget: named("oil"),
        field: "on".parse().expect("a name"),
        value: json!(true),
        ttl_ms: 3_000,
    };
    world.command(ANN, press);
    world.come_online(ANN);
    world.calm();
    let reasons = |world: &World| -> Vec<_> { world.set_aside(ANN).into_iter().map(|aside| aside.reason).collect() };
    let is_press = |aside: &SetAside| aside.reason == SetAsideReason::NotSent;
    let (press, make_it) = match &world.set_aside(ANN)[..] {
        [one, other] if is_press(one) => (one.operation.id, other.operation.id),
        [one, other] => (other.operation.id, one.operation.id),
        aside => panic!("{aside:?}"),
    };
    world.command(BO, make("board", "board"));
    world.calm();
    let (id, value) = (make_it, None);
    world.command(ANN, Command::Retry { id, value });
    world.calm();
    assert_eq!(reasons(&world), [SetAsideReason::NotSent]);
    assert_ne!(world.server_has_on(&raft(), "oil", "on"), json!(true));
    let (id, value) = (press, None);
    world.command(ANN, Command::Retry { id, value });
    world.calm();
    assert_eq!(reasons(&world), []);
    assert_eq!(world.server_has_on(&raft(), "oil", "on"), json!(true));
}
