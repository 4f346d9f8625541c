//! What the components call back: each event once, however often they render, and a retry is another try.

use std::cell::Cell;

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    components::{
        DashboardRealtimeProvider, DashboardSyncIndicator, OperationFailure, PendingOperationsBadge, RealtimeError,
        WidgetRealtime, WidgetUpdate,
    },
    hooks::{SetAsideReason, use_realtime_managers},
    protocol::{OperationId, WidgetId},
    state::{SET_ASIDE, SYNC},
    testing::Page,
};

use crate::deck::{deck, log, logged, on_deck, open};

thread_local! {
    static ERRORS: Cell<Option<ErrorContext>> = const { Cell::new(None) };
}

/// Changes with each render that a test asks for.
static ROUND: GlobalSignal<u32> = Signal::global(|| 0);

fn face() -> Element {
    let round = ROUND();
    rsx! {
        DashboardSyncIndicator { on_status_change: move |status: tideboard::hooks::ConnectionStatus| log(format!("{round}: {}", status.token())) }
        PendingOperationsBadge {
            on_operation_complete: move |_: OperationId| log(format!("{round}: complete")),
            on_operation_fail: move |OperationFailure { reason, .. }| log(format!("{round}: failed, {reason}")),
        }
        WidgetRealtime {
            widget_id: WidgetId::named("fuel"),
            on_update: move |update: WidgetUpdate| {
                let value = update.widget.fields.values().map(|field| field.value.clone()).find(Value::is_number);
                log(format!("{round}: {} is {}", update.widget_id, value.unwrap_or_default()));
            },
            on_error: move |error| log(match error {
                RealtimeError::NotAccepted { reason, .. } => format!("{round}: not accepted, {reason}"),
                other => format!("{round}: {other:?}"),
            }),
            "inside"
        }
    }
}

fn live() -> Page {
    let page = on_deck(face);
    logged();
    page
}

/// Renders the page three times more; the last handlers are those that count.
fn render_again(page: &mut Page) {
    for _ in 0..3 {
        page.with(|| *ROUND.write() += 1);
    }
}

fn sorted() -> Vec<String> {
    let mut told = logged();
    told.sort_unstable();
    told
}

#[test]
fn that_an_edit_was_applied_is_told_once() {
    let mut page = live();
    render_again(&mut page);
    page.edit(&deck(), "fuel", "value", 7);
    assert_eq!(sorted(), ["3: complete", "3: fuel is 7"]);
    render_again(&mut page);
    assert_eq!(logged(), Vec::<String>::new());
}

#[test]
fn a_change_by_another_is_an_update_of_its_widget_and_of_no_other() {
    let mut page = live();
    page.server.set(&deck(), "water", "value", 7);
    page.settle();
    assert_eq!(logged(), Vec::<String>::new());
    page.server.set(&deck(), "fuel", "value", 7);
    page.settle();
    render_again(&mut page);
    assert_eq!(logged(), ["0: fuel is 7"]);
}

#[test]
fn each_failure_is_told_once_and_a_press_of_retry_is_one_more_try() {
    let mut page = live();
    page.edit(&deck(), "fuel", "value", "much");
    let reason = page.with(|| SET_ASIDE.peek()[0].reason.to_string());
    let told = sorted();
    assert!(told.contains(&format!("0: failed, {reason}")), "{told:?}");
    assert!(told.contains(&format!("0: not accepted, {reason}")), "{told:?}");
    render_again(&mut page);
    assert_eq!(logged(), Vec::<String>::new(), "a render is no event");
    let first = page.with(|| SET_ASIDE.peek()[0].operation.id);
    // Pressed twice: the second press finds nothing to do.
    page.act(|managers| {
        managers.state.retry(first, None);
        managers.state.retry(first, None);
    });
    page.pass(100);
    let second = page.with(|| {
        SET_ASIDE
            .peek()
            .iter()
            .map(|aside| aside.operation.id)
            .collect::<Vec<_>>()
    });
    assert!(second.len() == 1 && second[0] != first, "{second:?}");
    let told = logged();
    let of = |what: &str| told.iter().filter(|said| said.contains(what)).count();
    assert_eq!(
        (of("failed"), of("not accepted"), of("complete")),
        (1, 1, 0),
        "{told:?}"
    );
    page.act(|managers| managers.state.retry(second[0], Some(json!(9))));
    page.pass(100);
    let told = logged();
    let of = |what: &str| told.iter().filter(|said| said.contains(what)).count();
    assert_eq!(
        (of("failed"), of("not accepted"), of("complete")),
        (0, 0, 1),
        "{told:?}"
    );
}

#[test]
fn an_edit_whose_time_is_up_is_told_as_a_failure_once() {
    let mut page = live();
    page.is_deaf = true;
    page.act(|managers| {
        let (fuel, field) = (WidgetId::named("fuel"), "value".parse().expect("a name"));
        managers.state.edit_now(deck(), fuel, field, 7, 2_000);
    });
    page.hang_up();
    page.pass(3_000);
    page.is_deaf = false;
    page.act(|managers| managers.background.sync_now());
    page.pass(5_000);
    let told = logged();
    let failed: Vec<&String> = told.iter().filter(|said| said.contains("failed")).collect();
    assert_eq!(failed, [&format!("0: failed, {}", SetAsideReason::Expired)], "{told:?}");
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(3));
}

#[test]
fn each_new_status_is_told_once() {
    let mut page = live();
    render_again(&mut page);
    page.act(|managers| managers.websocket.disconnect());
    render_again(&mut page);
    page.act(|managers| managers.websocket.connect());
    let told = logged();
    assert_eq!(told.first().map(String::as_str), Some("3: offline"));
    assert_eq!(told.last().map(String::as_str), Some("6: live"));
    let repeats = told.windows(2).filter(|pair| pair[0] == pair[1]).count();
    assert_eq!(repeats, 0, "{told:?}");
}

#[test]
fn a_provider_is_initialized_once_and_its_edits_are_there_by_then() {
    static ROUND: GlobalSignal<u32> = Signal::global(|| 0);
    fn app() -> Element {
        let round = ROUND();
        rsx! {
            DashboardRealtimeProvider {
                server: "http://board.example",
                board: deck(),
                on_initialized: move |()| log(format!("{round}: initialized {}", SYNC.peek().initialized)),
                Signer {}
            }
        }
    }
    /// Signs in anew when the round is the third: the storage is read again, as somebody else's.
    #[component]
    fn Signer() -> Element {
        let managers = use_realtime_managers();
        use_effect(move || {
            if ROUND() == 3 {
                managers.websocket.sign_in(None);
            }
        });
        rsx! {}
    }
    let mut page = open(app);
    for _ in 0..5 {
        page.with(|| *ROUND.write() += 1);
    }
    assert_eq!(logged(), ["0: initialized true"]);
}

#[test]
fn without_auto_connect_it_waits_to_be_told() {
    fn app() -> Element {
        rsx! {
            DashboardRealtimeProvider { server: "http://board.example", auto_connect: false, Link {} }
        }
    }
    #[component]
    fn Link() -> Element {
        let managers = use_realtime_managers();
        use_effect(move || {
            if ROUND() == 1 {
                managers.websocket.connect();
            }
        });
        rsx! { {SYNC.read().link.token()} }
    }
    let mut page = open(app);
    page.pass(60_000);
    page.has(&["offline"]);
    assert_eq!(page.device.open().sockets, 0);
    page.with(|| *ROUND.write() = 1);
    page.has(&["live"]);
}

#[test]
fn a_failure_inside_is_told_once_whatever_its_handler_reads_and_another_one_too() {
    static FAILURES: GlobalSignal<u32> = Signal::global(|| 0);
    fn broken() -> Element {
        rsx! {
            WidgetRealtime {
                widget_id: WidgetId::named("fuel"),
                on_error: move |error| {
                    *FAILURES.write() += 1;
                    log(format!("{}: {error:?}", FAILURES()));
                },
                Inside {}
            }
        }
    }
    #[component]
    fn Inside() -> Element {
        ERRORS.set(try_consume_context::<ErrorContext>());
        Err(dioxus::core::CapturedError::from_display("no oil").into())
    }
    let mut page = on_deck(broken);
    assert_eq!(logged(), ["1: Failed { message: \"no oil\" }"]);
    page.has(&[
        "be shown. Its values are safe.",
        ">Try again</button>",
        "<summary>Details</summary>",
        "widget-failed · 00:",
        "\nno oil</pre>",
    ]);
    page.with(|| *FAILURES.write() = 7);
    assert_eq!(logged(), Vec::<String>::new());
    let errors = ERRORS.take().expect("a frame around it");
    page.with(|| errors.insert_error(dioxus::core::CapturedError::from_display("no air")));
    assert_eq!(logged(), ["8: Failed { message: \"no air\" }"]);
}
