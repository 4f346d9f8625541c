//! What a device's storage does to a page: it is cleared under it, and it is nearly full.

use dioxus::prelude::*;
use tideboard::{
    app::App,
    board::Catalog,
    config::{REREAD_MS, ROOM_BYTES_LOW, ROOM_EVERY_MS},
    protocol::BoardId,
    server::first_board::this_machine,
    state::SYNC,
    testing::{Page, Server},
};

fn app() -> Element {
    rsx! { App {} }
}

fn page() -> Page {
    let server = Server::new(Catalog::default(), &[this_machine()]);
    Page::open(&server, "ann", app)
}

#[test]
fn what_is_cleared_under_a_page_is_said_and_stored_again_with_its_name_for_the_next_start() {
    let mut page = page();
    page.cut();
    page.edit(&BoardId::first(), "counter", "count", 7);
    let device = page.with(|| SYNC.peek().device.clone());
    assert!(device.is_some());
    page.device.clear_storage();
    page.pass(5 * REREAD_MS);
    page.has(&["was cleared while it was open. What waits here is being saved again; "]);
    page.reopen();
    page.has_not(&["was cleared"]);
    assert_eq!(page.with(|| SYNC.peek().pending), 1);
    let again = page.with(|| SYNC.peek().device.clone());
    assert_eq!(again, device, "it is called as before");
    page.heal();
    assert_eq!(page.server.value(&BoardId::first(), "counter", "count"), 7);
}

#[test]
fn what_was_cleared_is_said_also_where_an_edit_could_not_be_stored_for_it() {
    let mut page = page();
    page.cut();
    page.edit(&BoardId::first(), "counter", "count", 7);
    page.device.clear_storage();
    page.edit(&BoardId::first(), "counter", "count", 8);
    page.pass(2 * REREAD_MS);
    page.has(&["was cleared while it was open"]);
    page.heal();
    assert_eq!(page.server.value(&BoardId::first(), "counter", "count"), 8);
}

#[test]
fn where_nothing_waits_nothing_is_said_to_be_saved_again() {
    let mut page = page();
    page.device.clear_storage();
    page.pass(5 * REREAD_MS);
    page.has(&["was cleared while it was open. What could be undone is gone."]);
    page.has_not(&["What waits here"]);
}

#[test]
fn that_little_room_is_left_is_said_once_before_there_is_none() {
    let mut page = page();
    page.device.leave_room(Some(2 * ROOM_BYTES_LOW));
    page.pass(ROOM_EVERY_MS + 1);
    page.click("Sync: Live");
    page.has(&["Room left", "8\u{a0}MiB"]);
    page.has_not(&["little room"]);
    page.device.leave_room(Some(ROOM_BYTES_LOW / 2));
    page.pass(ROOM_EVERY_MS + 1);
    page.has(&["little room left", "2\u{a0}MiB"]);
    // It is said for a while, and not again.
    page.pass(2 * ROOM_EVERY_MS);
    page.has_not(&["little room left"]);
    page.device.leave_room(None);
    page.pass(ROOM_EVERY_MS + 1);
    page.has_not(&["Room left"]);
}
