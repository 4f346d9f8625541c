//! The inside of each kind of widget, on a board as the app renders it.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{app::App, state::ConnectionStatus, sync::Phase};

use crate::stage::{Scene, has, has_not, on_home};

fn app() -> Element {
    rsx! { App {} }
}

fn shown(kind: &str, fields: &[(&str, Value)]) -> String {
    on_home(scene(kind, fields), app)
}

fn scene(kind: &str, fields: &[(&str, Value)]) -> Scene {
    Scene::live()
        .widget_named("board", "board", &[("name", json!("Bridge"))])
        .widget(kind, fields)
}

fn sampled(kind: &str, unit: &str, values: &[Value]) -> String {
    let fields = [
        ("title", json!("Fuel")),
        ("series", json!(["fuel"])),
        ("unit", json!(unit)),
        ("min", json!(0)),
        ("max", json!(100)),
    ];
    on_home(scene(kind, &fields).series("fuel", values, 0), app)
}

#[test]
fn a_stat_is_a_figure_its_unit_and_a_sparkline() {
    has(
        &sampled("stat", "%", &[json!(12), json!(37.46)]),
        &["data-kind=\"stat\"", "37.5", "<small>%</small>", "class=\"sparkline\""],
    );
    has(
        &sampled("stat", "B", &[json!(1_610_612_736)]),
        &["1.5", "<small>GiB</small>"],
    );
}

#[test]
fn a_number_that_stays_what_it_is_is_said_to() {
    let same = |len| sampled("stat", "%", &vec![json!(50); len]);
    has(&same(60), &["class=\"sparkline\"", ">Unchanged<"]);
    // Of a young one nobody knows.
    has_not(&same(20), &["Unchanged"]);
    let mut other = vec![json!(50); 60];
    other[40] = json!(51);
    has_not(&sampled("stat", "%", &other), &["Unchanged"]);
}

#[test]
fn before_the_first_value_a_sampled_widget_says_what_it_waits_for() {
    for kind in ["stat", "gauge", "bar", "series", "table"] {
        let page = shown(kind, &[("series", json!(["fuel"]))]);
        has(&page, &["Waiting for the first value of", "<em>fuel</em>"]);
    }
}

#[test]
fn a_live_value_that_can_not_come_is_not_waited_for() {
    let waiting = ConnectionStatus::Waiting {
        attempt: 2,
        retry_at: None,
    };
    let offline = ConnectionStatus::Offline {
        since: None,
        chosen: false,
    };
    for (link, reason) in [
        (waiting, "without the server."),
        (offline, "without the server."),
        (ConnectionStatus::ByRequests, "without a live socket."),
    ] {
        let page = on_home(scene("stat", &[("series", json!(["fuel"]))]).connection(link), app);
        has(&page, &["No live value of ", "<em>fuel</em>", reason]);
        has_not(&page, &["Waiting for the first value"]);
    }
    let connecting = scene("stat", &[("series", json!(["fuel"]))]).connection(ConnectionStatus::Connecting);
    has(&on_home(connecting, app), &["Waiting for the first value"]);
}

#[test]
fn a_gauge_is_a_meter() {
    has(
        &sampled("gauge", "%", &[json!(40)]),
        &[
            "role=\"meter\"",
            "aria-valuenow=\"40\"",
            "aria-valuemax=\"100\"",
            "gauge-value",
        ],
    );
}

/// A widget with a threshold of 90, whose newest value is this.
fn watched(kind: &str, value: f64) -> String {
    warned(kind, value, "above")
}

/// The same, that warns on this side.
fn warned(kind: &str, value: f64, side: &str) -> String {
    let fields = [
        ("warns", json!(side)),
        ("title", json!("Fuel")),
        ("series", json!(["fuel"])),
        ("unit", json!("%")),
        ("max", json!(100)),
        ("threshold", json!(90)),
    ];
    on_home(scene(kind, &fields).series("fuel", &[json!(20), json!(value)], 0), app)
}

#[test]
fn a_value_at_or_above_its_threshold_says_so_in_a_word_with_a_picture_and_a_colour() {
    for (kind, marks) in [
        (
            "stat",
            [
                "class=\"stat\" data-state=\"passed\"",
                "data-tone=\"wait\" data-state=\"passed\"",
            ],
        ),
        (
            "gauge",
            [
                "aria-valuetext=\"90\u{a0}%, above 90\u{a0}%\"",
                "data-tone=\"wait\" data-state=\"passed\"",
            ],
        ),
        (
            "series",
            [
                "aria-label=\"fuel: 90\u{a0}%, above 90\u{a0}%\"",
                "class=\"threshold-icon\"",
            ],
        ),
    ] {
        let page = watched(kind, 90.0);
        has(&page, &["Above 90\u{a0}%"]);
        has(&page, &marks);
        has_not(&watched(kind, 89.9), &["bove 90", "data-state=\"passed\""]);
    }
}

#[test]
fn a_card_that_warns_below_says_so_at_its_threshold_and_under_it() {
    for kind in ["stat", "gauge", "series", "bar"] {
        let page = warned(kind, 90.0, "below");
        has(&page, &["At or below 90\u{a0}%", "data-state=\"passed\""]);
        has_not(&page, &["bove 90"]);
        has_not(&warned(kind, 90.1, "below"), &["t or below", "data-state=\"passed\""]);
    }
    has(
        &warned("gauge", 3.0, "below"),
        &["aria-valuetext=\"3\u{a0}%, at or below 90\u{a0}%\""],
    );
}

#[test]
fn one_value_alone_is_no_line() {
    has_not(&sampled("stat", "%", &[json!(12)]), &["series-line", "Unchanged"]);
    has(&sampled("stat", "%", &[json!(12), json!(13)]), &["series-line"]);
}

#[test]
fn a_threshold_is_marked_on_a_gauge_and_in_a_chart() {
    has(
        &watched("gauge", 30.0),
        &["class=\"gauge-mark\"", "stroke-dashoffset=-896", "of 100\u{a0}%"],
    );
    has(&watched("series", 30.0), &["class=\"threshold\"", ">90\u{a0}%<"]);
    for kind in ["stat", "gauge", "series"] {
        let page = sampled(kind, "%", &[json!(99)]);
        has_not(&page, &["gauge-mark", "threshold", "bove"]);
    }
}

#[test]
fn a_chart_has_ticks_a_line_and_a_summary_in_words() {
    let page = sampled("series", "%", &[json!(10), json!(20), json!(30)]);
    has(
        &page,
        &[
            "class=\"plot\"",
            "aria-label=\"fuel: 30",
            "class=\"tick\"",
            "data-series=\"1\"",
            "series-area",
        ],
    );
}

#[test]
fn a_few_series_are_named_where_they_end_and_many_in_a_legend() {
    let cores = |len: usize| {
        let fields = [("series", json!(["host.cpu.*"])), ("unit", json!("%"))];
        let scene = (0..len).fold(scene("series", &fields), |scene, core| {
            scene.series(&format!("host.cpu.{core}"), &[json!(core)], 0)
        });
        on_home(scene, app)
    };
    let few = cores(4);
    has(&few, &["class=\"ends\"", ">core 0<", ">core 3<", "data-series=\"4\""]);
    assert_eq!(few.matches("class=\"tick end-value\"").count(), 4, "{few}");
    has_not(&few, &["class=\"legend\""]);
    let many = cores(5);
    has(&many, &["class=\"legend\"", "core 4", "data-series=\"5\""]);
    has_not(&many, &["class=\"ends\""]);
    // One has its card's title.
    // A single one is named by its card, and has its value where the others have theirs.
    let single = cores(1);
    assert_eq!(single.matches("class=\"tick end-value\"").count(), 1, "{single}");
    has_not(&single, &[">cpu 0<", "class=\"legend\""]);
}

#[test]
fn what_a_label_holds_is_text_and_never_markup() {
    let name = |number: usize| format!("up{{a=\"<img src=x onerror=alert({number})>\"}}");
    for len in [1, 3, 6] {
        let fields = [("title", json!("<b>Up</b>")), ("series", json!(["up{*"]))];
        let scene = (0..len).fold(scene("series", &fields), |scene, at| {
            scene.series(&name(at), &[json!(at)], 0)
        });
        let page = on_home(scene, app);
        has(&page, &["&#60;img src=x onerror=alert(0)&#62;"]);
        has_not(&page, &["<img", "<b>Up"]);
    }
}

#[test]
fn a_table_has_rows_and_where_they_are_known_headings() {
    let rows = json!([["init", 1, 0.5, 1_048_576], ["tideboard", 77, 12.0, 2_097_152]]);
    let fields = [("title", json!("Busiest")), ("series", json!(["host.processes"]))];
    has(
        &on_home(scene("table", &fields).series("host.processes", &[rows], 0), app),
        &["<th", "Memory", "tideboard", "2\u{a0}MiB"],
    );
}

/// A table of these series in litres, each with its newest value, and how many seconds ago that came.
fn table_of(names: &[&str], sent: &[(&str, Value, u64)]) -> String {
    let fields = [
        ("title", json!("Tanks")),
        ("series", json!(names)),
        ("unit", json!("l")),
    ];
    let scene = sent.iter().fold(scene("table", &fields), |scene, (name, value, ago)| {
        scene.series(name, std::slice::from_ref(value), *ago)
    });
    on_home(scene, app)
}

/// What stands in each row, its cells with a bar between them.
fn rows(page: &str) -> Vec<String> {
    let row = |row: &str| {
        let row = row.split("</tr>").next().unwrap_or_default();
        let cells = row.split("</td>").filter_map(|cell| cell.rsplit('>').next());
        cells
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join("|")
            .replace('\u{a0}', " ")
    };
    let body = page.split("<tbody").nth(1).unwrap_or_default();
    body.split("<tr").skip(1).map(row).collect()
}

#[test]
fn a_table_of_numbers_has_a_row_for_each_series_with_its_value_and_age() {
    let page = table_of(
        &["tank.*", "fuel", "oil"],
        &[
            ("tank.port", json!(40), 0),
            ("tank.bow", json!(73.5), 72),
            ("fuel", json!(12), 3),
        ],
    );
    assert_eq!(
        rows(&page),
        ["bow|73.5 l|1 min", "port|40 l|now", "fuel|12 l|now", "oil|–|–"],
        "{page}"
    );
    has(&page, &[">Series</button>", ">Value</button>", ">Age</button>"]);
    has_not(&page, &["table-filter", "Waiting for the first value"]);
    // What names its numbers is one row for each of them, beside what is a number.
    let top = json!([["host.cpu.3", 80], ["host.cpu.0", 20]]);
    let mixed = table_of(
        &["fuel", "top 2(host.cpu.*)"],
        &[("fuel", json!(5), 0), ("top 2(host.cpu.*)", top, 0)],
    );
    assert_eq!(
        rows(&mixed),
        ["fuel|5 l|now", "core 3|80 l|now", "core 0|20 l|now"],
        "{mixed}"
    );
}

#[test]
fn a_table_of_more_than_ten_series_can_be_filtered() {
    let names: Vec<String> = (0..11).map(|tank| format!("tank.{tank}")).collect();
    let sent: Vec<_> = names.iter().map(|name| (name.as_str(), json!(1), 0)).collect();
    has(&table_of(&["tank.*"], &sent), &["aria-label=\"Filter of Tanks\""]);
    has_not(&table_of(&["tank.*"], &sent[1..]), &["table-filter"]);
    // What a series sends as rows goes on as it was.
    let long = Value::Array(vec![json!(["init", 1, 0.5, 1]); 11]);
    has_not(
        &table_of(&["host.processes"], &[("host.processes", long, 0)]),
        &["table-filter"],
    );
}

#[test]
fn a_status_is_a_choice_of_words() {
    let page = shown(
        "status",
        &[("state", json!("busy")), ("text", json!("Loading the van"))],
    );
    has(
        &page,
        &[
            "type=\"radio\"",
            "OK",
            "Busy",
            "Look",
            "Down",
            "Loading the van",
            "data-state=\"chosen\"",
        ],
    );
    assert_eq!(page.matches("checked=true").count(), 1, "{page}");
}

#[test]
fn a_checklist_keeps_its_order_and_leaves_out_what_was_deleted() {
    let fields = [
        ("item-10", json!("Third")),
        ("item-2", json!("Second")),
        ("item-1", json!("First")),
        ("item-3", Value::Null),
        ("done-1", json!(true)),
        ("taken-2", json!("ada")),
    ];
    let page = shown("checklist", &fields);
    let places: Vec<_> = ["Done: First", "Done: Second", "Done: Third"]
        .map(|text| page.find(text))
        .into_iter()
        .collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{places:?} in {page}"
    );
    has(
        &page,
        &[
            "2 of 3 to do",
            "Taken by ada. Give it back",
            "Take on: Third",
            "data-state=\"done\"",
        ],
    );
}

#[test]
fn of_a_checklist_the_item_that_waits_is_marked_and_no_other() {
    let fields = [
        ("item-1", json!("First")),
        ("item-2", json!("Second")),
        ("done-2", json!(false)),
    ];
    let ticked = scene("checklist", &fields).edit("done-2", json!(true), Phase::Saved);
    let page = on_home(ticked, app);
    let items: Vec<&str> = page.split("<li class=\"check\"").skip(1).collect();
    let is_marked = |item: &str| {
        item.split('>')
            .next()
            .is_some_and(|tag| tag.contains("data-pending=true"))
    };
    assert_eq!(
        items.iter().map(|item| is_marked(item)).collect::<Vec<_>>(),
        [false, true],
        "{page}"
    );
}

#[test]
fn a_setpoint_is_a_slider_and_a_number() {
    let page = shown(
        "setpoint",
        &[
            ("title", json!("Target")),
            ("value", json!(21.5)),
            ("unit", json!("°C")),
            ("min", json!(5)),
            ("max", json!(30)),
            ("step", json!(0.5)),
        ],
    );
    has(
        &page,
        &[
            "type=\"range\"",
            "type=\"number\"",
            "value=\"21.5\"",
            "°C",
            "min=\"5\"",
            "step=\"0.5\"",
            "Target, slider",
            "aria-label=\"Target, less\"",
            "aria-label=\"Target, more\"",
        ],
    );
}

#[test]
fn a_number_off_its_scale_says_where_the_scale_is() {
    let fields = |value| {
        [
            ("title", json!("Target")),
            ("value", json!(value)),
            ("unit", json!("°C")),
            ("min", json!(5)),
            ("max", json!(30)),
        ]
    };
    // The bounds were moved after the value was set.
    has(
        &shown("setpoint", &fields(31)),
        &[
            "aria-invalid=true",
            "role=\"alert\"",
            "Between 5\u{a0}°C and 30\u{a0}°C only.",
        ],
    );
    has_not(
        &shown("setpoint", &fields(30)),
        &["aria-invalid=true", "role=\"alert\""],
    );
}

#[test]
fn a_counter_counts_and_has_two_buttons() {
    has(
        &shown("counter", &[("count", json!(3)), ("unit", json!("cups"))]),
        &["<output", ">3</output>", "cups", "Add one", "Take one away"],
    );
}

#[test]
fn a_pending_value_is_told_apart() {
    let pending = scene("counter", &[("count", json!(4))]).edit("count", json!(4), Phase::Saved);
    has(&on_home(pending, app), &["class=\"value\" data-state=\"pending\""]);
}

#[test]
fn an_unknown_kind_says_what_to_do() {
    has(
        &shown("hologram", &[]),
        &["doesn’t know widgets of the kind “hologram”"],
    );
    has_not(&shown("note", &[]), &["doesn’t know"]);
}
