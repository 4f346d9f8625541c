//! Charts as they are rendered, also while somebody points at an instant.

use super::*;
use crate::dashboard::crosshair::{provide_pointed, use_pointing};

/// A chart as it is rendered while somebody points at an instant of its board.
fn shown(lines: Vec<Line>, threshold: Option<f64>, pointed: Option<u64>) -> String {
    let threshold = threshold.map(|at| Threshold { at, is_low: false });
    drawn(lines, threshold, pointed)
}

/// The same, with a threshold on either side.
fn drawn(lines: Vec<Line>, threshold: Option<Threshold>, pointed: Option<u64>) -> String {
    #[derive(Clone, Props, PartialEq)]
    struct Chart {
        lines: Vec<Line>,
        threshold: Option<Threshold>,
        pointed: Option<u64>,
    }
    fn stage(chart: Chart) -> Element {
        use_hook(|| provide_pointed(chart.pointed.map(|at| at as f64)));
        let measure = Measure {
            span_ms: 300_000,
            is_all: false,
            name: "Fuel".to_owned(),
            unit: "%".to_owned(),
            min: Some(0.0),
            max: Some(100.0),
            threshold: chart.threshold,
            end: None,
        };
        plot(use_pointing(), &measure, chart.lines)
    }
    let props = Chart {
        lines,
        threshold,
        pointed,
    };
    let mut dom = VirtualDom::new_with_props(stage, props);
    dom.rebuild_in_place();
    dioxus::ssr::render(&dom)
}

/// A minute of values from `first` on, one a second, each its second's number.
fn line(name: &str, first: u64) -> Line {
    Line {
        interval_ms: 1_000,
        name: name.to_owned(),
        points: (0..=60).map(|at| ((first + at) * 1_000, at as f64)).collect(),
        ..Line::default()
    }
}

#[track_caller]
fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
}

#[test]
fn an_instant_that_is_pointed_at_has_a_line_its_time_and_what_stood_then() {
    let said = "00:00:45, fuel: 15\u{a0}%";
    let page = shown(vec![line("fuel", 30)], None, Some(45_000));
    let (label, text) = (format!("aria-label=\"{said}\""), format!("aria-valuetext=\"{said}\""));
    has(&page, &[&label, &text, "aria-valuenow=25"]);
    has(
        &page,
        &[
            "<svg x=\"25.0%\"><line class=\"crosshair\"",
            ">00:00:45<",
            ">15\u{a0}%<",
        ],
    );
}

#[test]
fn several_lines_say_what_stood_then_where_their_newest_values_stand() {
    let lines = vec![line("in", 30), line("out", 20)];
    has(
        &shown(lines.clone(), None, Some(45_000)),
        &[">15\u{a0}%<", ">25\u{a0}%<"],
    );
    let page = shown(lines, None, None);
    has(
        &page,
        &[
            "aria-label=\"in: 60\u{a0}%, out: 60\u{a0}%\"",
            "aria-valuetext=\"Newest\"",
        ],
    );
    assert!(!page.contains("crosshair"), "{page}");
    // In a legend, too; and a dash where there was none.
    let lines = (0..5).map(|at| line(&at.to_string(), 30 + 10 * at)).collect();
    has(
        &shown(lines, None, Some(45_000)),
        &["<b>15\u{a0}%</b>", "<b>5\u{a0}%</b>", "<b>–</b>"],
    );
}

#[test]
fn what_a_single_lines_points_are_the_means_of_lies_behind_it_and_within_the_scale() {
    let around = |line: Line| Line {
        least: line.points.iter().map(|(at, value)| (*at, value - 1.0)).collect(),
        greatest: line.points.iter().map(|(at, value)| (*at, value + 1.0)).collect(),
        ..line
    };
    let page = shown(vec![around(line("fuel", 30))], None, None);
    has(
        &page,
        &["class=\"series-band\" data-series=\"1\" d=\"M0 990L", "L0 1000Z\""],
    );
    let several = shown(vec![around(line("in", 30)), around(line("out", 30))], None, None);
    assert!(!several.contains("series-band"), "{several}");
}

#[test]
fn a_mark_leads_from_where_a_line_ends_to_its_name() {
    let page = shown(vec![line("in", 30), line("out", 30)], None, None);
    assert_eq!(page.matches("y1=\"40.0%\"").count(), 2, "both end at one place: {page}");
    has(&page, &["y2=\"40.0%\"", "y2=\"58.0%\""]);
}

#[test]
fn an_instant_that_a_chart_does_not_show_is_none_of_its_own() {
    for at in [20_000, 120_000] {
        let page = shown(vec![line("fuel", 30)], None, Some(at));
        assert!(!page.contains("crosshair"), "{page}");
        has(&page, &["aria-label=\"fuel: 60\u{a0}%\""]);
    }
}

#[test]
fn a_threshold_is_a_line_with_its_number_and_where_it_is_passed_with_a_word() {
    let page = shown(vec![line("fuel", 30)], Some(80.0), None);
    has(&page, &["<svg y=\"20.0%\"><line class=\"threshold\"", ">80\u{a0}%<"]);
    assert!(!page.contains("bove"), "{page}");
    // At it is not below it.
    for threshold in [60.0, 59.0] {
        let page = shown(vec![line("fuel", 30)], Some(threshold), None);
        let word = format!("bove {threshold}\u{a0}%");
        has(
            &page,
            &[
                "threshold-icon",
                &format!(">A{word}<"),
                &format!("fuel: 60\u{a0}%, a{word}\""),
            ],
        );
    }
    let off = shown(vec![line("fuel", 30)], Some(101.0), None);
    assert!(!off.contains("threshold"), "it has no place: {off}");
    // Below the scale it has none either, and is passed all the same.
    has(&shown(vec![line("fuel", 30)], Some(-5.0), None), &[">Above -5\u{a0}%<"]);
    assert!(!shown(vec![line("fuel", 30)], None, None).contains("threshold"));
}

#[test]
fn a_low_threshold_is_passed_from_above() {
    let page = |at: f64| drawn(vec![line("fuel", 30)], Some(Threshold { at, is_low: true }), None);
    for at in [60.0, 61.0] {
        let word = format!("t or below {at}\u{a0}%");
        has(
            &page(at),
            &[
                "threshold-icon",
                &format!(">A{word}<"),
                &format!("fuel: 60\u{a0}%, a{word}\""),
            ],
        );
    }
    let above = page(59.0);
    has(&above, &["class=\"threshold\"", ">59\u{a0}%<"]);
    assert!(!above.contains("below") && !above.contains("threshold-icon"), "{above}");
}
