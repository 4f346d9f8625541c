//! One field, one card: what an author wanted last is what they are asked about.

use super::{Settling, Shelf};
use crate::{
    planted::{self, Bug},
    protocol::OperationId,
    sync::{Conflict, Engine, turns::Why},
};

impl Engine {
    /// One field, one card: what its author has set again is put on the card that waits, or leaves nothing to ask.
    pub(super) fn gather_cards(&self, settling: &mut Settling) {
        // With their places in this list, those that are settled along.
        let mut cards: Vec<(Option<usize>, Conflict)> = Vec::new();
        cards.extend(self.conflicts().map(|conflict| (None, conflict.clone())));
        for place in 0..settling.settled.len() {
            let settled = &mut settling.settled[place];
            let number = settled.number;
            if let Shelf::Conflict(conflict) = &mut settled.shelf {
                // A decision that met another value is on the card that it was to decide.
                let open = self.conflicts.get(&conflict.id());
                conflict.asked_at = open.and_then(|open| open.asked_at);
            }
            match &mut settled.shelf {
                Shelf::Conflict(conflict) if self.was_set_anew(number, conflict) => {
                    settling.overtaken.push(conflict.id());
                    settled.shelf = Shelf::Nowhere;
                }
                Shelf::Conflict(conflict) => {
                    if let Some((_, earlier)) = cards.iter().rfind(|(_, card)| conflict.goes_on_from(card)) {
                        if planted::is(Bug::LaterNotOnCard) {
                            conflict.operation = earlier.operation.clone();
                        }
                        conflict.join(earlier);
                    }
                    cards.push((Some(place), conflict.clone()));
                }
                Shelf::Journal(journaled) if !self.is_inverse(settled.id) => {
                    let operation = journaled.operation.clone();
                    for (place, card) in &cards {
                        let was_before = card.asked_at >= Some(number);
                        if was_before || !card.gives_way_to(&operation) || card.removal().is_some() {
                            continue;
                        }
                        settling.overtaken.push(card.id());
                        if let Some(place) = place {
                            settling.settled[*place].shelf = Shelf::Nowhere;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a later one of the same field has taken effect, and was settled before.
    fn was_set_anew(&self, number: u64, conflict: &Conflict) -> bool {
        let from = conflict.asked_at.map_or(number, |at| number.max(at + 1));
        let mut later = self.keeping.journal.range(from..).map(|(_, journaled)| journaled);
        later.any(|later| {
            later.verdict.is_applied()
                && !later.turn.is_undo()
                && conflict.gives_way_to(&later.operation)
                && conflict.removal().is_none()
        })
    }

    /// Whether an operation undoes another one: its value is nothing that its author wants instead.
    fn is_inverse(&self, id: OperationId) -> bool {
        self.outbox.get(id).is_some_and(|pending| pending.why == Why::Undoes)
    }

    /// A conflict waits. Where its card was decided while this was being stored on it, its author has not seen it there: it gets one of
    /// its own.
    pub(super) fn put_on_card(&mut self, mut conflict: Conflict) {
        let is_open = |card: OperationId| self.conflicts().any(|open| open.id() == card);
        if conflict.card.is_some_and(|card| !is_open(card)) {
            conflict.card = None;
            self.keeping.reopened.push(conflict.id());
            self.keeping.due.insert(conflict.operation.board.clone());
        }
        self.conflicts.insert(conflict.id(), conflict);
    }
}
