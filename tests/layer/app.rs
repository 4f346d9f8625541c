//! Our own app, whole, on the first board.

use dioxus::prelude::*;
use tideboard::{
    app::App,
    board::Catalog,
    components::said::{card_of, see},
    config::VALUE_BYTES_MAX,
    protocol::{BoardId, WidgetId},
    server::first_board::this_machine,
    testing::{Page, Server},
};

fn app() -> Element {
    rsx! { App {} }
}

/// What stands on the card of the note, and what stands after all cards.
fn note_and_foot(page: &Page) -> (String, String) {
    let html = page.html();
    let (_, from) = html.split_once("data-widget=\"note\"").expect("there is a note");
    let (card, _) = from.split_once("</article>").expect("its card ends");
    let foot = html.split_once("class=\"floating\"").map_or("", |(_, foot)| foot);
    (card.to_owned(), foot.to_owned())
}

#[test]
fn what_can_not_be_done_is_said_on_its_card_while_that_is_in_sight_else_in_one_line() {
    const REASON: &str = "at most 16384 are allowed. Shorten it and try again.";
    let mut page = Page::open(&Server::new(Catalog::default(), &[this_machine()]), "ada", app);
    let (board, note) = (BoardId::first(), WidgetId::named("note"));
    page.edit(&board, "note", "text", "x".repeat(VALUE_BYTES_MAX));
    let (card, foot) = note_and_foot(&page);
    assert!(!card.contains(REASON) && foot.contains(REASON), "{card}\n{foot}");
    page.with(|| see(&card_of(&board, &note), true));
    let (card, foot) = note_and_foot(&page);
    assert!(card.contains(REASON) && foot.is_empty(), "{card}\n{foot}");
    assert!(page.with(|| tideboard::state::PENDING.peek().is_empty()));
}
