//! What waits on this device for a server that was at this address before the one that is there now: the same person made it, in another store. It is
//! neither sent to this one nor shown on its boards; it is listed, and goes when that server is back, or when its author discards it.

use super::{
    Command, Conflict, Effect, Engine, Note, Notice, SetAside,
    keeping::Busy,
    storage::{
        ASIDE, CONFLICT, Namespace, OUTBOX, Outcome, Records, StorageError, Stored, Transaction, decoded, under,
    },
    turns::Why,
};
use crate::{
    config::STORES_LEN_MAX,
    protocol::{Operation, OperationId, StoreId, encode},
    time::Timestamp,
};

/// The stores that this person's edits may wait for, and what does.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// The one that was left last stands last.
    stores: Vec<StoreId>,
    /// Of which is to be read what waits.
    unread: Vec<StoreId>,
    /// Of which it is being read.
    reading: Option<StoreId>,
    waiting: Vec<Waiting>,
    /// What its author does not want any more, and is still stored.
    discarded: Vec<Waiting>,
    /// The same of the store that this person works in now: it was discarded before that server was back.
    unwanted: Vec<OperationId>,
}

/// One edit, and when it was made by the clock of this device.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    store: StoreId,
    /// Where it is stored, and as what.
    record: (String, String),
    operation: Operation,
    made_at_ms: Option<u64>,
}

impl Waiting {
    /// What of a record waits: nothing, where it is taken back or this program can't read it.
    fn read(store: StoreId, key: &str, text: &str) -> Option<Self> {
        let (operation, made_at_ms) = if key.starts_with(OUTBOX) {
            let stored = decoded::<Stored>(text).filter(|stored| !stored.withdrawing)?;
            (stored.operation, stored.made_at_ms)
        } else if key.starts_with(ASIDE) {
            let aside = decoded::<SetAside>(text)?;
            (aside.operation, aside.made_at_ms)
        } else {
            let conflict = decoded::<Conflict>(text)?;
            (conflict.operation, conflict.made_at_ms)
        };
        Some(Self {
            store,
            record: (key.to_owned(), text.to_owned()),
            operation,
            made_at_ms,
        })
    }

    /// What discards it. That server may have been sent what is in the outbox: it is taken back there, should it come back, and takes no more
    /// room than that needs until then.
    fn discarding(&self) -> Transaction {
        let (key, text) = self.record.clone();
        let taken_back = decoded::<Stored>(&text).filter(|_| key.starts_with(OUTBOX));
        let taken_back = taken_back.map(|stored| Stored {
            operation: Operation {
                base_value: None,
                ..stored.operation
            },
            withdrawing: true,
            why: Why::Unwanted,
            made_at_ms: None,
            ..stored
        });
        let put: Vec<_> = taken_back.iter().map(|stored| (key.clone(), encode(stored))).collect();
        Transaction {
            delete: if put.is_empty() { vec![key.clone()] } else { Vec::new() },
            put,
            expect: vec![(key, Some(text))],
            ..Transaction::default()
        }
    }
}

impl Elsewhere {
    pub fn of(stores: Vec<StoreId>) -> Self {
        Self {
            unread: stores.clone(),
            stores,
            ..Self::default()
        }
    }

    /// Whether something that was discarded is still stored.
    pub const fn is_discarding(&self) -> bool {
        !self.discarded.is_empty()
    }

    /// That of whoever leaves: what they have discarded is discarded in their name.
    pub fn leave(&mut self) -> Self {
        Self {
            discarded: std::mem::take(self).discarded,
            ..Self::default()
        }
    }

    /// Another tab has written: it may have discarded something.
    pub fn read_again(&mut self) {
        for store in &self.stores {
            if !self.unread.contains(store) {
                self.unread.push(*store);
            }
        }
    }

    /// Whether anything is listed.
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

impl Engine {
    /// Which stores whoever enters this namespace comes from: known for sure of who has worked in one until now, and of who starts as it was noted.
    pub(super) fn stores_before(&self, next: &Namespace) -> Vec<StoreId> {
        let mut stores = match &self.namespace {
            Some(now) if now.principal == next.principal => [&self.elsewhere.stores[..], &[now.store]].concat(),
            None if self.birth.namespace.as_ref() == Some(next) => self.birth.stores_before.clone(),
            _ => Vec::new(),
        };
        stores.retain(|store| *store != next.store);
        stores.dedup();
        stores.drain(..stores.len().saturating_sub(STORES_LEN_MAX));
        stores
    }

    /// What is remembered for the next start.
    pub(super) fn note(&self, namespace: Namespace) -> Note {
        Note::new(namespace, self.birth.token.as_deref(), &self.elsewhere.stores)
    }

    /// Once this person's own records are there, it is looked what waits for the others.
    pub(super) fn look_elsewhere(&mut self) {
        let is_free = self.loaded && self.left.is_none() && self.elsewhere.reading.is_none();
        let Some(namespace) = self.namespace.as_ref().filter(|_| is_free) else {
            return;
        };
        self.elsewhere.reading = self.elsewhere.unread.pop();
        if let Some(store) = self.elsewhere.reading {
            let principal = namespace.principal.clone();
            self.effects.push_back(Effect::Load {
                namespace: Namespace { store, principal },
                widgets: false,
            });
        }
    }

    /// Takes note of what waits for another server. It is looked at each start, also where nothing waits: another tab may still be there, and a newer
    /// release may read what this one can't.
    pub(super) fn loaded_elsewhere(&mut self, from: &Namespace, records: Result<Records, StorageError>) {
        let store = from.store;
        self.elsewhere.reading.take_if(|reading| *reading == store);
        let Some((namespace, records)) = self.namespace.as_ref().zip(records.as_ref().ok()) else {
            return; // it is looked again at the next start
        };
        if namespace.principal != from.principal || !self.elsewhere.stores.contains(&store) {
            return;
        }
        let discarded = self.discarded_of(store);
        let elsewhere = &mut self.elsewhere;
        elsewhere.waiting.retain(|known| known.store != store);
        let kept = [OUTBOX, ASIDE, CONFLICT].into_iter().flat_map(|prefix| {
            let there = under(records, prefix);
            there.map(move |(rest, text)| ([prefix, rest].concat(), text))
        });
        let waiting = kept.filter_map(|(key, text)| Waiting::read(store, &key, text));
        elsewhere
            .waiting
            .extend(waiting.filter(|waits| !discarded.contains(&waits.operation.id)));
    }

    /// Discards an edit that waits for another server, if this is one.
    pub(super) fn discard_elsewhere(&mut self, id: OperationId) -> bool {
        let Elsewhere { waiting, discarded, .. } = &mut self.elsewhere;
        let place = waiting.iter().position(|waits| waits.operation.id == id);
        discarded.extend(place.map(|place| waiting.remove(place)));
        place.is_some()
    }

    /// Stores what was discarded next, under the name of who has made it. `false` where there is nothing.
    pub(super) fn discard_next_elsewhere(&mut self) -> bool {
        let next = self.namespace.as_ref().zip(self.elsewhere.discarded.pop());
        let Some((Namespace { principal, .. }, discarded)) = next else {
            return false;
        };
        let (store, principal) = (discarded.store, principal.clone());
        self.effects.push_back(Effect::Commit {
            namespace: Namespace { store, principal },
            transaction: discarded.discarding(),
        });
        self.keeping.busy = Some(Busy::Discarding(Box::new(discarded)));
        true
    }

    /// That was stored, or not: then it is listed as before, and where something else is there by now that is read.
    pub(super) fn discarded_elsewhere(&mut self, discarded: Waiting, outcome: &Outcome) {
        let waiting = &mut self.elsewhere.waiting;
        waiting.retain(|waits| waits.operation.id != discarded.operation.id);
        match outcome {
            Outcome::Done { .. } => return self.effects.push_back(Effect::Broadcast),
            Outcome::Stale => self.elsewhere.unread.push(discarded.store),
            Outcome::Failed(error) => {
                let message = error.says().to_owned();
                self.notice(Notice::Trouble { message });
            }
        }
        self.elsewhere.waiting.push(discarded);
    }

    /// What of a store was discarded, and perhaps not stored so.
    fn discarded_of(&self, store: StoreId) -> Vec<OperationId> {
        let under_way = match &self.keeping.busy {
            Some(Busy::Discarding(gone)) => Some(&**gone),
            _ => None,
        };
        let discarded = self.elsewhere.discarded.iter().chain(under_way);
        let discarded = discarded.filter(|gone| gone.store == store);
        discarded.map(|gone| gone.operation.id).collect()
    }

    /// What whoever enters this namespace has elsewhere.
    pub(super) fn elsewhere_of(&self, next: &Namespace) -> Elsewhere {
        let is_own = self
            .namespace
            .as_ref()
            .is_some_and(|now| now.principal == next.principal);
        Elsewhere {
            unwanted: if is_own {
                self.discarded_of(next.store)
            } else {
                Vec::new()
            },
            ..Elsewhere::of(self.stores_before(next))
        }
    }

    /// Once that is read, it is taken back: it may be stored as it was.
    pub(super) fn forgo_unwanted(&mut self, now: Timestamp) {
        if !self.loaded {
            return;
        }
        for id in std::mem::take(&mut self.elsewhere.unwanted) {
            let forgone = if self.outbox.get(id).is_some() {
                self.carry_out(now, Command::Withdraw { id })
            } else if self.conflicts.contains_key(&id) {
                self.carry_out(now, Command::Dismiss { id })
            } else {
                self.carry_out(now, Command::Discard { id })
            };
            drop(forgone); // where it is not there any more, it is gone
        }
    }

    /// Whether it is known what waits for servers that were at this address before.
    #[must_use]
    pub const fn has_read_elsewhere(&self) -> bool {
        self.elsewhere.unread.is_empty() && self.elsewhere.reading.is_none()
    }

    /// This person's edits that wait on this device for servers that were at this address before, and when each was made.
    pub fn elsewhere(&self) -> impl ExactSizeIterator<Item = (&Operation, Option<u64>)> {
        let waiting = self.elsewhere.waiting.iter();
        waiting.map(|waits| (&waits.operation, waits.made_at_ms))
    }
}
