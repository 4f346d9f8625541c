//! What a component opened ends with it.

use dioxus::prelude::*;
use serde_json::Value;
use tideboard::{
    components::{
        ConflictResolutionUI, DashboardRealtimeProvider, DashboardSyncIndicator, PendingOperationsBadge, WidgetRealtime,
    },
    hooks::{
        EventKind, use_board, use_current_board, use_realtime_updates, use_samples, use_typed_text, use_websocket,
    },
    platform::Open,
    protocol::{ClientFrame, ServerFrame, WidgetId},
};

use crate::deck::{deck, hold, log, logged, on_deck, open};

static IS_MOUNTED: GlobalSignal<bool> = Signal::global(|| false);

fn app() -> Element {
    rsx! {
        if IS_MOUNTED() {
            DashboardRealtimeProvider { server: "http://board.example", board: deck(), Everything {} }
        }
    }
}

/// Of everything one, in use: a socket, a storage, timers that run, listeners, texts being typed.
#[component]
fn Everything() -> Element {
    let board = use_board(use_current_board());
    let names = use_signal(|| vec!["tank".to_owned()]);
    _ = use_samples(names.into());
    let socket = use_websocket();
    for kind in [
        EventKind::Connection,
        EventKind::Changes,
        EventKind::Samples,
        EventKind::Verdicts,
    ] {
        socket.on(kind, |_| {});
    }
    socket.on("ahoy", |_| log("ahoy"));
    rsx! {
        DashboardSyncIndicator { on_status_change: |_| {} }
        PendingOperationsBadge { on_operation_complete: |_| {} }
        ConflictResolutionUI { auto_resolve: true }
        WidgetRealtime { widget_id: WidgetId::named("fuel"), on_update: |_| {}, Typed {} }
        WidgetRealtime { widget_id: WidgetId::named("fuel"), board: hold(), Typed {} }
        "{board.summary().widgets.len()} widgets"
    }
}

#[component]
fn Typed() -> Element {
    let live = use_realtime_updates::<Value>(WidgetId::named("fuel"));
    let shown = use_memo(move || live.text("unit"));
    let typed = use_typed_text(shown.into(), 400, move |text, base| live.edit_on("unit", text, base));
    use_hook(|| typed.put("litres".to_owned()));
    rsx! { "{typed.text()}" }
}

#[test]
fn after_a_thousand_mounts_nothing_of_a_provider_is_left() {
    let mut page = open(app);
    let (nothing, holders) = (page.device.open(), page.device.holders());
    assert_eq!(nothing, Open::default());
    for round in 0..1_000 {
        page.with(|| *IS_MOUNTED.write() = true);
        let open = page.device.open();
        assert_eq!((open.sockets, open.storages), (1, 1), "round {round}");
        assert!(
            open.timers > 2 && open.listeners > 2,
            "what is typed waits, and the clock: {open:?}"
        );
        assert_eq!(page.server.visitors(&deck()), (1, 1), "round {round}");
        page.with(|| *IS_MOUNTED.write() = false);
        assert_eq!(page.device.open(), nothing, "round {round}");
        assert_eq!(page.device.holders(), holders, "a task of round {round} is left");
        assert_eq!(page.server.visitors(&deck()), (0, 0), "round {round}");
    }
    assert_eq!(page.device.next_timer(), None);
    page.pass(60_000);
    assert_eq!(page.device.open(), nothing);
}

#[test]
fn after_a_thousand_mounts_in_a_provider_nobody_listens_or_watches_twice() {
    static IS_THERE: GlobalSignal<bool> = Signal::global(|| false);
    fn face() -> Element {
        rsx! {
            if IS_THERE() {
                Everything {}
            }
        }
    }
    let mut page = on_deck(face);
    let (open, holders) = (page.device.open(), page.device.holders());
    for round in 0..1_000 {
        page.with(|| *IS_THERE.write() = true);
        assert_eq!(page.server.visitors(&hold()), (1, 1), "round {round}");
        page.with(|| *IS_THERE.write() = false);
        // What was typed was sent: it must be stored before its board can be let go.
        page.pass(100);
        assert_eq!(page.device.open(), open, "round {round}");
        assert_eq!(page.device.holders(), holders, "round {round}");
    }
    assert_eq!(page.server.visitors(&hold()), (1, 0));
    let watched = page.heard.iter().rev().find_map(|frame| match frame {
        ClientFrame::Watch { series } => Some(series.len()),
        _ => None,
    });
    assert_eq!(watched, Some(0));
    let ahoy = ServerFrame::Event {
        board: deck(),
        name: "ahoy".to_owned(),
        payload: Value::Null,
    };
    logged();
    page.server.send(&ahoy);
    page.settle();
    assert_eq!(logged(), Vec::<String>::new());
    page.with(|| *IS_THERE.write() = true);
    page.server.send(&ahoy);
    page.settle();
    assert_eq!(logged(), ["ahoy"]);
}
