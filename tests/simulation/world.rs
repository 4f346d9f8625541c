//! The world of one seed: true time, a network, a server and its disk, devices and their tabs. It moves bytes and
//! breaks things; everything that decides is the code that people run.

mod due;
mod rest;
mod server;
mod tabs;
mod torn;
mod weather;

use std::collections::{BTreeMap, BinaryHeap};

use rustc_hash::FxHashMap;

use tideboard::{
    planted::{self, Bug},
    protocol::{BoardId, ClientFrame, Identity, Push, RunId, ServerFrame, StoreId, decode, encode},
    server::authority::{Authority, Batch, Event, Reply, SessionId, Setup},
    sync::{Command, Effect, Input, RequestError},
    time::Timestamp,
};

use self::{due::Due, weather::speak};
use crate::{
    dice::Dice,
    disk::{Room, ServerDisk},
    ledger::Ledger,
    plan::{Act, Plan, Step},
    tab::{Device, Job, PEOPLE, Tab},
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
    Timer {
        tab: usize,
        life: u64,
    },
    ToTab {
        tab: usize,
        life: u64,
        input: Input,
    },
    ToServer {
        server: u64,
        session: SessionId,
        text: String,
    },
    SocketGone {
        server: u64,
        session: SessionId,
    },
    /// A push that took another way and comes late, perhaps to another process.
    Echo {
        identity: Identity,
        push: Push,
    },
    Storage {
        tab: usize,
        life: u64,
    },
    Stored {
        tab: usize,
        life: u64,
        input: Input,
    },
    /// Somebody is done with what they have typed.
    Typed {
        tab: usize,
        life: u64,
        person: String,
        command: Command,
    },
    Thaw {
        tab: usize,
    },
    DiskFree {
        device: usize,
    },
    Turn {
        server: u64,
    },
    Commit {
        server: u64,
    },
    /// Something may be told that is told only so often.
    Wake {
        server: u64,
    },
    ServerUp,
}

/// A running server process.
struct Server {
    life: u64,
    authority: Authority,
    inbox: Vec<Event>,
    batch: Option<Batch>,
    turning: bool,
    wakes_at: Option<u64>,
}

/// A socket between a tab and a server process.
#[derive(Clone, Debug)]
pub struct Wire {
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
    queue: BinaryHeap<Due>,
    count: u64,
    server: Option<Server>,
    servers: u64,
    /// It has the next data model.
    is_newer: bool,
    disk: ServerDisk,
    backup: Option<ServerDisk>,
    store: StoreId,
    /// How far the server's clock was moved: ninety days pass in a moment.
    pub leap_ms: u64,
    pub devices: Vec<Device>,
    pub tabs: Vec<Tab>,
    pub wires: BTreeMap<SessionId, Wire>,
    sessions: u64,
    partitioned: FxHashMap<usize, u64>,
    no_sockets_until: u64,
    no_sockets_for_good: bool,
    fail_commit: Option<bool>,
    /// Requests under way, with what their tab hears when the server dies over them.
    requests: Vec<(usize, u64, Input)>,
    pub healing: bool,
    pub ledger: Ledger,
    boards: Vec<BoardId>,
    lag_next: Option<usize>,
    /// A reader whose changes of a board were dropped, and who has not been told yet.
    slow: Option<(SessionId, BoardId)>,
    /// `TRACE=1` prints what happens, for one seed at a time.
    trace: bool,
    /// `WATCH=1a2b3c4d…-5` prints what becomes of one operation, by its start and its end as they are shown.
    watched: Option<String>,
}

impl World {
    pub fn new(seed: u64, plan: Plan) -> Self {
        let mut dice = Dice(seed);
        planted::keep_few(plan.shape.keeps_few && !plan.shape.auto_resolve);
        let boards: Vec<BoardId> = (0..plan.shape.boards)
            .map(|board| format!("b{board}").parse().expect("a name"))
            .collect();
        let store = StoreId(dice.wide());
        let mut world = Self {
            now: START_MS,
            dice,
            queue: BinaryHeap::new(),
            count: 0,
            server: None,
            servers: 0,
            is_newer: false,
            disk: ServerDisk::default(),
            backup: None,
            store,
            leap_ms: 0,
            devices: Vec::new(),
            tabs: Vec::new(),
            wires: BTreeMap::new(),
            sessions: 0,
            partitioned: FxHashMap::default(),
            no_sockets_until: 0,
            no_sockets_for_good: false,
            fail_commit: None,
            requests: Vec::new(),
            healing: false,
            ledger: Ledger::new(boards.clone()),
            boards,
            lag_next: None,
            slow: None,
            trace: std::env::var_os("TRACE").is_some(),
            watched: std::env::var("WATCH").ok(),
            plan,
        };
        world.start_server();
        for (device, count) in world.plan.shape.tabs.clone().into_iter().enumerate() {
            world.devices.push(Device::new(device, seed));
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
        self.queue.push(Due {
            when: when.max(self.now),
            count: self.count,
            happening: Box::new(happening),
        });
    }

    /// Safety: everything goes wrong, and nothing wrong may come of it. Then liveness: all is mended, and everything
    /// must come to rest, equal everywhere.
    pub fn run(&mut self) {
        let last = self.plan.steps.last().map_or(0, |step| step.at);
        let end = START_MS + 4_000 + last + AFTERMATH_MS;
        self.run_until(end, |_| false);
        self.heal();
        // Whoever has worked on a device comes back to it.
        let switched = |step: &Step| matches!(step.act, Act::SwitchPrincipal { .. });
        let people = if self.plan.steps.iter().any(switched) {
            PEOPLE
        } else {
            1
        };
        for person in 0..people {
            self.mend_sockets(person);
            for device in 0..self.devices.len() {
                if person > 0 {
                    self.sign_in_next(device);
                }
            }
            self.tidy();
            let end = self.now + LIVENESS_MS;
            self.run_until(end, |world| world.is_at_rest());
            self.check_rest();
        }
        self.ledger.nothing_lost(&self.devices, &self.tabs);
    }

    fn run_until(&mut self, end: u64, done: impl Fn(&Self) -> bool) {
        let mut turns = 0_u64;
        while self.queue.peek().is_some_and(|next| next.when <= end) {
            let Some(Due { when, happening, .. }) = self.queue.pop() else {
                break;
            };
            self.now = when;
            self.happen(*happening);
            turns += 1;
            if turns > TURNS_MAX {
                let tabs: Vec<String> = self.tabs.iter().map(|tab| tab.describe(&BTreeMap::new())).collect();
                self.ledger.stuck(format!(
                    "it turns without end: a timer that is due and does nothing; {tabs:#?}"
                ));
            }
            if self.ledger.failed() || (turns.is_multiple_of(16) && done(self)) {
                return;
            }
        }
        self.now = self.now.max(end.min(self.now + LIVENESS_MS));
    }

    pub fn server_time(&self) -> Timestamp {
        Timestamp(self.now + self.leap_ms)
    }

    fn happen(&mut self, happening: Happening) {
        if self.trace
            && !matches!(
                happening,
                Happening::Timer { .. } | Happening::Storage { .. } | Happening::Turn { .. } | Happening::Commit { .. }
            )
        {
            let line = match &happening {
                Happening::Step(index) => format!("Step {:?}", self.plan.steps[*index].act),
                Happening::Stored {
                    tab,
                    input: Input::Loaded { widgets, .. },
                    ..
                } => format!("tab {tab} loaded, cold {widgets}"),
                other => format!("{other:?}"),
            };
            eprintln!("{:>9} {}", self.now, line.chars().take(9_000).collect::<String>());
        }
        match happening {
            Happening::Step(index) => {
                let act = self.plan.steps[index].act.clone();
                self.act(act);
            }
            // One that was set again since is not due any more.
            Happening::Timer { tab, life }
                if self.tabs[tab].life == life && self.tabs[tab].timer_at == Some(self.now) =>
            {
                self.tabs[tab].timer_at = None;
                self.give(tab, life, Input::TimerExpired);
            }
            Happening::Timer { .. } => {}
            Happening::ToTab { tab, life, input } => self.give(tab, life, input),
            Happening::ToServer { server, session, text } => self.server_receives(server, session, &text),
            Happening::SocketGone { server, session } => self.server_hears(server, Event::Closed { session }),
            Happening::Echo { identity, push } => {
                if let Some(life) = self.server.as_ref().map(|server| server.life) {
                    self.server_hears(
                        life,
                        Event::Replay {
                            request: 0,
                            identity,
                            push,
                        },
                    );
                }
            }
            Happening::Storage { tab, life } => self.storage_runs(tab, life),
            Happening::Stored { tab, life, input } => self.storage_answers(tab, life, input),
            // With somebody who signs out, what they were typing goes.
            Happening::Typed { tab, ref person, .. } if self.tabs[tab].person != *person => {}
            Happening::Typed { tab, life, command, .. } => self.give(tab, life, Input::Command(command)),
            Happening::Thaw { tab } => self.thaw(tab),
            Happening::DiskFree { device } => self.devices[device].disk.room = Room::Free,
            Happening::Turn { server } => self.server_turns(server),
            Happening::Commit { server } => self.server_commits(server),
            Happening::Wake { server } => self.server_wakes(server),
            Happening::ServerUp => {
                if self.server.is_none() {
                    self.start_server();
                }
            }
        }
    }

    // The network.

    fn delay(&mut self) -> u64 {
        let most = if self.healing { 20 } else { self.plan.shape.delay_ms };
        1 + self.dice.below(most)
    }

    fn deliver(&mut self, session: SessionId, text: &str) {
        self.ledger.framed(text);
        let delay = self.delay();
        let Some(wire) = self.wires.get_mut(&session) else {
            return;
        };
        // A socket loses nothing in the middle: what meets a partition arrives after it, or never.
        let free_at = self.partitioned.get(&wire.tab).copied().unwrap_or(0).max(self.now);
        wire.down_at = wire.down_at.max(free_at + delay);
        let (when, tab, life) = (wire.down_at, wire.tab, wire.life);
        let input = Input::Received {
            dial: wire.dial,
            text: text.to_owned(),
        };
        self.at(when, Happening::ToTab { tab, life, input });
    }

    /// A connection ends: some of what is under way still arrives at the server, late.
    pub fn drop_wire(&mut self, session: SessionId, notice_ms: u64) {
        let Some(wire) = self.wires.get(&session).cloned() else {
            return;
        };
        let Wire {
            tab,
            life,
            dial,
            server,
            ..
        } = wire;
        let silent = self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        if !silent {
            self.at(
                self.now + notice_ms,
                Happening::ToTab {
                    tab,
                    life,
                    input: Input::Closed { dial },
                },
            );
        }
        let gone_at = wire.up_at.max(self.now) + 1 + self.dice.below(2_000);
        self.at(gone_at, Happening::SocketGone { server, session });
        self.tabs[tab].wire = self.tabs[tab].wire.filter(|wire| *wire != session);
    }

    fn dialled(&mut self, tab: usize, dial: u64) {
        let life = self.tabs[tab].life;
        let blocked =
            self.now < self.no_sockets_until || self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        let delay = self.delay();
        let up = self.server.as_ref().map(|server| server.life).filter(|_| !blocked);
        let Some(server) = up else {
            self.at(
                self.now + delay,
                Happening::ToTab {
                    tab,
                    life,
                    input: Input::Closed { dial },
                },
            );
            return;
        };
        self.sessions += 1;
        let at = self.now + delay;
        let wire = Wire {
            server,
            tab,
            life,
            dial,
            person: None,
            up_at: at,
            down_at: at,
        };
        self.wires.insert(self.sessions, wire);
        self.tabs[tab].wire = Some(self.sessions);
        self.at(
            at,
            Happening::ToTab {
                tab,
                life,
                input: Input::Opened { dial },
            },
        );
    }

    fn sends(&mut self, tab: usize, dial: u64, text: String) {
        self.ledger.framed(&text);
        let delay = self.delay();
        let Some(session) = self.tabs[tab].wire else { return };
        let Some(wire) = self.wires.get_mut(&session).filter(|wire| wire.dial == dial) else {
            return;
        };
        let free_at = self.partitioned.get(&tab).copied().unwrap_or(0).max(self.now);
        wire.up_at = wire.up_at.max(free_at + delay);
        let (when, server) = (wire.up_at, wire.server);
        self.at(when, Happening::ToServer { server, session, text });
    }

    fn answer_request(&mut self, request: u64, input: Input) {
        let (tab, life) = ((request >> 32) as usize - 1, request & 0xffff_ffff);
        let asked = self.requests.iter().position(|(asker, ..)| *asker == tab);
        let failed = asked.map(|place| self.requests.swap_remove(place).2);
        // What meets a partition is lost on its way back.
        let is_lost = self.partitioned.get(&tab).is_some_and(|until| self.now < *until);
        let input = failed.filter(|_| is_lost).unwrap_or(input);
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
            None => self.at(
                self.now + delay,
                Happening::ToTab {
                    tab,
                    life,
                    input: failed,
                },
            ),
        }
    }
}
