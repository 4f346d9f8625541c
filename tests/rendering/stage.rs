//! What the page knows, set by hand, and a component rendered from it. No loop runs: what is shown is a function of
//! the signals alone.

use std::sync::Arc;

use dioxus::prelude::*;
use serde_json::json;
use tideboard::{
    components::DashboardRealtimeProvider,
    protocol::{
        BoardId, ClientId, Contention, Cursor, Epoch, Field, FieldName, Intent, Operation, OperationId, Overwritten,
        People, Person, Revision, Value, Widget, WidgetId, Writer,
    },
    sorted::SortedMap,
    state::{
        BOARDS, CONFLICTS, CONNECTION, ConnectionStatus, NOW, Now, PENDING, PendingOperation, SAMPLES, SET_ASIDE, SYNC,
        Series, SyncDetails,
    },
    sync::{BoardView, Conflict, Freshness, Phase, SetAside, SetAsideReason, Shown, storage::Durability},
    time::Timestamp,
};

/// The device's clock in every scene.
pub const NOW_MS: u64 = 100_000;
/// 2026-01-01 14:02 UTC.
pub const UNIX_MS: u64 = 1_767_276_120_000;

/// What the page knows.
#[derive(Clone)]
pub struct Scene {
    pub connection: ConnectionStatus,
    pub sync: SyncDetails,
    pub pending: Vec<PendingOperation>,
    pub conflicts: Vec<Conflict>,
    pub set_aside: Vec<SetAside>,
    pub boards: SortedMap<BoardId, BoardView>,
    pub samples: SortedMap<String, Arc<Series>>,
}

impl Scene {
    /// All is well, and nothing is on the board `b`.
    pub fn live() -> Self {
        let sync = SyncDetails {
            initialized: true,
            link: ConnectionStatus::Live,
            online: true,
            leading: true,
            durability: Some(Durability::Durable),
            synced_at: Some(Timestamp(NOW_MS)),
            ..SyncDetails::default()
        };
        let scene = Self {
            connection: ConnectionStatus::Live,
            sync,
            pending: Vec::new(),
            conflicts: Vec::new(),
            set_aside: Vec::new(),
            boards: SortedMap::new(),
            samples: SortedMap::new(),
        };
        scene.board(Freshness::Live)
    }

    pub fn connection(mut self, connection: ConnectionStatus) -> Self {
        self.sync.link = connection.clone();
        self.connection = connection;
        self
    }

    /// The board `b` has been received, and is as fresh as this.
    pub fn board(mut self, freshness: Freshness) -> Self {
        let view = self.boards.entry(board()).or_insert_with(|| BoardView {
            shown: Shown::default(),
            freshness,
            cursor: Cursor {
                epoch: Epoch(1),
                revision: Revision(9),
            },
            is_known: true,
        });
        view.freshness = freshness;
        self
    }

    /// A widget `w` on it.
    pub fn widget(self, kind: &str, fields: &[(&str, Value)]) -> Self {
        self.widget_named("w", kind, fields)
    }

    pub fn widget_named(mut self, name: &str, kind: &str, fields: &[(&str, Value)]) -> Self {
        let view = self.boards.get_mut(&board()).expect("every scene has the board");
        view.shown
            .board
            .put(name.parse().expect("a name"), Arc::new(widget(kind, fields)));
        self
    }

    /// A field of `w` shows an edit that has come so far; the server has what was there before.
    pub fn edit(mut self, field: &str, value: Value, phase: Phase) -> Self {
        let operation = set(self.pending.len() as u64 + 1, field, value);
        let field: FieldName = field.parse().expect("a name");
        let shown = &mut self.boards.get_mut(&board()).expect("every scene has the board").shown;
        let before = shown.widget(&operation.widget).cloned();
        shown
            .confirmed
            .entry(operation.widget.clone())
            .or_insert_with(|| before);
        shown.board.lay_over(&operation, &writer("ada", None));
        let fields = shown.pending.entry(operation.widget.clone()).or_default();
        fields.insert(field, operation.id);
        self.sync.pending += usize::from(!matches!(phase, Phase::Decided(_)));
        let made_at_ms = Some(UNIX_MS - 60_000);
        self.pending.push(PendingOperation {
            id: operation.id,
            operation: Arc::new(operation),
            phase,
            made_at_ms,
        });
        self
    }

    /// A board is added, and saved: its own record, and its entry in the directory.
    pub fn add_board(mut self, name: &str) -> Self {
        for (board, widget) in [
            (name, WidgetId::birth().as_str()),
            (BoardId::directory().as_str(), name),
        ] {
            let mut operation = set(self.pending.len() as u64 + 1, "name", Value::Null);
            (operation.board, operation.widget) = (board.parse().expect("a name"), widget.parse().expect("a name"));
            let (kind, fields) = ("board".parse().expect("a name"), SortedMap::new());
            operation.intent = Intent::Create { kind, fields };
            self.sync.pending += 1;
            self.pending.push(PendingOperation {
                id: operation.id,
                operation: Arc::new(operation),
                phase: Phase::Saved,
                made_at_ms: Some(UNIX_MS - 60_000),
            });
        }
        self
    }

    /// Something is added to a field of `w`, and has come so far.
    pub fn add(mut self, field: &str, amount: i64, phase: Phase) -> Self {
        let mut operation = set(self.pending.len() as u64 + 1, field, Value::Null);
        let field = field.parse().expect("a name");
        operation.intent = Intent::Add { field, amount };
        self.sync.pending += 1;
        self.pending.push(PendingOperation {
            id: operation.id,
            operation: Arc::new(operation),
            phase,
            made_at_ms: Some(UNIX_MS - 60_000),
        });
        self
    }

    pub fn conflict(mut self, field: &str, mine: Value, theirs: Value, contention: Contention) -> Self {
        let operation = Operation {
            base_value: Some(json!(20)),
            ..set(100 + self.conflicts.len() as u64, field, mine)
        };
        let theirs = Overwritten {
            value: theirs,
            revision: Revision(5),
            writer: Some(writer("ben", Some("Ben’s phone"))),
        };
        self.conflicts.push(Conflict {
            operation,
            contention,
            theirs,
            made_at_ms: Some(UNIX_MS - 120_000),
            removed: None,
            is_undo: false,
            card: None,
            asked_at: None,
        });
        let (conflicts, set_aside) = (self.conflicts.len(), self.set_aside.len());
        self.connection = ConnectionStatus::Decide { conflicts, set_aside };
        self
    }

    pub fn aside(mut self, field: &str, value: Value, reason: SetAsideReason) -> Self {
        self.set_aside.push(SetAside {
            operation: set(200 + self.set_aside.len() as u64, field, value),
            reason,
            made_at_ms: Some(UNIX_MS - 180_000),
        });
        let (conflicts, set_aside) = (self.conflicts.len(), self.set_aside.len());
        self.connection = ConnectionStatus::Decide { conflicts, set_aside };
        self
    }

    /// Others are at the board: their devices, and the widgets under their hands; and so many more.
    pub fn people(mut self, people: &[(&str, Option<&str>)], more: u32) -> Self {
        let person = |(id, (device, widget)): (u64, &(&str, Option<&str>))| Person {
            id,
            who: writer("local", Some(device)),
            widget: widget.map(|widget| widget.parse().expect("a name")),
        };
        self.sync.people = Some(Arc::new(People {
            board: board(),
            people: (1..).zip(people).map(person).collect(),
            more,
        }));
        self
    }

    /// Somebody's device, or nobody that is known yet, has taken the first board off the list of boards.
    pub fn removed_board(mut self, device: Option<&str>) -> Self {
        let mut view = self.boards.get(&board()).expect("every scene has the board").clone();
        view.shown = Shown::default();
        let mut entry = widget("board", &[("name", json!("Bridge"))]);
        entry.removed = Some(Revision(3));
        entry.removed_by = Some(match device {
            Some(device) => writer("ben", Some(device)),
            None => Writer {
                at: Timestamp(0),
                ..writer("ben", None)
            },
        });
        let name = BoardId::first().as_str().parse().expect("a name");
        view.shown.board.put(name, Arc::new(entry));
        self.boards.insert(BoardId::directory(), view);
        self
    }

    /// The list of boards is here, and has this one alone.
    pub fn listed(mut self, name: &str) -> Self {
        let mut view = self.boards.get(&board()).expect("every scene has the board").clone();
        view.shown = Shown::default();
        let entry = widget("board", &[("name", json!(name))]);
        view.shown.board.put(name.parse().expect("a name"), Arc::new(entry));
        self.boards.insert(BoardId::directory(), view);
        self
    }

    /// A live series with a value a second up to `missed` seconds ago.
    pub fn series(mut self, name: &str, values: &[Value], missed: u64) -> Self {
        let first = UNIX_MS - 1_000 * values.len() as u64;
        let points = values
            .iter()
            .enumerate()
            .map(|(at, value)| (Timestamp(first + 1_000 * at as u64), value.clone()))
            .collect();
        let heard_at = Timestamp(NOW_MS - 1_000 * missed);
        self.samples.insert(
            name.to_owned(),
            Arc::new(Series {
                points,
                interval_ms: 1_000,
                heard_at,
                recalled_ms: 0,
            }),
        );
        self
    }

    fn set(self) {
        *CONNECTION.write() = self.connection;
        *SYNC.write() = self.sync;
        *PENDING.write() = self.pending;
        *CONFLICTS.write() = self.conflicts;
        *SET_ASIDE.write() = self.set_aside;
        *BOARDS.write() = self.boards;
        *SAMPLES.write() = self.samples;
        *NOW.write() = Some(Now {
            device: Timestamp(NOW_MS),
            unix_ms: UNIX_MS,
            server_ms: UNIX_MS,
            utc_offset_minutes: 0,
        });
    }
}

/// The page's first paint of a component, in a browser that knows nothing yet.
pub fn first_paint(face: fn() -> Element) -> String {
    paint(None, face)
}

/// The same of the app, which brings its own provider.
pub fn first_paint_of_app(app: fn() -> Element) -> String {
    render_with(StageProps {
        scene: None,
        face: app,
        has_provider: true,
    })
}

/// A component, rendered from a scene.
pub fn render(scene: Scene, face: fn() -> Element) -> String {
    paint(Some(scene), face)
}

/// The app, its home page showing the scene's board. The app brings its own provider.
pub fn on_home(mut scene: Scene, app: fn() -> Element) -> String {
    if let Some(view) = scene.boards.remove(&board()) {
        scene.boards.insert("this-machine".parse().expect("a name"), view);
    }
    for operation in &mut scene.pending {
        Arc::make_mut(&mut operation.operation).board = "this-machine".parse().expect("a name");
    }
    render_with(StageProps {
        scene: Some(scene),
        face: app,
        has_provider: true,
    })
}

#[derive(Clone)]
struct StageProps {
    scene: Option<Scene>,
    face: fn() -> Element,
    has_provider: bool,
}

fn paint(scene: Option<Scene>, face: fn() -> Element) -> String {
    render_with(StageProps {
        scene,
        face,
        has_provider: false,
    })
}

fn render_with(props: StageProps) -> String {
    let mut dom = VirtualDom::new_with_props(stage, props);
    // Nothing more is run than this: the loop of the sync would open this machine's own storage.
    dom.rebuild_in_place();
    dioxus::ssr::render(&dom)
}

#[expect(clippy::needless_pass_by_value, reason = "a root component takes its props so")]
fn stage(props: StageProps) -> Element {
    use_hook(|| {
        if let Some(scene) = props.scene.clone() {
            scene.set();
        }
    });
    if props.has_provider {
        return (props.face)();
    }
    rsx! {
        DashboardRealtimeProvider { Face { face: Fixed(props.face) } }
    }
}

/// A component of its own, so that what it reads is read below the provider.
#[component]
fn Face(face: Fixed) -> Element {
    (face.0)()
}

#[derive(Clone, Copy)]
struct Fixed(fn() -> Element);

/// Never compared with another: a stage shows one face.
impl PartialEq for Fixed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Asserts that each of `parts` stands in the page.
#[track_caller]
pub fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
}

/// Asserts that none of `parts` does.
#[track_caller]
pub fn has_not(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(!page.contains(part), "{part:?} stands in\n{page}");
    }
}

pub fn board() -> BoardId {
    "b".parse().expect("a name")
}

pub fn w() -> WidgetId {
    "w".parse().expect("a name")
}

pub fn id(sequence: u64) -> OperationId {
    OperationId {
        client: ClientId(7),
        sequence,
    }
}

fn widget(kind: &str, fields: &[(&str, Value)]) -> Widget {
    let field = |value: &Value| Field {
        value: value.clone(),
        revision: Revision(2),
        operation: id(1),
        writer: writer("ada", None),
    };
    let fields = fields
        .iter()
        .map(|(name, value)| (name.parse().expect("a name"), field(value)))
        .collect();
    Widget {
        kind: kind.parse().expect("a name"),
        created: Revision(1),
        changed: Revision(2),
        removed: None,
        removed_by: None,
        fields,
    }
}

fn writer(principal: &str, device: Option<&str>) -> Writer {
    Writer {
        principal: principal.parse().expect("a name"),
        device: device.map(str::to_owned),
        colour: device.map(|_| 2),
        at: Timestamp(UNIX_MS - 60_000),
    }
}

pub fn set(sequence: u64, field: &str, value: Value) -> Operation {
    Operation {
        id: id(sequence),
        board: board(),
        widget: w(),
        schema: 1,
        made_at: Cursor::ORIGIN,
        intent: Intent::Set {
            field: field.parse().expect("a name"),
            value,
        },
        base: None,
        base_value: None,
        deadline: None,
        resolves: None,
    }
}

/// Nothing was ever received.
pub fn unknown() -> Scene {
    let mut scene = Scene::live();
    scene.boards = SortedMap::new();
    scene
}

/// A board without widgets, whose own record is there.
pub fn bare() -> Scene {
    Scene::live().widget_named("board", "board", &[("name", json!("Bridge"))])
}
