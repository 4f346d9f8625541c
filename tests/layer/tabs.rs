//! Several pages on one device.

use dioxus::prelude::*;
use tideboard::{platform::NetworkEvent, protocol::WidgetId, state::SYNC, testing::Page};

use crate::deck::{deck, nothing, on_deck};

#[test]
fn the_tabs_of_a_browser_work_offline_together_and_any_of_them_ends_it() {
    let mut first = on_deck(nothing);
    let mut second = first.beside();
    let both_are = |pages: [&mut Page; 2], word: &str| {
        for page in pages {
            page.settle();
            page.act(|managers| assert_eq!(managers.websocket.status().token(), word));
        }
    };
    both_are([&mut first, &mut second], "live");
    first.act(|managers| managers.websocket.work_offline(true));
    both_are([&mut first, &mut second], "offline");
    let mut third = first.beside();
    both_are([&mut second, &mut third], "offline");
    second.act(|managers| managers.background.resume());
    both_are([&mut first, &mut third], "live");
    assert_eq!(first.device.open().sockets, 3);
}

#[test]
fn a_page_that_is_put_away_lets_another_one_send_and_has_its_turn_again_when_it_is_back() {
    let mut first = on_deck(nothing);
    let mut second = first.beside();
    let leads = |pages: [&mut Page; 2]| {
        // What one lets be, the other one takes.
        for turn in 0..4 {
            pages[turn % 2].settle();
        }
        pages.map(|page| page.with(|| SYNC.read().leading))
    };
    assert_eq!(leads([&mut first, &mut second]), [true, false]);
    first.device.say_to(0, NetworkEvent::Suspended);
    assert_eq!(leads([&mut first, &mut second]), [false, true]);
    second.edit(&deck(), "crew", "count", 4);
    second.settle();
    assert_eq!(second.with(|| SYNC.read().pending), 0, "the server has it");
    first.device.say_to(0, NetworkEvent::Woke);
    assert_eq!(leads([&mut first, &mut second]), [false, true], "it waits for its turn");
    first.device.say_to(1, NetworkEvent::Suspended);
    assert_eq!(leads([&mut first, &mut second]), [true, false]);
}

#[test]
fn a_page_that_stands_still_begins_nothing_in_the_storage_that_the_others_would_wait_for() {
    let mut first = on_deck(nothing);
    let mut second = first.beside();
    let count = "count".parse().expect("a field's name");
    first.cut();
    second.cut();
    first.device.say_to(0, NetworkEvent::Frozen);
    first.settle();
    first.act(|managers| managers.state.edit(deck(), WidgetId::named("crew"), count, 4));
    second.settle();
    assert_eq!(second.with(|| SYNC.read().pending), 0, "it was not stored");
    assert!(second.with(|| SYNC.read().leading));
    first.device.say_to(0, NetworkEvent::Woke);
    first.settle();
    second.settle();
    assert_eq!(second.with(|| SYNC.read().pending), 1);
    second.heal();
    assert_eq!(second.server.value(&deck(), "crew", "count"), 4);
}
