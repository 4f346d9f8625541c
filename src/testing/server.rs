//! A server in a test: the real authority behind a disk in memory. It tells nothing before it is on the disk, and every frame
//! crosses as text.

use std::{cell::RefCell, collections::BTreeMap, convert::Infallible, rc::Rc};

use crate::{
    board::{Board, Catalog},
    config::{FRAME_FILL_BYTES, SCHEMA},
    platform::{FarEnd, MemoryDevice, SocketEvent},
    protocol::{
        Access, Answer, Answered, BoardId, ClientFrame, ClientId, Cursor, Epoch, FieldName, Identity, Intent, Kind,
        Operation, OperationId, Principal, Push, PushItem, RunId, ServerFrame, StoreId, Value, WidgetId, decode,
        encode,
    },
    server::{
        FirstBoard,
        authority::{Authority, Event, Reply, SessionId, Setup},
        first_board,
        log::{Log, Memory, Record},
    },
    time::Timestamp,
};

/// A server in memory. Clones are the same server; each [`Page`](super::Page) has a way of its own to it.
///
/// What somebody else does on it is done by `create`, `set` and the like, without another page; it panics when that is not
/// applied, so that a test does not go on from what never was.
///
/// ```
/// use serde_json::json;
/// use tideboard::{
///     board::{Catalog, FieldSpec, Policy, ValueType},
///     protocol::BoardId,
///     server::FirstBoard,
///     testing::Server,
/// };
///
/// let warehouse = BoardId::named("warehouse");
/// let boxes = FieldSpec::new("boxes", ValueType::Integer, Policy::LastWriteWins);
/// let server = Server::new(
///     Catalog::empty().with("pallet", vec![boxes]),
///     &[FirstBoard::new(warehouse.clone(), "Warehouse").with("pallet-1", "pallet", json!({"boxes": 0}))],
/// );
/// server.set(&warehouse, "pallet-1", "boxes", 3);
/// assert_eq!(server.value(&warehouse, "pallet-1", "boxes"), json!(3));
/// ```
#[derive(Clone)]
pub struct Server(Rc<RefCell<Inside>>);

/// A page's way to the server, by its number.
pub(super) type Link = u64;

/// What a way carries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carries {
    /// Whether the server can be reached.
    pub dials: bool,
    /// Whether what is sent arrives; else it waits.
    pub frames: bool,
}

struct Wire {
    link: Link,
    session: SessionId,
    person: Principal,
    far_end: FarEnd,
}

struct Inside {
    catalog: Catalog,
    authority: Authority,
    run: RunId,
    /// Every board's records, in order, as they were written.
    disk: BTreeMap<BoardId, Vec<String>>,
    is_full: bool,
    wires: Vec<Wire>,
    links: u64,
    sessions: u64,
    operations: u64,
    now: Timestamp,
}

pub(super) const STORE: StoreId = StoreId(7);

impl Server {
    /// A server that knows the kinds of `catalog`, and has these boards.
    ///
    /// # Panics
    /// When one of them does not fit the catalog.
    #[must_use]
    pub fn new(catalog: Catalog, boards: &[FirstBoard]) -> Self {
        let server = Self(Rc::new(RefCell::new(Inside::new(catalog))));
        let mut inside = server.0.borrow_mut();
        let (identity, push) = first_board::making(boards, STORE, inside.run, 0);
        inside.replay(identity, push);
        drop(inside);
        server
    }

    /// Somebody else puts a widget on a board.
    #[track_caller]
    pub fn create(&self, board: &BoardId, widget: &'static str, kind: &'static str, fields: Value) {
        self.create_all(board, kind, [(WidgetId::named(widget), fields)]);
    }

    /// The same of many at once: what it comes to goes out in one frame.
    #[track_caller]
    pub fn create_all(
        &self,
        board: &BoardId,
        kind: &'static str,
        widgets: impl IntoIterator<Item = (WidgetId, Value)>,
    ) {
        let intents = widgets.into_iter().map(|(widget, fields)| {
            let fields = serde_json::from_value(fields).expect("an object of fields by their names");
            let kind = Kind::named(kind);
            (widget, Intent::Create { kind, fields })
        });
        self.change(board, intents);
    }

    /// Somebody else gives a field another value.
    #[track_caller]
    pub fn set(&self, board: &BoardId, widget: &'static str, field: &str, value: impl Into<Value>) {
        self.set_all(board, [(WidgetId::named(widget), field, value.into())]);
    }

    /// The same of many at once: what it comes to goes out in one frame.
    #[track_caller]
    pub fn set_all<'a>(&self, board: &BoardId, values: impl IntoIterator<Item = (WidgetId, &'a str, Value)>) {
        let intents = values.into_iter().map(|(widget, field, value)| {
            let field = field.parse().expect("a field's name");
            (widget, Intent::Set { field, value })
        });
        self.change(board, intents);
    }

    /// Somebody else takes a widget off a board.
    #[track_caller]
    pub fn remove(&self, board: &BoardId, widget: &'static str) {
        self.change(board, [(WidgetId::named(widget), Intent::Remove)]);
    }

    #[track_caller]
    fn change(&self, board: &BoardId, intents: impl IntoIterator<Item = (WidgetId, Intent)>) {
        self.0.borrow_mut().change(board, intents);
    }

    /// A field as it stands; `null` where there is none.
    #[must_use]
    pub fn value(&self, board: &BoardId, widget: &'static str, field: &str) -> Value {
        let field: FieldName = field.parse().expect("a field's name");
        let shown = self.board(board);
        let field = shown.field(&WidgetId::named(widget), &field);
        field.map_or(Value::Null, |field| field.value.clone())
    }

    /// A board as it stands; an empty one where there is none.
    #[must_use]
    pub fn board(&self, board: &BoardId) -> Board {
        let inside = self.0.borrow();
        let log = inside.authority.logs().get(board);
        log.map(|log| log.board().clone()).unwrap_or_default()
    }

    /// The boards there are, the directory among them.
    #[must_use]
    pub fn boards(&self) -> Vec<BoardId> {
        self.0.borrow().authority.logs().keys().cloned().collect()
    }

    /// How many are connected, and how many of them watch a board.
    #[must_use]
    pub fn visitors(&self, board: &BoardId) -> (usize, usize) {
        let inside = self.0.borrow();
        (inside.authority.sessions_len(), inside.authority.subscribers_len(board))
    }

    /// Every record of every board, in order: what a restart reads.
    #[must_use]
    pub fn records(&self) -> Vec<(BoardId, Record)> {
        let inside = self.0.borrow();
        let records = inside.disk.iter().flat_map(|(board, texts)| {
            let record = |text: &String| (board.clone(), read(text));
            texts.iter().map(record)
        });
        records.collect()
    }

    /// Sends a frame to every page: samples, an app's own event, what a server of another version would say.
    pub fn send(&self, frame: &ServerFrame) {
        for wire in &self.0.borrow().wires {
            wire.far_end.tell(SocketEvent::Text(encode(frame)));
        }
    }

    /// From now on its disk takes nothing, or takes everything again: who sends an edit is asked to send it again later.
    pub fn fill_disk(&self, is_full: bool) {
        self.0.borrow_mut().is_full = is_full;
    }

    /// It is killed and started again: what is not on its disk is gone, every connection breaks, and it is another run.
    pub fn restart(&self) {
        self.0.borrow_mut().restart();
    }

    pub(super) fn new_link(&self) -> Link {
        let mut inside = self.0.borrow_mut();
        inside.links += 1;
        inside.links
    }

    /// Breaks a page's connections.
    pub(super) fn hang_up(&self, link: Link) {
        self.0.borrow_mut().hang_up(|wire| wire.link == link);
    }

    /// Takes new sockets of a page, and hears what was said on all of them: the frames. `None` when there was nothing.
    pub(super) fn go_on(
        &self,
        link: Link,
        person: &Principal,
        carries: Carries,
        device: &MemoryDevice,
    ) -> Option<Vec<ClientFrame>> {
        self.0.borrow_mut().go_on(link, person, carries, device)
    }
}

impl Inside {
    fn new(catalog: Catalog) -> Self {
        let run = RunId(1);
        Self {
            authority: Authority::new(setup(&catalog, run), BTreeMap::new()),
            catalog,
            run,
            disk: BTreeMap::new(),
            is_full: false,
            wires: Vec::new(),
            links: 0,
            sessions: 0,
            operations: 0,
            now: Timestamp(0),
        }
    }

    fn restart(&mut self) {
        self.hang_up(|_| true);
        self.run = RunId(self.run.0 + 1);
        let setup = setup(&self.catalog, self.run);
        let mut logs = BTreeMap::new();
        for (board, texts) in &self.disk {
            logs.insert(board.clone(), opened(texts, setup.epoch));
        }
        self.authority = Authority::new(setup, logs);
    }

    #[track_caller]
    fn change(&mut self, board: &BoardId, intents: impl IntoIterator<Item = (WidgetId, Intent)>) {
        let made_at = self.authority.logs().get(board).map_or(Cursor::ORIGIN, Log::cursor);
        let mut items = Vec::new();
        for (widget, intent) in intents {
            self.operations += 1;
            let id = OperationId {
                client: SOMEBODY_ELSE,
                sequence: self.operations,
            };
            let operation = Operation {
                id,
                board: board.clone(),
                widget,
                schema: SCHEMA,
                made_at,
                intent,
                base: None,
                base_value: None,
                deadline: None,
                resolves: None,
            };
            items.push(PushItem::Operation { operation, after: None });
        }
        let identity = identity(Principal::named("somebody-else"));
        let push = Push {
            store: STORE,
            run: self.run,
            principal: identity.principal.clone(),
            device: None,
            items,
        };
        self.replay(identity, push);
    }

    #[track_caller]
    fn replay(&mut self, identity: Identity, push: Push) {
        let answers = self.hear(Event::Replay {
            request: 0,
            identity,
            push,
        });
        let is_applied =
            |item: &Answered| matches!(&item.answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
        assert!(answers.iter().all(is_applied), "{answers:#?}");
    }

    fn hang_up(&mut self, is_meant: impl Fn(&Wire) -> bool) {
        let broken: Vec<Wire> = self.wires.extract_if(.., |wire| is_meant(wire)).collect();
        for Wire { session, far_end, .. } in broken {
            far_end.tell(SocketEvent::Closed);
            self.hear(Event::Closed { session });
        }
    }

    fn go_on(
        &mut self,
        link: Link,
        person: &Principal,
        carries: Carries,
        device: &MemoryDevice,
    ) -> Option<Vec<ClientFrame>> {
        // Each device counts from an origin of its own: the server's time goes on with the latest.
        self.now = self.now.max(crate::platform::Clock::now(device));
        let mut has_moved = false;
        while let Some(far_end) = device.dialled() {
            has_moved = true;
            if !carries.dials {
                far_end.tell(SocketEvent::Closed);
                continue;
            }
            far_end.tell(SocketEvent::Opened);
            self.sessions += 1;
            self.wires.push(Wire {
                link,
                session: self.sessions,
                person: person.clone(),
                far_end,
            });
        }
        let (mut events, mut heard) = (Vec::new(), Vec::new());
        for wire in self.wires.iter_mut().filter(|wire| wire.link == link) {
            let session = wire.session;
            let texts = if carries.frames {
                wire.far_end.heard()
            } else {
                Vec::new()
            };
            for text in texts {
                let frame: ClientFrame = decode(&text).expect("a client sends frames");
                heard.push(frame.clone());
                events.push(match frame {
                    ClientFrame::Hello(_) => Event::Hello {
                        session,
                        identity: Some(identity(wire.person.clone())),
                    },
                    frame => Event::Frame { session, frame },
                });
            }
            if wire.far_end.is_closed() {
                events.push(Event::Closed { session });
            }
        }
        self.wires.retain(|wire| !wire.far_end.is_closed());
        has_moved |= !events.is_empty();
        for event in events {
            self.hear(event);
        }
        // What is told only so often is told with whatever a page does next.
        if self.authority.next_wakeup().is_some_and(|at| at <= self.now) {
            self.hear(None);
            has_moved = true;
        }
        has_moved.then_some(heard)
    }

    /// Decides, writes, tells. Gives what is answered to who asked without a connection.
    fn hear(&mut self, event: impl Into<Option<Event>>) -> Vec<Answered> {
        let batch = self.authority.handle(self.now, event.into());
        let replies = if self.is_full && !batch.records.is_empty() {
            let (disk, epoch) = (&self.disk, self.authority.epoch());
            let reload = |board: &BoardId| {
                let texts = disk.get(board).map_or(&[][..], Vec::as_slice);
                Ok::<_, Infallible>(opened(texts, epoch))
            };
            let told = self.authority.abandoned(batch, reload);
            told.unwrap_or_else(|never| match never {})
        } else {
            for (board, _, record) in &batch.records {
                let text = serde_json::to_string(record).expect("plain data");
                self.disk.entry(board.clone()).or_default().push(text);
            }
            self.authority.committed(batch)
        };
        let mut answers = Vec::new();
        for reply in replies {
            match reply {
                Reply::Send { session, frame } => self.deliver(session, &frame),
                Reply::Tell { session, told } => told.for_each(|frame| self.deliver(session, &frame)),
                Reply::Publish { sessions, frame } => {
                    sessions.into_iter().for_each(|session| self.deliver(session, &frame));
                }
                Reply::Close { session } => self.wires.retain(|wire| {
                    let is_meant = wire.session == session;
                    if is_meant {
                        wire.far_end.tell(SocketEvent::Closed);
                    }
                    !is_meant
                }),
                Reply::Replayed { items, .. } => answers.extend(items),
                Reply::Called { .. } | Reply::Document { .. } | Reply::Found { .. } => {}
            }
        }
        answers
    }

    fn deliver(&self, session: SessionId, frame: &ServerFrame) {
        for wire in self.wires.iter().filter(|wire| wire.session == session) {
            wire.far_end.tell(SocketEvent::Text(encode(frame)));
        }
    }
}

fn setup(catalog: &Catalog, run: RunId) -> Setup {
    Setup {
        store: STORE,
        run,
        epoch: Epoch(run.0),
        memory: Memory::default(),
        catalog: catalog.clone(),
        frame_fill_bytes: FRAME_FILL_BYTES,
    }
}

fn identity(principal: Principal) -> Identity {
    Identity {
        principal,
        access: Access::Edit,
    }
}

/// A board as the disk has it.
fn opened(texts: &[String], epoch: Epoch) -> Log {
    let records = texts.iter().map(|text| read(text));
    Log::restore(Memory::default(), epoch, None, records).expect("records in their order")
}

fn read(text: &str) -> Record {
    serde_json::from_str(text).expect("a record that was written")
}

/// Whose operations `Server::set` and its like are.
const SOMEBODY_ELSE: ClientId = ClientId(99);
