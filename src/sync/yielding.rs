//! Pages of two releases on one device: the older one lets the newer one send what it can't.

use super::{Connection, Effect, Engine, outbox::Pending};
use crate::{config::YIELD_MS, planted, time::Timestamp};

impl Engine {
    /// What was made by a newer release waits for a tab of that, which waits for its turn at the sending: it has it now and then.
    pub(super) fn yield_to_newer(&mut self, now: Timestamp) {
        let is_newer = |pending: &Pending| pending.is_undecided() && pending.operation.schema > planted::schema();
        // What can't be read may be of a newer release, too; that is no reason to ask for a reload.
        let is_newer = self.outbox.iter().any(is_newer);
        self.is_older |= is_newer;
        // Nor does one that the server speaks with no more keep the others from sending what waits.
        let is_shut = matches!(self.connection, Connection::Closed { .. }) && !self.outbox.is_empty();
        if (is_newer || is_shut || !self.outbox.unreadable.is_empty()) && self.yields_at.is_none_or(|at| now >= at) {
            self.yields_at = Some(now.plus(YIELD_MS));
            if self.leading {
                self.effects.push_back(Effect::Yield);
            }
        }
    }
}
