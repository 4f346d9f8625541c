//! Who hears of which board, and what they are told when they come.

use super::{
    Authority, Reply, SessionId, Told,
    frames::{self, Asked, Subscription},
    refusal,
};
use crate::{
    config::{OUTBOX_LEN_MAX, SUBSCRIPTIONS_LEN_MAX},
    planted,
    protocol::{BoardId, Code, Document, Identity, Principal, Subscribe},
    server::log::Log,
    time::Timestamp,
};

impl Authority {
    pub(super) fn subscribe(&mut self, session: SessionId, subscribe: Subscribe, replies: &mut Vec<Reply>) {
        let Some(state) = self.sessions.get_mut(&session) else {
            return;
        };
        if state.subscriptions.len() >= SUBSCRIPTIONS_LEN_MAX && !state.subscriptions.contains(&subscribe.board) {
            let message = format!("One connection may watch {SUBSCRIPTIONS_LEN_MAX} boards: close some.");
            replies.extend(refusal(session, Code::RateLimited, &message));
            return;
        }
        let mut subscribe = subscribe;
        let same = |earlier: &Subscribe| (&earlier.board, earlier.request) == (&subscribe.board, subscribe.request);
        if let Some(earlier) = state.asking.take().filter(same) {
            subscribe.undecided.splice(0..0, earlier.undecided);
        }
        if asks_too_much(&subscribe) {
            let message =
                "That asks for the fate of more operations than an outbox holds: bridge the gaps between them.";
            replies.extend(refusal(session, Code::TooLarge, message));
            return;
        }
        if subscribe.more {
            state.asking = Some(subscribe);
            return;
        }
        let principal = state.identity.principal.clone();
        state.subscriptions.insert(subscribe.board.clone());
        self.subscribers
            .entry(subscribe.board.clone())
            .or_default()
            .insert(session);
        let fill_bytes = self.setup.frame_fill_bytes;
        let subscription = self.answer(&principal, subscribe, |asked, log| {
            frames::of_subscription(asked, log, fill_bytes)
        });
        let Subscription { ahead, frames, behind } = subscription;
        let tell = |told: Told| (!told.is_empty()).then_some(Reply::Tell { session, told });
        replies.extend(tell(ahead));
        replies.extend(frames.into_iter().map(|frame| Reply::Send { session, frame }));
        replies.extend(tell(behind));
    }

    /// The same without a connection: a subscription that ends with its answer, in one piece. `None` when that is too much.
    pub(super) fn read(&mut self, now: Timestamp, identity: &Identity, subscribe: Subscribe) -> Option<Box<Document>> {
        if asks_too_much(&subscribe) {
            return None;
        }
        let (subscribed, widgets) = self.answer(&identity.principal, subscribe, frames::of_document)?;
        Some(Box::new(Document {
            store: self.setup.store,
            run: self.setup.run,
            clock: now,
            schema: planted::schema(),
            subscribed,
            widgets,
        }))
    }

    /// What `tell` makes of what was asked for.
    fn answer<T>(&mut self, principal: &Principal, subscribe: Subscribe, tell: impl FnOnce(Asked, &Log) -> T) -> T {
        let Subscribe {
            board,
            request,
            mut cursor,
            hash,
            undecided,
            more: _,
        } = subscribe;
        // A board nobody has written to yet: its creation may be waiting in this very client's outbox.
        let nothing = Log::new(self.setup.memory, self.setup.epoch);
        let log = self.logs.get(&board).unwrap_or(&nothing);
        // Here alone the two can be compared. Whoever differs gets all of it, and nobody asks how it came about.
        if cursor == Some(log.cursor()) && hash.is_some_and(|hash| hash != log.state_hash()) {
            cursor = None;
            self.differences += 1;
        }
        let mut verdicts = log.verdicts(principal, &undecided);
        if let Some(refusals) = self.logs.get(&BoardId::refusals()) {
            verdicts.extend(refusals.verdicts(principal, &undecided));
        }
        let asked = Asked {
            board,
            request,
            cursor,
            verdicts,
        };
        tell(asked, log)
    }

    pub(super) fn unsubscribe(&mut self, session: SessionId, board: &BoardId) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.subscriptions.remove(board);
        }
        self.sight.leave(session, board);
        if let Some(sessions) = self.subscribers.get_mut(board) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.subscribers.remove(board);
            }
        }
    }

    pub(super) fn close(&mut self, session: SessionId) {
        let boards = self
            .sessions
            .get(&session)
            .map(|state| state.subscriptions.clone())
            .unwrap_or_default();
        for board in boards {
            self.unsubscribe(session, &board);
        }
        self.sessions.remove(&session);
    }
}

/// Whether it asks the fate of more than an outbox holds. A client start with no range takes room like one with a range.
fn asks_too_much(subscribe: &Subscribe) -> bool {
    let asked = subscribe
        .undecided
        .iter()
        .map(|undecided| undecided.ranges.len().max(1));
    asked.sum::<usize>() > OUTBOX_LEN_MAX
}
