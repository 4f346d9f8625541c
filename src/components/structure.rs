//! What differs between two lists or two objects, part by part: what a person who chooses between two versions has to read; and two
//! lists put together, where they changed different items.

use super::{
    difference::{put_together, shared},
    format::value_text,
};
use crate::{
    protocol::{Value, encode},
    words::with,
};

/// So many lists and objects within each other are looked into; one that lies deeper is one part.
const DEPTH_MAX: usize = 4;
/// The most lines of a version; the others are counted.
const LINES_MAX: usize = 24;
/// The most items of a list that is put together: more are not read over in a line of text.
const PUT_TOGETHER_LEN_MAX: usize = 200;

/// Both versions in lines, as stretches of which each is with whether it only tells of what the other has, too: a part that the other
/// has otherwise or not at all is its path, if it has any, and what it holds; the parts in a row that both have are counted. `None`
/// unless both are lists, or both are objects, and neither is empty. Of a list, items are alike in their order; as many items in place
/// of others are each compared with its counterpart, and called by their place in `mine`.
#[must_use]
pub fn by_parts(mine: &Value, theirs: &Value) -> Option<[Vec<(String, bool)>; 2]> {
    if !has_parts(mine, theirs) {
        return None;
    }
    let mut sides = Sides::default();
    sides.compare("", mine, theirs, DEPTH_MAX);
    Some(sides.0.map(|lines| {
        let more = lines.len().saturating_sub(LINES_MAX);
        let mut stretches = Vec::new();
        for (text, same) in lines.into_iter().take(LINES_MAX) {
            if !stretches.is_empty() {
                stretches.push(("\n".to_owned(), true));
            }
            stretches.push(if same > 0 {
                (with("… {} the same", &[&same.to_string()]), true)
            } else {
                (text, false)
            });
        }
        if more > 0 {
            stretches.push((["\n", &with("… and {} more", &[&more.to_string()])].concat(), true));
        }
        stretches
    }))
}

/// Both lists of texts put together over what was `before`: what either has added is there, what either has taken away is not; where
/// both have added at one place, mine and then theirs. No item is there more often than either has it. `None` where one is no
/// list of texts, or too long to be read over, or nothing would be left. A proposal, to be read before it is kept.
#[must_use]
pub fn list_of_both(before: &Value, mine: &Value, theirs: &Value) -> Option<Value> {
    let [before, mine, theirs] = [texts(before)?, texts(mine)?, texts(theirs)?];
    let mut both: Vec<&str> = Vec::new();
    for item in put_together(&before, &mine, &theirs, false) {
        let times = |list: &[&str]| list.iter().filter(|other| **other == item).count();
        let (of_mine, of_theirs) = (times(&mine), times(&theirs));
        let is_taken_away = before.contains(&item) && of_mine.min(of_theirs) == 0;
        if !is_taken_away && times(&both) < of_mine.max(of_theirs) {
            both.push(item);
        }
    }
    (!both.is_empty()).then(|| both.into_iter().collect())
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    let items = value.as_array().filter(|items| items.len() <= PUT_TOGETHER_LEN_MAX)?;
    items.iter().map(Value::as_str).collect()
}

/// Whether two values are compared part by part.
fn has_parts(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => !one.is_empty() && !other.is_empty(),
        (Value::Object(one), Value::Object(other)) => !one.is_empty() && !other.is_empty(),
        _ => false,
    }
}

/// The lines of mine, and those of theirs: a part that differs, or how many in a row do not.
#[derive(Default)]
struct Sides([Vec<(String, usize)>; 2]);

impl Sides {
    fn compare(&mut self, path: &str, mine: &Value, theirs: &Value, depth: usize) {
        match (mine, theirs) {
            _ if mine == theirs => self.same(),
            _ if depth == 0 || !has_parts(mine, theirs) => {
                self.own(0, path, mine);
                self.own(1, path, theirs);
            }
            (Value::Array(mine), Value::Array(theirs)) => self.compare_items(path, mine, theirs, depth),
            (Value::Object(mine), Value::Object(theirs)) => {
                for (key, entry) in mine {
                    let path = within(path, key);
                    match theirs.get(key) {
                        Some(other) => self.compare(&path, entry, other, depth - 1),
                        None => self.own(0, &path, entry),
                    }
                }
                for (key, entry) in theirs.iter().filter(|(key, _)| !mine.contains_key(*key)) {
                    self.own(1, &within(path, key), entry);
                }
            }
            _ => {}
        }
    }

    fn compare_items(&mut self, path: &str, mine: &[Value], theirs: &[Value], depth: usize) {
        let written = |items: &[Value]| items.iter().map(encode).collect::<Vec<_>>();
        let (own, others) = (written(mine), written(theirs));
        let [own, others] = [&own, &others].map(|items| items.iter().map(String::as_str).collect::<Vec<_>>());
        let (mut at, mut beside) = (0, 0);
        for (end, end_beside) in shared(&own, &others).into_iter().chain([(mine.len(), theirs.len())]) {
            let (rest, others) = (&mine[at..end], &theirs[beside..end_beside]);
            if rest.len() == others.len() {
                for (place, (item, other)) in (at + 1..).zip(rest.iter().zip(others)) {
                    if has_parts(item, other) {
                        self.compare(&within(path, &place.to_string()), item, other, depth - 1);
                    } else {
                        self.own(0, path, item);
                        self.own(1, path, other);
                    }
                }
            } else {
                rest.iter().for_each(|item| self.own(0, path, item));
                others.iter().for_each(|item| self.own(1, path, item));
            }
            if end < mine.len() {
                self.same();
            }
            (at, beside) = (end + 1, end_beside + 1);
        }
    }

    fn same(&mut self) {
        for lines in &mut self.0 {
            match lines.last_mut() {
                Some((_, same)) if *same > 0 => *same += 1,
                _ => lines.push((String::new(), 1)),
            }
        }
    }

    fn own(&mut self, side: usize, path: &str, value: &Value) {
        let text = match value {
            // As it is: what is rounded to be read may look the same on both sides.
            Value::Number(number) => number.to_string(),
            other => value_text(other),
        };
        let colon = if path.is_empty() { "" } else { ": " };
        self.0[side].push(([path, colon, &text].concat(), 0));
    }
}

fn within(path: &str, part: &str) -> String {
    let step = if path.is_empty() { "" } else { " › " };
    [path, step, part].concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Mine and theirs in words, what differs in brackets.
    fn told(mine: Value, theirs: Value) -> [String; 2] {
        let stretch = |(text, is_shared): (String, bool)| {
            if is_shared {
                text.replace("… ", "").replace(" the ", " ")
            } else {
                format!("[{text}]")
            }
        };
        let side = |lines: Vec<(String, bool)>| lines.into_iter().map(stretch).collect::<String>();
        let sides = by_parts(&mine, &theirs).expect("they have parts").map(side);
        sides.map(|side| side.replace('\n', ", "))
    }

    #[test]
    fn of_a_list_the_items_that_differ_are_told_and_the_others_counted() {
        assert_eq!(
            told(json!(["fuel", "oil", "depth", "wind"]), json!(["fuel", "oil", "heel"])),
            ["2 same, [depth], [wind]", "2 same, [heel]"]
        );
        assert_eq!(told(json!(["a", "b"]), json!(["b"])), ["[a], 1 same", "1 same"]);
        // One that was moved differs on both sides, and it is the same one.
        assert_eq!(
            told(json!(["a", "b"]), json!(["b", "a"])),
            ["[a], 1 same", "1 same, [a]"]
        );
        assert_eq!(told(json!(["a", "a"]), json!(["a"])), ["1 same, [a]", "1 same"]);
        assert_eq!(
            told(json!(["a", ""]), json!(["a", null])),
            ["1 same, [empty]", "1 same, [nothing]"]
        );
    }

    #[test]
    fn of_an_object_what_differs_is_told_by_its_key() {
        assert_eq!(
            told(
                json!({"colour": "red", "max": 20.125, "min": 0}),
                json!({"max": 20.126, "min": 0, "unit": "°C"})
            ),
            [
                "[colour: red], [max: 20.125], 1 same",
                "[max: 20.126], 1 same, [unit: °C]"
            ]
        );
    }

    #[test]
    fn what_lies_within_has_a_path() {
        let of = |max: i64, series: &[&str]| json!({"axis": {"max": max, "min": 0}, "series": series});
        assert_eq!(
            told(of(5, &["a", "b"]), of(6, &["a", "c"])),
            [
                "[axis › max: 5], 2 same, [series: b]",
                "[axis › max: 6], 2 same, [series: c]"
            ]
        );
        // An item that was changed, and not added or taken away, is looked into.
        let rows = |x: i64| json!([{"name": "a"}, {"name": "b", "x": x}]);
        assert_eq!(told(rows(1), rows(2)), ["2 same, [2 › x: 1]", "2 same, [2 › x: 2]"]);
        assert_eq!(told(json!([[1, 2], 3]), json!([3])), ["[[1,2]], 1 same", "1 same"]);
        assert_eq!(
            told(json!({"a": []}), json!({"a": ["b", "c"]})),
            ["[a: empty]", "[a: b, c]"]
        );
    }

    #[test]
    fn what_has_no_parts_is_not_told_by_them() {
        for (mine, theirs) in [
            (json!("a"), json!("b")),
            (json!(["a"]), json!([])),
            (json!({"a": 1}), json!({})),
            (json!(["a"]), json!({"0": "a"})),
            (json!(["a"]), Value::Null),
        ] {
            assert_eq!(by_parts(&mine, &theirs), None, "{mine} and {theirs}");
        }
    }

    #[test]
    fn what_lies_too_deep_is_one_part_and_lines_past_the_most_are_counted() {
        let nested = |depth: usize, leaf: i64| (0..depth).fold(json!(leaf), |inner, _| json!({"a": inner}));
        let [mine, _] = told(nested(DEPTH_MAX, 1), nested(DEPTH_MAX, 2));
        assert_eq!(mine, "[a › a › a › a: 1]");
        let [mine, _] = told(nested(60, 1), nested(60, 2));
        assert!(mine.starts_with("[a › a › a › a: {\"a\":{"), "{mine}");
        let list = |first: usize| (first..first + 30).collect::<Value>();
        let [lines, _] = told(list(0), list(100));
        assert_eq!(lines.matches('[').count(), LINES_MAX);
        assert!(
            lines.ends_with(&format!("[23], and {} more", 30 - LINES_MAX)),
            "{lines}"
        );
    }

    #[test]
    fn two_lists_are_put_together_and_nothing_that_either_added_is_left_out() {
        let both = |mine: Value, theirs: Value| list_of_both(&json!(["fuel", "oil", "depth"]), &mine, &theirs);
        // One has added, one has taken away.
        assert_eq!(
            both(json!(["fuel", "oil", "depth", "wind"]), json!(["oil", "depth"])),
            Some(json!(["oil", "depth", "wind"]))
        );
        // One has taken away what is beside that which the other has added.
        assert_eq!(
            both(json!(["fuel", "oil"]), json!(["fuel", "oil", "depth", "wind"])),
            Some(json!(["fuel", "oil", "wind"]))
        );
        // Both have added at one place.
        assert_eq!(
            both(
                json!(["fuel", "oil", "depth", "wind"]),
                json!(["fuel", "oil", "depth", "heel"])
            ),
            Some(json!(["fuel", "oil", "depth", "wind", "heel"]))
        );
        // The same one, beside another, or elsewhere: it is there once.
        assert_eq!(
            both(
                json!(["fuel", "oil", "depth", "heel", "wind"]),
                json!(["fuel", "oil", "depth", "wind"])
            ),
            Some(json!(["fuel", "oil", "depth", "heel", "wind"]))
        );
        assert_eq!(
            both(
                json!(["wind", "fuel", "oil", "depth"]),
                json!(["fuel", "oil", "depth", "wind"])
            ),
            Some(json!(["wind", "fuel", "oil", "depth"]))
        );
        assert_eq!(
            both(json!(["fuel"]), json!(["oil", "depth"])),
            None,
            "nothing would be left"
        );
        for other in [
            json!("fuel"),
            json!([1]),
            Value::Null,
            json!(vec!["a"; PUT_TOGETHER_LEN_MAX + 1]),
        ] {
            assert_eq!(both(other, json!(["oil"])), None);
        }
    }
}
