//! Edits on their way: each takes effect once, in the order in which they were made.

use crate::world::{ANN, BO, World};

#[test]
fn an_edit_whose_answer_was_lost_takes_effect_once() {
    let mut world = World::new();
    world.go_deaf(ANN);
    world.add(ANN, "crew", "count", 1);
    world.go_offline(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 1);
}

#[test]
fn an_edit_that_was_lost_on_its_way_is_sent_again() {
    let mut world = World::new();
    world.go_mute(ANN);
    world.add(ANN, "crew", "count", 1);
    world.add(BO, "crew", "count", 2);
    world.go_offline(ANN);
    world.reopen(ANN);
    world.come_online(ANN);
    world.calm();
    world.assert_everywhere("crew", "count", 3);
}
