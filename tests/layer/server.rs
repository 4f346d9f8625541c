//! A server in the test: the real authority, which tells nothing before it is decided, and a disk that is full on demand.

use std::{collections::BTreeMap, convert::Infallible};

use serde_json::{Value, json};
use tideboard::{
    board::Catalog,
    config::FRAME_FILL_BYTES,
    platform::{FarEnd, MemoryDevice, SocketEvent},
    protocol::{
        Access, Answer, Answered, BoardId, ClientFrame, ClientId, Cursor, Epoch, Identity, Intent, Kind, Operation,
        OperationId, Push, PushItem, RunId, ServerFrame, StoreId, WidgetId, decode, encode,
    },
    server::{
        authority::{Authority, Event, Reply, SessionId, Setup},
        log::{Log, Memory, Record},
    },
    time::Timestamp,
};

const STORE: StoreId = StoreId(7);
const RUN: RunId = RunId(1);
const EPOCH: Epoch = Epoch(1);

/// The board of every test, and another one.
pub fn deck() -> BoardId {
    BoardId::named("deck")
}

pub fn hold() -> BoardId {
    BoardId::named("hold")
}

pub struct Server {
    authority: Authority,
    /// Every board's records, in order.
    disk: BTreeMap<BoardId, Vec<String>>,
    wires: Vec<(SessionId, FarEnd)>,
    sessions: u64,
    operations: u64,
    /// Nobody reaches it.
    pub is_away: bool,
    /// What it is sent waits.
    pub is_deaf: bool,
    /// Its disk takes nothing.
    pub is_full: bool,
    /// What it was sent since this was looked at.
    pub heard: Vec<ClientFrame>,
    now: Timestamp,
}

impl Server {
    /// It has two boards, `deck` and `hold`, each with setpoints `fuel` and `water` at 3, a counter `crew` at 0, and a
    /// checklist `tasks`.
    pub fn new() -> Self {
        let setup = Setup {
            store: STORE,
            run: RUN,
            epoch: EPOCH,
            memory: Memory::default(),
            catalog: Catalog::default(),
            frame_fill_bytes: FRAME_FILL_BYTES,
        };
        let mut server = Self {
            authority: Authority::new(setup, BTreeMap::new()),
            disk: BTreeMap::new(),
            wires: Vec::new(),
            sessions: 0,
            operations: 0,
            is_away: false,
            is_deaf: false,
            is_full: false,
            heard: Vec::new(),
            now: Timestamp(0),
        };
        for board in [deck(), hold()] {
            server.create(&board, "board", "board", json!({"name": "Deck"}));
            server.create(&board, "fuel", "setpoint", json!({"value": 3, "unit": "l"}));
            server.create(&board, "water", "setpoint", json!({"value": 3}));
            server.create(&board, "crew", "counter", json!({"count": 0}));
            server.create(&board, "tasks", "checklist", json!({}));
        }
        server
    }

    /// Somebody else puts a widget on a board.
    pub fn create(&mut self, board: &BoardId, widget: &'static str, kind: &'static str, fields: Value) {
        self.create_all(board, kind, [(WidgetId::named(widget), fields)]);
    }

    /// The same of many at once.
    pub fn create_all(
        &mut self,
        board: &BoardId,
        kind: &'static str,
        widgets: impl IntoIterator<Item = (WidgetId, Value)>,
    ) {
        let kind = Kind::named(kind);
        let intent = |(widget, fields)| {
            let fields = serde_json::from_value(fields).expect("fields by their names");
            let kind = kind.clone();
            (widget, Intent::Create { kind, fields })
        };
        let intents: Vec<(WidgetId, Intent)> = widgets.into_iter().map(intent).collect();
        self.change(board, &intents);
    }

    /// Somebody else gives a field of a widget of the deck another value.
    pub fn set(&mut self, widget: &'static str, field: &str, value: impl Into<Value>) {
        self.set_all(&[(WidgetId::named(widget), field, value.into())]);
    }

    /// The same of many, at once: what it comes to goes out in one frame.
    pub fn set_all(&mut self, values: &[(WidgetId, &str, Value)]) {
        let intent = |(widget, field, value): &(WidgetId, &str, Value)| {
            let (field, value) = (field.parse().expect("a name"), value.clone());
            (widget.clone(), Intent::Set { field, value })
        };
        let intents: Vec<(WidgetId, Intent)> = values.iter().map(intent).collect();
        self.change(&deck(), &intents);
    }

    fn change(&mut self, board: &BoardId, intents: &[(WidgetId, Intent)]) {
        let made_at = self.authority.logs().get(board).map_or(Cursor::ORIGIN, Log::cursor);
        let items = intents.iter().map(|(widget, intent)| {
            self.operations += 1;
            let id = OperationId {
                client: ClientId(99),
                sequence: self.operations,
            };
            let operation = Operation {
                id,
                board: board.clone(),
                widget: widget.clone(),
                schema: 1,
                made_at,
                intent: intent.clone(),
                base: None,
                base_value: None,
                deadline: None,
                resolves: None,
            };
            PushItem::Operation { operation, after: None }
        });
        let identity = identity("ben");
        let push = Push {
            store: STORE,
            run: RUN,
            principal: identity.principal.clone(),
            device: None,
            items: items.collect(),
        };
        self.hear(Event::Replay {
            request: 0,
            identity,
            push,
        });
    }

    /// A field as the server has it.
    pub fn value(&self, widget: &'static str, field: &str) -> Value {
        let board = self.authority.logs().get(&deck()).map(Log::board);
        let widget = board.and_then(|board| board.widget(&WidgetId::named(widget)));
        let field = widget.and_then(|widget| widget.fields.get(&field.parse().expect("a name")));
        field.map_or(Value::Null, |field| field.value.clone())
    }

    /// Who is connected, and who watches a board.
    pub fn visitors(&self, board: &BoardId) -> (usize, usize) {
        (self.authority.sessions_len(), self.authority.subscribers_len(board))
    }

    /// Sends a frame to everybody.
    pub fn send(&self, frame: &ServerFrame) {
        for (_, far_end) in &self.wires {
            far_end.tell(SocketEvent::Text(encode(frame)));
        }
    }

    /// Every connection breaks.
    pub fn hang_up(&mut self) {
        for (session, far_end) in std::mem::take(&mut self.wires) {
            far_end.tell(SocketEvent::Closed);
            self.hear(Event::Closed { session });
        }
    }

    /// Takes new sockets, and hears what was said on all. Answers whether there was anything.
    pub fn go_on(&mut self, device: &MemoryDevice, now: Timestamp) -> bool {
        self.now = now;
        let mut moved = false;
        while let Some(far_end) = device.dialled() {
            moved = true;
            if self.is_away {
                far_end.tell(SocketEvent::Closed);
            } else {
                far_end.tell(SocketEvent::Opened);
                self.sessions += 1;
                self.wires.push((self.sessions, far_end));
            }
        }
        let mut events = Vec::new();
        for (session, far_end) in &mut self.wires {
            let session = *session;
            let texts = if self.is_deaf { Vec::new() } else { far_end.heard() };
            for text in texts {
                let frame: ClientFrame = decode(&text).expect("a frame");
                self.heard.push(frame.clone());
                events.push(match frame {
                    ClientFrame::Hello(_) => Event::Hello {
                        session,
                        identity: Some(identity("ada")),
                    },
                    frame => Event::Frame { session, frame },
                });
            }
            if far_end.is_closed() {
                events.push(Event::Closed { session });
            }
        }
        self.wires.retain(|(_, far_end)| !far_end.is_closed());
        moved |= !events.is_empty();
        events.into_iter().for_each(|event| self.hear(event));
        moved
    }

    fn hear(&mut self, event: Event) {
        let batch = self.authority.handle(self.now, [event]);
        let replies = if self.is_full && !batch.records.is_empty() {
            let disk = &self.disk;
            let reload = |board: &BoardId| Ok::<_, Infallible>(opened(&disk[board]));
            let told = self.authority.abandoned(batch, reload);
            told.unwrap_or_else(|never| match never {})
        } else {
            for (board, _, record) in &batch.records {
                let text = serde_json::to_string(record).expect("plain data");
                self.disk.entry(board.clone()).or_default().push(text);
            }
            self.authority.committed(batch)
        };
        for reply in replies {
            match reply {
                Reply::Send { session, frame } => self.deliver(session, &frame),
                Reply::Tell { session, told } => told.for_each(|frame| self.deliver(session, &frame)),
                Reply::Publish { sessions, frame } => {
                    sessions.into_iter().for_each(|session| self.deliver(session, &frame));
                }
                Reply::Close { session } => self.wires.retain(|(wire, far_end)| {
                    far_end.tell(SocketEvent::Closed);
                    *wire != session
                }),
                Reply::Replayed { items, .. } => {
                    let is_applied = |item: &Answered| matches!(&item.answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
                    assert!(items.iter().all(is_applied), "{items:?}");
                }
                Reply::Document { .. } => {}
            }
        }
    }

    fn deliver(&self, session: SessionId, frame: &ServerFrame) {
        for (_, far_end) in self.wires.iter().filter(|(wire, _)| *wire == session) {
            far_end.tell(SocketEvent::Text(encode(frame)));
        }
    }
}

fn identity(principal: &'static str) -> Identity {
    Identity {
        principal: principal.parse().expect("a name"),
        access: Access::Edit,
    }
}

/// A board as the disk has it.
fn opened(texts: &[String]) -> Log {
    let record = |text: &String| -> Record { serde_json::from_str(text).expect("a record that was written") };
    Log::restore(Memory::default(), EPOCH, None, texts.iter().map(record)).expect("records in their order")
}
