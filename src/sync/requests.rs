//! The way by plain requests, where no socket can be had: the same operations go by server function, and boards are read
//! by subscriptions that end with their answer. One request at a time; what failed is tried again ever later, what was
//! refused is not.

#[cfg(test)]
mod tests;

use std::fmt;

use super::{
    Connection, Effect, Engine, Notice, Pending,
    keeping::Met,
    outbox::Fate,
    outgoing::frames,
    updates::{Replica, Subscription},
};
use crate::{
    config::{FALLBACK_AFTER, FALLBACK_MS},
    protocol::{Answer, Answered, BoardId, Cursor, Document, OperationId, PatchFrame, Push, RunId, StoreId},
    sorted::SortedSet,
    time::Timestamp,
};

/// Why a request brought nothing. `Display` says what to do, where that is for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// No answer, or one that says to come again. Nothing is known; the same is asked again, ever later.
    Unreachable,
    /// The server asks who this is.
    NeedsAuth,
    /// It is too much for one request, now and later.
    TooLarge,
    /// The server, or what stands before it, does not take such requests.
    Refused,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "The server can’t be reached. Nothing was lost; it is tried again.",
            Self::NeedsAuth => "The server asks who you are. What waits here is kept.",
            Self::TooLarge => {
                "This board is too large to be read without a live socket. It is shown as this device last saw it; edits are kept."
            }
            Self::Refused => {
                "The server does not take this page’s requests. Reload the page; what waits here is kept."
            }
        })
    }
}

impl std::error::Error for RequestError {}

/// The books of that way.
#[derive(Debug, Default)]
pub(super) struct Requests {
    under_way: UnderWay,
    /// Whether the server answered the last one.
    works: bool,
    failures: u32,
    /// The data model of the server that answered the last reading.
    pub schema: Option<u32>,
    /// When the next one may go, and how many reads went.
    next_at: Timestamp,
    reads: usize,
    /// Whether the last one read a board.
    has_read: bool,
    /// A read has just been answered, or something that was sent: what waited for it goes at once.
    lets_go: bool,
    /// Operations whose history a process did not know as its own.
    astray: Vec<(RunId, OperationId)>,
    /// Boards that will not be had this way, however often they are asked for.
    refused: SortedSet<BoardId>,
    /// The same of sending.
    refuses_operations: bool,
}

/// What is asked at the moment. There is one request at a time, whether its answer will count or not.
#[derive(Debug, Default)]
enum UnderWay {
    #[default]
    Nothing,
    /// Something whose answer does not count any more: a socket was had since, or another process or history met, or
    /// somebody else is here.
    Void,
    Sending,
    /// Which board.
    Reading(BoardId),
}

impl Requests {
    /// Whatever is under way was asked in other circumstances.
    pub fn void(&mut self) {
        if !matches!(self.under_way, UnderWay::Nothing) {
            self.under_way = UnderWay::Void;
        }
    }

    /// A person wants it so: everything is asked for again, and at once.
    pub fn start_over(&mut self) {
        (self.refused, self.refuses_operations) = (SortedSet::new(), false);
        (self.failures, self.next_at) = (0, Timestamp(0));
    }

    /// A socket was had: should it go again, nothing is known of this way.
    pub fn rest(&mut self) {
        self.start_over();
        self.void();
        (self.works, self.schema) = (false, None);
    }

    /// The network may be another one: the next request waits no longer than until then.
    pub fn hasten(&mut self, at: Timestamp) {
        (self.failures, self.next_at) = (0, self.next_at.min(at));
    }

    const fn answered(&mut self) {
        (self.works, self.failures) = (true, 0);
    }
}

impl Engine {
    /// Whether requests stand in for the socket: none can be had, and the last one was answered.
    pub(super) const fn by_requests(&self) -> bool {
        self.connection.attempt() >= FALLBACK_AFTER && self.requests.works
    }

    /// Whether a board is among what they bring.
    pub(super) fn brings(&self, board: &BoardId) -> bool {
        self.by_requests() && !self.requests.refused.contains(board)
    }

    /// When the next request is due.
    pub(super) fn request_wakeup(&self) -> Option<Timestamp> {
        self.may_request().then_some(self.requests.next_at)
    }

    /// One tab sends for all. Each reads for itself what a person sees in it: it may be the only one that is awake.
    fn may_request(&self) -> bool {
        let no_socket = matches!(self.connection, Connection::Waiting { attempt, .. } | Connection::Dialing { attempt, .. } if attempt >= FALLBACK_AFTER);
        no_socket
            && self.loaded
            && (self.leading || self.visible)
            && matches!(self.requests.under_way, UnderWay::Nothing)
    }

    /// Sends what may be sent by a request; else reads a board, each in its turn. What can't be sent before its board was
    /// read has that done first, and then every other time; what such a read lets go follows it at once.
    pub(super) fn request(&mut self, now: Timestamp) {
        let is_early = now < self.requests.next_at;
        let lets_go = self.keeping.met == Met::Read && std::mem::take(&mut self.requests.lets_go);
        if !self.may_request() || (is_early && !lets_go) {
            return;
        }
        let waiting = self.outbox.boards();
        let mut wanted = self.wanted(&waiting);
        wanted.retain(|board| !self.requests.refused.contains(board));
        let holds_up = |board: &BoardId| waiting.contains(board) && self.must_be_read(board);
        let urgent: SortedSet<BoardId> = wanted.iter().filter(|board| holds_up(board)).cloned().collect();
        // What a request takes along may have been sent, though it is not answered: nothing goes before something was.
        let is_answered = self.requests.works || wanted.is_empty();
        if is_answered
            && (urgent.is_empty() || self.requests.has_read)
            && let Some(push) = self.next_push(now)
        {
            (self.requests.under_way, self.requests.has_read) = (UnderWay::Sending, false);
            self.requests.next_at = now.plus(FALLBACK_MS);
            self.effects.push_back(Effect::Replay(push));
            return;
        }
        if is_early {
            return;
        }
        self.requests.next_at = now.plus(FALLBACK_MS);
        let boards = if urgent.is_empty() { wanted } else { urgent };
        if !boards.is_empty() {
            self.requests.reads += 1;
            let next = boards.iter().nth(self.requests.reads % boards.len()).cloned();
            next.into_iter().for_each(|board| self.read(board));
        }
    }

    fn read(&mut self, board: BoardId) {
        let subscribe = self.ask(board.clone());
        (self.requests.under_way, self.requests.has_read) = (UnderWay::Reading(board), true);
        self.effects.push_back(Effect::Read(subscribe));
    }

    /// Whether nothing of a board, or not all of it, can be sent before it was read.
    fn must_be_read(&self, board: &BoardId) -> bool {
        let run = self.stamp.map(|(run, ..)| run);
        !self
            .replicas
            .get(board)
            .is_some_and(|replica| is_found_by(replica, run))
            || self.outbox.of_board(board).any(|pending| pending.fate == Fate::Unasked)
    }

    fn next_push(&mut self, now: Timestamp) -> Option<Push> {
        if !self.leading || self.requests.refuses_operations {
            return None;
        }
        let namespace = self.namespace.clone()?;
        let (run, ..) = self.stamp?;
        // Only where this very process is known to continue what this device has seen.
        let found = |replica: &Replica| is_found_by(replica, Some(run)) && !replica.lowered;
        let items = self.next_items(now, &self.boards_where(&found));
        let push = Push {
            store: namespace.store,
            run,
            principal: namespace.principal,
            device: self.birth.device.clone(),
            items: Vec::new(),
        };
        frames(&push, items).into_iter().next()
    }

    pub(super) fn replayed(&mut self, now: Timestamp, answer: Result<Vec<Answered>, RequestError>) {
        let under_way = std::mem::take(&mut self.requests.under_way);
        if self.connection.welcome().is_some() {
            return; // what is sent there is another matter
        }
        for pending in self.outbox.iter_mut() {
            pending.sent = false;
        }
        if !matches!(under_way, UnderWay::Sending) {
            return;
        }
        let answers = match answer {
            Ok(answers) => answers,
            Err(error) => return self.request_failed(now, None, error),
        };
        self.request_answered(now);
        let is_news = |item: &Answered| !matches!(item.answer, Answer::Hold | Answer::Retry { .. } | Answer::History);
        self.requests.lets_go = answers.iter().any(is_news);
        for item in answers {
            match item.answer {
                Answer::History => self.astray(item.id),
                _ => self.answered(now, item),
            }
        }
    }

    /// A process does not find where an operation was made: it is another one, or that was in another history. A read tells.
    fn astray(&mut self, id: OperationId) {
        let board = self.outbox.get(id).map(|pending| &pending.operation.board);
        if let Some(replica) = board.and_then(|board| self.replicas.get_mut(board))
            && let Some(run) = self.run
        {
            replica.found_by = None;
            self.requests.astray.push((run, id));
        }
    }

    pub(super) fn document(&mut self, now: Timestamp, answer: Result<Box<Document>, RequestError>) {
        let UnderWay::Reading(board) = std::mem::take(&mut self.requests.under_way) else {
            return;
        };
        match answer {
            Ok(document) if !self.is_ours(document.store) => {
                // Another server answers at this address, by sockets or not: what waits here is not for it.
                self.requests.refuses_operations = true;
                self.request_failed(now, Some(board.clone()), RequestError::Refused);
            }
            Ok(document) => {
                self.request_answered(now);
                self.requests.lets_go = true;
                self.take_document(now, *document);
            }
            Err(error) => self.request_failed(now, Some(board.clone()), error),
        }
        // It has ended with its answer, whatever that was; or nobody waits for it any more.
        if self.connection.welcome().is_none() {
            self.resubscribe(&board);
        }
    }

    /// The server is there. Where it was not before, it may have begun anew: whether there are sockets by now is tried at once.
    fn request_answered(&mut self, now: Timestamp) {
        if !self.requests.works
            && let Connection::Waiting { retry_at, .. } = &mut self.connection
        {
            *retry_at = now.min(*retry_at);
        }
        self.requests.answered();
    }

    /// A request brought nothing: the one that read this board, or one that was to send.
    fn request_failed(&mut self, now: Timestamp, board: Option<BoardId>, error: RequestError) {
        match (error, board) {
            // The session cookie is the same by either way; a token does not go with a request.
            (RequestError::NeedsAuth, _) if self.birth.token.is_none() => {
                let message = error.to_string();
                self.leave(now, Connection::NeedsAuth { message });
            }
            (RequestError::Unreachable, _) => {
                self.requests.works = false;
                self.requests.failures += 1;
                let delay = self.retry_delay_ms(self.requests.failures);
                self.requests.next_at = now.plus(delay.max(FALLBACK_MS));
            }
            (_, Some(board)) => {
                self.requests.works = error == RequestError::TooLarge;
                self.requests.refused.insert(board);
                self.tell(error);
            }
            (_, None) => {
                self.requests.works = false;
                self.requests.refuses_operations = true;
                self.tell(RequestError::Refused);
            }
        }
    }

    fn is_ours(&self, store: StoreId) -> bool {
        self.namespace
            .as_ref()
            .is_some_and(|namespace| namespace.store == store)
    }

    fn tell(&mut self, error: RequestError) {
        let message = error.to_string();
        self.notice(Notice::Trouble { message });
    }

    /// What a socket would say in several frames: the answer to a subscription, and the one part of the patch it announces.
    fn take_document(&mut self, now: Timestamp, document: Document) {
        let Document {
            store: _,
            run,
            clock,
            schema,
            subscribed,
            widgets,
        } = document;
        self.stamp = Some((run, clock, now));
        self.requests.schema = Some(schema);
        self.meet(run);
        let part = PatchFrame {
            board: subscribed.board.clone(),
            from: subscribed.from,
            to: subscribed.at,
            part: 0,
            last: true,
            widgets,
        };
        let board = part.board.clone();
        self.subscribed(now, subscribed);
        self.patch(now, part);
        if let Some(replica) = self.replicas.get_mut(&board)
            && matches!(replica.subscription, Subscription::Live)
        {
            replica.agreed_at = Some(now);
            replica.is_absent = replica.cursor == Cursor::ORIGIN;
            let astray = std::mem::take(&mut self.requests.astray);
            for (asked, id) in astray.into_iter().filter(|(asked, _)| *asked == run) {
                // It was this process, and this is its history.
                let is_here = |pending: &Pending| pending.operation.board == board;
                if !self.outbox.get(id).is_some_and(is_here) {
                    self.requests.astray.push((asked, id));
                } else if self.outbox.get(id).is_some_and(Pending::is_undecided) {
                    self.bring_home(id);
                }
            }
        }
    }
}

/// Whether this process is known to go on from where a board was seen.
fn is_found_by(replica: &Replica, run: Option<RunId>) -> bool {
    run.is_some() && replica.found_by == run
}
