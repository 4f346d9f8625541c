//! A widget by its name alone: its board, its fields, and what becomes of an edit.

use dioxus::prelude::*;
use serde::Deserialize;
use serde_json::json;
use tideboard::{
    components::WidgetRealtime,
    hooks::{FieldsError, Resolution, use_current_board, use_current_board_provider, use_realtime_updates},
    platform::NetworkEvent,
    protocol::{BoardId, WidgetId},
    state::{CONFLICTS, PENDING, SET_ASIDE},
    testing::Page,
};

use crate::deck::{deck, hold, on_deck, open};

#[derive(Deserialize)]
struct Tank {
    value: f64,
    #[serde(default)]
    unit: String,
}

#[component]
fn Fuel() -> Element {
    let fuel = use_realtime_updates::<Tank>(WidgetId::named("fuel"));
    let board = use_current_board();
    rsx! {
        match fuel.fields() {
            Ok(Tank { value, unit }) => rsx! { "{board} has {value} {unit}" },
            Err(reason) => rsx! { "{board}: {reason}" },
        }
    }
}

#[test]
fn its_board_is_the_providers_or_its_pages_or_its_own() {
    static PAGE: GlobalSignal<BoardId> = Signal::global(hold);
    static OWN: GlobalSignal<BoardId> = Signal::global(hold);
    fn face() -> Element {
        rsx! {
            WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} }
            PageOfBoard { id: PAGE() }
            WidgetRealtime { widget_id: WidgetId::named("fuel"), board: OWN(), Fuel {} }
        }
    }
    #[component]
    fn PageOfBoard(id: ReadSignal<BoardId>) -> Element {
        use_current_board_provider(id);
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    let mut page = on_deck(face);
    assert_eq!(page.html().matches("deck has 3 l").count(), 1);
    assert_eq!(page.html().matches("hold has 3 l").count(), 2);
    page.edit(&deck(), "fuel", "value", 4);
    page.has(&["deck has 4 l", "hold has 3 l"]);
    page.with(|| *PAGE.write() = deck());
    assert_eq!(page.html().matches("deck has 4 l").count(), 2);
    assert_eq!(page.html().matches("hold has 3 l").count(), 1);
    page.with(|| *OWN.write() = deck());
    assert_eq!(page.html().matches("deck has 4 l").count(), 3);
    assert_eq!(page.server.visitors(&hold()), (1, 0), "nobody looks at it any more");
}

#[test]
fn where_none_is_named_it_is_the_board_that_every_server_is_born_with() {
    fn app() -> Element {
        rsx! {
            tideboard::components::DashboardRealtimeProvider { server: "http://board.example", Fuel {} }
        }
    }
    open(app).has(&["this-machine: This widget is not on the board."]);
}

#[test]
fn a_plain_name_may_become_another_one() {
    static WHICH: GlobalSignal<WidgetId> = Signal::global(|| WidgetId::named("fuel"));
    fn face() -> Element {
        rsx! { Any { id: WHICH() } }
    }
    #[component]
    fn Any(id: WidgetId) -> Element {
        let any = use_realtime_updates::<serde_json::Value>(id);
        rsx! { {any.fields().map(|fields| fields.to_string()).unwrap_or_else(|error| error.to_string())} }
    }
    let mut page = on_deck(face);
    page.has(&["&#34;value&#34;:3"]);
    page.with(|| *WHICH.write() = WidgetId::named("crew"));
    page.has(&["&#34;count&#34;:0"]);
    page.with(|| *WHICH.write() = WidgetId::named("nobody"));
    page.has(&[&FieldsError::Missing.to_string()]);
}

#[test]
fn fields_of_another_type_are_an_error_that_names_them() {
    #[derive(Deserialize)]
    struct Other {
        #[serde(rename = "value")]
        _value: String,
    }
    fn face() -> Element {
        let fuel = use_realtime_updates::<Other>(WidgetId::named("fuel"));
        let said = match fuel.fields() {
            Ok(_) => "fits".to_owned(),
            Err(error) => error.to_string(),
        };
        rsx! { "{said}" }
    }
    on_deck(face).has(&["expected a string", "Reload it, or update it."]);
}

fn patient() -> Element {
    rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), enable_optimistic: false, Fuel {} } }
}

#[test]
fn without_optimism_the_old_value_stays_under_an_overlay_until_the_verdict() {
    let mut page = on_deck(patient);
    page.is_deaf = true;
    page.edit(&deck(), "fuel", "value", 7);
    page.has(&[
        "deck has 3 l",
        "class=\"overlay\"",
        "waiting for the server",
        "aria-busy=true",
    ]);
    page.is_deaf = false;
    page.settle();
    page.has(&["deck has 7 l"]);
    page.has_not(&["class=\"overlay\"", "aria-busy=true"]);
}

#[test]
fn a_frame_that_is_there_goes_by_another_rule_at_once_and_one_that_is_gone_by_none() {
    static IS_EAGER: GlobalSignal<bool> = Signal::global(|| true);
    static IS_THERE: GlobalSignal<bool> = Signal::global(|| true);
    fn face() -> Element {
        rsx! {
            if IS_THERE() {
                WidgetRealtime { widget_id: WidgetId::named("fuel"), enable_optimistic: IS_EAGER(), Fuel {} }
            }
        }
    }
    let mut page = on_deck(face);
    page.is_deaf = true;
    page.edit(&deck(), "fuel", "value", 7);
    page.has(&["deck has 7 l"]);
    page.with(|| *IS_EAGER.write() = false);
    page.has(&["deck has 3 l", "class=\"overlay\""]);
    page.with(|| *IS_EAGER.write() = true);
    page.has(&["deck has 7 l"]);
    page.with(|| *IS_THERE.write() = false);
    page.is_deaf = false;
    page.server.set(&deck(), "fuel", "unit", "gal");
    page.settle();
    page.has_not(&["deck has"]);
    page.with(|| *IS_THERE.write() = true);
    page.settle();
    page.has(&["deck has 7 gal"]);
}

#[test]
fn an_edit_that_fails_is_rolled_back_says_why_and_offers_to_retry() {
    fn eager() -> Element {
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    for face in [eager, patient] {
        let mut page = on_deck(face);
        page.edit(&deck(), "fuel", "value", "much");
        page.has(&[
            "deck has 3 l",
            "role=\"alert\"",
            "Not accepted",
            ">Retry</button>",
            ">Discard</button>",
        ]);
        page.has_not(&["class=\"overlay\""]);
    }
}

#[test]
fn a_refused_edit_is_opened_on_its_card_with_the_refused_value_and_can_be_left_as_it_is() {
    fn eager() -> Element {
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    let mut page = on_deck(eager);
    page.server.set(&deck(), "fuel", "min", 1);
    page.server.set(&deck(), "fuel", "max", 5);
    page.edit(&deck(), "fuel", "value", 9);
    page.click("Edit");
    page.has(&["value=\"9\"", "min=1", "max=5", "type=\"number\"", ">Save</button>"]);
    page.has_not(&[">Retry</button>"]);
    page.click("Cancel");
    page.has(&[
        "must be between 1 and 5",
        ">Edit</button>",
        ">Retry</button>",
        ">Discard</button>",
    ]);
}

#[test]
fn what_the_server_puts_off_is_sent_again_by_itself() {
    let mut page = on_deck(patient);
    page.server.fill_disk(true);
    page.edit(&deck(), "fuel", "value", 7);
    page.pass(2_000);
    page.has(&["deck has 3 l", "class=\"overlay\""]);
    let attempts = page.with(|| PENDING.peek()[0].attempts());
    assert!(attempts > 1, "{attempts}");
    page.server.fill_disk(false);
    page.pass(30_000);
    page.has(&["deck has 7 l"]);
    page.has_not(&["class=\"overlay\""]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(7));
}

#[test]
fn applied_is_said_of_what_took_effect_and_of_nothing_else() {
    const APPLIED: &str = "<span>Applied</span>";
    fn eager() -> Element {
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    let mut page = on_deck(eager);
    page.has_not(&[APPLIED]);
    page.edit(&deck(), "fuel", "value", 7);
    page.has(&[APPLIED]);
    // Refused, and then put away.
    page.edit(&deck(), "fuel", "value", "much");
    page.has_not(&[APPLIED]);
    let refused = page.with(|| SET_ASIDE.peek()[0].operation.id);
    page.act(|managers| managers.state.discard(refused));
    page.has_not(&["role=\"alert\"", APPLIED]);
    // Taken back before it was sent.
    page.act(|managers| managers.websocket.disconnect());
    page.edit(&deck(), "fuel", "value", 8);
    let waiting = page.with(|| PENDING.peek()[0].id);
    page.act(|managers| managers.state.rollback(waiting));
    page.act(|managers| managers.websocket.connect());
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(7));
    page.has_not(&[APPLIED]);
    // Decided for the other side's value.
    page.act(|managers| managers.websocket.disconnect());
    page.edit(&deck(), "fuel", "value", 8);
    page.server.set(&deck(), "fuel", "value", 9);
    page.act(|managers| managers.websocket.connect());
    let conflict = page.with(|| CONFLICTS.peek()[0].id());
    page.act(|managers| managers.state.resolve(conflict, Resolution::KeepTheirs));
    page.has_not(&["2 versions", APPLIED]);
}

#[test]
fn an_applied_edit_fills_the_last_bead_when_somebody_else_has_it_before_them() {
    fn eager() -> Element {
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    let filled = |page: &Page| page.html().matches("data-filled=true").count();
    let mut ann = on_deck(eager);
    let mut beside = ann.beside();
    let mut ben = Page::within(&ann.server, "ben", deck(), eager);
    ben.device.say(NetworkEvent::Hidden);
    ben.settle();
    ann.edit(&deck(), "fuel", "value", 7);
    let pass = |pages: &mut [&mut Page]| {
        for _ in 0..8 {
            pages.iter_mut().for_each(|page| page.pass(500));
        }
    };
    pass(&mut [&mut ann, &mut beside, &mut ben]);
    ann.has(&["data-state=\"applied\"", "<span>Applied</span>"]);
    assert_eq!(filled(&ann), 3, "her other tab is she, and his page is hidden");
    ben.device.say(NetworkEvent::Shown);
    ben.settle();
    pass(&mut [&mut ann, &mut beside, &mut ben]);
    ann.has(&["data-state=\"seen-by-one\"", "Seen by 1"]);
    assert_eq!(filled(&ann), 4);
    ben.has_not(&["class=\"receipt\""]);
    let mut cy = Page::within(&ann.server, "cy", deck(), eager);
    pass(&mut [&mut ann, &mut cy]);
    ann.has(&["data-state=\"seen\"", "Seen by 2"]);
}

#[test]
fn only_what_somebody_else_changes_is_washed_in_their_colour() {
    fn face() -> Element {
        rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), Fuel {} } }
    }
    let mut page = on_deck(face);
    page.edit(&deck(), "fuel", "value", 7);
    page.has(&["deck has 7 l"]);
    page.has_not(&["class=\"wash\""]);
    page.server.set(&deck(), "fuel", "value", 7);
    page.settle();
    page.has_not(&["class=\"wash\""]);
    page.server.set(&deck(), "fuel", "value", 8);
    page.settle();
    page.has(&["deck has 8 l", "class=\"wash\""]);
}
