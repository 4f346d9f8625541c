//! From one person to the next: whose records are worked with, and what the one who left is owed.

use super::{
    Birth, Effect, Engine, Notice,
    storage::Namespace,
    updates::{Drafts, Replica},
};
use crate::{
    planted::{self, Bug},
    time::Timestamp,
};

impl Engine {
    /// Starts to work under a namespace, with what is stored there: it is read as soon as the storage is free.
    pub(super) fn enter(&mut self, now: Timestamp, namespace: Namespace) {
        let elsewhere = self.elsewhere_of(&namespace);
        self.quit(now);
        self.namespace = Some(namespace.clone());
        self.elsewhere = elsewhere;
        let note = self.note(namespace.clone());
        self.effects.push_back(Effect::Remember(namespace, note));
    }

    /// Leaves the namespace: nothing of it is shown, and nobody else's edits get into it. What is not stored of it yet is
    /// stored first, under its own name, before anything is read of another.
    pub(super) fn quit(&mut self, now: Timestamp) {
        self.make_drafts(now, &|_| true);
        let Some(namespace) = self.namespace.take() else {
            return;
        };
        // An engine of its own, without a connection, which is given all that belongs there.
        let mut left = Self::new(Birth {
            namespace: None,
            ..self.birth.clone()
        });
        (left.namespace, left.sequence) = (Some(namespace), self.sequence);
        std::mem::swap(&mut left.loaded, &mut self.loaded);
        std::mem::swap(&mut left.replicas, &mut self.replicas);
        std::mem::swap(&mut left.outbox, &mut self.outbox);
        std::mem::swap(&mut left.conflicts, &mut self.conflicts);
        std::mem::swap(&mut left.aside, &mut self.aside);
        std::mem::swap(&mut left.keeping, &mut self.keeping);
        left.keeping.unnoted = None; // of who comes next there is another
        left.keeping.alone.clear(); // nobody looks there whether it was sent again meanwhile: whoever comes back does
        let watched = |(board, replica): (_, &Replica)| (Clone::clone(board), Replica::watched(replica.watchers));
        self.replicas = left.replicas.iter().map(watched).collect();
        self.effects.retain(|effect| !is_personal(effect));
        left.elsewhere = self.elsewhere.leave();
        self.drafts = Drafts::default();
        self.requests.void();
        self.events.clear();
        // Of what was not read yet there is nothing that is not stored.
        if left.loaded && !planted::is(Bug::LeftUnsaved) {
            left.keeping.hurry = true;
            self.left = Some(Box::new(left));
        }
    }

    /// Goes on storing for the one who left until nothing is left to store: a storage that refuses is asked again.
    pub(super) fn see_off(&mut self, now: Timestamp) {
        let Some(left) = &mut self.left else { return };
        left.keep(now);
        let told = left.effects.drain(..).filter(|effect| !is_personal(effect));
        self.effects.extend(told);
        if left.keeping.is_done() && !left.elsewhere.is_discarding() {
            self.sequence = left.sequence; // nothing was made here meanwhile: an id is never given twice
            self.left = None;
        }
    }
}

/// Whether it is about one person: whoever comes next has nothing to do with their edits, nor starts as they. That the device can't store
/// is everybody's matter.
const fn is_personal(effect: &Effect) -> bool {
    matches!(effect, Effect::Remember(..))
        || matches!(effect, Effect::Notice(notice) if !matches!(notice, Notice::Trouble { .. }))
}
