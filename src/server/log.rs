//! The authority over one board: order, verdicts, conflicts, and how long it remembers.
//!
//! Deciding stages; [`Log::seal`] gives what was staged as one [`Record`]; nothing of it may be told to anyone until
//! that record is durable. When it can't be made durable this `Log` is dropped and read again from the store: its
//! memory has seen what never happened.
//!
//! Invariant: pure. Time is passed in, and nothing here awaits, does I/O or draws a random number.

mod asked;
mod call;
mod decide;
mod record;
#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

pub use call::{Call, CallChange, Called, SEQUENCE_MIN};
pub use decide::{Context, check_series};
pub use record::{Damaged, Decision, Head, Record, Snapshot};

use crate::{
    board::Board,
    config::{HORIZON_LEN_MAX, HORIZON_MS, PRUNE_MS_PER_DAY, RING_LEN_MAX},
    planted::{self, Bug},
    protocol::{
        Change, Cursor, Epoch, History, OperationId, Principal, Revision, Undecided, Verdict, Widget, WidgetId,
    },
    time::Timestamp,
};

/// How long verdicts and changes are remembered. `Default` is [`crate::config`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Verdicts are kept this long…
    pub horizon_ms: u64,
    /// …or for this many operations, whichever ends first.
    pub horizon_len: u64,
    /// Recent changes kept to serve a resume.
    pub ring_len: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            horizon_ms: HORIZON_MS,
            horizon_len: HORIZON_LEN_MAX,
            ring_len: RING_LEN_MAX,
        }
    }
}

/// One board, as its server knows it.
#[derive(Debug)]
pub struct Log {
    memory: Memory,
    /// This writer's epoch: stamped on all it records.
    epoch: Epoch,
    board: Board,
    head: Revision,
    history: History,
    /// Sequence of the last record, staged ones not counted.
    sequence: u64,
    /// Verdicts of operations decided before it may be forgotten; an unknown operation made before it is `too_old`.
    horizon: Revision,
    /// Every verdict since the horizon.
    rows: BTreeMap<OperationId, Row>,
    /// The rows in the order of their decision, for pruning: revision, when, whose.
    decided: VecDeque<(Revision, Timestamp, OperationId)>,
    /// The newest changes, dense up to `head`, staged ones at the end.
    ring: VecDeque<Change>,
    staged: Staged,
    /// When the horizon last moved by age.
    aged_at: Timestamp,
    /// The hash of the board at a cursor: whoever asks again and again costs no more than once.
    hashed: Cell<Option<(Cursor, u32)>>,
}

/// A recorded verdict.
#[derive(Clone, Debug)]
struct Row {
    principal: Principal,
    /// Shared with those who are being told of it.
    verdict: Arc<Verdict>,
    /// The operation's effective base, which a later one based on it may inherit.
    base: Revision,
}

/// What was decided and not sealed yet.
#[derive(Debug, Default)]
struct Staged {
    changes: Vec<Change>,
    decisions: Vec<Decision>,
}

/// What a subscriber misses.
#[derive(Clone, Debug, PartialEq)]
pub enum CatchUp {
    /// The changes after its cursor, from memory.
    Changes(Vec<Change>),
    /// Every widget that changed after `from`.
    Patch {
        /// The subscriber's cursor, or the origin.
        from: Cursor,
        /// The widgets, removed ones included.
        widgets: BTreeMap<WidgetId, Arc<Widget>>,
    },
}

impl Log {
    /// A board nobody has written to.
    #[must_use]
    pub fn new(memory: Memory, epoch: Epoch) -> Self {
        Self {
            memory,
            epoch,
            board: Board::default(),
            head: Revision::ZERO,
            history: History::default(),
            sequence: 0,
            horizon: Revision::ZERO,
            rows: BTreeMap::new(),
            decided: VecDeque::new(),
            ring: VecDeque::new(),
            staged: Staged::default(),
            aged_at: Timestamp(0),
            hashed: Cell::new(None),
        }
    }

    /// A board as its store has it: the newest snapshot, and every record that is kept, ascending. Records up to
    /// the snapshot give only their verdicts. `epoch` is drawn by the caller for this opening of the store.
    ///
    /// # Errors
    /// [`Damaged`] when the records don't follow each other: the store is left as it is.
    pub fn restore(
        memory: Memory,
        epoch: Epoch,
        snapshot: Option<Snapshot>,
        records: impl IntoIterator<Item = Record>,
    ) -> Result<Self, Damaged> {
        let mut log = Self::new(memory, epoch);
        let mut expected = None;
        let snapshot_sequence = snapshot.as_ref().map_or(0, |snapshot| snapshot.sequence);
        if let Some(Snapshot {
            sequence,
            head,
            history,
            horizon,
            widgets,
        }) = snapshot
        {
            log.board = widgets.into_iter().map(|(id, widget)| (id, Arc::new(widget))).collect();
            (log.sequence, log.head, log.history, log.horizon) = (sequence, head, history, horizon);
        }
        for record in records {
            if expected.is_some_and(|expected| record.sequence != expected)
                || (record.sequence > snapshot_sequence && record.sequence != log.sequence + 1)
            {
                return Err(Damaged::Gap {
                    after: log.sequence,
                    found: record.sequence,
                });
            }
            expected = Some(record.sequence + 1);
            log.replay(record, snapshot_sequence)?;
        }
        log.forget_rows();
        Ok(log)
    }

    /// When the newest record that it still knows was written, in server time.
    #[must_use]
    pub fn written_at(&self) -> Option<Timestamp> {
        self.decided.back().map(|(_, at, _)| *at)
    }

    fn replay(&mut self, record: Record, snapshot_sequence: u64) -> Result<(), Damaged> {
        for decision in record.decisions {
            self.decided
                .push_back((decision.verdict.revision(), record.at, decision.id));
            self.rows.insert(
                decision.id,
                Row {
                    principal: decision.principal,
                    verdict: Arc::new(decision.verdict),
                    base: decision.base,
                },
            );
        }
        if record.sequence <= snapshot_sequence {
            return Ok(());
        }
        for change in record.changes {
            if change.revision != self.head.next() {
                return Err(Damaged::Revision {
                    after: self.head,
                    found: change.revision,
                });
            }
            self.head = change.revision;
            self.history.note(change.revision, record.epoch);
            self.board.apply(&change);
            self.remember(change);
        }
        self.sequence = record.sequence;
        if !planted::is(Bug::HorizonNotStored) {
            self.move_horizon(record.horizon);
        }
        Ok(())
    }

    /// The board at the head, staged changes included: only for the room that decides. Anyone else may look when
    /// nothing is staged.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    /// [`Board::state_hash`] of the board at the head.
    #[must_use]
    pub fn state_hash(&self) -> u32 {
        let at = self.cursor();
        let known = self.hashed.get().filter(|(then, _)| *then == at);
        let (_, hash) = known.unwrap_or_else(|| (at, self.board.state_hash()));
        self.hashed.set(Some((at, hash)));
        hash
    }

    /// The head's cursor.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.history.cursor(self.head)
    }

    /// Its history from the horizon on.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Verdicts before it may be forgotten.
    #[must_use]
    pub const fn horizon(&self) -> Revision {
        self.horizon
    }

    /// How many verdicts are remembered.
    #[must_use]
    pub fn rows_len(&self) -> usize {
        self.rows.len()
    }

    /// The position the next record is appended at.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head {
            epoch: self.epoch,
            revision: self.head,
            sequence: self.sequence,
        }
    }

    /// Whether something was decided that no record holds yet.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        !self.staged.decisions.is_empty()
    }

    /// What was staged, as one record to append after [`Log::head`] as it was before; `None` when nothing was.
    /// The horizon moves first, so that it is durable before any row it lets go.
    pub fn seal(&mut self, now: Timestamp) -> Option<Record> {
        if !self.is_staged() {
            return None;
        }
        let due = self.horizon_due(now);
        self.move_horizon(due);
        self.sequence += 1;
        let Staged { changes, decisions } = std::mem::take(&mut self.staged);
        Some(Record {
            sequence: self.sequence,
            epoch: self.epoch,
            at: now,
            horizon: self.horizon,
            changes,
            decisions,
        })
    }

    /// Lets go of verdicts below the horizon. Call when the record that moved it is durable.
    pub fn forget_rows(&mut self) {
        while let Some((revision, _, id)) = self.decided.front()
            && (*revision < self.horizon || (planted::is(Bug::RowsForgottenWithoutHorizon) && self.decided.len() > 12))
        {
            self.rows.remove(id);
            self.decided.pop_front();
        }
    }

    /// What a subscriber at `cursor` misses. Call only when nothing is staged.
    #[must_use]
    pub fn catch_up(&self, cursor: Option<Cursor>) -> CatchUp {
        debug_assert!(
            !self.is_staged() || planted::is(Bug::VisibleBeforeDurable),
            "readers see the durable head only"
        );
        let known = self.known(cursor);
        let from = known.unwrap_or(Cursor::ORIGIN);
        let missed = (self.head.0 - from.revision.0) as usize;
        if known.is_some() && missed <= self.ring.len() {
            return CatchUp::Changes(self.ring.iter().skip(self.ring.len() - missed).cloned().collect());
        }
        let widgets = self
            .changed_after(from)
            .map(|(id, widget)| (id.clone(), Arc::clone(widget)));
        CatchUp::Patch {
            from,
            widgets: widgets.collect(),
        }
    }

    /// A subscriber's cursor, where what leads on from there is known.
    pub(super) fn known(&self, cursor: Option<Cursor>) -> Option<Cursor> {
        cursor.filter(|cursor| {
            let within = cursor.revision >= self.horizon && self.history.contains(*cursor, self.head);
            within || (planted::is(Bug::CursorWithoutEpoch) && cursor.revision <= self.head)
        })
    }

    /// Every widget that changed after `from`, removed ones included.
    pub(super) fn changed_after(&self, from: Cursor) -> impl Iterator<Item = (&WidgetId, &Arc<Widget>)> {
        let changed = move |(_, widget): &(&WidgetId, &Arc<Widget>)| widget.changed > from.revision;
        self.board.widgets().filter(changed)
    }

    /// The verdicts of `undecided` operations that were made by `principal`: all there are. Ranges are the client's
    /// word and may be as wide as they like: only rows are walked. Call only when nothing is staged.
    #[must_use]
    pub fn verdicts(&self, principal: &Principal, undecided: &[Undecided]) -> Vec<(OperationId, Arc<Verdict>)> {
        let ranges = asked::apart(undecided).into_iter();
        ranges
            .flat_map(|(first, last)| self.rows.range(first..=last))
            .filter(|(_, row)| row.principal == *principal)
            .map(|(id, row)| (*id, Arc::clone(&row.verdict)))
            .collect()
    }

    /// Everything but the rows, which the records keep.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        debug_assert!(!self.is_staged(), "a snapshot is of the durable head");
        Snapshot {
            sequence: self.sequence,
            head: self.head,
            history: self.history.clone(),
            horizon: self.horizon,
            widgets: self
                .board
                .widgets()
                .map(|(id, widget)| (id.clone(), Widget::clone(widget)))
                .collect(),
        }
    }

    fn remember(&mut self, change: Change) {
        self.ring.push_back(change);
        while self.ring.len() > self.memory.ring_len {
            self.ring.pop_front();
        }
    }

    /// How many verdicts were given since the board last changed, that change's own included.
    fn rows_at_head(&self) -> usize {
        self.decided.len() - self.decided.partition_point(|(revision, ..)| *revision < self.head)
    }

    /// Where the horizon may be now: after the newest rows, and by age in small steps, so that a clock that jumps
    /// forward makes the server ask more questions but forget little.
    fn horizon_due(&mut self, now: Timestamp) -> Revision {
        let mut due = self
            .horizon
            .max(Revision(self.head.0.saturating_sub(self.memory.horizon_len)));
        // Rows at the head don't count: no horizon can let them go, and they must not drive it up to the head, past
        // everyone who is offline. They have a limit of their own.
        let below_head = self.decided.len() - self.rows_at_head();
        let surplus = below_head.saturating_sub(self.memory.horizon_len as usize);
        if surplus > 0 {
            due = due.max(self.decided[surplus].0);
        }
        const HOUR_MS: u64 = 60 * 60 * 1_000;
        if now.since(self.aged_at) >= HOUR_MS {
            self.aged_at = now;
            let oldest = self.decided.front().map_or(now, |(_, at, _)| *at);
            let limit = oldest
                .plus(PRUNE_MS_PER_DAY / 24)
                .min(Timestamp(now.0.saturating_sub(self.memory.horizon_ms)));
            let aged = self.decided.iter().take_while(|(_, at, _)| *at < limit).last();
            due = due.max(aged.map_or(Revision::ZERO, |(revision, ..)| *revision));
        }
        due
    }

    fn move_horizon(&mut self, horizon: Revision) {
        if horizon > self.horizon {
            self.horizon = horizon;
            self.history.prune(horizon);
            self.board.forget_removed(horizon);
        }
    }
}
