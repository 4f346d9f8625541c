//! The world of a scenario: a server, two people with a device each, and what happens between them. Whatever is sent or
//! stored is there at once, unless the scenario says otherwise; only time has to be let pass.

mod disk;
mod moves;

use std::collections::VecDeque;

use serde_json::{Value, json};
use tideboard::{
    protocol::{
        Access, BoardId, ClientFrame, ClientId, Code, Identity, OperationId, Principal, ServerFrame, SignedIn,
        WidgetId, decode, encode,
    },
    server::{
        authority::{Event, Reply, SessionId},
        log::Memory,
    },
    sync::{
        Birth, Command, CommandError, Conflict, Effect, Engine, Freshness, Input, Note, Notice, Pending, Release,
        RequestError, Resolution, SetAside,
        storage::{Durability, Namespace, StorageError},
    },
    time::Timestamp,
};

use self::disk::Disk;
use crate::server::Server;

/// Two people, by their devices.
pub const ANN: usize = 0;
pub const BO: usize = 1;
/// Who has set up the board, and left.
const CAPTAIN: usize = 2;
const PEOPLE: [&str; 3] = ["ann", "bo", "captain"];

/// Long enough for a device to redial, send and store all it has to, and too short for a deadline that matters.
const CALM_MS: u64 = 5_000;

pub struct World {
    now: u64,
    server: Server,
    /// The first of each person, in their order, and then any second ones.
    tabs: Vec<Tab>,
    /// One for each person.
    disks: [Disk; PEOPLE.len()],
    births: u64,
    /// Every frame since [`World::count_frames`], either way.
    frames: Vec<String>,
    /// Which tabs have let others do the sending, in turn.
    pub yields: Vec<usize>,
    /// How many requests with operations the server has had.
    pub posted: usize,
}

/// A tab, with the network of its own.
struct Tab {
    person: usize,
    /// Who is signed in there, by their session's cookie.
    signed_in: usize,
    engine: Engine,
    inputs: VecDeque<Input>,
    refusals: Vec<CommandError>,
    news: Vec<Notice>,
    /// The socket: its number on the server, and its number here.
    wire: Option<(SessionId, u64)>,
    reachable: bool,
    /// What the server sends does not come through.
    deaf: bool,
    /// What it sends itself does not.
    mute: bool,
    /// Only requests get through.
    without_sockets: bool,
    /// What its storage was asked for since it stood still.
    held: Option<Vec<Effect>>,
    /// The answers to its requests that are still on their way.
    slow_answers: Option<Vec<Input>>,
}

impl World {
    /// Everyone is online, and looks at a board with a setpoint `fuel` at 3, a counter `crew` at 0, a note `log` that says
    /// "calm", and a status `engine` that is ok.
    pub fn new() -> Self {
        Self::with_memory(Memory::default())
    }

    fn with_memory(memory: Memory) -> Self {
        let mut world = Self {
            now: 1_000_000,
            server: Server::new(memory),
            tabs: Vec::new(),
            disks: Default::default(),
            births: 0,
            frames: Vec::new(),
            yields: Vec::new(),
            posted: 0,
        };
        for person in 0..PEOPLE.len() {
            let engine = world.born(person, None);
            world.tabs.push(Tab::new(person, engine));
            world.open(person, true);
        }
        world.calm();
        let widgets = [
            ("board", "board", json!({"name": "Deck"})),
            ("fuel", "setpoint", json!({"value": 3})),
            ("crew", "counter", json!({"count": 0})),
            ("log", "note", json!({"text": "calm"})),
            ("engine", "status", json!({"state": "ok"})),
        ];
        for (widget, kind, fields) in widgets {
            let create = Command::Create {
                board: deck(),
                widget: widget.parse().expect("a name"),
                kind: kind.parse().expect("a name"),
                fields: serde_json::from_value(fields).expect("fields by their names"),
            };
            world.command(CAPTAIN, create);
        }
        world.calm();
        world.go_offline(CAPTAIN);
        assert_eq!(world.shows(BO, "fuel", "value"), json!(3));
        world
    }

    fn born(&mut self, person: usize, namespace: Option<Namespace>) -> Engine {
        self.births += 1;
        let note = self.disks.get(person).and_then(|disk| disk.remembered.as_ref());
        let stores_before = Note::stores_before(note);
        Engine::new(Birth {
            client: ClientId(self.births.into()),
            seed: self.births,
            token: None,
            device: None,
            mark: Some(person as u32),
            namespace,
            stores_before,
            durability: Durability::Durable,
        })
    }

    fn open(&mut self, tab: usize, leading: bool) {
        self.give(tab, Input::Leading(leading));
        self.command(tab, Command::Watch { board: deck() });
        self.command(tab, Command::Connect);
    }

    /// Opens another tab on somebody's device; the first one goes on sending for both.
    pub fn open_second_tab(&mut self, person: usize) -> usize {
        let namespace = self.namespace_for(person, person);
        let engine = self.born(person, namespace);
        self.tabs.push(Tab::new(person, engine));
        let tab = self.tabs.len() - 1;
        self.open(tab, false);
        self.calm();
        tab
    }

    // What people do.

    pub fn command(&mut self, tab: usize, command: Command) {
        self.give(tab, Input::Command(command));
    }

    pub fn set(&mut self, tab: usize, widget: &str, field: &str, value: impl Into<Value>) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        let value = value.into();
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

    pub fn create(&mut self, tab: usize, widget: &str, kind: &str) {
        let create = Command::Create {
            board: deck(),
            widget: named(widget),
            kind: kind.parse().expect("a name"),
            fields: Default::default(),
        };
        self.command(tab, create);
    }

    pub fn add(&mut self, tab: usize, widget: &str, field: &str, amount: i64) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        self.command(
            tab,
            Command::Add {
                board,
                widget,
                field,
                amount,
            },
        );
    }

    /// Sets a field within so many milliseconds, or never.
    pub fn press(&mut self, tab: usize, widget: &str, field: &str, value: impl Into<Value>, ttl_ms: u64) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        let value = value.into();
        self.command(
            tab,
            Command::SetNow {
                board,
                widget,
                field,
                value,
                ttl_ms,
            },
        );
    }

    /// What the clock on the wall says when somebody does something next, in Unix milliseconds.
    pub fn look_at_the_clock(&mut self, tab: usize, unix_ms: u64) {
        self.give(tab, Input::Wall(unix_ms));
    }

    pub fn undo(&mut self, tab: usize) {
        self.command(tab, Command::Undo);
    }

    /// The tab is closed, or killed, and another one opened on the same device.
    pub fn reopen(&mut self, tab: usize) {
        self.hang_up(tab);
        self.disks[self.tabs[tab].person].kill(tab);
        let namespace = self.namespace_for(self.tabs[tab].person, self.tabs[tab].signed_in);
        (self.tabs[tab].held, self.tabs[tab].inputs) = (None, VecDeque::new());
        self.tabs[tab].engine = self.born(self.tabs[tab].person, namespace);
        // Effects of its birth come with its first input.
        self.open(tab, true);
    }

    /// What a disk remembers, if it is for whoever is signed in.
    fn namespace_for(&self, disk: usize, signed_in: usize) -> Option<Namespace> {
        let principal = Some(identity(signed_in).principal);
        let signed_in = SignedIn {
            store: self.server.store,
            principal,
        };
        let note = self.disks[disk].remembered.clone();
        note.and_then(|note| note.namespace_for(None, Some(&signed_in)))
    }

    /// Somebody else signs in on a device; its page hears of it when it greets the server again.
    pub fn sign_in(&mut self, tab: usize, person: usize) {
        self.tabs[tab].signed_in = person;
        self.hang_up(tab);
    }

    // What happens to them.

    /// Lets so much time pass.
    pub fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let wakeups = self.tabs.iter().filter_map(|state| state.engine.next_wakeup());
            let wakeups = wakeups.chain(self.server.next_wakeup());
            let next = wakeups.map(|at| at.0.max(self.now + 1)).min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = next;
            if self.server.next_wakeup().is_some_and(|at| at.0 <= self.now) {
                self.server_turns(None);
                self.go_on();
            }
            for tab in 0..self.tabs.len() {
                let due = self.tabs[tab].engine.next_wakeup();
                if due.is_some_and(|at| at.0 <= self.now) {
                    self.give(tab, Input::TimerExpired);
                    let next = self.tabs[tab].engine.next_wakeup();
                    assert!(next.is_none_or(|at| at.0 > self.now), "a device would turn in a circle");
                }
            }
        }
        self.now = end;
    }

    /// Lets everything under way come to its end.
    pub fn calm(&mut self) {
        self.wait(CALM_MS);
    }

    pub fn go_offline(&mut self, tab: usize) {
        self.tabs[tab].reachable = false;
        self.hang_up(tab);
        self.go_on();
    }

    pub fn come_online(&mut self, tab: usize) {
        let state = &mut self.tabs[tab];
        (state.reachable, state.deaf, state.mute) = (true, false, false);
        self.give(tab, Input::Woke);
    }

    /// From now until it comes online again, what the device sends arrives, and what it is sent does not.
    pub fn go_deaf(&mut self, tab: usize) {
        self.tabs[tab].deaf = true;
    }

    /// From now until it comes online again, what the device sends is lost.
    pub fn go_mute(&mut self, tab: usize) {
        self.tabs[tab].mute = true;
    }

    /// From now on no socket can be had; requests can.
    pub fn block_sockets(&mut self, tab: usize) {
        self.tabs[tab].without_sockets = true;
        self.hang_up(tab);
        self.go_on();
    }

    /// From now on a socket can be had again, and will be.
    pub fn unblock_sockets(&mut self, tab: usize) {
        self.tabs[tab].without_sockets = false;
        self.give(tab, Input::Woke);
    }

    /// From now on the answers to its requests are on their way for long.
    pub fn hold_the_answers(&mut self, tab: usize) {
        self.tabs[tab].slow_answers = Some(Vec::new());
    }

    /// They arrive.
    pub fn release_the_answers(&mut self, tab: usize) {
        for answer in self.tabs[tab].slow_answers.take().into_iter().flatten() {
            self.give(tab, answer);
        }
    }

    /// Somebody puts the page away, and looks at it again.
    pub fn look_again(&mut self, tab: usize) {
        self.give(tab, Input::Visible(false));
        self.give(tab, Input::Visible(true));
    }

    /// From now on the storage answers this tab nothing.
    pub fn hold_the_storage(&mut self, tab: usize) {
        self.tabs[tab].held = Some(Vec::new());
    }

    /// It does what it was asked for meanwhile.
    pub fn release_the_storage(&mut self, tab: usize) {
        for effect in self.tabs[tab].held.take().into_iter().flatten() {
            self.perform(tab, effect);
        }
        self.go_on();
    }

    pub fn fill_the_servers_disk(&mut self) {
        self.server.is_full = true;
    }

    pub fn free_the_servers_disk(&mut self) {
        self.server.is_full = false;
    }

    pub fn back_up_the_server(&mut self) {
        self.server.back_up();
    }

    pub fn restore_the_servers_backup(&mut self) {
        self.server.restore_backup();
        self.cut_all();
    }

    // What can be seen.

    /// A field's value on somebody's screen; `Null` where there is none, or its widget is off the board.
    pub fn shows(&self, tab: usize, widget: &str, field: &str) -> Value {
        let shown = self.tabs[tab].engine.shown_widget(&deck(), &named(widget));
        let standing = shown.widget(&named(widget)).filter(|widget| widget.removed.is_none());
        let field = standing.and_then(|widget| widget.fields.get(&field.parse().expect("a name")));
        field.map_or(Value::Null, |field| field.value.clone())
    }

    /// The same on the server.
    pub fn server_has(&self, widget: &str, field: &str) -> Value {
        self.server
            .value(&deck(), &named(widget), &field.parse().expect("a name"))
    }

    /// The server has it, and everyone who is online shows it.
    #[track_caller]
    pub fn assert_everywhere(&self, widget: &str, field: &str, value: impl Into<Value>) {
        let value = value.into();
        assert_eq!(self.server_has(widget, field), value, "on the server");
        for (tab, state) in self.tabs.iter().enumerate().filter(|(_, state)| state.wire.is_some()) {
            let pending: Vec<&Pending> = state.engine.pending().collect();
            assert_eq!(self.shows(tab, widget, field), value, "at {}'s", PEOPLE[state.person]);
            assert!(
                pending.is_empty(),
                "{} still waits for {pending:?}",
                PEOPLE[state.person]
            );
        }
    }

    /// A field's value on the server, of another board.
    pub fn server_has_on(&self, board: &BoardId, widget: &str, field: &str) -> Value {
        self.server
            .value(board, &named(widget), &field.parse().expect("a name"))
    }

    /// Why a device says that it can't store.
    pub fn fault(&self, tab: usize) -> Option<StorageError> {
        self.tabs[tab].engine.status().fault
    }

    /// What a person exports.
    pub fn export(&self, tab: usize) -> String {
        self.tabs[tab].engine.export()
    }

    pub fn pending(&self, tab: usize) -> Vec<OperationId> {
        let pending = self.tabs[tab].engine.pending();
        pending.map(|pending| pending.operation.id).collect()
    }

    /// How often a tab was found not to show what the server has.
    pub fn differences(&self, tab: usize) -> u64 {
        self.tabs[tab].engine.status().counters.differences
    }

    pub fn conflicts(&self, tab: usize) -> Vec<Conflict> {
        self.tabs[tab].engine.conflicts().cloned().collect()
    }

    pub fn set_aside(&self, tab: usize) -> Vec<SetAside> {
        self.tabs[tab].engine.set_aside_list().cloned().collect()
    }

    /// Edits that a tab was told of, as set aside, since this was asked last.
    pub fn told(&mut self, tab: usize) -> Vec<OperationId> {
        let is_set_aside = |notice: &mut Notice| matches!(notice, Notice::SetAside { .. });
        let told = self.tabs[tab].news.extract_if(.., is_set_aside);
        told.filter_map(|notice| match notice {
            Notice::SetAside { id, .. } => Some(id),
            _ => None,
        })
        .collect()
    }

    /// Why commands were refused since this was asked last.
    pub fn refusals(&mut self, tab: usize) -> Vec<CommandError> {
        std::mem::take(&mut self.tabs[tab].refusals)
    }

    /// What else was told since this was asked last.
    pub fn news(&mut self, tab: usize) -> Vec<Notice> {
        std::mem::take(&mut self.tabs[tab].news)
    }
}

impl Tab {
    fn new(person: usize, engine: Engine) -> Self {
        Self {
            person,
            signed_in: person,
            engine,
            inputs: VecDeque::new(),
            refusals: Vec::new(),
            news: Vec::new(),
            wire: None,
            reachable: true,
            deaf: false,
            mute: false,
            without_sockets: false,
            held: None,
            slow_answers: None,
        }
    }
}

/// The board of every scenario.
pub fn deck() -> BoardId {
    "deck".parse().expect("a name")
}

pub fn named(widget: &str) -> WidgetId {
    widget.parse().expect("a name")
}

fn identity(person: usize) -> Identity {
    let principal: Principal = PEOPLE[person].parse().expect("a name");
    Identity {
        principal,
        access: Access::Edit,
    }
}
