//! What is laid over the confirmed state: what is undecided, or decided and not contained in it yet, and nothing else.

use tideboard::sync::Pending;

use super::{devices::has_begun_nothing, *};

impl Ledger {
    /// Confirmed is the server's state at the cursor, and nothing is shown twice.
    pub(super) fn check_shown(&mut self, number: usize, tab: &mut Tab) {
        let Some(engine) = &tab.engine else { return };
        let mut failure = None;
        self.looks += 1;
        let look_twice = self.looks.is_multiple_of(8);
        // Beside another tab, what it has sent of this one's is not laid over what it has stored, before the server was asked.
        let beside = self.beside.entry(tab.device).or_default();
        let is_alone = (beside.insert(number), beside.len()).1 == 1 && !self.cleared.contains_key(&tab.device);
        for board in self.truth.keys() {
            let Some((confirmed, cursor)) = engine.confirmed(board) else {
                continue;
            };
            // At one cursor there is one state: it is looked at once.
            if tab.checked.get(board) != Some(&cursor) {
                let expected = self.states.get(&(board.clone(), cursor.epoch, cursor.revision));
                if expected.is_some_and(|expected| *expected != board_hash(confirmed)) {
                    failure = Some(Failure::Diverged(format!(
                        "tab {number} at {cursor:?} of {board} does not have the server's state"
                    )));
                }
                tab.checked.insert(board.clone(), cursor);
            }
        }
        let mut newest = HashMap::default();
        for pending in engine.pending() {
            let waits = is_alone && self.is_sure_to_wait(engine, (number, tab.life), pending);
            // What comes later lies over it.
            let Operation { board, widget, .. } = &*pending.operation;
            newest.retain(|(of, on, field): &(&BoardId, &WidgetId, &FieldName), _| {
                (*of, *on) != (board, widget) || !gives(&pending.operation.intent, field)
            });
            let flips = is_confirmed_later(pending) || waits;
            if !flips && !look_twice {
                continue;
            }
            let id = pending.operation.id;
            let Some((truth, cursor)) = self.at_one_history(engine, &pending.operation.board) else {
                continue;
            };
            let applied = truth.revisions.get(&id);
            let contained = applied.is_some_and(|revision| *revision <= cursor.revision.0);
            match (contained, engine.is_shown(id)) {
                (false, true) if waits => {
                    if let Intent::Set { field, value } = &pending.operation.intent {
                        newest.insert((board, widget, field), (id, value));
                    }
                }
                (false, false) if flips => {
                    failure = Some(Failure::Diverged(format!(
                        "tab {number} at {cursor:?} does not show {id:?}, and its state does not contain it yet: {pending:?}"
                    )));
                }
                (true, true) => {
                    failure = Some(Failure::Duplicated(format!(
                        "tab {number} at {cursor:?} shows {id:?} over a state that contains it: {pending:?}"
                    )));
                }
                _ => {}
            }
        }
        if !look_twice || !has_begun_nothing(engine) {
            newest.clear();
        }
        let mut screens = HashMap::default();
        for ((board, widget, field), (id, value)) in newest {
            let screen = screens.entry(board).or_insert_with(|| engine.shown(board));
            let shown = screen.as_ref().and_then(|shown| shown.board.field(widget, field));
            if let Some(shown) = shown.filter(|shown| shown.value != *value) {
                let on_screen = &shown.value;
                failure = Some(Failure::Diverged(format!(
                    "tab {number} shows {on_screen} where {id:?} is to be laid over it"
                )));
            }
        }
        if let Some(failure) = failure {
            self.fail(failure);
        }
    }

    /// Whether it is an edit of this very tab of which nobody has said anything yet: nothing but time stands against it, and it is on the
    /// screen.
    fn is_sure_to_wait(&self, engine: &Engine, maker: (usize, u64), pending: &Pending) -> bool {
        let operation = &pending.operation;
        let is_own = |made: &Made| made.maker == maker && made.operation.made_at == operation.made_at;
        pending.verdict.is_none()
            && !pending.withdrawing
            && operation.deadline.is_none()
            && !self.restored
            && self.made.get(&operation.id).is_some_and(is_own)
            && !self.may_be_forgotten(engine, operation.id)
    }
}

/// Whether a tab knows that an operation was applied, and that nothing but time stands against it.
fn is_confirmed_later(pending: &Pending) -> bool {
    let applied = pending.verdict.as_ref().is_some_and(Verdict::is_applied);
    applied && !pending.withdrawing && pending.operation.deadline.is_none()
}

/// Whether it gives a field its value.
fn gives(intent: &Intent, field: &FieldName) -> bool {
    match intent {
        Intent::Set { field: own, .. } | Intent::Add { field: own, .. } => own == field,
        Intent::Create { .. } | Intent::Remove | Intent::Restore { .. } => true,
    }
}
