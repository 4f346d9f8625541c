//! A new widget: its kind, its title, and for a live one the series it shows. Or one that was copied; or an old one, that was removed.

use dioxus::prelude::*;
use serde_json::json;

use super::files::{fault_line, put_file, read_given};
use crate::{
    board::kinds,
    components::{
        disclosure::tool,
        edit_line::{field_input, read, text_in},
        format::{time_of_day, writer_name},
        icon::Glyph,
        said::{say, say_added, say_back},
    },
    hooks::{
        BoardHandle, Now, check_series, drafted, forget_draft, fresh_name, keep_draft, title_of, use_now, use_signal,
    },
    protocol::{FieldName, Value, Widget, WidgetId},
    sorted::SortedMap,
    words::{sentence, t, ta, tn, with},
};

/// A kind, as people choose it.
pub struct Choice {
    kind: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// The series that is suggested, where it shows any.
    series: Option<&'static str>,
}

/// All kinds that can be added.
pub const CHOICES: [Choice; 13] = [
    Choice {
        kind: kinds::NOTE,
        name: "Note",
        series: None,
    },
    Choice {
        kind: kinds::CHECKLIST,
        name: "Checklist",
        series: None,
    },
    Choice {
        kind: kinds::STATUS,
        name: "Status",
        series: None,
    },
    Choice {
        kind: kinds::COUNTER,
        name: "Counter",
        series: None,
    },
    Choice {
        kind: kinds::SETPOINT,
        name: "Setpoint",
        series: None,
    },
    Choice {
        kind: kinds::SWITCH,
        name: "Switch",
        series: None,
    },
    Choice {
        kind: kinds::LOG,
        name: "Log",
        series: None,
    },
    Choice {
        kind: kinds::TIMER,
        name: "Timer",
        series: None,
    },
    Choice {
        kind: kinds::STAT,
        name: "Live number",
        series: Some("host.cpu"),
    },
    Choice {
        kind: kinds::GAUGE,
        name: "Gauge",
        series: Some("host.memory.percent"),
    },
    Choice {
        kind: kinds::SERIES,
        name: "Chart",
        series: Some("host.cpu.*"),
    },
    Choice {
        kind: kinds::BAR,
        name: "Bars",
        series: Some("host.cpu.*"),
    },
    Choice {
        kind: kinds::TABLE,
        name: "Table",
        series: Some("host.processes"),
    },
];

/// Series that every server has, with their units; any other may be typed.
const SERIES: [(&str, &str); 12] = [
    ("host.cpu", "%"),
    ("host.cpu.*", "%"),
    ("host.memory.percent", "%"),
    ("host.memory.used", "B"),
    ("host.swap.percent", "%"),
    ("host.disk.root.percent", "%"),
    ("host.disk.root.used", "B"),
    ("host.network.received", "B/s"),
    ("host.network.sent", "B/s"),
    ("host.load.*", ""),
    ("host.uptime", "s"),
    ("host.processes", ""),
];

/// Names of series, suggested wherever one is typed: what is posted and shown nowhere, and what every server has.
pub fn known_series(posted: &[String]) -> Element {
    let names = posted
        .iter()
        .map(String::as_str)
        .chain(SERIES.iter().map(|(name, _)| *name));
    rsx! {
        datalist { id: "known-series",
            for name in names {
                option { key: "{name}", value: name }
            }
        }
    }
}

/// The button in the header or on an empty board, and the form behind it.
#[component]
pub fn AddWidget(board: BoardHandle) -> Element {
    let open = use_signal(|| false);
    tool(
        open,
        Glyph::Plus,
        t("Add widget"),
        None,
        rsx! {
            Form { board, open }
        },
    )
}

#[component]
fn Form(board: BoardHandle, open: Signal<bool>) -> Element {
    let mut open = open;
    let now = use_now();
    let removed = board.removed();
    let place_of = move || [board.id().as_str(), "/+"].concat();
    // What was typed before it was closed, unless it was cancelled.
    let (kind, texts) = drafted(&place_of()).unwrap_or_default();
    let texts = texts.split_once('\n').unwrap_or_default();
    // What is in the boxes now, but for a series that is only suggested.
    let (mut title, mut series) = (use_signal(|| texts.0.to_owned()), use_signal(|| texts.1.to_owned()));
    let mut take_in = move |event: &FormEvent, suggested: Option<&str>| {
        let text = text_in(event, "series");
        let newest = typed(&text, suggested, &series.peek()).to_owned();
        series.set(newest);
        title.set(text_in(event, "title"));
    };
    let place = move |kind: &str| CHOICES.iter().position(|choice| choice.kind == kind).unwrap_or(0);
    let mut at = use_signal(|| place(&kind));
    let keep = move |event: FormEvent| {
        let kind = text_in(&event, "kind");
        // What stood in the box was suggested for the kind that was chosen until now.
        take_in(&event, CHOICES[at().min(CHOICES.len() - 1)].series);
        at.set(place(&kind));
        let texts = [title.peek().as_str(), "\n", series.peek().as_str()].concat();
        keep_draft(&place_of(), &kind, &texts);
    };
    let close = move || {
        let mut open = open;
        forget_draft(&place_of());
        open.set(false);
    };
    let mut chosen = use_signal(|| removed.first().map_or_else(String::new, |(id, _)| id.to_string()));
    let is_listed = removed.iter().any(|(id, _)| id.as_str() == chosen());
    if !is_listed && let Some((first, _)) = removed.first() {
        chosen.set(first.to_string());
    }
    let bring_back = move |_| {
        if let Ok(id) = chosen.peek().parse() {
            say_back(&board.id(), &id);
            board.restore(id);
            open.set(false);
        }
    };
    let fault = use_signal(String::new);
    let paste = move |event: FormEvent| {
        if let Some(file) = read_given(&event.value(), true, fault) {
            put_file(board, file);
            open.set(false);
        }
    };
    let choice = &CHOICES[at().min(CHOICES.len() - 1)];
    let (mut wrong, mut is_asked) = (use_signal(String::new), use_signal(|| false));
    let submit = move |event: FormEvent| {
        event.prevent_default();
        take_in(&event, CHOICES[at().min(CHOICES.len() - 1)].series);
        wrong.set(String::new());
        let asked = series.peek().clone();
        let told = Callback::new({
            let asked = asked.clone();
            move |said: String| {
                is_asked.set(false);
                if *series.peek() != asked {
                    return; // that is another one by now, and its author has yet to add it
                }
                if said.is_empty() {
                    // With what was typed, and chosen, while it was asked.
                    let choice = &CHOICES[at().min(CHOICES.len() - 1)];
                    add(board, choice, title.peek().trim(), asked.trim());
                    close();
                }
                wrong.set(sentence(&said));
            }
        });
        // Who presses once more waits no longer, as the button says.
        if is_asked.replace(true) {
            told(String::new());
        } else {
            check_series(asked.trim(), told);
        }
    };
    let is_typed = !series.peek().is_empty();
    let typed = is_typed.then(|| series.peek().clone());
    rsx! {
        // Nothing in it hears anything by itself: so an event of any of them tells of all.
        form { class: "form", onsubmit: submit, oninput: keep,
            label {
                {tn("Kind")}
                select { class: "input", name: "kind",
                    for option in &CHOICES {
                        option { key: "{option.kind}", value: option.kind, selected: option.kind == choice.kind, {tn(option.name)} }
                    }
                }
            }
            label {
                {tn("Title")}
                input { class: "input", name: "title", r#type: "text", maxlength: "80", placeholder: ta(choice.name), initial_value: title.peek().clone() }
            }
            if let Some(suggested) = choice.series {
                {field_input("Series", "series", &suggested.into(), typed, [None; 2], false)}
                {fault_line(wrong)}
            }
            div { class: "row",
                button { class: "button", "data-weight": "strong", r#type: "submit", "aria-busy": is_asked(), {tn(if is_asked() { "Add unchecked" } else { "Add" })} }
                button { class: "button", "data-weight": "quiet", r#type: "button", onclick: move |_| close(), {tn("Cancel")} }
            }
        }
        section { class: "form", "aria-label": ta("Paste"),
            label {
                {tn("Copied card")}
                textarea { class: "input", rows: "2", spellcheck: "false", placeholder: ta("Paste it here"), oninput: paste }
            }
            {fault_line(fault)}
        }
        if !removed.is_empty() {
            section { class: "form", "aria-label": ta("Removed"),
                label {
                    {tn("Removed")}
                    select { class: "input", onchange: move |event| chosen.set(event.value()),
                        for (id , widget) in removed {
                            option { key: "{id}", value: "{id}", selected: id.as_str() == chosen(), {caption(&title_of(&board.id(), &id), &widget, *now.peek())} }
                        }
                    }
                }
                div { class: "row",
                    button { class: "button", r#type: "button", onclick: bring_back, {tn("Bring back")} }
                }
            }
        }
    }
}

/// What of the series' box somebody has typed: not what is only suggested for its kind, since for another kind that is another one. What was typed
/// `before` stays it, also where another kind suggests the same.
fn typed<'a>(text: &'a str, suggested: Option<&str>, before: &str) -> &'a str {
    if Some(text) == suggested && text != before {
        ""
    } else {
        text
    }
}

/// Adds a widget to a board: by its kind's name where it has no title, with the series that is suggested where none is named.
pub fn add(board: BoardHandle, choice: &Choice, title: &str, series: &str) {
    let title = if title.is_empty() { t(choice.name) } else { title };
    let mut fields = defaults(choice, series);
    fields.push(("title", json!(title)));
    match fresh_name(choice.kind) {
        Ok(id) => {
            say_added(&board.id(), &id, with("{} added", &[title]));
            put(board, id, choice.kind, fields);
        }
        Err(error) => say(sentence(&error.to_string()), "refused", String::new(), None),
    }
}

/// What a removed widget was called; and by whom it was removed and when, but of one's own removal that the server has still to
/// hear of.
fn caption(title: &str, widget: &Widget, now: Option<Now>) -> String {
    match (&widget.removed_by, now) {
        (Some(writer), Some(now)) if writer.at.0 > 0 => {
            [title, " · ", &writer_name(writer), ", ", &time_of_day(now, writer.at.0)].concat()
        }
        _ => title.to_owned(),
    }
}

/// What a new widget of a kind starts with.
fn defaults(choice: &Choice, series: &str) -> Vec<(&'static str, Value)> {
    if let Some(suggested) = choice.series {
        let series = if series.is_empty() { suggested } else { series };
        // As *Set up* reads it; the unit is that of the first.
        let list = read("series", series, &Value::Null).unwrap_or_default();
        let unit = SERIES
            .iter()
            .find(|(name, _)| list.get(0).is_some_and(|first| first == name))
            .map_or("", |(_, unit)| unit);
        let mut fields = vec![("series", list), ("unit", json!(unit))];
        if unit == "%" && choice.kind != kinds::STAT {
            fields.extend([("min", json!(0)), ("max", json!(100))]);
        }
        return fields;
    }
    match choice.kind {
        kinds::STATUS => vec![("state", json!("ok")), ("text", json!(""))],
        kinds::COUNTER => vec![("count", json!(0))],
        kinds::SWITCH => vec![("on", json!(false))],
        kinds::SETPOINT => vec![
            ("value", json!(20)),
            ("min", json!(0)),
            ("max", json!(100)),
            ("step", json!(1)),
            ("unit", json!("")),
        ],
        kinds::NOTE => vec![("text", json!(""))],
        kinds::TIMER => vec![("minutes", json!(5))],
        _ => Vec::new(),
    }
}

/// Puts a new widget at the end of a board.
pub fn put(board: BoardHandle, id: WidgetId, kind: &str, mut fields: Vec<(&'static str, Value)>) {
    fields.extend(board.last_order().map(|order| ("order", json!(order))));
    board.create(id, kind.parse().expect("a plain name"), named(fields));
}

fn named(fields: Vec<(&'static str, Value)>) -> SortedMap<FieldName, Value> {
    fields
        .into_iter()
        .map(|(name, value)| (name.parse().expect("a plain name"), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Catalog;

    #[test]
    fn several_series_are_named_with_commas_between_them() {
        let chart = CHOICES
            .iter()
            .find(|choice| choice.kind == kinds::SERIES)
            .expect("a chart");
        let [series, unit, ..] = &defaults(chart, "host.cpu, host.load.1")[..] else {
            panic!("a chart has series and a unit")
        };
        assert_eq!(*series, ("series", json!(["host.cpu", "host.load.1"])));
        assert_eq!(*unit, ("unit", json!("%")));
    }

    #[test]
    fn what_is_suggested_for_the_kind_that_is_chosen_was_not_typed_and_what_is_for_another_was() {
        let (chart, number) = (Some("host.cpu.*"), Some("host.cpu"));
        assert_eq!(typed("host.cpu.*", chart, ""), "");
        assert_eq!(typed("host.cpu", chart, ""), "host.cpu");
        assert_eq!(
            typed("host.cpu", number, "host.cpu"),
            "host.cpu",
            "the kind was chosen after it"
        );
        assert_eq!(typed("host.cpu", number, "host.cp"), "");
        assert_eq!(typed("", None, ""), "");
    }

    #[test]
    fn the_server_takes_every_kind_with_what_it_starts_with() {
        for choice in &CHOICES {
            let mut fields = defaults(choice, "");
            fields.push(("title", json!(choice.name)));
            let kind = choice.kind.parse().expect("a plain name");
            assert_eq!(
                Catalog::default().check_create(&kind, &named(fields)),
                Ok(()),
                "{}",
                choice.name
            );
        }
    }
}
