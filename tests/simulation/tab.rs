//! Devices and their tabs: who sits there, what they store, how their clocks run, and what their people do.

mod choices;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::json;
use tideboard::{
    protocol::{Access, BoardId, ClientId, Cursor, FieldName, Identity, Intent, OperationId, Value, WidgetId},
    server::log::Log,
    sorted::{SortedMap, SortedSet},
    sync::{
        Birth, Command, Conflict, Engine, Input, Note, Phase, Resolution,
        storage::{Durability, Namespace, Transaction},
    },
    time::Timestamp,
};

use crate::{
    disk::DeviceDisk,
    plan::Act,
    world::{Happening, World},
};

/// How many people there are; each device is used by some of them in turn.
pub const PEOPLE: usize = 2;

pub struct Device {
    pub disk: DeviceDisk,
    number: usize,
    pub signed_in: usize,
    /// When somebody had the browser forget what it keeps.
    pub cleared_at: u64,
}

impl Device {
    pub fn new(number: usize, seed: u64) -> Self {
        Self {
            disk: DeviceDisk::new(seed ^ number as u64),
            number,
            signed_in: 0,
            cleared_at: 0,
        }
    }

    /// Who is signed in: also their token.
    pub fn person(&self) -> String {
        format!("p{}", (self.number + self.signed_in) % PEOPLE)
    }
}

/// Something a tab's storage is asked to do.
#[derive(Clone, Debug)]
pub enum Job {
    Load {
        namespace: Namespace,
        widgets: bool,
    },
    Commit {
        namespace: Namespace,
        transaction: Transaction,
    },
}

#[derive(Default)]
pub struct Tab {
    pub device: usize,
    pub life: u64,
    /// Who signed in here last: what is made here is made under their name.
    pub person: String,
    pub engine: Option<Engine>,
    pub leading: bool,
    pub wire: Option<u64>,
    pub jobs: VecDeque<Job>,
    pub timer_at: Option<u64>,
    /// When its storage did something for it last.
    pub stored_at: u64,
    /// It is told what was seen here.
    pub is_counted: bool,
    /// Nobody can see it.
    pub hidden: bool,
    pub frozen: bool,
    pub frozen_at: u64,
    pub held: Vec<Input>,
    /// Time that passed while its clock stood.
    pub lag: u64,
    offset: u64,
    created: u64,
    /// The conflicts that this life of it has decided by policy.
    pub decided: SortedSet<OperationId>,
    /// What its person has chosen last, and may undo.
    chosen: Option<(Conflict, Resolution)>,
    /// The conflict that waits again since its decision was undone, until all is stored that was under way then.
    pub asked_again: Option<OperationId>,
    pub last_look: String,
    /// It is a page of the next data model.
    pub is_newer: bool,
    /// The cursors at which its boards were compared with the server's.
    pub checked: BTreeMap<BoardId, Cursor>,
    /// What was shown of saved edits when it was killed; checked when it has been opened again.
    pub was_shown: BTreeMap<(BoardId, WidgetId, FieldName), (OperationId, Value)>,
}

impl Tab {
    pub fn new(device: usize) -> Self {
        Self {
            device,
            ..Self::default()
        }
    }

    pub fn open(device: &Device, client: u128, seed: u64, now: u64, offset: u64, is_counted: bool) -> Self {
        let note = device.disk.remembered.clone();
        let stores_before = Note::stores_before(note.as_ref());
        let birth = Birth {
            client: ClientId(client),
            seed,
            token: Some(device.person()),
            device: None,
            mark: is_counted.then_some(device.number as u32),
            namespace: note.and_then(|note| note.namespace_for(Some(&device.person()), None)),
            stores_before,
            durability: Durability::Durable,
        };
        Self {
            engine: Some(Engine::new(birth)),
            person: device.person(),
            is_counted,
            lag: now,
            offset,
            ..Self::default()
        }
    }

    /// Its own clock: counts from its own origin, and not while it stands still.
    pub fn local(&self, now: u64) -> Timestamp {
        Timestamp(self.offset + now - self.lag)
    }

    pub fn true_time(&self, local: Timestamp) -> u64 {
        (local.0 + self.lag).saturating_sub(self.offset)
    }

    /// Nothing pending, everything settled, and as far as the server.
    pub fn is_at_rest(&self, logs: &BTreeMap<BoardId, Log>) -> bool {
        let Some(engine) = &self.engine else { return true };
        let level = |board: &BoardId| {
            let server = logs.get(board).map_or(Cursor::ORIGIN, Log::cursor);
            engine.confirmed(board).is_none_or(|(_, cursor)| cursor == server)
        };
        self.jobs.is_empty()
            && engine.status().initialized
            && engine.status().fault.is_none()
            && engine.status().pending == 0
            && engine.pending().next().is_none()
            && engine.boards().all(level)
    }

    pub fn describe(&self, logs: &BTreeMap<BoardId, Log>) -> String {
        let Some(engine) = &self.engine else {
            return "closed".to_owned();
        };
        let status = engine.status();
        let pending: Vec<String> = engine
            .pending()
            .map(|pending| {
                format!(
                    "{:?} {:?} {:?}",
                    pending.operation.id,
                    engine.phase(pending),
                    pending.operation
                )
            })
            .take(4)
            .collect();
        let level = |board: &BoardId| {
            let server = logs.get(board).map(|log| log.cursor().revision.0);
            engine.board(board).map(|view| {
                format!(
                    "{board}: {:?} at {} of {server:?}",
                    view.freshness, view.cursor.revision
                )
            })
        };
        let level: Vec<String> = engine.boards().filter_map(level).collect();
        let connection: String = format!("{:?}", status.connection).chars().take(40).collect();
        format!(
            "device {} {connection}, wakes in {:?}, leading {} {}, jobs {}, {} pending {pending:?}, {level:?}",
            self.device,
            engine.next_wakeup().map(|at| at.0 as i64 - engine.turned_at().0 as i64),
            status.leading,
            self.leading,
            self.jobs.len(),
            status.pending
        )
    }

    /// Whether this conflict is open here.
    pub fn waits_for_a_choice(&self, id: OperationId) -> bool {
        let engine = self.engine.as_ref();
        engine.is_some_and(|engine| engine.conflicts().any(|conflict| conflict.id() == id))
    }

    /// What one operation looks like from here.
    pub fn look(&self, watched: &str) -> String {
        let Some(engine) = &self.engine else {
            return String::new();
        };
        let Some(pending) = engine
            .pending()
            .find(|pending| format!("{:?}", pending.operation.id) == watched)
        else {
            return "-".to_owned();
        };
        let at = engine
            .board(&pending.operation.board)
            .map(|view| (view.cursor, view.freshness));
        let made_at = pending.operation.made_at;
        format!("{:?}", (at, made_at, pending))
    }

    /// Notes what is shown of edits that are said to be saved.
    pub fn remember_shown(&mut self, boards: &[BoardId]) {
        self.was_shown.clear();
        let Some(engine) = &self.engine else { return };
        let saved: BTreeSet<OperationId> = engine
            .pending()
            .filter(|pending| pending.number.is_some())
            .map(|pending| pending.operation.id)
            .collect();
        let unsaved: BTreeSet<(BoardId, WidgetId)> = engine
            .pending()
            .filter(|pending| pending.number.is_none())
            .map(|pending| (pending.operation.board.clone(), pending.operation.widget.clone()))
            .collect();
        for board in boards {
            let Some(shown) = engine.shown(board) else { continue };
            for (widget, fields) in &shown.pending {
                for (field, id) in fields {
                    // What was typed since and is no operation yet is not said to be saved.
                    let standing = shown.board.field(widget, field).map(|field| &field.value);
                    let is_set = engine.pending().any(|pending| {
                        // A new start has no clock to tell by whether a deadline has passed, and shows nothing that has one.
                        pending.operation.id == *id
                            && pending.operation.deadline.is_none()
                            && matches!(&pending.operation.intent, Intent::Set { value, .. } if Some(value) == standing)
                    });
                    if saved.contains(id) && is_set && !unsaved.contains(&(board.clone(), widget.clone())) {
                        let value = shown
                            .board
                            .field(widget, field)
                            .map(|field| field.value.clone())
                            .unwrap_or_default();
                        self.was_shown
                            .insert((board.clone(), widget.clone(), field.clone()), (*id, value));
                    }
                }
            }
        }
    }
}

pub fn identity(person: &str) -> Identity {
    Identity {
        principal: person.parse().expect("a name"),
        access: Access::Edit,
    }
}

fn name(text: &str) -> FieldName {
    text.parse().expect("a name")
}

const FIELDS: [&str; 4] = ["last", "first", "note", "ask"];

impl World {
    /// Does a step.
    pub fn act(&mut self, act: Act) {
        let count = self.tabs.len();
        match act {
            Act::Set {
                tab,
                board,
                widget,
                field,
                word,
            } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, false) else {
                    return;
                };
                let field = name(FIELDS[field % FIELDS.len()]);
                let value = self.word(tab, &board, &widget, &field, word);
                self.command(
                    tab,
                    Command::Set {
                        board,
                        widget,
                        field,
                        value,
                    },
                );
            }
            Act::Type {
                tab,
                board,
                widget,
                field,
                word,
                ms,
            } => {
                let tab = tab % count;
                if let Some((board, widget)) = self.widget(tab, board, widget, false) {
                    self.types(tab, (board, widget, name(FIELDS[field % FIELDS.len()])), word, ms);
                }
            }
            Act::Drag {
                tab,
                board,
                widget,
                len,
            } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, false) else {
                    return;
                };
                for value in 0..len {
                    let set = Command::Set {
                        board: board.clone(),
                        widget: widget.clone(),
                        field: name("dial"),
                        value: value.into(),
                    };
                    let (life, when) = (self.tabs[tab].life, self.now + value * 16);
                    self.at(
                        when,
                        Happening::ToTab {
                            tab,
                            life,
                            input: Input::Command(set),
                        },
                    );
                }
            }
            Act::Press {
                tab,
                board,
                widget,
                ttl_ms,
            } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, false) else {
                    return;
                };
                self.ledger.press_ms = Some(ttl_ms);
                let value = json!(format!("on {}", self.now));
                self.command(
                    tab,
                    Command::SetNow {
                        board,
                        widget,
                        field: name("switch"),
                        value,
                        ttl_ms,
                    },
                );
                self.ledger.press_ms = None;
            }
            Act::Add {
                tab,
                board,
                widget,
                amount,
            } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, false) else {
                    return;
                };
                self.command(
                    tab,
                    Command::Add {
                        board,
                        widget,
                        field: name("count"),
                        amount,
                    },
                );
            }
            Act::Create { tab, board, kind } => self.create(tab % count, board, kind),
            Act::Remove { tab, board, widget } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, false) else {
                    return;
                };
                self.command(tab, Command::Remove { board, widget });
            }
            Act::Restore { tab, board, widget } => {
                let tab = tab % count;
                let Some((board, widget)) = self.widget(tab, board, widget, true) else {
                    return;
                };
                self.command(tab, Command::Restore { board, widget });
            }
            Act::Resolve { tab, how } => self.resolve(tab % count, how),
            Act::Retry { tab } => self.with_aside(tab % count, |id| Command::Retry { id, value: None }),
            Act::Discard { tab } => self.with_aside(tab % count, |id| Command::Discard { id }),
            Act::Withdraw { tab } => {
                let tab = tab % count;
                let engine = self.tabs[tab].engine.as_ref();
                let newest = engine.and_then(|engine| {
                    engine
                        .pending()
                        .rev()
                        .find(|pending| engine.phase(pending) != Phase::Withdrawing)
                        .map(|pending| pending.operation.id)
                });
                if let Some(id) = newest {
                    self.command(tab, Command::Withdraw { id });
                }
            }
            Act::Undo { tab } => self.press(tab % count, Command::Undo),
            Act::Redo { tab, undos, redos } => {
                (0..undos).for_each(|_| self.press(tab % count, Command::Undo));
                (0..redos).for_each(|_| self.press(tab % count, Command::Redo));
            }
            weather => self.disaster(weather),
        }
    }

    /// Presses the keys of undo or redo.
    fn press(&mut self, tab: usize, key: Command) {
        let Tab { device, person, .. } = &self.tabs[tab];
        self.ledger.presses((*device, person), key == Command::Redo);
        self.command(tab, key);
    }

    fn board(&self, board: usize) -> BoardId {
        format!("b{}", board % self.plan.shape.boards).parse().expect("a name")
    }

    /// A widget as this tab shows it.
    fn widget(&self, tab: usize, board: usize, widget: usize, removed: bool) -> Option<(BoardId, WidgetId)> {
        let board = self.board(board);
        let shown = self.tabs[tab].engine.as_ref()?.shown(&board)?;
        let is_candidate = |(id, widget): &(&WidgetId, &std::sync::Arc<tideboard::protocol::Widget>)| {
            **id != WidgetId::birth() && widget.removed.is_some() == removed
        };
        let candidates = || shown.board.widgets().filter(is_candidate);
        let (id, _) = candidates().nth(widget % candidates().count().max(1))?;
        let id = id.clone();
        Some((board, id))
    }

    fn create(&mut self, tab: usize, board: usize, kind: usize) {
        let board = self.board(board);
        let Some(shown) = self.tabs[tab].engine.as_ref().and_then(|engine| engine.shown(&board)) else {
            return;
        };
        if shown.widget(&WidgetId::birth()).is_none() {
            let birth = Command::Create {
                board: board.clone(),
                widget: WidgetId::birth(),
                kind: "board".parse().expect("a name"),
                fields: SortedMap::new(),
            };
            self.command(tab, birth);
        }
        self.tabs[tab].created += 1;
        // Now and then two people choose one name.
        let widget = if kind == 0 {
            "w-shared".to_owned()
        } else {
            format!("w{tab}-{}-{}", self.tabs[tab].life, self.tabs[tab].created)
        };
        let fields = SortedMap::from([
            (name("last"), json!("new")),
            (name("count"), json!(0)),
            (name("note"), json!("a")),
            (name("dial"), json!(0)),
        ]);
        self.command(
            tab,
            Command::Create {
                board,
                widget: widget.parse().expect("a name"),
                kind: "all".parse().expect("a name"),
                fields,
            },
        );
    }
}
