//! What is too much is refused where it is made, with the limit; nothing else waits for it.

use serde_json::{Value, json};
use tideboard::{
    config::VALUE_DEPTH_MAX,
    sync::{Command, CommandError},
};

use crate::world::{ANN, World, deck, named};

/// So many lists within each other.
fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

fn gauge(widget: &str, series: Value) -> Command {
    Command::Create {
        board: deck(),
        widget: named(widget),
        kind: "gauge".parse().expect("a name"),
        fields: [("series".parse().expect("a name"), series)].into(),
    }
}

#[test]
fn a_value_nested_too_deeply_is_refused_and_everything_else_goes_on() {
    let mut world = World::new();
    let too_deep = CommandError::TooDeep {
        depth_max: VALUE_DEPTH_MAX,
    };
    world.command(ANN, gauge("rpm", json!("engine.rpm")));
    world.calm();
    world.set(ANN, "rpm", "series", nested(120));
    world.press(ANN, "rpm", "series", nested(VALUE_DEPTH_MAX + 1), 2_000);
    world.command(ANN, gauge("deep", nested(120)));
    let payload = nested(120);
    let (board, name) = (deck(), "horn".to_owned());
    world.command(ANN, Command::Emit { board, name, payload });
    assert_eq!(world.refusals(ANN), vec![too_deep; 4]);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.assert_everywhere("rpm", "series", "engine.rpm");
}

#[test]
fn a_value_nested_as_deeply_as_allowed_arrives() {
    let mut world = World::new();
    world.command(ANN, gauge("rpm", json!("engine.rpm")));
    world.set(ANN, "rpm", "series", nested(VALUE_DEPTH_MAX));
    world.calm();
    world.assert_everywhere("rpm", "series", nested(VALUE_DEPTH_MAX));
}
