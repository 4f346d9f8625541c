//! Now or never.

use serde_json::json;
use tideboard::sync::SetAsideReason;

use crate::world::{ANN, World};

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
