//! Our own app, whole, on the first board.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    app::App,
    board::Catalog,
    components::said::{card_of, see},
    config::VALUE_BYTES_MAX,
    hooks::{Resolution, fresh_name},
    protocol::{BoardId, Contention, Device, FieldName, WidgetId},
    server::{FirstBoard, first_board::this_machine},
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

fn server() -> Server {
    Server::new(Catalog::default(), &[this_machine()])
}

/// The app in front of somebody whose device is called so.
fn of(server: &Server, person: &'static str, name: &str) -> Page {
    let mut page = Page::open(server, person, app);
    let device = Device {
        name: name.to_owned(),
        colour: 3,
    };
    page.act(|managers| managers.websocket.name_device(device));
    page
}

/// The widgets on the page, in their order.
fn cards(page: &Page) -> Vec<String> {
    let html = page.html();
    let cards = html.split("data-widget=\"").skip(1);
    cards
        .filter_map(|card| Some(card.split_once('"')?.0.to_owned()))
        .collect()
}

#[test]
fn what_somebody_else_removes_is_said_with_their_name_and_can_be_brought_back() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    let note = WidgetId::named("note");
    ann.act(|managers| managers.state.remove(BoardId::first(), note));
    ann.has_not(&["Ann removed", "Bring back"]);
    assert!(cards(&bo).contains(&"note".to_owned()));
    bo.settle();
    let said = "Ann removed “Note”";
    bo.has(&[said, ">Bring back<", "data-state=\"gone\""]);
    assert!(!cards(&bo).contains(&"note".to_owned()));
    bo.click("Bring back");
    bo.has_not(&[said]);
    assert!(cards(&bo).contains(&"note".to_owned()));
    ann.settle();
    assert!(cards(&ann).contains(&"note".to_owned()));
    ann.has_not(&["Bring back"]);
}

#[test]
fn several_that_one_person_removes_are_said_together_and_what_is_back_already_is_said_no_longer() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    for widget in ["note", "counter"] {
        ann.act(|managers| managers.state.remove(BoardId::first(), WidgetId::named(widget)));
        bo.settle();
    }
    bo.has(&["Ann removed “Note”, “Coffees”"]);
    // Of another person it is another line, with what takes that back.
    server.remove(&BoardId::first(), "checklist");
    bo.settle();
    bo.has_not(&["Ann removed"]);
    bo.click("Bring back");
    let shown = cards(&bo);
    assert!(
        shown.contains(&"checklist".to_owned()) && !shown.contains(&"note".to_owned()),
        "{shown:?}"
    );
}

#[test]
fn of_many_that_one_person_removes_the_first_are_named_and_all_come_back() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    let before = cards(&bo);
    for widget in ["note", "counter", "checklist", "setpoint", "status"] {
        ann.act(|managers| managers.state.remove(BoardId::first(), WidgetId::named(widget)));
        bo.settle();
    }
    assert_eq!(cards(&bo).len() + 5, before.len());
    let html = bo.html();
    let said = html.split("Ann removed ").nth(1).expect("it is said");
    let said = said.split('<').next().expect("a text");
    assert!(
        said.ends_with("”, and 2 more") && said.matches('“').count() == 3,
        "{said}"
    );
    bo.click("Bring back");
    assert_eq!(cards(&bo), before);
}

#[test]
fn what_was_removed_is_listed_where_widgets_are_added_and_comes_back_after_a_reload_too() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    bo.click("Add widget");
    bo.has_not(&["Removed"]);
    ann.pass(5_000);
    for widget in ["note", "counter"] {
        ann.act(|managers| managers.state.remove(BoardId::first(), WidgetId::named(widget)));
    }
    bo.settle();
    bo.reopen();
    bo.click("Add widget");
    bo.has(&["aria-label=\"Removed\"", "Bring back"]);
    let html = bo.html();
    let at = |name: &str| {
        html.find(&format!(">{name} · Ann, 00:00</option>"))
            .expect("it is listed")
    };
    assert!(at("Coffees") < at("Note"), "the last one first");
    bo.fill("Removed", "note");
    bo.click("Bring back");
    let shown = cards(&bo);
    assert!(
        shown.contains(&"note".to_owned()) && !shown.contains(&"counter".to_owned()),
        "{shown:?}"
    );
    bo.has(&["Note is back"]);
}

#[test]
fn one_s_own_removal_can_be_taken_back_there_before_anybody_hears_of_it() {
    let server = server();
    let mut ann = of(&server, "ann", "Ann");
    ann.cut();
    ann.act(|managers| managers.state.remove(BoardId::first(), WidgetId::named("note")));
    ann.click("Add widget");
    ann.click("Bring back");
    assert!(cards(&ann).contains(&"note".to_owned()));
    ann.heal();
    assert!(
        server
            .board(&BoardId::first())
            .present()
            .any(|(id, _)| id.as_str() == "note")
    );
}

#[test]
fn what_was_edited_while_somebody_removed_it_stays_as_a_ghost_until_that_is_decided() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    let note = WidgetId::named("note");
    bo.is_deaf = true;
    bo.edit(&BoardId::first(), "note", "text", "fuel from both tanks");
    ann.act(|managers| managers.state.remove(BoardId::first(), note.clone()));
    bo.settle();
    // Its edit has no answer yet.
    bo.has(&["This widget is not on the board any more."]);
    bo.heal();
    let conflict = bo.with(|| tideboard::state::CONFLICTS.peek()[0].clone());
    assert_eq!(conflict.contention, Contention::Removed);
    let shown = cards(&bo);
    assert!(shown.contains(&"note".to_owned()), "{shown:?}");
    let (card, _) = note_and_foot(&bo);
    assert!(card.contains("2 versions"), "{card}");
    bo.act(|managers| managers.state.resolve(conflict.id(), Resolution::KeepTheirs));
    assert!(!cards(&bo).contains(&"note".to_owned()));
}

#[test]
fn widgets_stand_in_the_order_in_which_they_were_added_on_every_page() {
    let server = server();
    let (mut ann, mut bo) = (of(&server, "ann", "Ann"), of(&server, "bo", "Bo"));
    bo.cut();
    let before = cards(&ann).len();
    let add = |page: &mut Page, kind: &'static str| {
        let id = fresh_name(kind).expect("there is randomness");
        let fields = [(FieldName::named("title"), json!(kind))].into();
        page.act(|managers| {
            managers
                .state
                .create(BoardId::first(), id, kind.parse().expect("a kind"), fields)
        });
    };
    let added = |page: &Page| -> Vec<String> { cards(page)[before..].iter().map(|id| kind_of(id)).collect() };
    // All within one second, and by an order that no alphabet has.
    for kind in ["note", "counter", "status", "checklist"] {
        add(&mut bo, kind);
    }
    assert_eq!(added(&bo), ["note", "counter", "status", "checklist"], "the outbox’s");
    for kind in ["setpoint", "counter"] {
        add(&mut ann, kind);
    }
    bo.heal();
    ann.settle();
    let all = ["setpoint", "counter", "note", "counter", "status", "checklist"];
    assert_eq!(added(&ann), all);
    assert_eq!(added(&bo), all);
}

/// The name of a widget that was added begins with its kind.
fn kind_of(id: &str) -> String {
    id.split('-').next().unwrap_or_default().to_owned()
}

#[test]
fn an_empty_board_has_a_line_for_a_terminal_with_this_servers_address() {
    let first = FirstBoard::new(BoardId::first(), "Bridge");
    let mut page = Page::open(&Server::new(Catalog::default(), &[first]), "ada", app);
    page.has(&[">curl http://board.example/api/v1/samples -d &#39;fuel 12.5&#39;</pre>"]);
    // A device in memory has nowhere to put it.
    page.click("Copy");
    page.has(&["A click on the line selects all of it."]);
}

#[test]
fn a_card_is_found_by_its_title_whatever_is_in_it() {
    let title = r#"up{a="<img src=x onerror=alert(1)>"}"#;
    let first =
        FirstBoard::new(BoardId::first(), "Bridge").with("up", "stat", json!({"title": title, "series": [title]}));
    let mut page = Page::open(&Server::new(Catalog::default(), &[first]), "ada", app);
    page.click("Find");
    page.has(&["role=\"option\"", "&#60;img src=x onerror=alert(1)&#62;"]);
    page.has_not(&["<img"]);
}
