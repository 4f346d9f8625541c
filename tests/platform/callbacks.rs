//! What the components call back, in a page without a screen, against the real server: each thing once, and as it was.

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use dioxus::{core::NoOpMutations, prelude::*};
use tideboard::{
    components::{
        ConflictResolutionUI, ConflictResolved, DashboardRealtimeProvider, DashboardSyncIndicator, OperationFailure,
        PendingOperationsBadge, RealtimeError, WidgetRealtime, WidgetUpdate,
    },
    hooks::{
        ConnectionStatus, Notice, RealtimeManagers, Resolution, SetAsideReason, use_notices, use_realtime_managers,
    },
    protocol::{BoardId, OperationId, Value, WidgetId},
    state::{BOARDS, CONFLICTS, CONNECTION, PENDING, SET_ASIDE},
    sync::{Conflict, Phase},
};

use crate::{
    folder::Folder,
    server::{BOARD, Server},
};

/// What was called back, and the operations that the server has answered.
#[derive(Default)]
struct Heard {
    initialized: usize,
    statuses: Vec<ConnectionStatus>,
    complete: Vec<OperationId>,
    failed: Vec<OperationFailure>,
    resolved: Vec<ConflictResolved>,
    updates: Vec<WidgetUpdate>,
    errors: Vec<RealtimeError>,
    decided: Vec<OperationId>,
    managers: Option<RealtimeManagers>,
}

type Shared = Rc<RefCell<Heard>>;

#[derive(Clone)]
struct Stage {
    server: String,
    folder: PathBuf,
    heard: Shared,
}

fn stage(stage: Stage) -> Element {
    let heard = use_context_provider(|| stage.heard.clone());
    rsx! {
        DashboardRealtimeProvider {
            server: stage.server.clone(),
            folder: stage.folder.clone().into_os_string(),
            on_initialized: move |()| heard.borrow_mut().initialized += 1,
            Dashboard {}
        }
    }
}

#[component]
fn Dashboard() -> Element {
    let heard = use_context::<Shared>();
    let managers = use_realtime_managers();
    heard.borrow_mut().managers = Some(managers);
    let answers = heard.clone();
    use_notices(move |notice| {
        if let Notice::Decided { id, .. } = notice {
            answers.borrow_mut().decided.push(id);
        }
    });
    let (status, complete, failed, resolved) = (heard.clone(), heard.clone(), heard.clone(), heard);
    rsx! {
        DashboardSyncIndicator { on_status_change: move |now| status.borrow_mut().statuses.push(now) }
        PendingOperationsBadge {
            on_operation_complete: move |id| complete.borrow_mut().complete.push(id),
            on_operation_fail: move |failure| failed.borrow_mut().failed.push(failure),
        }
        ConflictResolutionUI { on_conflict_resolved: move |decision| resolved.borrow_mut().resolved.push(decision) }
        for id in ["setpoint", "counter", "status"] {
            Card { key: "{id}", id }
        }
    }
}

#[component]
fn Card(id: &'static str) -> Element {
    let heard = use_context::<Shared>();
    let widget_id = use_signal(|| widget(id));
    let (updates, errors) = (heard.clone(), heard);
    rsx! {
        WidgetRealtime {
            widget_id,
            on_update: move |update| updates.borrow_mut().updates.push(update),
            on_error: move |error| errors.borrow_mut().errors.push(error),
            Inside { id }
        }
    }
}

/// How the inside of the status ends, in place of being rendered.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Error,
    Panic,
}

static ENDING: GlobalSignal<Option<Ending>> = Signal::global(|| None);

#[component]
fn Inside(id: &'static str) -> Element {
    match ENDING().filter(|_| id == "status") {
        Some(Ending::Error) => Err(std::io::Error::other("its heart stopped"))?,
        Some(Ending::Panic) => panic!("its heart broke"),
        None => rsx! { p { "inside of {id}" } },
    }
}

/// A page, rendered whenever it has something new.
struct Page {
    dom: VirtualDom,
    heard: Shared,
}

impl Page {
    /// Opens one, and waits until it is live and knows the board.
    async fn live(server: &Server, folder: &Folder) -> Self {
        let heard = Shared::default();
        let props = Stage {
            server: server.url(),
            folder: folder.path().to_owned(),
            heard: heard.clone(),
        };
        let mut dom = VirtualDom::new_with_props(stage, props);
        dom.rebuild_in_place();
        let mut page = Self { dom, heard };
        page.until(|heard| {
            heard.statuses.last() == Some(&ConnectionStatus::Live) && shown("setpoint", "value") == Some(21.into())
        })
        .await;
        page.heard.borrow_mut().statuses.clear();
        page
    }

    async fn until(&mut self, look: impl Fn(&Heard) -> bool) {
        while !self.dom.in_runtime(|| look(&self.heard.borrow())) {
            self.dom.wait_for_work().await;
            self.dom.render_immediate(&mut NoOpMutations);
        }
    }

    /// Does something as a handler does it.
    fn act(&self, action: impl FnOnce(RealtimeManagers)) {
        let managers = self.heard.borrow().managers.expect("the page is rendered");
        self.dom.in_runtime(|| action(managers));
    }

    /// Another edit is answered: what was to be told before has been told by then.
    async fn settle(&mut self) {
        let answered = self.heard.borrow().decided.len();
        self.act(|managers| set(managers, "cpu", "title", "Told"));
        self.until(|heard| heard.decided.len() > answered && PENDING.peek().is_empty())
            .await;
    }

    /// Lets this page and another device edit the setpoint without knowing of each other.
    async fn quarrel(&mut self, server: &Server) -> Conflict {
        self.act(|managers| managers.websocket.disconnect());
        self.until(|_| CONNECTION.peek().token() == "offline").await;
        self.act(|managers| set(managers, "setpoint", "value", 22));
        self.act(|managers| managers.updates.flush());
        self.until(|_| {
            PENDING
                .peek()
                .first()
                .is_some_and(|pending| pending.phase != Phase::Saving)
        })
        .await;
        change(server, "setpoint.value", "23").await;
        self.act(|managers| managers.websocket.connect());
        self.until(|_| !CONFLICTS.peek().is_empty() && PENDING.peek().is_empty())
            .await;
        self.dom.in_runtime(|| CONFLICTS.peek()[0].clone())
    }
}

/// Another device changes a field.
async fn change(server: &Server, target: &'static str, value: &'static str) {
    let other = server.client();
    let changed = tokio::task::spawn_blocking(move || other.set(target, value));
    assert_eq!(changed.await.expect("it ends").code, 0);
}

fn set(managers: RealtimeManagers, id: &str, field: &str, value: impl Into<Value>) {
    managers
        .state
        .edit(board(), widget(id), field.parse().expect("a name"), value);
}

fn board() -> BoardId {
    BOARD.parse().expect("a name")
}

fn widget(id: &str) -> WidgetId {
    id.parse().expect("a name")
}

fn shown(id: &str, field: &str) -> Option<Value> {
    let boards = BOARDS.peek();
    let shown = &boards.get(&board())?.shown.board;
    Some(shown.field(&widget(id), &field.parse().expect("a name"))?.value.clone())
}

#[tokio::test]
async fn that_the_storage_was_read_is_told_once() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    page.settle().await;
    assert_eq!(page.heard.borrow().initialized, 1);
}

#[tokio::test]
async fn each_new_status_is_told_once() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    page.act(|managers| managers.websocket.disconnect());
    page.until(|heard| !heard.statuses.is_empty()).await;
    page.act(|managers| managers.websocket.connect());
    page.until(|heard| heard.statuses.last() == Some(&ConnectionStatus::Live))
        .await;
    let heard = page.heard.borrow();
    assert!(
        matches!(heard.statuses[0], ConnectionStatus::Offline { chosen: true, .. }),
        "{:?}",
        heard.statuses
    );
    assert!(
        heard.statuses.windows(2).all(|pair| pair[0] != pair[1]),
        "{:?}",
        heard.statuses
    );
}

#[tokio::test]
async fn an_applied_edit_is_complete_once() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    page.act(|managers| set(managers, "setpoint", "value", 22));
    page.until(|heard| !heard.decided.is_empty()).await;
    page.settle().await;
    let heard = page.heard.borrow();
    assert_eq!(heard.complete, heard.decided);
    assert_eq!(heard.failed, []);
}

#[tokio::test]
async fn a_refused_edit_fails_once_at_the_badge_and_at_its_widget() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    page.act(|managers| set(managers, "status", "state", "fine"));
    page.until(|heard| !heard.errors.is_empty()).await;
    let refused = page.dom.in_runtime(|| SET_ASIDE.peek()[0].clone());
    page.settle().await;
    let heard = page.heard.borrow();
    let (id, reason) = (refused.operation.id, refused.reason);
    assert!(matches!(reason, SetAsideReason::Rejected(_)), "{reason:?}");
    assert_eq!(
        heard.failed,
        [OperationFailure {
            id,
            reason: reason.clone()
        }]
    );
    assert_eq!(heard.errors, [RealtimeError::NotAccepted { id, reason }]);
    assert!(!heard.complete.contains(&id));
}

#[tokio::test]
async fn a_change_is_told_once_and_to_its_widget_alone() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    // A card's first sight of its widget is no change: this edit shows that it has had it.
    page.act(|managers| set(managers, "counter", "title", "Cups"));
    page.until(|heard| !heard.updates.is_empty() && !heard.decided.is_empty() && PENDING.peek().is_empty())
        .await;
    change(&server, "counter.count", "9").await;
    let field = "count".parse().expect("a name");
    let is_nine = |update: &WidgetUpdate| {
        let count = update.widget.fields.get(&field);
        count.is_some_and(|count| count.value == 9)
    };
    page.until(|heard| heard.updates.iter().any(is_nine)).await;
    page.settle().await;
    let heard = page.heard.borrow();
    assert_eq!(
        heard.updates.iter().filter(|update| is_nine(update)).count(),
        1,
        "{:?}",
        heard.updates
    );
    let is_counters = |update: &WidgetUpdate| update.board == board() && update.widget_id == widget("counter");
    assert!(heard.updates.iter().all(is_counters), "{:?}", heard.updates);
}

#[tokio::test]
async fn a_conflict_is_an_error_of_its_widget_once_and_its_resolution_is_told_once() {
    let (server, folder) = (Server::start(), Folder::new());
    let mut page = Page::live(&server, &folder).await;
    let conflict = page.quarrel(&server).await;
    page.until(|heard| !heard.errors.is_empty()).await;
    page.act(|managers| managers.state.resolve(conflict.id(), Resolution::KeepMine));
    page.until(|heard| !heard.resolved.is_empty() && CONFLICTS.peek().is_empty() && PENDING.peek().is_empty())
        .await;
    page.settle().await;
    let heard = page.heard.borrow();
    let id = conflict.id();
    assert_eq!(heard.errors, [RealtimeError::Conflict { id }]);
    let resolution = Resolution::KeepMine;
    assert_eq!(heard.resolved, [ConflictResolved { id, resolution }]);
    assert_eq!(server.client().field("setpoint.value")["value"], 22);
}

#[tokio::test]
async fn a_widget_that_cannot_be_rendered_is_a_card_that_says_so_and_its_neighbours_live_on() {
    for (ending, said) in [
        (Ending::Error, "its heart stopped"),
        (Ending::Panic, "Encountered panic"),
    ] {
        let (server, folder) = (Server::start(), Folder::new());
        let mut page = Page::live(&server, &folder).await;
        page.dom.in_runtime(|| *ENDING.write() = Some(ending));
        page.until(|heard| !heard.errors.is_empty()).await;
        page.settle().await;
        let html = dioxus::ssr::render(&page.dom);
        for part in [
            "its values are safe",
            said,
            ">Try again<",
            "inside of setpoint",
            "inside of counter",
        ] {
            assert!(
                html.to_lowercase().contains(&part.to_lowercase()),
                "no {part:?} in\n{html}"
            );
        }
        assert!(!html.contains("inside of status"), "{html}");
        let heard = page.heard.borrow();
        let [RealtimeError::Failed { message }] = &heard.errors[..] else {
            panic!("{:?}", heard.errors);
        };
        assert!(message.contains(said), "{message}");
    }
}
