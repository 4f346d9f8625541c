//! A storage that is cleared under an open page: by a person who has the browser forget the address, or by the browser, for room. What
//! the page knows is all that is left, and is stored anew.

use super::{
    Effect, Engine, Notice, Pending,
    keeping::Keeping,
    storage::{
        ASIDE, CONFLICT, FILLING, HIGH, JOURNAL, Namespace, OUTBOX, Records, Stored, Transaction, UNDONE, decoded,
        outbox_number, under,
    },
};
use crate::{
    planted::{self, Bug},
    protocol::OperationId,
    sorted::SortedSet,
    time::Timestamp,
};

impl Engine {
    /// What is stored is stored only into the filling that was read; the first one gives it a name.
    pub(super) fn name_filling(&self, transaction: &mut Transaction) {
        let known = self.keeping.filling.clone();
        if known.is_none() {
            transaction.put.push((FILLING.to_owned(), self.new_filling()));
        }
        transaction.expect.push((FILLING.to_owned(), known));
    }

    /// A name that no filling has had yet.
    pub(super) fn new_filling(&self) -> String {
        [self.birth.client.to_string(), self.keeping.clearings.to_string()].join("/")
    }

    /// Whether what was read is not what this tab has filled or read before. An older version of this program names nothing; but it counts
    /// what it appends, and no count goes back.
    pub(super) fn is_another_filling(&self, records: &Records) -> bool {
        let Keeping {
            filling,
            clearings,
            high,
            ..
        } = &self.keeping;
        let is_known = filling.is_some() || *clearings > 0;
        let is_renamed = is_known && filling.as_ref() != records.get(FILLING);
        // Where a name says that it is the same, a count that can't be read is counted anew, and may be less.
        let is_less = filling.is_none() && high_in(records) < *high;
        (is_renamed || is_less) && !planted::is(Bug::ClearingUnnoticed)
    }

    /// Takes note of the filling that was read. Where it is not the one that was known, the storage was cleared in between.
    pub(super) fn read_filling(&mut self, now: Timestamp, namespace: &Namespace, records: &Records) {
        let is_another = self.is_another_filling(records);
        let known = std::mem::replace(&mut self.keeping.filling, records.get(FILLING).cloned());
        if !is_another {
            return;
        }
        if known.is_some() || high_in(records) < self.keeping.high {
            self.keeping.clearings += 1;
            let note = self.note(namespace.clone());
            self.effects.push_back(Effect::Remember(namespace.clone(), note));
            let message = if self.status().pending > 0 {
                CLEARED_WAITING
            } else {
                CLEARED
            };
            self.notice(Notice::Trouble {
                message: message.to_owned(),
            });
        }
        // Or another tab was the first to fill it again.
        self.store_all_anew(now, records);
    }

    /// All that this tab has and does not find is to be stored, by the ways by which it was stored once. Its numbers count for nothing
    /// any more; and of what one could undo, those are all that says in which order.
    fn store_all_anew(&mut self, now: Timestamp, records: &Records) {
        // Another tab may have stored less of a board than this one had.
        for board in self.boards_where(&|replica| replica.stored.is_some()) {
            self.store_anew(now, &board);
        }
        let stored = under(records, OUTBOX).filter_map(|(_, text)| Some(decoded::<Stored>(text)?.operation.id));
        let stored: SortedSet<OperationId> = stored.collect();
        // Another tab was there before: it may have settled what it had, beside the state that contains it.
        let is_filled = self.keeping.filling.is_some();
        let all: Vec<OperationId> = self.outbox.iter().map(|pending| pending.operation.id).collect();
        let all: Vec<Pending> = all.into_iter().filter_map(|id| self.outbox.remove(id)).collect();
        for pending in all {
            let again = pending.again || (is_filled && !stored.contains(&pending.operation.id));
            let (number, text) = (None, None);
            self.outbox.insert(Pending {
                number,
                text,
                again,
                ..pending
            });
        }
        let is_numbered = |key: &str| ![ASIDE, CONFLICT].iter().any(|prefix| key.starts_with(prefix));
        self.keeping.dropped.retain(|(_, key)| !is_numbered(key));
        self.keeping.journal.clear();
        self.keeping.high = high_in(records);
        self.reopen_claims();
        self.keeping.texts.clear();
        let conflicts = self
            .conflicts
            .values()
            .map(|conflict| (conflict.id(), &conflict.operation));
        let aside = self.aside.iter().map(|(id, aside)| (*id, &aside.operation));
        let boards = conflicts
            .clone()
            .chain(aside)
            .map(|(_, operation)| operation.board.clone());
        self.keeping.due.extend(boards.collect::<SortedSet<_>>());
        self.keeping.reopened = conflicts.map(|(id, _)| id).collect();
        self.keeping.forgotten.extend(self.aside.clone());
    }
}

/// The number of the last operation that was appended to what was read; where that can't be read, of the last one that is there.
pub(super) fn high_in(records: &Records) -> u64 {
    let Some(text) = records.get(HIGH) else { return 0 };
    if planted::is(Bug::HighReadAsZero) {
        return text.parse().unwrap_or(0);
    }
    let numbers = || {
        let all = [OUTBOX, JOURNAL, UNDONE]
            .into_iter()
            .flat_map(|prefix| under(records, prefix));
        all.filter_map(|(number, _)| outbox_number(number)).max()
    };
    text.parse().ok().or_else(numbers).unwrap_or(0)
}

const CLEARED: &str =
    "What this device stored for Tideboard was cleared while it was open. What could be undone is gone.";
const CLEARED_WAITING: &str = "What this device stored for Tideboard was cleared while it was open. What waits here is being saved again; what could be undone is gone.";
