//! Changes that other programs ask for with one request: made here, of the board as it stands, and decided as anybody's.
//!
//! Who calls keeps no outbox and has seen no cursor. So its operation is made where it is decided: its author has seen all there is, and
//! conflicts with nobody, unless the call says what was seen.

use super::{
    Context, Log,
    decide::{Outcome, fits},
};
use crate::{
    board::{LINE, MS_DIGITS, kinds, moment_after, outgrown, value_bytes, written_at},
    config::{FIELDS_LEN_MAX, SCHEMA},
    protocol::{
        Answer, Base, BoardId, ClientId, Deadline, FieldName, Intent, Kind, Operation, OperationId, PushItem,
        Rejection, Revision, Value, Verdict, Widget, WidgetId,
    },
    time::Timestamp,
};

/// The least that may number a call's operation.
pub const SEQUENCE_MIN: u64 = FIELDS_LEN_MAX as u64 + 1;

/// A change that a program asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its operation. What the same key asks for has the same `client`, and the same of it the same `sequence`. That is at least
    /// [`SEQUENCE_MIN`]: the numbers right below it are of the lines that are taken away for a new one.
    pub id: OperationId,
    /// Whether it came with a key, by which it may be sent again.
    pub has_key: bool,
    /// The board.
    pub board: BoardId,
    /// The widget.
    pub widget: WidgetId,
    /// The field; of a line, the name that it gets unless another one has come as late.
    pub field: FieldName,
    /// What becomes of it.
    pub change: CallChange,
    /// The board's revision that its author has seen; `None`: as it stands.
    pub seen: Option<Revision>,
    /// It takes effect within so many milliseconds of `at`, or never.
    pub within_ms: Option<u64>,
    /// When it came.
    pub at: Timestamp,
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum CallChange {
    /// It gets a value.
    Set(Value),
    /// So much is added to it.
    Add(i64),
    /// It is a new line of a log, and the oldest make room.
    Line(String),
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Called {
    /// It was decided, now or before.
    Answered {
        /// What is answered to anybody's operation. Without a key, what is refused leaves no row: nobody can ask for it again.
        answer: Answer,
        /// What was changed just now: the field, and what it holds.
        changed: Option<(FieldName, Value)>,
    },
    /// There is no such board, widget or field.
    Unknown {
        /// Which of them.
        what: Rejection,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The key was used for something else.
    KeyUsed,
    /// The field is set now or never, and the call does not say within which time.
    NeedsDeadline,
    /// The widget has no lines.
    NoLog {
        /// What it is.
        kind: Kind,
    },
    /// What its author has seen is not there: the board went back to a backup, or it is another one.
    NotSeen {
        /// Where the board is.
        head: Revision,
    },
}

impl Log {
    /// Decides a call, and stages what it changes.
    pub fn call(&mut self, context: &Context<'_>, call: &Call) -> Called {
        let answered = |answer| Called::Answered { answer, changed: None };
        if !context.identity.may_edit() {
            return answered(Answer::ReadOnly);
        }
        // Before all else: what was decided stays so, though its widget may be gone by now.
        if let Some(answer) = self.recall(context.identity, call.id) {
            return answered(answer);
        }
        if call.has_key && self.has_rows_of(call.id.client) {
            return Called::KeyUsed;
        }
        let (intent, oldest) = match self.target(context, call) {
            Ok(widget) => {
                let intent = call.intent(widget);
                let oldest = oldest_for(context, widget, &intent);
                (intent, oldest)
            }
            Err(refused) => return refused,
        };
        let operation = self.operation(context, call, call.id, intent.clone());
        if oldest.is_empty()
            && !call.has_key
            && let Some(verdict) = self.refusal(context, &operation, call.seen.unwrap_or(self.head))
        {
            return answered(Answer::Verdict {
                verdict,
                duplicate: false,
            });
        }
        let first = call.id.sequence.saturating_sub(oldest.len() as u64);
        for (sequence, field) in (first..).zip(oldest) {
            let id = OperationId { sequence, ..call.id };
            let gone = Intent::Set {
                field,
                value: Value::Null,
            };
            self.decide(context, &item(self.operation(context, call, id, gone)));
        }
        let changes = intent.field().cloned();
        let answer = self.decide(context, &item(self.operation(context, call, call.id, intent)));
        let is_applied = matches!(&answer, Answer::Verdict { verdict, .. } if verdict.is_applied());
        let changed = changes.filter(|_| is_applied).and_then(|name| {
            let value = self.board.field(&call.widget, &name)?.value.clone();
            Some((name, value))
        });
        Called::Answered { answer, changed }
    }

    fn has_rows_of(&self, client: ClientId) -> bool {
        let of = |sequence| OperationId { client, sequence };
        self.rows.range(of(0)..=of(u64::MAX)).next().is_some()
    }

    /// The widget that is meant, where it has the field. What is wrong here leaves no row: it may be right a moment later.
    fn target(&self, context: &Context<'_>, call: &Call) -> Result<&Widget, Called> {
        let Some(widget) = self.board.widget(&call.widget) else {
            let widgets = self.board.present().filter(|(id, _)| !id.is_birth());
            return Err(Called::Unknown {
                what: Rejection::UnknownWidget,
                known: widgets.map(|(id, _)| id.as_str().to_owned()).collect(),
            });
        };
        if matches!(call.change, CallChange::Line(_)) && widget.kind.as_str() != kinds::LOG {
            return Err(Called::NoLog {
                kind: widget.kind.clone(),
            });
        }
        let fields = || {
            let kind = context.catalog.kind(&widget.kind);
            let fields = kind.into_iter().flat_map(|kind| &kind.fields);
            fields.map(|field| field.name.to_owned()).collect()
        };
        let spec = context.catalog.field(&widget.kind, &call.field);
        let spec = spec.map_err(|what| Called::Unknown { what, known: fields() })?;
        if spec.is_now_or_never && call.within_ms.is_none() {
            return Err(Called::NeedsDeadline);
        }
        match call.seen {
            Some(seen) if seen > self.head => Err(Called::NotSeen { head: self.head }),
            _ => Ok(widget),
        }
    }

    fn operation(&self, context: &Context<'_>, call: &Call, id: OperationId, intent: Intent) -> Operation {
        Operation {
            id,
            board: call.board.clone(),
            widget: call.widget.clone(),
            schema: SCHEMA,
            made_at: self.cursor(),
            intent,
            base: call.seen.map(Base::Revision),
            base_value: None,
            deadline: call.within_ms.map(|ms| Deadline {
                run: context.run,
                at: call.at.plus(ms),
            }),
            resolves: None,
        }
    }

    /// Why an operation would not take effect. Nothing is staged.
    fn refusal(&self, context: &Context<'_>, operation: &Operation, base: Revision) -> Option<Verdict> {
        let revision = self.head;
        if operation.deadline.is_some_and(|deadline| context.now > deadline.at) {
            return Some(Verdict::Expired { revision });
        }
        let checked = self.check(context, operation);
        match checked.map_or_else(Outcome::Rejected, |()| self.outcome(context, operation, base)) {
            Outcome::Applies { .. } => None,
            Outcome::Rejected(reason) => Some(Verdict::Rejected { revision, reason }),
            Outcome::Conflicts { contention, theirs } => Some(Verdict::Conflict {
                revision,
                contention,
                theirs,
            }),
        }
    }
}

impl Call {
    /// The change as an operation has it, on this widget.
    fn intent(&self, widget: &Widget) -> Intent {
        let field = self.field.clone();
        match &self.change {
            CallChange::Add(amount) => Intent::Add { field, amount: *amount },
            CallChange::Set(value) => {
                let value = value.clone();
                Intent::Set { field, value }
            }
            CallChange::Line(text) => Intent::Set {
                field: behind_all(widget, field),
                value: text.as_str().into(),
            },
        }
    }
}

/// A line's name, later than those that came before: two may come in the same millisecond, and a device's clock may be a little ahead.
fn behind_all(widget: &Widget, name: FieldName) -> FieldName {
    let Some(own) = written_at(&name) else { return name };
    let ms = moment_after(widget, own);
    if ms == own {
        return name;
    }
    let tail = &name.as_str()[LINE.len() + MS_DIGITS..];
    format!("{LINE}{ms:011x}{tail}").parse().unwrap_or(name)
}

const fn item(operation: Operation) -> PushItem {
    PushItem::Operation { operation, after: None }
}

/// The oldest lines of a log that make room for one more. None where it would not fit all the same: then what is wrong with it is said, and
/// the log stays as it is.
fn oldest_for(context: &Context<'_>, widget: &Widget, intent: &Intent) -> Vec<FieldName> {
    let Intent::Set { field, value } = intent else {
        return Vec::new();
    };
    let is_line = widget.kind.as_str() == kinds::LOG && field.as_str().starts_with(LINE);
    if !is_line || widget.fields.contains_key(field) || widget.removed.is_some() {
        return Vec::new();
    }
    let gone = outgrown(widget, value_bytes(value));
    let mut without = widget.clone();
    without.fields.retain(|name, _| !gone.contains(name));
    let fits = context
        .catalog
        .check_edit(widget, intent)
        .and_then(|()| fits(&without, field, value));
    if fits.is_ok() { gone } else { Vec::new() }
}
