//! A log: lines that people and programs add, of which the newest are kept.

use super::{kinds, value_bytes};
use crate::{
    config::{FIELD_OVERHEAD_BYTES, LOG_BYTES_MAX, LOG_LEN_MAX},
    protocol::{Field, FieldName, Kind, Value, Widget},
};

/// What the name of a line's field begins with; then eleven hexadecimal digits of its instant, in milliseconds since the Unix epoch, and
/// what tells it from others of that.
pub const LINE: &str = "line-";

/// Whether a value leaves nothing of its field: a line of a log that is taken away. Its name is never given again, so nothing that is
/// still to come can be about it; and the log would be full of what is gone.
#[must_use]
pub fn leaves_nothing(kind: &Kind, field: &FieldName, value: &Value) -> bool {
    value.is_null() && kind.as_str() == kinds::LOG && field.as_str().starts_with(LINE)
}

/// A log's lines, oldest first.
#[must_use]
pub fn lines(widget: &Widget) -> Vec<(&FieldName, &Field)> {
    let mut lines = Vec::new();
    // Their names sort by the time, for five centuries.
    for (name, field) in &widget.fields {
        if name.as_str().starts_with(LINE) && !field.value.is_null() {
            lines.push((name, field));
        }
    }
    lines
}

/// When a line was written, as its name says: milliseconds since the Unix epoch, as [`MS_DIGITS`] digits.
#[must_use]
pub fn written_at(field: &FieldName) -> Option<u64> {
    let digits = field.as_str().strip_prefix(LINE)?.split('-').next()?;
    let digits = Some(digits).filter(|digits| digits.len() == MS_DIGITS)?;
    u64::from_str_radix(digits, 16).ok()
}

/// The hexadecimal digits of a line's moment in its name: until the year 2527.
pub const MS_DIGITS: usize = 11;

/// The moment by which a further line is named, of one that is written at `now_ms`: after those that its author has seen, whose clocks may be a
/// little ahead of this one.
#[must_use]
pub fn moment_after(widget: &Widget, now_ms: u64) -> u64 {
    let lines = lines(widget);
    // What claims to be of tomorrow is not waited for, and hides nothing.
    let is_near = |at: &u64| *at < now_ms.saturating_add(CLOCKS_APART_MS);
    let newest = lines
        .iter()
        .rev()
        .filter_map(|(name, _)| written_at(name))
        .find(is_near);
    newest.map_or(now_ms, |newest| now_ms.max(newest + 1))
}

/// So far clocks may be apart, and a page's, which ticks once a second, behind.
const CLOCKS_APART_MS: u64 = 5_000;

/// The oldest lines, which go when a further one of so many bytes comes: a log is a widget, and has its limits. Between what it keeps
/// and those is room for what others add without having seen it.
#[must_use]
pub fn outgrown(widget: &Widget, bytes: usize) -> Vec<FieldName> {
    let bytes_of = |field: &Field| value_bytes(&field.value) + FIELD_OVERHEAD_BYTES;
    let lines = lines(widget);
    let mut left = lines.len();
    let mut sum = lines.iter().map(|(_, field)| bytes_of(field)).sum::<usize>() + bytes + FIELD_OVERHEAD_BYTES;
    let mut gone = Vec::new();
    for (name, field) in lines {
        if left < LOG_LEN_MAX && sum <= LOG_BYTES_MAX {
            break;
        }
        gone.push(name.clone());
        (left, sum) = (left - 1, sum - bytes_of(field));
    }
    gone
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn log(lines: &[(&str, &str)]) -> Widget {
        let fields = lines.iter().map(|(name, text)| {
            let field = json!({
                "value": text, "revision": 1, "operation": format!("{:032x}-1", 1), "writer": { "principal": "ada", "at": 5 }
            });
            ((*name).to_owned(), field)
        });
        let fields: serde_json::Map<String, Value> = fields.collect();
        serde_json::from_value(json!({"kind": "log", "created": 1, "changed": 1, "fields": fields})).expect("a widget")
    }

    fn name(name: &str) -> FieldName {
        name.parse().expect("a name")
    }

    #[test]
    fn lines_stand_by_their_names_and_those_tell_when_they_were_written() {
        let log = log(&[
            ("line-019a0000001-b", "second"),
            ("title", "Log"),
            ("line-019a0000000-c", "first"),
            ("line-fff00000000-a", "last"),
        ]);
        let texts: Vec<&Value> = lines(&log).into_iter().map(|(_, field)| &field.value).collect();
        assert_eq!(texts, ["first", "second", "last"]);
        assert_eq!(written_at(&name("line-019a0000001-b")), Some(0x19_a000_0001));
        for none in ["line-x", "title", "line-ffffffffffffffff", "line-0"] {
            assert_eq!(written_at(&name(none)), None, "{none}");
        }
    }

    #[test]
    fn a_line_comes_after_those_that_were_seen_though_clocks_are_apart() {
        let log = log(&[("line-00000002711-a", "at ten seconds")]);
        assert_eq!(moment_after(&log, 9_000), 10_002);
        assert_eq!(moment_after(&log, 10_001), 10_002);
        assert_eq!(moment_after(&log, 60_000), 60_000);
        assert_eq!(
            moment_after(&log, 1_000),
            1_000,
            "a clock that is nine seconds ahead is wrong"
        );
        let beside = self::log(&[
            ("line-00000002711-a", "at ten seconds"),
            ("line-fffffffffff-b", "of no time"),
        ]);
        assert_eq!(moment_after(&beside, 9_000), 10_002, "and hides nothing");
    }

    #[test]
    fn of_a_line_that_is_taken_away_nothing_is_left_and_of_any_other_field_its_place() {
        for (kind, field, is_left) in [
            ("log", "line-1-a", false),
            ("log", "title", true),
            ("checklist", "item-1", true),
            ("checklist", "line-1-a", true),
        ] {
            let kind: Kind = kind.parse().expect("a kind");
            assert_eq!(
                leaves_nothing(&kind, &name(field), &Value::Null),
                !is_left,
                "{kind} {field}"
            );
            assert!(!leaves_nothing(&kind, &name(field), &json!("")), "{kind} {field}");
        }
    }

    #[test]
    fn a_full_log_lets_its_oldest_line_go_for_a_new_one() {
        let names: Vec<String> = (0..LOG_LEN_MAX).map(|at| format!("line-{at:011x}-a")).collect();
        let full: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "short")).collect();
        assert_eq!(outgrown(&log(&full), 9), [name(&names[0])]);
        assert_eq!(outgrown(&log(&full[1..]), 9), []);
        // Long ones go sooner.
        let long = "x".repeat(12_000);
        let two = [
            ("line-1-a", long.as_str()),
            ("line-2-a", long.as_str()),
            ("line-3-a", "short"),
        ];
        assert_eq!(outgrown(&log(&two), 9), []);
        assert_eq!(outgrown(&log(&two), 12_000), [name("line-1-a")]);
        assert_eq!(outgrown(&log(&[]), 16_000), []);
    }
}
