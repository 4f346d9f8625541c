//! What other tabs have stored.

use serde::de::DeserializeOwned;

use super::{
    Conflict, Effect, Engine, Notice, Resolution, SetAside, SetAsideReason,
    keeping::{Busy, Keeping, Met},
    outbox::{Fate, Pending},
    storage::{
        ASIDE, CONFLICT, HIGH, JOURNAL, Journaled, META, Meta, Namespace, OUTBOX, Records, StorageError, Stored,
        UNDONE, aside_key, conflict_key, decoded, fingerprint, meta_key, outbox_key, outbox_number, under,
    },
    turns::Why,
    undoing::is_undone,
    updates::Replica,
};
use crate::{
    planted::{self, Bug},
    protocol::{BoardId, Intent, OperationId, Revision, Value},
    sorted::{SortedMap, SortedSet},
    time::Timestamp,
};

impl Engine {
    pub(super) fn loaded(
        &mut self,
        now: Timestamp,
        namespace: &Namespace,
        widgets: bool,
        records: Result<Records, StorageError>,
    ) {
        if self.namespace.as_ref() != Some(namespace) {
            return; // of whoever was here before
        }
        self.was_read(now, records.as_ref().map(drop).map_err(|error| *error));
        if let Ok(records) = records {
            self.reread(now, namespace, widgets, &records);
        }
    }

    /// Takes over what is stored: what other tabs added, settled and learned.
    fn reread(&mut self, now: Timestamp, namespace: &Namespace, widgets: bool, records: &Records) {
        // The last number of the outbox is told by the journal, too, where it can't be read.
        let is_unnumbered = records.get(HIGH).is_some_and(|text| text.parse::<u64>().is_err());
        if !widgets && (is_unnumbered || self.is_another_filling(records)) {
            return self.read_all(namespace);
        }
        self.read_filling(now, namespace, records);
        self.reread_evicted(now, records);
        // What is stored as this device left it says nothing new.
        let news = |(board, text): (&str, &String)| {
            let board = board.parse().ok()?;
            let replica = self.replicas.get(&board);
            let known = replica.is_some_and(|replica| replica.cursor.revision > Revision::ZERO && replica.stores(text));
            let meta = if known { return None } else { decoded(text) };
            if meta.is_none() {
                self.keeping.is_unfit(meta_key(&board), text);
            }
            Some((board, meta?))
        };
        let metas: Vec<(BoardId, Meta)> = under(records, META).filter_map(news).collect();
        metas.iter().for_each(|(board, meta)| self.rejoin_history(board, meta));
        let behind = |(board, meta): &(BoardId, Meta)| {
            self.replicas
                .get(board)
                .is_none_or(|replica| replica.stored.is_none() || replica.is_behind(meta))
        };
        if !widgets && metas.iter().any(behind) {
            // Their state is stored with what their outbox lost: take both, or neither.
            return self.read_all(namespace);
        }
        let adopted = metas
            .into_iter()
            .filter_map(|(board, meta)| self.take_over(now, &board, meta, records).then_some(board))
            .collect();
        self.read_generations(records);
        let before = self.resolving();
        let high = self.read_high(records);
        let mut since = self.keeping.high + 1..=high;
        // Another tab has stored one and settled it, and this one never saw it wait.
        self.keeping.journal_is_old |= since
            .any(|number| !records.contains_key(&outbox_key(number)) && !self.keeping.journal.contains_key(&number));
        self.keeping.high = high;
        let mut unread = self.take_outbox(now, records, &adopted);
        let resolving = self.resolving();
        for (id, conflict) in &self.conflicts {
            let is_decided = resolving.contains(id) || records.get(&conflict_key(*id)).is_none();
            if is_decided && !before.contains(id) && !self.keeping.reopened.contains(id) {
                self.keeping.decided.push(conflict.clone());
            }
        }
        let Keeping { texts, reopened, .. } = &mut self.keeping;
        take_records(&mut self.conflicts, (records, CONFLICT), reopened, texts, &mut unread);
        take_records(&mut self.aside, (records, ASIDE), &[], texts, &mut unread);
        self.list_unread(unread);
        self.aside.extend(self.keeping.forgotten.clone());
        let Keeping { dropped, dismissed, .. } = &mut self.keeping;
        dropped.retain(|(_, key)| {
            // Dealt with here, and not stored as such yet.
            let named = |prefix| key.strip_prefix(prefix).and_then(|id| id.parse::<OperationId>().ok());
            let is_shown = |conflict: &Conflict| dismissed.contains(&conflict.operation.id);
            let conflict = named(CONFLICT).and_then(|id| self.conflicts.remove(&id));
            let another = conflict.filter(|conflict| !is_shown(conflict));
            // It may be on one of its own already.
            let another = another.filter(|conflict| !self.conflicts.contains_key(&conflict.operation.id));
            let is_dealt_with = another.is_none();
            // What its author wanted later has been put on the card by another tab: that was not dealt with.
            self.conflicts.extend(another.map(|conflict| (conflict.id(), conflict)));
            named(ASIDE).map(|id| self.aside.remove(&id));
            is_dealt_with
        });
        if widgets {
            self.reread_journal(records);
        }
        for board in self.outbox.boards() {
            self.mend_bases(&board);
        }
        if self.keeping.met == Met::Reading {
            self.keeping.met = Met::Read;
        }
        if !std::mem::replace(&mut self.loaded, true) {
            self.notice(Notice::Initialized);
        }
        self.tell_settled(widgets);
        self.yield_to_newer(now);
        if widgets {
            self.undo_now(now);
            self.look_for_claimed(now, records);
        }
    }

    /// Reads once more, the cold ones too.
    fn read_all(&mut self, namespace: &Namespace) {
        self.keeping.busy = Some(Busy::Loading);
        self.effects.push_back(Effect::Load {
            namespace: namespace.clone(),
            widgets: true,
        });
    }

    /// Tells what came of this tab's own edits that another one has settled, and how that has decided conflicts, once that was
    /// read. Of an edit that is nowhere in all that is stored there is nothing to tell: it was taken back.
    fn tell_settled(&mut self, is_all: bool) {
        for id in std::mem::take(&mut self.keeping.untold) {
            let is_it = |journaled: &&Journaled| journaled.operation.id == id && journaled.verdict.is_applied();
            let applied = self.keeping.journal.values().rev().find(is_it);
            let applied = applied.map(|journaled| journaled.verdict.clone());
            if let Some(reason) = self.aside.get(&id).map(|aside| aside.reason.clone()) {
                self.notice(Notice::SetAside { id, reason });
            } else if let Some(verdict) = applied {
                self.notice(Notice::Decided { id, verdict });
            } else if !is_all && self.conflicts.values().all(|conflict| conflict.operation.id != id) {
                self.keeping.untold.insert(id);
            }
        }
        for conflict in std::mem::take(&mut self.keeping.decided) {
            let id = conflict.id();
            let resolution = match self.decision_of(id).map(|decision| &decision.intent) {
                Some(Intent::Set { value, .. }) if conflict.mine() != Some(value) => Resolution::Edit(value.clone()),
                Some(_) => Resolution::KeepMine,
                None if is_all => Resolution::KeepTheirs,
                None => {
                    self.keeping.decided.push(conflict);
                    continue;
                }
            };
            self.notice(Notice::Resolved { id, resolution });
        }
    }

    /// Takes over what any tab has journaled, and shows as forgotten what of it a broken history has left out.
    fn reread_journal(&mut self, records: &Records) {
        let number = |key: &String| {
            let number = key.strip_prefix(JOURNAL).or_else(|| key.strip_prefix(UNDONE));
            number.and_then(outbox_number)
        };
        let dropped = self.keeping.dropped.iter().filter_map(|(_, key)| number(key));
        let dropped: SortedSet<u64> = dropped.collect();
        if !self.loaded || !planted::is(Bug::JournalNotReread) {
            // A record of the journal is written once: one that is known is not read again.
            let mut applied = std::mem::take(&mut self.keeping.journal);
            let undone = applied.extract_if(|_, journaled| !journaled.verdict.is_applied());
            let undone: Vec<(u64, Journaled)> = undone.collect();
            let mut journal = Vec::new();
            for (prefix, known) in [(JOURNAL, applied.into_iter().collect()), (UNDONE, undone)] {
                let mut known = known.into_iter().peekable();
                journal.extend(under(records, prefix).filter_map(|(number, text)| {
                    let number = outbox_number(number).filter(|number| !dropped.contains(number))?;
                    while known.next_if(|(before, _)| *before < number).is_some() {}
                    let known = known.next_if(|(known, _)| *known == number);
                    known.or_else(|| Some((number, decoded(text)?)))
                }));
            }
            self.keeping.journal = journal.into_iter().collect();
        }
        self.keeping.journal_is_old = false;
        // Where another tab has stored the break, what is journaled now is of the history since.
        let broken = self.replicas.iter().filter(|(_, replica)| replica.is_broken());
        let broken: Vec<(BoardId, Revision)> = broken
            .map(|(board, replica)| (board.clone(), replica.broken_at))
            .collect();
        for (board, fork) in broken {
            self.forget_beyond(&board, fork);
        }
    }

    /// Whether the stored state of a board was taken over.
    fn take_over(&mut self, now: Timestamp, board: &BoardId, meta: Meta, records: &Records) -> bool {
        let replica = self.replicas.entry(board.clone()).or_default();
        let Some(stored) = records.get(&meta_key(board)) else {
            return false;
        };
        if !replica.is_behind(&meta) && !replica.is_blank() {
            let went_back = replica
                .stored
                .as_ref()
                .is_some_and(|(_, before)| before.is_after(&meta));
            if went_back && !planted::is(Bug::StateLaidOverLess) {
                // Another tab had to store anew what it knew, which is less than what was stored: all of this one's goes over it.
                self.store_anew(now, board);
            }
            if let Some(replica) = self.replicas.get_mut(board) {
                replica.stored = Some((stored.clone(), meta));
            }
            return false;
        }
        let Some(restored) = Replica::restore(board, stored, records) else {
            self.keeping.is_unfit(meta_key(board), stored);
            return false;
        };
        self.make_drafts_before(now, &|draft| draft.board == *board);
        let replica = self.replicas.entry(board.clone()).or_default();
        let broken = restored.generation > replica.generation || replica.is_apart(restored.cursor, &restored.history);
        let welcome = self.connection.welcome();
        let is_overtaken = welcome.is_some_and(|welcome| replica.overtakes(welcome.run, &restored));
        let to = restored.history.cursor(replica.history.fork(
            replica.cursor.revision,
            &restored.history,
            restored.cursor.revision,
        ));
        let seen = replica.cursor.revision;
        if broken {
            self.forget_moved(board);
            self.look_under(board, to.revision);
        }
        let replica = self.replicas.entry(board.clone()).or_default();
        replica.adopt(restored);
        let (history, head) = (&replica.history, replica.cursor.revision);
        let of_board = |pending: &&mut Pending| pending.operation.board == *board;
        for pending in self.outbox.iter_mut().filter(of_board) {
            // What its record says goes with this state, and not what this tab has learned beside another one.
            pending.text = None;
            if broken && (pending.number.is_none() || pending.dirty) {
                // What is stored of the others was moved along with the board; and that may have come less far than this has,
                // but not where a backup has emptied it.
                let stays = |made_at| head > Revision::ZERO && history.strayed(made_at, head).is_none();
                pending.move_to(to, stays);
            }
            // What has not come to this state yet may be of a history that the other tab did not come by.
            let is_void = broken || pending.is_decided_beyond(seen);
            if is_void && !planted::is(Bug::VerdictsOutliveHistory) {
                pending.forget_verdict();
            }
        }
        self.resubscribe(board);
        if (broken || is_overtaken) && self.loaded {
            // What is still on its way here may be of the other history: nothing of it counts.
            self.requests.void();
            if self.connection.dial().is_some() {
                self.lost(now, None);
            }
        }
        true
    }

    /// Answers which of it can't be read.
    fn take_outbox(
        &mut self,
        now: Timestamp,
        records: &Records,
        adopted: &SortedSet<BoardId>,
    ) -> Vec<(String, String)> {
        let mut unread = Vec::new();
        let stored: SortedMap<u64, &String> = under(records, OUTBOX)
            .filter_map(|(number, text)| Some((outbox_number(number)?, text)))
            .collect();
        let kept = |pending: &Pending| pending.number.is_none_or(|number| stored.contains_key(&number));
        let settled_elsewhere: Vec<OperationId> = self
            .outbox
            .iter()
            .filter(|pending| !kept(pending))
            .map(|pending| pending.operation.id)
            .collect();
        for id in settled_elsewhere {
            self.make_drafts_over(now, id);
            self.settled_elsewhere(id, records);
        }
        for (number, text) in stored {
            // Most are as they were at the last look, and need not be read again.
            let print = Some(fingerprint(text));
            if self.outbox.at(number).is_some_and(|known| known.text == print) {
                continue;
            }
            let Some(stored) = decoded::<Stored>(text) else {
                // Damaged it is written anew; what another release has made of it is left to that.
                let is_damaged = decoded::<Value>(text).is_none();
                if let Some(known) = self.outbox.at_mut(number).filter(|_| is_damaged) {
                    known.again = true; // who can't read it may have stored a state that contains it
                } else {
                    let known = self.outbox.at(number).map(|known| known.operation.id);
                    known.map(|id| self.outbox.remove(id));
                    unread.push((outbox_key(number), text.clone()));
                }
                continue;
            };
            let id = stored.operation.id;
            self.keep_one_place(id, number);
            if stored.withdrawing && self.outbox.get(id).is_some_and(|known| !known.withdrawing) {
                // Another tab has taken it back: what is typed over it was made on it.
                self.make_drafts_over(now, id);
            }
            if let Some(known) = self.outbox.get_mut(id).filter(|known| known.number == Some(number)) {
                if stored.withdrawing && !(known.withdrawing && known.dirty) {
                    (known.withdrawing, known.why, known.turn) = (true, stored.why, stored.turn);
                }
                let is_turned = stored.turn.is_spent();
                if is_turned && !stored.withdrawing && is_undone(known) {
                    // Another tab has reversed what this one was about to take back: once is enough.
                    (known.withdrawing, known.why) = (false, Why::Unwanted);
                }
                if is_turned || !known.dirty {
                    known.turn = stored.turn;
                }
                if known.is_folded() && known.base.is_none() && stored.base.is_some() {
                    // Another tab knows what was seen under it, and this one is about to store that it is folded.
                    known.set_base_value(stored.operation.base_value.clone());
                }
                // Who has asked since that was stored, and is about to store the answer, has nothing more to ask.
                let is_answered = known.dirty && known.fate == Fate::Known;
                let is_answered = is_answered && !adopted.contains(&known.operation.board);
                (known.again, known.text) = (known.again || (stored.again && !is_answered), print);
                if !known.dirty && !known.is_stored_as(&stored) {
                    // Another tab moved it to a new history, or knows what became of its base.
                    let restored = Pending::restored(number, stored, text.len());
                    (known.operation, known.base, known.bytes) = (restored.operation, restored.base, restored.bytes);
                }
                continue;
            }
            if self.outbox.get(id).is_some() {
                continue; // there in an earlier place
            }
            self.make_drafts_before(now, &|draft| {
                draft.is_of(&stored.operation.board, &stored.operation.widget)
            });
            let mut pending = Pending {
                text: print,
                ..Pending::restored(number, stored, text.len())
            };
            let board = pending.operation.board.clone();
            let replica = self.replicas.entry(board.clone()).or_default();
            replica.call_home(&mut pending);
            // What is stored of a board goes with what is stored of its outbox.
            let together = adopted.contains(&board) || !self.loaded;
            match replica.fate(&pending.operation) {
                Ok(applied_at) => pending.applied_at = applied_at,
                Err(()) if pending.again || !together => pending.fate = Fate::Unasked,
                Err(()) => {}
            }
            let unasked = pending.fate == Fate::Unasked;
            if pending.dirty {
                self.keeping.due.insert(board.clone());
            }
            self.outbox.insert(pending);
            if unasked {
                self.resubscribe(&board);
            }
        }
        for board in adopted {
            self.ask_again(board);
        }
        unread
    }

    /// Another tab has settled an operation: what came of it is stored.
    fn settled_elsewhere(&mut self, id: OperationId, records: &Records) {
        self.keeping.journal_is_old = true;
        let own = self.outbox.get(id).filter(|_| id.client == self.birth.client);
        match own.map(|pending| (&pending.verdict, pending.applied_at)) {
            None | Some((Some(_), _)) => {}
            Some((None, None)) => _ = self.keeping.untold.insert(id),
            Some((None, Some(revision))) => self.notice(Notice::applied(id, revision)),
        }
        if self.is_undone_in_vain(id) {
            // A decision's conflict waits again, where that was settled as decided; else what it met is stored.
            let pending = self.outbox.get(id);
            let turn = pending.map(|pending| pending.turn).unwrap_or_default();
            let conflict = pending.and_then(|pending| pending.operation.resolves);
            let conflict = conflict.filter(|conflict| records.get(&conflict_key(*conflict)).is_none());
            self.undone_in_vain(id, turn, conflict);
        }
        let settled = self.outbox.remove(id);
        // What waits for it may be settled now.
        self.keeping
            .due
            .extend(settled.as_ref().map(|settled| settled.operation.board.clone()));
        if settled.is_some_and(|pending| pending.dirty && pending.turn.is_spent()) {
            self.keeping.spent.push(id); // who has settled it could not know
        }
        self.keeping.moved.remove(&id);
        // Sent again under its id it may be set aside anew: that is not the record which was to go.
        let key = aside_key(id);
        let aside: Option<SetAside> = records.get(&key).and_then(|text| decoded(text));
        if aside.is_some_and(|aside| aside.reason != SetAsideReason::Forgotten) {
            self.keeping.dropped.retain(|(_, dropped)| *dropped != key);
        }
    }

    /// A state was taken over that may contain what its outbox calls doubtful.
    fn ask_again(&mut self, board: &BoardId) {
        let Some(replica) = self.replicas.get(board) else {
            return;
        };
        let mut unasked = false;
        let doubtful =
            |pending: &&mut Pending| pending.again && pending.is_undecided() && pending.operation.board == *board;
        for pending in self.outbox.iter_mut().filter(doubtful) {
            match replica.fate(&pending.operation) {
                Ok(applied_at) => (pending.applied_at, pending.fate) = (applied_at, Fate::Known),
                Err(()) => (pending.fate, unasked) = (Fate::Unasked, true),
            }
        }
        if unasked {
            self.resubscribe(board);
        }
    }

    /// An operation that two tabs have sent again stands in the outbox twice: it goes in its first place.
    fn keep_one_place(&mut self, id: OperationId, number: u64) {
        let Some(known) = self.outbox.get(id) else { return };
        let (board, place) = (known.operation.board.clone(), known.number);
        if place.is_none_or(|place| number < place) {
            self.outbox.saved(id, number);
        }
        let second = place.map(|place| place.max(number)).filter(|_| place != Some(number));
        if let Some(second) = second {
            self.keeping.due.insert(board.clone());
            self.keeping.dropped.push((board, outbox_key(second)));
        }
    }
}

/// Makes `known` what is stored, but for what is to be `kept` and not stored yet, and tells what is `unread`. Most is as it was at the last look, and is not
/// read again: `texts` says of what text it is.
fn take_records<T: DeserializeOwned>(
    known: &mut SortedMap<OperationId, T>,
    (records, prefix): (&Records, &str),
    kept: &[OperationId],
    texts: &mut SortedMap<OperationId, u64>,
    unread: &mut Vec<(String, String)>,
) {
    let (news, gone) = differences(known.keys().copied().collect(), (records, prefix), texts);
    for (id, print, text) in news {
        if let Some(record) = decoded(text) {
            known.insert(id, record);
            texts.insert(id, print);
        } else if known.get(&id).is_none() {
            unread.push((format!("{prefix}{id}"), text.to_owned()));
        }
    }
    for id in gone.iter().filter(|id| !kept.contains(id)) {
        known.remove(id);
        texts.remove(id);
    }
}

/// What of the records under a prefix is news to who knows these, and what they know that is there no more.
fn differences<'a>(
    known: SortedSet<OperationId>,
    (records, prefix): (&'a Records, &'a str),
    texts: &SortedMap<OperationId, u64>,
) -> (Vec<(OperationId, u64, &'a str)>, SortedSet<OperationId>) {
    let (mut news, mut gone) = (Vec::new(), known.clone());
    for (id, text) in under(records, prefix) {
        let Ok(id) = id.parse() else { continue };
        gone.remove(&id);
        let print = fingerprint(text);
        if !known.contains(&id) || texts.get(&id) != Some(&print) {
            news.push((id, print, text.as_str()));
        }
    }
    (news, gone)
}
