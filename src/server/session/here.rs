//! Where a connection says it is, and who else is there.

use tokio::time::Instant;

use super::{End, Session};
use crate::{protocol::Here, server::people::Presence};

impl Session {
    /// It looks at this board now, and at no other; or at none.
    pub(super) fn come(&mut self, here: Here) {
        let is_there = self.presence.as_mut().is_some_and(|presence| presence.change(&here));
        if let (false, Some(identity)) = (is_there, &self.identity) {
            // Left before the other is entered: nobody is at two boards.
            self.presence = None;
            let (everybody, now) = (self.server.everybody(), self.server.clock().now());
            self.presence = everybody.join(self.id, &identity.principal, now, here).map(Box::new);
        }
    }

    /// Whether somebody looks at what it shows.
    pub(super) fn look(&mut self, visible: bool) {
        if let Some(presence) = &mut self.presence {
            presence.see(visible);
        }
    }

    pub(super) fn is_seen(&self) -> bool {
        self.presence.as_ref().is_some_and(|presence| presence.is_seen())
    }

    /// Takes who is silent for the people of a board: asleep perhaps, or out of reach. With its next `ping` or `here` it is there again.
    pub(super) fn look_away(&mut self) {
        if self.is_seen() && Instant::now() >= self.deadline() {
            self.look(false);
        }
    }

    pub(super) async fn write_people(&mut self) -> Result<(), End> {
        let Some(presence) = &mut self.presence else {
            return Ok(());
        };
        let packet = presence.take();
        self.write([packet].into()).await
    }
}

/// Ends when there is another list of people. Whoever is in none hears of none.
pub(super) async fn told_of(presence: &mut Option<Box<Presence>>) {
    match presence {
        Some(presence) if presence.is_seen() => presence.changed().await,
        _ => std::future::pending().await,
    }
}
