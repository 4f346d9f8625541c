//! Jotting down: what a page stores that may be gone before it is done. An append asks first which number is next, and a page
//! that goes does not live to hear the answer. So what has no number yet when the page is hidden is first written under a number
//! that nobody counts to, without a question.
//!
//! Whoever appends it, this tab or one that has read it, expects the jotting and deletes it with that: exactly one of them does.

use super::{
    Effect, Engine,
    storage::{Namespace, Outcome, Transaction, outbox_key, text},
};
use crate::protocol::OperationId;

/// The first number of jottings.
pub(super) const JOTTED: u64 = 1 << 63;

/// Where an operation is jotted down: those of one tab in their order, and by chance in no other's place.
pub(super) fn jotted_key(id: OperationId) -> String {
    let client = (id.client.0 as u64 >> 33) << 32;
    outbox_key(JOTTED | client | (id.sequence & 0xffff_ffff))
}

impl Engine {
    /// Writes down what has no number, while nobody can see the page.
    pub(super) fn jot(&mut self, namespace: &Namespace) {
        let newest = self.outbox.iter().next_back();
        if self.visible || self.left.is_some() || newest.is_none_or(|newest| newest.number.is_some()) {
            return;
        }
        let (mut put, mut ids) = (Vec::new(), Vec::new());
        for pending in self.outbox.iter_mut() {
            if pending.number.is_none() && pending.jotted.is_none() {
                let text = text(&pending.stored());
                put.push((jotted_key(pending.operation.id), text.clone()));
                pending.jotted = Some(text);
                ids.push(pending.operation.id);
            }
        }
        if !put.is_empty() {
            self.keeping.jotting.push(ids);
            let transaction = Transaction {
                put,
                ..Transaction::default()
            };
            let namespace = namespace.clone();
            self.effects.push_back(Effect::Commit { namespace, transaction });
        }
    }

    /// What was jotted down first is written, or not.
    pub(super) fn jotted(&mut self, outcome: &Outcome) {
        if self.keeping.jotting.is_empty() {
            return;
        }
        let is_written = matches!(outcome, Outcome::Done { .. });
        for id in self.keeping.jotting.remove(0) {
            let Some(pending) = self.outbox.get_mut(id) else {
                continue;
            };
            let is_appended = pending.number.is_some();
            if is_appended || !is_written {
                pending.jotted = None;
            }
            if is_appended && is_written {
                // It was on its way there already.
                let board = pending.operation.board.clone();
                self.drop_record(board, jotted_key(id));
            }
        }
    }
}
