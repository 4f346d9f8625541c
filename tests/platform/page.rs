//! The hooks and the signals, in a page without a screen, against the real server.

use std::{cell::RefCell, rc::Rc};

use dioxus::{core::NoOpMutations, prelude::*};
use tideboard::{
    hooks::{
        Notice, Phase, RealtimeManagers, SyncLoopOptions, use_board, use_current_board_provider, use_notices,
        use_realtime_managers, use_realtime_updates, use_samples, use_sync_loop, use_websocket,
    },
    protocol::{BoardId, Value, WidgetId},
    state::{CONNECTION, PENDING, SYNC},
};

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    folder::Folder,
    server::{BOARD, Server},
    socket::{accept, listen},
};

/// What the page under test shows, and how often each part was rendered.
#[derive(Default)]
struct Seen {
    word: &'static str,
    pending: usize,
    widgets: usize,
    setpoint: String,
    setpoint_renders: u32,
    counter: String,
    counter_renders: u32,
    cpu_values: usize,
    decided: u32,
    refused: Vec<String>,
    managers: Option<RealtimeManagers>,
}

#[derive(Clone)]
struct Stage {
    options: SyncLoopOptions,
    seen: Rc<RefCell<Seen>>,
}

/// Whether the provider is part of the page.
static MOUNTED: GlobalSignal<bool> = Signal::global(|| true);

fn page(stage: Stage) -> Element {
    use_context_provider(|| stage.seen.clone());
    rsx! {
        if MOUNTED() {
            Provider { options: stage.options.clone() }
        }
    }
}

#[component]
fn Provider(options: SyncLoopOptions) -> Element {
    use_sync_loop(options)?;
    use_current_board_provider(use_signal(|| BOARD.parse().expect("a name")).into());
    rsx! { Status {} Board {} }
}

#[component]
fn Status() -> Element {
    let seen = use_context::<Rc<RefCell<Seen>>>();
    let managers = use_realtime_managers();
    let news = seen.clone();
    use_notices(move |notice| match notice {
        Notice::Decided { .. } => news.borrow_mut().decided += 1,
        Notice::Refused { error, .. } => news.borrow_mut().refused.push(error.to_string()),
        _ => {}
    });
    let mut seen = seen.borrow_mut();
    (seen.word, seen.pending, seen.managers) = (CONNECTION.read().token(), PENDING.read().len(), Some(managers));
    rsx! {}
}

#[component]
fn Board() -> Element {
    let seen = use_context::<Rc<RefCell<Seen>>>();
    let board = use_signal(|| BOARD.parse::<BoardId>().expect("a name"));
    let summary = use_board(board.into()).summary();
    let names = use_signal(|| vec!["host.cpu".to_owned()]);
    let cpu = use_samples(names.into());
    let mut seen = seen.borrow_mut();
    seen.widgets = summary.widgets.len();
    seen.cpu_values = cpu.read().0.first().map_or(0, |(_, series)| series.points.len());
    rsx! { Setpoint { board } Counter { board } }
}

#[component]
fn Setpoint(board: ReadSignal<BoardId>) -> Element {
    let seen = use_context::<Rc<RefCell<Seen>>>();
    let id = use_signal(|| "setpoint".parse::<WidgetId>().expect("a name"));
    let widget = use_realtime_updates::<Value>((board, id));
    let mut seen = seen.borrow_mut();
    seen.setpoint = widget.text("value");
    seen.setpoint_renders += 1;
    rsx! {}
}

#[component]
fn Counter(board: ReadSignal<BoardId>) -> Element {
    let seen = use_context::<Rc<RefCell<Seen>>>();
    let id = use_signal(|| "counter".parse::<WidgetId>().expect("a name"));
    let widget = use_realtime_updates::<Value>((board, id));
    let mut seen = seen.borrow_mut();
    seen.counter = widget.text("count");
    seen.counter_renders += 1;
    rsx! {}
}

/// A page, rendered whenever it has something new.
struct Page {
    dom: VirtualDom,
    seen: Rc<RefCell<Seen>>,
}

impl Page {
    fn open(server: &str, folder: &Folder) -> Self {
        let seen = Rc::new(RefCell::new(Seen::default()));
        let options = SyncLoopOptions {
            server: Some(server.to_owned()),
            folder: Some(folder.path().to_owned()),
            ..SyncLoopOptions::default()
        };
        let stage = Stage {
            options,
            seen: seen.clone(),
        };
        let mut dom = VirtualDom::new_with_props(page, stage);
        dom.rebuild_in_place();
        Self { dom, seen }
    }

    /// Renders until the page is as it should be.
    async fn until(&mut self, look: impl Fn(&Seen) -> bool) {
        while !look(&self.seen.borrow()) {
            self.dom.wait_for_work().await;
            self.dom.render_immediate(&mut NoOpMutations);
        }
    }

    fn managers(&self) -> RealtimeManagers {
        self.seen.borrow().managers.expect("the page is rendered")
    }

    /// Renders until every pending operation is on disk.
    async fn saved(&mut self) {
        let is_saved = || PENDING.peek().iter().all(|pending| pending.phase != Phase::Saving);
        while !self.dom.in_runtime(is_saved) {
            self.dom.wait_for_work().await;
            self.dom.render_immediate(&mut NoOpMutations);
        }
    }

    /// Does something as a handler does it.
    fn act(&self, action: impl FnOnce(RealtimeManagers)) {
        self.dom.in_runtime(|| action(self.managers()));
    }
}

/// Gives a field a value.
fn set(managers: RealtimeManagers, widget: &str, field: &str, value: impl Into<Value>) {
    let board = BOARD.parse().expect("a name");
    managers.state.edit(
        board,
        widget.parse().expect("a name"),
        field.parse().expect("a name"),
        value,
    );
}

#[tokio::test]
async fn the_first_paint_is_a_constant_and_the_board_follows() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    assert_eq!((page.seen.borrow().word, page.seen.borrow().widgets), ("starting", 0));
    page.until(|seen| seen.word == "live" && seen.setpoint == "21" && seen.widgets > 10)
        .await;
    page.until(|seen| seen.cpu_values > 0).await;
}

#[tokio::test]
async fn an_edit_shows_at_once_is_decided_and_renders_its_own_widget_alone() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.word == "live" && seen.setpoint == "21").await;
    let (own, other) = (page.seen.borrow().setpoint_renders, page.seen.borrow().counter_renders);
    page.act(|managers| set(managers, "setpoint", "value", 22));
    page.until(|seen| seen.setpoint == "22").await;
    page.until(|seen| seen.decided == 1 && seen.pending == 0).await;
    let seen = page.seen.borrow();
    assert_eq!(seen.counter_renders, other, "another widget was rendered for it");
    assert!(
        seen.setpoint_renders > own && seen.setpoint_renders < own + 10,
        "{} times",
        seen.setpoint_renders - own
    );
    assert_eq!(server.client().field("setpoint.value")["value"], 22);
}

#[tokio::test]
async fn a_change_by_another_arrives_by_itself() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.word == "live").await;
    let other = server.client();
    let changed = tokio::task::spawn_blocking(move || other.set("counter.count", "9"));
    page.until(|seen| seen.counter == "9").await;
    assert_eq!(changed.await.expect("it ends").code, 0);
}

#[tokio::test]
async fn a_page_closed_offline_opens_with_its_edit_and_sends_it_once() {
    let (mut server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.word == "live" && seen.setpoint == "21").await;
    server.kill();
    page.until(|seen| seen.word == "waiting").await;
    page.act(|managers| set(managers, "setpoint", "value", 24));
    page.act(|managers| managers.updates.flush());
    page.until(|seen| seen.setpoint == "24" && seen.pending == 1).await;
    page.saved().await;
    drop(page); // with its loop, its socket and its listeners
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.setpoint == "24" && seen.pending == 1).await;
    server.restart();
    page.until(|seen| seen.word == "live" && seen.pending == 0).await;
    assert_eq!(server.client().field("setpoint.value")["value"], 24);
}

#[tokio::test]
async fn what_cannot_be_done_is_told_and_changes_nothing() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.word == "live").await;
    page.act(|managers| set(managers, "fuel", "value", 22));
    page.until(|seen| !seen.refused.is_empty()).await;
    assert!(page.seen.borrow().refused[0].contains("not on this board"));
    page.act(|managers| set(managers, "status", "state", "fine"));
    page.until(|seen| seen.word == "decide").await;
}

#[tokio::test]
async fn working_offline_is_a_choice_that_is_kept_until_it_is_taken_back() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::open(&server.url(), &folder);
    page.until(|seen| seen.word == "live").await;
    page.act(|managers| managers.websocket.disconnect());
    page.until(|seen| seen.word == "offline").await;
    page.act(|managers| managers.websocket.connect());
    page.until(|seen| seen.word == "live").await;
}

#[tokio::test]
async fn an_address_that_is_none_is_told_and_nothing_hangs() {
    let folder = Folder::new();
    let mut page = Page::open("board", &folder);
    page.until(|seen| seen.word == "closed").await;
    let told = page.dom.in_runtime(|| SYNC.peek().trouble.clone());
    assert!(told.is_some_and(|told| told.contains("not a server's address")));
}

#[tokio::test]
async fn when_the_provider_goes_its_socket_closes_and_its_signals_are_as_before() {
    let (listener, address) = listen().await;
    let folder = Folder::new();
    let mut page = Page::open(&format!("http://{address}"), &folder);
    let mut server = tokio::select! {
        server = accept(&listener) => server,
        () = page.until(|_| false) => unreachable!("it waits for ever"),
    };
    page.until(|seen| seen.word == "connecting").await;
    page.dom.in_runtime(|| *MOUNTED.write() = false);
    page.dom.render_immediate(&mut NoOpMutations);
    assert_eq!(page.dom.in_runtime(|| CONNECTION.peek().token()), "starting");
    let mut frames = Vec::new();
    while let Some(Ok(frame)) = server.next().await {
        frames.push(frame);
    }
    assert!(matches!(frames.last(), Some(Message::Close(_)) | None), "{frames:?}");
}

#[test]
fn outside_a_provider_a_hook_says_what_is_missing() {
    fn lonely(said: Rc<RefCell<String>>) -> Element {
        let panicked = std::panic::catch_unwind(|| use_websocket().is_connected()).expect_err("there is no provider");
        *said.borrow_mut() = panicked.downcast_ref::<String>().expect("a message").clone();
        rsx! {}
    }
    let said = Rc::new(RefCell::new(String::new()));
    VirtualDom::new_with_props(lonely, said.clone()).rebuild_in_place();
    assert!(
        said.borrow().contains("needs a `DashboardRealtimeProvider`"),
        "{}",
        said.borrow()
    );
}
