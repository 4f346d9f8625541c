//! The way by plain requests, where no socket can be had: the same operations go by server function, and boards are read
//! the same way. One request at a time; what failed is tried again ever later, what was refused is not.

use std::fmt;

use super::{
    Connection, Effect, Engine, Notice, Pending,
    connection::retry_delay_ms,
    outgoing::frames,
    updates::{Arrived, Continuity, Replica, Subscription},
};
use crate::{
    config::{FALLBACK_AFTER, FALLBACK_MS},
    protocol::{Answer, Answered, BoardId, Cursor, Document, PatchFrame, Push, Subscribed},
    sorted::SortedSet,
    time::Timestamp,
};

/// Why a request brought nothing. `Display` says what to do, where that is for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// No answer, or one that says to come again. Nothing is known; the same is asked again, ever later.
    Unreachable,
    /// There is no such board.
    UnknownBoard,
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
            Self::NeedsAuth => "Sign in to go on. What waits here is kept.",
            Self::TooLarge => {
                "This board is too large to be read without a live socket. It is shown as this device last saw it; edits are kept."
            }
            Self::UnknownBoard | Self::Refused => {
                "The server does not take this page’s requests. Reload the page; what waits here is kept."
            }
        })
    }
}

impl std::error::Error for RequestError {}

/// The books of that way.
#[derive(Debug, Default)]
pub(super) struct Requests {
    is_under_way: bool,
    /// The board that it reads; `None` when it sends.
    reading: Option<BoardId>,
    /// Whether the answers to operations under way will count: not, when another process was met since, or another history.
    pub counts: bool,
    /// Whether the server answered the last one.
    works: bool,
    failures: u32,
    /// When the next one may go, and how many reads went.
    next_at: Timestamp,
    reads: usize,
    /// Boards that will not be had this way, however often they are asked for.
    refused: SortedSet<BoardId>,
    /// The same of sending.
    refuses_operations: bool,
}

impl Requests {
    /// A person wants it so: everything is asked for again, and at once.
    pub fn start_over(&mut self) {
        (self.refused, self.refuses_operations) = (SortedSet::new(), false);
        (self.failures, self.next_at) = (0, Timestamp(0));
    }

    /// A socket was had: should it go again, nothing is known of this way.
    pub fn rest(&mut self) {
        self.start_over();
        self.works = false;
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
        no_socket && self.loaded && (self.leading || self.visible) && !self.requests.is_under_way
    }

    /// Sends what may be sent by a request; else reads a board, each in its turn.
    pub(super) fn request(&mut self, now: Timestamp) {
        if !self.may_request() || now < self.requests.next_at {
            return;
        }
        self.requests.next_at = now.plus(FALLBACK_MS);
        if let Some(push) = self.next_push(now) {
            (self.requests.is_under_way, self.requests.counts) = (true, true);
            self.effects.push_back(Effect::Replay(push));
            return;
        }
        let mut wanted = self.wanted(&self.outbox.boards());
        wanted.retain(|board| !self.requests.refused.contains(board));
        if !wanted.is_empty() {
            self.requests.reads += 1;
            let next = wanted.iter().nth(self.requests.reads % wanted.len()).cloned();
            (self.requests.is_under_way, self.requests.reading) = (true, next.clone());
            self.effects.extend(next.map(Effect::Read));
        }
    }

    fn next_push(&mut self, now: Timestamp) -> Option<Push> {
        if !self.leading || self.requests.refuses_operations {
            return None;
        }
        let namespace = self.namespace.clone()?;
        let (run, ..) = self.stamp?;
        // Only where this very process is known to continue what this device has seen.
        let found = |replica: &Replica| replica.found_by == Some(run) && !replica.lowered;
        let items = self.next_items(now, &self.boards_where(&found));
        let push = Push {
            store: namespace.store,
            run,
            principal: namespace.principal,
            items: Vec::new(),
        };
        frames(&push, items).into_iter().next()
    }

    pub(super) fn replayed(&mut self, now: Timestamp, answer: Result<Vec<Answered>, RequestError>) {
        self.requests.is_under_way = false;
        for pending in self.outbox.iter_mut() {
            pending.sent = false;
        }
        let answers = match answer {
            Ok(answers) => answers,
            Err(error) => return self.request_failed(now, None, error),
        };
        self.requests.answered();
        if !self.requests.counts {
            return;
        }
        for item in answers {
            if item.answer == Answer::History {
                self.stamp = None; // of another process: a read tells which one runs now
            }
            self.answered(now, item);
        }
    }

    pub(super) fn document(&mut self, now: Timestamp, answer: Result<Box<Document>, RequestError>) {
        self.requests.is_under_way = false;
        let board = self.requests.reading.take();
        match answer {
            Ok(document) => {
                self.requests.answered();
                self.take_document(now, *document);
            }
            Err(error) => self.request_failed(now, board, error),
        }
    }

    /// A request brought nothing: the one that read this board, or one that was to send.
    fn request_failed(&mut self, now: Timestamp, board: Option<BoardId>, error: RequestError) {
        match (error, board) {
            (RequestError::UnknownBoard, Some(board)) => {
                self.requests.answered();
                self.absent(now, &board);
            }
            // The session cookie is the same by either way; a token does not go with a request.
            (RequestError::NeedsAuth, _) if self.birth.token.is_none() => {
                let message = error.to_string();
                self.leave(now, Connection::NeedsAuth { message });
            }
            (RequestError::Unreachable, _) => {
                self.requests.works = false;
                self.requests.failures += 1;
                let delay = retry_delay_ms(self.window_ms, self.requests.failures, self.dice.roll());
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

    fn tell(&mut self, error: RequestError) {
        let message = error.to_string();
        self.notice(Notice::Trouble { message });
    }

    /// The server has no such board. Where nothing was seen of it either, its first operation may go to any process.
    fn absent(&mut self, now: Timestamp, board: &BoardId) {
        let run = self.stamp.map(|(run, ..)| run);
        if let Some(replica) = self.replicas.get_mut(board)
            && replica.cursor == Cursor::ORIGIN
        {
            (replica.is_absent, replica.agreed_at) = (true, Some(now));
            replica.found_by = run.or(replica.found_by);
        }
    }

    /// A patch from the origin, where nothing pending could be shown twice by it.
    fn take_document(&mut self, now: Timestamp, document: Document) {
        let Document {
            store,
            run,
            clock,
            subscribed,
            widgets,
        } = document;
        if self.namespace.as_ref().is_none_or(|namespace| namespace.store != store) {
            return;
        }
        self.stamp = Some((run, clock, now));
        self.meet(run);
        let board = subscribed.board.clone();
        let undecided = self.outbox.of_board(&board).any(Pending::is_undecided);
        let Some(replica) = self.replicas.get_mut(&board) else {
            return;
        };
        if !subscribed.history.contains(replica.cursor, subscribed.at.revision) {
            return;
        }
        replica.found_by = Some(run);
        if subscribed.at == replica.cursor {
            // Nothing happened, and nothing is stored or shown anew for it.
            replica.agreed_at = Some(now);
            self.synced_at = Some(now);
            if !undecided {
                replica.caught_up(&subscribed);
            }
            return;
        }
        if undecided || !matches!(replica.subscription, Subscription::Off) {
            return;
        }
        let part = PatchFrame {
            board: board.clone(),
            from: Cursor::ORIGIN,
            to: subscribed.at,
            part: 0,
            last: true,
            widgets,
        };
        replica.subscription = Subscription::CatchingUp {
            listed: Vec::new(),
            answer: Subscribed {
                from: Cursor::ORIGIN,
                ..subscribed
            },
            parts: Vec::new(),
            continuity: Continuity::Continues,
        };
        let arrived = replica.patch(now, part);
        (replica.subscription, replica.agreed_at) = (Subscription::Off, Some(now));
        if let Arrived::Applied(widgets) = arrived {
            self.arrived(now, &board, widgets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{ClientId, Epoch, History, Revision, StoreId},
        sync::{
            Birth, Command, Freshness, Input,
            storage::{Durability, Namespace, Records},
        },
    };

    fn deck() -> BoardId {
        "deck".parse().expect("a name")
    }

    /// A tab that looks at a board and has failed to have a socket so often.
    fn failed(attempt: u32, leading: bool) -> Engine {
        let namespace = Namespace {
            store: StoreId(1),
            principal: "ann".parse().expect("a name"),
        };
        let mut engine = Engine::new(Birth {
            client: ClientId(1),
            seed: 1,
            token: None,
            device: None,
            namespace: Some(namespace.clone()),
            durability: Durability::Durable,
        });
        let loaded = Input::Loaded {
            namespace,
            widgets: true,
            records: Ok(Records::new()),
        };
        for input in [
            loaded,
            Input::Leading(leading),
            Input::Command(Command::Watch { board: deck() }),
        ] {
            drop(engine.handle(Timestamp(0), input));
        }
        engine.connection = Connection::Waiting {
            attempt,
            retry_at: Timestamp(u64::MAX),
        };
        engine
    }

    /// What is asked for in a turn.
    fn asked(engine: &mut Engine, now: u64, input: Input) -> usize {
        let asks = |effect: &Effect| matches!(effect, Effect::Read(_) | Effect::Replay(_));
        engine.handle(Timestamp(now), input).filter(asks).count()
    }

    fn document(revision: u64) -> Input {
        let at = Cursor {
            epoch: Epoch(1),
            revision: Revision(revision),
        };
        let mut history = History::default();
        history.note(Revision(1), at.epoch);
        Input::Document(Ok(Box::new(Document {
            store: StoreId(1),
            run: crate::protocol::RunId(1),
            clock: Timestamp(0),
            subscribed: Subscribed {
                board: deck(),
                request: 0,
                from: Cursor::ORIGIN,
                at,
                history,
                horizon: Revision::ZERO,
                verdicts: Vec::new(),
            },
            widgets: crate::sorted::SortedMap::new(),
        })))
    }

    fn freshness(engine: &Engine) -> Freshness {
        engine.board(&deck()).expect("it is watched").freshness
    }

    #[test]
    fn requests_stand_in_for_a_socket_while_the_last_one_was_answered() {
        let mut engine = failed(FALLBACK_AFTER, true);
        drop(engine.handle(Timestamp(1), Input::TimerExpired));
        assert!(!engine.status().by_requests);
        drop(engine.handle(Timestamp(2), document(1)));
        assert!(engine.status().by_requests);
        drop(engine.handle(Timestamp(FALLBACK_MS + 1), Input::TimerExpired));
        assert!(engine.status().by_requests, "it is asked again");
        drop(engine.handle(
            Timestamp(FALLBACK_MS + 2),
            Input::Document(Err(RequestError::Unreachable)),
        ));
        assert!(!engine.status().by_requests);
    }

    #[test]
    fn a_socket_that_failed_once_is_not_called_blocked() {
        let mut engine = failed(1, true);
        assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 0);
        drop(engine.handle(Timestamp(2), document(1)));
        assert!(!engine.status().by_requests);
    }

    #[test]
    fn a_board_is_as_old_as_its_last_read_and_an_unchanged_one_is_not_received_anew() {
        let mut engine = failed(FALLBACK_AFTER, true);
        drop(engine.handle(Timestamp(1), Input::TimerExpired));
        let changed = |effect: Effect| matches!(effect, Effect::Notice(Notice::Changed { .. }));
        assert!(engine.handle(Timestamp(20), document(3)).any(changed));
        let as_of = |at| Freshness::ByRequests {
            as_of: Some(Timestamp(at)),
        };
        assert_eq!(freshness(&engine), as_of(20));
        drop(engine.handle(Timestamp(FALLBACK_MS + 1), Input::TimerExpired));
        assert_eq!(freshness(&engine), as_of(20), "asking makes nothing fresher");
        assert!(!engine.handle(Timestamp(FALLBACK_MS + 20), document(3)).any(changed));
        assert_eq!(freshness(&engine), as_of(FALLBACK_MS + 20));
    }

    #[test]
    fn an_unreachable_server_is_asked_ever_later() {
        let mut engine = failed(FALLBACK_AFTER, true);
        let mut waits = Vec::new();
        let mut now = 1;
        for _ in 0..12 {
            assert_eq!(asked(&mut engine, now, Input::TimerExpired), 1);
            drop(engine.handle(Timestamp(now), Input::Document(Err(RequestError::Unreachable))));
            let next = engine.request_wakeup().expect("it is tried again").0;
            waits.push(next - now);
            now = next;
        }
        assert!(waits.iter().all(|wait| *wait >= FALLBACK_MS), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait > 2 * FALLBACK_MS), "{waits:?}");
        let woke = now - waits.last().expect("it was asked") + 1;
        drop(engine.handle(Timestamp(woke), Input::Woke));
        assert!(engine.request_wakeup().is_some_and(|next| next.0 <= woke + 500));
    }

    #[test]
    fn a_board_that_is_too_large_is_told_once_and_asked_for_again_when_a_person_wants_it() {
        let mut engine = failed(FALLBACK_AFTER, true);
        assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 1);
        let refused = Input::Document(Err(RequestError::TooLarge));
        let told: Vec<Effect> = engine.handle(Timestamp(2), refused).collect();
        assert!(
            matches!(&told[..], [Effect::Notice(Notice::Trouble { message })] if message.contains("too large")),
            "{told:?}"
        );
        assert_eq!(freshness(&engine), Freshness::Offline { since: None });
        assert_eq!(asked(&mut engine, 3 * FALLBACK_MS, Input::TimerExpired), 0);
        assert_eq!(asked(&mut engine, 3 * FALLBACK_MS, Input::Command(Command::SyncNow)), 1);
    }

    #[test]
    fn a_board_that_is_not_there_is_known_not_to_be_and_may_still_come() {
        let mut engine = failed(FALLBACK_AFTER, true);
        assert_eq!(asked(&mut engine, 1, Input::TimerExpired), 1);
        assert!(!engine.board(&deck()).expect("it is watched").is_known);
        drop(engine.handle(Timestamp(2), Input::Document(Err(RequestError::UnknownBoard))));
        assert!(engine.board(&deck()).expect("it is watched").is_known);
        assert!(engine.status().by_requests, "the server has answered");
        assert_eq!(asked(&mut engine, FALLBACK_MS + 1, Input::TimerExpired), 1);
    }

    #[test]
    fn a_session_that_ended_is_told_as_on_a_socket() {
        let mut engine = failed(FALLBACK_AFTER, true);
        drop(engine.handle(Timestamp(1), Input::TimerExpired));
        drop(engine.handle(Timestamp(2), Input::Document(Err(RequestError::NeedsAuth))));
        assert!(matches!(engine.status().connection, Connection::NeedsAuth { .. }));
    }

    #[test]
    fn a_tab_that_does_not_send_reads_for_itself_while_it_is_seen() {
        let mut engine = failed(FALLBACK_AFTER, false);
        drop(engine.handle(Timestamp(1), Input::Visible(false)));
        assert_eq!(asked(&mut engine, 2, Input::TimerExpired), 0);
        assert_eq!(asked(&mut engine, 3, Input::Visible(true)), 1);
        drop(engine.handle(Timestamp(4), document(1)));
        assert!(engine.status().by_requests && !engine.status().leading);
    }
}
