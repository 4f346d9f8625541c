//! The inside of bars, of a log, of a timer and of a note.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    app::App,
    state::ConnectionStatus,
    sync::{Freshness, Phase},
};

use crate::stage::{Scene, UNIX_MS, has, has_not, on_home};

fn app() -> Element {
    rsx! { App {} }
}

fn scene(kind: &str, fields: &[(&str, Value)]) -> Scene {
    Scene::live()
        .widget_named("board", "board", &[("name", json!("Bridge"))])
        .widget(kind, fields)
}

fn shown(kind: &str, fields: &[(&str, Value)]) -> String {
    on_home(scene(kind, fields), app)
}

/// Bars of these series, in litres, with these settings more.
fn bars(names: &[&str], values: &[(&str, Value)], settings: &[(&str, Value)]) -> String {
    let fields = [
        ("title", json!("Tanks")),
        ("series", json!(names)),
        ("unit", json!("l")),
    ];
    let fields: Vec<_> = fields.into_iter().chain(settings.iter().cloned()).collect();
    let scene = values.iter().fold(scene("bar", &fields), |scene, (name, value)| {
        scene.series(name, std::slice::from_ref(value), 0)
    });
    on_home(scene, app)
}

#[test]
fn each_series_is_a_bar_on_a_scale_that_ends_above_the_largest() {
    let page = bars(&["tank.*"], &[("tank.port", json!(40)), ("tank.bow", json!(73))], &[]);
    has(
        &page,
        &[
            "aria-label=\"Tanks\"",
            ">bow</span>",
            "73\u{a0}l",
            "d=\"M0 0H730V1H0Z\"",
            ">port</span>",
            "d=\"M0 0H400V1H0Z\"",
            "<span>100\u{a0}l</span>",
        ],
    );
    has(&page, &["class=\"bar-zero\" d=\"\"", "class=\"bar-mark\" d=\"\""]);
    has_not(&page, &["bove", "Threshold"]);
    let ends = [("min", json!(20)), ("max", json!(100))];
    has(
        &bars(&["a", "b"], &[("a", json!(10)), ("b", json!(60))], &ends),
        &[
            "d=\"M0 0H0V1H0Z\"",
            "d=\"M0 0H500V1H0Z\"",
            "<span>20\u{a0}l</span>",
            "<span>100\u{a0}l</span>",
        ],
    );
}

#[test]
fn a_value_below_zero_goes_to_the_left_of_a_line() {
    let page = bars(&["flow.*"], &[("flow.in", json!(50)), ("flow.out", json!(-50))], &[]);
    has(
        &page,
        &[
            "class=\"bar-zero\" d=\"M500 0v1\"",
            "d=\"M500 0H1000V1H500Z\"",
            "d=\"M500 0H0V1H500Z\"",
            "-50\u{a0}l",
        ],
    );
}

#[test]
fn what_has_no_value_is_a_gap_and_not_a_zero() {
    let page = bars(&["tank.port", "tank.bow"], &[("tank.port", json!(40))], &[]);
    has(&page, &[">port</span>", ">bow</span>", "–"]);
    assert_eq!(page.matches("class=\"bar-length\" d=\"\"").count(), 1, "{page}");
    let none = bars(&["tank.port", "tank.bow"], &[("tank.port", json!("much"))], &[]);
    has(
        &none,
        &["Waiting for the first value of", "<em>tank.port, tank.bow</em>"],
    );
}

#[test]
fn a_threshold_is_a_mark_and_a_word_with_a_picture_where_it_is_passed() {
    let threshold = [("threshold", json!(50)), ("max", json!(100))];
    let below = bars(&["a", "b"], &[("a", json!(10)), ("b", json!(49))], &threshold);
    has(&below, &["class=\"bar-mark\" d=\"M500 0v1\"", "Threshold 50\u{a0}l"]);
    has_not(&below, &["bove"]);
    let above = bars(&["a", "b"], &[("a", json!(10)), ("b", json!(50))], &threshold);
    has(&above, &["<li data-state=\"passed\"", "Above 50\u{a0}l"]);
    assert_eq!(above.matches("<li data-state=\"passed\"").count(), 1, "{above}");
}

#[test]
fn a_bar_that_runs_out_is_told_of_and_its_threshold_is_on_the_scale() {
    let low = [("threshold", json!(-20)), ("warns", json!("below"))];
    let page = bars(&["a", "b"], &[("a", json!(-20)), ("b", json!(5))], &low);
    has(
        &page,
        &[
            "class=\"bar-mark\" d=\"M",
            "<li data-state=\"passed\"",
            "At or below -20\u{a0}l",
        ],
    );
    assert_eq!(page.matches("<li data-state=\"passed\"").count(), 1, "{page}");
    let none = bars(&["a", "b"], &[("b", json!(5))], &low);
    has(&none, &["Threshold -20\u{a0}l"]);
    has_not(&none, &["data-state=\"passed\""]);
}

#[test]
fn a_list_of_the_greatest_is_a_bar_for_each() {
    let top = json!([["host.cpu.3", 80.0], ["host.cpu.0", 20.0]]);
    let page = bars(
        &["top 2(host.cpu.*)"],
        &[("top 2(host.cpu.*)", top)],
        &[("max", json!(100))],
    );
    has(
        &page,
        &[
            ">core 3</span>",
            "d=\"M0 0H800V1H0Z\"",
            ">core 0</span>",
            "d=\"M0 0H200V1H0Z\"",
        ],
    );
}

#[test]
fn a_logs_newest_line_is_first_with_who_wrote_it_and_when() {
    let at = |ago_ms: u64| format!("line-{:011x}-1f", UNIX_MS - ago_ms);
    let (old, new) = (at(2 * 3_600_000), at(60_000));
    let fields = [
        ("title", json!("Log")),
        (old.as_str(), json!("Cast off")),
        (new.as_str(), json!("<b>Anchor</b>")),
    ];
    let page = shown("log", &fields);
    has(
        &page,
        &[
            "role=\"log\"",
            "ada · 14:01",
            "ada · 12:02",
            "&#60;b&#62;Anchor",
            "aria-label=\"New line\"",
        ],
    );
    assert!(page.find("Anchor") < page.find("Cast off"), "{page}");
    // They are somebody else's.
    has_not(&page, &["Delete: "]);
    has(&shown("log", &[("title", json!("Log"))]), &["Nothing was written yet."]);
}

#[test]
fn a_line_on_its_way_is_told_apart() {
    let line = "line-019b7a0a2c0-1f";
    let pending = scene("log", &[]).edit(line, json!("Cast off"), Phase::Saved);
    has(&on_home(pending, app), &["data-pending=true", "Cast off"]);
}

fn timer(run: Value) -> Scene {
    scene("timer", &[("minutes", json!(5)), ("run", run)])
}

#[test]
fn a_timer_shows_how_long_it_still_takes_and_what_can_be_done() {
    let at = |seconds: u64| UNIX_MS + seconds * 1_000;
    for (run, state, time, buttons, none) in [
        (Value::Null, "reset", ">5:00<", &[">Start<"][..], ">Reset<"),
        (
            json!({"ends": at(245)}),
            "running",
            ">4:05<",
            &[">Pause<", ">Reset<"],
            ">Start<",
        ),
        (
            json!({"left": 3_723}),
            "paused",
            ">1:02:03<",
            &[">Start<", ">Reset<"],
            ">Pause<",
        ),
        (
            json!({"since": at(0) - 65_000}),
            "running",
            ">1:05<",
            &[">Pause<"],
            ">Start<",
        ),
        (json!({"spent": 65}), "paused", ">1:05<", &[">Start<"], ">Pause<"),
        (
            json!({"ends": at(0) - 90_000}),
            "over",
            ">0:00<",
            &["Time is up", "role=\"alert\"", ">Reset<"],
            ">Start<",
        ),
        // An older page's, or nobody's.
        (json!({"ends": "soon"}), "reset", ">5:00<", &[">Start<"], "Time is up"),
    ] {
        let page = on_home(timer(run), app);
        has(&page, &[&format!("class=\"timer\" data-state=\"{state}\""), time]);
        has(&page, buttons);
        has_not(&page, &[none]);
    }
    let without = [json!(0), Value::Null].map(|minutes| shown("timer", &[("minutes", minutes)]));
    without.iter().for_each(|page| has(page, &[">0:00<", ">Start<"]));
}

#[test]
fn a_timer_goes_on_without_the_server_and_a_press_that_waits_is_told_apart() {
    let offline = ConnectionStatus::Offline {
        since: None,
        chosen: false,
    };
    let scene = timer(json!({"ends": UNIX_MS + 9_000})).connection(offline);
    let scene = scene.board(Freshness::Offline { since: None });
    has(&on_home(scene, app), &[">0:09<", ">Pause<"]);
    let pressed = timer(Value::Null).edit("run", json!({"left": 7}), Phase::Saved);
    has(&on_home(pressed, app), &["data-state=\"pending\"", ">0:07<"]);
}

#[test]
fn a_note_is_drawn_as_it_is_meant_and_its_text_is_in_its_box() {
    let text = "# Fuel\n\nPort **and** *bow*, `40 l`\nby [Ann](https://ann.example)\n\n- [x] hose\n  1. long\n\n> soon\n\n```\n<b>\n```";
    let page = shown("note", &[("text", json!(text))]);
    has(
        &page,
        &[
            "<h3>Fuel</h3>",
            "<strong>and</strong>",
            "<em>bow</em>",
            "<code>40 l</code>\nby",
            "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"https://ann.example\">Ann</a>",
            "<li class=\"boxed\">☑ hose",
            "<ol><li value=\"1\">long",
            "<blockquote>soon</blockquote>",
            "&#60;b&#62;",
            "<textarea",
        ],
    );
    has_not(&page, &["<b>"]);
}

#[test]
fn nothing_in_a_note_runs() {
    let text = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](data:text/html,c)";
    let page = shown("note", &[("text", json!(text))]);
    has_not(&page, &["<script>alert", "<img", "href=\"javascript", "href=\"data"]);
    has(&page, &["&#60;script&#62;alert(1)", "[a](javascript:alert(1))"]);
}
