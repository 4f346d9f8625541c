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

/// What is jotted down of an operation, until it is appended.
#[derive(Clone, Debug)]
pub(super) struct Jotted {
    /// Counts transactions: when this many are answered it is written.
    turn: u64,
    pub text: String,
}

impl Jotted {
    /// As it was read.
    pub fn read(text: &str) -> Self {
        let (turn, text) = (0, text.to_owned());
        Self { turn, text }
    }
}

/// The transactions that jot down: how many were asked for, and answered.
#[derive(Debug, Default)]
pub(super) struct Jotting {
    asked: u64,
    answered: u64,
}

impl Jotting {
    /// Whether the storage has something to answer.
    pub const fn is_busy(&self) -> bool {
        self.asked > self.answered
    }

    /// Whether it has answered for this one.
    pub const fn is_written(&self, jotted: &Jotted) -> bool {
        jotted.turn <= self.answered
    }
}

impl Engine {
    /// Writes down what has no number, while nobody can see the page.
    pub(super) fn jot(&mut self, namespace: &Namespace) {
        let newest = self.outbox.iter().next_back();
        if self.visible || self.left.is_some() || newest.is_none_or(|newest| newest.number.is_some()) {
            return;
        }
        let mut put = Vec::new();
        let turn = self.keeping.jotting.asked + 1;
        for pending in self.outbox.iter_mut() {
            if pending.number.is_none() && pending.jotted.is_none() {
                let text = text(&pending.stored());
                put.push((jotted_key(pending.operation.id), text.clone()));
                pending.jotted = Some(Jotted { turn, text });
            }
        }
        if !put.is_empty() {
            self.keeping.jotting.asked = turn;
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
        let jotting = &mut self.keeping.jotting;
        if !jotting.is_busy() {
            return;
        }
        jotting.answered += 1;
        let (turn, is_written) = (jotting.answered, matches!(outcome, Outcome::Done { .. }));
        for pending in self.outbox.iter_mut() {
            let is_appended = pending.number.is_some();
            let ends = |jotted: &mut Jotted| jotted.turn == turn && (is_appended || !is_written);
            if pending.jotted.take_if(ends).is_some() && is_written {
                // It was on its way there already.
                let (board, key) = (pending.operation.board.clone(), jotted_key(pending.operation.id));
                self.keeping.due.insert(board.clone());
                self.keeping.dropped.push((board, key));
            }
        }
    }
}
