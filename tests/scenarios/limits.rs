//! What is too much is refused where it is made, with the limit; nothing else waits for it.

use serde_json::{Value, json};
use tideboard::{
    config::VALUE_DEPTH_MAX,
    protocol::{Intent, Rejection},
    sync::{Command, CommandError, SetAsideReason},
};

use crate::{
    server::DRAWER,
    world::{ANN, BO, World, deck, named},
};

/// So many lists within each other.
fn nested(depth: usize) -> Value {
    (1..depth).fold(json!([]), |inner, _| json!([inner]))
}

fn drawer(widget: &str, any: Value) -> Command {
    Command::Create {
        board: deck(),
        widget: named(widget),
        kind: DRAWER.parse().expect("a name"),
        fields: [("any".parse().expect("a name"), any)].into(),
    }
}

#[test]
fn a_value_nested_too_deeply_is_refused_and_everything_else_goes_on() {
    let mut world = World::new();
    let too_deep = CommandError::TooDeep {
        depth_max: VALUE_DEPTH_MAX,
    };
    world.command(ANN, drawer("rpm", json!("engine.rpm")));
    world.calm();
    world.set(ANN, "rpm", "any", nested(120));
    world.press(ANN, "rpm", "any", nested(VALUE_DEPTH_MAX + 1), 2_000);
    world.command(ANN, drawer("deep", nested(120)));
    let payload = nested(120);
    let (board, name) = (deck(), "horn".to_owned());
    world.command(ANN, Command::Emit { board, name, payload });
    assert_eq!(world.refusals(ANN), vec![too_deep; 4]);
    world.set(ANN, "fuel", "value", 5);
    world.calm();
    world.assert_everywhere("fuel", "value", 5);
    world.assert_everywhere("rpm", "any", "engine.rpm");
}

#[test]
fn a_value_nested_as_deeply_as_allowed_arrives() {
    let mut world = World::new();
    world.command(ANN, drawer("rpm", json!("engine.rpm")));
    world.set(ANN, "rpm", "any", nested(VALUE_DEPTH_MAX));
    world.calm();
    world.assert_everywhere("rpm", "any", nested(VALUE_DEPTH_MAX));
}

/// The server did not accept somebody's newest edit, and gave them this reason.
#[track_caller]
fn assert_rejected(world: &mut World, tab: usize, reason: Rejection) {
    let aside = world.set_aside(tab);
    let [only] = &aside[..] else { panic!("{aside:?}") };
    assert_eq!(only.reason, SetAsideReason::Rejected(reason));
    let id = only.operation.id;
    world.command(tab, Command::Discard { id });
}

#[test]
fn a_setpoint_takes_what_lies_within_its_own_bounds_and_says_which_they_are() {
    let mut world = World::new();
    world.set(ANN, "fuel", "min", 0);
    world.set(ANN, "fuel", "max", 10);
    world.set(ANN, "fuel", "value", 10);
    world.calm();
    world.assert_everywhere("fuel", "value", 10);
    world.set(ANN, "fuel", "value", 10.5);
    world.calm();
    assert_rejected(&mut world, ANN, Rejection::OutOfRange { min: 0.0, max: 10.0 });
    world.assert_everywhere("fuel", "value", 10);
}

#[test]
fn bounds_that_move_leave_the_value_and_it_can_be_brought_back_within_them() {
    let mut world = World::new();
    world.set(BO, "fuel", "min", 5);
    world.set(BO, "fuel", "max", 8);
    world.calm();
    world.assert_everywhere("fuel", "value", 3);
    world.set(ANN, "fuel", "value", 4);
    world.calm();
    assert_rejected(&mut world, ANN, Rejection::OutOfRange { min: 5.0, max: 8.0 });
    world.set(ANN, "fuel", "value", 6);
    world.calm();
    world.assert_everywhere("fuel", "value", 6);
}

#[test]
fn what_was_set_offline_meets_the_bounds_that_stand_when_it_arrives() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "value", 9);
    world.calm();
    world.set(BO, "fuel", "max", 8);
    world.calm();
    world.come_online(ANN);
    world.calm();
    let aside = world.set_aside(ANN);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].reason.to_string().contains("and 8."), "{}", aside[0].reason);
    let (id, value) = (aside[0].operation.id, Some(json!(8)));
    world.command(ANN, Command::Retry { id, value });
    world.calm();
    world.assert_everywhere("fuel", "value", 8);
}

#[test]
fn a_card_that_was_refused_is_made_with_another_value_and_what_was_done_with_it_goes_along() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.command(
        ANN,
        Command::Create {
            board: deck(),
            widget: named("gas"),
            kind: "stat".parse().expect("a name"),
            fields: [
                ("title".parse().expect("a name"), json!("Gas")),
                ("series".parse().expect("a name"), json!(["sum("])),
            ]
            .into(),
        },
    );
    world.set(ANN, "gas", "unit", "l");
    world.come_online(ANN);
    world.calm();
    let aside = world.set_aside(ANN);
    let create = aside
        .iter()
        .find(|aside| matches!(aside.operation.intent, Intent::Create { .. }));
    let refused = create.expect("it was not made").operation.id;
    let value = Some(json!({"series": ["gas.level"]}));
    world.command(ANN, Command::Retry { id: refused, value });
    world.calm();
    world.assert_everywhere("gas", "series", json!(["gas.level"]));
    world.assert_everywhere("gas", "title", "Gas");
    world.assert_everywhere("gas", "unit", "l");
    assert_eq!(world.set_aside(ANN), []);
}

#[test]
fn two_who_move_one_bound_each_past_the_other_leave_nobody_stuck() {
    let mut world = World::new();
    world.go_offline(ANN);
    world.set(ANN, "fuel", "min", 20);
    world.calm();
    world.set(BO, "fuel", "max", 10);
    world.calm();
    world.come_online(ANN);
    world.calm();
    world.set(BO, "fuel", "value", 15);
    world.calm();
    world.assert_everywhere("fuel", "value", 15);
    world.set(BO, "fuel", "max", 30);
    world.set(BO, "fuel", "value", 15);
    world.calm();
    assert_rejected(&mut world, BO, Rejection::OutOfRange { min: 20.0, max: 30.0 });
}

#[test]
fn a_name_can_not_be_taken_away() {
    let mut world = World::new();
    world.set(ANN, "fuel", "title", "Fuel");
    world.set(ANN, "board", "name", "Foredeck");
    world.calm();
    for (widget, field, name) in [("fuel", "title", "Fuel"), ("board", "name", "Foredeck")] {
        world.set(ANN, widget, field, " ");
        world.calm();
        let expected = "a name that is not empty".to_owned();
        assert_rejected(&mut world, ANN, Rejection::WrongType { expected });
        world.assert_everywhere(widget, field, name);
    }
}
