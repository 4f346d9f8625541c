//! The server's mind: every board's log, who is connected, and who hears what.
//!
//! One door in, two out. [`Authority::handle`] decides a batch of events and gives the records that must become
//! durable; then either [`Authority::committed`] gives what may now be told, or [`Authority::abandoned`] forgets what
//! never happened. Nothing of a batch can be told before: the replies are inside [`Batch`].
//!
//! Invariant: pure. The shell around it (`store`, `fanout`, `session`) moves bytes and asks the clock; the simulator
//! is another shell around the same code.

mod calling;
mod event;
mod finding;
mod frames;
mod greeting;
mod refusals;
mod seen;
mod subscribing;
#[cfg(test)]
mod tests;
mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use event::{Event, Reply};
pub use finding::Search;
use seen::Sight;
pub use told::Told;

use super::log::{Called, Context, Head, Log, Memory, Record};
use crate::{
    board::Catalog,
    config::{ACCEPT_PER_SECOND, ANSWER_VALUES_BYTES_MAX, RETRY_MS, RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX},
    planted::{self, Bug},
    protocol::{
        Answer, Answered, BoardId, ClientFrame, Code, Device, Epoch, Identity, Push, PushItem, Revision, RunId,
        ServerFrame, StoreId, Subscribe,
    },
    time::Timestamp,
};

/// A connection, by the number its shell gave it.
pub type SessionId = u64;
/// A request without a connection, by the number its shell gave it.
pub type RequestId = u64;

/// What a server is, for as long as it runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The database.
    pub store: StoreId,
    /// This process.
    pub run: RunId,
    /// This opening of the database.
    pub epoch: Epoch,
    /// How long verdicts are kept.
    pub memory: Memory,
    /// The kinds of widget.
    pub catalog: Catalog,
    /// What a frame holds before the next one starts: [`crate::config::FRAME_FILL_BYTES`] but for tests.
    pub frame_fill_bytes: usize,
}

/// What was decided and may not be told yet.
#[must_use = "a batch must be committed or abandoned"]
#[derive(Debug)]
pub struct Batch {
    /// To append, each after the head that goes with it, all or none.
    pub records: Vec<(BoardId, Head, Record)>,
    now: Timestamp,
    waiting: Vec<Waiting>,
}

/// A reply that a commit releases.
#[derive(Debug)]
enum Waiting {
    Ready(Reply),
    Answers {
        session: SessionId,
        items: Vec<Answered>,
    },
    Replayed {
        request: RequestId,
        items: Vec<Answered>,
    },
    Called {
        request: RequestId,
        called: Box<Called>,
    },
    Subscribe {
        session: SessionId,
        subscribe: Subscribe,
    },
    Unsubscribe {
        session: SessionId,
        board: BoardId,
    },
    Read {
        request: RequestId,
        identity: Identity,
        subscribe: Subscribe,
    },
    Find {
        request: RequestId,
        search: Search,
    },
}

/// A connection that was greeted.
#[derive(Debug)]
struct Session {
    identity: Identity,
    subscriptions: BTreeSet<BoardId>,
    /// A subscription of which more is to come.
    asking: Option<Subscribe>,
}

/// Every board and every session of a server.
#[derive(Debug)]
pub struct Authority {
    setup: Setup,
    logs: BTreeMap<BoardId, Log>,
    sessions: HashMap<SessionId, Session>,
    subscribers: HashMap<BoardId, BTreeSet<SessionId>>,
    /// Heads before the batch at hand.
    heads: BTreeMap<BoardId, Head>,
    sight: Sight,
    /// Clients that did not show what is on a board.
    differences: u64,
}

impl Authority {
    /// A server over the boards its store holds.
    #[must_use]
    pub fn new(setup: Setup, logs: BTreeMap<BoardId, Log>) -> Self {
        Self {
            setup,
            logs,
            sessions: HashMap::new(),
            subscribers: HashMap::new(),
            heads: BTreeMap::new(),
            sight: Sight::default(),
            differences: 0,
        }
    }

    /// How often a client that had seen all of a board did not show what is on it. It was sent all of it anew.
    #[must_use]
    pub const fn differences(&self) -> u64 {
        self.differences
    }

    /// The boards, for reading at a durable head: call between batches only.
    #[must_use]
    pub const fn logs(&self) -> &BTreeMap<BoardId, Log> {
        &self.logs
    }

    /// The epoch of this opening of the database: what a board that is read again is stamped with.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.setup.epoch
    }

    /// Sessions that were greeted.
    #[must_use]
    pub fn sessions_len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether anyone hears of a board.
    #[must_use]
    pub fn subscribers_len(&self, board: &BoardId) -> usize {
        self.subscribers.get(board).map_or(0, BTreeSet::len)
    }

    /// Decides what happened, in order. At most [`crate::config::BATCH_LEN_MAX`] operations make a good batch.
    pub fn handle(&mut self, now: Timestamp, events: impl IntoIterator<Item = Event>) -> Batch {
        let mut waiting = Vec::new();
        for event in events {
            self.event(now, event, &mut waiting);
        }
        let mut records = Vec::new();
        for (board, head) in std::mem::take(&mut self.heads) {
            let record = self.logs.get_mut(&board).and_then(|log| log.seal(now));
            records.extend(record.map(|record| (board, head, record)));
        }
        Batch { records, now, waiting }
    }

    /// The batch is durable: what everyone hears now, in the order it is to be sent.
    pub fn committed(&mut self, batch: Batch) -> Vec<Reply> {
        let Batch { records, now, waiting } = batch;
        let mut replies = Vec::new();
        for (board, _, record) in records {
            if let Some(log) = self.logs.get_mut(&board) {
                log.forget_rows();
            }
            self.publish(&board, record, &mut replies);
        }
        for reply in waiting {
            self.release(now, reply, &mut replies);
        }
        self.sight.tell(now, &mut replies);
        replies
    }

    /// The batch could not be made durable. `reload` reads a board as the store has it: its memory here has seen
    /// what never happened. Whoever waits is asked to send again.
    ///
    /// # Errors
    /// When a board can't be read back: the server must stop serving.
    pub fn abandoned<E>(
        &mut self,
        batch: Batch,
        mut reload: impl FnMut(&BoardId) -> Result<Log, E>,
    ) -> Result<Vec<Reply>, E> {
        let Batch { records, now, waiting } = batch;
        for (board, _, _) in &records {
            if !planted::is(Bug::UnknownAppendDecidedAnew) {
                let log = reload(board)?;
                // A board that was only just made is not there at all.
                let is_stored = log.head().sequence > 0;
                self.logs.insert(board.clone(), log);
                if !is_stored {
                    self.logs.remove(board);
                }
            }
        }
        let retry = |reason: &str| Answer::Retry {
            after_ms: RETRY_MS,
            reason: reason.to_owned(),
        };
        let ask_again = |items: Vec<Answered>| -> Vec<Answered> {
            let answer =
                retry("The server could not write to its disk. Your edits wait safely; free space on the server.");
            items
                .into_iter()
                .map(|item| Answered {
                    id: item.id,
                    answer: answer.clone(),
                })
                .collect()
        };
        let mut replies = Vec::new();
        for reply in waiting {
            let reply = match reply {
                Waiting::Answers { session, items } => Waiting::Answers {
                    session,
                    items: ask_again(items),
                },
                Waiting::Replayed { request, items } => Waiting::Replayed {
                    request,
                    items: ask_again(items),
                },
                Waiting::Called { request, .. } => Waiting::Called {
                    request,
                    called: Box::new(Called::Answered {
                        answer: retry("The server could not write to its disk: free space on it."),
                        changed: None,
                    }),
                },
                other => other,
            };
            self.release(now, reply, &mut replies);
        }
        Ok(replies)
    }

    /// The window a client spreads its return over, sized to the crowd.
    #[must_use]
    pub fn retry_window_ms(&self) -> u64 {
        (self.sessions.len() as u64 * 1_000 / ACCEPT_PER_SECOND).clamp(RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX)
    }

    fn event(&mut self, now: Timestamp, event: Event, waiting: &mut Vec<Waiting>) {
        match event {
            Event::Hello { session, identity } => {
                waiting.extend(self.greet(now, session, identity).into_iter().map(Waiting::Ready));
            }
            Event::Frame { session, frame } if self.sessions.contains_key(&session) => {
                self.frame(now, session, frame, waiting)
            }
            Event::Frame { session, .. } => waiting.extend(refuse(
                session,
                Code::OutOfOrder,
                "The first frame must be `hello`: greet, then go on.",
            )),
            Event::Lagging { session, board } => self.unsubscribe(session, &board),
            Event::Closed { session } => self.close(session),
            Event::Seen { session, seen } => self.note_seen(session, seen),
            Event::Replay {
                request,
                identity,
                push,
            } => {
                let items = self.push(now, &identity, push);
                waiting.push(Waiting::Replayed { request, items });
            }
            Event::Call {
                request,
                identity,
                device,
                call,
            } => {
                let called = Box::new(self.call(now, &identity, device, &call));
                waiting.push(Waiting::Called { request, called });
            }
            Event::Read {
                request,
                identity,
                subscribe,
            } => waiting.push(Waiting::Read {
                request,
                identity,
                subscribe,
            }),
            Event::Find { request, search } => waiting.push(Waiting::Find { request, search }),
        }
    }

    fn frame(&mut self, now: Timestamp, session: SessionId, frame: ClientFrame, waiting: &mut Vec<Waiting>) {
        let send = |frame| Waiting::Ready(Reply::Send { session, frame });
        match frame {
            ClientFrame::Hello(_) => waiting.extend(refuse(
                session,
                Code::OutOfOrder,
                "This connection was greeted already; open another one.",
            )),
            ClientFrame::Subscribe(subscribe) => waiting.push(Waiting::Subscribe { session, subscribe }),
            // Not at once: a `subscribe` ahead of it acts when the batch is told, and they keep their order.
            ClientFrame::Unsubscribe { board } => waiting.push(Waiting::Unsubscribe { session, board }),
            ClientFrame::Push(push) => {
                let Some(Session { identity, .. }) = self.sessions.get(&session) else {
                    return;
                };
                let items = self.push(now, &identity.clone(), push);
                waiting.push(Waiting::Answers { session, items });
            }
            ClientFrame::Ping { visible, seen } => {
                waiting.push(send(ServerFrame::Pong { clock: now }));
                if let Some(seen) = seen.filter(|_| visible || planted::is(Bug::HiddenPageSees)) {
                    self.note_seen(session, seen);
                }
            }
            ClientFrame::Event { .. } if !self.may_edit(session) => {}
            ClientFrame::Event { board, name, payload } => {
                let others = self
                    .subscribers
                    .get(&board)
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|other| *other != session);
                let frame = ServerFrame::Event {
                    board: board.clone(),
                    name,
                    payload,
                };
                waiting.push(Waiting::Ready(Reply::Publish {
                    sessions: others.collect(),
                    frame,
                }));
            }
            // Samples and people never pass here: they are no state of a board, and the shell serves them from memory.
            ClientFrame::Watch { .. } | ClientFrame::Here(_) => {}
        }
    }

    fn may_edit(&self, session: SessionId) -> bool {
        self.sessions
            .get(&session)
            .is_some_and(|session| session.identity.may_edit())
    }

    fn push(&mut self, now: Timestamp, identity: &Identity, push: Push) -> Vec<Answered> {
        let device = push.device.and_then(Device::kept);
        let now_and_here =
            push.store == self.setup.store && (push.run == self.setup.run || planted::is(Bug::RunNotChecked));
        let ours = now_and_here && push.principal == identity.principal;
        let mut items: Vec<Answered> = Vec::with_capacity(push.items.len());
        let mut carried_bytes = 0;
        for mut item in push.items {
            self.lift_refused(&mut item);
            let answer = if !ours {
                Answer::History
            } else if carried_bytes >= ANSWER_VALUES_BYTES_MAX {
                Answer::Retry {
                    after_ms: RETRY_MS,
                    reason: "The answers to earlier edits are large, and go first.".into(),
                }
            } else {
                self.decide(now, identity, device.as_ref(), &item)
            };
            carried_bytes += frames::carried_bytes(&answer);
            items.push(Answered { id: item.id(), answer });
        }
        items
    }

    fn decide(&mut self, now: Timestamp, identity: &Identity, device: Option<&Device>, item: &PushItem) -> Answer {
        if let Some(answer) = self.refused_before(identity, item.id()) {
            return answer;
        }
        let board = item.board();
        let Some(log) = self.logs.get_mut(board).filter(|_| *board != BoardId::refusals()) else {
            return self.decide_without_board(now, identity, device, item);
        };
        if !log.is_staged() {
            self.heads.insert(board.clone(), log.head());
        }
        let context = Context {
            now,
            run: self.setup.run,
            identity,
            device,
            catalog: &self.setup.catalog,
        };
        log.decide(&context, item)
    }

    fn publish(&self, board: &BoardId, record: Record, replies: &mut Vec<Reply>) {
        let Some(sessions) = self.subscribers.get(board).filter(|sessions| !sessions.is_empty()) else {
            return;
        };
        let Some(log) = self.logs.get(board) else { return };
        let Some(first) = record.changes.first() else { return };
        let from = log.history().cursor(Revision(first.revision.0 - 1));
        for frame in frames::of_changes(board, log, from, record.changes, self.setup.frame_fill_bytes) {
            replies.push(Reply::Publish {
                sessions: sessions.iter().copied().collect(),
                frame,
            });
        }
    }

    fn release(&mut self, now: Timestamp, reply: Waiting, replies: &mut Vec<Reply>) {
        match reply {
            Waiting::Ready(reply) => replies.push(reply),
            Waiting::Answers { session, items } => {
                let frames = frames::of_answers(items, self.setup.frame_fill_bytes);
                replies.extend(frames.map(|frame| Reply::Send { session, frame }));
            }
            Waiting::Replayed { request, items } => replies.push(Reply::Replayed { request, items }),
            Waiting::Called { request, called } => replies.push(Reply::Called { request, called }),
            Waiting::Read {
                request,
                identity,
                subscribe,
            } => {
                let document = self.read(now, &identity, subscribe);
                replies.push(Reply::Document { request, document });
            }
            Waiting::Find { request, search } => {
                let cards = self.find(&search);
                replies.push(Reply::Found { request, cards });
            }
            Waiting::Subscribe { session, subscribe } => self.subscribe(session, subscribe, replies),
            Waiting::Unsubscribe { session, board } => self.unsubscribe(session, &board),
        }
    }
}

fn refusal(session: SessionId, code: Code, message: &str) -> Vec<Reply> {
    let frame = ServerFrame::Error {
        code,
        message: message.to_owned(),
    };
    vec![Reply::Send { session, frame }, Reply::Close { session }]
}

fn refuse(session: SessionId, code: Code, message: &str) -> impl Iterator<Item = Waiting> {
    refusal(session, code, message).into_iter().map(Waiting::Ready)
}
