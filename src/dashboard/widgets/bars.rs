//! Live numbers beside each other: a bar for each, from zero.

use std::sync::Arc;

use dioxus::prelude::*;

use super::sampled::{Named, Waiting, measure, named, use_series};
use crate::{
    components::format::{ago, figure_text},
    config::{SAMPLE_INTERVAL_MS, SAMPLE_MISSED_MAX},
    dashboard::{chart::Scale, plot::passed},
    hooks::{RealtimeUpdates, Series, SeriesList, use_in_sight, use_now},
    words::with,
};

#[component]
pub fn Bars(live: RealtimeUpdates) -> Element {
    let (names, samples) = use_series(live);
    let (now, is_seen) = (use_now(), use_in_sight());
    let bars = bars(&names.read(), &samples.read());
    if bars.iter().all(|(_, value, _)| value.is_none()) {
        return rsx! { Waiting { names: names() } };
    }
    // What has fallen silent says since when; nobody sees that grow where it is scrolled away.
    let has_silent = bars.iter().any(|(.., silent)| silent.is_some());
    let now = if has_silent && is_seen { now() } else { *now.peek() };
    let silent_for = |silent: &Series| now.map(|now| ago(silent.age_ms(now.device) / 1_000));
    let measure = measure(live);
    let (unit, threshold) = (&measure.unit, measure.threshold);
    let at = threshold.map_or(0.0, |threshold| threshold.at);
    let (mut low, mut high) = (at.min(0.0), at.max(0.0));
    for (_, value, _) in &bars {
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
    let reached = bars.iter().find_map(|(_, value, _)| passes(*value));
    rsx! {
        // It can be scrolled, by keys as well.
        div { class: "bars-frame", tabindex: "0", role: "region", "aria-label": measure.name.clone(),
            ul { class: "bars",
                for (name , value , silent) in bars {
                    li { "data-state": if silent.is_some() { Some("stale") } else { passes(value).map(|_| "passed") },
                        span { class: "bar-name", "{name}" }
                        svg { "viewBox": "0 0 1000 1", "preserveAspectRatio": "none", "aria-hidden": "true",
                            path { class: "bar-length", d: value.map_or_else(String::new, |value| format!("M{zero} 0H{}V1H{zero}Z", place(value))) }
                            path { class: "bar-zero", d: origin.as_str() }
                            path { class: "bar-mark", d: mark.as_str() }
                        }
                        span { class: "bar-value value",
                            {value.map(|value| figure_text(value, unit)).or_else(|| silent_for(silent.as_deref()?)).unwrap_or_else(|| "–".to_owned())}
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

/// The numbers there are; in place of its value what has fallen silent while the others go on, as a card of it alone would be stale.
fn bars(names: &[String], list: &SeriesList) -> Vec<(String, Option<f64>, Option<Arc<Series>>)> {
    let end_of = |series: &Series| series.points.back().map_or(0, |(at, _)| at.0);
    let newest = list.0.iter().fold(0, |newest, (_, series)| newest.max(end_of(series)));
    let is_silent = |series: &Arc<Series>| {
        end_of(series) + SAMPLE_MISSED_MAX * series.interval_ms.max(SAMPLE_INTERVAL_MS) <= newest
    };
    let bar = |one: Named| {
        let silent = one.series.filter(is_silent);
        (one.label, one.value.filter(|_| silent.is_none()), silent)
    };
    named(names, list).into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn what_has_fallen_silent_is_told_by_the_same_rule_as_a_stale_card() {
        let series = |at_s: u64| {
            let points = [(Timestamp(at_s * 1_000), json!(7))].into();
            let interval_ms = 30_000;
            Arc::new(Series {
                points,
                interval_ms,
                ..Series::default()
            })
        };
        let silent = |other_s: u64| {
            let names = ["fuel", "oil"].map(str::to_owned);
            let list = SeriesList(names.iter().cloned().zip([series(0), series(other_s)]).collect());
            bars(&names, &list)
                .into_iter()
                .map(|(_, value, silent)| (value, silent.is_some()))
                .collect::<Vec<_>>()
        };
        assert_eq!(silent(89), [(Some(7.0), false), (Some(7.0), false)]);
        assert_eq!(silent(90), [(None, true), (Some(7.0), false)]);
        assert!(series(0).is_stale(Timestamp(90_000)) && !series(0).is_stale(Timestamp(89_000)));
    }
}
