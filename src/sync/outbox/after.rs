//! What an operation waits for.

use super::{Lane, Outbox, Pending};
use crate::protocol::{Intent, Operation, OperationId, WidgetId};

/// An operation whose record can't be read: its number, and what the record says of it all the same.
#[derive(Debug)]
pub(in crate::sync) struct Unreadable {
    pub number: u64,
    pub lane: Lane,
    pub id: OperationId,
}

impl Outbox {
    /// The nearest earlier undecided operation of the same lane, or one whose record can't be read: the server knows whether that was
    /// decided. While the board's creation is undecided, that.
    pub(in crate::sync) fn after(&self, pending: &Pending) -> Option<OperationId> {
        let Operation { board, widget, .. } = &*pending.operation;
        let place = self.places.get(&pending.operation.id)?;
        let undecided = |place: &u64| self.at(*place).filter(|earlier| earlier.verdict.is_none());
        let own = (board.clone(), widget.clone());
        let lane = self.lanes.get(&own)?;
        let earlier = lane.range(..place).rev().find_map(undecided);
        let since = earlier.map_or(Some(0), |earlier| earlier.number);
        let is_nearer = |unread: &&Unreadable| {
            unread.lane == own && unread.number < *place && since.is_some_and(|since| since < unread.number)
        };
        if let Some(unread) = self.unreadable.iter().rev().find(is_nearer) {
            return Some(unread.id);
        }
        let birth = || {
            let places = self.lanes.get(&(board.clone(), WidgetId::birth()))?;
            let is_birth = |pending: &&Pending| matches!(pending.operation.intent, Intent::Create { .. });
            places.range(..place).find_map(undecided).filter(is_birth)
        };
        earlier.or_else(birth).map(|pending| pending.operation.id)
    }
}
