//! How often what is rendered.

use std::collections::BTreeMap;

use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use tideboard::{
    components::{ConflictResolutionUI, DashboardSyncIndicator, PendingOperationsBadge, WidgetRealtime},
    hooks::use_realtime_updates,
    protocol::WidgetId,
};

use crate::deck::{count_publications, deck, log, logged, on_deck};

#[derive(Deserialize)]
struct Tank {
    value: f64,
}

#[component]
fn Fuel() -> Element {
    log("fuel");
    let fuel = use_realtime_updates::<Tank>(WidgetId::named("fuel"));
    rsx! { {fuel.fields().map_or_else(|error| error.to_string(), |tank| format!("fuel {}", tank.value))} }
}

#[component]
fn Water() -> Element {
    log("water");
    let water = use_realtime_updates::<Value>(WidgetId::named("water"));
    rsx! { "water {water.text(\"value\")}" }
}

#[component]
fn Crew() -> Element {
    log("crew");
    let crew = use_realtime_updates::<Value>(WidgetId::named("crew"));
    rsx! { "crew {crew.text(\"count\")}" }
}

fn dashboard() -> Element {
    log("page");
    rsx! {
        DashboardSyncIndicator {}
        PendingOperationsBadge {}
        ConflictResolutionUI {}
        WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} }
        WidgetRealtime { widget_id: WidgetId::named("water"), Water {} }
        WidgetRealtime { widget_id: WidgetId::named("crew"), Crew {} }
    }
}

/// How often each part was rendered since this was asked last.
fn renders() -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in logged() {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

#[test]
fn an_edit_renders_its_own_widget_and_no_other() {
    let mut page = on_deck(dashboard);
    page.has(&["fuel 3", "water 3", "crew 0"]);
    renders();
    page.act(|managers| {
        let (fuel, field) = (WidgetId::named("fuel"), "value".parse().expect("a name"));
        managers.state.edit(deck(), fuel, field, 7);
    });
    page.has(&["fuel 7"]);
    page.pass(100);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(7));
    let renders = renders();
    assert!(renders.keys().eq(["fuel"]), "{renders:?}");
    // Shown, stored, sent, decided, confirmed: each is news to its own widget.
    assert!(renders["fuel"] <= 5, "{renders:?}");
}

#[test]
fn a_change_by_another_renders_its_own_widget_once() {
    let mut page = on_deck(dashboard);
    renders();
    page.server.set(&deck(), "water", "value", 9);
    page.settle();
    page.has(&["water 9"]);
    assert_eq!(renders(), BTreeMap::from([("water".to_owned(), 1)]));
}

#[test]
fn a_quiet_minute_renders_no_widget() {
    let mut page = on_deck(dashboard);
    page.pass(1_000);
    renders();
    page.pass(60_000);
    assert_eq!(renders(), BTreeMap::new());
}

#[test]
fn a_hundred_changes_in_one_frame_are_published_once_and_render_each_widget_once() {
    let mut page = on_deck(dashboard);
    renders();
    let published = count_publications(&page);
    let (fuel, crew) = (WidgetId::named("fuel"), WidgetId::named("crew"));
    let changes: Vec<(WidgetId, &str, Value)> = (0..50)
        .flat_map(|number| {
            [
                (fuel.clone(), "min", json!(number)),
                (crew.clone(), "count", json!(number)),
            ]
        })
        .collect();
    page.server.set_all(&deck(), changes);
    page.settle();
    page.has(&["crew 49"]);
    assert_eq!(page.server.value(&deck(), "fuel", "min"), json!(49));
    assert_eq!(published(), 1);
    assert_eq!(
        renders(),
        BTreeMap::from([("fuel".to_owned(), 1), ("crew".to_owned(), 1)])
    );
}

#[test]
fn of_a_large_board_an_edit_renders_one_widget() {
    const LEN: usize = 1_000;
    static NAMES: [&str; 4] = ["a", "b", "c", "d"];
    fn name(number: usize) -> WidgetId {
        format!("tank-{number}-{}", NAMES[number % 4]).parse().expect("a name")
    }
    fn many() -> Element {
        rsx! {
            for number in 0..LEN {
                Tank { key: "{number}", number, id: name(number) }
            }
        }
    }
    #[component]
    fn Tank(number: usize, id: ReadSignal<WidgetId>) -> Element {
        log(format!("tank {number}"));
        let tank = use_realtime_updates::<Value>(id);
        rsx! { "{id} {tank.text(\"value\")}, " }
    }
    let mut page = on_deck(many);
    let tanks = (0..LEN).map(|number| (name(number), json!({"value": number})));
    page.server.create_all(&deck(), "setpoint", tanks);
    page.settle();
    page.has(&["tank-999-d 999"]);
    logged();
    page.act(|managers| {
        let field = "value".parse().expect("a name");
        managers.state.edit(deck(), name(500), field, 7);
    });
    page.has(&["tank-500-a 7"]);
    let renders = renders();
    assert!(renders["tank 500"] <= 5 && renders.len() == 1, "{renders:?}");
}
