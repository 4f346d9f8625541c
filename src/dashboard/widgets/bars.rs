//! Live numbers beside each other: a bar for each, from zero.

use dioxus::prelude::*;

use super::sampled::{Waiting, label, lines, measure, use_series};
use crate::{
    components::{
        format::figure_text,
        icon::{Glyph, icon},
    },
    dashboard::{
        chart::Scale,
        plot::{above, gap_of, percent},
    },
    hooks::{RealtimeUpdates, SeriesList},
};

#[component]
pub fn Bars(live: RealtimeUpdates) -> Element {
    let (names, samples) = use_series(live);
    let bars = bars(&names.read(), &samples.read());
    if bars.iter().all(|(_, value)| value.is_none()) {
        return rsx! { Waiting { names: names() } };
    }
    let measure = measure(live);
    let unit = &measure.unit;
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for value in bars.iter().filter_map(|(_, value)| *value).chain(measure.threshold) {
        (low, high) = (low.min(value), high.max(value));
    }
    let round = Scale::around(low, high, unit == "B");
    let min = measure.min.unwrap_or(round.min);
    let max = measure
        .max
        .filter(|max| *max > min)
        .unwrap_or_else(|| round.max.max(min + round.step));
    // In thousandths of the scale; what is off it lies at its edge.
    let place = |value: f64| (((value - min) / (max - min)).clamp(0.0, 1.0) * 1_000.0).round() as i32;
    let zero = place(0.0);
    let mark = measure
        .threshold
        .filter(|threshold| (min..=max).contains(threshold))
        .map(place);
    let passes = |value: f64| measure.threshold.is_some_and(|threshold| value >= threshold);
    let passed = bars.iter().any(|(_, value)| value.is_some_and(passes));
    rsx! {
        div { class: "bars-frame", tabindex: "0", role: "region", "aria-label": measure.name.clone(),
            ul { class: "bars",
                for (at , (name , value)) in bars.iter().enumerate() {
                    li { key: "{at}", "data-state": value.filter(|value| passes(*value)).map(|_| "above"),
                        span { class: "bar-name", title: "{name}", "{name}" }
                        svg { "aria-hidden": "true",
                            rect { class: "bar-track", width: "100%", height: "100%", "rx": "3" }
                            if let Some(end) = value.map(place) {
                                rect { class: "bar-length", x: percent(end.min(zero)), width: percent((end - zero).abs()), height: "100%", "rx": "3" }
                            }
                            if low < 0.0 {
                                rect { class: "bar-zero", x: percent(zero), width: "1", height: "100%" }
                            }
                            if let Some(mark) = mark {
                                rect { class: "bar-mark", x: percent(mark), width: "2", height: "100%" }
                            }
                        }
                        span { class: "bar-value value",
                            if value.is_some_and(passes) {
                                {icon(Glyph::TriangleAlert)}
                                span { class: "unseen", "above " }
                            }
                            {value.map_or_else(|| "–".to_owned(), |value| figure_text(value, unit))}
                        }
                    }
                }
            }
        }
        div { class: "setpoint-ends",
            span { {figure_text(min, unit)} }
            if let Some(threshold) = measure.threshold {
                if passed {
                    {above(threshold, unit)}
                } else {
                    span { "Threshold {figure_text(threshold, unit)}" }
                }
            }
            span { {figure_text(max, unit)} }
        }
    }
}

/// What is called how, and has which value, in the order of the names: of a wildcard each series that there is, of a list that names its
/// numbers each of those. Nothing for what has sent none, or has fallen silent while the others go on.
fn bars(names: &[String], list: &SeriesList) -> Vec<(String, Option<f64>)> {
    let newest = list
        .0
        .iter()
        .filter_map(|(_, series)| Some(series.points.back()?.0.0))
        .max();
    let mut found = list.0.iter().zip(lines(&SeriesList::default(), list)).peekable();
    let mut bars = Vec::new();
    for name in names {
        let before = bars.len();
        let prefix = name.strip_suffix('*');
        while let Some(((_, series), line)) =
            found.next_if(|((found, _), _)| prefix.map_or(found == name, |prefix| found.starts_with(prefix)))
        {
            let Some(rows) = series.latest().and_then(|value| value.as_array()) else {
                let last = series.points.back().map_or(0, |(at, _)| at.0);
                let is_there = newest.is_none_or(|newest| last + gap_of(series.interval_ms) >= newest);
                let value = series.latest().and_then(|value| value.as_f64());
                bars.push((line.name, value.filter(|_| is_there)));
                continue;
            };
            for row in rows {
                if let (Some(name), Some(value)) = (row[0].as_str(), row[1].as_f64()) {
                    bars.push((label(name, rows.len()), Some(value)));
                }
            }
        }
        if bars.len() == before && prefix.is_none() {
            bars.push((label(name, names.len()), None));
        }
    }
    bars
}
