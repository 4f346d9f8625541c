//! Boards that are not there: what makes one, and where the refusal of anything else is kept.
//!
//! Only what takes effect makes a board. Everything else that is pushed for a board without a log would fill the store
//! with logs of boards that nobody made; yet a final verdict needs its row, or a late copy of the operation could take
//! effect when somebody makes the board after all. So these rows share one log, which is nobody's board.
//!
//! That log's head never moves, so its horizon never does: no row of it is ever forgotten, and when it is full the
//! answer is `retry`. `docs/decisions/refusals-share-a-log.md` tells what was weighed.

use super::Authority;
use crate::{
    config::{BOARDS_LEN_MAX, RETRY_MS_MAX},
    protocol::{Answer, Base, BoardId, Device, Identity, Intent, OperationId, PushItem, Rejection, Revision, Verdict},
    server::log::{Context, Log},
    time::Timestamp,
};

impl Authority {
    /// The answer to an operation that was refused for want of its board: for ever the same, even when the board is
    /// there by now.
    pub(super) fn refused_before(&self, identity: &Identity, id: OperationId) -> Option<Answer> {
        self.logs.get(&BoardId::refusals())?.recall(identity, id)
    }

    /// Takes from an item what it waits for, where that was refused for want of its board: it has a row, though the board's log
    /// does not know of it, and had seen nothing.
    pub(super) fn lift_refused(&self, item: &mut PushItem) {
        let Some(refusals) = self.logs.get(&BoardId::refusals()) else {
            return;
        };
        let lift = |base: &mut Base| {
            if matches!(base, Base::Operation(id) if refusals.has_row(*id)) {
                *base = Base::Revision(Revision::ZERO);
            }
        };
        match item {
            PushItem::Operation { operation, after } => {
                after.take_if(|after| refusals.has_row(*after));
                operation.base.iter_mut().for_each(lift);
                if let Intent::Restore { removal } = &mut operation.intent {
                    lift(removal);
                }
            }
            PushItem::Withdraw { base, .. } => base.iter_mut().for_each(lift),
        }
    }

    /// Answers an item for a board without a log, and makes the board if the item is what makes one.
    pub(super) fn decide_without_board(
        &mut self,
        now: Timestamp,
        identity: &Identity,
        device: Option<&Device>,
        item: &PushItem,
    ) -> Answer {
        let board = item.board();
        let mut log = Log::new(self.setup.memory, self.setup.epoch);
        let head = log.head();
        let context = Context {
            now,
            run: self.setup.run,
            identity,
            device,
            catalog: &self.setup.catalog,
        };
        let answer = log.decide(&context, item);
        if !log.is_staged() {
            return answer;
        }
        let is_made = log.cursor().revision > Revision::ZERO;
        if is_made && *board != BoardId::refusals() {
            if self.logs.len() >= BOARDS_LEN_MAX {
                let reason = format!("This server holds {BOARDS_LEN_MAX} boards, the most allowed.");
                return Answer::Retry {
                    after_ms: RETRY_MS_MAX,
                    reason,
                };
            }
            self.heads.insert(board.clone(), head);
            self.logs.insert(board.clone(), log);
            return answer;
        }
        let verdict = match answer {
            Answer::Verdict { verdict, .. } if !is_made => verdict,
            _ => Verdict::Rejected {
                revision: Revision::ZERO,
                reason: Rejection::UnknownBoard,
            },
        };
        let name = BoardId::refusals();
        let refusals = self.logs.entry(name.clone());
        let refusals = refusals.or_insert_with(|| Log::new(self.setup.memory, self.setup.epoch));
        if !refusals.is_staged() {
            self.heads.insert(name, refusals.head());
        }
        refusals.refuse(&context, item.id(), verdict)
    }
}
