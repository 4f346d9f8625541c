//! What an app's tests are written with does what it says.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    board::Catalog,
    components::{ConflictResolutionUI, DashboardRealtimeProvider, DashboardSyncIndicator, WidgetRealtime},
    hooks::use_realtime_updates,
    protocol::{FieldName, WidgetId},
    server::FirstBoard,
    testing::{Page, Played, Server, simulate},
};

use crate::deck::deck;

fn server() -> Server {
    let board = FirstBoard::new(deck(), "Deck")
        .with("fuel", "setpoint", json!({"value": 3}))
        .with("crew", "counter", json!({"count": 0}));
    Server::new(Catalog::default(), &[board])
}

fn app() -> Element {
    rsx! {
        DashboardRealtimeProvider { board: deck(),
            DashboardSyncIndicator {}
            ConflictResolutionUI {}
            WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} }
            WidgetRealtime { widget_id: WidgetId::named("crew"), Crew {} }
        }
    }
}

#[component]
fn Fuel() -> Element {
    let fuel = use_realtime_updates::<Value>(WidgetId::named("fuel"));
    let set = move |event: FormEvent| {
        if let Ok(litres) = event.value().parse::<i64>() {
            fuel.edit("value", litres);
        }
    };
    rsx! {
        label {
            "Litres"
            input { value: fuel.text("value"), oninput: set }
        }
        p { "{fuel.text(\"value\")} l" }
    }
}

#[component]
fn Crew() -> Element {
    let crew = use_realtime_updates::<Value>(WidgetId::named("crew"));
    rsx! {
        button { "aria-label": "One more", onclick: move |_| crew.add("count", 1), "+" }
        p { "{crew.text(\"count\")} aboard" }
    }
}

#[test]
fn what_one_page_clicks_and_fills_in_another_one_shows() {
    let server = server();
    let (mut ada, mut ben) = (Page::open(&server, "ada", app), Page::open(&server, "ben", app));
    ada.click("One more");
    ben.click("One more");
    ada.fill("Litres", "7");
    for page in [&mut ada, &mut ben] {
        page.settle();
        page.has(&["2 aboard", "7 l"]);
    }
    assert_eq!(server.visitors(&deck()), (2, 2));
}

#[test]
#[should_panic(expected = "nothing to click is called \"One fewer\"")]
fn what_is_not_there_is_not_clicked() {
    Page::open(&server(), "ada", app).click("One fewer");
}

#[test]
fn a_page_that_is_cut_off_or_deaf_is_alone_with_what_it_does() {
    let server = server();
    let (mut ada, mut ben) = (Page::open(&server, "ada", app), Page::open(&server, "ben", app));
    ada.cut();
    ada.fill("Litres", "7");
    ben.fill("Litres", "8");
    ada.has(&["7 l"]);
    ben.has(&["8 l"]);
    ada.heal();
    assert_eq!(server.value(&deck(), "fuel", "value"), json!(8));
    ada.has(&["Keep mine", "Keep theirs"]);
    ada.click("Keep mine");
    assert_eq!(server.value(&deck(), "fuel", "value"), json!(7));

    ben.is_deaf = true;
    ben.click("One more");
    assert_eq!(server.value(&deck(), "crew", "count"), json!(0));
    ben.is_deaf = false;
    ben.settle();
    assert_eq!(server.value(&deck(), "crew", "count"), json!(1));
}

#[test]
fn what_was_saved_outlives_the_page_and_what_is_on_the_disk_the_server() {
    let server = server();
    let mut ada = Page::open(&server, "ada", app);
    ada.cut();
    ada.click("One more");
    ada.pass(1_000);
    ada.reopen();
    ada.has(&["1 aboard"]);
    server.restart();
    ada.heal();
    assert_eq!(server.value(&deck(), "crew", "count"), json!(1));
    server.restart();
    ada.pass(60_000);
    ada.has(&["1 aboard", "data-state=\"live\""]);
    assert_eq!(server.value(&deck(), "crew", "count"), json!(1));
}

#[test]
fn a_full_disk_takes_nothing_and_loses_nothing() {
    let server = server();
    let mut ada = Page::open(&server, "ada", app);
    server.fill_disk(true);
    ada.click("One more");
    assert_eq!(server.value(&deck(), "crew", "count"), json!(0));
    server.fill_disk(false);
    ada.pass(60_000);
    assert_eq!(server.value(&deck(), "crew", "count"), json!(1));
}

#[test]
#[should_panic(expected = "UnknownField")]
fn what_somebody_else_can_not_do_is_said_at_once() {
    server().set(&deck(), "fuel", "colour", "red");
}

/// Additions of any amount, and a setpoint that two people move.
fn play(seed: u64) -> (Server, Played, i64) {
    let mut added = 0;
    let (server, played) = simulate(seed, server, &["ada", "ben", "cleo"], app, |dice, page| {
        if dice.chance(60) {
            let amount = dice.below(5) as i64 + 1;
            added += amount;
            page.act(|managers| {
                let (crew, count) = (WidgetId::named("crew"), FieldName::named("count"));
                managers.state.add(deck(), crew, count, amount);
            });
        } else {
            page.fill("Litres", &dice.below(100).to_string());
        }
    });
    (server, played, added)
}

#[test]
fn histories_over_bad_links_end_equal_with_nothing_lost_or_doubled() {
    let (mut operations, mut not_applied) = (0, 0);
    for seed in 1..=25 {
        let (server, played, added) = play(seed);
        assert_eq!(server.value(&deck(), "crew", "count"), json!(added), "seed {seed}");
        (operations, not_applied) = (operations + played.operations, not_applied + played.not_applied);
    }
    assert!(operations > 25 * 20, "{operations}: nothing happens in them");
    assert!(not_applied > 25, "{not_applied}: people never meet");
}

#[test]
fn a_seed_plays_the_same_history_each_time() {
    let ids = |server: &Server| {
        let records = server.records().into_iter();
        records.flat_map(|(_, record)| record.decisions).collect::<Vec<_>>()
    };
    let ((first, ..), (again, ..)) = (play(7), play(7));
    assert_eq!(ids(&first), ids(&again));
}
