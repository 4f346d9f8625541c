//! The frame around a widget.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::{
        WidgetRealtime,
        said::{Undo, card_of, said_elsewhere, say, see},
    },
    hooks::{use_realtime_managers, use_realtime_updates},
    protocol::{Contention, Rejection, Revision, Value, Verdict},
    sync::{Freshness, Phase, SetAsideReason, storage::Durability},
    time::Timestamp,
};

use crate::stage::{NOW_MS, Scene, board, has, has_not, render, unknown, w};

fn card() -> Element {
    rsx! { WidgetRealtime { board: board(), widget_id: w(), p { "inside" } } }
}

fn counter() -> Scene {
    Scene::live().widget("counter", &[("title", json!("Coffees")), ("count", json!(3))])
}

fn stat(missed: u64) -> Scene {
    Scene::live()
        .widget("stat", &[("title", json!("Fuel")), ("series", json!(["fuel"]))])
        .series("fuel", &[json!(1)], missed)
}

#[test]
fn a_board_that_has_not_arrived_is_a_still_skeleton() {
    let page = render(unknown(), card);
    has(
        &page,
        &[
            "data-state=\"loading\"",
            "aria-busy=true",
            "class=\"skeleton\"",
            "Loading…",
        ],
    );
    has_not(&page, &["inside"]);
}

#[test]
fn a_live_card_has_a_title_and_no_word() {
    let page = render(counter(), card);
    has(
        &page,
        &[
            "aria-label=\"Coffees\"",
            "data-state=\"live\"",
            "data-tide=\"full\"",
            "inside",
            ">Coffees</h2>",
        ],
    );
    has_not(&page, &["class=\"saying\"", "chip"]);
}

#[test]
fn a_card_that_is_not_live_says_its_word() {
    let offline = counter().board(Freshness::Offline { since: None });
    has(
        &render(offline, card),
        &["data-state=\"offline\"", "data-tide=\"offline\"", "Offline", "inside"],
    );
    let behind = counter().board(Freshness::CatchingUp { missing: 12 });
    has(
        &render(behind, card),
        &[
            "data-state=\"catching-up\"",
            "data-tide=\"dashed\"",
            "Catching up · 12 changes",
        ],
    );
}

#[test]
fn a_sampled_card_goes_stale_in_three_steps_on_a_live_socket() {
    has(&render(stat(1), card), &["data-state=\"live\"", "data-tide=\"full\""]);
    for (missed, tide) in [(4, "two-thirds"), (12, "third"), (40, "stub")] {
        has(
            &render(stat(missed), card),
            &["data-state=\"stale\"", &format!("data-tide=\"{tide}\""), "No data"],
        );
    }
}

#[test]
fn by_requests_a_card_is_not_offline_and_says_how_old_it_is() {
    let as_of = Some(Timestamp(NOW_MS - 12_000));
    let page = render(counter().board(Freshness::ByRequests { as_of }), card);
    has(
        &page,
        &[
            "data-state=\"by-requests\"",
            "data-tide=\"two-thirds\"",
            "Slower · 10\u{a0}s old",
        ],
    );
    has_not(&page, &["Offline"]);
}

#[test]
fn by_requests_a_sampled_card_says_that_no_live_values_come() {
    let as_of = Some(Timestamp(NOW_MS));
    let page = render(stat(30).board(Freshness::ByRequests { as_of }), card);
    has(
        &page,
        &[
            "data-state=\"no-samples\"",
            "data-tide=\"stub\"",
            ">No live values<",
            "30\u{a0}s ago</span>",
        ],
    );
}

#[test]
fn a_live_value_that_is_not_of_now_says_how_old_it_is_also_without_a_connection() {
    let offline = |missed| render(stat(missed).board(Freshness::Offline { since: None }), card);
    let parts = [
        "data-state=\"offline\"",
        "title=\"Last value\"",
        ">30\u{a0}s ago</span>",
    ];
    has(&offline(30), &parts);
    has(&offline(70), &[">1\u{a0}min ago</span>"]);
    // From its first second on.
    has(&offline(2), &[">2\u{a0}s ago</span>"]);
    has(&offline(0), &[">1\u{a0}s ago</span>"]);
}

#[test]
fn what_people_edit_has_no_age_without_a_connection() {
    let page = render(counter().board(Freshness::Offline { since: None }), card);
    has(&page, &["data-state=\"offline\""]);
    has_not(&page, &["card-age"]);
}

#[test]
fn a_pending_edit_colours_the_card_and_fills_the_beads() {
    let page = render(counter().edit("count", json!(4), Phase::Saved), card);
    has(
        &page,
        &["data-pending=true", "data-state=\"on-device\"", "Saved on this device"],
    );
    assert_eq!(page.matches("data-filled=true").count(), 1, "{page}");
    let mut cleared = counter().edit("count", json!(4), Phase::Saved);
    cleared.sync.durability = Some(Durability::BestEffort);
    let page_of = render(cleared, card);
    has(&page_of, &["data-state=\"on-device\"", "Kept in this browser"]);
    has_not(&page_of, &["Saved on this device"]);
    // How old what was there before is, is of no matter.
    has_not(&page, &["card-age"]);
    has(&render(counter(), card), &["card-age"]);
    let verdict = Verdict::Applied {
        revision: Revision(3),
        verbatim: true,
        overwrote: None,
    };
    let page = render(counter().edit("count", json!(4), Phase::Decided(verdict)), card);
    has(&page, &["On the server"]);
    assert_eq!(page.matches("data-filled=true").count(), 2, "{page}");
}

#[test]
fn what_is_dragged_is_not_called_saved_before_it_is() {
    let mut scene = counter().edit("count", json!(4), Phase::Saved);
    let view = scene.boards.get_mut(&board()).expect("every scene has the board");
    view.shown.drafted.insert(w());
    let page = render(scene, card);
    has(&page, &["data-state=\"saving\"", "Saving…"]);
    has_not(&page, &["Saved on this device"]);
}

#[test]
fn a_retried_edit_says_how_often() {
    let retrying = Phase::Retrying {
        attempts: 3,
        retry_at: Timestamp(NOW_MS),
        reason: "busy".to_owned(),
        shown: true,
    };
    has(
        &render(counter().edit("count", json!(4), retrying), card),
        &["data-state=\"retrying\"", "4th try"],
    );
}

#[test]
fn two_versions_are_a_chip_and_an_edge() {
    let page = render(counter().conflict("count", json!(4), json!(5), Contention::Ask), card);
    has(
        &page,
        &[
            "data-conflict=true",
            "class=\"chip\"",
            "popovertarget=\"conflicts\"",
            "2 versions",
        ],
    );
}

#[test]
fn a_refused_edit_is_rolled_back_with_its_reason_and_a_way_to_retry() {
    let refused = counter().aside("count", json!(1), SetAsideReason::Rejected(Rejection::Overflow));
    has(
        &render(refused, card),
        &[
            "role=\"alert\"",
            "Not accepted: The counter is at its limit",
            ">Edit<",
            ">Retry<",
            ">Discard<",
            "inside",
        ],
    );
}

#[test]
fn what_was_refused_and_has_no_editor_is_not_said_to_have_one() {
    let refused = counter().aside("tags", json!(["a"]), SetAsideReason::Rejected(Rejection::Overflow));
    let page = render(refused, card);
    has(&page, &[">Retry<", ">Discard<"]);
    has_not(&page, &[">Edit<"]);
}

#[test]
fn a_refused_edit_lies_over_the_cards_foot_and_not_in_its_body() {
    let refused = counter().aside("count", json!(1), SetAsideReason::Rejected(Rejection::Overflow));
    let page = render(refused, card);
    let (foot, refusals) = (page.find("class=\"card-foot\""), page.find("class=\"refusals\""));
    assert!(foot.is_some() && foot < refusals, "{page}");
    has_not(&render(counter(), card), &["refusals"]);
}

fn the_card() -> String {
    card_of(&board(), &w())
}

/// A card and the line for what no card says, with something said of the card.
fn said_of_the_card() -> Element {
    use_hook(|| {
        let undo = Undo::Restore(board(), w(), None);
        say("Kept yours, 14:02".to_owned(), "resolved", the_card(), Some(undo));
    });
    rsx! {
        WidgetRealtime { board: board(), widget_id: w(), p { "inside" } }
        {said_elsewhere(use_realtime_managers())}
    }
}

#[test]
fn what_an_edit_came_to_is_said_on_its_card_while_that_is_on_the_screen() {
    let page = render(counter(), || {
        use_hook(|| see(&the_card(), true));
        said_of_the_card()
    });
    let (card, rest) = page.split_once("</article>").expect("there is a card");
    has(
        card,
        &[
            "class=\"banner\"",
            "Kept yours, 14:02",
            ">Undo",
            ">U</kbd>",
            "aria-label=\"Close\"",
        ],
    );
    has(rest, &["role=\"status\"", "Kept yours, 14:02"]);
    has_not(rest, &["class=\"floating\"", "<button"]);
}

#[test]
fn what_an_edit_came_to_is_said_in_a_line_where_its_card_is_not_on_the_screen() {
    let page = render(counter(), said_of_the_card);
    let (card, rest) = page.split_once("</article>").expect("there is a card");
    has_not(card, &["Kept yours"]);
    has(
        rest,
        &[
            "role=\"status\"",
            "class=\"floating\"",
            "data-state=\"resolved\"",
            ">Undo",
        ],
    );
}

#[test]
fn what_asks_again_after_an_undo_is_opened_from_where_that_is_said() {
    let page = render(counter(), || {
        use_hook(|| {
            let text = "Undone: 2 versions again".to_owned();
            say(text, "resolved", the_card(), Some(Undo::Choose));
        });
        said_elsewhere(use_realtime_managers())
    });
    has(
        &page,
        &["Undone: 2 versions again", "popovertarget=\"conflicts\">Choose<"],
    );
    has_not(&page, &[">Undo<", ">U</kbd>"]);
}

#[test]
fn what_was_removed_has_no_card_to_say_so_on() {
    let page = render(counter(), || {
        use_hook(|| {
            see(&the_card(), true);
            let undo = Undo::Restore(board(), w(), None);
            say("Removed “Coffees”".to_owned(), "removed", String::new(), Some(undo));
        });
        rsx! {
            WidgetRealtime { board: board(), widget_id: w(), p { "inside" } }
            {said_elsewhere(use_realtime_managers())}
        }
    });
    let (card, rest) = page.split_once("</article>").expect("there is a card");
    has_not(card, &["Removed"]);
    has(rest, &["class=\"floating\"", "Removed “Coffees”", ">Undo"]);
}

#[test]
fn what_somebody_else_removed_is_offered_back_by_a_button_and_by_no_key() {
    let page = render(counter(), || {
        use_hook(|| {
            let undo = Undo::Restore(board(), w(), None);
            say("Ann removed “Coffees”".to_owned(), "gone", the_card(), Some(undo));
        });
        rsx! {
            {said_elsewhere(use_realtime_managers())}
        }
    });
    has(
        &page,
        &[
            "class=\"floating\"",
            "data-state=\"gone\"",
            "tabindex=\"-1\"",
            "Ann removed “Coffees”",
            ">Bring back<",
            "role=\"status\"",
        ],
    );
    has_not(&page, &["Undo"]);
}

#[test]
fn what_was_said_leaves_no_trace_once_it_is_put_away() {
    let page = render(counter(), || {
        rsx! {
            {said_elsewhere(use_realtime_managers())}
        }
    });
    has_not(&page, &["floating", "banner", "Undo"]);
}

#[component]
fn Count() -> Element {
    let (board, widget) = (use_signal(board), use_signal(w));
    let count = use_realtime_updates::<Value>((board, widget));
    rsx! { output { "data-state": if count.is_pending("count") { "pending" } else { "confirmed" }, {count.text("count")} } }
}

#[test]
fn an_edit_shows_before_the_server_has_answered() {
    let eager = || rsx! { WidgetRealtime { board: board(), widget_id: w(), Count {} } };
    let page = render(counter().edit("count", json!(4), Phase::Sent), eager);
    has(&page, &["<output data-state=\"pending\">4</output>"]);
    has_not(&page, &["overlay"]);
}

#[test]
fn without_optimism_the_confirmed_value_stays_with_a_mark_until_the_server_has_answered() {
    let patient = || rsx! { WidgetRealtime { board: board(), widget_id: w(), enable_optimistic: false, Count {} } };
    has(
        &render(counter().edit("count", json!(4), Phase::Sent), patient),
        &[
            "<output data-state=\"pending\">3</output>",
            "class=\"overlay\"",
            "waiting for the server…",
            "aria-busy=true",
            "data-pending=true",
        ],
    );
    let page = render(counter(), patient);
    has(&page, &["<output data-state=\"confirmed\">3</output>"]);
    has_not(&page, &["overlay"]);
}

#[test]
fn a_widget_that_is_gone_says_so() {
    has(
        &render(Scene::live(), card),
        &["data-state=\"missing\"", "not on the board any more"],
    );
}

#[test]
fn the_age_is_that_of_the_last_change() {
    has(&render(counter(), card), &["1\u{a0}min ago</span>"]);
    has(&render(stat(1), card), &[">now</span>"]);
}

#[test]
fn a_word_and_how_long_read_as_one() {
    has(&render(stat(42), card), &[">No data for 40\u{a0}s<"]);
}

#[test]
fn what_nobody_else_has_changed_is_not_washed() {
    has_not(&render(counter(), card), &["class=\"wash\""]);
}

#[test]
fn what_is_not_live_is_not_of_now() {
    let page = render(stat(4), card);
    has(&page, &["data-state=\"stale\"", ">No data<"]);
    has_not(&page, &[">now</span>", "for 0"]);
    let as_of = Some(Timestamp(NOW_MS));
    let by_requests = stat(2).board(Freshness::ByRequests { as_of });
    has_not(&render(by_requests, card), &[">now</span>"]);
}
