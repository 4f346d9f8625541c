//! Who hears of which board, and what they are told when they come.

use super::{
    Authority, Reply, SessionId, Told,
    frames::{self, Asked, Subscription},
    refusal,
};
use crate::{
    config::{OUTBOX_LEN_MAX, SUBSCRIPTIONS_LEN_MAX},
    protocol::{BoardId, Code, Subscribe},
    server::log::Log,
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
        // A client start with no range is kept like one with a range.
        let asked = subscribe
            .undecided
            .iter()
            .map(|undecided| undecided.ranges.len().max(1));
        let asked: usize = asked.sum();
        if asked > OUTBOX_LEN_MAX {
            let message =
                "That asks for the fate of more operations than an outbox holds: bridge the gaps between them.";
            replies.extend(refusal(session, Code::TooLarge, message));
            return;
        }
        if subscribe.more {
            state.asking = Some(subscribe);
            return;
        }
        let Subscribe {
            board,
            request,
            cursor,
            undecided,
            ..
        } = subscribe;
        state.subscriptions.insert(board.clone());
        self.subscribers.entry(board.clone()).or_default().insert(session);
        // A board nobody has written to yet: its creation may be waiting in this very client's outbox.
        let nothing = Log::new(self.setup.memory, self.setup.epoch);
        let log = self.logs.get(&board).unwrap_or(&nothing);
        let principal = &state.identity.principal;
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
        let Subscription { ahead, frames, behind } = frames::of_subscription(asked, log, self.setup.frame_fill_bytes);
        let tell = |told: Told| (!told.is_empty()).then_some(Reply::Tell { session, told });
        replies.extend(tell(ahead));
        replies.extend(frames.into_iter().map(|frame| Reply::Send { session, frame }));
        replies.extend(tell(behind));
    }

    pub(super) fn unsubscribe(&mut self, session: SessionId, board: &BoardId) {
        if let Some(state) = self.sessions.get_mut(&session) {
            state.subscriptions.remove(board);
        }
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
