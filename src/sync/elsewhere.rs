//! What waits on this device for a server that was at this address before the one that is there now: the same person made it, in another store. It is
//! neither sent to this one nor shown on its boards; it is listed, and goes when that server is back.

use super::{
    Conflict, Effect, Engine, Note, SetAside,
    storage::{ASIDE, CONFLICT, Namespace, OUTBOX, Records, StorageError, Stored, decoded, under},
};
use crate::{
    config::STORES_LEN_MAX,
    protocol::{Operation, StoreId},
};

/// The stores that this person's edits may wait for, and what does.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// The one that was left last stands last.
    stores: Vec<StoreId>,
    /// Of which was not read yet what waits.
    unread: Vec<StoreId>,
    waiting: Vec<(StoreId, Waiting)>,
}

/// One edit, and when it was made by the clock of this device.
type Waiting = (Operation, Option<u64>);

impl Elsewhere {
    pub fn of(stores: Vec<StoreId>) -> Self {
        Self {
            unread: stores.clone(),
            stores,
            waiting: Vec::new(),
        }
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
        let Some(namespace) = self.namespace.as_ref().filter(|_| self.loaded && self.left.is_none()) else {
            return;
        };
        if let Some(store) = self.elsewhere.unread.pop() {
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
        let Some((namespace, records)) = self.namespace.as_ref().zip(records.as_ref().ok()) else {
            return; // it is looked again at the next start
        };
        let store = from.store;
        if namespace.principal != from.principal || !self.elsewhere.stores.contains(&store) {
            return;
        }
        let waiting = &mut self.elsewhere.waiting;
        waiting.retain(|(known, _)| *known != store);
        let outbox = under(records, OUTBOX).filter_map(|(_, text)| decoded::<Stored>(text));
        let outbox = outbox.filter(|stored| !stored.withdrawing);
        waiting.extend(outbox.map(|stored| (store, (stored.operation, stored.made_at_ms))));
        let aside = under(records, ASIDE).filter_map(|(_, text)| decoded::<SetAside>(text));
        waiting.extend(aside.map(|aside| (store, (aside.operation, aside.made_at_ms))));
        let conflicts = under(records, CONFLICT).filter_map(|(_, text)| decoded::<Conflict>(text));
        waiting.extend(conflicts.map(|conflict| (store, (conflict.operation, conflict.made_at_ms))));
    }

    /// This person's edits that wait on this device for servers that were at this address before, and when each was made.
    pub fn elsewhere(&self) -> impl ExactSizeIterator<Item = (&Operation, Option<u64>)> {
        let waiting = self.elsewhere.waiting.iter();
        waiting.map(|(_, (operation, made_at_ms))| (operation, *made_at_ms))
    }
}
