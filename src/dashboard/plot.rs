//! Charts as they are drawn: a time series with its ticks and legend, a sparkline, a gauge. All numbers go into
//! attributes of SVG, none into styles.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{
    chart::{self, Scale, Window},
    crosshair::{Pointing, time_text},
};
use crate::{
    components::{
        format::{figure, figure_text},
        icon::{Glyph, icon},
    },
    config::{SAMPLE_INTERVAL_MS, SAMPLE_MISSED_MAX},
    words::{t, tn, with},
};

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What people call it.
    pub name: String,
    /// Instants in milliseconds, and values, ascending.
    pub points: Vec<(u64, f64)>,
    /// The least that a point is the mean of, where that is known.
    pub least: Vec<(u64, f64)>,
    /// The same of the greatest.
    pub greatest: Vec<(u64, f64)>,
    /// How often they come, in milliseconds; 0 where that is not known.
    pub interval_ms: u64,
}

impl Line {
    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|(_, value)| *value)
    }

    /// The part of time that is shown, with what is a gap of this line.
    fn window(&self, window: Window) -> Window {
        Window {
            gap: gap_of(self.interval_ms),
            ..window
        }
    }

    /// The value at an instant, or the newest one, with its unit; a dash where there is none.
    fn said(&self, at: Option<u64>, window: Window, unit: &str) -> String {
        let value = match at {
            Some(at) => chart::nearest(&self.points, at, self.window(window)).map(|(_, value)| value),
            None => self.last(),
        };
        value.map_or_else(|| "–".to_owned(), |value| figure_text(value, unit))
    }
}

/// Lines are told apart by this many colours; more than that start again.
const COLOURS: usize = 8;
/// One line of a spark: the last minute.
const SPARK_MS: u64 = 60_000;

/// So many lines have their names at their ends; of more there is a legend.
const NAMED_LEN_MAX: usize = 4;

/// What a chart is told of its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// What it is called.
    pub name: String,
    /// The unit of all lines.
    pub unit: String,
    /// Where its scale begins, whatever the lines do.
    pub min: Option<f64>,
    /// Where it ends.
    pub max: Option<f64>,
    /// What values should stay below, or above.
    pub threshold: Option<Threshold>,
    /// How far back the lines go, in milliseconds.
    pub span_ms: u64,
    /// Whether all of that is shown, also where nothing was measured in the beginning.
    pub is_all: bool,
    /// Where the lines end, where that is not with the newest value.
    pub end: Option<u64>,
}

/// A number that is told of when a value reaches it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The number.
    pub at: f64,
    /// Whether values come to it from above.
    pub is_low: bool,
}

impl Threshold {
    /// Whether this value has reached it.
    #[must_use]
    pub fn is_passed(self, value: f64) -> bool {
        if self.is_low {
            value <= self.at
        } else {
            value >= self.at
        }
    }

    /// That a value has, in words.
    fn passed(self, unit: &str) -> String {
        let side = if self.is_low { "At or below" } else { "Above" };
        [t(side), " ", &figure_text(self.at, unit)].concat()
    }

    /// The same, behind the value.
    fn and_passed(self, unit: &str) -> String {
        let side = if self.is_low { ", at or below {}" } else { ", above {}" };
        with(side, &[&figure_text(self.at, unit)])
    }
}

/// Lines over the last minutes, with round ticks and where each ends; where there are several, with their names. While somebody points at an
/// instant, in this or another chart, with what stood then.
pub fn plot(pointing: Pointing, measure: &Measure, lines: Vec<Line>) -> Element {
    let Measure {
        name,
        unit,
        min,
        max,
        threshold,
        span_ms,
        is_all,
        end,
    } = measure;
    let threshold = *threshold;
    let lines = Rc::new(lines);
    let (whole_ms, shown_ms) = (*span_ms, pointing.length());
    let length = shown_ms.unwrap_or(whole_ms);
    let is_all = *is_all || shown_ms.is_some();
    let window = window_of(&lines, length, if is_all { length } else { SPARK_MS });
    let window = Window {
        end: end.unwrap_or(window.end),
        ..window
    };
    let scale = scale_of(&lines, window, unit, *min, *max);
    let (is_single, is_named) = (lines.len() == 1, lines.len() <= NAMED_LEN_MAX);
    let at = pointing.at().filter(|at| window.shows(*at));
    let passes = |threshold: &Threshold| {
        let mut newest = lines.iter().filter_map(Line::last);
        newest.any(|value| threshold.is_passed(value))
    };
    let passed = threshold.filter(passes);
    let mut label = String::new();
    if let Some(at) = at {
        label = time_text(pointing.now(), at);
    }
    let time = label.clone();
    for line in &*lines {
        if !label.is_empty() {
            label += ", ";
        }
        label += &line.name;
        label += ": ";
        label += &line.said(at, window, unit);
    }
    let place = at.map(|at| window.place(at));
    let pad = pointing.pad(name, lines.clone(), window, whole_ms, place, &label);
    let begun = pointing.begun().map(|at| window.place(at));
    if let (None, Some(threshold)) = (at, passed) {
        label += &threshold.and_passed(unit);
    }
    rsx! {
        div { class: "plot",
            div { class: "plot-area",
                svg { role: "img", "aria-label": label,
                    for tick in scale.ticks() {
                        svg { "y": percent(scale.place(tick)), line { class: "grid-line", "x2": "100%" } }
                    }
                    svg { "viewBox": "0 0 1000 1000", "preserveAspectRatio": "none",
                        if let (Some(begun), Some(place)) = (begun, place) {
                            rect { class: "drawn", "x": begun.min(place), "width": (begun - place).abs(), "height": "1000" }
                        }
                        if is_single {
                            path { class: "series-band", "data-series": "1", d: chart::area(&lines[0].least, &lines[0].greatest, lines[0].window(window), scale) }
                            path { class: "series-area", "data-series": "1", d: chart::area(&[], &lines[0].points, lines[0].window(window), scale) }
                        }
                        for (index, line) in lines.iter().enumerate() {
                            path { key: "{index}", class: "series-line", "data-series": "{index % COLOURS + 1}", d: chart::lines(&line.points, line.window(window), scale) }
                        }
                    }
                    for tick in scale.ticks().skip(1) {
                        text { class: "tick", "y": percent(scale.place(tick)), "dy": "1.2em", {figure_text(tick, unit)} }
                    }
                    if let Some(threshold) = threshold {
                        {threshold_line(threshold, passed.is_some(), scale, unit)}
                    }
                    if let Some(place) = place {
                        {crosshair(place, &time)}
                    }
                }
                {pad}
                if is_named {
                    {ends(&lines, at, window, scale, unit)}
                }
            }
            if !is_named {
                {legend(&lines, at, window, unit)}
            }
            {pointing.times(window)}
        }
    }
}

/// The line at the instant somebody points at, and its time beneath.
fn crosshair(place: i32, time: &str) -> Element {
    // So that it does not leave the card.
    let anchor = match place {
        ..200 => "start",
        800.. => "end",
        _ => "middle",
    };
    rsx! {
        svg { "x": percent(place),
            line { class: "crosshair", "y2": "100%" }
            text { class: "tick", "y": "100%", "dy": "1.3em", "text-anchor": anchor, "{time}" }
        }
    }
}

/// The line of a threshold, with its number; with a word and a picture where the newest value has passed it.
/// Off the scale it has no place, and is only told of where it is passed.
fn threshold_line(threshold: Threshold, is_passed: bool, scale: Scale, unit: &str) -> Element {
    if !is_passed && !(scale.min..=scale.max).contains(&threshold.at) {
        return rsx! {};
    }
    rsx! {
        svg { "y": percent(scale.place(threshold.at)),
            line { class: "threshold", "x2": "100%" }
            if is_passed {
                // Left of where it stands.
                svg { class: "threshold-icon", "x": "100%", "width": "14", "height": "14", "viewBox": "24 28 24 24", path { d: Glyph::TriangleAlert.path() } }
            }
            text { class: "tick threshold-name", "data-state": if is_passed { "passed" }, "x": "100%", "dy": "-.4em",
                {if is_passed { threshold.passed(unit) } else { figure_text(threshold.at, unit) }}
            }
        }
    }
}

/// That a value has passed its threshold, in words.
pub fn passed(threshold: Threshold, unit: &str) -> Element {
    rsx! {
        p { class: "saying", "data-tone": "wait", "data-state": "passed",
            {icon(Glyph::TriangleAlert)}
            {threshold.passed(unit)}
        }
    }
}

/// Each line's name and value, beside where it ends: as wide for one as for several, so that an instant has the same place in
/// charts above each other. A single line is named by its card.
fn ends(lines: &[Line], at: Option<u64>, window: Window, scale: Scale, unit: &str) -> Element {
    let mut places = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        places.extend(line.last().map(|value| (index, scale.place(value))));
    }
    chart::move_apart(&mut places);
    rsx! {
        svg { class: "ends", "aria-hidden": "true",
            for (index, place) in places {
                // From where the line ends to where its name has room.
                line {
                    class: "series-line",
                    "data-series": "{index + 1}",
                    "y1": percent(lines[index].last().map_or(0, |value| scale.place(value))),
                    "x2": "8",
                    "y2": percent(place),
                }
                svg { "y": percent(place),
                    if lines.len() > 1 {
                        text { class: "tick", "x": "13", "dy": "-.2em", {short(&lines[index].name)} }
                    }
                    text { class: "tick end-value", "x": "13", "dy": if lines.len() > 1 { ".9em" } else { ".35em" }, {lines[index].said(at, window, unit)} }
                }
            }
        }
    }
}

/// As much of a name as there is room for beside a chart; the legend and the label have all of it.
fn short(name: &str) -> String {
    const CHARS_MAX: usize = 13;
    match name.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => [name[..end].trim_end(), "…"].concat(),
        None => name.to_owned(),
    }
}

fn legend(lines: &[Line], at: Option<u64>, window: Window, unit: &str) -> Element {
    rsx! {
        ul { class: "legend",
            for (index, line) in lines.iter().enumerate() {
                li { key: "{index}",
                    svg { "viewBox": "0 0 14 3", "aria-hidden": "true",
                        path { class: "series-line", "data-series": "{index % COLOURS + 1}", d: "M0 1.5h14" }
                    }
                    "{line.name}"
                    b { {line.said(at, window, unit)} }
                }
            }
        }
    }
}

/// The last minute in a line; in a word, where it has stayed what it was: how high such a line lies says nothing.
pub fn sparkline(line: Line) -> Element {
    let lines = [line];
    let window = window_of(&lines, SPARK_MS, SPARK_MS);
    let (low, high) = reach(&lines, window).unwrap_or((0.0, 1.0));
    // Room above and below, so that a quiet value is a quiet line and not a mountain range.
    let room = ((high - low) * 0.15).max(high.abs() * 0.05).max(0.5);
    let scale = Scale {
        min: if low >= 0.0 { (low - room).max(0.0) } else { low - room },
        max: high + room,
        step: room,
    };
    let points = &lines[0].points;
    // One value alone is no line, and has stayed nothing.
    let is_line = points
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|(at, _)| at + SPARK_MS >= window.end);
    let is_steady = is_line && low == high && points[0].0 + SPARK_MS / 2 <= window.end;
    rsx! {
        if is_steady {
            p { class: "steady", {tn("Unchanged")} }
        }
        svg { class: "sparkline", "viewBox": "0 0 1000 1000", "preserveAspectRatio": "none", "aria-hidden": "true",
            if is_line {
                path { class: "series-area", "data-series": "1", d: chart::area(&[], points, window, scale) }
                path { class: "series-line", "data-series": "1", d: chart::lines(points, window, scale) }
            }
        }
    }
}

/// An arc over 240° of radius 42 around (50, 50), from the lower left by the top to the lower right.
const ARC: &str = "M13.6 71A42 42 0 1 1 86.4 71";

/// One number on its scale, as an arc.
pub fn gauge(measure: &Measure, value: f64) -> Element {
    let (unit, threshold) = (&measure.unit, measure.threshold);
    let (min, max) = (measure.min.unwrap_or(0.0), measure.max.unwrap_or(100.0));
    let share = |value: f64| if max > min { (value - min) / (max - min) } else { 0.0 };
    let along = |value: f64| (share(value).clamp(0.0, 1.0) * 1_000.0).round() as i32;
    let shown = figure(value, unit);
    let reached = threshold.filter(|threshold| threshold.is_passed(value));
    let mut said = figure_text(value, unit);
    if let Some(threshold) = reached {
        said += &threshold.and_passed(unit);
    }
    rsx! {
        div {
            class: "gauge",
            role: "meter",
            "aria-label": measure.name.clone(),
            "aria-valuemin": "{min}",
            "aria-valuemax": "{max}",
            "aria-valuenow": "{value.clamp(min, max.max(min))}",
            "aria-valuetext": said,
            "data-state": reached.map(|_| "passed"),
            svg { "viewBox": "0 4 100 76", "aria-hidden": "true",
                path { class: "gauge-track", d: ARC }
                if share(value) > 0.0 {
                    path { class: "gauge-value", d: ARC, "pathLength": "1000", "stroke-dasharray": "{along(value)} 2000" }
                }
                if let Some(threshold) = threshold.map(|threshold| threshold.at).filter(|at| (0.0..=1.0).contains(&share(*at))) {
                    path { class: "gauge-mark", d: ARC, "pathLength": "1000", "stroke-dasharray": "8 2000", "stroke-dashoffset": 4 - along(threshold) }
                }
            }
            div { class: "gauge-figure", "aria-hidden": "true",
                p { class: "figure value", "data-size": "small",
                    "{shown.digits}"
                    small { "{shown.unit}" }
                }
                if let Some(threshold) = reached {
                    {passed(threshold, unit)}
                } else {
                    p { class: "gauge-ends", {with("of {}", &[&figure_text(max, unit)])} }
                }
            }
        }
    }
}

fn percent(place: i32) -> String {
    format!("{}.{}%", place / 10, place % 10)
}

fn window_of(lines: &[Line], longest: u64, shortest: u64) -> Window {
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
    let length = end.saturating_sub(first).clamp(shortest.min(longest), longest);
    let interval_ms = lines.iter().map(|line| line.interval_ms).max();
    Window {
        end,
        length,
        gap: gap_of(interval_ms.unwrap_or(0)),
    }
}

/// A pause that is drawn as one.
fn gap_of(interval_ms: u64) -> u64 {
    interval_ms.max(SAMPLE_INTERVAL_MS) * (SAMPLE_MISSED_MAX + 1)
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
    let mut reach: Option<(f64, f64)> = None;
    for line in lines {
        for points in [&line.points, &line.least, &line.greatest] {
            for (_, value) in points.iter().filter(|(at, _)| (start..=window.end).contains(at)) {
                let (low, high) = reach.unwrap_or((*value, *value));
                reach = Some((low.min(*value), high.max(*value)));
            }
        }
    }
    reach
}

#[cfg(all(test, feature = "testing"))]
mod tests;
