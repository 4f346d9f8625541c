//! Settling: the outbox loses an operation only in the transaction that stores the confirmed state which contains it; and
//! confirmed state is stored only when the fate of every operation in the outbox is known at it.

mod cards;

use super::{
    Conflict, Effect, Engine, Notice, Resolution, SetAside,
    conflict::Shelf,
    keeping::Busy,
    outbox::{Fate, Pending},
    storage::{
        HIGH, Journaled, Meta, Transaction, aside_key, conflict_key, generation_key, meta_key, outbox_key, text,
        widget_key, widgets_prefix,
    },
    turns::{Turn, Why},
    undoing::is_undone,
    updates::Replica,
};
use crate::{
    config::JOURNAL_LEN_MAX,
    planted::{self, Bug},
    protocol::{Base, BoardId, OperationId, Revision, Value, Verdict, WidgetId},
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

/// What one transaction stores of a board, and what that means once it is stored.
#[derive(Debug)]
pub(super) struct Settling {
    board: BoardId,
    meta: Meta,
    /// The confirmed state, where it goes along.
    state: Option<State>,
    settled: Vec<Settled>,
    /// What operations that stay have seen, now that those they rest on are settled: up to which revision, and which value.
    based: SortedMap<OperationId, (Revision, Option<Value>)>,
    /// Operations whose stored copies are older than they are.
    rewritten: Vec<OperationId>,
    /// Operations that leave the outbox without a verdict.
    moved: SortedMap<OperationId, SetAside>,
    /// One's own operations that a broken history has forgotten.
    forgotten: SortedMap<OperationId, SetAside>,
    /// Conflicts that wait again.
    reopened: Vec<OperationId>,
    /// Conflicts that their author needs no more: they have set the field anew, and that was applied.
    overtaken: Vec<OperationId>,
    /// Records to delete.
    dropped: Vec<String>,
    /// Conflicts that nobody is on the other side of any more.
    alone: Vec<OperationId>,
    /// They as they were.
    before: Vec<Conflict>,
    /// New operations that reverse settled ones or send such conflicts' again, appended along: exactly one tab makes them.
    made: Vec<OperationId>,
}

impl Settling {
    /// Whether it stores what the server has, and nothing of this person's: it can wait, and what makes no room for an edit makes
    /// none for it.
    pub(super) fn is_copy(&self) -> bool {
        self.settled.is_empty()
            && self.rewritten.is_empty()
            && self.moved.is_empty()
            && self.forgotten.is_empty()
            && self.reopened.is_empty()
            && self.dropped.is_empty()
            && self.alone.is_empty()
    }
}

/// An operation whose verdict the confirmed state contains.
#[derive(Debug)]
struct Settled {
    id: OperationId,
    number: u64,
    /// The conflict it resolved.
    resolved: Option<OperationId>,
    shelf: Shelf,
}

/// Confirmed state on its way to the storage.
#[derive(Debug)]
struct State {
    widgets: SortedSet<WidgetId>,
    replaced: bool,
    dirty_since: Option<Timestamp>,
}

impl Engine {
    /// The next transaction of a board that has something to store.
    pub(super) fn settle(&mut self, now: Timestamp) -> Option<Transaction> {
        let mut boards = self.boards_where(&|replica| self.is_aged(now, replica));
        boards.extend(self.keeping.due.iter().cloned());
        for board in boards {
            self.keeping.due.remove(&board);
            let known = self.replicas.get(&board);
            if known.is_some_and(Replica::outdates_stored) && !planted::is(Bug::BrokenStateWithoutDoubt) {
                self.doubt(&board);
            }
            if let Some(settling) = self.due_of(now, &board) {
                return Some(self.begin(now, settling));
            }
            // Something's fate is open: look again later, not at once.
            if let Some(replica) = self.replicas.get_mut(&board) {
                replica.dirty_since = replica.dirty_since.map(|_| now);
            }
        }
        None
    }

    /// The state of another history is stored at once, or the tabs of a device would find the break one after the other
    /// without end: an operation whose fate at it is open is stored as one to ask about.
    fn doubt(&mut self, board: &BoardId) {
        let unclear = |pending: &&mut Pending| pending.operation.board == *board && is_unclear(pending);
        for pending in self.outbox.iter_mut().filter(unclear) {
            (pending.again, pending.dirty) = (true, true);
        }
    }

    /// Whether the confirmed state has waited long enough to be stored for its own sake.
    fn is_aged(&self, now: Timestamp, replica: &Replica) -> bool {
        let wait_ms = if replica.stored.is_none() {
            0
        } else {
            self.cache_write_ms()
        };
        now >= self.keeping.copies_at && replica.dirty_since.is_some_and(|since| now >= since.plus(wait_ms))
    }

    /// All that is due of a board.
    fn due_of(&self, now: Timestamp, board: &BoardId) -> Option<Settling> {
        let replica = self.replicas.get(board)?;
        let early = planted::is(Bug::OutboxDeletedBeforeState);
        let clear = !self.outbox.of_board(board).any(is_unclear);
        let with_state = (clear || replica.outdates_stored()) && !early;
        let (mut settled, mut rewritten, mut moved) = (Vec::new(), Vec::new(), SortedMap::new());
        // Lanes in which an earlier one is not settled yet: news of a later one may come first, and what is on a card is what its author
        // wanted last.
        let mut waiting: SortedSet<&WidgetId> = SortedSet::new();
        let may_go = |verdict: &Verdict, waits: bool| !waits || !matches!(verdict, Verdict::Conflict { .. });
        for pending in self.outbox.of_board(board) {
            let (id, Some(number)) = (pending.operation.id, pending.number) else {
                continue;
            };
            let is_contained = |revision| (with_state && replica.cursor.revision >= revision) || early;
            if let Some(aside) = self.keeping.moved.get(&id) {
                moved.insert(id, aside.clone());
            } else if let Some(verdict) = &pending.verdict
                && is_contained(verdict.revision())
                && may_go(verdict, waiting.contains(&pending.operation.widget))
            {
                let (sent, verdict) = (self.outbox.as_sent(pending), verdict.clone());
                settled.push(Settled {
                    id,
                    number,
                    // A decision that was undone leaves its conflict open.
                    resolved: pending.operation.resolves.filter(|_| pending.why != Why::Undone),
                    shelf: Shelf::of(sent, verdict, pending.why, pending.made_at_ms, pending.turn),
                });
            } else {
                waiting.insert(&pending.operation.widget);
                if pending.dirty {
                    rewritten.push(id);
                }
            }
        }
        let based = self.based_on(board, &settled);
        let restless = |id: &&OperationId| {
            !rewritten.contains(id) && self.outbox.get(**id).is_some_and(|pending| pending.number.is_some())
        };
        let newly_based: Vec<OperationId> = based.keys().filter(restless).copied().collect();
        rewritten.extend(newly_based);
        let of_board = |aside: &SetAside| aside.operation.board == *board;
        let forgotten = self.keeping.forgotten.iter().filter(|(_, aside)| of_board(aside));
        let forgotten: SortedMap<OperationId, SetAside> = forgotten.map(|(id, aside)| (*id, aside.clone())).collect();
        let dropped = self.keeping.dropped.iter().filter(|(of, _)| of == board);
        let dropped: Vec<String> = dropped.map(|(_, key)| key.clone()).collect();
        let alone = self.keeping.alone.iter().filter(|(of, _)| of == board);
        let alone: Vec<OperationId> = alone.map(|(_, id)| *id).collect();
        let is_due = !settled.is_empty()
            || !alone.is_empty()
            || !rewritten.is_empty()
            || !moved.is_empty()
            || !forgotten.is_empty()
            || !self.keeping.reopened.is_empty()
            || !dropped.is_empty()
            || replica.lowered
            || (clear && self.is_aged(now, replica));
        let state = with_state.then(|| State {
            widgets: replica.dirty.clone(),
            replaced: replica.replaced,
            dirty_since: replica.dirty_since,
        });
        is_due.then(|| Settling {
            board: board.clone(),
            meta: replica.next_meta(with_state),
            state,
            settled,
            based,
            rewritten,
            moved,
            forgotten,
            reopened: Vec::new(),
            overtaken: Vec::new(),
            dropped,
            alone,
            before: Vec::new(),
            made: Vec::new(),
        })
    }

    /// What those that stay have seen, whose base is among those that go. Not before: until it is settled a verdict can
    /// turn out to be of a history that is no more.
    fn based_on(&self, board: &BoardId, settled: &[Settled]) -> SortedMap<OperationId, (Revision, Option<Value>)> {
        let goes = |id: OperationId| settled.iter().any(|settled| settled.id == id);
        let stays = |pending: &&Pending| pending.base.is_none() && !goes(pending.operation.id);
        let base = |pending: &Pending| match pending.operation.base {
            Some(Base::Operation(id)) if goes(id) => {
                let seen = (self.outbox.base_of(pending)?, self.outbox.base_value_of(pending));
                Some((pending.operation.id, seen))
            }
            _ => None,
        };
        self.outbox.of_board(board).filter(stays).filter_map(base).collect()
    }

    /// The transaction; what it stores counts as stored from here on, unless it fails.
    fn begin(&mut self, now: Timestamp, mut settling: Settling) -> Transaction {
        for settled in &mut settling.settled {
            let Shelf::Journal(journaled) = &mut settled.shelf else {
                continue;
            };
            if let Some(reversal) = self.reverse_undone(now, settled.id, journaled) {
                settled.shelf = Shelf::Nowhere;
                settling.made.push(reversal);
            } else if let Some(pending) = self.outbox.get(settled.id) {
                journaled.turn = pending.turn;
            }
        }
        for id in &settling.alone {
            // Should nothing come of it, its author is asked: it is sent by itself once.
            settling.before.extend(self.conflicts.get(id).cloned());
            self.put_to_author(*id);
            let made = self.decide(now, *id, &Resolution::KeepMine).ok().flatten();
            made.into_iter().for_each(|id| self.take_turn(id, Turn::anew()));
            settling.made.extend(made);
            self.keeping.reopened.push(*id);
        }
        self.gather_cards(&mut settling);
        settling.reopened = std::mem::take(&mut self.keeping.reopened);
        let transaction = self.transaction(&settling);
        for id in &settling.rewritten {
            if let Some(pending) = self.outbox.get_mut(*id) {
                pending.dirty = false;
            }
        }
        if settling.state.is_some()
            && let Some(replica) = self.replicas.get_mut(&settling.board)
        {
            // What changes from here on is stored the next time.
            (replica.dirty, replica.dirty_since, replica.replaced) = (SortedSet::new(), None, false);
        }
        self.keeping.busy = Some(Busy::Settling(Box::new(settling)));
        transaction
    }

    fn transaction(&self, settling: &Settling) -> Transaction {
        let Settling { board, meta, .. } = settling;
        let mut transaction = Transaction::default();
        let Some(replica) = self.replicas.get(board) else {
            return transaction;
        };
        let Transaction {
            wipe,
            expect,
            append,
            put,
            delete,
            ..
        } = &mut transaction;
        expect.push((meta_key(board), replica.stored.as_ref().map(|(text, _)| text.clone())));
        put.push((meta_key(board), text(meta)));
        if meta.generation > 0 {
            put.push((generation_key(board), meta.generation.to_string()));
        }
        delete.extend(settling.dropped.iter().cloned());
        let made = settling.made.iter().filter_map(|id| self.outbox.get(*id));
        append.extend(made.map(|pending| text(&pending.stored())));
        for id in &settling.rewritten {
            let Some(pending) = self.outbox.get(*id) else { continue };
            let mut stored = pending.stored();
            // The answer by which it was not contained is older than what another tab may have stored since.
            stored.again |= pending.is_applied_by(meta.cursor.revision);
            if let Some((base, value)) = settling.based.get(id).cloned() {
                (stored.base, stored.operation.base_value) = (Some(base), value);
            }
            put.extend(pending.number.map(|number| (outbox_key(number), text(&stored))));
        }
        for (id, aside) in settling.moved.iter().chain(&settling.forgotten) {
            put.push((aside_key(*id), text(aside)));
        }
        delete.extend(settling.overtaken.iter().copied().map(conflict_key));
        // One that a later decision has settled is open no more.
        let is_settled = |id: &&OperationId| {
            let mut settled = settling.settled.iter();
            settling.overtaken.contains(id) || settled.any(|settled| settled.resolved == Some(**id))
        };
        let reopened = settling.reopened.iter().filter(|id| !is_settled(id));
        let reopened = reopened.filter_map(|id| self.conflicts.get(id));
        put.extend(reopened.map(|conflict| (conflict_key(conflict.id()), text(conflict))));
        let moved = settling.moved.keys().filter_map(|id| self.outbox.get(*id)?.number);
        delete.extend(moved.map(outbox_key));
        let mut applied = 0;
        for Settled {
            id,
            number,
            resolved,
            shelf,
        } in &settling.settled
        {
            delete.push(outbox_key(*number));
            match shelf {
                Shelf::Conflict(conflict) => put.push((conflict_key(conflict.id()), text(conflict))),
                Shelf::Aside(aside) => put.push((aside_key(*id), text(aside))),
                Shelf::Journal(journaled) => {
                    applied += 1;
                    put.push((journaled.key(*number), text(journaled)));
                    delete.extend(resolved.map(conflict_key));
                }
                Shelf::Undone(journaled) => {
                    applied += 1;
                    put.push((journaled.key(*number), text(journaled)));
                }
                Shelf::Nowhere => {}
            }
        }
        let over = (self.keeping.journal.len() + applied).saturating_sub(JOURNAL_LEN_MAX);
        let journal = self.keeping.journal.iter().take(over);
        delete.extend(journal.map(|(number, journaled)| journaled.key(*number)));
        if let Some(state) = &settling.state {
            for id in &state.widgets {
                match replica.confirmed.widget(id) {
                    Some(widget) => put.push((widget_key(board, id), text(&**widget))),
                    None => delete.push(widget_key(board, id)),
                }
            }
            *wipe = state.replaced.then(|| widgets_prefix(board));
        }
        // Another tab may have appended what a state contains, or a decision of what is to be sent again; or what reverses one whose
        // copy is written anew.
        let needs_all = settling.state.is_some() || !settling.alone.is_empty() || !settling.rewritten.is_empty();
        if needs_all && !planted::is(Bug::SiblingAppendsIgnored) {
            let high = (self.keeping.high > 0).then(|| self.keeping.high.to_string());
            expect.push((HIGH.to_owned(), high));
        }
        // What was to go, and is set aside anew, stays.
        delete.retain(|key| put.iter().all(|(written, _)| written != key));
        if planted::is(Bug::StaleLeaderOverwrites) {
            transaction.expect.clear();
        }
        transaction
    }

    /// It is stored. `first` is the number of the first operation appended.
    pub(super) fn settled(&mut self, now: Timestamp, first: u64, settling: Settling) {
        let Settling {
            board,
            meta,
            settled,
            based,
            moved,
            forgotten,
            dropped,
            overtaken,
            alone,
            made,
            ..
        } = settling;
        let mut broken_at = None;
        if let Some(replica) = self.replicas.get_mut(&board) {
            // A history that broke meanwhile is not stored yet.
            broken_at = (replica.generation > meta.generation).then_some(replica.broken_at);
            replica.lowered = broken_at.is_some();
            replica.stored = Some((text(&meta), meta));
        }
        for (id, (base, value)) in based {
            if let Some(pending) = self.outbox.get_mut(id) {
                pending.set_base_value(value);
                let is_gone = broken_at.is_some_and(|fork| base > fork);
                pending.base = Some(if is_gone {
                    pending.operation.made_at.revision
                } else {
                    base
                });
            }
        }
        for settled in settled {
            self.shelve(settled);
        }
        for id in overtaken {
            if self.conflicts.remove(&id).is_some() {
                let resolution = Resolution::KeepTheirs;
                self.notice(Notice::Resolved { id, resolution });
            }
        }
        if !made.is_empty() {
            self.appended(first, &made);
        }
        for id in made {
            let decided = self.outbox.get(id).and_then(|pending| pending.operation.resolves);
            if let Some(id) = decided.filter(|id| alone.contains(id)) {
                let resolution = Resolution::KeepMine;
                self.notice(Notice::Resolved { id, resolution });
            }
        }
        for (id, aside) in moved {
            // What was typed over it meanwhile rests on what it had seen.
            self.make_drafts_over(now, id);
            self.outbox.pass_on_base(id);
            self.outbox.remove(id);
            self.keeping.moved.remove(&id);
            self.aside.insert(id, aside);
        }
        self.keeping.forgotten.retain(|id, _| !forgotten.contains_key(id));
        self.keeping.dropped.retain(|(_, key)| !dropped.contains(key));
        // What stood in the way of others may just have gone, or given them its base.
        let may_go = |pending: &Pending| pending.verdict.is_some() || pending.dirty;
        if self.outbox.of_board(&board).any(may_go) {
            self.keeping.due.insert(board);
        }
        self.effects.push_back(Effect::Broadcast);
    }

    /// A settled operation leaves the outbox for where it belongs.
    fn shelve(&mut self, settled: Settled) {
        let pending = self.outbox.remove(settled.id);
        let is_undone = pending.as_ref().is_some_and(is_undone);
        let turn = pending.as_ref().map(|pending| pending.turn).unwrap_or_default();
        match settled.shelf {
            Shelf::Journal(journaled) => {
                self.journal(settled.number, *journaled);
                match settled.resolved {
                    // Undone while it was being stored.
                    Some(resolved) if is_undone => self.undone_in_vain(settled.id, turn, Some(resolved)),
                    Some(resolved) => _ = self.conflicts.remove(&resolved),
                    None => {}
                }
            }
            Shelf::Undone(journaled) => self.journal(settled.number, *journaled),
            Shelf::Conflict(conflict) => {
                self.put_on_card(conflict);
            }
            Shelf::Aside(aside) => {
                self.aside.insert(settled.id, aside);
            }
            Shelf::Nowhere => {}
        }
        if turn.is_spent() {
            self.forget_journaled(settled.id);
        }
    }

    fn journal(&mut self, number: u64, journaled: Journaled) {
        self.keeping.journal.insert(number, journaled);
        while self.keeping.journal.len() > JOURNAL_LEN_MAX {
            self.keeping.journal.pop_first();
        }
    }

    /// It is not stored: all of it is still due.
    pub(super) fn not_settled(&mut self, settling: Settling) {
        for id in settling.made {
            self.outbox.pass_on_base(id);
            self.outbox.remove(id);
        }
        for before in settling.before {
            if let Some(conflict) = self.conflicts.get_mut(&before.id()) {
                *conflict = before; // it is sent again yet
            }
        }
        for id in settling.rewritten {
            if let Some(pending) = self.outbox.get_mut(id) {
                pending.dirty = true;
            }
        }
        if let (Some(replica), Some(state)) = (self.replicas.get_mut(&settling.board), settling.state) {
            replica.dirty.extend(state.widgets);
            replica.replaced |= state.replaced;
            replica.dirty_since = state.dirty_since.or(replica.dirty_since);
        }
        let open = settling.reopened.into_iter().filter(|id| !settling.alone.contains(id));
        self.keeping.reopened.extend(open);
        self.keeping.due.insert(settling.board);
    }
}

/// Whether the confirmed state may contain an operation without this device knowing what came of it.
fn is_unclear(pending: &Pending) -> bool {
    pending.verdict.is_none() && (pending.fate != Fate::Known || pending.applied_at.is_some())
}
