//! Live rows: what a series sends as rows, or a row for each series.

use std::cmp::Ordering;

use dioxus::prelude::*;

use super::sampled::{Named, Waiting, named, use_series};
use crate::{
    components::format::{age, figure_text, value_text},
    dashboard::palette::lower,
    hooks::{Now, RealtimeUpdates, use_in_sight, use_now, use_signal},
    protocol::Value,
    sorted::sorted,
    words::{ta, tn, with},
};

/// So many rows are found by looking; above more of them there is a box for letters.
const UNFILTERED_LEN_MAX: usize = 10;

/// Rows as they are now, in their own order or by a column that somebody has chosen, all or those with some letters: on this page alone.
#[component]
pub fn Table(live: RealtimeUpdates) -> Element {
    let mut order = use_signal(|| None::<Order>);
    let mut typed = use_signal(String::new);
    let (names, samples) = use_series(live);
    let (now, is_seen) = (use_now(), use_in_sight());
    let list = samples.read();
    let unit = live.text("unit");
    let own = [("Series", None), ("Value", Some(unit.as_str())), ("Age", Some(AGE))];
    let mut columns = &own[..];
    let mut rows;
    let sent = list
        .0
        .first()
        .and_then(|(name, series)| Some((name, series.latest()?.as_array()?)));
    if let Some((name, sent)) = sent {
        (columns, rows) = (self::columns(name), sent.clone());
    } else {
        // Nobody sees how old it gets where it is scrolled away.
        let now = if is_seen { now() } else { *now.peek() };
        let numbers = named(&names.read(), &list);
        if numbers.iter().all(|one| one.value.is_none()) {
            return rsx! { Waiting { names: names() } };
        }
        rows = numbers.into_iter().map(|one| row(one, now)).collect();
    }
    let letters = lower(&typed.read());
    let has_filter = sent.is_none() && (rows.len() > UNFILTERED_LEN_MAX || !letters.is_empty());
    if !letters.is_empty() {
        rows.retain(|row| row[0].as_str().is_some_and(|label| lower(label).contains(&letters)));
    }
    let chosen = order();
    if let Some(order) = chosen {
        rows = sorted(rows, |one, other| order.compare(one, other));
    }
    let title = live.text("title");
    rsx! {
        if has_filter {
            input {
                class: "input table-filter",
                r#type: "search",
                autocomplete: "off",
                "aria-label": with("Filter of {}", &[&title]),
                placeholder: ta("Filter"),
                maxlength: "80",
                value: "{typed}",
                oninput: move |event| typed.set(event.value()),
            }
        }
        div { class: "table-frame", tabindex: "0", role: "region", "aria-label": title,
            table { class: "table",
                if !columns.is_empty() {
                    thead {
                        tr {
                            for (column , (heading , is_number)) in columns.iter().map(|(heading, unit)| (*heading, unit.is_some())).enumerate() {
                                th { key: "{heading}", scope: "col", "data-type": is_number.then_some("number"), "aria-sort": chosen.and_then(|order| order.word(column)),
                                    button { r#type: "button", onclick: move |_| order.set(Order::after(chosen, column, is_number)), {tn(heading)} }
                                }
                            }
                        }
                    }
                }
                tbody {
                    for (at, row) in rows.iter().enumerate() {
                        tr { key: "{at}",
                            for (column , cell) in row.as_array().into_iter().flatten().enumerate() {
                                {cell_of(cell, columns.get(column).and_then(|(_, unit)| *unit))}
                            }
                        }
                    }
                }
            }
            if rows.is_empty() && has_filter {
                p { class: "note-line", role: "status", {tn("No row has these letters.")} }
            }
        }
    }
}

/// By which column rows are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    column: usize,
    is_falling: bool,
}

impl Order {
    /// What a press on a column's heading leads to: sorted by it, the other way round, and as the rows came. Of numbers the greatest
    /// come first.
    fn after(before: Option<Self>, column: usize, is_number: bool) -> Option<Self> {
        match before.filter(|before| before.column == column) {
            None => Some(Self {
                column,
                is_falling: is_number,
            }),
            Some(before) if before.is_falling == is_number => Some(Self {
                is_falling: !is_number,
                ..before
            }),
            Some(_) => None,
        }
    }

    /// Names before numbers, which no column mixes.
    fn compare(self, one: &Value, other: &Value) -> Ordering {
        let [one, other] = [one, other].map(|row| row.get(self.column).unwrap_or(&Value::Null));
        let rising = match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            (one, other) if one.is_some() || other.is_some() => one.is_some().cmp(&other.is_some()),
            _ => one.as_str().cmp(&other.as_str()),
        };
        if self.is_falling { rising.reverse() } else { rising }
    }

    /// How a column is sorted, as screen readers are told.
    const fn word(self, column: usize) -> Option<&'static str> {
        match self {
            _ if self.column != column => None,
            Self { is_falling: true, .. } => Some("descending"),
            _ => Some("ascending"),
        }
    }
}

/// Headings and units of tables that are known; `None` for text.
fn columns(series: &str) -> &'static [(&'static str, Option<&'static str>)] {
    match series {
        "host.processes" => &[
            ("Name", None),
            ("Process", Some("")),
            ("Processor", Some("%")),
            ("Memory", Some("B")),
        ],
        _ if series.starts_with("top ") => &[("Series", None), ("Value", Some(""))],
        _ => &[],
    }
}

/// In place of a unit: how many milliseconds ago.
const AGE: &str = "age";

/// A series as a row: what it is called, its newest value, and how old that is, once there is a clock.
fn row(one: Named, now: Option<Now>) -> Value {
    let age_ms = now.zip(one.series).map(|(now, series)| series.age_ms(now.device));
    Value::Array(vec![
        one.label.into(),
        one.value.map_or(Value::Null, Value::from),
        age_ms.map_or(Value::Null, Value::from),
    ])
}

fn cell_of(cell: &Value, unit: Option<&str>) -> Element {
    rsx! {
        td { "data-type": (unit.is_some() || cell.is_number()).then_some("number"), {cell_text(cell, unit)} }
    }
}

fn cell_text(cell: &Value, unit: Option<&str>) -> String {
    match (cell.as_f64(), unit) {
        (Some(ms), Some(AGE)) => age(ms as u64),
        (Some(number), Some(unit)) => figure_text(number, unit),
        (None, Some(_)) if cell.is_null() => "–".to_owned(),
        _ => value_text(cell),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_sorted_by_the_heading_that_was_pressed() {
        let rows = || vec![json!(["b", 2]), json!(["a", 10]), json!(["c", null])];
        let names = |order: Option<Order>| {
            let rows = match order {
                Some(order) => sorted(rows(), |one, other| order.compare(one, other)),
                None => rows(),
            };
            rows.iter().map(|row| value_text(&row[0])).collect::<String>()
        };
        let press = |before, column| Order::after(before, column, column == 1);
        let by_number = press(None, 1);
        assert_eq!([names(by_number), names(press(by_number, 1))], ["abc", "cba"]);
        assert_eq!(press(press(by_number, 1), 1), None, "the third press ends it");
        let by_name = press(by_number, 0);
        assert_eq!([names(by_name), names(press(by_name, 0))], ["abc", "cba"]);
        assert_eq!(by_name.and_then(|order| order.word(0)), Some("ascending"));
        assert_eq!(by_name.and_then(|order| order.word(1)), None);
    }

    #[test]
    fn a_cell_has_its_columns_unit() {
        assert_eq!(cell_text(&json!(1_048_576), Some("B")), "1\u{a0}MiB");
        assert_eq!(cell_text(&json!("init"), None), "init");
        assert_eq!(cell_text(&json!(4321), Some("")), "4321");
        assert_eq!(cell_text(&json!(90_000), Some(AGE)), "1\u{a0}min");
        assert_eq!(cell_text(&Value::Null, Some("l")), "–");
    }
}
