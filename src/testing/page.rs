//! A page of an app, on a device in memory.

use std::rc::Rc;

use dioxus::{core::NoOpMutations, prelude::*};
use futures_util::FutureExt;

use super::{
    press,
    server::{Carries, Link, STORE, Server},
};
use crate::{
    components::DashboardRealtimeProvider,
    config::DEBOUNCE_MS,
    hooks::{RealtimeManagers, managers_at, use_platform_provider},
    platform::{Clock, MemoryDevice},
    protocol::{BoardId, ClientFrame, FieldName, Principal, SignedIn, Value, WidgetId},
};

/// An app in front of a person: its `VirtualDom`, the device it runs on, and its way to a [`Server`].
///
/// Nothing is waited for. When a call returns, all that can come of it has come, on this page and on the server; another page
/// hears of it when it is asked to [`settle`](Page::settle). Time stands still but for [`pass`](Page::pass).
///
/// ```
/// use dioxus::prelude::*;
/// use serde_json::{Value, json};
/// use tideboard::{
///     board::Catalog,
///     components::DashboardRealtimeProvider,
///     hooks::use_realtime_updates,
///     protocol::{BoardId, WidgetId},
///     server::FirstBoard,
///     testing::{Page, Server},
/// };
///
/// fn app() -> Element {
///     rsx! { DashboardRealtimeProvider { board: BoardId::named("bar"), Coffees {} } }
/// }
///
/// #[component]
/// fn Coffees() -> Element {
///     let coffees = use_realtime_updates::<Value>(WidgetId::named("coffees"));
///     rsx! {
///         p { "{coffees.text(\"count\")} coffees" }
///         button { onclick: move |_| coffees.add("count", 1), "Drink one" }
///     }
/// }
///
/// let bar = FirstBoard::new(BoardId::named("bar"), "Bar").with("coffees", "counter", json!({"count": 0}));
/// let server = Server::new(Catalog::default(), &[bar]);
/// let mut ada = Page::open(&server, "ada", app);
/// let mut ben = Page::open(&server, "ben", app);
/// ada.cut();
/// ada.click("Drink one");
/// ben.click("Drink one");
/// ada.has(&["1 coffees"]);
/// ada.heal();
/// ada.has(&["2 coffees"]);
/// ben.settle();
/// ben.has(&["2 coffees"]);
/// ```
pub struct Page {
    /// What is rendered.
    pub dom: VirtualDom,
    /// What it runs on. It has come from `http://board.example`.
    pub device: MemoryDevice,
    /// What it speaks with.
    pub server: Server,
    /// No dial gets through. What is open stays open: see [`cut`](Page::cut).
    pub is_away: bool,
    /// What it sends waits, though the connection seems whole. What the server says arrives.
    pub is_deaf: bool,
    /// What the server heard from it, oldest first, since this was cleared.
    pub heard: Vec<ClientFrame>,
    person: Principal,
    link: Link,
    props: Props,
}

#[derive(Clone)]
struct Props {
    device: MemoryDevice,
    app: fn() -> Element,
    /// The board of the provider that is put around the app; `None` for an app that brings one.
    board: Option<BoardId>,
}

fn root(props: Props) -> Element {
    use_platform_provider(|| Rc::new(props.device.clone()));
    match props.board {
        None => (props.app)(),
        Some(board) => rsx! {
            DashboardRealtimeProvider { board, Inside { app: Fixed(props.app) } }
        },
    }
}

/// A component of its own, so that what it reads is read below the provider.
#[component]
fn Inside(app: Fixed) -> Element {
    (app.0)()
}

#[derive(Clone, Copy)]
struct Fixed(fn() -> Element);

/// Never compared with another: a page has one app.
impl PartialEq for Fixed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Page {
    /// A page of an app that brings its own provider, of a `person` by the name that the server knows them by.
    #[must_use]
    pub fn open(server: &Server, person: &'static str, app: fn() -> Element) -> Self {
        Self::on(MemoryDevice::default(), server, Principal::named(person), app, None)
    }

    /// The same of a part of an app: a provider whose board is `board` is put around it.
    #[must_use]
    pub fn within(server: &Server, person: &'static str, board: BoardId, part: fn() -> Element) -> Self {
        Self::on(
            MemoryDevice::default(),
            server,
            Principal::named(person),
            part,
            Some(board),
        )
    }

    /// Another tab of the same app in front of the same person, on the same device: the two share what is stored there, and one of
    /// them sends for both. What one has done the other hears of when it is asked to [`settle`](Page::settle).
    #[must_use]
    pub fn beside(&self) -> Self {
        let Props { device, app, board } = self.props.clone();
        Self::on(device, &self.server, self.person.clone(), app, board)
    }

    pub(super) fn on(
        device: MemoryDevice,
        server: &Server,
        person: Principal,
        app: fn() -> Element,
        board: Option<BoardId>,
    ) -> Self {
        device.come_from(Some(ORIGIN));
        // As a browser knows it: who opens the page without a network starts from what is theirs.
        let signed_in = SignedIn {
            store: STORE,
            principal: Some(person.clone()),
        };
        device.have_cookies(format!("{}={signed_in}", SignedIn::COOKIE));
        let props = Props {
            device: device.clone(),
            app,
            board,
        };
        let mut page = Self {
            dom: VirtualDom::new_with_props(root, props.clone()),
            device,
            server: server.clone(),
            is_away: false,
            is_deaf: false,
            heard: Vec::new(),
            person,
            link: server.new_link(),
            props,
        };
        page.dom.rebuild_in_place();
        page.settle();
        page
    }

    /// The page is killed, as a tab is, and opened again on the same device: what was stored there is there again.
    pub fn reopen(&mut self) {
        self.dom = VirtualDom::new_with_props(root, self.props.clone());
        // What the killed one has said last is on its way all the same.
        self.settle();
        self.dom.rebuild_in_place();
        self.settle();
    }

    /// Until nothing is under way any more but what waits for time.
    ///
    /// # Panics
    /// When it finds no end: a part of the app changes something each time that it is rendered.
    #[track_caller]
    pub fn settle(&mut self) {
        for round in 0.. {
            assert!(
                round < 1_000,
                "it does not settle: does a part of the app edit something whenever it is rendered?"
            );
            while self.dom.wait_for_work().now_or_never().is_some() {
                self.dom.render_immediate(&mut NoOpMutations);
            }
            let carries = Carries {
                dials: !self.is_away,
                frames: !self.is_deaf,
            };
            match self.server.go_on(self.link, &self.person, carries, &self.device) {
                Some(heard) => self.heard.extend(heard),
                None => break,
            }
        }
    }

    /// Lets so many milliseconds pass on this device, and whatever waits for them happen at its time.
    #[track_caller]
    pub fn pass(&mut self, ms: u64) {
        let end = self.device.now().plus(ms);
        while let Some(next) = self.device.next_timer().filter(|next| *next <= end) {
            self.device.pass(next.since(self.device.now()));
            self.settle();
        }
        self.device.pass(end.since(self.device.now()));
        self.settle();
    }

    /// It loses its network: every connection breaks, and no dial gets through.
    #[track_caller]
    pub fn cut(&mut self) {
        self.is_away = true;
        self.hang_up();
    }

    /// Every connection breaks; it may dial again.
    #[track_caller]
    pub fn hang_up(&mut self) {
        self.server.hang_up(self.link);
        self.settle();
    }

    /// Its network is whole again, and it is tried at once.
    #[track_caller]
    pub fn heal(&mut self) {
        (self.is_away, self.is_deaf) = (false, false);
        self.act(|managers| managers.background.sync_now());
    }

    /// Does something as a handler of the app does it, and lets come of it what does.
    ///
    /// # Panics
    /// When there is no provider on the page.
    #[track_caller]
    pub fn act<T>(&mut self, action: impl FnOnce(RealtimeManagers) -> T) -> T {
        let managers = managers_at(&self.dom).expect("no `DashboardRealtimeProvider` is on the page");
        let done = self.dom.in_runtime(|| action(managers));
        self.settle();
        done
    }

    /// An edit of a field, as its widget's component makes it. It is sent a tenth of a second later, which passes.
    #[track_caller]
    pub fn edit(&mut self, board: &BoardId, widget: &'static str, field: &str, value: impl Into<Value>) {
        let field: FieldName = field.parse().expect("a field's name");
        let (board, widget) = (board.clone(), WidgetId::named(widget));
        self.act(|managers| managers.state.edit(board, widget, field, value));
        self.pass(DEBOUNCE_MS);
    }

    /// Clicks the first element that is called so, by its `aria-label` or by the text in it, and that listens for clicks.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn click(&mut self, name: &str) {
        let Some(element) = press::find(&self.dom, name, &["click"]) else {
            panic!("nothing to click is called {name:?} in\n{}", self.html())
        };
        press::click(&self.dom, element);
        self.settle();
    }

    /// Puts a value into the first input, select or text that is called so: by its `aria-label`, or by its `label`. What it edits is
    /// sent a tenth of a second later, which passes.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn fill(&mut self, name: &str, value: &str) {
        let Some(element) = press::find(&self.dom, name, &["input", "change"]) else {
            panic!("nothing to fill in is called {name:?} in\n{}", self.html())
        };
        press::fill(&self.dom, element, value);
        self.pass(DEBOUNCE_MS);
    }

    /// Reads or writes what the page knows, such as the signals in [`state`](crate::state).
    #[track_caller]
    pub fn with<T>(&mut self, look: impl FnOnce() -> T) -> T {
        let seen = self.dom.in_scope(ScopeId::ROOT, look);
        self.settle();
        seen
    }

    /// What is rendered, as HTML.
    #[must_use]
    pub fn html(&self) -> String {
        dioxus::ssr::render(&self.dom)
    }

    /// Asserts that each of `parts` stands on the page.
    #[track_caller]
    pub fn has(&self, parts: &[&str]) {
        let html = self.html();
        for part in parts {
            assert!(html.contains(part), "no {part:?} in\n{html}");
        }
    }

    /// Asserts that none of `parts` does.
    #[track_caller]
    pub fn has_not(&self, parts: &[&str]) {
        let html = self.html();
        for part in parts {
            assert!(!html.contains(part), "{part:?} stands in\n{html}");
        }
    }
}

/// Where every page of a test has come from: an app need not be told where the server is.
const ORIGIN: &str = "http://board.example";
