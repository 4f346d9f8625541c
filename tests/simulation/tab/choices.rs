//! What people write, what they choose of two versions and of what was set aside, and how they change their minds.

use serde_json::json;
use tideboard::{
    protocol::{BoardId, FieldName, Intent, OperationId, Value, WidgetId},
    sync::{Command, Engine, Pending, Resolution, SetAside, SetAsideReason},
};

use super::Tab;
use crate::world::{Happening, World};

impl World {
    pub(super) fn resolve(&mut self, tab: usize, how: u64) {
        if how == 3
            && let Some((conflict, resolution)) = self.tabs[tab].chosen.take()
        {
            let (id, conflict) = (conflict.id(), Box::new(conflict));
            let sent = usize::from(resolution != Resolution::KeepTheirs);
            let was_open = self.tabs[tab].waits_for_a_choice(id);
            let Tab { device, person, .. } = &self.tabs[tab];
            self.ledger.undecided((*device, person), id);
            self.command(tab, Command::Unresolve { conflict, resolution });
            let state = &self.tabs[tab];
            let is_alone = self.tabs.iter().filter(|other| other.device == state.device).count() == 1;
            // An earlier decision that its author has taken back may come through after all.
            let decisions = state.engine.as_ref().map_or(0, |engine| {
                let decides = |pending: &&Pending| pending.operation.resolves == Some(id);
                engine.pending().filter(decides).count()
            });
            if is_alone && !was_open && decisions <= sent && state.waits_for_a_choice(id) {
                self.tabs[tab].asked_again = Some(id);
            }
            return;
        }
        let state = &mut self.tabs[tab];
        let conflict = state.engine.as_ref().and_then(|engine| engine.conflicts().next());
        let Some(conflict) = conflict.cloned() else { return };
        let (id, seen) = (conflict.id(), Some(conflict.operation.id));
        let resolution = match how % 3 {
            0 => Resolution::KeepMine,
            1 => Resolution::KeepTheirs,
            _ => Resolution::Edit(json!(format!("both {}", self.now))),
        };
        self.ledger.decided(&conflict, &resolution);
        state.chosen = Some((conflict, resolution.clone()));
        state.asked_again = state.asked_again.filter(|asked| *asked != id);
        self.command(tab, Command::Resolve { id, seen, resolution });
    }

    pub(super) fn word(&self, tab: usize, board: &BoardId, widget: &WidgetId, field: &FieldName, word: u64) -> Value {
        if field.as_str() != "note" {
            return json!(format!("{word} {}", self.now));
        }
        let engine = self.tabs[tab].engine.as_ref();
        let shown = engine.map(|engine| engine.shown_widget(board, widget).board);
        let old = shown
            .as_ref()
            .and_then(|shown| shown.field(widget, field)?.value.as_str())
            .unwrap_or_default();
        match word % 8 {
            0 if old.len() > 40 => json!(""),
            0..=3 => json!(format!("{word} {old}")),
            4..=6 => json!(format!("{old} {word}")),
            _ => json!(format!("{word}")),
        }
    }

    /// Somebody types for `ms` milliseconds over what is shown now.
    pub(super) fn types(&mut self, tab: usize, place: (BoardId, WidgetId, FieldName), word: u64, ms: u64) {
        let (board, widget, field) = place;
        // No other edit has this value: by it it is known again.
        let word = 1 + word % 7 + 8 * self.now;
        let value = self.word(tab, &board, &widget, &field, word);
        let state = &self.tabs[tab];
        let Some(engine) = &state.engine else { return };
        let shown = engine.shown_widget(&board, &widget).board;
        let base = shown
            .field(&widget, &field)
            .map_or(json!(""), |there| there.value.clone());
        self.ledger.types(tab, state, (&board, &widget, &field), &value);
        let (life, person) = (state.life, state.person.clone());
        let command = Command::SetOn {
            board,
            widget,
            field,
            value,
            base,
        };
        let typed = Happening::Typed {
            tab,
            life,
            person,
            command,
        };
        self.at(self.now + ms, typed);
    }

    /// Now and then a person undoes a decision the moment it was applied, while that is still being stored.
    pub fn undo_at_once(&mut self, tab: usize) {
        let state = &self.tabs[tab];
        let Some(((conflict, _), engine)) = state.chosen.as_ref().zip(state.engine.as_ref()) else {
            return;
        };
        let id = conflict.id();
        let is_applied = engine
            .pending()
            .any(|pending| pending.operation.resolves == Some(id) && pending.verdict.is_some());
        if is_applied && self.dice.chance(20) {
            self.resolve(tab, 3);
        }
    }

    /// With the making of a widget goes all that was set aside of that widget, and nothing else.
    pub(super) fn with_aside(&mut self, tab: usize, command: impl Fn(OperationId) -> Command) {
        let listed = |engine: &Engine| engine.set_aside_list().cloned().collect::<Vec<_>>();
        // Nobody presses anything in a page that stands still.
        let awake = self.tabs[tab].engine.as_ref().filter(|_| !self.tabs[tab].frozen);
        let before = awake.map(listed).unwrap_or_default();
        let Some(chosen) = before.first() else { return };
        let command = command(chosen.operation.id);
        let is_retry = matches!(command, Command::Retry { .. });
        if chosen.reason == SetAsideReason::Unreadable && !is_retry {
            return self.discards(tab, chosen);
        }
        let waiting =
            |engine: &Engine| -> Vec<OperationId> { engine.pending().map(|pending| pending.operation.id).collect() };
        let waited = self.tabs[tab].engine.as_ref().map(waiting).unwrap_or_default();
        self.command(tab, command);
        let after = self.tabs[tab].engine.as_ref().map(listed).unwrap_or_default();
        let waits = self.tabs[tab].engine.as_ref().map(waiting).unwrap_or_default();
        // What its server has forgotten is sent under its id once more, perhaps while this tab still has it from before.
        let is_aside = |id: &OperationId| before.iter().any(|aside| aside.operation.id == *id);
        let is_begun = |id: &OperationId| !waited.contains(id) || is_aside(id);
        let mut begun: Vec<OperationId> = waits.into_iter().filter(is_begun).collect();
        let lane = |aside: &SetAside| (aside.operation.board.clone(), aside.operation.widget.clone());
        let is_gone = |aside: &&SetAside| after.iter().all(|kept| kept.operation.id != aside.operation.id);
        let gone = before
            .iter()
            .filter(|aside| lane(aside) == lane(chosen))
            .filter(is_gone);
        let gone: Vec<&SetAside> = gone.collect();
        // A press may be too late once more: that is listed again.
        let is_timed = |aside: &&&SetAside| matches!(aside.reason, SetAsideReason::Expired | SetAsideReason::NotSent);
        let made_again = gone.len() - gone.iter().filter(is_timed).count();
        if is_retry && begun.len() < made_again {
            let (id, begun) = (chosen.operation.id, begun.len());
            self.ledger.stuck(format!(
                "of {made_again} that were retried with {id:?} {begun} wait again"
            ));
        }
        // With the making of a widget goes what was done with it, and with nothing else anything.
        let is_making = |aside: &SetAside| matches!(aside.operation.intent, Intent::Create { .. });
        let is_whole = if is_retry {
            gone.iter().any(|aside| is_making(aside))
        } else {
            is_making(chosen)
        };
        begun.extend(after.iter().map(|aside| aside.operation.id));
        begun.retain(|id| before.iter().all(|aside| aside.operation.id != *id));
        for aside in gone {
            let id = aside.operation.id;
            if is_retry {
                // What was forgotten is sent again as what it is, and may not be lost a second time.
                let is_itself = aside.reason == SetAsideReason::Forgotten;
                self.ledger.made_again(id, if is_itself { &[] } else { &begun });
            } else if is_whole || id == chosen.operation.id {
                self.ledger.dealt_with(id);
            }
        }
    }
}
