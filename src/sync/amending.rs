//! What becomes of operations after they were made: taken back, made again; conflicts resolved, removals reversed.

use super::{
    CommandError, Conflict, Engine, Notice, Resolution, SetAside, SetAsideReason,
    commands::Seen,
    outbox::{Fate, Pending},
    storage::{aside_key, conflict_key},
    turns::Why,
};
use crate::{
    config::SWITCH_TTL_MS,
    planted::{self, Bug},
    protocol::{Base, BoardId, Intent, Operation, OperationId, Revision, Value, WidgetId},
    time::Timestamp,
};

impl Engine {
    pub(super) fn restore(&mut self, now: Timestamp, board: BoardId, widget: WidgetId) -> Result<(), CommandError> {
        // One's own removal that nobody has decided yet is simply taken back.
        let own = self.outbox.of_lane(&board, &widget).rev().find(|pending| {
            matches!(pending.operation.intent, Intent::Remove) && pending.is_undecided() && !pending.withdrawing
        });
        if let Some(id) = own.map(|pending| pending.operation.id) {
            self.withdraw(id, Why::Undone);
            return Ok(());
        }
        let confirmed = self
            .replicas
            .get(&board)
            .and_then(|replica| replica.confirmed.widget(&widget));
        let removal = confirmed
            .and_then(|widget| widget.removed)
            .ok_or(CommandError::UnknownWidget)?;
        let removal = Base::Revision(removal);
        self.edit(now, board, widget, Intent::Restore { removal }, None)
    }

    /// Decides a conflict as a person wants it, who has seen this operation on its card. What came onto it in that moment is asked yet.
    pub(super) fn resolve(
        &mut self,
        now: Timestamp,
        id: OperationId,
        seen: Option<OperationId>,
        resolution: Resolution,
    ) -> Result<(), CommandError> {
        let shown = self.conflicts.get(&id).map(|conflict| conflict.operation.id);
        let is_news = seen.is_some_and(|seen| shown.is_some_and(|shown| shown != seen));
        if resolution == Resolution::KeepTheirs && is_news {
            self.notice(Notice::NotResolved { id });
            return Ok(());
        }
        self.decide(now, id, &resolution)?;
        self.notice(Notice::Resolved { id, resolution });
        Ok(())
    }

    /// Decides a conflict; answers which operation does, where one is needed.
    pub(super) fn decide(
        &mut self,
        now: Timestamp,
        id: OperationId,
        resolution: &Resolution,
    ) -> Result<Option<OperationId>, CommandError> {
        let conflict = self.conflicts.get(&id).cloned().ok_or(CommandError::Unknown)?;
        let Conflict { operation, theirs, .. } = conflict;
        let (shown, board, widget) = (operation.id, operation.board, operation.widget);
        let intent = match (resolution, operation.intent) {
            (Resolution::KeepMine, intent @ (Intent::Set { .. } | Intent::Add { .. })) => Some(intent),
            (Resolution::Edit(value), intent) => intent.field().map(|field| Intent::Set {
                field: field.clone(),
                value: value.clone(),
            }),
            _ => None,
        };
        if let Some(intent) = intent {
            let shown = self.shown_widget(&board, &widget);
            if shown.widget(&widget).is_some_and(|shown| shown.removed.is_some()) {
                self.restore(now, board.clone(), widget.clone())?;
            }
            // What of one's own is on its way there goes before it, and is seen where what it rests on is: what undoes the decision
            // before, or that one itself, which is taken back and may have been applied.
            let pending = shown.pending.get(&widget).zip(intent.field());
            let own = pending.and_then(|(fields, field)| fields.get(field)).copied();
            let is_decision = |other: &&Pending| other.operation.resolves == Some(id);
            let decision = || self.outbox.iter().rev().find(is_decision);
            let own = own.and_then(|own| self.outbox.get(own)).or_else(decision);
            let own = own.filter(|own| self.seen_under(own).is_some_and(|seen| seen >= theirs.revision));
            let base = own.map_or(Base::Revision(theirs.revision), |own| Base::Operation(own.operation.id));
            let seen = Seen {
                base,
                value: Some(theirs.value).filter(|value| !value.is_null()),
                resolves: Some(id),
            };
            return self.make(now, board, widget, intent, Some(seen)).map(Some);
        }
        self.conflicts.remove(&id);
        self.keeping.put_away(shown);
        self.drop_record(board, conflict_key(id));
        Ok(None)
    }

    /// What the author of an operation had seen at least, whatever becomes of those it rests on.
    fn seen_under(&self, pending: &Pending) -> Option<Revision> {
        let mut pending = pending;
        loop {
            match (self.outbox.base_of(pending), pending.operation.base) {
                (Some(seen), _) => return Some(seen),
                (None, Some(Base::Operation(id))) => pending = self.outbox.get(id)?,
                (None, _) => return None,
            }
        }
    }

    pub(super) fn unresolve(
        &mut self,
        now: Timestamp,
        conflict: Conflict,
        resolution: &Resolution,
    ) -> Result<(), CommandError> {
        // What was typed before is no answer to what is asked now.
        let Operation { board, widget, .. } = &conflict.operation;
        self.make_drafts(now, &|draft| draft.is_of(board, widget));
        match resolution {
            Resolution::KeepTheirs if self.keeping.takes_out(conflict.operation.id) => self.reopen(conflict),
            Resolution::KeepTheirs => return Err(CommandError::Unknown),
            _ if conflict.removal().is_some() => {
                let Operation { board, widget, .. } = conflict.operation;
                self.edit(now, board, widget, Intent::Remove, None)?;
            }
            _ => self.undo_decision(now, conflict)?,
        }
        Ok(())
    }

    /// A conflict waits for its author again, as it was; whatever they have set since, they want to be asked.
    pub(super) fn reopen(&mut self, conflict: Conflict) {
        // What another tab has put on its card meanwhile stays there.
        let open = self.conflicts.remove(&conflict.id());
        let joined = open.filter(|open| open.operation.id != conflict.operation.id);
        let mut conflict = joined.unwrap_or(conflict);
        conflict.asked_at = Some(self.last_number());
        let (id, key) = (conflict.id(), conflict_key(conflict.id()));
        self.keeping.dropped.retain(|(_, dropped)| *dropped != key);
        self.keeping.due.insert(conflict.operation.board.clone());
        self.keeping.reopened.push(id);
        self.conflicts.insert(id, conflict);
    }

    /// Takes an operation back: off the screen at once, and fenced at the server.
    pub(super) fn withdraw(&mut self, id: OperationId, why: Why) {
        if self.outbox.get(id).is_some_and(|pending| pending.verdict.is_none()) {
            self.take_back(id, why);
        }
    }

    /// The same of one that may be applied already: it is reversed when it is settled, if it was undone.
    pub(super) fn take_back(&mut self, id: OperationId, why: Why) {
        let Some(pending) = self.outbox.get_mut(id).filter(|pending| !pending.withdrawing) else {
            return;
        };
        (pending.withdrawing, pending.why) = (true, why);
        // A copy may be on its way; the withdrawal goes after it, and the server's row decides between them.
        pending.sent = false;
        if why != Why::Folded {
            pending.waiting = None;
        }
        pending.dirty = true;
        let board = pending.operation.board.clone();
        self.keeping.due.insert(board);
        if why == Why::Undone {
            self.undo_covered(id);
        }
    }

    pub(super) fn retry(&mut self, now: Timestamp, id: OperationId, value: Option<Value>) -> Result<(), CommandError> {
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.hasten(now);
            return Ok(());
        }
        for other in self.lane_aside(id, true) {
            let value = value.clone().filter(|_| other == id);
            self.make_again(now, other, value)?;
        }
        Ok(())
    }

    fn make_again(&mut self, now: Timestamp, id: OperationId, value: Option<Value>) -> Result<(), CommandError> {
        let aside = self.aside.get(&id).cloned().ok_or(CommandError::Unknown)?;
        // What waits for a decision gets less by it, however much of that there is.
        self.check_room(false)?;
        let Operation {
            board, widget, intent, ..
        } = aside.operation.clone();
        if aside.reason == SetAsideReason::Forgotten && value.is_none() {
            // The same operation, under the same id: should the other history have it after all, it is a duplicate.
            self.outbox.insert(Pending {
                made_at_ms: aside.made_at_ms,
                ..Pending::new(aside.operation)
            });
            if let (Some(replica), Some(pending)) = (self.replicas.get(&board), self.outbox.get_mut(id)) {
                // What it rested on beyond what its author had confirmed is forgotten too.
                pending.lower(replica.history.home(pending.operation.made_at, replica.cursor.revision));
                // This history may have it after all, by another way: asked before it is shown.
                (pending.fate, pending.again) = (Fate::Unasked, true);
            }
            self.resubscribe(&board);
        } else {
            let intent = match (intent, value) {
                (Intent::Set { field, .. }, Some(value)) => Intent::Set { field, value },
                (Intent::Create { kind, mut fields }, Some(Value::Object(others))) => {
                    for (name, value) in others {
                        if let Ok(name) = name.parse() {
                            fields.insert(name, value);
                        }
                    }
                    Intent::Create { kind, fields }
                }
                (intent, _) => intent,
            };
            if matches!(aside.reason, SetAsideReason::Expired | SetAsideReason::NotSent) {
                // Now or never, once more: not whenever there is a connection again.
                // It makes room for itself.
                self.aside.remove(&id);
                let made = self.make_now(now, board.clone(), widget, intent, None, SWITCH_TTL_MS);
                if let Err(error) = made {
                    self.aside.insert(id, aside);
                    return Err(error);
                }
            } else {
                self.make_drafts(now, &|draft| draft.is_of(&board, &widget));
                let operation = self.operation(&board, widget, intent, None)?;
                self.enqueue(operation)?;
            }
        }
        self.aside.remove(&id);
        self.keeping.forgotten.remove(&id);
        self.drop_record(board, aside_key(id));
        Ok(())
    }

    /// What is dealt with together with an operation that was set aside: where it is the making of a widget that is not there, all that
    /// was done with the widget, in this order; and so where its author makes one of the others again.
    pub(super) fn lane_aside(&self, id: OperationId, again: bool) -> Vec<OperationId> {
        let mut lane = Vec::new();
        if let Some(aside) = self.aside.get(&id)
            && let Operation { board, widget, .. } = &aside.operation
            && self.shown_widget(board, widget).widget(widget).is_none()
        {
            let is_create = |id: OperationId| self.aside.get(&id).is_some_and(|aside| is_create(&aside.operation));
            let place = |id: OperationId| (!is_create(id), self.aside.get(&id).and_then(|aside| aside.made_at_ms));
            for (other, SetAside { operation, reason, .. }) in &self.aside {
                // A press that was to happen at once or never is made again where somebody presses it, and not along with others.
                let is_timed = matches!(reason, SetAsideReason::Expired | SetAsideReason::NotSent);
                if operation.board == *board && operation.widget == *widget && (!again || !is_timed || *other == id) {
                    let at = lane
                        .iter()
                        .take_while(|earlier| place(**earlier) <= place(*other))
                        .count();
                    lane.insert(at, *other);
                }
            }
            let is_whole = lane
                .first()
                .is_some_and(|first| is_create(*first) && (again || *first == id))
                || planted::is(Bug::SiblingsDiscarded);
            if is_whole {
                return lane;
            }
        }
        vec![id]
    }
}

const fn is_create(operation: &Operation) -> bool {
    matches!(operation.intent, Intent::Create { .. })
}
