//! A page of an app, on a device in memory.

use std::{cell::RefCell, rc::Rc};

use dioxus::{
    core::{NoOpMutations, ReactiveContext},
    prelude::*,
};
use futures_util::FutureExt;
use serde_json::Value;
use tideboard::{
    components::DashboardRealtimeProvider,
    hooks::{RealtimeManagers, use_platform_provider, use_realtime_managers},
    platform::{Clock, MemoryDevice},
    protocol::WidgetId,
    state::BOARDS,
};

use crate::server::{Server, deck};

/// An app, and the device it runs on.
pub struct Page {
    pub dom: VirtualDom,
    pub device: MemoryDevice,
    pub server: Server,
    managers: Rc<RefCell<Option<RealtimeManagers>>>,
}

#[derive(Clone)]
struct Props {
    device: MemoryDevice,
    face: fn() -> Element,
    managers: Rc<RefCell<Option<RealtimeManagers>>>,
}

/// The app: it may bring its own provider, or have one around it.
#[expect(clippy::needless_pass_by_value, reason = "a root component takes its props so")]
fn bare(props: Props) -> Element {
    use_platform_provider(|| Rc::new(props.device.clone()));
    (props.face)()
}

#[expect(clippy::needless_pass_by_value, reason = "a root component takes its props so")]
fn provided(props: Props) -> Element {
    use_platform_provider(|| Rc::new(props.device.clone()));
    use_context_provider(|| props.managers.clone());
    rsx! {
        DashboardRealtimeProvider { server: "http://board.example", board: deck(),
            Grip {}
            Inside { face: Fixed(props.face) }
        }
    }
}

#[component]
fn Inside(face: Fixed) -> Element {
    (face.0)()
}

/// The handle by which a test acts as the app would.
#[component]
fn Grip() -> Element {
    let managers = use_realtime_managers();
    use_context::<Rc<RefCell<Option<RealtimeManagers>>>>().replace(Some(managers));
    rsx! {}
}

#[derive(Clone, Copy)]
struct Fixed(fn() -> Element);

/// Never compared with another: a page has one face.
impl PartialEq for Fixed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Page {
    /// A page that is live: `face` stands in a provider whose board is the deck.
    pub fn live(face: fn() -> Element) -> Self {
        Self::open(provided, face)
    }

    /// An app that brings everything itself.
    pub fn of(app: fn() -> Element) -> Self {
        Self::open(bare, app)
    }

    fn open(root: fn(Props) -> Element, face: fn() -> Element) -> Self {
        let (device, managers) = (MemoryDevice::default(), Rc::default());
        let props = Props {
            device: device.clone(),
            face,
            managers: Rc::clone(&managers),
        };
        let mut dom = VirtualDom::new_with_props(root, props);
        dom.rebuild_in_place();
        let mut page = Self {
            dom,
            device,
            server: Server::new(),
            managers,
        };
        page.settle();
        page
    }

    /// Until nothing is under way any more but what waits for time.
    pub fn settle(&mut self) {
        for round in 0.. {
            assert!(round < 1_000, "it does not settle");
            while self.dom.wait_for_work().now_or_never().is_some() {
                self.dom.render_immediate(&mut NoOpMutations);
            }
            if !self.server.go_on(&self.device, self.device.now()) {
                break;
            }
        }
    }

    /// Lets so much time pass.
    pub fn pass(&mut self, ms: u64) {
        let end = self.device.now().plus(ms);
        while let Some(next) = self.device.next_timer().filter(|next| *next <= end) {
            self.device.pass(next.since(self.device.now()));
            self.settle();
        }
        self.device.pass(end.since(self.device.now()));
        self.settle();
    }

    /// Does something as a handler of the app does it, and lets come of it what does.
    pub fn act(&mut self, action: impl FnOnce(RealtimeManagers)) {
        let managers = self.managers.borrow().expect("the page has a provider");
        self.dom.in_runtime(|| action(managers));
        self.settle();
    }

    /// An edit as a person makes it: sent a tenth of a second later.
    pub fn edit(&mut self, widget: &'static str, field: &'static str, value: impl Into<Value>) {
        self.act(|managers| {
            managers
                .state
                .edit(deck(), WidgetId::named(widget), field.parse().expect("a name"), value)
        });
        self.pass(100);
    }

    /// Reads or writes what the page knows.
    pub fn with<T>(&mut self, look: impl FnOnce() -> T) -> T {
        let seen = self.dom.in_scope(ScopeId::ROOT, look);
        self.settle();
        seen
    }

    /// How often what the page knows of boards was published, from now on.
    pub fn count_publications(&self) -> Rc<dyn Fn() -> usize> {
        let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = count.clone();
        self.dom.in_runtime(|| {
            let watcher = ReactiveContext::new_with_callback(
                move || _ = counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
                ScopeId::ROOT,
                std::panic::Location::caller(),
            );
            watcher.run_in(|| _ = BOARDS.read());
        });
        Rc::new(move || count.load(std::sync::atomic::Ordering::Relaxed))
    }

    pub fn html(&self) -> String {
        dioxus::ssr::render(&self.dom)
    }

    #[track_caller]
    pub fn has(&self, parts: &[&str]) {
        let html = self.html();
        for part in parts {
            assert!(html.contains(part), "no {part:?} in\n{html}");
        }
    }

    #[track_caller]
    pub fn has_not(&self, parts: &[&str]) {
        let html = self.html();
        for part in parts {
            assert!(!html.contains(part), "{part:?} stands in\n{html}");
        }
    }
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes that something happened in the page of this test.
pub fn log(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

/// What was noted since this was asked last.
pub fn logged() -> Vec<String> {
    LOG.take()
}
