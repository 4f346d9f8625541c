//! Undo and redo go along one's own operations, by their numbers in the outbox: which of them the next press is about. Nothing is
//! remembered beside these, so a page that is loaded again goes on where the one before was.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::{Engine, outbox::Pending, storage::Journaled};
use crate::protocol::{Operation, OperationId, Revision, Verdict};

/// Why an operation is taken back; what is to come of it hangs on that, since it may have been applied before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    /// Its author does not want it sent. If it was applied, that stands.
    #[default]
    Unwanted,
    /// Its author has undone it. If it was applied, it is reversed.
    Undone,
    /// Its deadline has passed. If it was not applied, it is listed as expired.
    Late,
    /// A later edit of the same field is sent in its place. If it was applied, that stands, under the later one.
    Folded,
    /// It is not taken back: it takes back another one, which was applied.
    Undoes,
}

impl Why {
    pub(super) fn is_unwanted(&self) -> bool {
        *self == Self::Unwanted
    }
}

/// What undo and redo may do with an operation. A program that knows nothing of it takes every one for an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Turn {
    does: Does,
    /// The number of the edit that all this began with, unless it is that: no redo goes back before it.
    edit: u64,
    /// Of one that was taken back: the highest number at that time.
    at: u64,
    /// Where what it turns round was applied, and before that what that one had turned round, and so on: as far as is remembered,
    /// the newest first.
    #[serde(skip_serializing_if = "Rounds::is_empty")]
    over: Rounds,
}

/// Revisions of a board, the newest first, and zeros after them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rounds([Revision; ROUNDS_LEN]);

/// Whoever goes back and forth more often than this, and has a backup forget all of it, is asked once more than need be.
const ROUNDS_LEN: usize = 4;

impl Rounds {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How many of them a history has forgotten that goes on from `fork`.
    fn beyond(self, fork: Revision) -> usize {
        self.0.iter().filter(|at| **at > fork).count()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Does {
    /// It is an edit.
    #[default]
    Edit,
    /// It reverses another one, and can be reversed.
    Undo,
    /// It does once more what was undone.
    Redo,
    /// It was undone before anybody had decided it, and can be done once more.
    TakenBack,
    /// It was undone, or what it has undone was done once more: it has had its turn, and is nothing to remember.
    Spent,
    /// It stands, and is neither undone nor redone.
    Fixed,
}

impl Pending {
    /// Whether it undoes or redoes another one, or does once more what met a removal.
    #[must_use]
    pub fn is_turn(&self) -> bool {
        matches!(self.turn.does, Does::Undo | Does::Redo) || self.why == Why::Undoes
    }
}

impl Turn {
    pub fn is_plain(&self) -> bool {
        self.does == Does::Edit
    }

    pub fn is_undo(self) -> bool {
        self.does == Does::Undo
    }

    pub fn is_spent(self) -> bool {
        self.does == Does::Spent
    }

    pub fn is_taken_back(self) -> bool {
        self.does == Does::TakenBack
    }

    /// Of what is made anew for its author: it can be undone, and ends nothing that could be done once more.
    pub fn anew() -> Self {
        Self {
            does: Does::Redo,
            ..Self::default()
        }
    }

    /// Of what was undone, or done once more.
    pub fn spent(self, number: u64) -> Self {
        self.over(number, Does::Spent)
    }

    /// Of what is not to be undone, nor done once more.
    pub fn fixed(self, number: u64) -> Self {
        self.over(number, Does::Fixed)
    }

    fn over(self, number: u64, does: Does) -> Self {
        let edit = self.barrier(number);
        Self {
            does,
            edit,
            at: 0,
            ..self
        }
    }

    /// Of what turns round one with the turn `earlier`, which was applied at a revision.
    pub fn after(self, earlier: Self, at: Revision) -> Self {
        let mut over = earlier.over;
        over.0.rotate_right(1);
        over.0[0] = at;
        Self { over, ..self }
    }

    /// Whether it turns nothing round any more, where all after `fork` is forgotten: what it was to take away went by that, or what
    /// it was to bring back stands.
    pub fn is_idle_since(self, fork: Revision) -> bool {
        self.over.beyond(fork) % 2 == 1
    }

    /// As it is where all after `fork` is forgotten.
    pub fn since(mut self, fork: Revision) -> Self {
        let beyond = self.over.beyond(fork);
        self.over.0[..beyond].fill(Revision::ZERO);
        self.over.0.rotate_left(beyond);
        self
    }

    /// As it was before it was taken back.
    pub fn stands_again(self, number: u64) -> Self {
        if self.edit == number {
            Self::default()
        } else {
            Self {
                does: Does::Redo,
                ..self
            }
        }
    }

    /// The number from which on a redo may be, seen from the operation with this one.
    fn barrier(self, number: u64) -> u64 {
        if self.is_plain() { number } else { self.edit }
    }
}

/// Back, or once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Again,
}

/// An operation where it stands in the run of all.
struct Step {
    number: u64,
    id: OperationId,
    turn: Turn,
    /// It takes effect, or may yet.
    stands: bool,
    /// It was taken back, and nothing else has become of it.
    is_away: bool,
    /// It was to be now or never: not once more.
    is_timed: bool,
}

/// A board that is made and not listed is none that anybody has: what is undone, or done once more, is its entry in the directory.
fn is_edit(operation: &Operation) -> bool {
    !operation.is_birth()
}

impl Step {
    fn of_pending(number: u64, pending: &Pending) -> Self {
        let is_open = matches!(pending.verdict, None | Some(Verdict::Withdrawn { .. }));
        let is_applied = pending.verdict.as_ref().is_some_and(Verdict::is_applied);
        Self {
            number,
            id: pending.operation.id,
            turn: pending.turn,
            stands: is_edit(&pending.operation) && !pending.withdrawing && (pending.verdict.is_none() || is_applied),
            is_away: pending.withdrawing && is_open,
            is_timed: pending.operation.deadline.is_some(),
        }
    }

    fn of_journaled(number: u64, journaled: &Journaled) -> Self {
        let is_applied = journaled.verdict.is_applied();
        Self {
            number,
            id: journaled.operation.id,
            turn: journaled.turn,
            stands: is_edit(&journaled.operation) && is_applied,
            is_away: !is_applied,
            is_timed: journaled.operation.deadline.is_some(),
        }
    }

    /// How late it was undone, if it can be done once more: what was taken back last, and of several at a time the first.
    fn undone_at(&self) -> Option<(u64, bool, Reverse<u64>)> {
        let at = match self.turn.does {
            Does::Undo if self.stands => self.number,
            Does::TakenBack if self.is_away => self.turn.at,
            _ => return None,
        };
        (!self.is_timed).then_some((at, self.is_away, Reverse(self.number)))
    }
}

impl Engine {
    /// What the next press is about. A page goes back along its own first, and then along those of all tabs.
    pub(super) fn target(&self, way: Way) -> Option<OperationId> {
        let steps = self.steps();
        let own = || steps.iter().filter(|step| step.id.client == self.birth.client);
        let find = |steps: &mut dyn Iterator<Item = &Step>, barrier: u64| match way {
            Way::Back => steps
                .filter(|step| step.stands && matches!(step.turn.does, Does::Edit | Does::Redo))
                .max_by_key(|step| step.number)
                .map(|step| step.id),
            Way::Again => steps
                .filter_map(|step| Some((step.undone_at()?, step.id)))
                .filter(|((at, ..), _)| *at >= barrier)
                .max()
                .map(|(_, id)| id),
        };
        let barrier = |steps: &mut dyn Iterator<Item = &Step>| steps.map(|step| step.turn.barrier(step.number)).max();
        let of_own = find(&mut own(), barrier(&mut own()).unwrap_or_default());
        of_own.or_else(|| find(&mut steps.iter(), barrier(&mut steps.iter()).unwrap_or_default()))
    }

    /// One's own operations. Those that are being saved get the next numbers, as far as this tab can tell.
    fn steps(&self) -> Vec<Step> {
        let journal = self.keeping.journal.iter();
        let mut steps: Vec<Step> = journal
            .map(|(number, journaled)| Step::of_journaled(*number, journaled))
            .collect();
        let waiting = self.numbered();
        let waiting = waiting.filter(|(_, pending)| !self.keeping.moved.contains_key(&pending.operation.id));
        steps.extend(waiting.map(|(number, pending)| Step::of_pending(number, pending)));
        steps
    }

    fn numbered(&self) -> impl Iterator<Item = (u64, &Pending)> {
        let mut last = self.keeping.high;
        self.outbox.iter().map(move |pending| {
            let number = pending.number.unwrap_or_else(|| {
                last += 1;
                last
            });
            (number, pending)
        })
    }

    /// The number of one that waits.
    pub(super) fn number_of(&self, id: OperationId) -> u64 {
        let mut numbered = self.numbered();
        let found = numbered.find(|(_, pending)| pending.operation.id == id);
        found.map_or(0, |(number, _)| number)
    }

    /// What an operation is that turns one round: it undoes that, or does it once more.
    pub(super) fn turn_of(&self, number: u64, turn: Turn, way: Way) -> Turn {
        Turn {
            does: if way == Way::Back { Does::Undo } else { Does::Redo },
            edit: turn.barrier(number),
            ..Turn::default()
        }
    }

    /// The number of the last one that was made, as far as this tab can tell.
    pub(super) fn last_number(&self) -> u64 {
        let last = self.numbered().map(|(number, _)| number).max();
        last.unwrap_or_default().max(self.keeping.high)
    }

    /// Where an operation stands that was applied, or waits: its number and its turn.
    pub(super) fn place_of(&self, id: OperationId) -> Option<(u64, Turn)> {
        if let Some(pending) = self.outbox.get(id) {
            return Some((self.number_of(id), pending.turn));
        }
        let mut journal = self.keeping.journal.iter().rev();
        let found = journal.find(|(_, journaled)| journaled.operation.id == id);
        found.map(|(number, journaled)| (*number, journaled.turn))
    }

    /// An operation that waits is undone before it was decided: it can be done once more.
    pub(super) fn note_taken_back(&mut self, id: OperationId) {
        let (number, at) = (self.number_of(id), self.last_number());
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.turn = Turn {
                does: Does::TakenBack,
                edit: pending.turn.barrier(number),
                at,
                ..pending.turn
            };
        }
    }

    /// An operation has had its turn: it is undone, or done once more.
    pub(super) fn spend(&mut self, id: OperationId) {
        self.forget_journaled(id);
        let number = self.number_of(id);
        if let Some(pending) = self.outbox.get_mut(id) {
            (pending.turn, pending.dirty) = (pending.turn.spent(number), true);
            self.keeping.due.insert(pending.operation.board.clone());
        }
    }

    /// It can't be turned round: the next press is about the one before.
    pub(super) fn pass_over(&mut self, id: OperationId) {
        if let Some((number, turn)) = self.place_of(id)
            && let Some(journaled) = self.keeping.journal.get_mut(&number)
        {
            journaled.turn = turn.fixed(number);
        }
    }

    /// What reverses one that was taken back and turns out to have been applied: an undo as any other, if that can be done once
    /// more.
    pub(super) fn turn_of_late(&self, id: OperationId, turn: Turn) -> Turn {
        let Some((number, _)) = self.place_of(id) else {
            return Turn::default().fixed(0);
        };
        let barrier = self.steps().iter().map(|step| step.turn.barrier(step.number)).max();
        if turn.is_taken_back() && barrier.is_none_or(|barrier| turn.at >= barrier) {
            self.turn_of(number, turn, Way::Back)
        } else {
            turn.fixed(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{ClientId, Cursor, Intent, Operation, encode, read},
        sync::storage::Stored,
    };

    #[test]
    fn what_turns_round_what_is_forgotten_has_nothing_to_do() {
        let [edit, undo, redo] = [20, 22, 24].map(Revision);
        let undoes = Turn::default().after(Turn::default(), edit);
        let redoes = Turn::default().after(undoes, undo);
        let again = Turn::default().after(redoes, redo);
        let idle = |turn: Turn| [19, 21, 23, 25].map(|fork| turn.is_idle_since(Revision(fork)));
        assert_eq!(idle(Turn::default()), [false; 4]);
        assert_eq!(idle(undoes), [true, false, false, false]);
        assert_eq!(
            idle(redoes),
            [false, true, false, false],
            "beside the edit that stands it would be a second one"
        );
        assert_eq!(idle(again), [true, false, true, false]);
        assert_eq!(again.since(Revision(23)), Turn::default().after(undoes, undo));
        assert_eq!(again.since(Revision(19)), Turn::default());
        let stored = encode(&redoes);
        assert!(stored.contains(r#""over":[22,20,0,0]"#), "{stored}");
        assert_eq!(read::<Turn>(&stored).expect("a turn"), redoes);
    }

    #[test]
    fn records_of_before_are_of_plain_edits_and_an_older_program_reads_those_of_today() {
        let operation = encode(&Operation {
            id: OperationId {
                client: ClientId(1),
                sequence: 1,
            },
            board: "deck".parse().expect("a name"),
            widget: "fuel".parse().expect("a name"),
            schema: 1,
            made_at: Cursor::ORIGIN,
            intent: Intent::Remove,
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        });
        let before = format!(r#"{{"operation":{operation}}}"#);
        let mut stored: Stored = read(&before).expect("a record");
        assert!(stored.turn.is_plain());
        assert!(!encode(&stored).contains("turn"));
        stored.turn = stored.turn.spent(7);
        assert!(encode(&stored).contains(r#""turn":{"does":"spent","edit":7,"at":0}"#));
        assert_eq!(read::<Stored>(&encode(&stored)).expect("a record"), stored);
        // What a later program adds is passed over, as today's is by one of before.
        let later = before.replace(r#"{"operation""#, r#"{"soon":{"does":"what"},"operation""#);
        assert!(read::<Stored>(&later).expect("a record").turn.is_plain());
    }
}
