//! What goes first where a device is full: boards that nobody looks at here and nothing of this person's is on. The server has
//! them; it has not what waits in the outbox.

use super::{
    Effect, Engine,
    keeping::Busy,
    storage::{HIGH, META, Records, Transaction, meta_key, under, widgets_prefix},
    updates::Replica,
};
use crate::{
    planted::{self, Bug},
    protocol::{BoardId, WidgetId},
    sorted::SortedSet,
    time::Timestamp,
};

impl Engine {
    /// Chooses what makes room next; whether there is anything.
    pub(super) fn makes_room(&mut self) -> bool {
        let board = self
            .replicas
            .iter()
            .find(|(board, replica)| self.is_spare(board, replica));
        self.keeping.makes_room = board.map(|(board, _)| board.clone());
        self.keeping.makes_room.is_some()
    }

    /// Whether a board's stored state is no more than a copy of the server's. One whose history broke here is told by its
    /// generation from what was stored before, and by the journal a person is told what a broken history has forgotten.
    fn is_spare(&self, board: &BoardId, replica: &Replica) -> bool {
        replica.watchers == 0
            && replica.generation == 0
            && replica.stored.is_some()
            && self.outbox.of_board(board).next().is_none()
            && self.drafts.of_board(board).next().is_none()
            && self.keeping.dropped.iter().all(|(of, _)| of != board)
            && !self.keeping.due.contains(board)
            && !self.keeping.journal_is_old
            && self
                .conflicts
                .values()
                .all(|conflict| conflict.operation.board != *board)
            && self.aside.values().all(|aside| aside.operation.board != *board)
            && self
                .keeping
                .journal
                .values()
                .all(|journaled| journaled.operation.board != *board)
    }

    pub(super) fn evict(&mut self) -> Option<Transaction> {
        let board = self.keeping.makes_room.take()?;
        let replica = self
            .replicas
            .get(&board)
            .filter(|replica| self.is_spare(&board, replica))?;
        let (stored, _) = replica.stored.clone()?;
        // Another tab may have appended what rests on it.
        let high = (self.keeping.high > 0).then(|| self.keeping.high.to_string());
        let transaction = Transaction {
            expect: vec![(meta_key(&board), Some(stored)), (HIGH.to_owned(), high)],
            wipe: Some(widgets_prefix(&board)),
            delete: vec![meta_key(&board)],
            ..Transaction::default()
        };
        self.keeping.busy = Some(Busy::Evicting(board));
        Some(transaction)
    }

    /// It is done, and other tabs are told.
    pub(super) fn evicted(&mut self, now: Timestamp, board: &BoardId) {
        self.let_go(now, board);
        self.effects.push_back(Effect::Broadcast);
    }

    /// A board is not stored any more: nobody here needs it, or somebody looks at it since.
    fn let_go(&mut self, now: Timestamp, board: &BoardId) {
        if self
            .replicas
            .get(board)
            .is_some_and(|replica| self.is_spare(board, replica))
        {
            self.replicas.remove(board);
        } else {
            self.store_anew(now, board);
        }
    }

    /// Other tabs make room, too, and a browser may clear its storage: what is not stored any more is stored anew, since this tab
    /// has it.
    pub(super) fn reread_evicted(&mut self, now: Timestamp, records: &Records) {
        if planted::is(Bug::EvictionNotReread) {
            return;
        }
        let stored: SortedSet<&str> = under(records, META).map(|(board, _)| board).collect();
        let believed = self.boards_where(&|replica| replica.stored.is_some());
        for board in believed.iter().filter(|board| !stored.contains(board.as_str())) {
            self.let_go(now, board);
        }
    }

    pub(super) fn store_anew(&mut self, now: Timestamp, board: &BoardId) {
        if let Some(replica) = self.replicas.get_mut(board) {
            let widgets: SortedSet<WidgetId> = replica.confirmed.widgets().map(|(id, _)| id.clone()).collect();
            (replica.stored, replica.replaced) = (None, true);
            replica.soil(now, widgets);
        }
    }
}
