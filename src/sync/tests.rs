//! What one engine promises its server and its storage, seen at its door.

mod beating;
mod limits;
mod people;
mod reconnecting;
mod undo;
mod verdicts;

use super::{
    storage::{Records, apply, is_cold},
    *,
};
use crate::{
    config::{IN_FLIGHT_BYTES_MAX, SCHEMA, SUBSCRIPTIONS_LEN_MAX},
    protocol::{
        Access, Answer, ClientFrame, Epoch, Identity, Limits, PushItem, SamplesFrame, ServerFrame, Welcome, decode,
        encode,
    },
};

/// An engine whose storage answers at once, and whose server says what the test says.
struct Bench {
    engine: Engine,
    now: u64,
    disk: Records,
    /// What reading the storage gives, instead of what is there.
    unreadable: Option<StorageError>,
    heard: Vec<ClientFrame>,
    dial: u64,
    /// The server's process.
    run: RunId,
    /// Which it is in lists of people; `None` from an older server.
    people: Option<u64>,
}

impl Bench {
    /// Greeted, leading, and with nothing stored.
    fn live() -> Self {
        let mut bench = Self::cold();
        bench.welcome();
        assert!(bench.engine.status().initialized);
        bench
    }

    /// The same, and still dialling.
    fn cold() -> Self {
        Self::of(None)
    }

    /// The same, of a device that people know.
    fn of(device: Option<Device>) -> Self {
        let engine = Engine::new(Birth {
            client: ClientId(1),
            seed: 1,
            token: None,
            device,
            mark: None,
            namespace: None,
            stores_before: Vec::new(),
            durability: Durability::Durable,
        });
        let mut bench = Self {
            engine,
            now: 1_000,
            disk: Records::new(),
            unreadable: None,
            heard: Vec::new(),
            dial: 0,
            run: RunId(1),
            people: Some(7),
        };
        bench.give(Input::Leading(true));
        bench.give(Input::Command(Command::Connect));
        bench
    }

    fn welcome(&mut self) {
        self.be_greeted_by(SCHEMA);
    }

    /// The server greets, and knows this data model.
    fn be_greeted_by(&mut self, schema: u32) {
        self.give(Input::Opened { dial: self.dial });
        self.hear(&ServerFrame::Welcome(Welcome {
            store: crate::protocol::StoreId(1),
            run: self.run,
            clock: Timestamp(0),
            identity: Identity {
                principal: "ann".parse().expect("a name"),
                access: Access::Edit,
            },
            schema,
            window_ms: 500,
            limits: Limits {
                frame_bytes_max: 65_536,
                value_bytes_max: 16_384,
                in_flight_len_max: 1_000,
                horizon_ms: 1,
                horizon_len_max: 1,
            },
            people: self.people,
        }));
    }

    fn give(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let effects: Vec<Effect> = self.engine.handle(Timestamp(self.now), input).collect();
            for effect in effects {
                match effect {
                    Effect::Dial { dial } => self.dial = dial,
                    Effect::Send { text, .. } => self.heard.push(decode(&text).expect("its own frame")),
                    Effect::Commit { transaction, .. } => {
                        inputs.push_back(Input::Committed(apply(&mut self.disk, &transaction)));
                    }
                    Effect::Load { namespace, widgets } => {
                        let kept = self.disk.iter().filter(|(key, _)| widgets || !is_cold(key));
                        let kept = kept.map(|(key, text)| (key.clone(), text.clone())).collect();
                        let records = self.unreadable.map_or(Ok(kept), Err);
                        inputs.push_back(Input::Loaded {
                            namespace,
                            widgets,
                            records,
                        });
                    }
                    _ => {}
                }
            }
        }
    }

    fn hear(&mut self, frame: &ServerFrame) {
        let (dial, text) = (self.dial, encode(frame));
        self.give(Input::Received { dial, text });
    }

    fn wait(&mut self, ms: u64) {
        self.now += ms;
        self.give(Input::TimerExpired);
    }

    /// Creates a board's own widget and so the board; the server has nothing of it.
    fn create(&mut self, board: &str, widget: &str) {
        self.give(Input::Command(Command::Create {
            board: board.parse().expect("a name"),
            widget: widget.parse().expect("a name"),
            kind: "board".parse().expect("a name"),
            fields: SortedMap::new(),
        }));
    }

    /// The server answers what was asked for: the boards are there, and empty.
    fn answer_subscriptions(&mut self) {
        for frame in std::mem::take(&mut self.heard) {
            let ClientFrame::Subscribe(asked) = frame else {
                continue;
            };
            self.hear(&ServerFrame::Subscribed(crate::protocol::Subscribed {
                board: asked.board,
                request: asked.request,
                from: crate::protocol::Cursor::ORIGIN,
                at: crate::protocol::Cursor::ORIGIN,
                history: crate::protocol::History::default(),
                horizon: crate::protocol::Revision::ZERO,
                verdicts: Vec::new(),
            }));
        }
    }

    /// Ids of the operations that were pushed since this was asked last.
    fn pushed(&mut self) -> Vec<OperationId> {
        let pushes = std::mem::take(&mut self.heard)
            .into_iter()
            .filter_map(|frame| match frame {
                ClientFrame::Push(push) => Some(push.items),
                _ => None,
            });
        pushes.flatten().map(|item: PushItem| item.id()).collect()
    }

    fn put_off(&mut self, ids: &[OperationId], after_ms: u64) {
        let answer = |id: &OperationId| Answered {
            id: *id,
            answer: Answer::Retry {
                after_ms,
                reason: "The disk is full.".to_owned(),
            },
        };
        let items = ids.iter().map(answer).collect();
        self.hear(&ServerFrame::Verdicts { items });
    }

    fn bytes_under_way(&self) -> usize {
        let sent = self.engine.outbox.iter().filter(|pending| pending.sent);
        sent.map(|pending| pending.bytes).sum()
    }
}

#[test]
fn a_reading_that_works_again_ends_the_fault_of_one_that_failed() {
    let mut bench = Bench::live();
    bench.unreadable = Some(StorageError::Broken);
    bench.give(Input::SiblingWrote);
    assert_eq!(bench.engine.status().fault, Some(StorageError::Broken));
    bench.unreadable = None;
    bench.wait(10_000);
    assert_eq!(bench.engine.status().fault, None);
}

#[test]
fn asking_once_more_gives_a_silent_socket_no_more_time() {
    let mut bench = Bench::live();
    bench.give(Input::Woke);
    for _ in 0..3 {
        bench.wait(400);
        bench.give(Input::Woke);
    }
    let connection = bench.engine.status().connection;
    assert!(matches!(connection, Connection::Waiting { .. }), "{connection:?}");
}

#[test]
fn what_was_put_off_comes_back_no_sooner_than_it_was_asked_to() {
    const AFTER_MS: u64 = 10_000;
    let mut bench = Bench::live();
    for widget in 0..20 {
        bench.create("deck", &format!("w{widget}"));
    }
    bench.answer_subscriptions();
    let ids = bench.pushed();
    assert_eq!(ids.len(), 20);
    bench.put_off(&ids, AFTER_MS);
    bench.wait(AFTER_MS - 1);
    assert_eq!(bench.pushed(), []);
}

#[test]
fn what_is_under_way_counts_wherever_it_stands_in_the_outbox() {
    let mut bench = Bench::live();
    for edit in 0..150 {
        bench.create("deck", &format!("early{edit}"));
    }
    bench.answer_subscriptions();
    let early = bench.pushed();
    assert_eq!(early.len(), 150);
    for edit in 0..1_000 {
        bench.create("deck", &format!("late{edit}"));
    }
    bench.put_off(&early, 0);
    assert!(
        bench.bytes_under_way() > IN_FLIGHT_BYTES_MAX / 2,
        "the late ones fill the room"
    );
    bench.wait(1_000);
    assert!(bench.bytes_under_way() <= IN_FLIGHT_BYTES_MAX);
}

#[test]
fn a_board_with_operations_is_asked_for_before_those_that_are_only_looked_at() {
    let mut bench = Bench::live();
    for board in 0..SUBSCRIPTIONS_LEN_MAX {
        let board = format!("a{board}").parse().expect("a name");
        bench.give(Input::Command(Command::Watch { board }));
    }
    bench.heard.clear();
    bench.create("z", "board");
    let asks = |frame: &ClientFrame| matches!(frame, ClientFrame::Subscribe(asked) if asked.board.as_str() == "z");
    assert!(bench.heard.iter().any(asks));
}

#[test]
fn who_hears_something_every_second_still_speaks_and_has_a_fresh_stamp() {
    let mut bench = Bench::live();
    bench.heard.clear();
    let samples = ServerFrame::Samples(SamplesFrame {
        clock: Timestamp(0),
        interval_ms: 1_000,
        series: Vec::new(),
    });
    let mut pings = Vec::new();
    for _ in 0..120 {
        bench.wait(1_000);
        bench.hear(&samples);
        let asks = |frame: &ClientFrame| matches!(frame, ClientFrame::Ping { .. });
        if std::mem::take(&mut bench.heard).iter().any(asks) {
            pings.push(bench.now);
        }
    }
    let gaps: Vec<u64> = pings.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps, [30_000; 3], "pings at {pings:?}");
}

#[test]
fn before_a_server_that_is_older_what_it_can_not_read_waits_and_that_is_known() {
    let mut bench = Bench::cold();
    bench.be_greeted_by(SCHEMA - 1);
    bench.create("deck", "board");
    bench.answer_subscriptions();
    let ids = bench.pushed();
    bench.put_off(&ids, 10_000);
    let status = bench.engine.status();
    assert_eq!(status.release, Release::ServerOlder);
    assert_eq!(status.pending, 1, "it waits");
    assert_eq!(Bench::live().engine.status().release, Release::Fits);
}

#[test]
fn a_server_that_says_what_can_not_be_read_again_and_again_is_not_dialled_for_ever() {
    let mut bench = Bench::live();
    let text = r#"{"of_a_later_release":{}}"#.to_owned();
    bench.give(Input::Received {
        dial: bench.dial,
        text: text.clone(),
    });
    assert!(matches!(bench.engine.status().connection, Connection::Waiting { .. }));
    bench.wait(1_000);
    bench.welcome();
    bench.give(Input::Received {
        dial: bench.dial,
        text: text.clone(),
    });
    let Connection::Closed { message } = bench.engine.status().connection else {
        panic!("it says so, and what to do");
    };
    assert!(message.contains("can't read"), "{message}");
    bench.give(Input::Command(Command::Connect));
    bench.be_greeted_by(SCHEMA + 1);
    bench.give(Input::Received { dial: bench.dial, text });
    let status = bench.engine.status();
    let Connection::Closed { message } = status.connection else {
        panic!("once more");
    };
    assert_eq!(
        message,
        "This program is older than its server: update it, or reload the page."
    );
    assert!(
        status.trouble.is_some_and(|trouble| trouble.contains("can't read")),
        "the details say why"
    );
}
