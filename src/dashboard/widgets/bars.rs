//! Live numbers beside each other: a bar for each, from zero.

use dioxus::prelude::*;

use super::sampled::{Waiting, labels, measure, use_series};
use crate::{
    components::format::figure_text,
    dashboard::{
        chart::Scale,
        plot::{above, gap_of},
    },
    hooks::{RealtimeUpdates, Series, SeriesList},
    protocol::Value,
    words::with,
};

#[component]
pub fn Bars(live: RealtimeUpdates) -> Element {
    let (names, samples) = use_series(live);
    let bars = bars(&names.read(), &samples.read());
    if bars.iter().all(|(_, value)| value.is_none()) {
        return rsx! { Waiting { names: names() } };
    }
    let measure = measure(live);
    let (unit, threshold) = (&measure.unit, measure.threshold);
    let (mut low, mut high) = (0.0_f64, threshold.unwrap_or_default());
    for (_, value) in &bars {
        let value = value.unwrap_or_default();
        (low, high) = (low.min(value), high.max(value));
    }
    let round = Scale::around(low, high, unit == "B");
    let min = measure.min.unwrap_or(round.min);
    let max = measure.max.unwrap_or(round.max);
    // Two may have moved one end each.
    let max = if max > min { max } else { min + round.step };
    // In thousandths of the scale; what is off it lies at its edge.
    let place = |value: f64| (((value - min) / (max - min)).clamp(0.0, 1.0) * 1_000.0).round() as i32;
    let zero = place(0.0);
    let line = |is_there: bool, value: f64| {
        if is_there {
            format!("M{} 0v1", place(value))
        } else {
            String::new()
        }
    };
    let origin = line(low < 0.0, 0.0);
    let limit = threshold.unwrap_or(f64::INFINITY);
    let mark = line((min..=max).contains(&limit), limit);
    let passed = bars.iter().any(|(_, value)| *value >= Some(limit));
    rsx! {
        // It can be scrolled, by keys as well.
        div { class: "bars-frame", tabindex: "0", role: "region", "aria-label": measure.name.clone(),
            ul { class: "bars",
                for (name , value) in bars {
                    li { "data-state": (value >= Some(limit)).then_some("above"),
                        span { class: "bar-name", "{name}" }
                        svg { "viewBox": "0 0 1000 1", "preserveAspectRatio": "none", "aria-hidden": "true",
                            path { class: "bar-length", d: value.map_or_else(String::new, |value| format!("M{zero} 0H{}V1H{zero}Z", place(value))) }
                            path { class: "bar-zero", d: origin.as_str() }
                            path { class: "bar-mark", d: mark.as_str() }
                        }
                        span { class: "bar-value value",
                            {value.map_or_else(|| "–".to_owned(), |value| figure_text(value, unit))}
                        }
                    }
                }
            }
        }
        div { class: "setpoint-ends",
            span { {figure_text(min, unit)} }
            if passed {
                {above(limit, unit)}
            } else if let Some(threshold) = threshold {
                span { {with("Threshold {}", &[&figure_text(threshold, unit)])} }
            }
            span { {figure_text(max, unit)} }
        }
    }
}

/// What is called how, and has which value, in the order of the names: of a wildcard each series that there is, of a list that names its
/// numbers each of those. Nothing for what has sent none, or has fallen silent while the others go on.
fn bars(names: &[String], list: &SeriesList) -> Vec<(String, Option<f64>)> {
    let end_of = |series: &Series| series.points.back().map_or(0, |(at, _)| at.0);
    let newest = list.0.iter().fold(0, |newest, (_, series)| newest.max(end_of(series)));
    let mut bars = Vec::new();
    for name in names {
        let before = bars.len();
        let prefix = name.strip_suffix('*');
        for (found, series) in &list.0 {
            if prefix.map_or(found != name, |prefix| !found.starts_with(prefix)) {
                continue;
            }
            let value = series.latest().unwrap_or(&Value::Null);
            for row in value.as_array().into_iter().flatten() {
                if let (Some(name), Some(value)) = (row[0].as_str(), row[1].as_f64()) {
                    bars.push((name.to_owned(), Some(value)));
                }
            }
            if !value.is_array() {
                let is_there = end_of(series) + gap_of(series.interval_ms) >= newest;
                bars.push((found.clone(), value.as_f64().filter(|_| is_there)));
            }
        }
        if bars.len() == before && prefix.is_none() {
            bars.push((name.clone(), None));
        }
    }
    let called = labels(&bars.iter().map(|(name, _)| name).collect::<Vec<_>>());
    for ((name, _), label) in bars.iter_mut().zip(called) {
        *name = label;
    }
    bars
}
