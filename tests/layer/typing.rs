//! Two people who type in one text at the same time.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    board::Catalog,
    config::VALUE_BYTES_MAX,
    hooks::{RealtimeUpdates, use_board, use_current_board, use_realtime_updates, use_typed_text},
    protocol::WidgetId,
    server::FirstBoard,
    testing::{Page, Server},
};

use crate::deck::deck;

fn face() -> Element {
    _ = use_board(use_current_board());
    let note: RealtimeUpdates = use_realtime_updates(WidgetId::named("note"));
    let shown = use_memo(move || note.text("text"));
    let typed = use_typed_text(shown.into(), 400, move |text, base| note.edit_on("text", text, base));
    let asked = note.conflicts("text").into_iter().map(|conflict| {
        let versions = [conflict.before(), conflict.mine(), Some(&conflict.theirs.value)];
        versions
            .map(|version| version.and_then(|text| text.as_str()).unwrap_or_default().to_owned())
            .join(", ")
    });
    rsx! {
        textarea { "aria-label": "Note", value: typed.text(), oninput: move |event| typed.put(event.value()) }
        for versions in asked {
            p { "2 of it: {versions}" }
        }
    }
}

/// What was refused is in the box, and nobody has taken anything out of it.
#[test]
fn what_was_too_long_is_shortened_and_nothing_of_it_goes_that_was_not_taken_out() {
    let (old, pasted) = ("o".repeat(3_000), "p".repeat(VALUE_BYTES_MAX - 2_000));
    let board = FirstBoard::new(deck(), "Deck").with("note", "note", json!({"text": old}));
    let mut page = Page::within(&Server::new(Catalog::default(), &[board]), "ada", deck(), face);
    page.fill("Note", &[&old, &*pasted].concat());
    page.pass(1_000);
    assert_eq!(page.server.value(&deck(), "note", "text"), json!(old));
    let shortened = [&old[2_000..], &*pasted].concat();
    page.fill("Note", &shortened);
    page.pass(1_000);
    assert_eq!(page.server.value(&deck(), "note", "text"), json!(shortened));
    page.has(&[&shortened]);
}

/// Two people type over the same word: hers came later, and nobody has seen the other's.
#[test]
fn what_was_typed_over_anothers_text_at_the_same_place_is_asked_about() {
    let board = FirstBoard::new(deck(), "Deck").with("note", "note", json!({"text": "Gate 4"}));
    let server = Server::new(Catalog::default(), &[board]);
    let (mut hers, mut his) = (
        Page::within(&server, "ada", deck(), face),
        Page::within(&server, "ben", deck(), face),
    );
    hers.fill("Note", "Gate 5");
    his.fill("Note", "Gate 6");
    his.pass(1_000);
    hers.settle();
    hers.has(&["Gate 5"]);
    hers.pass(1_000);
    assert_eq!(
        server.value(&deck(), "note", "text"),
        json!("Gate 6"),
        "his is not gone over unseen"
    );
    hers.has(&["Gate 6", "2 of it: Gate 4, Gate 5, Gate 6"]);
}

/// Somebody who types a word, letter by letter, each behind the one before; the first behind all that is there.
struct Typist {
    page: Page,
    word: &'static str,
    typed: usize,
}

impl Typist {
    fn at(server: &Server, person: &'static str, word: &'static str) -> Self {
        let page = Page::within(server, person, deck(), face);
        Self { page, word, typed: 0 }
    }

    fn text(&self) -> String {
        let html = self.page.html();
        let (_, value) = html.split_once("value=\"").expect("the box has a value");
        let (value, _) = value.split_once('"').expect("it ends");
        value.to_owned()
    }

    /// Whether there was a letter left.
    fn type_one(&mut self, schedule: u64) -> bool {
        let Some(letter) = self.word.get(self.typed..=self.typed) else {
            return false;
        };
        let (text, own) = (self.text(), &self.word[..self.typed]);
        let Some(place) = text.find(own) else {
            panic!("schedule {schedule}: {own:?} is torn in {text:?}")
        };
        let (before, after) = text.split_at(if own.is_empty() { text.len() } else { place + own.len() });
        self.page.fill("Note", &[before, letter, after].concat());
        self.typed += 1;
        true
    }
}

/// What two who type make of a text, when their letters and their networks come in this order.
fn both_type(text: &str, schedule: u64) -> String {
    let first_board = FirstBoard::new(deck(), "Deck").with("note", "note", json!({"text": text}));
    let server = Server::new(Catalog::default(), &[first_board]);
    let mut typists = [
        Typist::at(&server, "ada", " abcdef"),
        Typist::at(&server, "ben", "\nuvwxyz"),
    ];
    let mut state = schedule;
    let mut draw = |of: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % of
    };
    for _ in 0..200 {
        let which = usize::from(draw(2) == 1);
        match draw(4) {
            0 => typists[which].page.is_deaf = draw(2) == 1,
            1 => typists[which].page.pass(100 * draw(6)),
            _ => _ = typists[which].type_one(schedule),
        }
        for typist in &mut typists {
            typist.page.settle();
        }
    }
    for typist in &mut typists {
        typist.page.is_deaf = false;
        while typist.type_one(schedule) {}
    }
    for _ in 0..3 {
        for typist in &mut typists {
            typist.page.pass(1_000);
        }
    }
    let text = server.value(&deck(), "note", "text");
    text.as_str().expect("text").to_owned()
}

#[test]
fn the_letters_of_two_who_type_at_one_place_stay_together() {
    for text in ["", "Fuel"] {
        for schedule in 0..60 {
            let both = both_type(text, schedule);
            let is_whole =
                both.len() == text.len() + 14 && [" abcdef", "\nuvwxyz"].iter().all(|word| both.contains(word));
            assert!(is_whole && both.starts_with(text), "schedule {schedule}: {both:?}");
        }
    }
}
