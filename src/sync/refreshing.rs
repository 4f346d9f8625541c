//! Looking now and then whether what is confirmed here is what the server has: a mistake of a storage, or of this program, is
//! found and mended before it is believed for long.

use super::{Connection, Engine, updates::Subscription};
use crate::{
    config::{COMPARINGS_MISSED_MAX, REFRESH_EVERY_MS, REFRESH_SPACING_MS, REFRESH_SPREAD_MS},
    time::Timestamp,
};

impl Engine {
    /// Asks anew for every board that is live, with the hash of its state, when the time for it has come.
    pub(super) fn refresh(&mut self, now: Timestamp) {
        if self.refresh_wakeup().is_none_or(|at| now < at) {
            return;
        }
        self.plan_refresh(now);
        for board in self.wanted(&self.outbox.boards()) {
            if let Some(replica) = self.replicas.get_mut(&board)
                && matches!(replica.subscription, Subscription::Live)
            {
                (replica.subscription, replica.is_compared) = (Subscription::Off, true);
            }
        }
    }

    /// Something was written while the question was on its way, so that nothing could be compared: it is asked again soon, a few
    /// times.
    pub(super) fn missed_comparing(&mut self) {
        if self.comparings_missed < COMPARINGS_MISSED_MAX {
            self.comparings_missed += 1;
            self.refresh_at = self.refresh_at.min(self.turned_at.plus(REFRESH_SPACING_MS));
        } else {
            self.comparings_missed = 0;
        }
    }

    /// The next time, a random one: who came back together does not ask together.
    pub(super) fn plan_refresh(&mut self, now: Timestamp) {
        self.refresh_at = now.plus(REFRESH_EVERY_MS + self.dice.roll() % REFRESH_SPREAD_MS);
        self.refreshed_at = now;
    }

    /// Somebody looks: what they see is compared soon, but not with every glance.
    pub(super) fn shown_again(&mut self, now: Timestamp) {
        let soon = now.max(self.refreshed_at.plus(REFRESH_SPACING_MS));
        self.refresh_at = self.refresh_at.min(soon);
    }

    /// When boards are compared with the server's next; `None` while there is no connection.
    #[must_use]
    pub(super) fn refresh_wakeup(&self) -> Option<Timestamp> {
        matches!(self.connection, Connection::Live { .. }).then_some(self.refresh_at)
    }
}
