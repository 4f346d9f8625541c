//! Widgets that show live series: a number, a gauge, a chart.

use std::sync::Arc;

use dioxus::prelude::*;

use crate::{
    board::kinds::WARNS,
    components::format::figure,
    config::{SAMPLE_HISTORY_LEN_MAX, SAMPLE_INTERVAL_MS},
    dashboard::{
        crosshair::use_pointing,
        plot::{Line, Measure, Threshold, gauge, passed, plot, sparkline},
    },
    hooks::{ConnectionStatus, RealtimeUpdates, Series, SeriesList, use_memo, use_samples, use_stretch, use_websocket},
    protocol::Value,
    words::{t, with},
};

/// The series a widget names, and what they have sent.
pub(super) fn use_series(live: RealtimeUpdates) -> (Memo<Vec<String>>, Memo<SeriesList>) {
    let names = use_memo(move || live.series());
    (names, use_samples(names.into()))
}

/// Nothing to show yet: which series it is of, and whether its values can come at all.
#[component]
pub(super) fn Waiting(names: Vec<String>) -> Element {
    let names = names.join(", ");
    let socket = use_websocket();
    let (state, said) = match socket.link() {
        _ if names.is_empty() => ("waiting", "No series is chosen."),
        ConnectionStatus::ByRequests => ("no-samples", "No live value of {} without a live socket."),
        ConnectionStatus::Starting
        | ConnectionStatus::Connecting
        | ConnectionStatus::CatchingUp { .. }
        | ConnectionStatus::Live => ("waiting", "Waiting for the first value of {}."),
        _ => ("away", "No live value of {} without the server."),
    };
    let said = t(said);
    let (before, after) = said.split_once("{}").unwrap_or((said, ""));
    rsx! {
        p { class: "waiting-for", "data-state": state,
            {before}
            if !names.is_empty() {
                em { "{names}" }
            }
            {after}
        }
    }
}

/// More characters than these are set smaller: half a phone's width holds them.
const LARGE_CHARS_MAX: usize = 6;

/// One number, with its last minute beneath.
#[component]
pub fn Stat(live: RealtimeUpdates) -> Element {
    let (names, samples) = use_series(live);
    let list = samples.read();
    let Some((name, series)) = list.0.first() else {
        return rsx! { Waiting { names: names() } };
    };
    let Some(value) = series.latest().and_then(Value::as_f64) else {
        return rsx! { Waiting { names: names() } };
    };
    let unit = live.text("unit");
    let shown = figure(value, &unit);
    let reached = threshold(live).filter(|threshold| threshold.is_passed(value));
    rsx! {
        div { class: "stat", "data-state": reached.map(|_| "passed"),
            p { class: "figure value", "data-size": (shown.digits.chars().count() > LARGE_CHARS_MAX).then_some("long"),
                "{shown.digits}"
                if !shown.unit.is_empty() {
                    small { "{shown.unit}" }
                }
            }
            if let Some(threshold) = reached {
                {passed(threshold, &unit)}
            }
            // A span only grows: its line would say nothing.
            if unit != "s" {
                {sparkline(line(name, series, 1))}
            }
        }
    }
}

/// One number on its scale.
#[component]
pub fn GaugeOf(live: RealtimeUpdates) -> Element {
    let (names, samples) = use_series(live);
    let list = samples.read();
    let value = list.0.first().and_then(|(_, series)| series.latest()?.as_f64());
    let Some(value) = value else {
        return rsx! { Waiting { names: names() } };
    };
    gauge(&measure(live), value)
}

/// Numbers over the last minutes.
#[component]
pub fn Chart(live: RealtimeUpdates) -> Element {
    let pointing = use_pointing();
    let (names, samples) = use_series(live);
    let span_ms = use_memo(move || pointing.length().unwrap_or_else(|| span_ms(&live.text("span"))));
    let kept = use_stretch(names.into(), span_ms.into(), pointing.end(), pointing.missing());
    let end = (pointing.end())().map(|end| end as u64);
    let mut lines = lines(
        &kept.read(),
        &samples.read(),
        pointing.length().map(|length| (length, end)),
    );
    if lines.iter().all(|line| line.points.is_empty()) {
        return rsx! { Waiting { names: names() } };
    }
    if let Some(end) = end {
        for line in &mut lines {
            // What comes after it is neither drawn nor the newest.
            line.points.retain(|(at, _)| *at <= end);
        }
    }
    let whole_ms = self::span_ms(&live.text("span"));
    let measure = Measure {
        span_ms: whole_ms.max(LAST_MINUTES_MS),
        is_all: whole_ms > 0,
        end,
        ..measure(live)
    };
    plot(pointing, &measure, lines)
}

pub(super) fn measure(live: RealtimeUpdates) -> Measure {
    Measure {
        name: live.text("title"),
        unit: live.text("unit"),
        min: live.number("min"),
        max: live.number("max"),
        threshold: threshold(live),
        span_ms: LAST_MINUTES_MS,
        is_all: false,
        end: None,
    }
}

fn threshold(live: RealtimeUpdates) -> Option<Threshold> {
    let at = live.number("threshold")?;
    let is_low = live.text("warns") == WARNS[1];
    Some(Threshold { at, is_low })
}

/// What the server sends of itself.
const LAST_MINUTES_MS: u64 = SAMPLE_HISTORY_LEN_MAX as u64 * SAMPLE_INTERVAL_MS;

/// How far back one of [`kinds::SPANS`](crate::board::kinds::SPANS) goes; 0 for the last minutes.
fn span_ms(span: &str) -> u64 {
    const HOUR_MS: u64 = 3_600_000;
    match span {
        "1 h" => HOUR_MS,
        "6 h" => 6 * HOUR_MS,
        "1 d" => 24 * HOUR_MS,
        "7 d" => 7 * 24 * HOUR_MS,
        "30 d" => 30 * 24 * HOUR_MS,
        _ => 0,
    }
}

/// What was kept of each series, and what has come since; of one that has fallen silent, what was kept. A stretch of so many
/// milliseconds, to an end or to the newest, that is within what has come is shown by that alone.
fn lines(kept: &SeriesList, live: &SeriesList, closer: Option<(u64, Option<u64>)>) -> Vec<Line> {
    let mut names: Vec<&String> = live.0.iter().map(|(name, _)| name).collect();
    for (name, _) in &kept.0 {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let find = |list: &SeriesList, name: &String| {
        let found = list.0.iter().find(|(found, _)| found == name);
        found.map(|(_, series)| series.clone())
    };
    let of = names.len();
    let line_of = |name: &String| {
        let (kept, live) = (
            find(kept, name).unwrap_or_default(),
            find(live, name).unwrap_or_default(),
        );
        let mut line = line(name, &kept, of);
        let newest = self::line(name, &live, of);
        if let (Some((length, end)), [(first, _), .., (last, _)]) = (closer, &newest.points[..])
            && first + length <= end.unwrap_or(*last)
        {
            return newest;
        }
        // The last of what was kept is a mean of what comes after it, too: the values themselves say it better.
        let since = line.points.last().map_or(0, |(at, _)| at + 1);
        if of == 1 {
            (line.least, line.greatest) = (numbers(&kept, 1), numbers(&kept, 2));
        }
        line.points
            .extend(newest.points.into_iter().filter(|(at, _)| *at >= since));
        line.interval_ms = line.interval_ms.max(newest.interval_ms);
        line
    };
    let mut lines: Vec<Line> = names.iter().copied().map(line_of).collect();
    for (line, name) in lines.iter_mut().zip(labels(&names)) {
        line.name = name;
    }
    lines
}

/// What series are called beside each other.
fn labels(names: &[&String]) -> Vec<String> {
    let called: Vec<String> = names.iter().map(|name| label(name, names.len())).collect();
    let mut labels = called.clone();
    for (at, label) in labels.iter_mut().enumerate() {
        // Of two things that differ in the rest of their names all of it is said.
        if called.iter().filter(|other| *other == label).count() > 1 {
            label.clone_from(names[at]);
        }
    }
    labels
}

/// One of several numbers that a card shows beside each other.
pub(super) struct Named {
    /// What it is called there.
    pub label: String,
    /// Its newest value.
    pub value: Option<f64>,
    /// Where it comes from, if that has sent anything.
    pub series: Option<Arc<Series>>,
}

/// The numbers of these series, in the order of the names: of a wildcard each series that there is, of a list that names its numbers each
/// of those; and one without a value for a name that has sent nothing.
pub(super) fn named(names: &[String], list: &SeriesList) -> Vec<Named> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: Option<f64>, series: Option<&Arc<Series>>| {
        all.push(Named {
            label: name.to_owned(),
            value,
            series: series.cloned(),
        });
    };
    for name in names {
        let prefix = name.strip_suffix('*');
        let mut is_there = prefix.is_some();
        for (found, series) in &list.0 {
            if prefix.map_or(found != name, |prefix| !found.starts_with(prefix)) {
                continue;
            }
            let value = series.latest().unwrap_or(&Value::Null);
            for row in value.as_array().into_iter().flatten() {
                if let (Some(name), Some(value)) = (row[0].as_str(), row[1].as_f64()) {
                    is_there = true;
                    add(name, Some(value), Some(series));
                }
            }
            if !value.is_array() {
                is_there = true;
                add(found, value.as_f64(), Some(series));
            }
        }
        if !is_there {
            add(name, None, None);
        }
    }
    let called = labels(&all.iter().map(|one| &one.label).collect::<Vec<_>>());
    for (one, label) in all.iter_mut().zip(called) {
        one.label = label;
    }
    all
}

fn line(name: &str, series: &Arc<Series>, of: usize) -> Line {
    Line {
        name: label(name, of),
        points: numbers(series, 0),
        interval_ms: series.interval_ms,
        ..Line::default()
    }
}

/// Values with their instants; of what is kept of a stretch, this part of each: its mean, least or greatest.
fn numbers(series: &Series, part: usize) -> Vec<(u64, f64)> {
    let number = |value: &Value| match value.get(part) {
        Some(part) => part.as_f64(),
        None => value.as_f64(),
    };
    let points = series.points.iter();
    points.filter_map(|(at, value)| Some((at.0, number(value)?))).collect()
}

/// What a series is called beside others of its kind: the end of its name tells them apart.
fn label(name: &str, of: usize) -> String {
    let (whole, (name, labels)) = (name, name.split_once('{').unwrap_or((name, "")));
    if name.contains('(') || whole.contains(" / ") {
        return whole.to_owned();
    }
    // What is worked out from one series over time is that series', and the rest says how.
    if let Some((how, _)) = name.split_once(" of ") {
        let series = label(&whole[how.len() + 4..], of);
        return match how.starts_with("rate ") {
            true => [&series, "/s"].concat(),
            false => with("{} of {}", &[t(how), &series]),
        };
    }
    let end = name.rsplit('.').next().unwrap_or(name);
    // What stands in quotes tells one from the other.
    let values: Vec<&str> = labels.split('"').skip(1).step_by(2).collect();
    match name {
        _ if !values.is_empty() && of > 1 => values.join(" "),
        _ if !values.is_empty() => [end, " ", &values.join(" ")].concat(),
        _ if of == 1 => name.strip_prefix("host.").unwrap_or(name).replace('.', " "),
        _ if name.starts_with("host.cpu.") => with("core {}", &[end]),
        _ if name.starts_with("host.load.") => format!("{end} min"),
        _ => end.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn series_are_told_apart_by_the_ends_of_their_names() {
        assert_eq!(label("host.cpu.3", 8), "core 3");
        assert_eq!(label("host.load.15", 3), "15 min");
        assert_eq!(label("host.network.sent", 2), "sent");
        assert_eq!(label("host.memory.percent", 1), "memory percent");
        let tank = "room.celsius{side=\"north\",floor=\"2\"}";
        assert_eq!([label(tank, 1), label(tank, 2)], ["celsius north 2", "north 2"]);
        assert_eq!(label("rate 1m of host.network.sent", 2), "sent/s");
        assert_eq!(label("p95 5m of host.cpu.3", 8), "p95 5m of core 3");
        assert_eq!(label("rate 1m of up{to=\"a of b\"}", 2), "a of b/s");
        for whole in ["sum(fuel{*}) / a.b", "rate 1m of a / rate 1m of b"] {
            assert_eq!(label(whole, 2), whole);
        }
    }

    #[test]
    fn a_stretch_is_shown_by_what_has_come_only_where_that_is_all_of_it() {
        let list = |interval_ms: u64, points: Vec<(u64, Value)>| {
            let points = points
                .into_iter()
                .map(|(second, value)| (Timestamp(second * 1_000), value));
            let series = Series {
                points: points.collect(),
                interval_ms,
                ..Series::default()
            };
            SeriesList(vec![("fuel".to_owned(), Arc::new(series))])
        };
        let kept = (0..=10)
            .map(|at| (at * 10, json!([at + 1, at, at + 2, at, 10])))
            .collect();
        let (kept, live) = (
            list(10_000, kept),
            list(1_000, (80..=105).map(|at| (at, json!(7))).collect()),
        );
        let line = |closer| lines(&kept, &live, closer).remove(0);
        let instants = |line: &Line| line.points.iter().map(|(at, _)| at / 1_000).collect::<Vec<_>>();
        let whole = line(None);
        assert_eq!(instants(&whole)[8..], [80, 90, 100, 101, 102, 103, 104, 105]);
        assert_eq!(
            (whole.points[2], whole.least[2], whole.greatest[2]),
            ((20_000, 3.0), (20_000, 2.0), (20_000, 4.0))
        );
        assert_eq!(line(Some((30_000, None))).points, whole.points, "a part of it is older");
        let recent = line(Some((20_000, None)));
        assert_eq!(instants(&recent), (80..=105).collect::<Vec<_>>());
        assert!(recent.least.is_empty() && recent.greatest.is_empty());
        assert_eq!(line(Some((20_000, Some(95_000)))).points, whole.points);
        assert_eq!(line(Some((10_000, Some(95_000)))).points, recent.points);
    }
}
