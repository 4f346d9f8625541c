//! Events by kind: each once, to who asked for it, until their component goes.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    config::{EVENT_BYTES_MAX, EVENT_QUEUE_LEN_MAX, NAME_BYTES_MAX},
    hooks::{EventKind, Notice, RealtimeEvent, use_board, use_current_board, use_notices, use_samples, use_websocket},
    protocol::{ClientFrame, SampleSeries, SamplesFrame, ServerFrame},
    testing::Page,
    time::Timestamp,
};

use crate::deck::{deck, hold, log, logged, on_deck};

static IS_THERE: GlobalSignal<bool> = Signal::global(|| true);
/// Changes with each render that a test asks for.
static ROUND: GlobalSignal<u32> = Signal::global(|| 0);

fn face() -> Element {
    _ = use_board(use_current_board());
    rsx! {
        if IS_THERE() {
            Ears {}
        }
    }
}

#[component]
fn Ears() -> Element {
    let round = ROUND();
    let socket = use_websocket();
    let names = use_signal(|| vec!["tank".to_owned()]);
    _ = use_samples(names.into());
    socket.on(EventKind::Connection, move |event| match event {
        RealtimeEvent::Connection(status) => log(format!("{round}: {}", status.token())),
        other => panic!("{other:?}"),
    });
    socket.on(EventKind::Changes, move |event| match event {
        RealtimeEvent::Changes { board, widgets } => log(format!("{round}: {board} {widgets:?}")),
        other => panic!("{other:?}"),
    });
    socket.on(EventKind::Verdicts, move |event| match event {
        RealtimeEvent::Verdict { verdict, .. } => log(format!("{round}: applied {}", verdict.is_applied())),
        other => panic!("{other:?}"),
    });
    socket.on(EventKind::Samples, move |event| match event {
        RealtimeEvent::Samples(frame) => log(format!("{round}: {}", frame.series[0].name)),
        other => panic!("{other:?}"),
    });
    socket.on("ahoy", move |event| match event {
        RealtimeEvent::Named { board, payload, .. } => log(format!("{round}: ahoy on {board}: {payload}")),
        other => panic!("{other:?}"),
    });
    rsx! {
        Voice {}
    }
}

/// Says what a test gives it to say, from a handler.
static TO_SAY: GlobalSignal<Option<(String, Value)>> = Signal::global(|| None);

#[component]
fn Voice() -> Element {
    let socket = use_websocket();
    use_notices(|notice| {
        assert!(!matches!(notice, Notice::Samples(_)));
        if let Notice::Refused { error, .. } = notice {
            log(error.to_string());
        }
    });
    use_effect(move || {
        if let Some((name, payload)) = TO_SAY() {
            socket.send(name, payload);
        }
    });
    rsx! {}
}

fn live() -> Page {
    let page = on_deck(face);
    logged();
    page
}

fn say(page: &mut Page, name: &str, payload: Value) {
    let said = (name.to_owned(), payload);
    page.with(|| *TO_SAY.write() = Some(said));
}

fn samples() -> ServerFrame {
    ServerFrame::Samples(SamplesFrame {
        clock: Timestamp(1_000),
        interval_ms: 1_000,
        series: vec![SampleSeries {
            name: "tank".to_owned(),
            points: vec![(Timestamp(1_000), json!(1))],
        }],
    })
}

fn event(name: &str) -> ServerFrame {
    ServerFrame::Event {
        board: deck(),
        name: name.to_owned(),
        payload: json!({"at": 7}),
    }
}

#[test]
fn each_kind_is_told_once() {
    let mut page = live();
    page.act(|managers| managers.websocket.disconnect());
    assert_eq!(logged(), ["0: offline"]);
    page.act(|managers| managers.websocket.connect());
    assert_eq!(logged().last().map(String::as_str), Some("0: live"));
    page.server.set(&deck(), "fuel", "value", 5);
    page.settle();
    assert_eq!(logged(), ["0: deck [\"fuel\"]"]);
    page.edit(&deck(), "fuel", "value", 6);
    let mut told = logged();
    told.sort_unstable();
    assert_eq!(told, ["0: applied true", "0: deck [\"fuel\"]"]);
    page.server.send(&samples());
    page.settle();
    assert_eq!(logged(), ["0: tank"]);
    page.server.send(&event("ahoy"));
    page.server.send(&event("avast"));
    page.settle();
    assert_eq!(logged(), ["0: ahoy on deck: {\"at\":7}"]);
}

#[test]
fn however_often_a_component_renders_an_event_is_told_once_by_its_newest_handler() {
    let mut page = live();
    for round in 1..=3 {
        page.with(|| *ROUND.write() = round);
    }
    page.server.send(&event("ahoy"));
    page.server.send(&samples());
    page.settle();
    assert_eq!(logged(), ["3: ahoy on deck: {\"at\":7}", "3: tank"]);
    page.act(|managers| managers.websocket.disconnect());
    assert_eq!(logged(), ["3: offline"]);
}

#[test]
fn a_handler_ends_with_its_component() {
    let mut page = live();
    page.with(|| *IS_THERE.write() = false);
    logged();
    page.server.send(&event("ahoy"));
    page.server.send(&samples());
    page.server.set(&deck(), "fuel", "value", 5);
    page.edit(&deck(), "fuel", "value", 6);
    page.act(|managers| managers.websocket.disconnect());
    assert_eq!(logged(), Vec::<String>::new());
}

#[test]
fn what_is_sent_goes_to_the_board_of_the_place_and_to_another_where_one_is_named() {
    let mut page = live();
    page.heard.clear();
    say(&mut page, "ahoy", json!(1));
    page.act(|managers| managers.websocket.emit(hold(), "avast", 2));
    let sent = page.heard.iter().filter_map(|frame| match frame {
        ClientFrame::Event { board, name, payload } => Some((board.as_str(), name.as_str(), payload.clone())),
        _ => None,
    });
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [("deck", "ahoy", json!(1)), ("hold", "avast", json!(2))]
    );
}

#[test]
fn an_event_has_a_limit_and_only_the_newest_wait_for_a_connection() {
    let mut page = live();
    say(&mut page, "ahoy", json!("x".repeat(EVENT_BYTES_MAX)));
    let said = logged().concat();
    assert!(
        said.contains(&format!("at most {EVENT_BYTES_MAX} are allowed")),
        "{said}"
    );
    say(&mut page, &"x".repeat(NAME_BYTES_MAX + 1), json!(1));
    let said = logged().concat();
    assert!(
        said.contains(&format!("at most {NAME_BYTES_MAX} are allowed")),
        "{said}"
    );
    page.act(|managers| managers.websocket.disconnect());
    page.heard.clear();
    page.act(|managers| {
        for number in 0..=EVENT_QUEUE_LEN_MAX {
            managers.websocket.emit(deck(), "ahoy", number);
        }
    });
    page.act(|managers| managers.websocket.connect());
    let sent = page.heard.iter().filter_map(|frame| match frame {
        ClientFrame::Event { payload, .. } => payload.as_u64(),
        _ => None,
    });
    assert!(sent.eq(1..=EVENT_QUEUE_LEN_MAX as u64), "the oldest went first");
}
