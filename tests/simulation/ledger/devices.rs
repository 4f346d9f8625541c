//! What devices make, show and store.

use tideboard::{protocol::Base, sync::Pending};

use super::*;

impl Ledger {
    /// Looks at a tab after each of its turns: what it has made, and whether what it shows is so.
    pub fn looked(&mut self, number: usize, tab: &mut Tab, now: Timestamp) {
        let Some(engine) = &tab.engine else { return };
        self.people
            .entry((number, tab.life))
            .or_default()
            .insert(tab.person.clone());
        let unsaved = engine.pending().rev().take_while(|pending| pending.number.is_none());
        let new: Vec<&Pending> = unsaved
            .filter(|pending| !self.made.contains_key(&pending.operation.id))
            .collect();
        for pending in new.into_iter().rev() {
            let operation = &pending.operation;
            let mut own = shown(engine);
            let (mut seen, mut before) = (operation.made_at.revision.0, operation.base_value.clone());
            if let Some(edited) = self.begun((number, tab.life), operation) {
                (seen, before) = (seen.min(edited.revision), edited.value);
                own.extend(edited.own);
            }
            if let Some(Base::Operation(base)) = operation.base {
                // What the one it rests on was laid over has been on the screen, too.
                own.extend(self.made.get(&base).into_iter().flat_map(|base| &base.own));
            }
            let pressed = operation.deadline.and(self.press_ms).map(|ttl| (now.0, ttl));
            let person = engine
                .status()
                .namespace
                .map_or_else(|| "nobody".to_owned(), |namespace| namespace.principal.to_string());
            if person != tab.person {
                let wrong = format!(
                    "{:?} was made by {} under the name of {person}",
                    operation.id, tab.person
                );
                self.failure.get_or_insert(Failure::Lost(wrong));
            }
            let made = Made {
                operation: Operation::clone(operation),
                device: tab.device,
                maker: (number, tab.life),
                person,
                saved: false,
                left_lane: false,
                is_stored_again: false,
                is_turn: pending.is_turn(),
                turns: None,
                number: None,
                pressed,
                seen,
                before,
                own,
                horizon: self
                    .truth
                    .get(&operation.board)
                    .map_or(Revision::ZERO, |truth| truth.horizon),
            };
            self.made.insert(operation.id, made);
        }
        if self.turned_in_vain.remove(&number) {
            let waits = |id: &OperationId| engine.pending().any(|pending| pending.operation.id == *id);
            let own = self.made.iter().filter(|(_, made)| made.maker == (number, tab.life));
            let given_up = own.filter(|(id, made)| !made.saved && !waits(id));
            self.made_anew.extend(given_up.map(|(id, _)| *id));
        }
        let missed = std::mem::take(&mut self.missed);
        for (tab, board, widget) in missed.iter().filter(|_| has_begun_nothing(engine)) {
            // Its widget went from under it, and its author was told: should another come in that place, they see what is there.
            self.forgoes(*tab, board, widget);
        }
        for pending in engine.pending().filter(|pending| pending.withdrawing) {
            let given_up = if pending.is_folded() {
                &mut self.folded
            } else {
                &mut self.taken_back
            };
            given_up.insert(pending.operation.id);
        }
        self.check_asked_again(number, tab);
        self.check_shown(number, tab);
        self.check_seen(number, tab);
        self.check_limits(number, tab);
        self.check_reopened(number, tab);
    }

    /// A board as it durably is and how far a device has come of it, if that is of one history.
    pub(super) fn at_one_history(&self, engine: &Engine, board: &BoardId) -> Option<(&Truth, Cursor)> {
        let (truth, (_, cursor)) = (self.truth.get(board)?, engine.confirmed(board)?);
        truth.contains(cursor).then_some((truth, cursor))
    }

    /// Whether the server can't tell any more what became of an operation, or could not for a while: then nobody lays it over
    /// what may contain it. Where the history in which it was made is no more, it counts as made where it was moved to.
    pub(super) fn may_be_forgotten(&self, engine: &Engine, id: OperationId) -> bool {
        let Some(made) = self.made.get(&id) else { return false };
        let made_at = made.operation.made_at;
        self.truth.get(&made.operation.board).is_some_and(|truth| {
            let is_below = |made_at: Cursor| made_at.revision < made.horizon.max(truth.horizon);
            let mut moved = engine.pending().filter(|pending| pending.operation.id == id);
            is_below(made_at) || (!truth.contains(made_at) && moved.any(|pending| is_below(pending.operation.made_at)))
        })
    }

    /// What was shown of saved edits is shown again by a tab that was killed, as soon as it has read its storage.
    pub(super) fn check_reopened(&mut self, number: usize, tab: &mut Tab) {
        if tab.was_shown.is_empty() {
            return;
        }
        let Some(engine) = tab.engine.as_ref().filter(|engine| engine.status().initialized) else {
            return;
        };
        for ((board, widget, field), (id, value)) in std::mem::take(&mut tab.was_shown) {
            let shown = engine.shown(&board);
            let now = shown
                .as_ref()
                .and_then(|shown| shown.board.field(&widget, &field))
                .map(|field| &field.value);
            let still_pending = engine
                .pending()
                .any(|pending| pending.operation.id == id && engine.is_shown(id));
            let same_person = engine.status().namespace.is_some_and(|namespace| {
                self.made
                    .get(&id)
                    .is_some_and(|made| made.person == namespace.principal.as_str())
            });
            let later_own = shown.as_ref().and_then(|shown| shown.pending.get(&widget)?.get(&field)) != Some(&id);
            // Where a history broke, or its record was damaged, what waits may be stored as something to ask about first.
            let is_doubtful =
                (self.restored || self.is_doubted(id)) && engine.pending().any(|pending| pending.operation.id == id);
            let gone = !still_pending
                && !is_doubtful
                && !self.truth.values().any(|truth| truth.verdicts.contains_key(&id))
                && !self.wiped.contains_key(&id)
                && !self.may_be_forgotten(engine, id)
                && !self.taken_back.contains(&id)
                && !self.is_covered(id)
                && !self.dealt.contains(&id)
                && !engine.set_aside_list().any(|aside| aside.operation.id == id);
            if same_person && (gone || (still_pending && !later_own && now != Some(&value))) {
                self.fail(Failure::Lost(format!(
                    "tab {number} showed {id:?} on {widget}.{field} before it was killed, and does not now"
                )));
            }
        }
    }

    pub fn noticed(&mut self, tab: usize, notice: &Notice) {
        match notice {
            Notice::Decided { id, verdict } => self.told_verdict(*id, verdict),
            Notice::Refused {
                error: CommandError::DeviceFull,
                widget: Some((board, widget)),
            } => self.forgoes(tab, board, widget),
            Notice::Refused {
                error: CommandError::UnknownWidget,
                widget: Some((board, widget)),
            } => self.missed.push((tab, board.clone(), widget.clone())),
            Notice::Refused {
                error: CommandError::OutboxFull { .. } | CommandError::Undecided { .. },
                widget,
            } => {
                self.refused();
                // Or that was begun a while ago, and is to be an operation now.
                let missed = widget
                    .iter()
                    .map(|(board, widget)| (tab, board.clone(), widget.clone()));
                self.missed.extend(missed);
            }
            Notice::Refused {
                error: CommandError::NothingToUndo | CommandError::NothingToRedo,
                ..
            } => _ = self.turned_in_vain.insert(tab),
            _ => {}
        }
    }

    /// What is stored for somebody who has signed out: they are told nothing, so that what another tab has turned round before them
    /// is what is left out of the operations they made. Nor does anybody see what they have undone, where that had to wait for their
    /// storage: it is as taken back as what a screen shows so, from when it is stored.
    pub fn left_out(&mut self, maker: (usize, u64), transaction: &Transaction, outcome: &Outcome) {
        if matches!(outcome, Outcome::Done { .. }) {
            let waiting = transaction.put.iter().filter(|(key, _)| key.starts_with("outbox/"));
            let waiting = waiting.map(|(_, text)| text).chain(&transaction.append);
            let undone = waiting.filter(|text| text.contains(r#""withdrawing":true,"why":"undone""#));
            self.taken_back.extend(undone.map(|text| appended_id(text)));
        }
        let appended: Vec<OperationId> = transaction.append.iter().map(|text| appended_id(text)).collect();
        let is_before = |id: &OperationId| {
            let mut later = appended.iter();
            later.any(|other| other.client == id.client && other.sequence > id.sequence)
        };
        let own = self.made.iter().filter(|(_, made)| made.maker == maker && !made.saved);
        let given_up = own.filter(|(id, _)| is_before(id) && !appended.contains(id));
        self.made_anew.extend(given_up.map(|(id, _)| *id));
    }

    /// A storage took a transaction: from here on other tabs may read it.
    pub fn appended(
        &mut self,
        (device, person): (usize, &str),
        maker: (usize, u64),
        transaction: &Transaction,
        outcome: &Outcome,
        is_pending: impl Fn(u64) -> bool,
    ) {
        let Outcome::Done { first } = outcome else {
            // What was to be appended along with a settled state is made anew with the next.
            let with_state = transaction.put.iter().any(|(key, _)| key.starts_with("meta/"));
            let appended = transaction.append.iter().map(|text| appended_id(text));
            return self.made_anew.extend(appended.filter(|_| with_state));
        };
        let cleared = self.cleared.get(&device).copied().unwrap_or(0);
        let is_pending = |number: u64| number.checked_sub(cleared).is_some_and(&is_pending);
        // Also where its tab is killed before it is told so.
        self.undone((device, person), transaction);
        for (key, text) in &transaction.put {
            if key.starts_with("aside/") && text.contains(r#""reason":"forgotten""#) {
                let id = appended_id(text);
                self.forgotten.insert(id);
                if let Some(made) = self.made.get_mut(&id) {
                    made.left_lane = true;
                }
            }
            if let Some(card) = key.strip_prefix("conflict/") {
                let (id, card) = (appended_id(text), card.parse().expect("an operation's id"));
                // A decision that met another value is on the card that it was to decide.
                let is_decision = self.made.get(&id).is_some_and(|made| made.operation.resolves.is_some());
                if id != card && !is_decision {
                    self.joined.insert(id, card);
                }
            }
        }
        for (number, text) in (cleared + *first..).zip(&transaction.append) {
            let id = appended_id(text);
            self.lost_since(number, id, (device, person));
            self.check_redone(id, text, (device, person));
            if !self.made.contains_key(&id) {
                // Typed a moment before somebody else signed in: nobody has seen it wait.
                self.made_unseen(text, device, person, maker);
            }
            let turns = self.turned_by((device, person), text, transaction);
            if let Some(made) = self.made.get_mut(&id) {
                made.turns = made.turns.or(turns);
                // Sent again by two tabs it is there twice, and goes in the place of the first.
                let place = made.number.filter(|first| is_pending(*first));
                made.is_stored_again |= made.number.is_some_and(|first| first < cleared);
                (made.number, made.device, made.left_lane) = (place.or(Some(number)), device, false);
            }
            if let Some((amount, (added, _))) = self.addition((device, person), id)
                && amount > 0
            {
                *added += 1;
            }
        }
    }

    /// What had this number before, or a later one, was on a disk that has lost it: what of it was a redo can be done once more.
    fn lost_since(&mut self, number: u64, appended: OperationId, (device, person): (usize, &str)) {
        let of_outbox = |made: &Made| (made.device, made.person.as_str()) == (device, person);
        let is_lost = |made: &Made| made.number.is_some_and(|lost| lost >= number) && of_outbox(made);
        for (id, made) in self
            .made
            .iter_mut()
            .filter(|(id, made)| **id != appended && is_lost(made))
        {
            made.number = None;
            if self.redone.remove(id) {
                *self.redoable.entry((device, person.to_owned())).or_default() += 1;
            }
        }
    }

    /// Which operation one that is appended as `text` turns round: of its field and at its revision, and claimed or settled along.
    fn turned_by(&self, (device, person): (usize, &str), text: &str, transaction: &Transaction) -> Option<OperationId> {
        let stored: serde_json::Value = serde_json::from_str(text).expect("an outbox record");
        let over = Revision(stored["turn"]["over"][0].as_u64()?);
        let made = self.made.get(&appended_id(text))?;
        let is_own = |key: &str| key.starts_with("journal/") || key.starts_with("outbox/");
        let claimed = transaction.expect.iter().filter(|(key, _)| is_own(key));
        let claimed = claimed.filter_map(|(_, text)| Some(appended_id(text.as_ref()?)));
        let settled = transaction.delete.iter().filter_map(|key| key.strip_prefix("outbox/"));
        let settled: Vec<u64> = settled
            .filter_map(|digits| u64::from_str_radix(digits, 16).ok())
            .collect();
        let is_settled = |(_, made): &(&OperationId, &Made)| {
            let is_own = (made.device, made.person.as_str()) == (device, person);
            is_own && made.number.is_some_and(|number| settled.contains(&number))
        };
        let settled = self.made.iter().filter(is_settled).map(|(id, _)| *id);
        let of_field = |id: &OperationId| {
            let Some(earlier) = self.made.get(id) else { return false };
            let place = |made: &Made| (made.operation.widget.clone(), made.operation.intent.field().cloned());
            let verdicts = self.truth.get(&made.operation.board).map(|truth| &truth.verdicts);
            let verdict = verdicts
                .and_then(|verdicts| verdicts.get(id))
                .or_else(|| self.wiped.get(id));
            place(earlier) == place(made) && verdict.is_some_and(|verdict| verdict.revision() == over)
        };
        claimed.chain(settled).find(of_field)
    }

    /// What an operation adds, and how often as much was added there and reversed.
    fn addition(&mut self, (device, person): (usize, &str), id: OperationId) -> Option<(i64, &mut (u64, u64))> {
        let Operation {
            board, widget, intent, ..
        } = &self.made.get(&id)?.operation;
        let Intent::Add { amount, .. } = intent else {
            return None;
        };
        let what = (
            device,
            person.to_owned(),
            board.clone(),
            widget.clone(),
            amount.unsigned_abs(),
        );
        Some((*amount, self.additions.entry(what).or_default()))
    }

    /// What was added once is taken away once, in however many tabs undo is pressed.
    fn check_reversed(&mut self, outbox: (usize, &str), id: OperationId, text: &str) {
        let is_first = self.made.get(&id).is_some_and(|made| !made.saved);
        if !is_first || !text.contains(r#""turn":{"does":"undo","#) {
            return;
        }
        let Some((amount, (added, reversed))) = self.addition(outbox, id).filter(|(amount, _)| *amount < 0) else {
            return;
        };
        *reversed += 1;
        if reversed > added {
            self.fail(Failure::Duplicated(format!(
                "{id:?} adds {amount}, and what it reverses was reversed before"
            )));
        }
    }

    /// What was undone once is redone once.
    fn check_redone(&mut self, id: OperationId, text: &str, (device, person): (usize, &str)) {
        // What meets nothing but a removal is sent again as well, and comes of no press; so is what was redone and is stored twice.
        let is_redo = text.contains(r#""turn":{"does":"redo","edit":"#) && !text.contains(r#""resolves":"#);
        let is_first = self.made.get(&id).is_none_or(|made| made.number.is_none());
        if !is_redo || !is_first {
            return;
        }
        self.redone.insert(id);
        let left = self.redoable.entry((device, person.to_owned())).or_default();
        *left -= 1;
        if *left < 0 {
            self.fail(Failure::Duplicated(format!(
                "{id:?} does once more what was not undone again"
            )));
        }
    }

    fn made_unseen(&mut self, text: &str, device: usize, person: &str, maker: (usize, u64)) {
        let stored: serde_json::Value = serde_json::from_str(text).expect("an outbox record");
        let operation = serde_json::from_value(stored["operation"].clone());
        let operation: Operation = operation.expect("an outbox record");
        let is_own = |made: &Made| {
            let lane = (&made.operation.board, &made.operation.widget);
            (made.device, made.person.as_str(), lane) == (device, person, (&operation.board, &operation.widget))
        };
        self.begun(maker, &operation);
        let own = self.made.iter().filter(|(_, made)| is_own(made));
        let made = Made {
            device,
            maker,
            person: person.to_owned(),
            saved: false,
            left_lane: false,
            is_stored_again: false,
            is_turn: ["undo", "redo"].iter().any(|does| stored["turn"]["does"] == *does) || stored["why"] == "undoes",
            turns: None,
            number: None,
            pressed: None,
            seen: operation.made_at.revision.0,
            before: operation.base_value.clone(),
            own: own.map(|(id, _)| *id).collect(),
            horizon: self
                .truth
                .get(&operation.board)
                .map_or(Revision::ZERO, |truth| truth.horizon),
            operation,
        };
        self.made.insert(made.operation.id, made);
    }

    /// An applied operation that a device keeps no longer, and does not list, was undone by its author.
    fn undone(&mut self, (device, person): (usize, &str), transaction: &Transaction) {
        let unlisted = |id: &OperationId| {
            let aside = format!("aside/{id}");
            transaction.put.iter().all(|(key, _)| *key != aside)
        };
        for key in &transaction.delete {
            let number = key.strip_prefix("journal/");
            let Some(number) = number.and_then(|digits| u64::from_str_radix(digits, 16).ok()) else {
                continue;
            };
            let of_it =
                |made: &&Made| (made.device, made.number, made.person.as_str()) == (device, Some(number), person);
            let gone = self.made.values().filter(of_it).map(|made| made.operation.id);
            // What went together with what it had turned round takes nobody's press.
            let is_undone = |id: &OperationId| unlisted(id) && !self.dealt.contains(id) && !self.went_in_pairs(*id);
            let gone: Vec<OperationId> = gone.filter(is_undone).collect();
            let presses = self.presses.entry(device).or_default();
            for id in gone {
                if *presses > 0 {
                    *presses -= 1;
                    self.dealt.insert(id);
                }
            }
        }
    }

    /// A tab was told that its operations are saved: from here on none may be lost.
    pub fn saved(&mut self, outbox: (usize, &str), transaction: &Transaction, answer: &Input) {
        if let Input::Committed(Outcome::Done { .. }) = answer {
            for text in &transaction.append {
                let id = appended_id(text);
                self.check_reversed(outbox, id, text);
                if let Some(made) = self.made.get_mut(&id) {
                    made.saved = true;
                }
            }
        }
    }
}

/// Whether a tab holds no edit that is no operation yet.
pub(super) fn has_begun_nothing(engine: &Engine) -> bool {
    let waits = |pending: &&Pending| pending.verdict.is_none() && !pending.withdrawing;
    engine.status().pending == engine.pending().filter(waits).count()
}
