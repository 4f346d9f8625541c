//! What arrives and what leaves: changes in order and without gaps, patches whole, duplicates once; and the edits
//! of a moving finger folded into at most ten operations a second, and one more for whatever comes under them.

use std::{collections::VecDeque, sync::Arc};

use super::{
    outbox::Pending,
    receipts::Receipts,
    storage::{Meta, Records, decoded, under, widgets_prefix},
};
use crate::{
    board::Board,
    config::{DEBOUNCE_MS, RING_LEN_MAX},
    planted::{self, Bug},
    protocol::{
        BoardId, Change, ChangesFrame, Cursor, Epoch, FieldName, History, Operation, OperationId, PatchFrame, Revision,
        RunId, Subscribed, Undecided, Value, Verdict, Widget, WidgetId,
    },
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

/// Where a history has broken of which nobody can tell whether it has: nothing of it is known to be forgotten.
pub(super) const NOWHERE: Revision = Revision(u64::MAX);

/// A board as the server has confirmed it to this device, and how more of it comes.
#[derive(Debug, Default)]
pub(super) struct Replica {
    pub confirmed: Board,
    pub cursor: Cursor,
    pub history: History,
    pub horizon: Revision,
    pub generation: u64,
    pub subscription: Subscription,
    /// Verdicts that came while it was asked for: part of the answer, or of what was sent before.
    pub early: Vec<(OperationId, Verdict)>,
    /// It was live when it was asked for again, to be compared with the server's.
    pub is_compared: bool,
    /// How many parts of the app look at it.
    pub watchers: u32,
    /// The meta record as this device believes it to be stored.
    pub stored: Option<(String, Meta)>,
    /// Widgets whose stored copies are older than these.
    pub dirty: SortedSet<WidgetId>,
    /// All of it came anew, so that stored copies may be of widgets which are no more: those go first.
    pub replaced: bool,
    /// Since when something is not stored.
    pub dirty_since: Option<Timestamp>,
    /// The server process in whose history the cursor was found last.
    pub found_by: Option<RunId>,
    /// When this was last known to be as the server has it, while no socket tells.
    pub agreed_at: Option<Timestamp>,
    /// Nothing was ever received of it, since the server has no such board: a request was answered so.
    pub is_absent: bool,
    /// A history break: pending operations were lowered and must be stored before any of them is sent.
    pub lowered: bool,
    /// Where the last history broke.
    pub broken_at: Revision,
    pub receipts: Receipts,
    /// Ids of the changes seen one by one, and from which revision on these are all there were.
    recent: SortedMap<OperationId, Revision>,
    recent_order: VecDeque<OperationId>,
    seen_from: Revision,
}

/// How far a subscription has come.
#[derive(Debug, Default)]
pub(super) enum Subscription {
    #[default]
    Off,
    /// Asked for, with the operations whose verdicts were asked for along with it.
    Asked {
        request: u64,
        listed: Vec<Undecided>,
    },
    /// Answered; the catch-up is on its way. Where it does not continue, all of the answer takes effect together with its
    /// patch.
    CatchingUp {
        listed: Vec<Undecided>,
        answer: Subscribed,
        parts: Vec<PatchFrame>,
        continuity: Continuity,
    },
    Live,
}

/// How the state that is on its way goes with the one that is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continuity {
    /// It goes on from it.
    Continues,
    /// Nobody can tell: the server has forgotten what was before its horizon. What is known of the fate of operations may
    /// be of another history.
    Doubtful,
    /// It is of another history, which left this one's after `fork`.
    Broken {
        /// The last revision of both.
        fork: Revision,
    },
}

impl Subscription {
    /// Takes out what was asked for, if `request` is the one under way: an older one's answer, and what follows it,
    /// are of no use any more.
    pub fn answered(&mut self, request: u64) -> Self {
        match self {
            Self::Asked { request: asked, .. } if *asked == request => std::mem::take(self),
            _ => Self::Off,
        }
    }
}

/// What came of a frame of changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    /// Applied whole.
    Applied(SortedSet<WidgetId>),
    /// All of it was known.
    Known,
    /// It continues something this device doesn't have.
    Gap,
    /// It is part of something unfinished.
    Partial,
}

impl Replica {
    /// Nothing known yet.
    pub fn watched(watchers: u32) -> Self {
        Self {
            watchers,
            ..Self::default()
        }
    }

    /// As it is stored.
    pub fn restore(board: &BoardId, stored: &str, records: &Records) -> Option<Self> {
        let meta: Meta = decoded(stored)?;
        let prefix = widgets_prefix(board);
        // Without one of them it would not be the state of its cursor.
        let widget = |(id, text): (&str, &String)| Some((id.parse().ok()?, Arc::new(decoded::<Widget>(text)?)));
        let widgets: Option<Vec<_>> = under(records, &prefix).map(widget).collect();
        let widgets = widgets?;
        let seen_from = meta.cursor.revision;
        Some(Self {
            confirmed: widgets.into_iter().collect(),
            cursor: meta.cursor,
            history: meta.history.clone(),
            generation: meta.generation,
            stored: Some((stored.to_owned(), meta)),
            seen_from,
            ..Self::default()
        })
    }

    /// Takes over what another tab stored, keeping what belongs to this one.
    pub fn adopt(&mut self, stored: Self) {
        let is_apart = stored.generation != self.generation || self.is_apart(stored.cursor, &stored.history);
        self.give_up_catching_up();
        *self = Self {
            early: std::mem::take(&mut self.early),
            receipts: if is_apart {
                Receipts::default()
            } else {
                std::mem::take(&mut self.receipts)
            },
            watchers: self.watchers,
            agreed_at: self.agreed_at,
            lowered: false,
            ..stored
        };
    }

    /// Whether nothing was ever known of it here. One that a backup from before its birth has emptied is not: what is stored of it
    /// is older than that.
    pub fn is_blank(&self) -> bool {
        self.cursor == Cursor::ORIGIN && (self.generation == 0 || planted::is(Bug::EmptiedBoardTakenForNew))
    }

    /// Whether what is stored has come further than this, or is of another history that was not left here since.
    pub fn is_behind(&self, meta: &Meta) -> bool {
        meta.generation > self.generation
            || (meta.generation == self.generation
                && (meta.cursor.revision > self.cursor.revision || self.is_apart(meta.cursor, &meta.history)))
    }

    /// How the state that an answer announces goes with this one.
    pub fn continuity(&self, answer: &Subscribed) -> Continuity {
        if answer.from != Cursor::ORIGIN
            || answer.history.contains(self.cursor, answer.at.revision)
            || planted::is(Bug::PendingNotLoweredAfterBreak)
        {
            Continuity::Continues
        } else if self.cursor.revision < answer.horizon {
            if planted::is(Bug::DoubtfulCountsAsContinuing) {
                return Continuity::Continues;
            }
            Continuity::Doubtful
        } else {
            let fork = self
                .history
                .fork(self.cursor.revision, &answer.history, answer.at.revision);
            Continuity::Broken { fork }
        }
    }

    /// Whether what has come to `cursor` by `history` is not of this one's history.
    pub fn is_apart(&self, cursor: Cursor, history: &History) -> bool {
        self.history.excludes(cursor, self.cursor.revision) || history.excludes(self.cursor, cursor.revision)
    }

    /// Whether its history broke and no tab has stored that yet. Where one has, what is stored leads nowhere back, and this state
    /// waits like any other until all is known of its operations.
    pub fn is_broken(&self) -> bool {
        self.lowered && self.outdates_stored()
    }

    /// Whether its history was left for nothing: nobody could tell whether it was another one, and what another tab has stored since goes
    /// with this state. Cursors say so, as far as either history is kept; and where nothing is stored of the board, nothing does.
    pub fn rejoins(&self, meta: &Meta) -> bool {
        let is_doubtful = self.is_broken() && self.broken_at == NOWHERE;
        let is_before = self.history.contains(meta.cursor, self.cursor.revision);
        let is_together = is_before || meta.history.contains(self.cursor, meta.cursor.revision);
        is_doubtful && is_together && meta.cursor != Cursor::ORIGIN
    }

    /// Whether what is stored says less of how often its history broke: it broke since, or the storage was cleared. That is stored
    /// only together with the state: beside none it would say that a backup has emptied the board.
    pub fn outdates_stored(&self) -> bool {
        let stored = self.stored.as_ref();
        self.generation > stored.map_or(0, |(_, meta)| meta.generation)
    }

    /// Whether `text` is the meta record as this device left it, and its own state has come as far.
    pub fn stores(&self, text: &str) -> bool {
        let stored = self.stored.as_ref();
        stored.is_some_and(|(left, meta)| left == text && !self.is_behind(meta))
    }

    /// The meta record to store next: with the confirmed state, or with what is stored of it already.
    pub fn next_meta(&self, with_state: bool) -> Meta {
        let stored = self.stored.as_ref().map(|(_, meta)| meta);
        let version = stored.map_or(0, |meta| meta.version) + 1;
        let now = || Meta {
            cursor: self.cursor,
            history: self.history.clone(),
            generation: self.generation,
            version,
        };
        let then = || Meta {
            generation: self.generation,
            version,
            ..stored.cloned().unwrap_or_default()
        };
        if with_state { now() } else { then() }
    }

    pub fn soil(&mut self, now: Timestamp, widgets: impl IntoIterator<Item = WidgetId>) {
        self.dirty.extend(widgets);
        self.dirty_since.get_or_insert(now);
    }

    /// Changes as they come. Values are assigned; nothing is computed again here.
    pub fn changes(&mut self, now: Timestamp, frame: &ChangesFrame) -> Arrived {
        if frame.to.revision <= self.cursor.revision && self.history.contains(frame.to, self.cursor.revision) {
            return Arrived::Known;
        }
        if frame.from != self.cursor && !planted::is(Bug::GapIgnored) {
            return Arrived::Gap;
        }
        let mut touched = SortedSet::new();
        for change in &frame.changes {
            self.confirmed.apply(change);
            self.note(change.id, change.revision);
            touched.insert(change.widget.clone());
        }
        self.cursor = frame.to;
        let first = frame.changes.first();
        let first = first.map_or(frame.to.revision, |change| change.revision);
        match &self.subscription {
            // What is caught up with may be of several writers, of whom a frame names the last.
            Subscription::CatchingUp { answer, .. } => self.history = answer.history.up_to(frame.to.revision),
            _ => self.history.note(first, frame.to.epoch),
        }
        self.soil(now, touched.iter().cloned());
        Arrived::Applied(touched)
    }

    /// A part of a patch: held until the last one is there, then applied whole.
    pub fn patch(&mut self, now: Timestamp, part: PatchFrame) -> Arrived {
        let Subscription::CatchingUp { answer, parts, .. } = &mut self.subscription else {
            return Arrived::Gap;
        };
        if part.part as usize != parts.len() || part.from != answer.from || part.to != answer.at {
            return Arrived::Gap;
        }
        let last = part.last;
        parts.push(part);
        if !last && !planted::is(Bug::PatchAppliedInParts) {
            return Arrived::Partial;
        }
        let (answer, parts) = (answer.clone(), if last { std::mem::take(parts) } else { parts.clone() });
        if answer.at.revision < self.cursor.revision && answer.from != Cursor::ORIGIN {
            return Arrived::Known;
        }
        let mut touched = SortedSet::new();
        if answer.from == Cursor::ORIGIN && !planted::is(Bug::PatchKeepsRemovedWidgets) {
            touched.extend(self.confirmed.widgets().map(|(id, _)| id.clone()));
            self.confirmed = Board::default();
            self.replaced = true;
        }
        for (id, widget) in parts.into_iter().flat_map(|part| part.widgets) {
            touched.insert(id.clone());
            self.confirmed.put(id, Arc::new(widget));
        }
        self.arrive(&answer);
        self.soil(now, touched.iter().cloned());
        Arrived::Applied(touched)
    }

    /// The state is the one of `answer.at` now, and how it came about was not seen.
    fn arrive(&mut self, answer: &Subscribed) {
        (self.cursor, self.history, self.horizon) = (answer.at, answer.history.clone(), answer.horizon);
        self.confirmed.forget_removed(answer.horizon);
        (self.seen_from, self.recent, self.recent_order) = (answer.at.revision, SortedMap::new(), VecDeque::new());
    }

    /// Notes what a subscription's answer says of history, when its catch-up has come by changes.
    pub fn caught_up(&mut self, answer: &Subscribed) {
        (self.history, self.horizon) = (answer.history.clone(), answer.horizon);
        self.confirmed.forget_removed(answer.horizon);
    }

    /// Moves an operation that was made in a history which is no more to where that one left this. Answers whether it was.
    pub fn call_home(&self, pending: &mut Pending) -> bool {
        let decided = pending.verdict.is_some() || pending.applied_at.is_some();
        if decided || self.cursor.revision == Revision::ZERO || planted::is(Bug::PendingNotLoweredAfterBreak) {
            return false;
        }
        let home = self.history.strayed(pending.operation.made_at, self.cursor.revision);
        home.inspect(|home| pending.lower(*home)).is_some()
    }

    /// What is known of an operation that was made elsewhere and is new here: `Err` when its fate must be asked.
    pub fn fate(&self, operation: &Operation) -> Result<Option<Revision>, ()> {
        match self.recent.get(&operation.id) {
            Some(revision) => Ok(Some(*revision)),
            // It can only have been applied after what its author had seen, and all since then was seen here.
            None if operation.made_at.revision >= self.seen_from => Ok(None),
            None => Err(()),
        }
    }

    /// Lets go of what was asked for. What came of operations is kept for the next answer: the server may know no more of them by then.
    pub fn give_up_catching_up(&mut self) {
        if let Subscription::CatchingUp { answer, continuity, .. } = std::mem::take(&mut self.subscription)
            && continuity != Continuity::Continues
        {
            for (id, verdict) in answer.verdicts {
                // However often it is asked for, each is kept once.
                if !self.early.iter().any(|(known, _)| *known == id) {
                    self.early.push((id, verdict));
                }
            }
        }
    }

    /// What was told by a process that is no more, and waits for its state.
    pub fn forget_early(&mut self) {
        self.early.clear();
        if let Subscription::CatchingUp { answer, .. } = &mut self.subscription {
            answer.verdicts.clear();
        }
    }

    /// Whether another process than the server's `run` has gone on with what is stored: neither that one nor any before it, as far as it has
    /// told of them, wrote the end of it. Not found by comparing cursors where this one had come no further than both histories go.
    pub fn overtakes(&self, run: RunId, stored: &Self) -> bool {
        let (of_run, epoch) = (Epoch::of(run), stored.cursor.epoch);
        let is_before = match &self.subscription {
            Subscription::CatchingUp { answer, .. } => answer.history.has(epoch),
            Subscription::Live => self.history.has(epoch),
            Subscription::Off | Subscription::Asked { .. } => !stored.history.has(of_run),
        };
        !is_before && epoch != of_run && stored.cursor != Cursor::ORIGIN
    }

    fn note(&mut self, id: OperationId, revision: Revision) {
        self.recent.insert(id, revision);
        self.recent_order.push_back(id);
        if self.recent_order.len() > RING_LEN_MAX
            && let Some(oldest) = self.recent_order.pop_front()
        {
            self.seen_from = self.recent.remove(&oldest).unwrap_or(self.seen_from);
        }
    }
}

/// Edits that are shown and not yet made into operations: at most one per field, always the last value.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    drafts: SortedMap<(BoardId, WidgetId, FieldName), Draft>,
    /// When the last operation of a field was made.
    made: SortedMap<(BoardId, WidgetId, FieldName), Timestamp>,
}

#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub board: BoardId,
    pub widget: WidgetId,
    pub field: FieldName,
    pub value: Value,
    pub due: Timestamp,
}

impl Draft {
    pub fn is_of(&self, board: &BoardId, widget: &WidgetId) -> bool {
        self.board == *board && self.widget == *widget
    }

    /// Whether a change of its board is of its field, or of all that its widget is.
    pub fn is_over(&self, change: &Change) -> bool {
        let is_its_field = |field: &FieldName| *field == self.field;
        change.widget == self.widget && change.effect.field().is_none_or(is_its_field)
    }
}

impl Drafts {
    /// Takes an edit. Answers it back when it is to become an operation at once: the first of a movement always is.
    pub fn take(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        field: FieldName,
        value: Value,
    ) -> Option<Draft> {
        let key = (board.clone(), widget.clone(), field.clone());
        let free_at = self.made.get(&key).map_or(now, |made| made.plus(DEBOUNCE_MS));
        let draft = Draft {
            board,
            widget,
            field,
            value,
            due: free_at,
        };
        if free_at <= now {
            self.drafts.remove(&key);
            self.made.insert(key, now);
            return Some(draft);
        }
        let due = self.drafts.get(&key).map_or(free_at, |held| held.due);
        self.drafts.insert(key, Draft { due, ..draft });
        None
    }

    /// Takes out those that are to become operations now.
    pub fn ripe(&mut self, now: Timestamp, is_ripe: &dyn Fn(&Draft) -> bool) -> Vec<Draft> {
        self.made.retain(|_, made| made.plus(DEBOUNCE_MS) > now);
        let ripe = self.drafts.extract_if(|_, draft| is_ripe(draft));
        let ripe: Vec<Draft> = ripe.map(|(_, draft)| draft).collect();
        for draft in &ripe {
            self.made
                .insert((draft.board.clone(), draft.widget.clone(), draft.field.clone()), now);
        }
        ripe
    }

    /// The drafts of a board, to be shown.
    pub fn of_board<'a>(&'a self, board: &'a BoardId) -> impl Iterator<Item = &'a Draft> {
        self.drafts.values().filter(move |draft| draft.board == *board)
    }

    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.drafts.values().map(|draft| draft.due).min()
    }

    pub fn len(&self) -> usize {
        self.drafts.len()
    }
}
