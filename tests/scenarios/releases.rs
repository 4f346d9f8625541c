//! Tabs of a release that is older than another one's, which shares their storage.

use serde_json::{Value, json};
use tideboard::{
    config::{SCHEMA, YIELD_MS},
    sync::Release,
};

use crate::world::{ANN, World};

/// What a server says for good to who is too old for it, and what only a newer one says, which is read twice in vain.
const UNSUPPORTED: &str = r#"{"error": {"code": "unsupported", "message": "Update this program."}}"#;
const UNKNOWN: &str = r#"{"hologram": {"of": "deck"}}"#;

/// What Ann's device has in its outbox was made by a newer release: this one knows neither it nor what else its record says.
fn is_of_a_newer_release(world: &mut World, can_be_read: bool) {
    let key = "outbox/0000000000000001";
    let mut stored: Value = serde_json::from_str(&world.stored(ANN, key).remove(0)).expect("a record");
    stored["operation"]["schema"] = json!(SCHEMA + 1);
    if !can_be_read {
        stored["operation"]["intent"] = json!({"spin": {}});
    }
    world.scribble_on_the_disk(ANN, key, &stored.to_string());
}

#[test]
fn tabs_of_an_older_release_let_each_other_send_and_none_sends_what_it_does_not_know() {
    for can_be_read in [true, false] {
        let mut world = World::new();
        world.go_offline(ANN);
        world.set(ANN, "fuel", "value", 5);
        world.calm();
        is_of_a_newer_release(&mut world, can_be_read);
        world.reopen(ANN);
        let second = world.open_second_tab(ANN);
        world.calm();
        world.come_online(ANN);
        world.add(ANN, "crew", "count", 1);
        world.calm();
        assert_eq!(world.server_has("crew", "count"), json!(1));
        assert_eq!(world.server_has("fuel", "value"), json!(3));
        // What can't be read may be damaged as well: it is listed, and no reload is asked for.
        assert_eq!(world.release(ANN) == Release::PageOlder, can_be_read);
        assert_eq!(world.set_aside(ANN).is_empty(), can_be_read);
        world.wait(3 * YIELD_MS);
        assert_eq!(
            world.yields[..4],
            [ANN, ANN, second, ANN],
            "alone at first, and then in turn"
        );
    }
}

#[test]
fn what_a_newer_release_has_made_of_a_waiting_edit_is_left_to_it_by_who_still_knows_that_edit() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    is_of_a_newer_release(&mut world, false);
    let text = world.stored(ANN, "outbox/");
    world.add(ANN, "crew", "count", 1);
    world.calm();
    world.come_online(ANN);
    world.calm();
    assert_eq!(world.server_has("fuel", "value"), json!(3));
    assert_eq!(world.server_has("crew", "count"), json!(1));
    assert_eq!(world.stored(ANN, "outbox/"), text);
    assert_eq!(world.set_aside(ANN).len(), 1);
    world.wait(YIELD_MS);
    assert!(world.yields.len() > 1);
}

#[test]
fn a_tab_with_which_its_server_does_not_speak_any_more_lets_another_one_send_for_it() {
    for said in [[UNSUPPORTED].as_slice(), &[UNKNOWN, UNKNOWN]] {
        let mut world = World::new();
        let second = world.open_second_tab(ANN);
        for text in said {
            world.is_told(ANN, text);
            world.calm();
        }
        assert!(!world.is_live(ANN), "it dials no more");
        world.add(ANN, "crew", "count", 1);
        world.wait(YIELD_MS);
        assert_eq!(world.yields, [ANN], "once");
        assert_eq!(world.server_has("crew", "count"), json!(1));
        assert_eq!(world.pending(ANN), [], "it has read that");
        world.add(second, "crew", "count", 1);
        world.add(ANN, "crew", "count", 1);
        world.wait(2 * YIELD_MS);
        assert_eq!(world.server_has("crew", "count"), json!(3));
        assert_eq!(world.yields, [ANN], "nothing waits for it");
    }
}
