//! The world of one seed: true time, a network, a server and its disk, devices and their tabs. It moves bytes and
//! breaks things; everything that decides is the code that people run.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use tideboard::{
    planted::{self, Bug},
    protocol::{BoardId, ClientFrame, Identity, Push, RunId, ServerFrame, StoreId, decode, encode},
    server::authority::{Authority, Batch, Event, Reply, SessionId, Setup},
    sync::{Command, Effect, Input},
    time::Timestamp,
};

use crate::{
    dice::Dice,
    disk::ServerDisk,
    ledger::Ledger,
    plan::{Act, Plan},
    tab::{Device, Job, Tab},
};

const DAY_MS: u64 = 24 * 3_600_000;
/// True time at the start: devices count from their own origins.
const START_MS: u64 = 1_000_000;
/// Virtual time the safety phase goes on after its last step, and the most the liveness phase may take.
const AFTERMATH_MS: u64 = 3_000;
/// A seed takes some ten thousand turns; one that spins takes no end.
const TURNS_MAX: u64 = 300_000;
const LIVENESS_MS: u64 = 4 * 60_000;

/// What happens at a moment.
#[derive(Debug)]
pub enum Happening {
    Step(usize),
    Timer { tab: usize, life: u64 },
    ToTab { tab: usize, life: u64, input: Input },
    ToServer { server: u64, session: SessionId, text: String },
    SocketGone { server: u64, session: SessionId },
    /// A push that took another way and comes late, perhaps to another process.
    Echo { identity: Identity, push: Push },
    Storage { tab: usize, life: u64 },
    Stored { tab: usize, life: u64, input: Input },
    Thaw { tab: usize },
    DiskFree { device: usize },
    Turn { server: u64 },
    Commit { server: u64 },
    ServerUp,
}

/// A running server process.
struct Server {
    life: u64,
    authority: Authority,
    inbox: Vec<Event>,
    batch: Option<Batch>,
    turning: bool,
}

/// A socket between a tab and a server process.
#[derive(Clone, Debug)]
pub struct Wire {
    pub session: SessionId,
    pub server: u64,
    pub tab: usize,
    pub life: u64,
    pub dial: u64,
    person: Option<String>,
    /// A socket is ordered: nothing arrives before what was sent before it.
    up_at: u64,
    down_at: u64,
}

pub struct World {
    pub now: u64,
    pub dice: Dice,
    pub plan: Plan,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: HashMap<u64, Happening>,
    count: u64,
    server: Option<Server>,
    servers: u64,
    disk: ServerDisk,
    backup: Option<ServerDisk>,
    store: StoreId,
    /// How far the server's clock was moved: ninety days pass in a moment.
    pub leap_ms: u64,
    pub devices: Vec<Device>,
    pub tabs: Vec<Tab>,
    pub wires: BTreeMap<SessionId, Wire>,
    sessions: u64,
    partitioned: HashMap<usize, u64>,
    no_sockets_until: u64,
    fail_commit: Option<bool>,
    /// Requests under way, with what their tab hears when the server dies over them.
    requests: Vec<(usize, u64, Input)>,
    pub healing: bool,
    pub ledger: Ledger,
    boards: Vec<BoardId>,
    lag_next: Option<usize>,
    /// `TRACE=1` prints what happens, for one seed at a time.
    trace: bool,
    /// `WATCH=1a2b3c4d…-5` prints what becomes of one operation, by its start and its end as they are shown.
    watched: Option<String>,
}

impl World {
    pub fn new(seed: u64, plan: Plan) -> Self {
        let mut dice = Dice(seed);
        let boards: Vec<BoardId> = (0..plan.shape.boards).map(|board| format!("b{board}").parse().expect("a name")).collect();
        let store = StoreId(dice.wide());
        let mut world = Self {
            now: START_MS,
            dice,
            queue: BinaryHeap::new(),
            happenings: HashMap::new(),
            count: 0,
            server: None,
            servers: 0,
            disk: ServerDisk::default(),
            backup: None,
            store,
            leap_ms: 0,
            devices: Vec::new(),
            tabs: Vec::new(),
            wires: BTreeMap::new(),
            sessions: 0,
            partitioned: HashMap::new(),
            no_sockets_until: 0,
            fail_commit: None,
            requests: Vec::new(),
            healing: false,
            ledger: Ledger::new(boards.clone()),
            boards,
            lag_next: None,
            trace: std::env::var_os("TRACE").is_some(),
            watched: std::env::var("WATCH").ok(),
            plan,
        };
        world.start_server();
        for (device, count) in world.plan.shape.tabs.clone().into_iter().enumerate() {
            world.devices.push(Device::new(device));
            for _ in 0..count {
                world.tabs.push(Tab::new(device));
            }
        }
        for tab in 0..world.tabs.len() {
            world.open_tab(tab);
        }
        for (index, step) in world.plan.steps.clone().into_iter().enumerate() {
            world.at(START_MS + 4_000 + step.at, Happening::Step(index));
        }
        world
    }

    pub fn at(&mut self, when: u64, happening: Happening) {
        self.count += 1;
        self.queue.push(Reverse((when.max(self.now), self.count)));
        self.happenings.insert(self.count, happening);
    }

    /// Safety: everything goes wrong, and nothing wrong may come of it. Then liveness: all is mended, and everything
    /// must come to rest, equal everywhere.
    pub fn run(&mut self) {
        let last = self.plan.steps.last().map_or(0, |step| step.at);
        let end = START_MS + 4_000 + last + AFTERMATH_MS;
        self.run_until(end, |_| false);
        self.heal();
        for person in 0..crate::tab::PEOPLE {
            for device in 0..self.devices.len() {
                if person > 0 {
                    self.sign_in_next(device);
                }
            }
            let end = self.now + LIVENESS_MS;
            self.run_until(end, |world| world.is_at_rest());
            self.check_rest();
        }
        self.check_everything();
    }

    fn run_until(&mut self, end: u64, done: impl Fn(&Self) -> bool) {
        let mut turns = 0_u64;
        while let Some(Reverse((when, number))) = self.queue.peek().copied() {
            if when > end {
                break;
            }
            self.queue.pop();
            self.now = when;
            let Some(happening) = self.happenings.remove(&number) else { continue };
            self.happen(happening);
            turns += 1;
            if turns > TURNS_MAX {
                let tabs: Vec<String> = self.tabs.iter().map(|tab| tab.describe(&BTreeMap::new())).collect();
                self.ledger.stuck(format!("it turns without end: a timer that is due and does nothing; {tabs:#?}"));
            }
            if self.ledger.failed() || (turns.is_multiple_of(64) && done(self)) {
                return;
            }
        }
        self.now = self.now.max(end.min(self.now + LIVENESS_MS));
    }

    pub fn server_time(&self) -> Timestamp {
        Timestamp(self.now + self.leap_ms)
    }

    fn happen(&mut self, happening: Happening) {
        if self.trace && !matches!(happening, Happening::Timer { .. } | Happening::Storage { .. } | Happening::Turn { .. } | Happening::Commit { .. }) {
            let line = match &happening {
                Happening::Step(index) => format!("Step {:?}", self.plan.steps[*index].act),
                Happening::Stored { tab, input: Input::Loaded { widgets, .. }, .. } => format!("tab {tab} loaded, cold {widgets}"),
                other => format!("{other:?}"),
            };
            eprintln!("{:>9} {}", self.now, line.chars().take(9_000).collect::<String>());
        }
        match happening {
            Happening::Step(index) => {
                let act = self.plan.steps[index].act.clone();
                self.act(act);
            }
            Happening::Timer { tab, life } if self.tabs[tab].life == life => {
                self.tabs[tab].timer_at = None;
                self.give(tab, life, Input::TimerExpired);
            }
            Happening::Timer { .. } => {}
            Happening::ToTab { tab, life, input } => self.give(tab, life, input),
            Happening::ToServer { server, session, text } => self.server_receives(server, session, &text),
            Happening::SocketGone { server, session } => self.server_hears(server, Event::Closed { session }),
            Happening::Echo { identity, push } => {
                if let Some(life) = self.server.as_ref().map(|server| server.life) {
                    self.server_hears(life, Event::Replay { request: 0, identity, push });
                }
            }
            Happening::Storage { tab, life } => self.storage_runs(tab, life),
            Happening::Stored { tab, life, input } => self.storage_answers(tab, life, input),
            Happening::Thaw { tab } => self.thaw(tab),
            Happening::DiskFree { device } => self.devices[device].disk.full = false,
            Happening::Turn { server } => self.server_turns(server),
            Happening::Commit { server } => self.server_commits(server),
            Happening::ServerUp => {
                if self.server.is_none() {
                    self.start_server();
                }
            }
        }
    }

    // The server.

    fn start_server(&mut self) {
        self.servers += 1;
        let run = RunId(self.dice.wide());
        let shape = &self.plan.shape;
        let memory = tideboard::server::log::Memory { horizon_ms: 90 * DAY_MS, horizon_len: shape.horizon_len, ring_len: shape.ring_len };
        let epoch = tideboard::protocol::Epoch(run.0);
        let setup = Setup { store: self.store, run, epoch, memory, catalog: crate::tab::catalog(), frame_fill_bytes: 2_000 };
        let boards: Vec<BoardId> = self.disk.boards().cloned().collect();
        let logs: BTreeMap<_, _> = boards.into_iter().map(|board| (board.clone(), self.disk.open(&board, memory, epoch))).collect();
        self.ledger.server_opened(&logs);
        self.server = Some(Server { life: self.servers, authority: Authority::new(setup, logs), inbox: Vec::new(), batch: None, turning: false });
    }

    fn kill_server(&mut self, up_after: u64) {
        // What was written and not synced may be on the disk or not.
        if self.server.take().is_some_and(|server| server.batch.is_some()) && self.dice.chance(50) {
            self.disk.sync();
            self.ledger.batch_survives();
        }
        self.disk.forget();
        self.ledger.batch_lost();
        for (tab, life, input) in std::mem::take(&mut self.requests) {
            self.at(self.now + 1, Happening::ToTab { tab, life, input });
        }
        let wires: Vec<SessionId> = self.wires.keys().copied().collect();
        for session in wires {
            self.drop_wire(session, 0);
        }
        self.at(self.now + up_after, Happening::ServerUp);
    }

    fn server_hears(&mut self, life: u64, event: Event) {
        let Some(server) = self.server.as_mut().filter(|server| server.life == life) else { return };
        server.inbox.push(event);
        if !server.turning {
            server.turning = true;
            let soon = self.now + self.dice.below(3);
            self.at(soon, Happening::Turn { server: life });
        }
    }

    fn server_receives(&mut self, life: u64, session: SessionId, text: &str) {
        if !self.wires.contains_key(&session) {
            return;
        }
        let frame: ClientFrame = decode(text).expect("the engine's own frame");
        let event = match frame {
            ClientFrame::Hello(hello) => {
                let identity = hello.token.as_deref().map(crate::tab::identity);
                if let Some(wire) = self.wires.get_mut(&session) {
                    wire.person = hello.token.clone();
                }
                Event::Hello { session, hello, identity }
            }
            frame => {
                if let ClientFrame::Push(push) = &frame {
                    self.maybe_echo(session, push);
                }
                Event::Frame { session, frame }
            }
        };
        self.server_hears(life, event);
    }

    fn maybe_echo(&mut self, session: SessionId, push: &Push) {
        if self.healing || !self.dice.chance(self.plan.shape.echo) {
            return;
        }
        let Some(person) = self.wires.get(&session).and_then(|wire| wire.person.clone()) else { return };
        let identity = crate::tab::identity(&person);
        let late = self.now + [50, 3_000, 20_000][self.dice.below(3) as usize];
        self.at(late, Happening::Echo { identity, push: push.clone() });
    }

    fn server_turns(&mut self, life: u64) {
        let now = self.server_time();
        let Some(server) = self.server.as_mut().filter(|server| server.life == life && server.batch.is_none()) else { return };
        if let Some(board) = self.lag_next.take().and_then(|_| self.boards.first()) {
            let lagging: Vec<SessionId> = self.wires.values().filter(|wire| wire.server == life).map(|wire| wire.session).collect();
            let slow = lagging.get(self.dice.below(lagging.len() as u64) as usize).copied();
            server.inbox.extend(slow.map(|session| Event::Lagging { session, board: board.clone() }));
            if let Some(session) = slow {
                let frame = ServerFrame::Lagged { board: board.clone() };
                self.deliver(session, &encode(&frame));
            }
        }
        let Some(server) = self.server.as_mut() else { return };
        let events = std::mem::take(&mut server.inbox);
        let batch = server.authority.handle(now, events);
        for (board, _, record) in &batch.records {
            self.disk.append(board, record);
        }
        self.ledger.batch_decided(&batch.records, now);
        let wait = 1 + self.dice.below(8);
        if planted::is(Bug::VisibleBeforeDurable) {
            let replies = server.authority.committed(batch);
            self.replies(replies);
        } else {
            server.batch = Some(batch);
        }
        self.at(self.now + wait, Happening::Commit { server: life });
    }

    fn server_commits(&mut self, life: u64) {
        let memory = self.memory();
        let Some(server) = self.server.as_mut().filter(|server| server.life == life) else { return };
        server.turning = false;
        let Some(batch) = server.batch.take() else {
            self.disk.sync(); // told already: only a planted mistake does that
            self.ledger.batch_durable();
            return;
        };
        let fails = if batch.records.is_empty() { None } else { self.fail_commit.take() };
        let replies = match fails {
            Some(true) => {
                // Nobody knows whether it is on the disk: the process may not go on.
                self.kill_server(200);
                return;
            }
            Some(false) => {
                self.disk.forget();
                self.ledger.batch_lost();
                let epoch = server.authority.epoch();
                let disk = &self.disk;
                let reload = |board: &BoardId| Ok::<_, std::convert::Infallible>(disk.open(board, memory, epoch));
                match server.authority.abandoned(batch, reload) {
                    Ok(replies) => replies,
                    Err(never) => match never {},
                }
            }
            None => {
                self.disk.sync();
                self.ledger.batch_durable();
                let replies = server.authority.committed(batch);
                if self.dice.chance(5) {
                    for (board, log) in server.authority.logs() {
                        self.disk.compact(board, log);
                    }
                }
                replies
            }
        };
        self.replies(replies);
        if self.server.as_ref().is_some_and(|server| !server.inbox.is_empty()) {
            if let Some(server) = self.server.as_mut() {
                server.turning = true;
            }
            self.at(self.now, Happening::Turn { server: life });
        }
    }

    fn memory(&self) -> tideboard::server::log::Memory {
        tideboard::server::log::Memory { horizon_ms: 90 * DAY_MS, horizon_len: self.plan.shape.horizon_len, ring_len: self.plan.shape.ring_len }
    }

    fn replies(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            match reply {
                Reply::Send { session, frame } => {
                    self.ledger.told(&frame, self.now);
                    self.deliver(session, &encode(&frame));
                }
                Reply::Publish { sessions, frame } => {
                    self.ledger.told(&frame, self.now);
                    let text = encode(&frame);
                    for session in sessions {
                        self.deliver(session, &text);
                    }
                }
                Reply::Close { session } => self.drop_wire(session, 1),
                Reply::Replayed { request, items } if request > 0 => {
                    self.ledger.told(&ServerFrame::Verdicts { items: items.clone() }, self.now);
                    self.answer_request(request, Input::Replayed(Some(items)));
                }
                Reply::Document { request, document } => self.answer_request(request, Input::Document(document)),
                Reply::Replayed { .. } => {}
            }
        }
    }

    // The network.

    fn delay(&mut self) -> u64 {
        let most = if self.healing { 20 } else { self.plan.shape.delay_ms };
        1 + self.dice.below(most)
    }

    fn deliver(&mut self, session: SessionId, text: &str) {
        let delay = self.delay();
        let Some(wire) = self.wires.get_mut(&session) else { return };
        // A socket loses nothing in the middle: what meets a partition arrives after it, or never.
        let free_at = self.partitioned.get(&wire.tab).copied().unwrap_or(0).max(self.now);
        wire.down_at = wire.down_at.max(free_at + delay);
        let (when, tab, life) = (wire.down_at, wire.tab, wire.life);
        let input = Input::Received { dial: wire.dial, text: text.to_owned() };
        self.at(when, Happening::ToTab { tab, life, input });
    }

    /// A connection ends: some of what is under way still arrives at the server, late.
    pub fn drop_wire(&mut self, session: SessionId, notice_ms: u64) {
        let Some(wire) = self.wires.get(&session).cloned() else { return };
        let Wire { tab, life, dial, server, .. } = wire;
        let silent = self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        if !silent {
            self.at(self.now + notice_ms, Happening::ToTab { tab, life, input: Input::Closed { dial } });
        }
        let gone_at = wire.up_at.max(self.now) + 1 + self.dice.below(2_000);
        self.at(gone_at, Happening::SocketGone { server, session });
        self.tabs[tab].wire = self.tabs[tab].wire.filter(|wire| *wire != session);
    }

    fn dialled(&mut self, tab: usize, dial: u64) {
        let life = self.tabs[tab].life;
        let blocked = self.now < self.no_sockets_until || self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        let delay = self.delay();
        let up = self.server.as_ref().map(|server| server.life).filter(|_| !blocked);
        let Some(server) = up else {
            self.at(self.now + delay, Happening::ToTab { tab, life, input: Input::Closed { dial } });
            return;
        };
        self.sessions += 1;
        let at = self.now + delay;
        let wire = Wire { session: self.sessions, server, tab, life, dial, person: None, up_at: at, down_at: at };
        self.wires.insert(self.sessions, wire);
        self.tabs[tab].wire = Some(self.sessions);
        self.at(at, Happening::ToTab { tab, life, input: Input::Opened { dial } });
    }

    fn sends(&mut self, tab: usize, dial: u64, text: String) {
        let delay = self.delay();
        let Some(session) = self.tabs[tab].wire else { return };
        let Some(wire) = self.wires.get_mut(&session).filter(|wire| wire.dial == dial) else { return };
        let free_at = self.partitioned.get(&tab).copied().unwrap_or(0).max(self.now);
        wire.up_at = wire.up_at.max(free_at + delay);
        let (when, server) = (wire.up_at, wire.server);
        self.at(when, Happening::ToServer { server, session, text });
    }

    fn answer_request(&mut self, request: u64, input: Input) {
        let (tab, life) = ((request >> 32) as usize - 1, request & 0xffff_ffff);
        self.requests.retain(|(asker, ..)| *asker != tab);
        let when = self.now + self.delay();
        self.at(when, Happening::ToTab { tab, life, input });
    }

    fn request(&mut self, tab: usize, life: u64, event: Event, failed: Input) {
        let delay = self.delay();
        let partitioned = self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        match self.server.as_ref().map(|server| server.life).filter(|_| !partitioned) {
            Some(server) => {
                self.requests.push((tab, life, failed));
                self.server_hears(server, event);
            }
            None => self.at(self.now + delay, Happening::ToTab { tab, life, input: failed }),
        }
    }

    // Tabs.

    fn open_tab(&mut self, tab: usize) {
        let device = self.tabs[tab].device;
        let leads = !self.tabs.iter().any(|other| other.device == device && other.engine.is_some() && other.leading);
        let reused = planted::is(Bug::ClientIdReused);
        let client = if reused { u128::from(tab as u64) + 1 } else { self.dice.wide() };
        let (seed, offset) = (self.dice.roll(), self.dice.below(1_000_000));
        let opened = Tab::open(&self.devices[device], client, seed, self.now, offset);
        let life = self.tabs[tab].life + 1;
        let was_shown = std::mem::take(&mut self.tabs[tab].was_shown);
        self.tabs[tab] = opened;
        let state = &mut self.tabs[tab];
        (state.device, state.life, state.leading, state.was_shown) = (device, life, leads, was_shown);
        self.give(tab, life, Input::Leading(leads));
        for board in self.boards.clone() {
            self.command(tab, Command::Watch { board });
        }
        self.command(tab, Command::Connect);
    }

    pub fn command(&mut self, tab: usize, command: Command) {
        let life = self.tabs[tab].life;
        self.give(tab, life, Input::Command(command));
    }

    /// Gives a tab an input, performs what comes of it, and looks whether all is as it must be.
    fn give(&mut self, tab: usize, life: u64, input: Input) {
        let state = &mut self.tabs[tab];
        if state.life != life || state.engine.is_none() {
            return;
        }
        if state.frozen {
            state.held.push(input);
            return;
        }
        let local = state.local(self.now);
        let Some(engine) = state.engine.as_mut() else { return };
        let effects: Vec<Effect> = engine.handle(local, input).collect();
        for effect in effects {
            self.perform(tab, life, effect);
        }
        if let Some(watched) = &self.watched {
            let look = self.tabs[tab].look(watched);
            if self.tabs[tab].last_look != look {
                eprintln!("{:>9} tab {tab} life {life}: {look}", self.now);
                self.tabs[tab].last_look = look;
            }
        }
        let server_time = self.server_time();
        self.ledger.looked(tab, &mut self.tabs[tab], server_time);
        self.set_timer(tab);
    }

    fn set_timer(&mut self, tab: usize) {
        let state = &self.tabs[tab];
        let Some(wakeup) = state.engine.as_ref().and_then(tideboard::sync::Engine::next_wakeup) else { return };
        let when = state.true_time(wakeup).max(self.now + 1);
        if state.timer_at.is_none_or(|timer| when < timer) {
            let life = state.life;
            self.tabs[tab].timer_at = Some(when);
            self.at(when, Happening::Timer { tab, life });
        }
    }

    fn perform(&mut self, tab: usize, life: u64, effect: Effect) {
        match effect {
            Effect::Dial { dial } => self.dialled(tab, dial),
            Effect::HangUp { .. } => {
                if let Some(session) = self.tabs[tab].wire {
                    self.drop_wire(session, 0);
                }
            }
            Effect::Send { dial, text } => self.sends(tab, dial, text),
            Effect::Load { namespace, widgets } => self.queue_job(tab, life, Job::Load { namespace, widgets }),
            Effect::Commit { namespace, transaction } => self.queue_job(tab, life, Job::Commit { namespace, transaction }),
            Effect::Broadcast => {
                let device = self.tabs[tab].device;
                for other in (0..self.tabs.len()).filter(|other| *other != tab && self.tabs[*other].device == device).collect::<Vec<_>>() {
                    if self.healing || self.dice.chance(80) {
                        let (when, life) = (self.now + 1 + self.dice.below(30), self.tabs[other].life);
                        self.at(when, Happening::ToTab { tab: other, life, input: Input::SiblingWrote });
                    }
                }
            }
            Effect::Remember(namespace) => {
                let device = self.tabs[tab].device;
                self.devices[device].disk.remembered = Some(namespace);
            }
            Effect::Replay(push) => {
                let identity = crate::tab::identity(&self.devices[self.tabs[tab].device].person());
                let request = ((tab as u64 + 1) << 32) | life;
                self.request(tab, life, Event::Replay { request, identity, push }, Input::Replayed(None));
            }
            Effect::Read(board) => {
                let request = ((tab as u64 + 1) << 32) | life;
                self.request(tab, life, Event::Read { request, board }, Input::Document(None));
            }
            Effect::Notice(notice) => self.ledger.noticed(tab, &notice, self.now),
        }
    }

    fn queue_job(&mut self, tab: usize, life: u64, job: Job) {
        self.tabs[tab].jobs.push_back(job);
        if self.tabs[tab].jobs.len() == 1 {
            let when = self.now + 1 + self.dice.below(6);
            self.at(when, Happening::Storage { tab, life });
        }
    }

    fn storage_runs(&mut self, tab: usize, life: u64) {
        if self.tabs[tab].life != life {
            return;
        }
        let device = self.tabs[tab].device;
        let Some(job) = self.tabs[tab].jobs.front().cloned() else { return };
        let input = match job {
            Job::Load { namespace, widgets } => {
                let records = Ok(self.devices[device].disk.load(&namespace, widgets));
                Input::Loaded { namespace, widgets, records }
            }
            Job::Commit { namespace, transaction } => {
                let outcome = self.devices[device].disk.commit(&namespace, &transaction);
                self.ledger.appended(device, &transaction, &outcome);
                Input::Committed(outcome)
            }
        };
        let when = self.now + 1 + self.dice.below(6);
        self.at(when, Happening::Stored { tab, life, input });
    }

    fn storage_answers(&mut self, tab: usize, life: u64, input: Input) {
        if self.tabs[tab].life != life {
            return;
        }
        let device = self.tabs[tab].device;
        self.devices[device].disk.sync();
        if let Some(Job::Commit { transaction, .. }) = self.tabs[tab].jobs.pop_front() {
            self.ledger.saved(&transaction, &input);
        }
        if !self.tabs[tab].jobs.is_empty() {
            let when = self.now + 1 + self.dice.below(6);
            self.at(when, Happening::Storage { tab, life });
        }
        self.give(tab, life, input);
    }

    fn kill_tab(&mut self, tab: usize) {
        self.tabs[tab].remember_shown(&self.boards);
        if let Some(session) = self.tabs[tab].wire {
            self.drop_wire(session, 0);
        }
        self.tabs[tab].engine = None;
        self.tabs[tab].leading = false;
        self.elect(self.tabs[tab].device);
        self.open_tab(tab);
    }

    /// The lock goes to the next tab, if nobody holds it.
    fn elect(&mut self, device: usize) {
        let of_device: Vec<usize> = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].device == device && self.tabs[*tab].engine.is_some()).collect();
        if of_device.iter().any(|tab| self.tabs[*tab].leading) {
            return;
        }
        if let Some(tab) = of_device.first() {
            self.tabs[*tab].leading = true;
            let life = self.tabs[*tab].life;
            self.give(*tab, life, Input::Leading(true));
        }
    }

    fn thaw(&mut self, tab: usize) {
        if !std::mem::replace(&mut self.tabs[tab].frozen, false) {
            return;
        }
        let stood = self.now - self.tabs[tab].frozen_at;
        self.tabs[tab].lag += stood;
        let life = self.tabs[tab].life;
        for input in std::mem::take(&mut self.tabs[tab].held) {
            self.give(tab, life, input);
        }
        self.give(tab, life, Input::Woke);
        self.give(tab, life, Input::TimerExpired);
    }

    fn sign_in_next(&mut self, device: usize) {
        self.devices[device].signed_in += 1;
        let token = Some(self.devices[device].person());
        for tab in (0..self.tabs.len()).filter(|tab| self.tabs[*tab].device == device).collect::<Vec<_>>() {
            self.command(tab, Command::SignIn { token: token.clone() });
        }
    }

    // The weather.

    pub fn disaster(&mut self, act: Act) {
        let count = self.tabs.len();
        match act {
            Act::Cut { tab } => {
                if let Some(session) = self.tabs[tab % count].wire {
                    self.drop_wire(session, self.now % 50);
                }
            }
            Act::Partition { tab, ms } => {
                self.partitioned.insert(tab % count, self.now + ms);
            }
            Act::NoSockets { ms } => {
                self.no_sockets_until = self.now + ms;
                for session in self.wires.keys().copied().collect::<Vec<_>>() {
                    self.drop_wire(session, 1);
                }
            }
            Act::KillTab { tab } => self.kill_tab(tab % count),
            Act::KillDevice { tab } => {
                let device = self.tabs[tab % count].device;
                self.devices[device].disk.power_loss();
                for tab in (0..count).filter(|tab| self.tabs[*tab].device == device).collect::<Vec<_>>() {
                    self.tabs[tab].jobs.clear();
                    self.kill_tab(tab);
                }
            }
            Act::Freeze { tab, ms } if !self.tabs[tab % count].frozen => {
                let state = &mut self.tabs[tab % count];
                (state.frozen, state.frozen_at) = (true, self.now);
                // Whoever is away for weeks comes back when all else has been said.
                if ms < DAY_MS {
                    self.at(self.now + ms, Happening::Thaw { tab: tab % count });
                }
            }
            Act::Leaders { tab, leading } => {
                let life = self.tabs[tab % count].life;
                self.tabs[tab % count].leading = leading;
                self.give(tab % count, life, Input::Leading(leading));
            }
            Act::KillServer => {
                let down = 1 + self.dice.below(4_000);
                self.kill_server(down);
            }
            Act::FailCommit { unknown } => self.fail_commit = Some(unknown),
            Act::Backup => {
                self.backup = Some(self.disk.clone());
                self.ledger.backup();
            }
            Act::RestoreBackup => {
                if let Some(backup) = self.backup.clone() {
                    self.kill_server(300);
                    self.disk = backup;
                    self.disk.forget();
                    self.ledger.restore();
                }
            }
            Act::FullDisk { tab, ms } => {
                let device = self.tabs[tab % count].device;
                self.devices[device].disk.full = true;
                self.at(self.now + ms, Happening::DiskFree { device });
            }
            Act::SwitchPrincipal { tab } => self.sign_in_next(self.tabs[tab % count].device),
            Act::Lag { tab } => self.lag_next = Some(tab),
            _ => {}
        }
    }

    fn heal(&mut self) {
        self.healing = true;
        self.partitioned.clear();
        (self.no_sockets_until, self.fail_commit, self.lag_next) = (0, None, None);
        let away = self.tabs.iter().any(|tab| tab.frozen);
        if away {
            self.leap_ms += 90 * DAY_MS;
        }
        if self.server.is_none() {
            self.start_server();
        }
        for device in 0..self.devices.len() {
            self.devices[device].disk.full = false;
            for tab in (0..self.tabs.len()).filter(|tab| self.tabs[*tab].device == device).collect::<Vec<_>>() {
                self.thaw(tab);
            }
            self.elect(device);
        }
    }

    // Rest.

    fn is_at_rest(&self) -> bool {
        let Some(server) = self.server.as_ref().filter(|server| server.batch.is_none() && server.inbox.is_empty()) else { return false };
        self.tabs.iter().all(|tab| tab.is_at_rest(server.authority.logs()))
    }

    fn check_rest(&mut self) {
        let Some(server) = &self.server else { return self.ledger.stuck("the server is down".to_owned()) };
        for (number, tab) in self.tabs.iter().enumerate() {
            if !tab.is_at_rest(server.authority.logs()) {
                let tabs: Vec<String> = self.tabs.iter().map(|tab| tab.describe(server.authority.logs())).collect();
                self.ledger.stuck(format!("tab {number} did not come to rest: {tabs:#?}"));
                return;
            }
            self.ledger.compare(number, tab, server.authority.logs());
        }
    }

    fn check_everything(&mut self) {
        let (ledger, devices) = (&mut self.ledger, &self.devices);
        ledger.nothing_lost(devices);
    }
}
