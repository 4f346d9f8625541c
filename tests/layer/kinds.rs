//! What people and programs do with a log and a timer, over real histories.

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    app::App,
    board::{Catalog, leaves_nothing, lines, outgrown},
    config::{LOG_BYTES_MAX, LOG_LEN_MAX},
    protocol::{BoardId, Widget, WidgetId},
    server::FirstBoard,
    state::{BOARDS, SET_ASIDE},
    testing::{Page, Server},
};

fn app() -> Element {
    rsx! { App {} }
}

fn server() -> Server {
    let board = FirstBoard::new(BoardId::first(), "Bridge")
        .with("log", "log", json!({"title": "Log"}))
        .with("timer", "timer", json!({"title": "Tea", "minutes": 5}));
    Server::new(Catalog::default(), &[board])
}

/// The log as a page shows it.
fn log(page: &mut Page) -> Widget {
    page.with(|| {
        let boards = BOARDS.peek();
        let board = boards.get(&BoardId::first()).expect("it is looked at");
        let log = board.shown.widget(&WidgetId::named("log")).expect("it is there");
        Widget::clone(log)
    })
}

/// Adds a line as the app does: after those have gone that it takes the room of.
fn write(page: &mut Page, number: usize, text: &str) {
    for gone in outgrown(&log(page), text.len()) {
        page.edit(&BoardId::first(), "log", gone.as_str(), Value::Null);
    }
    page.edit(&BoardId::first(), "log", &format!("line-{number:011x}-1f"), text);
}

fn texts(log: &Widget) -> Vec<String> {
    let texts = lines(log).into_iter();
    texts
        .map(|(_, field)| field.value.as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn a_log_never_fills_up_whoever_writes_and_however_much() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    let mut bo = Page::open(&server, "bo", app);
    let long = "x".repeat(2_000);
    for number in 0..400 {
        let (page, other) = if number % 2 == 0 {
            (&mut ann, &mut bo)
        } else {
            (&mut bo, &mut ann)
        };
        let text = if number % 50 == 0 {
            long.clone()
        } else {
            format!("line {number}")
        };
        write(page, number, &text);
        other.settle();
    }
    let (hers, his) = (log(&mut ann), log(&mut bo));
    assert_eq!(texts(&hers).len(), LOG_LEN_MAX);
    assert_eq!(texts(&hers).last().map(String::as_str), Some("line 399"));
    assert_eq!(texts(&hers), texts(&his));
    // Nothing is left of what has gone: its title, and where it stands, are all else.
    assert!(hers.fields.len() <= LOG_LEN_MAX + 2, "{}", hers.fields.len());
    assert!(ann.with(|| SET_ASIDE.peek().is_empty()) && bo.with(|| SET_ASIDE.peek().is_empty()));

    // What is on the disk says the same, and so it does to who was away.
    server.restart();
    let mut late = Page::open(&server, "cleo", app);
    assert_eq!(texts(&log(&mut late)), texts(&hers));
    ann.heal();
    assert_eq!(log(&mut ann), log(&mut late));
}

#[test]
fn two_who_write_into_a_full_log_without_a_network_lose_no_line_within_its_room() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    let mut bo = Page::open(&server, "bo", app);
    for number in 0..LOG_LEN_MAX {
        write(&mut ann, number, "before");
    }
    bo.settle();
    ann.cut();
    bo.cut();
    for number in 0..20 {
        write(&mut ann, 1_000 + number, "hers");
        write(&mut bo, 2_000 + number, "his");
    }
    ann.heal();
    bo.heal();
    ann.settle();
    let shown = texts(&log(&mut ann));
    assert_eq!(shown, texts(&log(&mut bo)));
    assert_eq!(
        [
            shown.iter().filter(|text| *text == "hers").count(),
            shown.iter().filter(|text| *text == "his").count()
        ],
        [20, 20]
    );
    // The next one who writes brings it back to its length.
    write(&mut bo, 3_000, "after");
    ann.settle();
    assert_eq!(texts(&log(&mut ann)).len(), LOG_LEN_MAX);
}

#[test]
fn a_log_that_a_program_has_filled_says_so_and_goes_on_with_the_next_line_of_a_person() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    for number in 0..200 {
        ann.edit(
            &BoardId::first(),
            "log",
            &format!("line-{number:011x}-1f"),
            "x".repeat(100),
        );
    }
    assert!(
        ann.with(|| !SET_ASIDE.peek().is_empty()),
        "without making room it fills up"
    );
    ann.has(&["Not accepted", "larger than 45056 bytes"]);
    write(&mut ann, 1_000, "room again");
    let log = log(&mut ann);
    assert_eq!(texts(&log).last().map(String::as_str), Some("room again"));
    let bytes: usize = log
        .fields
        .values()
        .map(|field| field.value.to_string().len() + 452)
        .sum();
    assert!(bytes <= LOG_BYTES_MAX + 3 * 500, "{bytes}");
}

#[test]
fn one_s_own_line_is_deleted_and_comes_back_by_undo_and_nobody_else_s_can_be() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    let mut bo = Page::open(&server, "bo", app);
    for (page, name) in [(&mut ann, "Ann"), (&mut bo, "Bo")] {
        let device = tideboard::protocol::Device {
            name: name.to_owned(),
            colour: 1,
        };
        page.act(|managers| managers.websocket.name_device(device));
    }
    write(&mut ann, 1, "Cast off");
    bo.settle();
    bo.has(&["Cast off", "Ann"]);
    bo.has_not(&["Delete: Cast off"]);
    ann.click("Delete: Cast off");
    ann.pass(100);
    bo.settle();
    bo.has_not(&["Cast off"]);
    let kind = "log".parse().expect("a kind");
    let name = "line-00000000001-1f".parse().expect("a name");
    assert!(leaves_nothing(
        &kind,
        &name,
        &server.value(&BoardId::first(), "log", "line-00000000001-1f")
    ));
    ann.act(|managers| managers.state.undo());
    ann.pass(100);
    bo.settle();
    bo.has(&["Cast off"]);
    ann.has(&["Delete: Cast off"]);
}

#[test]
fn two_pages_show_the_same_second_and_one_press_does_for_both() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    let mut bo = Page::open(&server, "bo", app);
    ann.click("Start");
    ann.pass(1_000);
    bo.pass(1_000);
    for page in [&ann, &bo] {
        page.has(&[">4:5", ">Pause<"]);
    }
    bo.click("Pause");
    bo.pass(100);
    ann.settle();
    ann.has(&["data-state=\"paused\""]);
    ann.click("Reset");
    ann.pass(100);
    bo.settle();
    bo.has(&["data-state=\"reset\"", ">5:00<"]);
    assert_eq!(server.value(&BoardId::first(), "timer", "run"), Value::Null);
}

#[test]
fn a_timer_is_started_without_a_network_and_is_over_when_the_others_hear_of_it() {
    let server = server();
    let mut ann = Page::open(&server, "ann", app);
    let mut bo = Page::open(&server, "bo", app);
    ann.edit(&BoardId::first(), "timer", "minutes", json!(0.1));
    ann.cut();
    ann.click("Start");
    ann.has(&[">0:06<"]);
    ann.pass(6_000);
    ann.has(&["Time is up"]);
    bo.pass(6_000);
    bo.has_not(&["Time is up"]);
    ann.heal();
    bo.settle();
    bo.has(&["Time is up"]);
    bo.click("Reset");
    bo.has(&[">0:06<"]);
}
