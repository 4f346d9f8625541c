//! The managers, where they are and where they are not.

use std::{cell::RefCell, error::Error, rc::Rc};

use dioxus::{core::NoOpMutations, prelude::*};
use futures_util::FutureExt;
use serde_json::{Value, json};
use tideboard::{
    components::DashboardRealtimeProvider,
    config::{DEAD_AFTER_MS, PENDING_SHOWN_LEN_MAX, REFRESH_EVERY_MS},
    hooks::{
        ConnectionStatus, Heartbeat, NoProvider, Phase, RealtimeManagers, SecondProvider, try_use_realtime_managers,
        use_background_sync, use_board, use_current_board, use_platform_provider, use_realtime_managers,
    },
    platform::{Clock, MemoryDevice, NetworkEvent},
    protocol::{Device, FieldName, WidgetId},
    state::{BOARDS, CONNECTION, PENDING, SYNC},
    testing::Page,
};

use crate::deck::{deck, log, logged, nothing, on_deck, open};

#[test]
fn the_connection_is_watched_closed_and_opened_again() {
    let mut page = on_deck(nothing);
    page.act(|managers| assert_eq!(managers.websocket.status(), ConnectionStatus::Live));
    page.act(|managers| managers.websocket.work_offline(true));
    page.act(|managers| assert_eq!(managers.websocket.status().token(), "offline"));
    assert_eq!(page.device.open().sockets, 0);
    page.act(|managers| managers.websocket.work_offline(false));
    page.act(|managers| assert_eq!(managers.websocket.status(), ConnectionStatus::Live));
    page.act(|managers| managers.websocket.disconnect());
    page.act(|managers| managers.websocket.connect());
    assert_eq!(page.device.open().sockets, 1);
}

#[test]
fn an_app_that_asks_less_often_for_a_sign_of_life_notices_a_dead_connection_so_much_later() {
    const PING_AFTER_MS: u64 = 20_000;
    let mut page = on_deck(nothing);
    let heartbeat = Heartbeat::after_ms(PING_AFTER_MS, PING_AFTER_MS);
    page.act(|managers| managers.websocket.beat(heartbeat));
    // What it has said so far is answered.
    page.pass(DEAD_AFTER_MS);
    page.is_deaf = true;
    page.pass(DEAD_AFTER_MS);
    page.act(|managers| assert_eq!(managers.websocket.status(), ConnectionStatus::Live));
    page.pass(PING_AFTER_MS);
    page.act(|managers| assert_ne!(managers.websocket.status(), ConnectionStatus::Live));
}

#[test]
fn working_offline_and_the_devices_name_are_remembered_when_the_page_is_loaded_again() {
    static IS_OPEN: GlobalSignal<bool> = Signal::global(|| true);
    fn app() -> Element {
        rsx! {
            if IS_OPEN() {
                DashboardRealtimeProvider { server: "http://board.example", board: deck(), Buttons {} }
            }
        }
    }
    #[component]
    fn Buttons() -> Element {
        let managers = use_realtime_managers();
        use_hook(|| MANAGERS.with_borrow_mut(|known| *known = Some(managers)));
        let device = SYNC.read().device.clone();
        rsx! { {SYNC.read().link.token()} ", " {device.map(|device| format!("{} in colour {}", device.name, device.colour))} }
    }
    thread_local! {
        static MANAGERS: RefCell<Option<RealtimeManagers>> = const { RefCell::new(None) };
    }
    let act = |page: &mut Page, action: fn(RealtimeManagers)| {
        let managers = MANAGERS.with_borrow(|known| known.expect("the page has a provider"));
        page.dom.in_runtime(|| action(managers));
        page.settle();
    };
    let reload = |page: &mut Page| {
        page.with(|| *IS_OPEN.write() = false);
        page.with(|| *IS_OPEN.write() = true);
    };
    let mut page = open(app);
    let first = page.html();
    assert!(first.contains("live") && first.contains("App on "), "{first}");
    reload(&mut page);
    assert_eq!(
        page.html(),
        first,
        "a new device keeps the name and the colour that it gave itself"
    );
    act(&mut page, |managers| {
        managers.websocket.name_device(Device {
            name: "Bridge".to_owned(),
            colour: 5,
        });
    });
    act(&mut page, |managers| managers.websocket.work_offline(true));
    reload(&mut page);
    page.has(&["offline", "Bridge in colour 5"]);
    act(&mut page, |managers| managers.websocket.work_offline(false));
    reload(&mut page);
    page.has(&["live", "Bridge in colour 5"]);
}

#[test]
fn an_edit_carries_what_its_device_is_called_when_it_is_sent() {
    let mut page = on_deck(nothing);
    page.act(|managers| managers.background.pause());
    page.edit(&deck(), "crew", "count", 4);
    page.act(|managers| {
        managers.websocket.name_device(Device {
            name: "Bridge".to_owned(),
            colour: 5,
        });
    });
    page.act(|managers| managers.background.resume());
    let boards = page.with(|| BOARDS.read().clone());
    let shown = &boards.get(&deck()).expect("it is watched").shown.board;
    let crew = shown.widget(&WidgetId::named("crew")).expect("it is there");
    let writer = &crew
        .fields
        .get(&"count".parse().expect("a name"))
        .expect("it has a value")
        .writer;
    assert_eq!((writer.device.as_deref(), writer.colour), (Some("Bridge"), Some(5)));
}

#[test]
fn whoever_ends_the_program_waits_until_what_is_shown_is_stored() {
    let mut page = on_deck(nothing);
    page.cut();
    let mut settled = page.act(|managers| {
        managers
            .state
            .edit(deck(), WidgetId::named("fuel"), "value".parse().expect("a name"), 7);
        let mut settled = Box::pin(managers.background.settled());
        assert!(
            settled.as_mut().now_or_never().is_none(),
            "the edit is only shown so far"
        );
        settled
    });
    assert!(
        settled.as_mut().now_or_never().is_some(),
        "it is stored without waiting for its tenth of a second"
    );
    page.reopen();
    page.act(|managers| assert_eq!(managers.state.pending().len(), 1));
    let settled = page.act(|managers| managers.background.settled());
    assert!(settled.now_or_never().is_some(), "there is nothing to store");
}

#[test]
fn an_edit_is_pending_until_it_is_decided_and_can_be_undone() {
    let mut page = on_deck(nothing);
    page.act(|managers| managers.background.pause());
    page.edit(&deck(), "crew", "count", 4);
    page.act(|managers| {
        let [pending] = &managers.state.pending()[..] else {
            panic!("{:?}", managers.state.pending())
        };
        assert_eq!((pending.widget().as_str(), &pending.phase), ("crew", &Phase::Saved));
        assert_eq!(managers.background.queue(), managers.state.pending());
    });
    page.act(|managers| managers.background.resume());
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(4));
    page.act(|managers| assert!(managers.state.pending().is_empty()));
    page.act(|managers| managers.state.undo());
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(0));
    page.act(|managers| managers.state.redo());
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(4));
    for (again, count) in [(false, 0), (true, 4)] {
        page.device.say(NetworkEvent::Undoes { again });
        page.settle();
        assert_eq!(page.server.value(&deck(), "crew", "count"), json!(count), "by keys");
    }
}

#[test]
fn what_waits_can_be_taken_back_and_what_was_refused_sent_again_or_forgotten() {
    let mut page = on_deck(nothing);
    page.act(|managers| managers.background.pause());
    page.edit(&deck(), "crew", "count", 4);
    page.act(|managers| managers.state.rollback(managers.state.pending()[0].id));
    page.act(|managers| {
        let waits = (managers.state.pending().len(), managers.background.queue().len());
        assert_eq!(
            waits,
            (0, 0),
            "it was never sent, and there is nothing more to say of it"
        );
    });
    page.act(|managers| managers.background.resume());
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(0));
    page.edit(&deck(), "fuel", "value", "much");
    page.act(|managers| {
        let refused = managers.state.set_aside()[0].operation.id;
        managers.state.retry(refused, Some(json!(7)));
    });
    page.pass(100);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(7));
    page.edit(&deck(), "fuel", "value", "much");
    page.act(|managers| managers.state.discard(managers.state.set_aside()[0].operation.id));
    page.act(|managers| assert!(managers.state.set_aside().is_empty()));
}

#[test]
fn all_that_waits_is_given_as_a_file_however_much_it_is_and_though_nothing_can_be_sent() {
    let mut page = on_deck(nothing);
    page.edit(&deck(), "fuel", "value", "much");
    page.cut();
    page.edit(&deck(), "water", "value", 7);
    page.server.set(&deck(), "water", "value", 8);
    page.heal();
    page.cut();
    page.pass(1_000);
    let len = PENDING_SHOWN_LEN_MAX + 1;
    page.act(|managers| {
        for _ in 0..len {
            let (crew, count) = (WidgetId::named("crew"), FieldName::named("count"));
            managers.state.add(deck(), crew, count, 1);
        }
    });
    page.act(|managers| managers.background.export());
    let (name, text) = page.device.saved().remove(0);
    assert_eq!(name, "tideboard-outbox.json");
    let listed: Vec<Value> = serde_json::from_str(&text).expect("a JSON document");
    assert_eq!(text.lines().count(), listed.len(), "an edit a line");
    let of = |state: &str| -> Vec<&Value> { listed.iter().filter(|edit| edit["state"] == state).collect() };
    let waiting = of("waiting");
    assert_eq!(waiting.len(), len, "those that are not listed one by one, too");
    let last = waiting[len - 1];
    assert_eq!(
        (
            &last["board"],
            &last["widget"],
            &last["intent"],
            &last["made_at_ms"],
            &last["theirs"]
        ),
        (
            &json!("deck"),
            &json!("crew"),
            &json!({"add": {"field": "count", "amount": 1}}),
            &json!(page.device.wall().0),
            &Value::Null
        )
    );
    let refused = of("not-accepted");
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0]["reason"]
            .as_str()
            .is_some_and(|why| why.contains("a number")),
        "{refused:?}"
    );
    assert!(refused[0]["id"].is_string(), "{refused:?}");
    let conflicts = of("two-versions");
    assert_eq!(conflicts.len(), 1);
    assert_eq!(
        (&conflicts[0]["intent"]["set"]["value"], &conflicts[0]["theirs"]),
        (&json!(7), &json!(8))
    );
    assert_eq!(page.device.saved(), [], "once");
}

#[test]
fn a_run_of_edits_becomes_an_operation_at_once_when_it_is_flushed() {
    let mut page = on_deck(nothing);
    for value in 4..=9 {
        page.act(|managers| {
            let (fuel, field) = (WidgetId::named("fuel"), "value".parse().expect("a name"));
            managers.state.edit(deck(), fuel, field, value);
        });
    }
    assert_eq!(
        page.server.value(&deck(), "fuel", "value"),
        json!(4),
        "the rest has not become an operation yet"
    );
    page.act(|managers| managers.updates.flush());
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(9));
    page.act(|managers| assert_eq!(managers.updates.counters().verdicts, 2));
}

#[test]
fn the_last_sync_is_known_and_the_next_where_one_is_waited_for() {
    let mut page = on_deck(nothing);
    page.pass(5_000);
    page.server.set(&deck(), "fuel", "value", 5);
    page.settle();
    page.act(|managers| {
        assert!(managers.background.last_sync().is_some());
        // Changes come by themselves, and are compared with what the server has some minutes later.
        assert!(
            managers
                .background
                .next_refresh()
                .is_some_and(|at| at.0 > REFRESH_EVERY_MS)
        );
    });
    page.is_away = true;
    page.hang_up();
    page.settle();
    let retry_at = page.with(|| match CONNECTION() {
        ConnectionStatus::Waiting { retry_at, .. } => retry_at,
        other => panic!("{other:?}"),
    });
    assert!(retry_at.is_some());
    page.act(move |managers| assert_eq!(managers.background.next_refresh(), retry_at));
    page.is_away = false;
    page.act(|managers| managers.background.sync_now());
    page.act(move |managers| assert!(managers.background.next_refresh() > retry_at));
}

#[test]
fn the_hook_of_the_outbox_tells_the_same() {
    fn face() -> Element {
        _ = use_board(use_current_board());
        let sync = use_background_sync();
        let soon = sync.next_refresh().is_some_and(|at| at.0 < REFRESH_EVERY_MS);
        rsx! { "{sync.pending()} wait, soon: {soon}, synced: {sync.last_sync().is_some()}" }
    }
    let mut page = on_deck(face);
    page.is_away = true;
    page.hang_up();
    page.edit(&deck(), "fuel", "value", 4);
    page.has(&["1 wait, soon: true, synced: true"]);
    page.is_away = false;
    page.act(|managers| managers.background.sync_now());
    page.has(&["0 wait, soon: false, synced: true"]);
}

#[test]
fn outside_a_provider_there_are_none_and_the_error_says_what_to_do() {
    fn lonely() -> Element {
        let error = try_use_realtime_managers().err();
        assert_eq!(
            error,
            Some(NoProvider {
                hook: "use_realtime_managers"
            })
        );
        log(error.map(|error| error.to_string()).unwrap_or_default());
        rsx! {}
    }
    VirtualDom::new(lonely).rebuild_in_place();
    let said = &logged()[0];
    assert!(
        said.contains("needs a `DashboardRealtimeProvider` above") && said.contains("wrap the app in one"),
        "{said}"
    );
}

#[test]
fn a_second_provider_inside_one_is_refused_and_opens_nothing() {
    fn two(device: MemoryDevice) -> Element {
        use_platform_provider(|| Rc::new(device));
        let handle_error = |error: ErrorContext| {
            let error = error.error();
            let said = error.as_ref().and_then(|error| error.downcast_ref::<SecondProvider>());
            log(said
                .map(|said| said as &dyn Error)
                .map(ToString::to_string)
                .unwrap_or_default());
            rsx! { "refused" }
        };
        rsx! {
            DashboardRealtimeProvider { server: "http://outer.example",
                ErrorBoundary { handle_error,
                    DashboardRealtimeProvider { server: "http://inner.example", on_initialized: |()| log("started"), "inside" }
                }
                Link {}
            }
        }
    }
    #[component]
    fn Link() -> Element {
        rsx! { "outer is {SYNC.read().link.token()}" }
    }
    let device = MemoryDevice::default();
    let mut dom = VirtualDom::new_with_props(two, device.clone());
    dom.rebuild_in_place();
    while dom.wait_for_work().now_or_never().is_some() {
        dom.render_immediate(&mut NoOpMutations);
    }
    let said = logged();
    assert!(
        said.iter()
            .all(|said| said.contains("inside another one") && said.contains("take the inner one out"))
            && !said.is_empty(),
        "{said:?}"
    );
    let html = dioxus::ssr::render(&dom);
    assert!(html.contains("refused") && !html.contains("inside"), "{html}");
    assert!(html.contains("outer is connecting"), "{html}");
    let dialled: Vec<String> = std::iter::from_fn(|| Some(device.dialled()?.url)).collect();
    assert_eq!(dialled, ["ws://outer.example/api/v1/socket"]);
    let open = device.open();
    assert_eq!((open.sockets, open.storages, open.listeners), (1, 1, 1));
}

#[test]
fn without_a_server_named_it_is_the_pages_own_or_the_one_that_was_remembered() {
    static SERVER: GlobalSignal<Option<String>> = Signal::global(|| None);
    static IS_OPEN: GlobalSignal<bool> = Signal::global(|| false);
    fn app() -> Element {
        rsx! {
            if IS_OPEN() {
                DashboardRealtimeProvider { server: SERVER(), Trouble {} }
            }
        }
    }
    #[component]
    fn Trouble() -> Element {
        rsx! { {SYNC.read().trouble.clone()} }
    }
    let mut page = open(app);
    page.device.come_from(None);
    page.is_away = true;
    let open = |page: &mut Page, server: Option<&str>| {
        let server = server.map(str::to_owned);
        page.dom.in_scope(ScopeId::ROOT, || {
            *SERVER.write() = server;
            *IS_OPEN.write() = true;
        });
        while page.dom.wait_for_work().now_or_never().is_some() {
            page.dom.render_immediate(&mut NoOpMutations);
        }
        let dialled = page.device.dialled().map(|far_end| far_end.url);
        let html = page.html();
        page.with(|| *IS_OPEN.write() = false);
        (dialled, html)
    };
    let (dialled, html) = open(&mut page, None);
    assert_eq!(dialled, None, "there is no page, and none was named before");
    assert!(html.contains("no server is known yet"), "{html}");
    let (dialled, _) = open(&mut page, Some("https://board.example"));
    assert_eq!(dialled.as_deref(), Some("wss://board.example/api/v1/socket"));
    let (dialled, _) = open(&mut page, None);
    assert_eq!(dialled, None, "it has not answered: it may be mistyped");
    page.is_away = false;
    page.with(|| {
        *SERVER.write() = Some("https://board.example".to_owned());
        *IS_OPEN.write() = true;
    });
    page.settle();
    page.with(|| *IS_OPEN.write() = false);
    page.settle();
    page.is_away = true;
    let (dialled, _) = open(&mut page, None);
    assert_eq!(
        dialled.as_deref(),
        Some("wss://board.example/api/v1/socket"),
        "it is remembered"
    );
    page.device.come_from(Some("http://page.example:8080"));
    let (dialled, _) = open(&mut page, None);
    assert_eq!(
        dialled.as_deref(),
        Some("ws://page.example:8080/api/v1/socket"),
        "the page's own"
    );
    assert!(page.with(|| PENDING.peek().is_empty()));
}
