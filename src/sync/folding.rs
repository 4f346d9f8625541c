//! Folding: edits of one field that are not on their way are one edit, whose last value is sent. Within a moment drafts see to
//! that; this does for as long as there is no network.
//!
//! The earlier edit is taken back, and not deleted: it may have been sent before, or by another tab, and the server's row decides.
//! It is taken back only when the later one is stored and stands, so that no moment has neither.

use super::{
    Engine,
    outbox::{Fate, Outbox, Pending},
    turns::Why,
};
use crate::protocol::{Base, FieldName, Intent, OperationId, Value, Verdict};

impl Engine {
    /// An edit has been stored: the one that it covers need not be sent any more.
    pub(super) fn fold(&mut self, id: OperationId) {
        // Who hears the server and does not send can't tell what the one that sends has under way.
        if !self.leading && self.is_welcome() {
            return;
        }
        let later = self.outbox.get(id).filter(|later| !later.withdrawing);
        let covered = later.and_then(|later| self.covered(later));
        if let Some(earlier) = covered {
            self.withdraw(earlier, Why::Folded);
        }
    }

    /// The edit that another one covers: a value of the same field, right under it, which is nowhere but in the outbox.
    fn covered(&self, later: &Pending) -> Option<OperationId> {
        let Some(Base::Operation(earlier)) = later.operation.base else {
            return None;
        };
        let field = plain_field(later)?;
        let (board, widget) = (&later.operation.board, &later.operation.widget);
        let lane = self.outbox.of_lane(board, widget).rev();
        let before = lane.skip_while(|pending| pending.operation.id != later.operation.id);
        // What lies between may be values of other fields: they don't mind in which order they come.
        let mut before = before
            .skip(1)
            .filter(|pending| !pending.withdrawing)
            .skip_while(|pending| plain_field(pending).is_some_and(|other| other != field));
        let under = before.next().filter(|under| under.operation.id == earlier)?;
        let is_unsent = under.number.is_some()
            && under.is_undecided()
            && !under.sent
            && !under.again
            && under.fate == Fate::Known
            && !self.keeping.moved.contains_key(&earlier);
        (is_unsent && plain_field(under).is_some()).then_some(earlier)
    }

    /// An edit is undone: what it covers was undone with it.
    pub(super) fn undo_covered(&mut self, id: OperationId) {
        let mut id = id;
        while let Some(pending) = self.outbox.get(id)
            && let Some(Base::Operation(earlier)) = pending.operation.base
            && let Some(covered) = self.outbox.get_mut(earlier)
            && covered.is_folded()
        {
            if covered.verdict.is_none() {
                (covered.why, covered.dirty) = (Why::Undone, true);
            }
            id = earlier;
        }
    }
}

/// The field that an operation sets, and does nothing else. What turns another one round is undone by itself.
fn plain_field(pending: &Pending) -> Option<&FieldName> {
    let operation = &pending.operation;
    let is_plain = operation.deadline.is_none() && operation.resolves.is_none() && pending.turn.is_plain();
    match &operation.intent {
        Intent::Set { field, .. } if is_plain => Some(field),
        _ => None,
    }
}

impl Outbox {
    /// The value on the board that an operation's author saw under it: under all of it, where it rests on others that never took effect.
    pub(super) fn base_value_of(&self, pending: &Pending) -> Option<Value> {
        let mut pending = pending;
        while let Some(Base::Operation(id)) = pending.operation.base
            && let Some(covered) = self.get(id)
            && covered.never_took_effect()
        {
            pending = covered;
        }
        pending.operation.base_value.clone()
    }
}

impl Pending {
    /// Whether a later edit of the same field is sent in its place.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.withdrawing && self.why == Why::Folded
    }

    /// Whether its author need not hear of it any more, though the server must: another one is sent in its place; or they took it
    /// back before, as far as is known here, it was sent at all.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.withdrawing && (self.why == Why::Folded || self.why != Why::Late && !self.tried)
    }

    /// Whether its value was only ever here, as far as is known. What was undone is left out: who undoes an edit wants what they typed after it to stay.
    fn never_took_effect(&self) -> bool {
        match self.verdict {
            Some(Verdict::Withdrawn { .. }) => self.is_folded(),
            Some(Verdict::Conflict { .. } | Verdict::Rejected { .. } | Verdict::Expired { .. }) => true,
            Some(Verdict::Applied { .. }) | None => false,
        }
    }
}
