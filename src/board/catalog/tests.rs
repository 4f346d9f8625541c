//! What each built-in kind takes, and what it refuses.

use serde_json::json;

use super::*;

fn check(kind: &str, field: &str, value: Value) -> Result<(), Rejection> {
    let name: FieldName = field.parse().expect("a name");
    Catalog::default()
        .field(&kind.parse().expect("a kind"), &name)?
        .check(&value, |_| None)
}

/// A setpoint's value beside these of its bounds.
fn set_point(value: f64, min: Value, max: Value) -> Result<(), Rejection> {
    let fields = [("value", json!(value)), ("min", min), ("max", max)].into_iter();
    let named = fields
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.parse().expect("a name"), value));
    Catalog::default().check_create(&kinds::SETPOINT.parse().expect("a kind"), &named.collect())
}

#[test]
fn a_field_takes_its_type_and_range_and_nothing_else() {
    assert_eq!(check("counter", "count", json!(3)), Ok(()));
    assert!(matches!(
        check("counter", "count", json!(3.5)),
        Err(Rejection::WrongType { .. })
    ));
    assert!(matches!(
        check("setpoint", "value", json!(1e300)),
        Err(Rejection::OutOfRange { .. })
    ));
    assert!(matches!(
        check("status", "state", json!("fine")),
        Err(Rejection::WrongType { .. })
    ));
    assert_eq!(check("note", "colour", json!("red")), Err(Rejection::UnknownField));
    assert_eq!(check("clock", "text", json!("x")), Err(Rejection::UnknownKind));
    assert!(matches!(
        check("note", "text", json!("x".repeat(VALUE_BYTES_MAX))),
        Err(Rejection::TooLarge { .. })
    ));
}

#[test]
fn a_setpoint_lies_within_its_own_bounds_where_they_leave_room() {
    let out_of = |min, max| Err(Rejection::OutOfRange { min, max });
    assert_eq!(set_point(5.0, json!(5), json!(30)), Ok(()));
    assert_eq!(set_point(30.0, json!(5), json!(30)), Ok(()));
    assert_eq!(set_point(30.5, json!(5), json!(30)), out_of(5.0, 30.0));
    assert_eq!(set_point(4.5, json!(5), Value::Null), out_of(5.0, 1e15));
    assert_eq!(set_point(31.0, Value::Null, json!(30)), out_of(-1e15, 30.0));
    assert_eq!(set_point(7.0, json!(20), json!(10)), Ok(()), "none is between those");
    assert_eq!(set_point(1e16, json!(20), json!(10)), out_of(-1e15, 1e15));
}

#[test]
fn a_step_leads_on() {
    assert_eq!(check("setpoint", "step", json!(0.1)), Ok(()));
    for none in [0.0, -1.0] {
        assert!(matches!(
            check("setpoint", "step", json!(none)),
            Err(Rejection::OutOfRange { .. })
        ));
    }
}

#[test]
fn series_are_a_list_of_texts() {
    for list in [json!([]), json!(["host.cpu"]), json!(["fuel", "depth.*"])] {
        assert_eq!(check("stat", "series", list), Ok(()));
    }
    for other in [
        json!("host.cpu"),
        json!([1]),
        json!(["fuel", null]),
        json!({"a": "b"}),
        json!(null),
    ] {
        let refused = check("series", "series", other).expect_err("no list of texts");
        assert!(refused.to_string().contains(r#"["fuel", "depth"]"#), "{refused}");
    }
}

#[test]
fn what_people_know_a_thing_by_can_be_read() {
    for blank in ["", "  ", "\t\n"] {
        assert!(matches!(
            check("note", "title", json!(blank)),
            Err(Rejection::WrongType { .. })
        ));
        assert!(matches!(
            check("board", "name", json!(blank)),
            Err(Rejection::WrongType { .. })
        ));
        assert_eq!(check("note", "text", json!(blank)), Ok(()), "a note may be empty");
    }
    assert_eq!(check("note", "title", json!(" Fuel ")), Ok(()));
    assert!(matches!(
        check("note", "title", json!(7)),
        Err(Rejection::WrongType { .. })
    ));
}

#[test]
fn a_list_item_may_be_taken_away_and_a_plain_field_may_not() {
    assert_eq!(check("checklist", "item-1", Value::Null), Ok(()));
    assert!(check("note", "text", Value::Null).is_err());
}

#[test]
fn a_threshold_is_a_number_that_can_be_taken_back() {
    for kind in [kinds::STAT, kinds::GAUGE, kinds::BAR, kinds::SERIES] {
        assert_eq!(check(kind, "threshold", json!(90)), Ok(()), "{kind}");
        assert_eq!(check(kind, "threshold", Value::Null), Ok(()), "{kind}");
        assert!(matches!(
            check(kind, "threshold", json!("high")),
            Err(Rejection::WrongType { .. })
        ));
        assert!(check(kind, "series", Value::Null).is_err(), "{kind}");
        for side in kinds::WARNS {
            assert_eq!(check(kind, "warns", json!(side)), Ok(()), "{kind}");
        }
        assert_eq!(check(kind, "warns", Value::Null), Ok(()), "{kind}");
        assert!(check(kind, "warns", json!("beside")).is_err(), "{kind}");
    }
    assert_eq!(
        check(kinds::TABLE, "threshold", json!(90)),
        Err(Rejection::UnknownField)
    );
}

#[test]
fn what_a_widget_may_go_without_is_taken_back_and_what_it_is_known_by_is_not() {
    for field in ["size", "order", "unit", "min", "max", "step"] {
        assert_eq!(check(kinds::SETPOINT, field, Value::Null), Ok(()), "{field}");
    }
    assert_eq!(check(kinds::SERIES, "span", Value::Null), Ok(()));
    for field in ["title", "value"] {
        assert!(check(kinds::SETPOINT, field, Value::Null).is_err(), "{field}");
    }
}

#[test]
fn a_log_takes_lines_and_lets_them_go() {
    assert_eq!(check(kinds::LOG, "line-019a0000000-1f", json!("Cast off")), Ok(()));
    assert_eq!(check(kinds::LOG, "line-019a0000000-1f", Value::Null), Ok(()));
    assert!(check(kinds::LOG, "line-019a0000000-1f", json!(["Cast off"])).is_err());
    assert_eq!(
        check(kinds::LOG, "lines", json!("Cast off")),
        Err(Rejection::UnknownField)
    );
}

#[test]
fn a_timer_runs_as_one_of_five_and_a_hostile_one_is_told_what_it_takes() {
    for run in [
        Value::Null,
        json!({"ends": 1_760_000_000_000_u64}),
        json!({"left": 90}),
        json!({"since": 0}),
        json!({"spent": 5}),
    ] {
        assert_eq!(check(kinds::TIMER, "run", run), Ok(()));
    }
    for hostile in [
        json!({"ends": 1e300}),
        json!({"left": -1}),
        json!({"ends": 1, "left": 1}),
        json!("now"),
        json!([]),
    ] {
        let refused = check(kinds::TIMER, "run", hostile).expect_err("it is none");
        assert!(refused.to_string().contains(r#"{"ends": UNIX_MS}"#), "{refused}");
    }
    assert_eq!(check(kinds::TIMER, "minutes", json!(0.5)), Ok(()));
    assert_eq!(check(kinds::TIMER, "minutes", Value::Null), Ok(()), "it runs up");
    assert!(check(kinds::TIMER, "minutes", json!(-1)).is_err());
}
