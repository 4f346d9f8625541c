//! The durable queue: pending operations in the order they were made, by lanes.

mod after;

use std::sync::Arc;

pub(super) use after::Unreadable;

use super::{
    storage::{Stored, text},
    turns::{Turn, Why},
};
use crate::{
    planted::{self, Bug},
    protocol::{Base, BoardId, Cursor, Intent, Operation, OperationId, Revision, Value, Verdict, WidgetId},
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

/// A pending operation: not settled yet.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The operation.
    pub operation: Arc<Operation>,
    /// Its number in the device's outbox; `None` while it is being saved.
    pub number: Option<u64>,
    /// When it was made, in Unix milliseconds by the clock of this device; `None` where nobody said. Shown, and never decided by.
    pub made_at_ms: Option<u64>,
    /// The base's effective revision, once the operation it named is settled.
    pub(super) base: Option<Revision>,
    /// It is taken back.
    pub withdrawing: bool,
    /// Why, while it is.
    pub(super) why: Why,
    /// What undo and redo may do with it.
    pub(super) turn: Turn,
    /// The server's answer, until the confirmed state contains it.
    pub verdict: Option<Verdict>,
    /// A change that came by says that it was applied here, though its verdict is still to come.
    pub(super) applied_at: Option<Revision>,
    /// Sent on this connection and not answered yet.
    pub sent: bool,
    /// Sent on any connection of this engine.
    pub(super) tried: bool,
    /// Whether this device knows if its confirmed state contains it.
    pub(super) fate: Fate,
    /// It was applied once, in a history that is no more, and is sent again under its id; or a history broke while its fate
    /// was open. The state it is stored beside may contain it.
    pub(super) again: bool,
    /// The server asked to send it again, or to wait.
    pub waiting: Option<Waiting>,
    /// What it takes in a frame.
    pub(super) bytes: usize,
    /// What is stored of it, or on its way there, is older than this.
    pub(super) dirty: bool,
    /// Tells the stored text that it was read from, compared with, or appended as last.
    pub(super) text: Option<u64>,
}

/// Whether a device knows if its confirmed state contains an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It knows.
    Known,
    /// Another tab made it, before this one's state: asked for before it is shown or sent.
    Unasked,
    /// The server was asked and may have forgotten: sent, to hear that it is too old, and not shown.
    Unknown,
}

/// Why an operation is sent again later.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// How often it was put off.
    pub attempts: u32,
    /// When it is sent again.
    pub retry_at: Timestamp,
    /// Until when the server asked to wait: nobody's hurry goes before that.
    pub(super) not_before: Timestamp,
    /// What the server said.
    pub reason: String,
}

impl Pending {
    pub(super) fn new(operation: Operation) -> Self {
        let bytes = bytes_of(&operation);
        Self::of_bytes(operation, bytes)
    }

    fn of_bytes(operation: Operation, bytes: usize) -> Self {
        Self {
            operation: Arc::new(operation),
            number: None,
            made_at_ms: None,
            base: None,
            withdrawing: false,
            why: Why::Unwanted,
            turn: Turn::default(),
            verdict: None,
            applied_at: None,
            sent: false,
            tried: false,
            fate: Fate::Known,
            again: false,
            waiting: None,
            bytes,
            dirty: false,
            text: None,
        }
    }

    /// As it is stored under `number`, in a record of so many bytes.
    pub(super) fn restored(number: u64, stored: Stored, len: usize) -> Self {
        Self {
            number: Some(number),
            made_at_ms: stored.made_at_ms,
            base: stored.base,
            withdrawing: stored.withdrawing,
            why: stored.why,
            turn: stored.turn,
            again: stored.again,
            ..Self::of_bytes(stored.operation, len + ITEM_BYTES)
        }
    }

    /// Whether the confirmed state may still come to contain it without this device knowing.
    pub(super) fn is_undecided(&self) -> bool {
        self.verdict.is_none() && self.applied_at.is_none()
    }

    /// Moves it from a history that is no more to where that one left the new history; but not where it was made at what
    /// `stays`, since another tab may have made it in the new one already.
    pub(super) fn move_to(&mut self, to: Cursor, stays: impl Fn(Cursor) -> bool) {
        let made_at = self.operation.made_at;
        let stays = made_at.revision > to.revision && stays(made_at);
        self.lower(if stays { made_at } else { to });
    }

    /// Moves it to the last point that a broken history and the new one share.
    pub(super) fn lower(&mut self, to: Cursor) {
        let mut operation = Operation::clone(&self.operation);
        if operation.made_at.revision > to.revision {
            operation.made_at = to;
        }
        // What lies beyond was made of one's own edits, which are no more: what was seen under them is what was confirmed.
        let seen = |revision| match revision > to.revision {
            true => operation.made_at.revision,
            false => revision,
        };
        let base = match (self.base, operation.base) {
            // What that one had seen is known where it is listed, which another tab may have done: nothing is guessed before.
            (Some(revision), Some(Base::Operation(id))) if revision > to.revision => Some(Base::Operation(id)),
            (Some(revision), _) | (None, Some(Base::Revision(revision))) => Some(Base::Revision(seen(revision))),
            (None, other) => other,
        };
        if operation.base.is_some() {
            operation.base = base;
        }
        if let Intent::Restore {
            removal: Base::Revision(revision),
        } = &mut operation.intent
        {
            *revision = (*revision).min(to.revision);
        }
        (self.operation, self.base, self.dirty) = (Arc::new(operation), None, true);
        self.forget_verdict();
        let is_idle = self.turn.is_idle_since(to.revision) && !planted::is(Bug::UndoOutlivesEdit);
        if is_idle && !self.withdrawing {
            (self.withdrawing, self.why) = (true, Why::Unwanted);
        }
        self.turn = self.turn.since(to.revision);
    }

    /// Whether its verdict is of a revision that was not seen yet.
    pub(super) fn is_decided_beyond(&self, seen: Revision) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| verdict.revision() > seen)
    }

    /// Whether a state of this history at `revision` contains it, by what is known here.
    pub(super) fn is_applied_by(&self, revision: Revision) -> bool {
        let verdict = self.verdict.as_ref().filter(|verdict| verdict.is_applied());
        let applied_at = verdict.map(Verdict::revision).or(self.applied_at);
        applied_at.is_some_and(|applied_at| applied_at <= revision)
    }

    /// What was heard of it was of a history that is no more.
    pub(super) fn forget_verdict(&mut self) {
        (self.verdict, self.applied_at, self.sent, self.waiting) = (None, None, false, None);
    }

    /// Says that it was made at `cursor`, whatever it said before.
    pub(super) fn put_at(&mut self, cursor: Cursor) {
        self.operation = Arc::new(Operation {
            made_at: cursor,
            ..Operation::clone(&self.operation)
        });
        self.dirty = true;
    }

    /// The removal that it names is in no history any more.
    pub(super) fn restores_nothing(&mut self) {
        let removal = Base::Revision(Revision::ZERO);
        Arc::make_mut(&mut self.operation).intent = Intent::Restore { removal };
        self.dirty = true;
    }

    /// Says which value was seen under it.
    pub(super) fn set_base_value(&mut self, value: Option<Value>) {
        if self.operation.base_value != value {
            Arc::make_mut(&mut self.operation).base_value = value;
            self.bytes = bytes_of(&self.operation);
        }
    }

    pub(super) fn stored(&self) -> Stored {
        Stored {
            operation: Operation::clone(&self.operation),
            base: self.base,
            withdrawing: self.withdrawing,
            why: self.why,
            turn: self.turn,
            again: self.again,
            made_at_ms: self.made_at_ms,
        }
    }

    /// Sends it as soon as the server lets it.
    pub(super) fn hasten(&mut self, now: Timestamp) {
        if let Some(waiting) = &mut self.waiting {
            waiting.retry_at = waiting.retry_at.min(waiting.not_before.max(now));
        }
    }

    /// Whether what is stored is what is known here; whether it is being taken back aside, which nobody takes back.
    pub(super) fn is_stored_as(&self, stored: &Stored) -> bool {
        *self.operation == stored.operation && self.base == stored.base
    }
}

/// What an item of a push has beside its operation.
const ITEM_BYTES: usize = 128;

/// What an operation takes in a frame.
pub(super) fn bytes_of(operation: &Operation) -> usize {
    text(operation).len() + ITEM_BYTES
}

/// A lane: a board and a widget of it.
pub(super) type Lane = (BoardId, WidgetId);

/// Every pending operation of this device.
#[derive(Debug, Default)]
pub struct Outbox {
    /// By place: the number, or for one that is being saved a place after all numbers.
    entries: SortedMap<u64, Box<Pending>>,
    places: SortedMap<OperationId, u64>,
    lanes: SortedMap<Lane, SortedSet<u64>>,
    /// Those whose records can't be read, in their order.
    pub(super) unreadable: Vec<Unreadable>,
    unsaved: u64,
}

const UNSAVED: u64 = 1 << 62;

impl Outbox {
    /// How many operations wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// In the order in which they were made.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Pending> {
        self.entries.values().map(Box::as_ref)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Pending> {
        self.entries.values_mut().map(Box::as_mut)
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: OperationId) -> Option<&Pending> {
        self.at(*self.places.get(&id)?)
    }

    pub(super) fn get_mut(&mut self, id: OperationId) -> Option<&mut Pending> {
        self.entries.get_mut(self.places.get(&id)?).map(Box::as_mut)
    }

    /// The one with this number.
    pub(super) fn at(&self, number: u64) -> Option<&Pending> {
        self.entries.get(&number).map(Box::as_ref)
    }

    pub(super) fn at_mut(&mut self, number: u64) -> Option<&mut Pending> {
        self.entries.get_mut(&number).map(Box::as_mut)
    }

    /// A board's, in order.
    pub fn of_board<'a>(&'a self, board: &'a BoardId) -> impl Iterator<Item = &'a Pending> {
        self.iter().filter(move |pending| pending.operation.board == *board)
    }

    /// A widget's, in order.
    pub fn of_lane(&self, board: &BoardId, widget: &WidgetId) -> impl DoubleEndedIterator<Item = &Pending> {
        let places = self.lanes.get(&(board.clone(), widget.clone()));
        places.into_iter().flatten().filter_map(|place| self.at(*place))
    }

    /// The boards with something pending.
    pub fn boards(&self) -> SortedSet<BoardId> {
        self.lanes.keys().map(|(board, _)| board.clone()).collect()
    }

    pub(super) fn insert(&mut self, pending: Pending) {
        let place = pending.number.unwrap_or_else(|| {
            self.unsaved += 1;
            UNSAVED + self.unsaved
        });
        let lane = (pending.operation.board.clone(), pending.operation.widget.clone());
        self.places.insert(pending.operation.id, place);
        self.lanes.entry(lane).or_default().insert(place);
        self.entries.insert(place, Box::new(pending));
    }

    pub(super) fn remove(&mut self, id: OperationId) -> Option<Pending> {
        let place = self.places.remove(&id)?;
        let pending = *self.entries.remove(&place)?;
        let lane = (pending.operation.board.clone(), pending.operation.widget.clone());
        if let Some(places) = self.lanes.get_mut(&lane) {
            places.remove(&place);
            if places.is_empty() {
                self.lanes.remove(&lane);
            }
        }
        Some(pending)
    }

    /// What was heard of a board's operations does not count any more.
    pub(super) fn forget_verdicts(&mut self, board: &BoardId) {
        let of_board = |pending: &&mut Pending| pending.operation.board == *board;
        self.iter_mut().filter(of_board).for_each(Pending::forget_verdict);
    }

    /// The storage gave an operation its number.
    pub(super) fn saved(&mut self, id: OperationId, number: u64) {
        if let Some(mut pending) = self.remove(id) {
            pending.number = Some(number);
            self.insert(pending);
        }
    }

    /// Notes a verdict, and what it means for later operations based on this one. Answers whether it was news.
    pub(super) fn decide(&mut self, id: OperationId, verdict: Verdict) -> bool {
        let Some(pending) = self.get_mut(id) else { return false };
        if pending.verdict.is_some() {
            return false;
        }
        pending.verdict = Some(verdict);
        (pending.sent, pending.waiting, pending.fate) = (false, None, Fate::Known);
        true
    }

    /// The revision that an operation's author had in effect seen, as far as this device knows. One that rests on another
    /// has seen that one's effect, if it was applied verbatim; else what that one had seen.
    pub(super) fn base_of(&self, pending: &Pending) -> Option<Revision> {
        let mut pending = pending;
        loop {
            let id = match (pending.base, pending.operation.base) {
                (Some(revision), _) | (None, Some(Base::Revision(revision))) => return Some(revision),
                (None, Some(Base::Operation(id))) => id,
                (None, None) => return Some(pending.operation.made_at.revision),
            };
            let earlier = self.get(id)?;
            if let Verdict::Applied {
                revision,
                verbatim: true,
                ..
            } = earlier.verdict.as_ref()?
            {
                return Some(*revision);
            }
            pending = earlier;
        }
    }

    /// As it is sent: a base whose fate is known goes as the revision it comes to.
    pub(super) fn as_sent(&self, pending: &Pending) -> Operation {
        let mut operation = Operation::clone(&pending.operation);
        if operation.base.is_some()
            && let Some(revision) = self.base_of(pending)
        {
            operation.base = Some(Base::Revision(revision));
        }
        operation.base_value = self.base_value_of(pending);
        operation
    }

    /// Whether one is there, and goes before another.
    pub(super) fn is_before(&self, one: OperationId, other: OperationId) -> bool {
        let place = self.places.get(&one);
        place.is_some() && place < self.places.get(&other)
    }

    /// Gives later operations based on `id` what that one had seen, since it leaves without a verdict.
    pub(super) fn pass_on_base(&mut self, id: OperationId) {
        let Some(base) = self
            .get(id)
            .map(|pending| pending.base.unwrap_or(pending.operation.seen()))
        else {
            return;
        };
        self.rebase(id, base);
    }

    /// Says what those based on `id` have seen by it.
    pub(super) fn rebase(&mut self, id: OperationId, base: Revision) {
        let later =
            |pending: &&mut Pending| pending.operation.base == Some(Base::Operation(id)) && pending.base.is_none();
        for later in self.iter_mut().filter(later) {
            (later.base, later.dirty) = (Some(base), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ClientId, Epoch, History};

    fn cursor(epoch: u128, revision: u64) -> Cursor {
        Cursor {
            epoch: Epoch(epoch),
            revision: Revision(revision),
        }
    }

    /// An edit made at `made_at`, which had seen its own author's at `base`.
    fn edit(made_at: Cursor, base: u64) -> Pending {
        Pending::new(Operation {
            id: OperationId {
                client: ClientId(1),
                sequence: 1,
            },
            board: "deck".parse().expect("a name"),
            widget: "fuel".parse().expect("a name"),
            schema: crate::config::SCHEMA,
            made_at,
            intent: Intent::Remove,
            base: Some(Base::Revision(Revision(base))),
            base_value: None,
            deadline: None,
            resolves: None,
        })
    }

    #[test]
    fn what_another_tab_made_in_the_new_history_already_is_not_moved_out_of_it() {
        // The old history went from 1 to 20 in epoch 7; the new one left it at 10, and has come to 15 in epoch 8.
        let mut history = History::default();
        history.note(Revision(1), Epoch(7));
        history.note(Revision(11), Epoch(8));
        let moved = |made_at, base, fork| {
            let mut pending = edit(made_at, base);
            let stays = |made_at| history.contains(made_at, Revision(15));
            pending.move_to(history.cursor(Revision(fork)), stays);
            (pending.operation.made_at, pending.operation.base)
        };
        let at = |revision| Some(Base::Revision(Revision(revision)));
        assert_eq!(moved(cursor(8, 13), 12, 10), (cursor(8, 13), at(12)), "made there");
        assert_eq!(
            moved(cursor(7, 13), 12, 10),
            (cursor(7, 10), at(10)),
            "made in the old one"
        );
        assert_eq!(
            moved(cursor(7, 9), 12, 10),
            (cursor(7, 9), at(9)),
            "what it saw is no more"
        );
        // Where nobody knows the fork.
        assert_eq!(moved(cursor(8, 13), 12, 0), (cursor(8, 13), at(12)));
        assert_eq!(moved(cursor(7, 9), 12, 0), (cursor(7, 9), at(9)));
        assert_eq!(moved(cursor(7, 13), 12, 0), (Cursor::ORIGIN, at(0)));
    }
}
