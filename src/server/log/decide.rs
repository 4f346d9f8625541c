//! How one pushed item is answered: the rules of `docs/protocol.md`, in their order.

use std::sync::Arc;

use super::{Decision, Log, Row};
use crate::{
    board::{Catalog, Policy, merge_text, value_bytes},
    config::{
        FIELD_OVERHEAD_BYTES, FIELDS_LEN_MAX, RETRY_MS_MAX, ROWS_AT_HEAD_LEN_MAX, WIDGET_BYTES_MAX, WIDGETS_LEN_MAX,
    },
    planted::{self, Bug},
    protocol::{
        Answer, Base, BoardId, Change, Contention, Cursor, Device, Effect, FieldName, Identity, Intent, Operation,
        OperationId, Overwritten, PushItem, Rejection, Revision, RunId, Value, Verdict, Widget, WidgetId, Writer,
    },
    server::series::{Formula, FormulaError},
    time::Timestamp,
};

/// Who asks, when, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Server time.
    pub now: Timestamp,
    /// This server process.
    pub run: RunId,
    /// Who pushed.
    pub identity: &'a Identity,
    /// Their device.
    pub device: Option<&'a Device>,
    /// The kinds of widget.
    pub catalog: &'a Catalog,
}

/// What an operation comes to, before it is recorded.
pub(super) enum Outcome {
    Applies {
        effect: Effect,
        verbatim: bool,
        overwrote: Option<Box<Overwritten>>,
    },
    Conflicts {
        contention: Contention,
        theirs: Box<Overwritten>,
    },
    Rejected(Rejection),
}

impl Log {
    /// Answers one item and stages what it changes. A verdict may be told only when the record that holds it is
    /// durable; that goes for a duplicate of a staged one too.
    pub fn decide(&mut self, context: &Context<'_>, item: &PushItem) -> Answer {
        if let Some(answer) = self.recall(context.identity, item.id()) {
            return answer;
        }
        let made_at = item.made_at();
        if made_at.revision < self.horizon && !planted::is(Bug::RowsForgottenWithoutHorizon) {
            return Answer::TooOld { horizon: self.horizon };
        }
        if !self.history.contains(made_at, self.head) && !planted::is(Bug::CursorWithoutEpoch) {
            return Answer::History;
        }
        // No row for who may only watch: theirs would fill the store, and take the room of others' verdicts.
        if !context.identity.may_edit() {
            return Answer::ReadOnly;
        }
        match item {
            PushItem::Withdraw { id, base, .. } => self.withdraw(context, *id, made_at, *base),
            PushItem::Operation { operation, after } => self.decide_operation(context, operation, *after),
        }
    }

    /// The answer to an operation that has a row.
    #[must_use]
    pub fn recall(&self, identity: &Identity, id: OperationId) -> Option<Answer> {
        let row = self.rows.get(&id)?;
        let own = row.principal == identity.principal;
        let verdict = || Answer::Verdict {
            verdict: Verdict::clone(&row.verdict),
            duplicate: true,
        };
        Some(if own { verdict() } else { Answer::NotYours })
    }

    /// Whether an operation was decided here.
    #[must_use]
    pub fn has_row(&self, id: OperationId) -> bool {
        self.rows.contains_key(&id)
    }

    /// Records a refusal that was decided elsewhere, at this log's head.
    pub fn refuse(&mut self, context: &Context<'_>, id: OperationId, verdict: Verdict) -> Answer {
        self.record(context, id, self.head, verdict)
    }

    fn withdraw(&mut self, context: &Context<'_>, id: OperationId, made_at: Cursor, base: Option<Base>) -> Answer {
        let Some(base) = self.effective_base(base, made_at) else {
            return Answer::Hold;
        };
        let verdict = Verdict::Withdrawn { revision: self.head };
        if planted::is(Bug::WithdrawNotRecorded) {
            return Answer::Verdict {
                verdict,
                duplicate: false,
            };
        }
        self.record(context, id, base, verdict)
    }

    fn decide_operation(&mut self, context: &Context<'_>, operation: &Operation, after: Option<OperationId>) -> Answer {
        if operation.schema > planted::schema() {
            return Answer::Retry {
                after_ms: RETRY_MS_MAX,
                reason: "The server is older than this program: your edits wait safely until it is updated.".into(),
            };
        }
        if after.is_some_and(|after| !self.rows.contains_key(&after)) && !planted::is(Bug::LaneWithoutAfter) {
            return Answer::Hold;
        }
        let base = match &operation.intent {
            Intent::Restore { removal } => Some(*removal),
            _ => operation.base,
        };
        let Some(base) = self.effective_base(base, operation.made_at) else {
            return Answer::Hold;
        };
        let late = operation
            .deadline
            .is_some_and(|deadline| deadline.run != context.run || context.now > deadline.at);
        if late && !planted::is(Bug::DeadlineOnClientClock) {
            return self.record(context, operation.id, base, Verdict::Expired { revision: self.head });
        }
        let outcome = self
            .check(context, operation)
            .map_or_else(Outcome::Rejected, |()| self.outcome(context, operation, base));
        let revision = self.head;
        let verdict = match outcome {
            Outcome::Rejected(reason) => Verdict::Rejected { revision, reason },
            Outcome::Conflicts { contention, theirs } => Verdict::Conflict {
                revision,
                contention,
                theirs,
            },
            Outcome::Applies {
                effect,
                verbatim,
                overwrote,
            } => {
                let revision = revision.next();
                self.apply(context, operation, effect, revision);
                Verdict::Applied {
                    revision,
                    verbatim,
                    overwrote,
                }
            }
        };
        if planted::is(Bug::OnlyAppliedRecorded) && !verdict.is_applied() {
            return Answer::Verdict {
                verdict,
                duplicate: false,
            };
        }
        self.record(context, operation.id, base, verdict)
    }

    fn apply(&mut self, context: &Context<'_>, operation: &Operation, effect: Effect, revision: Revision) {
        let writer = Writer {
            principal: context.identity.principal.clone(),
            device: context.device.map(|device| device.name.clone()),
            colour: context.device.map(|device| device.colour),
            at: context.now,
        };
        let change = Change {
            id: operation.id,
            revision,
            widget: operation.widget.clone(),
            effect,
            writer,
            deadline: operation.deadline,
        };
        self.head = revision;
        self.history.note(revision, self.epoch);
        self.board.apply(&change);
        self.staged.changes.push(change.clone());
        self.remember(change);
    }

    fn record(&mut self, context: &Context<'_>, id: OperationId, base: Revision, verdict: Verdict) -> Answer {
        if !verdict.is_applied() && self.rows_at_head() >= ROWS_AT_HEAD_LEN_MAX {
            let reason = format!(
                "This board has answered {ROWS_AT_HEAD_LEN_MAX} edits since it last changed, the most it can remember. \
                 Change something else on it first."
            );
            return Answer::Retry {
                after_ms: RETRY_MS_MAX,
                reason,
            };
        }
        let principal = context.identity.principal.clone();
        self.decided.push_back((verdict.revision(), context.now, id));
        self.rows.insert(
            id,
            Row {
                principal: principal.clone(),
                verdict: Arc::new(verdict.clone()),
                base,
            },
        );
        self.staged.decisions.push(Decision {
            id,
            principal,
            verdict: verdict.clone(),
            base,
        });
        Answer::Verdict {
            verdict,
            duplicate: false,
        }
    }

    /// The revision an author had in effect seen. One's own earlier operation counts as seen only where it stands
    /// as it was sent; else what *it* had seen is inherited, so that a merge or another's value is never taken for
    /// one's own. `None` when that operation has no row.
    fn effective_base(&self, base: Option<Base>, made_at: Cursor) -> Option<Revision> {
        match base {
            None => Some(made_at.revision),
            Some(Base::Revision(revision)) => Some(revision),
            Some(Base::Operation(id)) => self.rows.get(&id).map(|row| match *row.verdict {
                Verdict::Applied { revision, verbatim, .. }
                    if verbatim || planted::is(Bug::ChainedBaseCountsAsSeen) =>
                {
                    revision
                }
                _ => row.base,
            }),
        }
    }

    /// Whether an author went on from a value of their own that never came onto the board: what they changed of it can't be told from
    /// what it was refused for.
    fn rests_on_refused(&self, operation: &Operation) -> bool {
        let Some(Base::Operation(id)) = operation.base else {
            return false;
        };
        let verdict = self.rows.get(&id).map(|row| &*row.verdict);
        matches!(
            verdict,
            Some(Verdict::Conflict { .. } | Verdict::Rejected { .. } | Verdict::Expired { .. })
        )
    }

    /// Types and limits.
    pub(super) fn check(&self, context: &Context<'_>, operation: &Operation) -> Result<(), Rejection> {
        let needs_birth = operation.board != BoardId::directory() && !operation.is_birth();
        if needs_birth && self.board.widget(&WidgetId::birth()).is_none() {
            return Err(Rejection::UnknownBoard);
        }
        let widget = self.board.widget(&operation.widget);
        match (&operation.intent, widget) {
            (Intent::Create { .. }, Some(_)) => Err(Rejection::Exists),
            (Intent::Create { kind, fields }, None) => {
                if self.board.len() >= WIDGETS_LEN_MAX {
                    return Err(too_many("widgets", WIDGETS_LEN_MAX));
                }
                if fields.len() > FIELDS_LEN_MAX {
                    return Err(too_many("fields", FIELDS_LEN_MAX));
                }
                within(fields.values().map(field_bytes).sum())?;
                context.catalog.check_create(kind, fields)?;
                fields.iter().try_for_each(|(field, value)| formulas(field, value))
            }
            (_, None) => Err(Rejection::UnknownWidget),
            (Intent::Set { field, value }, Some(widget)) => {
                context.catalog.check_edit(widget, &operation.intent)?;
                let spec = context.catalog.field(&widget.kind, field)?;
                spec.check_deadline(operation.deadline)?;
                formulas(field, value)?;
                fits(widget, field, value)
            }
            (Intent::Add { .. }, Some(widget)) => context.catalog.check_edit(widget, &operation.intent),
            (Intent::Remove, Some(_)) if needs_birth && operation.widget.is_birth() => Err(Rejection::BirthRecord),
            (Intent::Remove | Intent::Restore { .. }, Some(_)) => Ok(()),
        }
    }

    pub(super) fn outcome(&self, context: &Context<'_>, operation: &Operation, base: Revision) -> Outcome {
        let Some(widget) = self.board.widget(&operation.widget) else {
            return self.effect(operation); // a create, or `check` would have refused
        };
        match (&operation.intent, widget.removed) {
            (Intent::Remove, _) => self.effect(operation),
            (Intent::Restore { .. }, Some(removed)) if removed <= base => self.effect(operation),
            (Intent::Restore { .. }, _) => Outcome::Rejected(Rejection::NotRemoved),
            (_, Some(removed)) => {
                let theirs = Overwritten {
                    value: Value::Null,
                    revision: removed,
                    writer: widget.removed_by.clone(),
                };
                Outcome::Conflicts {
                    contention: Contention::Removed,
                    theirs: Box::new(theirs),
                }
            }
            (Intent::Set { field, value }, None) => {
                self.outcome_of_set(context, operation, (field, value), base, widget)
            }
            _ => self.effect(operation),
        }
    }

    fn outcome_of_set(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        (field, value): (&FieldName, &Value),
        base: Revision,
        widget: &Widget,
    ) -> Outcome {
        let applies = |value: Value, verbatim, overwrote| Outcome::Applies {
            effect: Effect::Assigned {
                field: field.clone(),
                value,
            },
            verbatim,
            overwrote,
        };
        let Some(current) = widget
            .fields
            .get(field)
            .filter(|current| current.revision > base && current.value != *value)
        else {
            return applies(value.clone(), true, None);
        };
        let theirs = Box::new(Overwritten {
            value: current.value.clone(),
            revision: current.revision,
            writer: Some(current.writer.clone()),
        });
        let merged = || {
            if self.rests_on_refused(operation) {
                return None;
            }
            let text = merge_text(
                operation.base_value.as_ref()?.as_str()?,
                value.as_str()?,
                current.value.as_str()?,
            )?;
            let text = Value::from(text);
            // Within limits as well: what two people wrote may be too long together.
            let spec = context.catalog.field(&widget.kind, field).ok()?;
            (spec.check(&text, |_| None).is_ok() && fits(widget, field, &text).is_ok()).then_some(text)
        };
        match context
            .catalog
            .field(&widget.kind, field)
            .map_or(Policy::Ask, |spec| spec.policy)
        {
            Policy::LastWriteWins => applies(value.clone(), true, Some(theirs)),
            Policy::FirstWriteWins => Outcome::Conflicts {
                contention: Contention::FirstWriteWins,
                theirs,
            },
            Policy::Merge if let Some(text) = merged() => {
                let verbatim = text == *value;
                applies(text, verbatim, None)
            }
            Policy::Merge | Policy::Ask => Outcome::Conflicts {
                contention: Contention::Ask,
                theirs,
            },
        }
    }

    /// What the board's own rules make of an intent that nothing stands against.
    fn effect(&self, operation: &Operation) -> Outcome {
        match self.board.effect_of(&operation.widget, &operation.intent) {
            Some(effect) => Outcome::Applies {
                effect,
                verbatim: true,
                overwrote: None,
            },
            None => Outcome::Rejected(Rejection::Overflow), // the one thing left that can fail: a checked addition
        }
    }
}

fn too_many(what: &str, len_max: usize) -> Rejection {
    Rejection::TooMany {
        what: what.to_owned(),
        len_max: len_max as u64,
    }
}

/// What a field takes in a frame.
fn field_bytes(value: &Value) -> usize {
    value_bytes(value) + FIELD_OVERHEAD_BYTES
}

fn within(bytes: usize) -> Result<(), Rejection> {
    if bytes > WIDGET_BYTES_MAX {
        Err(Rejection::TooLarge {
            bytes_max: WIDGET_BYTES_MAX as u64,
        })
    } else {
        Ok(())
    }
}

/// Whether what is meant as a formula among the series that a field names is one: nobody else would tell its author.
fn formulas(field: &FieldName, value: &Value) -> Result<(), Rejection> {
    let names = value.as_array().filter(|_| field.as_str() == "series");
    check_series(names.into_iter().flatten().filter_map(Value::as_str))
}

/// The same of the names themselves.
pub fn check_series<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), Rejection> {
    let mut errors = names
        .into_iter()
        .filter_map(|name| Some((name, Formula::read(name)?.err()?)));
    errors.next().map_or(Ok(()), |(name, error)| {
        Err(Rejection::WrongType {
            expected: match error {
                FormulaError::TooLong => format!("names and formulas, one of which is too long ({error})"),
                _ => format!("series and formulas, and `{name}` is none ({error})"),
            },
        })
    })
}

/// Whether a widget with `field` set to `value` is still within its limits.
pub(super) fn fits(widget: &Widget, field: &FieldName, value: &Value) -> Result<(), Rejection> {
    if widget.fields.len() >= FIELDS_LEN_MAX && !widget.fields.contains_key(field) {
        return Err(too_many("fields", FIELDS_LEN_MAX));
    }
    let others: usize = widget
        .fields
        .iter()
        .filter(|(name, _)| *name != field)
        .map(|(_, field)| field_bytes(&field.value))
        .sum();
    within(others + field_bytes(value))
}
