//! The world of a scenario: a server, two people with a device each, and what happens between them. Whatever is sent or
//! stored is there at once, unless the scenario says otherwise; only time has to be let pass.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};
use tideboard::{
    protocol::{
        Access, BoardId, ClientFrame, ClientId, Code, Identity, Principal, ServerFrame, SignedIn, WidgetId, decode,
        encode,
    },
    server::authority::{Event, Reply, SessionId},
    sync::{
        Birth, Command, CommandError, Conflict, Effect, Engine, Input, Note, Notice, Pending, RequestError, SetAside,
        storage::{Durability, Namespace, Outcome, Records, StorageError, apply, is_cold},
    },
    time::Timestamp,
};

use crate::server::{STORE, Server};

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
    devices: Vec<Device>,
    births: u64,
}

/// A device with one tab.
struct Device {
    engine: Engine,
    /// Who is signed in on it, by their session's cookie.
    person: usize,
    disk: BTreeMap<String, Records>,
    is_full: bool,
    remembered: Option<Note>,
    inputs: VecDeque<Input>,
    refusals: Vec<CommandError>,
    /// The socket: its number on the server, and its number here.
    wire: Option<(SessionId, u64)>,
    reachable: bool,
    /// What the server sends does not come through.
    deaf: bool,
    /// What it sends itself does not.
    mute: bool,
}

impl World {
    /// Everyone is online, and looks at a board with a setpoint `fuel` at 3, a counter `crew` at 0, a note `log` that says
    /// "calm", and a status `engine` that is ok.
    pub fn new() -> Self {
        let mut world = Self {
            now: 1_000_000,
            server: Server::new(),
            devices: Vec::new(),
            births: 0,
        };
        for person in 0..PEOPLE.len() {
            let engine = world.born(None);
            world.devices.push(Device::new(engine, person));
            world.open(person);
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

    fn born(&mut self, namespace: Option<Namespace>) -> Engine {
        self.births += 1;
        Engine::new(Birth {
            client: ClientId(self.births.into()),
            seed: self.births,
            token: None,
            device: None,
            namespace,
            durability: Durability::Durable,
        })
    }

    fn open(&mut self, person: usize) {
        self.give(person, Input::Leading(true));
        self.command(person, Command::Watch { board: deck() });
        self.command(person, Command::Connect);
    }

    // What people do.

    pub fn command(&mut self, person: usize, command: Command) {
        self.give(person, Input::Command(command));
    }

    pub fn set(&mut self, person: usize, widget: &str, field: &str, value: impl Into<Value>) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        let value = value.into();
        self.command(
            person,
            Command::Set {
                board,
                widget,
                field,
                value,
            },
        );
    }

    pub fn add(&mut self, person: usize, widget: &str, field: &str, amount: i64) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        self.command(
            person,
            Command::Add {
                board,
                widget,
                field,
                amount,
            },
        );
    }

    /// Sets a field within so many milliseconds, or never.
    pub fn press(&mut self, person: usize, widget: &str, field: &str, value: impl Into<Value>, ttl_ms: u64) {
        let (board, widget, field) = (deck(), named(widget), field.parse().expect("a name"));
        let value = value.into();
        self.command(
            person,
            Command::SetNow {
                board,
                widget,
                field,
                value,
                ttl_ms,
            },
        );
    }

    pub fn undo(&mut self, person: usize) {
        self.command(person, Command::Undo);
    }

    /// The tab is closed, or killed, and another one opened on the same device.
    pub fn reopen(&mut self, person: usize) {
        self.hang_up(person);
        let note = self.devices[person].remembered.clone();
        let signed_in = SignedIn {
            store: STORE,
            principal: Some(identity(self.devices[person].person).principal),
        };
        let namespace = note.and_then(|note| note.namespace_for(None, Some(&signed_in)));
        self.devices[person].inputs.clear();
        self.devices[person].engine = self.born(namespace);
        // Effects of its birth come with its first input.
        self.open(person);
    }

    /// Somebody else signs in on somebody's device; its page hears of it when it greets the server again.
    pub fn sign_in(&mut self, device: usize, person: usize) {
        self.devices[device].person = person;
        self.hang_up(device);
    }

    // What happens to them.

    /// A device's disk takes nothing any more, or does again.
    pub fn fill_disk(&mut self, person: usize, is_full: bool) {
        self.devices[person].is_full = is_full;
    }

    /// Lets so much time pass.
    pub fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        loop {
            let wakeups = self.devices.iter().filter_map(|device| device.engine.next_wakeup());
            let next = wakeups.map(|at| at.0.max(self.now + 1)).min();
            let Some(next) = next.filter(|next| *next <= end) else {
                break;
            };
            self.now = next;
            for person in 0..self.devices.len() {
                let due = self.devices[person].engine.next_wakeup();
                if due.is_some_and(|at| at.0 <= self.now) {
                    self.give(person, Input::TimerExpired);
                }
            }
        }
        self.now = end;
    }

    /// Lets everything under way come to its end.
    pub fn calm(&mut self) {
        self.wait(CALM_MS);
    }

    pub fn go_offline(&mut self, person: usize) {
        self.devices[person].reachable = false;
        self.hang_up(person);
    }

    pub fn come_online(&mut self, person: usize) {
        let device = &mut self.devices[person];
        (device.reachable, device.deaf, device.mute) = (true, false, false);
        self.give(person, Input::Woke);
    }

    /// From now until it comes online again, what the device sends arrives, and what it is sent does not.
    pub fn go_deaf(&mut self, person: usize) {
        self.devices[person].deaf = true;
    }

    /// From now until it comes online again, what the device sends is lost.
    pub fn go_mute(&mut self, person: usize) {
        self.devices[person].mute = true;
    }

    pub fn back_up_the_server(&mut self) {
        self.server.back_up();
    }

    pub fn restore_the_servers_backup(&mut self) {
        self.server.restore_backup();
        for person in 0..self.devices.len() {
            self.hang_up(person);
        }
    }

    // What can be seen.

    /// A field's value on somebody's screen; `Null` where there is none, or its widget is off the board.
    pub fn shows(&self, person: usize, widget: &str, field: &str) -> Value {
        let shown = self.devices[person].engine.shown_widget(&deck(), &named(widget));
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
        for (person, device) in self
            .devices
            .iter()
            .enumerate()
            .filter(|(_, device)| device.wire.is_some())
        {
            let pending: Vec<&Pending> = device.engine.pending().collect();
            assert_eq!(self.shows(person, widget, field), value, "at {}'s", PEOPLE[person]);
            assert!(pending.is_empty(), "{} still waits for {pending:?}", PEOPLE[person]);
        }
    }

    pub fn conflicts(&self, person: usize) -> Vec<Conflict> {
        self.devices[person].engine.conflicts().cloned().collect()
    }

    pub fn set_aside(&self, person: usize) -> Vec<SetAside> {
        self.devices[person].engine.set_aside_list().cloned().collect()
    }

    /// Why commands were refused since this was asked last.
    pub fn refusals(&mut self, person: usize) -> Vec<CommandError> {
        std::mem::take(&mut self.devices[person].refusals)
    }

    // How it moves.

    fn give(&mut self, person: usize, input: Input) {
        self.devices[person].inputs.push_back(input);
        while let Some(person) = self.devices.iter().position(|device| !device.inputs.is_empty()) {
            let now = Timestamp(self.now);
            let device = &mut self.devices[person];
            let Some(input) = device.inputs.pop_front() else { break };
            let effects: Vec<Effect> = device.engine.handle(now, input).collect();
            for effect in effects {
                self.perform(person, effect);
            }
        }
    }

    fn perform(&mut self, person: usize, effect: Effect) {
        let device = &mut self.devices[person];
        match effect {
            Effect::Dial { dial } if device.reachable => {
                self.births += 1;
                device.wire = Some((self.births, dial));
                device.inputs.push_back(Input::Opened { dial });
            }
            Effect::Dial { dial } => device.inputs.push_back(Input::Closed { dial }),
            Effect::HangUp { .. } => self.hang_up(person),
            Effect::Send { dial, text } => self.sent(person, dial, &text),
            Effect::Load { namespace, widgets } => {
                let records = device.disk.get(&folder(&namespace)).into_iter().flatten();
                let kept = records.filter(|(key, _)| widgets || !is_cold(key));
                let records = Ok(kept.map(|(key, text)| (key.clone(), text.clone())).collect());
                device.inputs.push_back(Input::Loaded {
                    namespace,
                    widgets,
                    records,
                });
            }
            Effect::Commit { namespace, transaction } => {
                let outcome = if device.is_full {
                    Outcome::Failed(StorageError::Full)
                } else {
                    apply(device.disk.entry(folder(&namespace)).or_default(), &transaction)
                };
                device.inputs.push_back(Input::Committed(outcome));
            }
            Effect::Remember(_, note) => device.remembered = Some(note),
            Effect::Replay(_) if !device.reachable => {
                device.inputs.push_back(Input::Replayed(Err(RequestError::Unreachable)))
            }
            Effect::Read(_) if !device.reachable => {
                device.inputs.push_back(Input::Document(Err(RequestError::Unreachable)))
            }
            Effect::Replay(push) => {
                let (request, identity) = (person as u64, identity(device.person));
                self.server_hears(Event::Replay {
                    request,
                    identity,
                    push,
                });
            }
            Effect::Read(board) => self.server_hears(Event::Read {
                request: person as u64,
                board,
            }),
            Effect::Notice(Notice::Refused(error)) => device.refusals.push(error),
            Effect::Notice(_) | Effect::Broadcast => {}
        }
    }

    /// A frame on its way to the server; one that can't be read ends the connection.
    fn sent(&mut self, person: usize, dial: u64, text: &str) {
        let device = &self.devices[person];
        let wire = device.wire.filter(|(_, dialled)| *dialled == dial && !device.mute);
        let Some((session, _)) = wire else { return };
        match decode::<ClientFrame>(text) {
            Ok(ClientFrame::Hello(hello)) => self.server_hears(Event::Hello {
                session,
                hello,
                identity: Some(identity(device.person)),
            }),
            Ok(frame) => self.server_hears(Event::Frame { session, frame }),
            Err(error) => {
                let frame = ServerFrame::Error {
                    code: Code::Malformed,
                    message: error.to_string(),
                };
                self.deliver(session, &encode(&frame));
                self.hang_up(person);
            }
        }
    }

    fn server_hears(&mut self, event: Event) {
        for reply in self.server.hear(Timestamp(self.now), event) {
            match reply {
                Reply::Send { session, frame } => self.deliver(session, &encode(&frame)),
                Reply::Tell { session, told } => {
                    told.into_iter()
                        .for_each(|frame| self.deliver(session, &encode(&frame)));
                }
                Reply::Publish { sessions, frame } => {
                    let text = encode(&frame);
                    sessions.into_iter().for_each(|session| self.deliver(session, &text));
                }
                Reply::Close { session } => {
                    let whose = |device: &Device| device.wire.is_some_and(|(wire, _)| wire == session);
                    if let Some(person) = self.devices.iter().position(whose) {
                        self.hang_up(person);
                    }
                }
                Reply::Replayed { request, items } => self.answer(request, Input::Replayed(Ok(items))),
                Reply::Document { request, document } => {
                    self.answer(request, Input::Document(document.ok_or(RequestError::UnknownBoard)));
                }
            }
        }
    }

    fn deliver(&mut self, session: SessionId, text: &str) {
        for device in self.devices.iter_mut().filter(|device| !device.deaf) {
            if let Some((_, dial)) = device.wire.filter(|(wire, _)| *wire == session) {
                let text = text.to_owned();
                device.inputs.push_back(Input::Received { dial, text });
            }
        }
    }

    fn answer(&mut self, request: u64, input: Input) {
        let device = &mut self.devices[request as usize];
        if !device.deaf {
            device.inputs.push_back(input);
        }
    }

    fn hang_up(&mut self, person: usize) {
        if let Some((session, dial)) = self.devices[person].wire.take() {
            self.server_hears(Event::Closed { session });
            self.give(person, Input::Closed { dial });
        }
    }
}

impl Device {
    fn new(engine: Engine, person: usize) -> Self {
        Self {
            engine,
            person,
            disk: BTreeMap::new(),
            is_full: false,
            remembered: None,
            inputs: VecDeque::new(),
            refusals: Vec::new(),
            wire: None,
            reachable: true,
            deaf: false,
            mute: false,
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

fn folder(namespace: &Namespace) -> String {
    format!("{}/{}", namespace.store, namespace.principal)
}

fn identity(person: usize) -> Identity {
    let principal: Principal = PEOPLE[person].parse().expect("a name");
    Identity {
        principal,
        access: Access::Edit,
    }
}
