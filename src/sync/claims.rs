//! Claims: what turns an operation round is stored only while that one waits to be turned round, as it was read. Of two tabs that undo
//! one edit in the same moment, the first one to store has undone it; the other one reads that, and gives its own up.

use super::{
    CommandError, Engine, Notice,
    storage::{OUTBOX, Records, Stored, Transaction, decoded, keys_of, outbox_key, text},
    turns::Way,
};
use crate::{
    planted::{self, Bug},
    protocol::OperationId,
    time::Timestamp,
};

/// An operation that turns another one round, and is not stored yet.
#[derive(Debug)]
pub(super) struct Claim {
    /// What does so.
    made: OperationId,
    way: Way,
    /// What it turns round.
    about: OperationId,
    /// That one's number in the outbox; `None` while it is being saved itself: no other tab knows of it.
    number: Option<u64>,
    /// Where that one is stored, and as what, as far as is known; `None` until it is read.
    record: Option<(String, String)>,
    /// The conflict that waits again by it.
    reopened: Option<OperationId>,
}

impl Claim {
    /// Whether what it turns round has to be read first.
    pub fn is_open(&self) -> bool {
        self.number.is_some() && self.record.is_none()
    }
}

impl Engine {
    /// Notes that `made` turns `about` round, which has not had its turn here yet.
    pub(super) fn claim(&mut self, made: OperationId, about: OperationId, way: Way) {
        if planted::is(Bug::UndoneTwice) {
            return;
        }
        // As it is stored, as far as can be told without reading: where that is wrong, it is read.
        let (number, record, resolved) = if let Some(pending) = self.outbox.get(about) {
            let number = pending.number.filter(|_| !pending.dirty);
            let record = number.map(|number| (outbox_key(number), text(&pending.stored())));
            (pending.number, record, pending.operation.resolves)
        } else if let Some((number, journaled)) = self.journaled(about) {
            let record = (journaled.key(number), text(journaled));
            (Some(number), Some(record), journaled.operation.resolves)
        } else {
            (None, None, None)
        };
        self.keeping.claims.push(Claim {
            made,
            way,
            about,
            number,
            record,
            reopened: resolved.filter(|_| way == Way::Back),
        });
    }

    /// Looks for what is to be turned round as it is stored now. Where that had its turn in another tab, nothing is left to turn round.
    pub(super) fn look_for_claimed(&mut self, now: Timestamp, records: &Records) {
        // One that was stored though nobody was told so has had its turn by that.
        let outbox = &self.outbox;
        let is_stored = |id| outbox.get(id).is_some_and(|made| made.number.is_some());
        self.keeping.claims.retain(|claim| !is_stored(claim.made));
        for claim in &mut self.keeping.claims {
            if let Some(pending) = self.outbox.get(claim.about) {
                claim.number = pending.number;
            }
            let record = |key: String| {
                let text = records.get(&key)?;
                let stored: Stored = decoded(text)?;
                // One that another tab has taken back is reversed by that, should it have been applied.
                let is_away = stored.withdrawing && claim.way == Way::Back;
                let waits = stored.operation.id == claim.about && !stored.turn.is_spent() && !is_away;
                waits.then(|| (key, text.clone()))
            };
            let keys = claim.number.map(keys_of);
            claim.record = keys.and_then(|keys| keys.into_iter().find_map(record));
        }
        while let Some(lost) = self.keeping.claims.iter().position(Claim::is_open) {
            self.give_up(now, lost);
        }
    }

    /// Another tab was first: what was made here is not stored, nor what turns that one round in its turn.
    fn give_up(&mut self, now: Timestamp, place: usize) {
        let Claim {
            made, way, reopened, ..
        } = self.keeping.claims.remove(place);
        self.make_drafts_over(now, made);
        self.outbox.pass_on_base(made);
        self.outbox.remove(made);
        self.keeping.reopened.retain(|id| Some(*id) != reopened);
        let error = match way {
            Way::Back => CommandError::NothingToUndo,
            Way::Again => CommandError::NothingToRedo,
        };
        self.notice(Notice::Refused { error, widget: None });
        while let Some(next) = self.keeping.claims.iter().position(|claim| claim.about == made) {
            self.give_up(now, next);
        }
    }

    /// What is appended expects what it turns round to be as it was read, and says in the same transaction that it had its turn.
    pub(super) fn stake_claims(&self, transaction: &mut Transaction) {
        for claim in &self.keeping.claims {
            // What is being saved itself goes along with its turn.
            let Some((key, read)) = &claim.record else { continue };
            transaction.expect.push((key.clone(), Some(read.clone())));
            if !key.starts_with(OUTBOX) {
                transaction.delete.push(key.clone());
            } else if let Some(pending) = self.outbox.get(claim.about) {
                transaction.put.push((key.clone(), text(&pending.stored())));
            }
        }
    }

    /// Operations are stored, from the number `first` on.
    pub(super) fn settle_claims(&mut self, first: u64, ids: &[OperationId]) {
        let claims = &mut self.keeping.claims;
        claims.retain(|claim| !ids.contains(&claim.made));
        for (number, id) in (first..).zip(ids) {
            for claim in claims.iter_mut().filter(|claim| claim.about == *id) {
                claim.number = Some(number);
            }
        }
    }

    /// Somebody else has written: all is read again.
    pub(super) fn reopen_claims(&mut self) {
        self.keeping.claims.iter_mut().for_each(|claim| claim.record = None);
    }
}
