//! What the tests of this folder share: two boards, pages on them, and a log.

use std::{
    cell::RefCell,
    panic::Location,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use dioxus::{core::ReactiveContext, prelude::*};
use serde_json::json;
use tideboard::{
    board::Catalog,
    hooks::{use_board, use_current_board},
    protocol::BoardId,
    server::FirstBoard,
    state::BOARDS,
    testing::{Page, Server},
};

/// The board of every test, and another one.
pub fn deck() -> BoardId {
    BoardId::named("deck")
}

pub fn hold() -> BoardId {
    BoardId::named("hold")
}

/// Each board has setpoints `fuel` and `water` at 3, a counter `crew` at 0, and a checklist `tasks`.
fn server() -> Server {
    let board = |id| {
        FirstBoard::new(id, "Deck")
            .with("fuel", "setpoint", json!({"value": 3, "unit": "l"}))
            .with("water", "setpoint", json!({"value": 3}))
            .with("crew", "counter", json!({"count": 0}))
            .with("tasks", "checklist", json!({}))
    };
    Server::new(Catalog::default(), &[board(deck()), board(hold())])
}

/// A page that is live: `face` stands in a provider whose board is the deck.
pub fn on_deck(face: fn() -> Element) -> Page {
    Page::within(&server(), "ada", deck(), face)
}

/// An app that brings everything itself.
pub fn open(app: fn() -> Element) -> Page {
    Page::open(&server(), "ada", app)
}

/// How often what a page knows of boards was published, from now on.
pub fn count_publications(page: &Page) -> Rc<dyn Fn() -> usize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    page.dom.in_runtime(|| {
        let watcher = ReactiveContext::new_with_callback(
            move || _ = counted.fetch_add(1, Ordering::Relaxed),
            ScopeId::ROOT,
            Location::caller(),
        );
        watcher.run_in(|| _ = BOARDS.read());
    });
    Rc::new(move || count.load(Ordering::Relaxed))
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes that something happened in the page of this test.
pub fn log(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

/// What was noted since this was asked last.
pub fn logged() -> Vec<String> {
    LOG.take()
}

/// Nothing but that somebody looks at the board.
pub fn nothing() -> Element {
    _ = use_board(use_current_board());
    rsx! {}
}
