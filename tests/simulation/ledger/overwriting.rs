//! Who writes over what, and what they had seen.

use tideboard::sync::Command;

use super::*;

/// A field that somebody edits in a tab: its number and life, and where the field is.
pub(super) type Edited = (usize, u64, BoardId, WidgetId, FieldName);

/// Where a field is.
type Place<'a> = (&'a BoardId, &'a WidgetId, &'a FieldName);

/// What was on the screen when an edit began that is no operation yet.
#[derive(Debug)]
pub(super) struct Seen {
    pub revision: u64,
    pub value: Option<Value>,
    pub own: HashSet<OperationId>,
}

impl Ledger {
    /// A device's storage was cleared: what its tabs have is stored anew, under numbers that begin anew.
    pub fn cleared(&mut self, device: usize) {
        *self.cleared.entry(device).or_default() += 1 << 32;
    }

    /// Somebody edits a field. Until that is an operation it lies over whatever comes: what they have seen is what is there now.
    pub fn edits(&mut self, number: usize, tab: &Tab, input: &Input) {
        self.begun_now = None;
        match input {
            Input::Command(Command::Set {
                board, widget, field, ..
            }) => self.begins(number, tab, (board, widget, field)),
            Input::Command(Command::SetOn {
                board,
                widget,
                field,
                base,
                value,
            }) => {
                let place = (board, widget, field);
                let edited = (number, tab.life, board.clone(), widget.clone(), field.clone());
                let key = (edited, value.clone());
                let is_there = |there: &Value| there == base;
                let (there, under) = tab
                    .engine
                    .as_ref()
                    .map_or((None, None), |engine| of_field(engine, place));
                if there.as_ref().is_none_or(is_there) || under.as_ref().is_none_or(is_there) {
                    self.typed.remove(&key);
                    self.begins(number, tab, place);
                } else if let Some(engine) = &tab.engine
                    && let Some(seen) = self.typed.get_mut(&key)
                {
                    // What is one's own in the meantime has been on the screen, too.
                    seen.own.extend(shown(engine));
                }
            }
            _ => {}
        }
    }

    /// Somebody begins to type over what is shown: what comes from now on they do not look at.
    pub fn types(&mut self, number: usize, tab: &Tab, place: Place, value: &Value) {
        let edited = (number, tab.life, place.0.clone(), place.1.clone(), place.2.clone());
        if let Some(seen) = tab.engine.as_ref().and_then(|engine| self.seen_now(engine, place)) {
            self.typed.insert((edited, value.clone()), seen);
        }
    }

    fn begins(&mut self, number: usize, tab: &Tab, place: Place) {
        let edited = (number, tab.life, place.0.clone(), place.1.clone(), place.2.clone());
        let Some(engine) = tab.engine.as_ref().filter(|_| !self.edited.contains_key(&edited)) else {
            return;
        };
        if let Some(seen) = self.seen_now(engine, place) {
            self.begun_now = Some(edited.clone());
            self.edited.insert(edited, seen);
        }
    }

    /// What is on the screen of a field. `None` where it can't be edited.
    fn seen_now(&self, engine: &Engine, (board, widget, field): Place) -> Option<Seen> {
        let (_, cursor) = engine.confirmed(board)?;
        let on_screen = engine.shown_widget(board, widget);
        on_screen.widget(widget)?;
        let value = on_screen.board.field(widget, field).map(|field| field.value.clone());
        // Under one's own operation there may be what nobody has seen.
        let under = on_screen.pending.get(widget).and_then(|fields| fields.get(field));
        let under = under.and_then(|id| self.made.get(id));
        let revision = under.map_or(cursor.revision.0, |under| under.seen.min(cursor.revision.0));
        let own = shown(engine);
        Some(Seen { revision, value, own })
    }

    /// What somebody wants is refused, for there is no room for more: what they begin with it they have not begun.
    pub(super) fn refused(&mut self) {
        if let Some(edited) = self.begun_now.take() {
            self.edited.remove(&edited);
        }
    }

    /// What somebody has begun to edit is not taken: it is no operation, and nothing rests on what they had seen.
    pub(super) fn forgoes(&mut self, number: usize, board: &BoardId, widget: &WidgetId) {
        self.edited
            .retain(|(tab, _, of, edited, _), _| (*tab, of, edited) != (number, board, widget));
    }

    /// What was on the screen when this operation began as an edit; of one that did not, nothing.
    pub(super) fn begun(&mut self, (number, life): (usize, u64), operation: &Operation) -> Option<Seen> {
        let Operation {
            board, widget, intent, ..
        } = operation;
        let Intent::Set { field, value } = intent else {
            return None;
        };
        let edited = (number, life, board.clone(), widget.clone(), field.clone());
        let typed = self.typed.remove(&(edited.clone(), value.clone()));
        typed.or_else(|| self.edited.remove(&edited))
    }

    /// What an author had seen under an edit of theirs that a backup has taken back: theirs rested on its revision.
    fn under_wiped(&self, made: &Made, base: Revision) -> u64 {
        let is_it = |id: &&OperationId| self.made.get(id).is_some_and(|under| lane(under) == lane(made));
        let is_gone = |id: &&OperationId| self.truth.values().all(|truth| !truth.verdicts.contains_key(id));
        let decided = self.wiped.iter().filter(|(_, verdict)| verdict.revision() == base);
        let applied = decided.filter(|(_, verdict)| verdict.is_applied()).map(|(id, _)| id);
        let under = applied.filter(is_it).filter(is_gone);
        under.map(|under| self.under(made, *under)).max().unwrap_or(0)
    }

    /// What an author had seen under an edit that their other tab has shown them: as much as that edit says.
    fn under(&self, made: &Made, id: OperationId) -> u64 {
        let own = |under: &&Made| (under.device, &under.person) == (made.device, &made.person);
        let Some(under) = self.made.get(&id).filter(own) else {
            return 0;
        };
        match under.operation.base {
            Some(Base::Operation(id)) => self.under(under, id),
            Some(Base::Revision(seen)) => seen.0,
            None => under.operation.made_at.revision.0,
        }
    }

    /// Whether a value is the one that an author saw under an edit, or under those that it was folded of.
    fn is_seen(&self, truth: &Truth, made: &Made, value: &Value) -> bool {
        let under = match made.operation.base {
            Some(Base::Operation(id)) => self.made.get(&id),
            _ => None,
        };
        let is_void = |made: &&Made| !truth.revisions.contains_key(&made.operation.id);
        made.before.as_ref() == Some(value)
            || under
                .filter(is_void)
                .is_some_and(|made| self.is_seen(truth, made, value))
    }

    /// Somebody is told what became of their operation.
    pub(super) fn told_verdict(&mut self, id: OperationId, verdict: &Verdict) {
        if let Verdict::Applied {
            overwrote: Some(over), ..
        } = verdict
        {
            self.told_over.insert(id, (over.revision, over.value.clone()));
        }
    }

    /// Whether an author was told of a value under an earlier operation of theirs on the same field: a backup may have taken that one back,
    /// and what was told is told.
    fn was_told(&self, made: &Made, revision: u64, value: &Value) -> bool {
        let field = |made: &Made| match &made.operation.intent {
            Intent::Set { field, .. } => Some(field.clone()),
            _ => None,
        };
        let is_earlier = |other: &Made| lane(other) == lane(made) && field(other) == field(made);
        self.told_over.iter().any(|(other, over)| {
            self.wiped.contains_key(other)
                && *over == (Revision(revision), value.clone())
                && self.made.get(other).is_some_and(is_earlier)
        })
    }

    /// Whoever wrote over what they had not seen was told so.
    pub(super) fn check_overwrite(
        &mut self,
        truth: &Truth,
        widget: &WidgetId,
        field: &FieldName,
        id: OperationId,
        verdict: Option<&Verdict>,
    ) {
        let Some(made) = self.made.get(&id) else { return };
        let (
            Intent::Set { value, .. },
            Some(Verdict::Applied {
                verbatim: true,
                overwrote: None,
                ..
            }),
        ) = (&made.operation.intent, verdict)
        else {
            return;
        };
        let Some((previous, revision, standing)) = truth.last.get(&(widget.clone(), field.clone())) else {
            return;
        };
        if standing == value || self.is_seen(truth, made, standing) {
            return; // what its author saw is what stood
        }
        // Whoever resolves a conflict has seen the value on its card, and no later one.
        let seen_from = match (made.operation.resolves, made.operation.base) {
            (Some(_), Some(Base::Revision(shown))) => shown.0,
            (_, Some(Base::Operation(id))) => self.under(made, id).max(made.seen),
            (_, Some(Base::Revision(base))) => self.under_wiped(made, base).max(made.seen),
            _ => made.seen,
        };
        let verbatim = matches!(
            truth.verdicts.get(previous),
            Some(Verdict::Applied { verbatim: true, .. }) | None
        );
        // What was undone here before it was known to be applied comes back under the next edit: that is one's own as well.
        let is_earlier = previous.client == id.client && previous.sequence < id.sequence;
        let own = (is_earlier || made.own.contains(previous)) && verbatim;
        if *revision > seen_from && !own && !self.was_told(made, *revision, standing) {
            let swallowed = format!(
                "{id:?} wrote over {previous:?} (revision {revision}), which its author had not seen (at {seen_from}), and nobody was told: {:?}; own {:?}; verdict of what stood {:?}",
                made.operation,
                made.own,
                truth.verdicts.get(previous)
            );
            self.fail(Failure::Lost(swallowed));
        }
    }
}

/// Who edits what.
fn lane(made: &Made) -> (usize, &str, &BoardId, &WidgetId) {
    let Operation { board, widget, .. } = &made.operation;
    (made.device, &made.person, board, widget)
}

/// What is shown of a field, and what is confirmed of it.
fn of_field(engine: &Engine, (board, widget, field): Place) -> (Option<Value>, Option<Value>) {
    let shown = engine.shown_widget(board, widget);
    let under = shown.confirmed_widget(widget).and_then(|under| under.fields.get(field));
    let there = shown.board.field(widget, field);
    (
        there.map(|field| field.value.clone()),
        under.map(|field| field.value.clone()),
    )
}

/// The operations on the screen that are not confirmed yet.
pub(super) fn shown(engine: &Engine) -> HashSet<OperationId> {
    let ids = engine.pending().map(|pending| pending.operation.id);
    ids.filter(|id| engine.is_shown(*id)).collect()
}
