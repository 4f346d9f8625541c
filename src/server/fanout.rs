//! Who hears what: hands each reply of the authority to the connections and requests it is for.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    ReadError,
    authority::{Event, Reply, RequestId, SessionId},
    log::Called,
    mailbox::{Mailbox, Posted},
    metrics::Metrics,
    packet::packet,
};
use crate::protocol::{Answered, Document, FoundCard, ServerFrame};

/// Every greeted connection's mailbox, and every request that waits for its answer. The committer owns it: nothing
/// here is locked but one mailbox at a time.
#[derive(Debug)]
pub(super) struct Fanout {
    mailboxes: HashMap<SessionId, Arc<Mailbox>>,
    requests: HashMap<RequestId, Waiting>,
    requests_made: RequestId,
    metrics: Arc<Metrics>,
}

/// A request without a connection. One whose asker is gone is answered to nobody.
#[derive(Debug)]
pub(super) enum Waiting {
    Replay(oneshot::Sender<Vec<Answered>>),
    Call(oneshot::Sender<Box<Called>>),
    Read(oneshot::Sender<Result<Box<Document>, ReadError>>),
    Find(oneshot::Sender<Vec<FoundCard>>),
}

impl Fanout {
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            mailboxes: HashMap::new(),
            requests: HashMap::new(),
            requests_made: 0,
            metrics,
        }
    }

    /// A connection that is about to greet.
    pub fn join(&mut self, session: SessionId, mailbox: Arc<Mailbox>) {
        self.mailboxes.insert(session, mailbox);
    }

    /// A connection that is gone.
    pub fn leave(&mut self, session: SessionId) {
        self.mailboxes.remove(&session);
    }

    /// All that answers one frame of a connection has been delivered.
    pub fn answered(&self, session: SessionId) {
        if let Some(mailbox) = self.mailboxes.get(&session) {
            mailbox.answered();
        }
    }

    /// A request, under a number of its own.
    pub fn expect(&mut self, waiting: Waiting) -> RequestId {
        self.requests_made += 1;
        self.requests.insert(self.requests_made, waiting);
        self.requests_made
    }

    /// Hands out a reply. What comes of it that the authority must know goes to `events`.
    pub fn deliver(&mut self, reply: Reply, events: &mut Vec<Event>) {
        match reply {
            Reply::Send { session, frame } => self.send(session, &frame),
            Reply::Tell { session, told } => {
                if let Some(mailbox) = self.mailboxes.get(&session) {
                    self.note(mailbox.tell(told));
                }
            }
            Reply::Publish { sessions, frame } => self.publish(&sessions, &frame, events),
            Reply::Close { session } => {
                if let Some(mailbox) = self.mailboxes.get(&session) {
                    mailbox.close();
                }
            }
            Reply::Replayed { request, items } => {
                if let Some(Waiting::Replay(asker)) = self.requests.remove(&request) {
                    // A failure only says that the asker is gone: the verdicts are kept, and it may ask again.
                    let _ = asker.send(items);
                }
            }
            Reply::Called { request, called } => {
                if let Some(Waiting::Call(asker)) = self.requests.remove(&request) {
                    let _ = asker.send(called);
                }
            }
            Reply::Document { request, document } => {
                if let Some(Waiting::Read(asker)) = self.requests.remove(&request) {
                    let _ = asker.send(document.ok_or(ReadError::TooLarge));
                }
            }
            Reply::Found { request, cards } => {
                if let Some(Waiting::Find(asker)) = self.requests.remove(&request) {
                    let _ = asker.send(cards);
                }
            }
        }
    }

    fn send(&self, session: SessionId, frame: &ServerFrame) {
        let Some(mailbox) = self.mailboxes.get(&session) else {
            return;
        };
        let packet = self.encode(frame, 1);
        let posted = match frame {
            ServerFrame::Subscribed(subscribed) => mailbox.begin_catch_up(&subscribed.board, packet),
            ServerFrame::Changes(changes) => mailbox.catch_up(&changes.board, packet),
            ServerFrame::Patch(patch) => mailbox.catch_up(&patch.board, packet),
            _ => mailbox.answer(packet),
        };
        self.note(posted);
    }

    fn note(&self, posted: Posted) {
        if posted == Posted::Filled {
            self.metrics.readers_waited_for.count();
        }
    }

    fn publish(&self, sessions: &[SessionId], frame: &ServerFrame, events: &mut Vec<Event>) {
        let packet = self.encode(frame, sessions.len());
        for session in sessions {
            let Some(mailbox) = self.mailboxes.get(session) else {
                continue;
            };
            let ServerFrame::Changes(changes) = frame else {
                mailbox.event(&packet);
                continue;
            };
            if mailbox.change(&changes.board, &packet) == Posted::Overflowed {
                self.metrics.readers_lagged.count();
                events.push(Event::Lagging {
                    session: *session,
                    board: changes.board.clone(),
                });
            }
        }
    }

    fn encode(&self, frame: &ServerFrame, readers: usize) -> Bytes {
        let packet = packet(frame);
        self.metrics.frames_sent.add(readers as u64);
        self.metrics.bytes_sent.add((packet.len() * readers) as u64);
        packet
    }
}
