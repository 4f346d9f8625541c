//! Who saw, said and stored what: the invariants, checked as things happen, by bookkeeping that shares nothing with the
//! code it checks.

mod asking;
mod dealing;
mod devices;
mod limits;
mod overlay;
mod overwriting;
mod releases;
mod rest;
mod seen;
mod torn;

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet, FxHasher};
use tideboard::{
    board::Board,
    planted,
    protocol::{
        Base, BoardId, Contention, Cursor, Effect, Epoch, FieldName, Intent, Operation, OperationId, Revision,
        ServerFrame, Undecided, Value, Verdict, WidgetId,
    },
    server::log::{Head, Log, Record},
    sorted::SortedMap,
    sync::{
        CommandError, Conflict, Engine, Input, Notice, Resolution, SetAsideReason, storage::Outcome,
        storage::Transaction,
    },
    time::Timestamp,
};

use crate::tab::{Device, Tab};
use overwriting::{Edited, Seen, shown};

/// How a seed failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Lost(String),
    Duplicated(String),
    Diverged(String),
    Stuck(String),
}

/// What is known of an operation from the moment it was made.
#[derive(Debug)]
struct Made {
    operation: Operation,
    device: usize,
    /// The tab it was made in, and which life of it.
    maker: (usize, u64),
    person: String,
    saved: bool,
    /// It is listed as forgotten by the server, and stands in no lane: only a tab that has not read that may still have it on its way.
    left_lane: bool,
    /// Its storage was cleared, and it has another place in it.
    is_stored_again: bool,
    /// It undoes or redoes another one.
    is_turn: bool,
    /// Which, where that was applied and seen.
    turns: Option<OperationId>,
    number: Option<u64>,
    /// The server's time when it was made, and how long it was good for.
    pressed: Option<(u64, u64)>,
    /// Up to which revision of its board its author had seen everything, when they began it.
    seen: u64,
    /// What stood there then.
    before: Option<Value>,
    /// Its author's own operations of the same lane that were on the screen.
    own: HashSet<OperationId>,
    /// The highest horizon of its board since then: a backup may have taken it back, and who heard of it calls fates unknown.
    horizon: Revision,
}

/// Who adds how much to which counter: a device and a person, a board and a widget.
type Addition = (usize, String, BoardId, WidgetId, u64);

/// A revision: whose it is, by which writer's epoch, and the number its operation had in its device's outbox.
#[derive(Clone, Copy, Debug)]
struct Applied {
    id: OperationId,
    epoch: Epoch,
    number: Option<u64>,
}

/// One board as it durably is.
#[derive(Clone, Debug, Default)]
struct Truth {
    board: Board,
    changes: Vec<Applied>,
    /// The revision of each operation that took effect.
    revisions: HashMap<OperationId, u64>,
    verdicts: HashMap<OperationId, Verdict>,
    last: HashMap<(WidgetId, FieldName), (OperationId, u64, Value)>,
    hash: u64,
    horizon: Revision,
}

impl Truth {
    /// Whether a cursor is of the history as it durably is.
    fn contains(&self, cursor: Cursor) -> bool {
        let last = (cursor.revision.0 as usize).checked_sub(1);
        last.map_or(cursor == Cursor::ORIGIN, |last| {
            self.changes
                .get(last)
                .is_some_and(|applied| applied.epoch == cursor.epoch)
        })
    }
}

#[derive(Debug, Default)]
pub struct Ledger {
    made: HashMap<OperationId, Made>,
    edited: HashMap<Edited, Seen>,
    /// The same of what somebody types for longer, and what that becomes.
    typed: HashMap<(Edited, Value), Seen>,
    /// Of those, what the input at hand has begun.
    begun_now: Option<Edited>,
    truth: BTreeMap<BoardId, Truth>,
    saved_copy: Option<BTreeMap<BoardId, Truth>>,
    /// Every state that ever was, by its cursor: what a client at that cursor must show as confirmed.
    states: HashMap<(BoardId, Epoch, Revision), u64>,
    written: Vec<(BoardId, Record, Timestamp)>,
    /// Verdicts of histories that a backup has wiped out.
    wiped: HashMap<OperationId, Verdict>,
    restored: bool,
    /// Operations whose authors were told that they wrote over something, and what.
    told_over: HashMap<OperationId, (Revision, Value)>,
    /// Boards of which the server has ever forgotten something.
    pruned: BTreeSet<BoardId>,
    dealt: HashSet<OperationId>,
    /// What the server has called too old.
    too_old: HashSet<OperationId>,
    /// What was set aside and is made again, and as what.
    again: HashMap<OperationId, Vec<OperationId>>,
    taken_back: HashSet<OperationId>,
    /// Taken back for a later one of their field, which rests on them.
    folded: HashSet<OperationId>,
    /// What was settled as applied, and is listed since as forgotten by the server.
    forgotten: HashSet<OperationId>,
    /// On which card those wait whose author had been asked about the same field already.
    joined: HashMap<OperationId, OperationId>,
    /// Operations that go with a settled state, which the storage did not take; and what was to undo what another tab had undone.
    made_anew: HashSet<OperationId>,
    /// Who has signed in at a tab, in each of its lives; and which tabs a device has had.
    people: HashMap<(usize, u64), BTreeSet<String>>,
    beside: HashMap<usize, BTreeSet<usize>>,
    /// How often each device was told to undo or redo something, and has not forgotten what it was.
    presses: HashMap<usize, u64>,
    /// How often somebody was told to undo something at a device, less what was redone of that.
    redoable: HashMap<(usize, String), i64>,
    /// What of it was redone.
    redone: HashSet<OperationId>,
    /// What was added on a device to the counter of a widget, so often, and reversed, so often: by who did so and how much that is.
    additions: HashMap<Addition, (u64, u64)>,
    /// Tabs that were told since they were looked at that there is nothing to undo, or to redo.
    turned_in_vain: HashSet<usize>,
    /// Widgets of which a tab was told since it was looked at that they are not there to be edited.
    missed: Vec<(usize, BoardId, WidgetId)>,
    sights: seen::Sights,
    losses: torn::Losses,
    /// What is added to the numbers in a device's outbox since it was cleared, so that each follows those before.
    cleared: HashMap<usize, u64>,
    /// Whether somebody else has ever signed in on a device.
    pub has_switched: bool,
    pub press_ms: Option<u64>,
    failure: Option<Failure>,
    looks: u64,
    pub applied: u64,
    pub conflicts: u64,
}

impl Ledger {
    pub fn new(boards: Vec<BoardId>) -> Self {
        Self {
            truth: boards.into_iter().map(|board| (board, Truth::default())).collect(),
            ..Self::default()
        }
    }

    pub fn failed(&self) -> bool {
        self.failure.is_some()
    }

    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    pub fn stuck(&mut self, how: String) {
        self.fail(Failure::Stuck(how));
    }

    /// Somebody presses the keys of undo, or of redo.
    pub fn presses(&mut self, (device, person): (usize, &str), is_redo: bool) {
        *self.presses.entry(device).or_default() += 1;
        if !is_redo {
            *self.redoable.entry((device, person.to_owned())).or_default() += 1;
        }
    }

    // The server's side.

    pub fn batch_decided(&mut self, records: &[(BoardId, Head, Record)], now: Timestamp) {
        self.written = records
            .iter()
            .map(|(board, _, record)| (board.clone(), record.clone(), now))
            .collect();
    }

    pub fn batch_lost(&mut self) {
        self.written.clear();
    }

    pub fn batch_survives(&mut self) {
        self.batch_durable();
    }

    pub fn batch_durable(&mut self) {
        for (board, record, now) in std::mem::take(&mut self.written) {
            self.recorded(&board, record, now);
        }
    }

    /// A record became durable.
    fn recorded(&mut self, board: &BoardId, record: Record, now: Timestamp) {
        let mut truth = self.truth.remove(board).unwrap_or_default();
        let verdicts: HashMap<OperationId, Verdict> = record
            .decisions
            .iter()
            .map(|decision| (decision.id, decision.verdict.clone()))
            .collect();
        for change in &record.changes {
            let revision = truth.changes.len() as u64 + 1;
            if change.revision.0 != revision {
                self.fail(Failure::Diverged(format!(
                    "{board}: revision {} is recorded as {}",
                    revision, change.revision
                )));
            }
            if truth.revisions.insert(change.id, revision).is_some() {
                self.fail(Failure::Duplicated(format!(
                    "{board}: {:?} took effect twice",
                    change.id
                )));
            }
            self.check_order(&truth, change.id);
            self.check_time(change.id, now);
            if let Effect::Assigned { field, value } = &change.effect {
                self.check_overwrite(&truth, &change.widget, field, change.id, verdicts.get(&change.id));
                truth.last.insert(
                    (change.widget.clone(), field.clone()),
                    (change.id, revision, value.clone()),
                );
            }
            if let Effect::Created { fields, .. } = &change.effect {
                // One of that name that was forgotten is another widget.
                truth.last.retain(|(widget, _), _| *widget != change.widget);
                for (field, value) in fields {
                    truth.last.insert(
                        (change.widget.clone(), field.clone()),
                        (change.id, revision, value.clone()),
                    );
                }
            }
            truth.hash ^= widget_hash(&truth.board, &change.widget);
            truth.board.apply(change);
            truth.hash ^= widget_hash(&truth.board, &change.widget);
            truth.changes.push(Applied {
                id: change.id,
                epoch: record.epoch,
                number: self.made.get(&change.id).and_then(|made| made.number),
            });
            self.states
                .insert((board.clone(), record.epoch, change.revision), truth.hash);
            self.applied += 1;
        }
        for decision in record.decisions {
            if self
                .made
                .get(&decision.id)
                .is_some_and(|made| made.person != decision.principal.as_str())
            {
                self.fail(Failure::Lost(format!(
                    "{:?} was decided under the name of {}",
                    decision.id, decision.principal
                )));
            }
            self.conflicts += u64::from(matches!(decision.verdict, Verdict::Conflict { .. }));
            if truth.verdicts.insert(decision.id, decision.verdict).is_some() {
                self.fail(Failure::Duplicated(format!(
                    "{board}: {:?} has two verdicts",
                    decision.id
                )));
            }
        }
        truth.horizon = record.horizon;
        if record.horizon > Revision::ZERO {
            self.pruned.insert(board.clone());
            for made in self.made.values_mut().filter(|made| made.operation.board == *board) {
                made.horizon = made.horizon.max(record.horizon);
            }
        }
        self.truth.insert(board.clone(), truth);
    }

    /// A device's effects on a widget follow its outbox.
    fn check_order(&mut self, truth: &Truth, id: OperationId) {
        let Some(made) = self.made.get(&id).filter(|made| !made.left_lane) else {
            return;
        };
        let Some(number) = made.number else {
            let unsaved = format!("{id:?} took effect before it was saved");
            return self.fail(Failure::Lost(unsaved));
        };
        let overtook = |later: &&Applied| {
            let of_lane = self.made.get(&later.id).is_some_and(|other| {
                // Nobody knows which was first of what two tabs have stored again, or where one is not yet.
                let is_again = other.is_stored_again || made.is_stored_again;
                let is_one = later.number.is_some_and(|later| later >> 32 != number >> 32);
                let is_open = is_one || (is_again && other.maker != made.maker);
                !is_open
                    && other.device == made.device
                    && other.person == made.person
                    && other.operation.board == made.operation.board
                    && other.operation.widget == made.operation.widget
            });
            of_lane && later.number.is_some_and(|later| later > number)
        };
        if let Some(later) = truth.changes.iter().find(overtook) {
            let numbers = (later.number, number);
            let order = format!("{:?} overtook {id:?} in its lane: {numbers:?}", later.id);
            self.fail(Failure::Diverged(order));
        }
    }

    fn check_time(&mut self, id: OperationId, now: Timestamp) {
        if let Some((pressed, ttl)) = self.made.get(&id).and_then(|made| made.pressed)
            && now.0 > pressed + ttl
        {
            self.fail(Failure::Duplicated(format!(
                "{id:?} took effect {} ms after it was pressed, good for {ttl} ms",
                now.0 - pressed
            )));
        }
    }

    pub fn server_opened(&mut self, logs: &BTreeMap<BoardId, Log>) {
        for (board, truth) in &self.truth {
            let head = logs.get(board).map_or(0, |log| log.cursor().revision.0);
            if head != truth.changes.len() as u64 {
                let lost = format!(
                    "{board}: the server came back at {head}, and had been at {}",
                    truth.changes.len()
                );
                self.failure.get_or_insert(Failure::Lost(lost));
            }
            let Some(log) = logs.get(board) else { continue };
            let remembered = truth
                .verdicts
                .iter()
                .filter(|(_, verdict)| verdict.revision() >= log.horizon());
            for (id, verdict) in remembered {
                let Some(made) = self.made.get(id) else { continue };
                let asked = Undecided {
                    client: id.client,
                    ranges: vec![(id.sequence, id.sequence)],
                };
                let author = made.person.parse().expect("a name");
                if log.verdicts(&author, &[asked]) != [(*id, verdict.clone().into())] {
                    let lost = format!("{board}: the server came back without its verdict on {id:?}");
                    self.failure.get_or_insert(Failure::Lost(lost));
                }
            }
        }
    }

    pub fn backup(&mut self) {
        self.saved_copy = Some(self.truth.clone());
    }

    pub fn restore(&mut self) {
        if let Some(copy) = self.saved_copy.clone() {
            for truth in self.truth.values() {
                self.wiped
                    .extend(truth.verdicts.iter().map(|(id, verdict)| (*id, verdict.clone())));
            }
            self.truth = copy;
            self.restored = true;
            self.sights_restored();
        }
    }

    /// What the server says must be on its disk.
    pub fn told(&mut self, frame: &ServerFrame, _now: u64) {
        let mut hollow = None;
        match frame {
            ServerFrame::Verdicts { items } => {
                for item in items {
                    if let tideboard::protocol::Answer::Verdict { verdict, .. } = &item.answer {
                        let durable = self
                            .truth
                            .values()
                            .any(|truth| truth.verdicts.get(&item.id) == Some(verdict));
                        hollow = hollow.or((!durable).then_some(item.id));
                    }
                    if let tideboard::protocol::Answer::TooOld { .. } = &item.answer {
                        self.too_old.insert(item.id);
                        self.check_too_old(item.id);
                    }
                }
            }
            ServerFrame::Subscribed(answer) => {
                // What was refused for want of its board is recorded elsewhere.
                let of_board = self.truth.get(&answer.board);
                let of_none = self.truth.get(&BoardId::refusals());
                let is_durable = |id, verdict| {
                    let mut logs = of_board.iter().chain(of_none.iter());
                    logs.any(|truth| truth.verdicts.get(id) == Some(verdict))
                };
                let mut told = answer.verdicts.iter();
                hollow = told.find(|(id, verdict)| !is_durable(id, verdict)).map(|(id, _)| *id);
            }
            ServerFrame::Changes(changes) => {
                let durable = self
                    .truth
                    .get(&changes.board)
                    .is_some_and(|truth| truth.changes.len() as u64 >= changes.to.revision.0);
                hollow = changes.changes.last().filter(|_| !durable).map(|change| change.id);
            }
            _ => {}
        }
        if let Some(id) = hollow {
            self.fail(Failure::Lost(format!(
                "the server spoke of {id:?} before it was on its disk, or otherwise than it is there"
            )));
        }
    }

    fn check_too_old(&mut self, id: OperationId) {
        let Some(made) = self.made.get(&id) else { return };
        let horizon = self
            .truth
            .get(&made.operation.board)
            .map_or(Revision::ZERO, |truth| truth.horizon);
        if made.operation.made_at.revision >= horizon && !self.restored {
            let wrong = format!(
                "{id:?} made at {} was called too old at horizon {horizon}",
                made.operation.made_at.revision
            );
            self.fail(Failure::Lost(wrong));
        }
    }
}

/// Whose record this is: every record of an operation begins alike, and most are looked at often.
fn appended_id(text: &str) -> OperationId {
    let id = text
        .strip_prefix(r#"{"operation":{"id":""#)
        .and_then(|rest| rest.split('"').next());
    id.expect("an outbox record").parse().expect("an operation's id")
}

fn widget_hash(board: &Board, id: &WidgetId) -> u64 {
    let Some(widget) = board.widget(id).filter(|widget| widget.removed.is_none()) else {
        return 0;
    };
    let mut hasher = FxHasher::default();
    id.as_str().hash(&mut hasher);
    for (name, field) in &widget.fields {
        name.as_str().hash(&mut hasher);
        field.value.hash(&mut hasher);
    }
    hasher.finish()
}

fn board_hash(board: &Board) -> u64 {
    board
        .present()
        .map(|(id, _)| widget_hash(board, id))
        .fold(0, |sum, hash| sum ^ hash)
}
