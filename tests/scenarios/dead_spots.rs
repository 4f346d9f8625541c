//! Networks that go dead without a word, and come back.

use tideboard::config::DEAD_AFTER_MS;

use crate::world::{ANN, World};

#[test]
fn a_dial_into_a_dead_spot_is_given_up_for_another_when_the_network_is_back() {
    let mut world = World::new();
    world.go_deaf(ANN);
    // The silence is noticed; then it dials, and would wait for seconds for what can't come.
    world.wait(DEAD_AFTER_MS + 2_000);
    assert!(!world.is_live(ANN));
    world.add(ANN, "crew", "count", 1);
    world.wait(1);
    world.come_online(ANN);
    world.wait(1_000);
    world.assert_everywhere("crew", "count", 1);
}
