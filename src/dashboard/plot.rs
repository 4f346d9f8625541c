//! Charts as they are drawn: a time series with its ticks and legend, a sparkline, a gauge. All numbers go into
//! attributes of SVG, none into styles.

use dioxus::prelude::*;

use super::chart::{self, Scale, Window};
use crate::{
    components::format::{figure, figure_text, span},
    config::{SAMPLE_HISTORY_LEN_MAX, SAMPLE_INTERVAL_MS, SAMPLE_MISSED_MAX},
};

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What people call it.
    pub name: String,
    /// Instants in milliseconds, and values, ascending.
    pub points: Vec<(u64, f64)>,
}

impl Line {
    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|(_, value)| *value)
    }
}

/// Lines are told apart by this many colours; more than that start again.
const COLOURS: usize = 8;
/// One line of a spark: the last minute.
const SPARK_MS: u64 = 60_000;
/// A pause in a series that is drawn as one.
const GAP_MS: u64 = SAMPLE_INTERVAL_MS * (SAMPLE_MISSED_MAX + 1);

/// So many lines have their names at their ends; of more there is a legend.
const NAMED_LEN_MAX: usize = 4;

/// Lines over the last minutes, with round ticks; where there are several, with their names.
#[component]
pub fn Plot(lines: Vec<Line>, unit: String, min: Option<f64>, max: Option<f64>) -> Element {
    let window = window_of(&lines, SAMPLE_HISTORY_LEN_MAX as u64 * SAMPLE_INTERVAL_MS);
    let scale = scale_of(&lines, window, &unit, min, max);
    let (is_single, is_named) = (lines.len() == 1, lines.len() <= NAMED_LEN_MAX);
    let summary = summary(&lines, &unit);
    rsx! {
        div { class: "plot",
            div { class: "plot-area",
                svg { role: "img", "aria-label": summary,
                    for tick in scale.ticks() {
                        line { class: "grid-line", "x1": "0", "x2": "100%", "y1": percent(scale.place(tick)), "y2": percent(scale.place(tick)) }
                    }
                    svg { "width": "100%", "height": "100%", "viewBox": "0 0 1000 1000", "preserveAspectRatio": "none", "overflow": "visible",
                        if is_single {
                            path { class: "series-area", "data-series": "1", d: chart::area(&lines[0].points, window, scale) }
                        }
                        for (at, line) in lines.iter().enumerate() {
                            path { key: "{line.name}", class: "series-line", "data-series": "{at % COLOURS + 1}", d: chart::lines(&line.points, window, scale) }
                        }
                    }
                    for tick in scale.ticks().skip(1) {
                        text { class: "tick", "x": "0", "y": percent(scale.place(tick)), "dy": "1.2em", {figure_text(tick, &unit)} }
                    }
                }
                if !is_single && is_named {
                    {ends(&lines, scale, &unit)}
                }
            }
            if !is_named {
                {legend(&lines, &unit)}
            }
            p { class: "plot-times", "aria-hidden": "true", "{span(window.length / 1_000)} ago" }
        }
    }
}

/// Each line's name and newest value, beside where it ends.
fn ends(lines: &[Line], scale: Scale, unit: &str) -> Element {
    let mut places = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        places.extend(line.last().map(|value| (at, scale.place(value))));
    }
    chart::move_apart(&mut places);
    rsx! {
        svg { class: "ends", "aria-hidden": "true",
            for (at, place) in places {
                line { class: "series-line", "data-series": "{at + 1}", "x1": "0", "x2": "8", "y1": percent(place), "y2": percent(place) }
                text { class: "tick", "x": "13", "y": percent(place), "dy": "-.2em", "{lines[at].name}" }
                text { class: "tick end-value", "x": "13", "y": percent(place), "dy": ".9em", {lines[at].last().map(|value| figure_text(value, unit))} }
            }
        }
    }
}

fn legend(lines: &[Line], unit: &str) -> Element {
    rsx! {
        ul { class: "legend",
            for (at, line) in lines.iter().enumerate() {
                li { key: "{line.name}",
                    svg { "viewBox": "0 0 14 3", "aria-hidden": "true",
                        path { class: "series-line", "data-series": "{at % COLOURS + 1}", d: "M0 1.5h14" }
                    }
                    "{line.name}"
                    if let Some(value) = line.last() {
                        b { {figure_text(value, unit)} }
                    }
                }
            }
        }
    }
}

/// The last minute in a line without words.
#[component]
pub fn Sparkline(line: Line) -> Element {
    let lines = [line];
    let window = window_of(&lines, SPARK_MS);
    let (low, high) = reach(&lines, window).unwrap_or((0.0, 1.0));
    // Room above and below, so that a quiet value is a quiet line and not a mountain range.
    let room = ((high - low) * 0.15).max(high.abs() * 0.05).max(0.5);
    let scale = Scale {
        min: if low >= 0.0 { (low - room).max(0.0) } else { low - room },
        max: high + room,
        step: room,
    };
    rsx! {
        svg { class: "sparkline", "viewBox": "0 0 1000 1000", "preserveAspectRatio": "none", "aria-hidden": "true",
            path { class: "series-area", "data-series": "1", d: chart::area(&lines[0].points, window, scale) }
            path { class: "series-line", "data-series": "1", d: chart::lines(&lines[0].points, window, scale) }
        }
    }
}

/// An arc over 240° of radius 42 around (50, 50), from the lower left by the top to the lower right.
const ARC: &str = "M13.6 71A42 42 0 1 1 86.4 71";

/// One number on its scale, as an arc.
#[component]
pub fn Gauge(name: String, value: f64, unit: String, min: f64, max: f64) -> Element {
    let share = if max > min { (value - min) / (max - min) } else { 0.0 };
    let filled = (share.clamp(0.0, 1.0) * 1_000.0).round() as i32;
    let shown = figure(value, &unit);
    rsx! {
        div {
            class: "gauge",
            role: "meter",
            "aria-label": name,
            "aria-valuemin": "{min}",
            "aria-valuemax": "{max}",
            "aria-valuenow": "{value.clamp(min, max.max(min))}",
            "aria-valuetext": figure_text(value, &unit),
            svg { "viewBox": "0 4 100 76", "aria-hidden": "true",
                path { class: "gauge-track", d: ARC }
                if share > 0.0 {
                    path { class: "gauge-value", d: ARC, "pathLength": "1000", "stroke-dasharray": "{filled} 2000" }
                }
            }
            div { class: "gauge-figure", "aria-hidden": "true",
                p { class: "figure value", "data-size": "small",
                    "{shown.digits}"
                    small { "{shown.unit}" }
                }
                p { class: "gauge-ends", "of {figure_text(max, &unit)}" }
            }
        }
    }
}

fn percent(place: i32) -> String {
    format!("{}.{}%", place / 10, place % 10)
}

fn window_of(lines: &[Line], longest: u64) -> Window {
    let end = lines
        .iter()
        .filter_map(|line| line.points.last())
        .map(|(at, _)| *at)
        .max()
        .unwrap_or(0);
    let first = lines
        .iter()
        .filter_map(|line| line.points.first())
        .map(|(at, _)| *at)
        .min()
        .unwrap_or(end);
    // A young series starts at the left edge instead of waiting there for minutes to pass.
    let length = end.saturating_sub(first).clamp(SPARK_MS.min(longest), longest);
    Window {
        end,
        length,
        gap: GAP_MS,
    }
}

fn scale_of(lines: &[Line], window: Window, unit: &str, min: Option<f64>, max: Option<f64>) -> Scale {
    let (low, high) = reach(lines, window).unwrap_or((0.0, 1.0));
    // From zero, unless something lies below it: a cut scale makes small things look large.
    let low = min.unwrap_or(low.min(0.0));
    let high = max.unwrap_or(high).max(low);
    Scale::around(low, high, unit == "B")
}

fn reach(lines: &[Line], window: Window) -> Option<(f64, f64)> {
    let start = window.end.saturating_sub(window.length);
    let values = lines
        .iter()
        .flat_map(|line| &line.points)
        .filter(|(at, _)| *at >= start)
        .map(|(_, value)| *value);
    values.fold(None, |reach: Option<(f64, f64)>, value| {
        let (low, high) = reach.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

fn summary(lines: &[Line], unit: &str) -> String {
    let values = lines.iter().map(|line| {
        let value = line
            .last()
            .map_or_else(|| "no value yet".to_owned(), |value| figure_text(value, unit));
        format!("{}: {value}", line.name)
    });
    values.collect::<Vec<_>>().join(", ")
}
