//! What is stored, and when: one storage transaction at a time, each of which says what it believes is stored.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Effect, Engine, Notice, SetAside,
    conflict::Shelf,
    optimistic::is_shown,
    outbox::{Fate, Outbox, Pending},
    storage::{
        HIGH, Journaled, Meta, Namespace, Outcome, StorageError, Transaction, aside_key, conflict_key, generation_key,
        journal_key, meta_key, outbox_key, text, widget_key, widgets_prefix,
    },
    updates::{Drafts, Replica},
};
use crate::{
    config::{CACHE_WRITE_MS, JOURNAL_LEN_MAX, REREAD_MS, RETRY_MS_MAX},
    planted::{self, Bug},
    protocol::{BoardId, OperationId, WidgetId},
    time::Timestamp,
};

/// The books of what is stored.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    /// What the storage is busy with; nothing else is asked of it meanwhile.
    pub busy: Option<Busy>,
    /// Another tab may have written: read again.
    pub reread: bool,
    reread_at: Timestamp,
    /// There may be no later: what is known is stored as soon as it can be.
    pub hurry: bool,
    /// Number of the last operation in the outbox that this device knows.
    pub high: u64,
    /// Boards with something to store at once.
    pub due: BTreeSet<BoardId>,
    /// Operations on their way out of the outbox without a verdict.
    pub moved: BTreeMap<OperationId, SetAside>,
    /// Records to delete, by the board they belong to.
    pub dropped: Vec<(BoardId, String)>,
    /// One's own operations that a broken history has forgotten, and that are not stored as such yet.
    pub forgotten: BTreeMap<OperationId, SetAside>,
    /// One's own operations that were applied, by their numbers in the outbox.
    pub journal: BTreeMap<u64, Journaled>,
    /// Why the last transaction failed.
    pub fault: Option<StorageError>,
    retry_at: Timestamp,
}

#[derive(Debug)]
pub(super) enum Busy {
    Loading,
    Appending(Vec<OperationId>),
    Settling(Box<Settling>),
}

/// A transaction of one board, and what it means once it is stored.
#[derive(Debug)]
pub(super) struct Settling {
    board: BoardId,
    meta: (String, Meta),
    widgets: BTreeSet<WidgetId>,
    replaced: bool,
    settled: Vec<(OperationId, Shelf)>,
    rewritten: Vec<OperationId>,
    moved: Vec<OperationId>,
    forgotten: Vec<OperationId>,
    dropped: Vec<String>,
    dirty_since: Option<Timestamp>,
}

impl Engine {
    /// Starts to work under a namespace, with what is stored there.
    pub(super) fn enter(&mut self, namespace: Namespace) {
        self.quit();
        self.namespace = Some(namespace.clone());
        self.keeping.busy = Some(Busy::Loading);
        self.effects.push_back(Effect::Remember(namespace.clone()));
        self.effects.push_back(Effect::Load {
            namespace,
            widgets: true,
        });
    }

    /// Leaves the namespace: nothing of it is shown, and nobody else's edits get into it. What is not stored of it yet
    /// is appended under its own name.
    pub(super) fn quit(&mut self) {
        if let Some(left) = self.namespace.take() {
            let busy_with: BTreeSet<OperationId> = match &self.keeping.busy {
                Some(Busy::Appending(ids)) => ids.iter().copied().collect(),
                _ => BTreeSet::new(),
            };
            let unsaved = self
                .outbox
                .iter()
                .filter(|pending| pending.number.is_none() && !busy_with.contains(&pending.operation.id));
            let append: Vec<String> = unsaved.map(|pending| text(&pending.stored())).collect();
            if !append.is_empty() {
                self.effects.push_back(Effect::Commit {
                    namespace: left,
                    transaction: Transaction {
                        append,
                        ..Transaction::default()
                    },
                });
            }
        }
        let watchers: Vec<(BoardId, u32)> = self
            .replicas
            .iter()
            .map(|(board, replica)| (board.clone(), replica.watchers))
            .collect();
        self.replicas = watchers
            .into_iter()
            .map(|(board, watchers)| (board, Replica::watched(watchers)))
            .collect();
        (self.outbox, self.drafts) = (Outbox::default(), Drafts::default());
        (self.conflicts, self.aside) = (BTreeMap::new(), BTreeMap::new());
        self.undo.clear();
        self.loaded = false;
        self.keeping = Keeping::default();
    }

    /// Asks for the next transaction, if one is due and none is under way.
    pub(super) fn keep(&mut self, now: Timestamp) {
        let Some(namespace) = self.namespace.clone() else {
            return;
        };
        if self.keeping.busy.is_some() || now < self.keeping.retry_at {
            return;
        }
        let periodic = self.rereads() && now >= self.keeping.reread_at;
        if !self.loaded || self.keeping.reread || periodic {
            (self.keeping.reread, self.keeping.reread_at) = (false, now.plus(REREAD_MS));
            self.keeping.busy = Some(Busy::Loading);
            self.effects.push_back(Effect::Load {
                namespace,
                widgets: !self.loaded,
            });
            return;
        }
        let transaction = self.append().or_else(|| self.settle(now));
        if let Some(transaction) = transaction {
            self.effects.push_back(Effect::Commit { namespace, transaction });
        } else {
            self.keeping.hurry = false;
        }
    }

    /// Whether all that this device knows is stored, so that it could end now and know it again.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        let clean = |replica: &Replica| replica.dirty_since.is_none() && !replica.lowered;
        !matches!(self.keeping.busy, Some(Busy::Appending(_) | Busy::Settling(_)))
            && self
                .outbox
                .iter()
                .all(|pending| pending.number.is_some() && !pending.dirty)
            && self.replicas.values().all(clean)
            && self.drafts.len() == 0
    }

    /// Whether news in the storage is looked for from time to time: a broadcast may be missed by who sends for others,
    /// and by who waits for another to send.
    fn rereads(&self) -> bool {
        self.loaded && (self.leading || !self.outbox.is_empty())
    }

    /// The next time [`Engine::keep`] may have something to do.
    pub(super) fn keeping_wakeup(&self) -> Option<Timestamp> {
        if self.namespace.is_none() || self.keeping.busy.is_some() {
            return None;
        }
        let work = self
            .outbox
            .iter()
            .next_back()
            .is_some_and(|pending| pending.number.is_none())
            || !self.keeping.due.is_empty()
            || !self.loaded;
        let cache = self
            .replicas
            .values()
            .filter_map(|replica| replica.dirty_since)
            .min()
            .map(|since| since.plus(self.cache_write_ms()));
        let retry = (self.keeping.fault.is_some() && work).then_some(self.keeping.retry_at);
        let reread = self.rereads().then_some(self.keeping.reread_at);
        [cache, retry, reread]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(self.keeping.retry_at))
    }

    /// The sender stores for all; the others only what it leaves, so that they don't write the same twice.
    const fn cache_write_ms(&self) -> u64 {
        if self.keeping.hurry {
            0
        } else if self.leading {
            CACHE_WRITE_MS
        } else {
            3 * CACHE_WRITE_MS
        }
    }

    fn append(&mut self) -> Option<Transaction> {
        let unsaved: Vec<&Pending> = self.outbox.iter().filter(|pending| pending.number.is_none()).collect();
        if unsaved.is_empty() {
            return None;
        }
        let boards: BTreeSet<&BoardId> = unsaved.iter().map(|pending| &pending.operation.board).collect();
        // After a history break an operation is moved to the new history first.
        let generation = |board: &BoardId| {
            let stored = self
                .replicas
                .get(board)
                .and_then(|replica| replica.stored.as_ref())
                .map_or(0, |(_, meta)| meta.generation);
            (generation_key(board), (stored > 0).then(|| stored.to_string()))
        };
        let expect = boards.into_iter().map(generation).collect();
        let append = unsaved.iter().map(|pending| text(&pending.stored())).collect();
        let ids: Vec<OperationId> = unsaved.iter().map(|pending| pending.operation.id).collect();
        for id in &ids {
            if let Some(pending) = self.outbox.get_mut(*id) {
                pending.dirty = false;
            }
        }
        self.keeping.busy = Some(Busy::Appending(ids));
        Some(Transaction {
            expect,
            append,
            ..Transaction::default()
        })
    }

    fn settle(&mut self, now: Timestamp) -> Option<Transaction> {
        let cache_ms = self.cache_write_ms();
        let stale = |replica: &Replica| {
            replica
                .dirty_since
                .is_some_and(|since| now >= since.plus(if replica.stored.is_none() { 0 } else { cache_ms }))
        };
        let aged = self
            .replicas
            .iter()
            .filter(|(_, replica)| stale(replica))
            .map(|(board, _)| board.clone());
        let mut boards: Vec<BoardId> = self.keeping.due.iter().cloned().chain(aged).collect();
        boards.dedup();
        for board in boards {
            self.keeping.due.remove(&board);
            if let Some(transaction) = self.settle_board(now, &board) {
                return Some(transaction);
            }
            // Something's fate is open: look again later, not at once.
            if let Some(replica) = self.replicas.get_mut(&board) {
                replica.dirty_since = replica.dirty_since.map(|_| now);
            }
        }
        None
    }

    /// One transaction for all that is due of a board. The outbox loses an operation only together with the
    /// confirmed state that contains it, and confirmed state is stored only when the fate of every operation in the
    /// outbox is known at it.
    fn settle_board(&mut self, now: Timestamp, board: &BoardId) -> Option<Transaction> {
        let cache_ms = self.cache_write_ms();
        let replica = self.replicas.get(board)?;
        let unclear = |pending: &Pending| {
            pending.verdict.is_none() && (pending.fate != Fate::Known || pending.applied_at.is_some())
        };
        let pending: Vec<&Pending> = self.outbox.of_board(board).collect();
        let clear = !pending.iter().any(|pending| unclear(pending));
        let early = planted::is(Bug::OutboxDeletedBeforeState);
        let contained = |pending: &&&Pending| {
            pending.number.is_some()
                && pending
                    .verdict
                    .as_ref()
                    .is_some_and(|verdict| (clear && replica.cursor.revision >= verdict.revision()) || early)
        };
        let settled: Vec<(OperationId, Shelf)> = pending
            .iter()
            .filter(contained)
            .filter_map(|pending| {
                Some((
                    pending.operation.id,
                    Shelf::of(&pending.operation, pending.verdict.as_ref()?),
                ))
            })
            .collect();
        let gone: BTreeSet<OperationId> = settled
            .iter()
            .map(|(id, _)| *id)
            .chain(self.keeping.moved.keys().copied())
            .collect();
        let rewritten: Vec<&Pending> = pending
            .iter()
            .copied()
            .filter(|pending| pending.dirty && pending.number.is_some() && !gone.contains(&pending.operation.id))
            .collect();
        let moved: Vec<&Pending> = pending
            .iter()
            .copied()
            .filter(|pending| pending.number.is_some() && self.keeping.moved.contains_key(&pending.operation.id))
            .collect();
        let dropped: Vec<String> = self
            .keeping
            .dropped
            .iter()
            .filter(|(of, _)| of == board)
            .map(|(_, key)| key.clone())
            .collect();
        let wait_ms = if replica.stored.is_none() { 0 } else { cache_ms };
        let aged = replica.dirty_since.is_some_and(|since| now >= since.plus(wait_ms));
        if settled.is_empty()
            && rewritten.is_empty()
            && moved.is_empty()
            && dropped.is_empty()
            && self.keeping.forgotten.is_empty()
            && !replica.lowered
            && !(aged && clear)
        {
            return None;
        }
        let with_state = clear && !early;
        let meta = replica.next_meta(with_state);
        let meta_text = text(&meta);
        let mut put = vec![(meta_key(board), meta_text.clone())];
        let mut delete = dropped.clone();
        if meta.generation > 0 {
            put.push((generation_key(board), meta.generation.to_string()));
        }
        let widgets = if with_state {
            replica.dirty.clone()
        } else {
            BTreeSet::new()
        };
        let dirty_since = replica.dirty_since;
        let replaced = with_state && replica.replaced;
        for id in &widgets {
            match replica.confirmed.widget(id) {
                Some(widget) => put.push((widget_key(board, id), text(&**widget))),
                None => delete.push(widget_key(board, id)),
            }
        }
        put.extend(
            rewritten
                .iter()
                .filter_map(|pending| Some((outbox_key(pending.number?), text(&pending.stored())))),
        );
        for pending in &moved {
            let id = pending.operation.id;
            put.extend(self.keeping.moved.get(&id).map(|aside| (aside_key(id), text(aside))));
        }
        let decided = settled.iter().filter_map(|(id, _)| self.outbox.get(*id));
        delete.extend(
            decided
                .chain(moved.iter().copied())
                .filter_map(|pending| Some(outbox_key(pending.number?))),
        );
        let forgotten: Vec<(&OperationId, &SetAside)> = self
            .keeping
            .forgotten
            .iter()
            .filter(|(_, aside)| aside.operation.board == *board)
            .collect();
        for (id, aside) in &forgotten {
            put.push((aside_key(**id), text(*aside)));
        }
        for (id, shelf) in &settled {
            self.shelve(*id, shelf, &mut put, &mut delete);
        }
        let applied = settled.iter().filter(|(_, shelf)| *shelf == Shelf::Journal).count();
        let over = (self.keeping.journal.len() + applied).saturating_sub(JOURNAL_LEN_MAX);
        delete.extend(
            self.keeping
                .journal
                .keys()
                .take(over)
                .map(|number| journal_key(*number)),
        );
        let mut expect = vec![(meta_key(board), replica.stored.as_ref().map(|(text, _)| text.clone()))];
        if with_state && !planted::is(Bug::SiblingAppendsIgnored) {
            expect.push((
                HIGH.to_owned(),
                (self.keeping.high > 0).then(|| self.keeping.high.to_string()),
            ));
        }
        if planted::is(Bug::StaleLeaderOverwrites) {
            expect.clear();
        }
        let rewritten: Vec<OperationId> = rewritten.iter().map(|pending| pending.operation.id).collect();
        let moved = moved.iter().map(|pending| pending.operation.id).collect();
        let forgotten = forgotten.into_iter().map(|(id, _)| *id).collect();
        for id in &rewritten {
            if let Some(pending) = self.outbox.get_mut(*id) {
                pending.dirty = false;
            }
        }
        if with_state && let Some(replica) = self.replicas.get_mut(board) {
            // What changes from here on is stored the next time.
            (replica.dirty, replica.dirty_since, replica.replaced) = (BTreeSet::new(), None, false);
        }
        let settling = Settling {
            board: board.clone(),
            meta: (meta_text, meta),
            widgets,
            replaced,
            settled,
            rewritten,
            moved,
            forgotten,
            dropped,
            dirty_since,
        };
        self.keeping.busy = Some(Busy::Settling(Box::new(settling)));
        Some(Transaction {
            expect,
            wipe: replaced.then(|| widgets_prefix(board)),
            append: Vec::new(),
            put,
            delete,
        })
    }

    /// Where a settled operation goes.
    fn shelve(&self, id: OperationId, shelf: &Shelf, put: &mut Vec<(String, String)>, delete: &mut Vec<String>) {
        let Some(pending) = self.outbox.get(id) else { return };
        match shelf {
            Shelf::Conflict(conflict) => put.push((conflict_key(conflict.id()), text(conflict))),
            Shelf::Aside(aside) => put.push((aside_key(id), text(aside))),
            Shelf::Journal => {
                if let (Some(verdict), Some(number)) = (&pending.verdict, pending.number) {
                    put.push((
                        journal_key(number),
                        text(&Journaled {
                            operation: pending.as_sent(),
                            verdict: verdict.clone(),
                        }),
                    ));
                }
                delete.extend(pending.operation.resolves.map(conflict_key));
            }
            Shelf::Nowhere => {}
        }
    }

    pub(super) fn committed(&mut self, now: Timestamp, outcome: Outcome) {
        let Some(busy) = self.keeping.busy.take_if(|busy| !matches!(busy, Busy::Loading)) else {
            return; // of a namespace that was left meanwhile
        };
        match (outcome, busy) {
            (Outcome::Done { first }, Busy::Appending(ids)) => self.appended(first, &ids),
            (Outcome::Done { .. }, Busy::Settling(settling)) => self.settled(*settling),
            (Outcome::Done { .. }, Busy::Loading) => {}
            (outcome, busy) => {
                if let Busy::Settling(settling) = busy {
                    for id in settling.rewritten {
                        if let Some(pending) = self.outbox.get_mut(id) {
                            pending.dirty = true;
                        }
                    }
                    if let Some(replica) = self.replicas.get_mut(&settling.board) {
                        replica.dirty.extend(settling.widgets);
                        replica.replaced |= settling.replaced;
                        replica.dirty_since = settling.dirty_since.or(replica.dirty_since);
                    }
                    self.keeping.due.insert(settling.board);
                }
                match outcome {
                    Outcome::Failed(error) => self.storage_failed(now, error),
                    _ => self.keeping.reread = true,
                }
                return;
            }
        }
        self.keeping.fault = None;
    }

    pub(super) fn storage_failed(&mut self, now: Timestamp, error: StorageError) {
        self.keeping.retry_at = now.plus((RETRY_MS_MAX / 10).max(1));
        if self.keeping.fault.replace(error) != Some(error) {
            self.notice(Notice::Trouble {
                message: error.to_string(),
            });
        }
    }

    fn appended(&mut self, first: u64, ids: &[OperationId]) {
        for (number, id) in (first..).zip(ids) {
            self.outbox.saved(*id, number);
            if let Some(pending) = self.outbox.get(*id)
                && pending.dirty
            {
                self.keeping.due.insert(pending.operation.board.clone());
            }
        }
        if first == self.keeping.high + 1 {
            self.keeping.high += ids.len() as u64;
        } else {
            self.keeping.reread = true; // another tab has appended in between
        }
        self.effects.push_back(Effect::Broadcast);
    }

    fn settled(&mut self, settling: Settling) {
        let Settling {
            board,
            meta,
            settled,
            moved,
            forgotten,
            dropped,
            ..
        } = settling;
        if let Some(replica) = self.replicas.get_mut(&board) {
            replica.stored = Some(meta);
            replica.lowered = false;
        }
        for (id, shelf) in settled {
            let Some(pending) = self.outbox.remove(id) else {
                continue;
            };
            match shelf {
                Shelf::Journal => {
                    let operation = pending.as_sent();
                    if let (Some(verdict), Some(number)) = (pending.verdict, pending.number) {
                        self.keeping.journal.insert(number, Journaled { operation, verdict });
                    }
                    if let Some(resolved) = pending.operation.resolves {
                        self.conflicts.remove(&resolved);
                    }
                    while self.keeping.journal.len() > JOURNAL_LEN_MAX {
                        self.keeping.journal.pop_first();
                    }
                }
                Shelf::Conflict(conflict) => {
                    self.conflicts.insert(conflict.id(), conflict);
                }
                Shelf::Aside(aside) => {
                    self.aside.insert(id, aside);
                }
                Shelf::Nowhere => {}
            }
        }
        for id in moved {
            self.outbox.remove(id);
            if let Some(aside) = self.keeping.moved.remove(&id) {
                self.aside.insert(id, aside);
            }
        }
        for id in forgotten {
            self.keeping.forgotten.remove(&id);
        }
        self.keeping.dropped.retain(|(_, key)| !dropped.contains(key));
        // What stood in the way of others may just have gone.
        if self.outbox.of_board(&board).any(|pending| pending.verdict.is_some()) {
            self.keeping.due.insert(board);
        }
        self.effects.push_back(Effect::Broadcast);
    }

    /// Whether an operation is laid over what is confirmed.
    #[must_use]
    pub fn is_shown(&self, id: OperationId) -> bool {
        let Some(pending) = self.outbox.get(id) else {
            return false;
        };
        self.replicas
            .get(&pending.operation.board)
            .is_some_and(|replica| is_shown(pending, replica.cursor.revision) && self.is_timely(pending))
    }
}
