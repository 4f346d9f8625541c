//! Boards and cards as files, in our own app.

use dioxus::prelude::*;
use tideboard::{
    app::App,
    board::{BoardFile, Catalog, templates::TEMPLATES},
    protocol::{BoardId, WidgetId},
    server::{FirstBoard, first_board::this_machine},
    state::BOARDS,
    testing::{Page, Server},
    words::{german, speak},
};

fn app() -> Element {
    rsx! { App {} }
}

fn in_german() -> Element {
    use_hook(|| speak(Some(german())));
    rsx! { App {} }
}

fn pages(first: FirstBoard) -> (Page, Page) {
    let server = Server::new(Catalog::default(), &[first]);
    (Page::open(&server, "ann", app), Page::open(&server, "bo", app))
}

/// The first board as the page has it.
fn file_of(page: &mut Page) -> BoardFile {
    page.with(|| BoardFile::of(&BOARDS.peek().get(&BoardId::first()).expect("it is known").shown.board))
}

fn card_text(page: &mut Page, widget: &'static str) -> String {
    let widget = WidgetId::named(widget);
    page.with(|| {
        let boards = BOARDS.peek();
        let shown = boards
            .get(&BoardId::first())
            .and_then(|view| view.shown.widget(&widget));
        BoardFile::of_widget(shown.expect("it is there")).to_text()
    })
}

#[test]
fn a_card_that_is_pasted_is_added_once_and_last_also_without_a_network_and_is_undone() {
    let (mut ann, mut bo) = pages(this_machine());
    ann.edit(&BoardId::first(), "counter", "count", 7);
    let copied = card_text(&mut ann, "counter");
    let before = file_of(&mut ann).widgets;
    ann.cut();
    ann.click("Add widget");
    ann.fill("Copied card", &copied);
    ann.has_not(&["Copied card"]);
    let with = file_of(&mut ann).widgets;
    assert_eq!(with[..before.len()], before);
    let counter = before.iter().find(|widget| widget.kind.as_str() == "counter");
    assert_eq!(with[before.len()..].iter().collect::<Vec<_>>(), Vec::from_iter(counter));
    ann.heal();
    bo.settle();
    assert_eq!(file_of(&mut bo).widgets, with);
    ann.act(|managers| managers.state.undo());
    bo.settle();
    assert_eq!(file_of(&mut bo).widgets, before);
}

#[test]
fn what_is_no_board_file_is_answered_beside_the_box_and_nothing_is_made_of_it() {
    let (mut ann, _) = pages(this_machine());
    let before = file_of(&mut ann);
    ann.click("Add widget");
    for (text, said) in [
        (
            r#"{"tideboard": 1, "widgets": [{"kind": "note"}, {"fields": {}}]}"#,
            "Widget 2 has no kind.",
        ),
        ("Oil at noon", "This is not a copied card."),
        (r#"{"tideboard": 2}"#, "This file is of a newer Tideboard."),
        (r#"{"tideboard": 1, "widgets": []}"#, "There are no widgets in it."),
        (" ", "There are no widgets in it."),
    ] {
        ann.fill("Copied card", text);
        ann.has(&["Copied card", said, "role=\"alert\""]);
    }
    assert_eq!(file_of(&mut ann), before);
}

#[test]
fn an_empty_board_is_filled_by_a_template_for_everybody() {
    for (name, text) in TEMPLATES {
        let (mut ann, mut bo) = pages(FirstBoard::new(BoardId::first(), "Bridge"));
        ann.click(name);
        bo.settle();
        let made = BoardFile::read(text).expect("a template is a board file").widgets;
        assert_eq!(file_of(&mut bo).widgets, made, "{name}");
        assert_eq!(file_of(&mut bo).name.as_deref(), Some("Bridge"));
    }
}

#[test]
fn a_template_is_in_the_language_of_who_takes_it_for_everybody_and_what_is_pasted_stays_as_it_is() {
    for (name, text) in TEMPLATES {
        let server = Server::new(Catalog::default(), &[FirstBoard::new(BoardId::first(), "Bridge")]);
        let (mut ann, mut bo) = (Page::open(&server, "ann", in_german), Page::open(&server, "bo", app));
        ann.click(german().say(name));
        bo.settle();
        let english = BoardFile::read(text).expect("a template is a board file").widgets;
        let mut said = english.clone();
        for (field, value) in said.iter_mut().flat_map(|widget| widget.fields.iter_mut()) {
            if let Some(text) = value.as_str().filter(|_| field.as_str() != "state") {
                *value = german().say(text).into();
            }
        }
        assert_ne!(said, english);
        assert_eq!(file_of(&mut bo).widgets, said, "{name}");

        ann.click("Karte hinzufügen");
        ann.fill("Kopierte Karte", text);
        assert_eq!(file_of(&mut ann).widgets, [said, english].concat(), "{name}");
    }
}

#[test]
fn a_board_that_is_exported_is_the_same_when_it_is_pasted_elsewhere() {
    let (mut ann, _) = pages(this_machine());
    ann.edit(&BoardId::first(), "note", "text", "Ropes & \"oil\" <b>\n\u{1f6a2}");
    let exported = file_of(&mut ann);
    ann.click("Board: This machine");
    ann.has_not(&["This board as a file"]);
    ann.click("Export");
    ann.has(&[
        "This board as a file",
        "{&#34;tideboard&#34;: 1, &#34;name&#34;: &#34;This machine&#34;",
    ]);
    let (mut bo, _) = pages(FirstBoard::new(BoardId::first(), "Bridge"));
    bo.click("Add widget");
    bo.fill("Copied card", &exported.to_text());
    assert_eq!(file_of(&mut bo).widgets, exported.widgets);
}
