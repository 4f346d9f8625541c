//! The badge of pending operations, and its list.

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::{PendingOperationsBadge, PendingOperationsList},
    protocol::{Contention, Intent, Operation, Rejection, Revision, Verdict},
    sync::{Phase, SetAsideReason, storage::Durability},
    time::Timestamp,
};

use crate::stage::{NOW_MS, Scene, UNIX_MS, first_paint, has, has_not, render, set};

fn badge() -> Element {
    rsx! { PendingOperationsBadge {} }
}

fn list() -> Element {
    rsx! { PendingOperationsList {} }
}

fn retrying(shown: bool) -> Phase {
    Phase::Retrying {
        attempts: 4,
        retry_at: Timestamp(NOW_MS + 9_000),
        reason: "The board is busy.".to_owned(),
        shown,
    }
}

fn setpoint() -> Scene {
    Scene::live().widget(
        "setpoint",
        &[("title", json!("Target temperature")), ("value", json!(20))],
    )
}

#[test]
fn what_waits_is_not_known_on_the_first_paint() {
    for face in [badge, list] {
        let page = first_paint(face);
        has(&page, &["Reading what waits on this device…"]);
        has_not(&page, &["Nothing waits"]);
    }
    has(&render(setpoint(), badge), &["data-state=\"clear\"", "Nothing waits"]);
}

#[test]
fn with_two_versions_of_a_field_not_everything_is_on_the_server() {
    for face in [badge, list] {
        let scene = setpoint().conflict("value", json!(24), json!(18), Contention::Ask);
        let page = render(scene, face);
        has(&page, &["to decide"]);
        has_not(&page, &["Nothing waits", "versions"]);
    }
}

#[test]
fn what_was_to_be_made_and_was_not_is_called_by_its_title() {
    let refused = SetAsideReason::Rejected(Rejection::UnknownKind);
    let mut scene = Scene::live().aside("x", json!(1), refused);
    let operation = &mut scene.set_aside[0].operation;
    operation.widget = "dial-0123456789ab".parse().expect("a name");
    operation.intent = Intent::Create {
        kind: "dial".parse().expect("a name"),
        fields: [("title".parse().expect("a name"), json!("Rudder"))].into(),
    };
    let page = render(scene, list);
    has(&page, &[">Rudder</p>", "Add a dial", ">Retry<", ">Discard<", "kind"]);
    has_not(&page, &["0123456789ab", ">Edit<"]);
}

#[test]
fn the_badge_counts_what_waits() {
    let page = render(
        setpoint()
            .edit("value", json!(21), Phase::Saved)
            .edit("value", json!(22), Phase::Saving),
        badge,
    );
    has(&page, &["data-state=\"pending\"", "2 waiting", ">2<"]);
}

#[test]
fn what_is_retried_is_yellow_and_what_was_refused_is_red() {
    has(
        &render(setpoint().edit("value", json!(21), retrying(true)), badge),
        &["data-state=\"retrying\"", "data-tone=\"wait\"", "1 retrying"],
    );
    let refused = setpoint().aside(
        "value",
        json!(99),
        SetAsideReason::Rejected(Rejection::OutOfRange { min: 5.0, max: 30.0 }),
    );
    has(
        &render(refused, badge),
        &["data-state=\"failed\"", "data-tone=\"act\"", "1 not accepted"],
    );
}

#[test]
fn an_ordinary_edit_is_not_announced() {
    has(
        &render(setpoint().edit("value", json!(21), Phase::Saved), badge),
        &["role=\"status\" data-state=\"pending\"></span>"],
    );
}

#[test]
fn the_list_names_widget_field_value_time_and_phase() {
    let page = render(setpoint().edit("value", json!(21.5), Phase::Saved), list);
    has(
        &page,
        &[
            "Not on the server yet",
            "Target temperature",
            "Set value:",
            "21.5",
            "14:01",
            "Saved on this device",
            "Roll back",
            "data-state=\"saved\"",
        ],
    );
}

#[test]
fn of_a_list_it_is_said_which_item_an_edit_is_of() {
    let list_of = |field: &str, value| {
        let scene = Scene::live().widget(
            "checklist",
            &[("title", json!("Before sailing")), ("item-7", json!("Check the ropes"))],
        );
        render(scene.edit(field, value, Phase::Saved), list)
    };
    has(
        &list_of("done-7", json!(true)),
        &["Set done of “Check the ropes”:", "<strong>yes</strong>"],
    );
    has(
        &list_of("taken-7", json!("Ada’s phone")),
        &["Set taken of “Check the ropes”:", "Ada’s phone"],
    );
    has(&list_of("item-8", json!("Fuel")), &["Set item:", "Fuel"]);
}

#[test]
fn what_is_added_to_one_number_is_one_entry_for_each_phase_with_the_sum() {
    let scene = Scene::live().widget("counter", &[("title", json!("Crew")), ("count", json!(0))]);
    let scene = [1, 1, 1]
        .into_iter()
        .fold(scene, |scene, amount| scene.add("count", amount, Phase::Saved));
    let scene = scene.add("count", -1, Phase::Sent);
    let page = render(scene, list);
    has(
        &page,
        &[
            "Add to count:",
            ", in 3 edits",
            "<strong>+3</strong>",
            "<strong>-1</strong>",
        ],
    );
    assert_eq!(page.matches(">Roll back<").count(), 2, "{page}");
    has_not(&page, &["more</p>"]);
}

#[test]
fn a_board_that_is_added_is_one_entry() {
    let page = render(Scene::live().add_board("shift").add_board("home"), list);
    assert_eq!(page.matches("Add a board").count(), 2, "{page}");
    assert_eq!(page.matches(">Roll back<").count(), 2, "{page}");
    has_not(&page, &["more</p>", "edits"]);
}

#[test]
fn each_phase_has_its_word() {
    for (phase, words) in [
        (Phase::Saving, "Being saved"),
        (Phase::Sent, "Sent, not answered yet"),
        (Phase::Withdrawing, "Taken back; it may have been sent before"),
    ] {
        has(&render(setpoint().edit("value", json!(21), phase), list), &[words]);
    }
}

#[test]
fn what_is_retried_says_how_often_why_and_offers_a_button() {
    has(
        &render(setpoint().edit("value", json!(21), retrying(true)), list),
        &["Retrying · 5th try", "The board is busy.", ">Retry<", ">Roll back<"],
    );
    has_not(
        &render(setpoint().edit("value", json!(21), retrying(false)), list),
        &["The board is busy."],
    );
}

#[test]
fn what_is_being_taken_back_can_not_be_taken_back_again() {
    has_not(
        &render(setpoint().edit("value", json!(21), Phase::Withdrawing), list),
        &["Roll back"],
    );
}

#[test]
fn what_the_server_has_decided_waits_no_longer() {
    let verdict = Verdict::Applied {
        revision: Revision(3),
        verbatim: true,
        overwrote: None,
    };
    let page = render(setpoint().edit("value", json!(21), Phase::Decided(verdict)), list);
    has(&page, &["Nothing waits. Everything you changed is on the server."]);
}

#[test]
fn what_waits_for_the_server_before_is_listed_with_no_way_out_but_to_discard_it() {
    let page = render(elsewhere(vec![set(7, "value", json!(24))]), list);
    has(
        &page,
        &[
            "data-state=\"another-server\"",
            "Made for the server that was at this address before.",
            ">w on b</p>",
            "Set value:",
            "24",
            "data-tone=\"wait\"",
            "1 edit waits for another server.",
            ">Discard</button>",
        ],
    );
    has_not(&page, &["Retry", "Roll back", "Nothing waits"]);
}

/// A board whose widget `w` has the same name as one of another server, for which these edits wait.
fn elsewhere(operations: Vec<Operation>) -> Scene {
    let mut scene = setpoint().widget(
        "checklist",
        &[("title", json!("Before sailing")), ("item-7", json!("Check the ropes"))],
    );
    let made = operations.into_iter().map(|operation| (operation, Some(UNIX_MS)));
    scene.sync.elsewhere = made.collect();
    scene
}

#[test]
fn what_waits_for_the_server_before_is_called_by_what_it_says_itself() {
    let mut make = set(8, "x", json!(1));
    make.intent = Intent::Create {
        kind: "dial".parse().expect("a name"),
        fields: [("title".parse().expect("a name"), json!("Rudder"))].into(),
    };
    let page = render(elsewhere(vec![set(7, "done-7", json!(true)), make]), list);
    has(&page, &[">w on b</p>", "Set done:", ">Rudder on b</p>", "Add a dial"]);
    has_not(&page, &["Before sailing", "Check the ropes"]);
}

#[test]
fn the_badge_counts_what_waits_for_the_server_before() {
    let scene = elsewhere(vec![set(7, "value", json!(24)), set(8, "value", json!(25))]);
    let page = render(scene.clone(), badge);
    has(
        &page,
        &[
            "data-state=\"elsewhere\"",
            "data-tone=\"wait\"",
            "Waiting edits: 2 for another server",
            ">2<",
        ],
    );
    has_not(&page, &["Nothing waits", "data-state=\"clear\""]);
    let page = render(scene.edit("value", json!(21), Phase::Saved), badge);
    has(
        &page,
        &["data-state=\"pending\"", "1 waiting, 2 for another server", ">3<"],
    );
}

#[test]
fn what_was_set_aside_has_its_reason_and_three_ways_out() {
    let refused = setpoint().aside(
        "value",
        json!(99),
        SetAsideReason::Rejected(Rejection::OutOfRange { min: 5.0, max: 30.0 }),
    );
    has(
        &render(refused, list),
        &[
            "Not accepted",
            "must be between 5 and 30",
            ">Edit<",
            ">Retry<",
            ">Discard<",
        ],
    );
}

#[test]
fn a_card_that_was_not_made_is_edited_where_another_value_would_make_it() {
    let expected = "series and formulas, and `sum(` is none".to_owned();
    let refused = SetAsideReason::Rejected(Rejection::WrongType { expected });
    let mut scene = Scene::live().aside("x", json!(1), refused);
    let operation = &mut scene.set_aside[0].operation;
    let fields = [("title", json!("Fuel")), ("series", json!(["sum("]))];
    operation.intent = Intent::Create {
        kind: "stat".parse().expect("a name"),
        fields: fields
            .map(|(name, value)| (name.parse().expect("a name"), value))
            .into(),
    };
    let page = render(scene, list);
    has(
        &page,
        &[">Fuel</p>", "`sum(` is none", ">Edit<", ">Retry<", ">Discard<"],
    );
}

#[test]
fn an_expired_edit_is_not_an_error() {
    let page = render(setpoint().aside("value", json!(22), SetAsideReason::Expired), list);
    has(
        &page,
        &["data-state=\"expired\"", "data-tone=\"rest\"", "Too late, not sent"],
    );
}

#[test]
fn saved_is_never_said_of_memory() {
    let mut scene = setpoint().edit("value", json!(21), Phase::Saved);
    scene.sync.durability = Some(Durability::MemoryOnly);
    let page = render(scene, list);
    has(&page, &["In this page only"]);
    has_not(&page, &["Saved on this device"]);
}

#[test]
fn saved_is_never_said_where_a_browser_may_clear_it() {
    let mut scene = setpoint().edit("value", json!(21), Phase::Saved);
    scene.sync.durability = Some(Durability::BestEffort);
    let page = render(scene, list);
    has(&page, &["Kept in this browser"]);
    has_not(&page, &["Saved on this device"]);
}

#[test]
fn without_details_there_is_only_the_count() {
    let page = render(
        setpoint().edit("value", json!(21), Phase::Saved),
        || rsx! { PendingOperationsBadge { show_details: false } },
    );
    has(&page, &["role=\"img\"", ">1<"]);
    has_not(&page, &["<button"]);
}
