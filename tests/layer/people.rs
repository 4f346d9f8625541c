//! Who else is at the board: a page tells where it is as long as a part of it wants to know, and hears of the others.

use dioxus::prelude::*;
use tideboard::{
    components::WidgetRealtime,
    hooks::use_people,
    protocol::{ClientFrame, People, Person, ServerFrame, WidgetId, Writer},
    testing::Page,
    time::Timestamp,
};

use crate::deck::{deck, log, logged, on_deck};

static IS_THERE: GlobalSignal<bool> = Signal::global(|| true);

fn face() -> Element {
    rsx! {
        WidgetRealtime { widget_id: WidgetId::named("fuel") }
        WidgetRealtime { widget_id: WidgetId::named("water") }
        if IS_THERE() {
            Others {}
        }
    }
}

#[component]
fn Others() -> Element {
    log("others");
    let people = use_people();
    let others = people.map_or_else(|| "?".to_owned(), |people| people.people.len().to_string());
    rsx! { p { "others: {others}" } }
}

/// Where the page has said it is, since the last call.
fn said(page: &mut Page) -> Vec<String> {
    let told = |frame| match frame {
        ClientFrame::Here(here) => {
            let place = [
                here.board.map(|board| board.to_string()),
                here.widget.map(|widget| widget.to_string()),
            ];
            Some(place.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        _ => None,
    };
    page.heard.drain(..).filter_map(told).collect()
}

fn tell(page: &mut Page, widget: Option<&'static str>) {
    let who = Writer {
        principal: "ben".parse().expect("a name"),
        device: Some("Ben’s phone".to_owned()),
        colour: Some(4),
        at: Timestamp(1),
    };
    let person = Person {
        id: u64::MAX,
        who,
        widget: widget.map(WidgetId::named),
    };
    page.server.send(&ServerFrame::People(People {
        board: deck(),
        people: vec![person],
        more: 0,
    }));
    page.settle();
}

#[test]
fn the_page_is_told_of_as_long_as_a_part_of_it_asks_for_the_others() {
    let mut page = on_deck(face);
    page.has(&["others: ?"]);
    assert_eq!(said(&mut page), ["deck"]);
    tell(&mut page, None);
    page.has(&["others: 1"]);
    page.with(|| *IS_THERE.write() = false);
    assert_eq!(said(&mut page), [""], "at none");
    page.with(|| *IS_THERE.write() = true);
    page.pass(1_000);
    assert_eq!(said(&mut page), ["deck"]);
    page.has(&["others: ?"]);
    page.cut();
    tell(&mut page, None);
    page.has(&["others: ?"]);
}

#[test]
fn who_shows_the_others_is_rendered_when_they_change_and_not_with_every_frame() {
    let mut page = on_deck(face);
    tell(&mut page, None);
    page.has(&["others: 1"]);
    logged();
    page.act(|managers| {
        let field = "value".parse().expect("a name");
        managers.state.edit(deck(), WidgetId::named("fuel"), field, 7);
    });
    page.pass(100);
    page.server.set(&deck(), "water", "value", 9);
    page.settle();
    tell(&mut page, None);
    assert_eq!(logged(), [""; 0]);
    tell(&mut page, Some("water"));
    assert_eq!(logged(), ["others"]);
}

#[test]
fn a_widget_that_is_held_is_told_and_shown_on_its_card_alone() {
    let mut page = on_deck(face);
    page.pass(1_000);
    said(&mut page);
    page.act(|managers| managers.state.hold(deck(), WidgetId::named("fuel"), true));
    page.pass(100);
    assert_eq!(said(&mut page), ["deck fuel"]);
    tell(&mut page, Some("water"));
    let html = page.html();
    let card = html.find("data-widget=\"water\"").expect("its card");
    let dots = html.find("title=\"Ben’s phone\"").expect("who holds it");
    assert!(dots > card, "not on the card before");
    assert_eq!(html.matches("class=\"dots\"").count(), 1);
    tell(&mut page, None);
    page.has_not(&["class=\"dots\""]);
}
