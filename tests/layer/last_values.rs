//! The last live values outlive the page: one that is opened without the server shows them, and how old they are.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    config::{VALUES_KEPT_AFTER_MS, VALUES_KEPT_EVERY_MS, VALUES_LEN_MAX},
    hooks::{use_board, use_current_board, use_samples},
    protocol::{SampleSeries, SamplesFrame, ServerFrame},
    state::NOW,
    testing::Page,
    time::Timestamp,
};

use crate::deck::on_deck;

/// More than would be kept of all, had each all of its values.
const SERIES: usize = 40;

static NAMES: GlobalSignal<Vec<String>> = Signal::global(|| vec!["tank".to_owned()]);

fn face() -> Element {
    _ = use_board(use_current_board());
    let names = use_memo(|| NAMES.cloned());
    let samples = use_samples(names.into());
    let now = NOW().map(|now| now.device).unwrap_or_default();
    let samples = samples.read();
    let shown = samples.0.iter().map(|(name, series)| {
        let latest = series.latest().cloned().unwrap_or_default();
        format!(
            "{name} {latest} of {}, {} ms old",
            series.points.len(),
            series.age_ms(now)
        )
    });
    let shown: Vec<String> = shown.collect();
    rsx! { p { {shown.join("; ")} } }
}

fn value(page: &mut Page, name: &str, second: u64, value: u64) {
    page.server.send(&ServerFrame::Samples(SamplesFrame {
        clock: Timestamp(second * 1_000),
        interval_ms: 1_000,
        series: vec![SampleSeries {
            name: name.to_owned(),
            points: vec![(Timestamp(second * 1_000), json!(value))],
        }],
    }));
    page.settle();
}

#[test]
fn of_a_long_history_the_newest_values_are_kept() {
    let mut page = on_deck(face);
    let names: Vec<String> = (0..SERIES).map(|at| format!("tank.{at}")).collect();
    let points =
        |at: usize| (0..300_u64).map(move |second| (Timestamp(second * 1_000), json!(at as f64 + 0.123_456_789)));
    page.with(|| *NAMES.write() = names.clone());
    for (at, name) in names.iter().enumerate() {
        page.server.send(&ServerFrame::Samples(SamplesFrame {
            clock: Timestamp(300_000),
            interval_ms: 1_000,
            series: vec![SampleSeries {
                name: name.clone(),
                points: points(at).collect(),
            }],
        }));
    }
    page.settle();
    page.has(&["tank.7 7.123456789 of 300, 1000 ms old"]);
    page.pass(VALUES_KEPT_AFTER_MS + VALUES_KEPT_EVERY_MS);
    page.cut();
    page.reopen();
    page.with(|| *NAMES.write() = names);
    let kept = VALUES_LEN_MAX / SERIES;
    page.has(&[&format!("tank.7 7.123456789 of {kept}, ")]);
}

#[test]
fn a_page_opened_without_the_server_has_the_last_values_and_the_age_of_each() {
    let names = || vec!["tank".to_owned(), "well".to_owned()];
    let mut page = on_deck(face);
    page.with(|| *NAMES.write() = names());
    value(&mut page, "tank", 1, 11);
    value(&mut page, "tank", 2, 12);
    value(&mut page, "well", 2, 21);
    page.has(&["tank 12 of 2, 0 ms old; well 21 of 1, 0 ms old"]);
    page.pass(10_000);
    // One has fallen silent, and is no younger for the other.
    value(&mut page, "tank", 12, 13);
    page.pass(VALUES_KEPT_AFTER_MS + VALUES_KEPT_EVERY_MS);

    page.cut();
    page.pass(5_000);
    page.reopen();
    page.with(|| *NAMES.write() = names());
    let age_ms = VALUES_KEPT_AFTER_MS + VALUES_KEPT_EVERY_MS + 5_000;
    page.has(&[&format!(
        "tank 13 of 3, {age_ms} ms old; well 21 of 1, {} ms old",
        age_ms + 10_000
    )]);

    page.heal();
    value(&mut page, "tank", 60, 14);
    page.has(&["tank 14 of 4, 0 ms old; well 21 of 1, "]);
}
