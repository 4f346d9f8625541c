//! Live numbers beside each other: a bar for each, from zero.

use std::sync::Arc;

use dioxus::prelude::*;

use super::sampled::{Named, Waiting, measure, named, use_series};
use crate::{
    components::format::figure_text,
    dashboard::{
        chart::Scale,
        plot::{gap_of, passed},
    },
    hooks::{RealtimeUpdates, Series, SeriesList},
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
    let at = threshold.map_or(0.0, |threshold| threshold.at);
    let (mut low, mut high) = (at.min(0.0), at.max(0.0));
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
    let mark = line(threshold.is_some() && (min..=max).contains(&at), at);
    let passes =
        |value: Option<f64>| threshold.filter(|threshold| value.is_some_and(|value| threshold.is_passed(value)));
    let reached = bars.iter().find_map(|(_, value)| passes(*value));
    rsx! {
        // It can be scrolled, by keys as well.
        div { class: "bars-frame", tabindex: "0", role: "region", "aria-label": measure.name.clone(),
            ul { class: "bars",
                for (name , value) in bars {
                    li { "data-state": passes(value).map(|_| "passed"),
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
            if let Some(threshold) = reached {
                {passed(threshold, unit)}
            } else if threshold.is_some() {
                span { {with("Threshold {}", &[&figure_text(at, unit)])} }
            }
            span { {figure_text(max, unit)} }
        }
    }
}

/// The numbers there are; without its value what has fallen silent while the others go on.
fn bars(names: &[String], list: &SeriesList) -> Vec<(String, Option<f64>)> {
    let end_of = |series: &Series| series.points.back().map_or(0, |(at, _)| at.0);
    let newest = list.0.iter().fold(0, |newest, (_, series)| newest.max(end_of(series)));
    let is_there = |series: &Arc<Series>| end_of(series) + gap_of(series.interval_ms) >= newest;
    let bar = |one: Named| {
        (
            one.label,
            one.value.filter(|_| one.series.as_ref().is_some_and(is_there)),
        )
    };
    named(names, list).into_iter().map(bar).collect()
}
