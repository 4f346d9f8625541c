//! Each hook of docs/reference.md, as a part of an app uses it: what it gives is on the page, and what it does is done by clicks.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dioxus::prelude::*;
use serde_json::{Value, json};
use tideboard::{
    components::WidgetRealtime,
    config::DEBOUNCE_MS,
    hooks::{
        Freshness, Notice, use_background_sync, use_board, use_board_or_current, use_boards, use_current_board,
        use_current_board_provider, use_later, use_notices, use_now, use_optimism, use_people, use_realtime_managers,
        use_realtime_updates, use_samples, use_share, use_typed_text, use_websocket,
    },
    platform::NetworkEvent,
    protocol::{BoardId, WidgetId},
    testing::Page,
};

use crate::deck::{deck, hold, log, logged, on_deck};

fn fuel() -> WidgetId {
    WidgetId::named("fuel")
}

/// What a hook says that panics.
fn said_by<T>(hook: impl FnOnce() -> T) -> String {
    match catch_unwind(AssertUnwindSafe(|| drop(hook()))) {
        Ok(()) => "nothing".to_owned(),
        Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

#[test]
fn outside_a_provider_a_hook_says_that_it_needs_one_but_for_those_that_need_none() {
    fn lonely() -> Element {
        let names = use_signal(Vec::new);
        let board = use_signal(deck);
        let hooks: [(&str, String); 10] = [
            ("use_websocket", said_by(use_websocket)),
            (
                "use_realtime_updates",
                said_by(|| use_realtime_updates::<Value>(fuel())),
            ),
            ("use_background_sync", said_by(use_background_sync)),
            ("use_realtime_managers", said_by(use_realtime_managers)),
            ("use_board", said_by(|| use_board(board.into()))),
            ("use_boards", said_by(use_boards)),
            ("use_current_board", said_by(use_current_board)),
            ("use_samples", said_by(|| use_samples(names.into()))),
            ("use_notices", said_by(|| use_notices(|_| {}))),
            ("use_people", said_by(use_people)),
        ];
        for (hook, said) in hooks {
            let is_told =
                said.contains("needs a `DashboardRealtimeProvider` above") && said.contains("wrap the app in one");
            log(format!("{hook}: {}", if is_told { "told" } else { &said }));
        }
        rsx! { Alone {} }
    }
    /// A component of its own: what has panicked leaves the order of hooks as it was then.
    #[component]
    fn Alone() -> Element {
        let text = use_signal(String::new);
        let yes = use_signal(|| true);
        let board = use_signal(deck);
        let hooks = [
            ("use_now", said_by(use_now)),
            ("use_later", said_by(|| use_later(1, |()| {}))),
            ("use_typed_text", said_by(|| use_typed_text(text.into(), 1, |_, _| {}))),
            ("use_optimism", said_by(|| use_optimism(yes.into()))),
            ("use_share", said_by(use_share)),
            (
                "use_current_board_provider",
                said_by(|| use_current_board_provider(board.into())),
            ),
        ];
        for (hook, said) in hooks {
            log(format!("{hook}: {said}"));
        }
        rsx! {}
    }
    VirtualDom::new(lonely).rebuild_in_place();
    assert_eq!(
        logged(),
        [
            "use_websocket: told",
            "use_realtime_updates: told",
            "use_background_sync: told",
            "use_realtime_managers: told",
            "use_board: told",
            "use_boards: told",
            "use_current_board: told",
            "use_samples: told",
            "use_notices: told",
            "use_people: told",
            "use_now: nothing",
            "use_later: nothing",
            "use_typed_text: nothing",
            "use_optimism: nothing",
            "use_share: nothing",
            "use_current_board_provider: nothing",
        ]
    );
}

/// Ada and somebody else set the fuel without knowing of each other: 7 is hers, and 8 stands.
fn quarrel(page: &mut Page) {
    page.cut();
    page.edit(&deck(), "fuel", "value", 7);
    page.server.set(&deck(), "fuel", "value", 8);
    page.heal();
}

#[test]
fn the_socket_tells_how_things_are_and_how_the_connection_is_and_has_its_switch() {
    fn face() -> Element {
        let socket = use_websocket();
        _ = use_board(use_current_board());
        let (status, link) = (socket.status(), socket.link());
        rsx! {
            p { "{status.token()} / {link.token()} / {socket.is_connected()}" }
            button { onclick: move |_| socket.disconnect(), "Hang up" }
            button { onclick: move |_| socket.connect(), "Dial" }
        }
    }
    let mut page = on_deck(face);
    page.has(&["live / live / true"]);
    quarrel(&mut page);
    page.has(&["decide / live / true"]);
    page.click("Hang up");
    page.has(&["decide / offline / false"]);
    assert_eq!(page.device.open().sockets, 0);
    page.click("Dial");
    page.has(&["decide / live / true"]);
}

#[component]
fn Fuel() -> Element {
    let fuel = use_realtime_updates::<Value>(fuel());
    let by = fuel.field("value").map(|field| field.writer.principal.to_string());
    let by = by.unwrap_or_default();
    let freshness = match fuel.freshness() {
        Freshness::Live => "live",
        Freshness::Offline { .. } => "offline",
        _ => "on its way",
    };
    let is_removed = fuel.view().widget.is_none_or(|widget| widget.removed.is_some());
    rsx! {
        p { "number {fuel.number(\"value\").unwrap_or(-1.0)}, text {fuel.text(\"value\")}{fuel.text(\"nothing\")}, value {fuel.value(\"unit\").unwrap_or_default()}" }
        p { "by {by}, {freshness}, loading {fuel.is_loading()}, pending {fuel.is_pending(\"value\")}, {fuel.conflicts(\"value\").len()} versions more, removed {is_removed}" }
        button { onclick: move |_| fuel.edit("value", 5), "Edit" }
        button { onclick: move |_| fuel.edit_now("value", 6, 2_000), "Now or never" }
        button { onclick: move |_| fuel.remove(), "Take off" }
        button { onclick: move |_| fuel.restore(), "Bring back" }
        button { onclick: move |_| fuel.edit("no such field", 1), "Nothing" }
    }
}

#[component]
fn Crew() -> Element {
    let crew = use_realtime_updates::<Value>((use_current_board(), use_signal(|| WidgetId::named("crew"))));
    rsx! {
        p { "{crew.text(\"count\")} aboard" }
        button { onclick: move |_| crew.add("count", 2), "Two more" }
    }
}

#[test]
fn a_widget_tells_its_values_and_how_far_they_are_and_takes_every_kind_of_edit() {
    fn face() -> Element {
        rsx! {
            Fuel {}
            Crew {}
        }
    }
    let mut page = on_deck(face);
    page.has(&[
        "number 3, text 3, value &#34;l&#34;",
        "by server, live, loading false, pending false, 0 versions more, removed false",
        "0 aboard",
    ]);
    page.cut();
    page.click("Edit");
    page.pass(DEBOUNCE_MS);
    page.has(&["number 5", "offline, loading false, pending true"]);
    page.heal();
    page.has(&["by ada, live, loading false, pending false"]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(5));
    page.click("Now or never");
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(6));
    page.click("Two more");
    page.has(&["2 aboard"]);
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(2));
    page.click("Nothing");
    page.has(&["number 6"]);
    quarrel(&mut page);
    page.has(&["number 8", "1 versions more"]);
    page.click("Take off");
    page.has(&["removed true"]);
    assert_eq!(
        page.server
            .board(&deck())
            .present()
            .filter(|(id, _)| **id == fuel())
            .count(),
        0
    );
    page.click("Bring back");
    page.has(&["number 8", "removed false"]);
}

#[test]
fn a_widget_of_a_board_that_is_not_here_yet_loads() {
    fn face() -> Element {
        rsx! { Fuel {} }
    }
    let mut page = on_deck(face);
    page.is_away = true;
    page.reopen();
    page.has_not(&["loading true"]);
    static ELSEWHERE: GlobalSignal<BoardId> = Signal::global(|| BoardId::named("never-seen"));
    fn elsewhere() -> Element {
        let board = use_board_or_current(Some(ELSEWHERE()));
        rsx! { WidgetRealtime { widget_id: fuel(), board: board(), Fuel {} } Other {} }
    }
    #[component]
    fn Other() -> Element {
        let fuel = use_realtime_updates::<Value>(fuel());
        rsx! { "loading {fuel.is_loading()}" }
    }
    let mut page = on_deck(elsewhere);
    page.has(&["loading false"]);
    page.is_away = true;
    page.hang_up();
    page.with(|| *ELSEWHERE.write() = BoardId::named("never-seen-either"));
    page.has(&["loading true", "Loading…"]);
}

#[component]
fn Outbox() -> Element {
    let sync = use_background_sync();
    let queue = sync.queue();
    let aside = sync.set_aside();
    let first = queue.first().map(|pending| pending.id);
    let refused = aside.first().map(|aside| aside.operation.id);
    rsx! {
        p { "{queue.len()} of {sync.pending()} listed, {aside.len()} set aside, online {sync.is_online()}, chosen {sync.works_offline()}" }
        p { "fault {sync.fault().is_some()}, initialized {sync.details().initialized}, soon {sync.next_refresh().is_some()}, synced {sync.last_sync().is_some()}" }
        button { onclick: move |_| sync.work_offline(true), "Offline" }
        button { onclick: move |_| sync.work_offline(false), "Online" }
        button { onclick: move |_| sync.sync_now(), "Sync now" }
        button { onclick: move |_| if let Some(id) = first { sync.rollback(id) }, "Roll back" }
        button { onclick: move |_| if let Some(id) = refused { sync.retry(id, Some(json!(9))) }, "Retry" }
        button { onclick: move |_| if let Some(id) = refused { sync.discard(id) }, "Discard" }
    }
}

#[test]
fn the_outbox_tells_what_waits_and_has_the_buttons_for_it() {
    fn face() -> Element {
        _ = use_board(use_current_board());
        rsx! { Outbox {} }
    }
    let mut page = on_deck(face);
    page.has(&[
        "0 of 0 listed, 0 set aside, online true, chosen false",
        "fault false, initialized true, soon true, synced true",
    ]);
    page.click("Offline");
    page.edit(&deck(), "crew", "count", 4);
    page.has(&["1 of 1 listed", "chosen true", "soon false"]);
    page.click("Roll back");
    page.has(&[" of 0 listed"]);
    page.click("Online");
    page.has(&["0 of 0 listed", "chosen false"]);
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(0));
    page.edit(&deck(), "fuel", "value", "much");
    page.has(&["1 set aside"]);
    page.click("Retry");
    page.pass(DEBOUNCE_MS);
    page.has(&["0 set aside"]);
    assert_eq!(page.server.value(&deck(), "fuel", "value"), json!(9));
    page.edit(&deck(), "fuel", "value", "much");
    page.click("Discard");
    page.has(&["0 set aside"]);
    page.device.say(NetworkEvent::Offline);
    page.settle();
    page.has(&["online false"]);
    page.device.say(NetworkEvent::Online);
    page.cut();
    page.edit(&deck(), "crew", "count", 4);
    page.is_away = false;
    page.click("Sync now");
    assert_eq!(page.server.value(&deck(), "crew", "count"), json!(4));
}

#[test]
fn a_board_tells_its_widgets_in_their_order_and_takes_more_and_the_list_tells_the_boards() {
    fn face() -> Element {
        let board = use_board(use_current_board());
        let boards = use_boards();
        let summary = board.summary();
        let name = summary.name.unwrap_or_default();
        let ids: Vec<String> = summary
            .widgets
            .iter()
            .map(|entry| format!("{} a {}", entry.id, entry.kind))
            .collect();
        let names: Vec<String> = boards
            .read()
            .iter()
            .map(|(id, name)| format!("{id} is {name}"))
            .collect();
        rsx! {
            p { "{board.id()}, {name}: {ids.join(\", \")}; known {summary.is_known}, there {summary.exists}, as of {board.as_of_ms().unwrap_or(0)}" }
            p { "{names.join(\", \")}" }
            button {
                onclick: move |_| {
                    let fields = serde_json::from_value(json!({"count": 1, "order": 1})).expect("fields by their names");
                    board.create(WidgetId::named("bilge"), "counter".parse().expect("a name"), fields);
                },
                "Add"
            }
            button { onclick: move |_| board.remove(WidgetId::named("bilge")), "Take off" }
            button { onclick: move |_| board.restore(WidgetId::named("bilge")), "Bring back" }
        }
    }
    let mut page = on_deck(face);
    let four = "fuel a setpoint, water a setpoint, crew a counter, tasks a checklist; known true, there true";
    page.has(&[&format!("deck, Deck: {four}"), "deck is Deck, hold is Deck"]);
    page.pass(5_000);
    page.click("Add");
    page.has(&[&format!("deck, Deck: bilge a counter, {four}, as of 5000")]);
    assert_eq!(page.server.value(&deck(), "bilge", "count"), json!(1));
    page.click("Take off");
    page.has(&[&format!("deck, Deck: {four}")]);
    page.click("Bring back");
    page.has(&["bilge a counter"]);
}

#[test]
fn the_board_that_is_meant_is_that_of_the_place() {
    fn face() -> Element {
        rsx! {
            Here {}
            Elsewhere {}
        }
    }
    #[component]
    fn Here() -> Element {
        let board = use_current_board();
        rsx! { p { "here {board}" } }
    }
    #[component]
    fn Elsewhere() -> Element {
        use_current_board_provider(use_signal(hold).into());
        rsx! { Here {} }
    }
    on_deck(face).has(&["<p>here deck</p>", "<p>here hold</p>"]);
}

#[test]
fn news_are_told_with_what_they_are_of() {
    fn face() -> Element {
        _ = use_board(use_current_board());
        use_notices(|notice| {
            log(match notice {
                Notice::Initialized => "initialized".to_owned(),
                Notice::Decided { verdict, .. } => format!("applied {}", verdict.is_applied()),
                Notice::Resolved { resolution, .. } => format!("{resolution:?}"),
                Notice::Changed { board, widgets } => format!("{board} {widgets:?}"),
                Notice::Refused { error, widget } => format!("{error} {}", widget.is_some()),
                other => format!("{other:?}"),
            });
        });
        rsx! {}
    }
    let mut page = on_deck(face);
    assert_eq!(logged().first().map(String::as_str), Some("initialized"));
    page.edit(&deck(), "fuel", "value", 7);
    let told = logged();
    assert!(
        told.iter().any(|said| said == "applied true") && told.iter().any(|said| said == "deck [\"fuel\"]"),
        "{told:?}"
    );
    page.edit(&deck(), "nobody", "value", 7);
    let told = logged().concat();
    assert!(told.ends_with(" true") && told.contains("not on this board"), "{told}");
}

#[test]
fn the_clocks_go_once_a_second_and_what_is_to_be_done_later_is_done_once() {
    fn face() -> Element {
        let now = use_now();
        let later = use_later(1_500, |()| log("done"));
        let mut started = later;
        rsx! {
            p { "{now().map_or(0, |now| now.device.0)}" }
            button { onclick: move |_| later.start(), "Soon" }
            button { onclick: move |_| later.finish(), "At once" }
            button { onclick: move |_| _ = started.cancel(), "Never" }
        }
    }
    let mut page = on_deck(face);
    page.pass(3_000);
    page.has(&["<p>3000</p>"]);
    page.click("Soon");
    page.pass(1_000);
    page.click("Soon");
    page.pass(1_000);
    assert_eq!(logged(), Vec::<String>::new(), "it waits from the last time on");
    page.pass(1_000);
    assert_eq!(logged(), ["done"]);
    page.click("Soon");
    page.click("At once");
    page.click("At once");
    assert_eq!(logged(), ["done"]);
    page.click("Soon");
    page.click("Never");
    page.pass(5_000);
    assert_eq!(logged(), Vec::<String>::new());
}

#[test]
fn a_part_of_a_page_can_wait_for_the_server() {
    fn face() -> Element {
        rsx! {
            Patient {}
            Shown {}
        }
    }
    #[component]
    fn Patient() -> Element {
        use_optimism(use_signal(|| false).into());
        rsx! { Shown {} }
    }
    #[component]
    fn Shown() -> Element {
        let fuel = use_realtime_updates::<Value>(fuel());
        rsx! { p { "{fuel.text(\"value\")}, at once {fuel.is_optimistic()}" } }
    }
    let mut page = on_deck(face);
    page.cut();
    page.edit(&deck(), "fuel", "value", 7);
    page.has(&["3, at once false", "7, at once true"]);
    page.heal();
    page.has(&["7, at once false", "7, at once true"]);
}

#[test]
fn an_app_that_came_from_no_server_has_nothing_to_share() {
    fn face() -> Element {
        rsx! { "shares {use_share().is_some()}" }
    }
    on_deck(face).has(&["shares false"]);
}
