//! What a person or the app wants: edits, taking them back, resolving, undoing; connecting and watching.

use std::{collections::BTreeMap, fmt};

use super::{
    Conflict, Connection, Engine, Notice, Resolution, SetAsideReason,
    outbox::{Fate, Pending},
    storage::{aside_key, conflict_key, journal_key},
    updates::Draft,
};
use crate::{
    board::value_bytes,
    config::{
        EVENT_BYTES_MAX, EVENT_QUEUE_LEN_MAX, FRAME_FILL_BYTES, KEPT_LEN_MAX, OUTBOX_LEN_MAX, SCHEMA, STAMP_AGE_MS_MAX,
        VALUE_BYTES_MAX,
    },
    planted::{self, Bug},
    protocol::{
        Base, BoardId, ClientFrame, Deadline, FieldName, Intent, Kind, Operation, OperationId, Revision, Value,
        Verdict, WidgetId,
    },
    time::Timestamp,
};

/// A wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Connect, and stay connected.
    Connect,
    /// Work offline until `Connect`.
    Disconnect,
    /// Try now, whatever the timers say; and read the shared outbox again.
    SyncNow,
    /// The token to greet with from now on; `None` for the session cookie. Dials again.
    SignIn {
        /// The token.
        token: Option<String>,
    },
    /// The device's name for people.
    Name {
        /// The name.
        device: String,
    },
    /// Hear of a board. Counted: each is ended by an `Unwatch`.
    Watch {
        /// The board.
        board: BoardId,
    },
    /// Stop hearing of it.
    Unwatch {
        /// The board.
        board: BoardId,
    },
    /// The series to hear of: the whole list.
    WatchSeries {
        /// Their names.
        series: Vec<String>,
    },
    /// Give a field a value. Shown at once; a run of them becomes at most ten operations a second.
    Set {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// Its value.
        value: Value,
    },
    /// Give a field a value within so many milliseconds, or never.
    SetNow {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// Its value.
        value: Value,
        /// Milliseconds from now.
        ttl_ms: u64,
    },
    /// Add to a counter.
    Add {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
        /// The field.
        field: FieldName,
        /// How much.
        amount: i64,
    },
    /// Put a widget on a board.
    Create {
        /// The board.
        board: BoardId,
        /// The widget's name.
        widget: WidgetId,
        /// What it is.
        kind: Kind,
        /// Its first values.
        fields: BTreeMap<FieldName, Value>,
    },
    /// Take a widget off a board.
    Remove {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
    },
    /// Bring a removed widget back.
    Restore {
        /// The board.
        board: BoardId,
        /// The widget.
        widget: WidgetId,
    },
    /// Make operations of all edits that are only shown, and store all that is known, now: the page is put away, say.
    Flush,
    /// Resolve a conflict.
    Resolve {
        /// The conflict.
        id: OperationId,
        /// How.
        resolution: Resolution,
    },
    /// Put a conflict away without changing anything: theirs stands.
    Dismiss {
        /// The conflict.
        id: OperationId,
    },
    /// Take back a pending operation, wherever it has come to.
    Withdraw {
        /// The operation.
        id: OperationId,
    },
    /// Make a set-aside operation again, from what is shown now; with another value, if given.
    Retry {
        /// The operation.
        id: OperationId,
        /// The value instead of its own.
        value: Option<Value>,
    },
    /// Forget a set-aside operation.
    Discard {
        /// The operation.
        id: OperationId,
    },
    /// Undo one's own newest edit that is not undone.
    Undo,
    /// Send an app's own event to the others on a board. Lossy.
    Emit {
        /// The board.
        board: BoardId,
        /// Its name.
        name: String,
        /// Its payload.
        payload: Value,
    },
}

/// Why a command could not be carried out. `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// Nothing is known of the server yet.
    NotReady,
    /// Too much waits already.
    OutboxFull {
        /// How many operations wait.
        len: usize,
    },
    /// A value is over the limit.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// There is no such widget on the board as it is shown.
    UnknownWidget,
    /// There is no such operation, conflict or set-aside edit any more.
    Unknown,
    /// There is nothing to undo.
    NothingToUndo,
    /// The edit that would be undone gave a field its first value.
    NothingBefore,
    /// Too many conflicts and set-aside edits wait for a decision already.
    Undecided {
        /// How many.
        len: usize,
    },
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady => {
                f.write_str("This device has not met the server yet. Connect once; from then on you can work offline.")
            }
            Self::OutboxFull { len } => write!(
                f,
                "{len} edits wait on this device, the most it keeps. Nothing was lost; connect, or discard some, and go on."
            ),
            Self::TooLarge { bytes, bytes_max } => write!(
                f,
                "That takes {bytes} bytes, and at most {bytes_max} are allowed. Shorten it and try again."
            ),
            Self::UnknownWidget => f.write_str("That widget is not on this board any more. Undo its removal first."),
            Self::Unknown => {
                f.write_str("That edit is not waiting any more: it was dealt with, here or in another tab.")
            }
            Self::NothingToUndo => f.write_str("There is nothing of yours to undo."),
            Self::NothingBefore => {
                f.write_str("The field had no value before that edit. Set it to another one instead.")
            }
            Self::Undecided { len } => write!(
                f,
                "{len} conflicts and set-aside edits wait for you, the most this device keeps. Decide or discard some, and go on."
            ),
        }
    }
}

impl std::error::Error for CommandError {}

/// What an operation is based on, where that is not what is shown.
struct Seen {
    base: Revision,
    value: Option<Value>,
    resolves: Option<OperationId>,
}

impl Engine {
    pub(super) fn command(&mut self, now: Timestamp, command: Command) {
        if let Err(error) = self.carry_out(now, command) {
            self.notice(Notice::Refused(error));
        }
    }

    fn carry_out(&mut self, now: Timestamp, command: Command) -> Result<(), CommandError> {
        match command {
            Command::Connect if self.connection.dial().is_none() => self.dial(now),
            Command::Connect => {}
            Command::Disconnect => self.leave(now, Connection::Offline),
            Command::SyncNow => {
                self.keeping.reread = true;
                match self.connection {
                    Connection::Live { .. } => self.probe(now, true),
                    Connection::Waiting { .. } | Connection::Suspended => self.dial(now),
                    _ => {}
                }
            }
            Command::SignIn { token } => {
                // Who this is now only the server can tell; until then nothing is shown or edited in the last one's name.
                for draft in self.drafts.due(now, true) {
                    self.make_set(draft);
                }
                self.birth.token = token;
                self.leave(now, Connection::Offline);
                if !planted::is(Bug::OutboxNotPerPrincipal) {
                    self.quit();
                }
                self.dial(now);
            }
            Command::Name { device } => self.birth.device = Some(device),
            Command::Watch { board } => self.replicas.entry(board).or_default().watchers += 1,
            Command::Unwatch { board } => {
                if let Some(replica) = self.replicas.get_mut(&board) {
                    replica.watchers = replica.watchers.saturating_sub(1);
                }
            }
            Command::WatchSeries { series } => {
                if self.watched != series {
                    self.watched = series;
                    if self.connection.welcome().is_some() {
                        self.send(&ClientFrame::Watch {
                            series: self.watched.clone(),
                        });
                    }
                }
            }
            Command::Set {
                board,
                widget,
                field,
                value,
            } => self.set(now, board, widget, field, value)?,
            Command::SetNow {
                board,
                widget,
                field,
                value,
                ttl_ms,
            } => self.set_now(now, board, widget, field, value, ttl_ms)?,
            Command::Add {
                board,
                widget,
                field,
                amount,
            } => {
                self.make(board, widget, Intent::Add { field, amount }, None)?;
            }
            Command::Create {
                board,
                widget,
                kind,
                fields,
            } => {
                fields.values().try_for_each(check_size)?;
                self.make(board, widget, Intent::Create { kind, fields }, None)?;
            }
            Command::Remove { board, widget } => {
                self.drafts.forget(&board, &widget);
                self.make(board, widget, Intent::Remove, None)?;
            }
            Command::Restore { board, widget } => self.restore(board, widget)?,
            Command::Flush => {
                self.keeping.hurry = true;
                for draft in self.drafts.due(now, true) {
                    self.make_set(draft);
                }
            }
            Command::Resolve { id, resolution } => self.resolve(id, resolution)?,
            Command::Dismiss { id } => self.resolve(id, Resolution::KeepTheirs)?,
            Command::Withdraw { id } => {
                self.outbox.get(id).ok_or(CommandError::Unknown)?;
                self.withdraw(id);
            }
            Command::Retry { id, value } => self.retry(id, value)?,
            Command::Discard { id } => {
                let aside = self.aside.remove(&id).ok_or(CommandError::Unknown)?;
                self.drop_record(aside.operation.board, aside_key(id));
            }
            Command::Undo => self.undo()?,
            Command::Emit { board, name, payload } => self.emit(board, name, payload)?,
        }
        Ok(())
    }

    fn drop_record(&mut self, board: BoardId, key: String) {
        self.keeping.due.insert(board.clone());
        self.keeping.dropped.push((board, key));
    }

    fn set(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        field: FieldName,
        value: Value,
    ) -> Result<(), CommandError> {
        check_size(&value)?;
        self.check_room(true)?;
        if self.shown_widget(&board, &widget).widget(&widget).is_none() {
            return Err(CommandError::UnknownWidget);
        }
        if let Some(draft) = self.drafts.take(now, board, widget, field, value) {
            self.make_set(draft);
        }
        Ok(())
    }

    /// Makes an operation of a draft. What is too much was refused when it was typed.
    pub(super) fn make_set(&mut self, draft: Draft) {
        let Draft {
            board,
            widget,
            field,
            value,
            ..
        } = draft;
        if let Err(error) = self.make(board, widget, Intent::Set { field, value }, None) {
            self.notice(Notice::Refused(error));
        }
    }

    fn set_now(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        field: FieldName,
        value: Value,
        ttl_ms: u64,
    ) -> Result<(), CommandError> {
        check_size(&value)?;
        let fresh = self
            .stamp
            .filter(|(_, _, at)| now.since(*at) <= STAMP_AGE_MS_MAX && self.connection.welcome().is_some());
        let deadline = fresh.map(|(run, stamp, at)| Deadline {
            run,
            at: stamp.plus(now.since(at)).plus(ttl_ms),
        });
        let intent = Intent::Set { field, value };
        let made = self.operation(&board, widget, intent)?;
        if deadline.is_none() {
            // Without a recent word from the server nobody could judge it later: it is not sent at all.
            let id = made.id;
            let aside = super::SetAside {
                operation: made,
                reason: SetAsideReason::NotSent,
            };
            self.keeping.forgotten.insert(id, aside.clone());
            self.keeping.due.insert(board);
            self.aside.insert(id, aside);
            self.notice(Notice::SetAside {
                id,
                reason: SetAsideReason::NotSent,
            });
            return Ok(());
        }
        self.outbox.insert(Pending::new(Operation { deadline, ..made }));
        Ok(())
    }

    /// Makes an operation of an intent, based on what is shown.
    fn make(
        &mut self,
        board: BoardId,
        widget: WidgetId,
        intent: Intent,
        seen: Option<Seen>,
    ) -> Result<OperationId, CommandError> {
        self.check_room(seen.is_none())?;
        let mut operation = self.operation(&board, widget, intent)?;
        if let Some(Seen { base, value, resolves }) = seen {
            (operation.base, operation.base_value, operation.resolves) = (Some(Base::Revision(base)), value, resolves);
        }
        let (id, pending) = (operation.id, Pending::new(operation));
        if pending.bytes > FRAME_FILL_BYTES {
            return Err(CommandError::TooLarge {
                bytes: pending.bytes,
                bytes_max: FRAME_FILL_BYTES,
            });
        }
        self.undo.push(id);
        self.outbox.insert(pending);
        Ok(id)
    }

    fn operation(&mut self, board: &BoardId, widget: WidgetId, intent: Intent) -> Result<Operation, CommandError> {
        if self.namespace.is_none() || !self.loaded {
            return Err(CommandError::NotReady);
        }
        let shown = self.shown_widget(board, &widget);
        let exists = shown.widget(&widget).is_some();
        if !exists && !matches!(intent, Intent::Create { .. }) {
            return Err(CommandError::UnknownWidget);
        }
        let (base, base_value) = match &intent {
            Intent::Set { field, .. } => (
                shown.base(&widget, field),
                shown.board.field(&widget, field).map(|field| field.value.clone()),
            ),
            _ => (None, None),
        };
        let made_at = self.replicas.entry(board.clone()).or_default().cursor;
        self.sequence += 1;
        let id = OperationId {
            client: self.birth.client,
            sequence: self.sequence,
        };
        Ok(Operation {
            id,
            board: board.clone(),
            widget,
            schema: SCHEMA,
            made_at,
            intent,
            base,
            base_value,
            deadline: None,
            resolves: None,
        })
    }

    /// Whether there is room for another operation. What deals with what waits for a decision is not `fresh`.
    fn check_room(&self, fresh: bool) -> Result<(), CommandError> {
        let (waiting, kept) = (
            self.outbox.len() + self.drafts.len(),
            self.conflicts.len() + self.aside.len(),
        );
        if waiting >= OUTBOX_LEN_MAX {
            Err(CommandError::OutboxFull { len: waiting })
        } else if fresh && kept >= KEPT_LEN_MAX {
            Err(CommandError::Undecided { len: kept })
        } else {
            Ok(())
        }
    }

    fn restore(&mut self, board: BoardId, widget: WidgetId) -> Result<(), CommandError> {
        // One's own removal that nobody has decided yet is simply taken back.
        let own = self.outbox.of_lane(&board, &widget).rev().find(|pending| {
            matches!(pending.operation.intent, Intent::Remove) && pending.is_undecided() && !pending.withdrawing
        });
        if let Some(id) = own.map(|pending| pending.operation.id) {
            self.withdraw(id);
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
        self.make(board, widget, Intent::Restore { removal }, None).map(|_| ())
    }

    fn resolve(&mut self, id: OperationId, resolution: Resolution) -> Result<(), CommandError> {
        let conflict = self.conflicts.get(&id).cloned().ok_or(CommandError::Unknown)?;
        let Conflict { operation, theirs, .. } = conflict;
        let value = match (&resolution, &operation.intent) {
            (Resolution::KeepMine, Intent::Set { value, .. }) => Some(value.clone()),
            (Resolution::Edit(value), _) => Some(value.clone()),
            _ => None,
        };
        match (value, operation.intent.field()) {
            (Some(value), Some(field)) => {
                check_size(&value)?;
                let intent = Intent::Set {
                    field: field.clone(),
                    value,
                };
                let seen = Seen {
                    base: theirs.revision,
                    value: Some(theirs.value).filter(|value| !value.is_null()),
                    resolves: Some(id),
                };
                self.make(operation.board.clone(), operation.widget.clone(), intent, Some(seen))?;
            }
            _ => {
                self.conflicts.remove(&id);
                self.drop_record(operation.board, conflict_key(id));
            }
        }
        self.notice(Notice::Resolved { id, resolution });
        Ok(())
    }

    /// Takes an operation back: off the screen at once, and fenced at the server.
    pub(super) fn withdraw(&mut self, id: OperationId) {
        let Some(pending) = self.outbox.get_mut(id) else { return };
        if pending.verdict.is_some() {
            return;
        }
        pending.withdrawing = true;
        // A copy may be on its way; the withdrawal goes after it, and the server's row decides between them.
        (pending.sent, pending.waiting) = (false, None);
        pending.dirty = true;
        let board = pending.operation.board.clone();
        self.keeping.due.insert(board);
    }

    fn retry(&mut self, id: OperationId, value: Option<Value>) -> Result<(), CommandError> {
        if let Some(pending) = self.outbox.get_mut(id) {
            pending.waiting = None;
            return Ok(());
        }
        let aside = self.aside.get(&id).cloned().ok_or(CommandError::Unknown)?;
        let Operation {
            board, widget, intent, ..
        } = aside.operation.clone();
        if aside.reason == SetAsideReason::Forgotten && value.is_none() {
            // The same operation, under the same id: should the other history have it after all, it is a duplicate.
            self.outbox.insert(Pending::new(aside.operation));
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
                (intent, _) => intent,
            };
            self.make(board.clone(), widget, intent, None)?;
        }
        self.aside.remove(&id);
        self.keeping.forgotten.remove(&id);
        self.drop_record(board, aside_key(id));
        Ok(())
    }

    fn undo(&mut self) -> Result<(), CommandError> {
        while let Some(id) = self.undo.pop() {
            if self.outbox.get(id).is_some_and(|pending| pending.verdict.is_none()) {
                self.withdraw(id);
                return Ok(());
            }
            let mut recorded = None;
            let pending = self
                .outbox
                .get(id)
                .map(|pending| (self.outbox.as_sent(pending), pending.verdict.clone()));
            let journaled = || {
                let mut journal = self.keeping.journal.iter().rev();
                let (number, journaled) = journal.find(|(_, journaled)| journaled.operation.id == id)?;
                recorded = Some(*number);
                Some((journaled.operation.clone(), Some(journaled.verdict.clone())))
            };
            let Some((
                operation,
                Some(Verdict::Applied {
                    revision,
                    overwrote,
                    verbatim,
                }),
            )) = pending.or_else(journaled)
            else {
                continue;
            };
            // Based on what is undone: if someone wrote since, that is a conflict or a merge, never a silent overwrite. What
            // was merged had not seen the other text, and undoing it takes out its own part only.
            let seen = |value: &Value| Seen {
                base: if verbatim { revision } else { operation.seen() },
                value: Some(value.clone()),
                resolves: None,
            };
            let before = overwrote
                .map(|overwrote| overwrote.value)
                .or(operation.base_value.clone());
            let (intent, seen) = match (&operation.intent, before) {
                (Intent::Set { field, value: own }, Some(value)) => (
                    Intent::Set {
                        field: field.clone(),
                        value,
                    },
                    Some(seen(own)),
                ),
                (Intent::Set { .. }, None) => return Err(CommandError::NothingBefore),
                (Intent::Add { field, amount }, _) => {
                    let (field, amount) = (field.clone(), amount.saturating_neg());
                    (Intent::Add { field, amount }, None)
                }
                (Intent::Create { .. } | Intent::Restore { .. }, _) => (Intent::Remove, None),
                (Intent::Remove, _) => {
                    let removal = Base::Revision(revision);
                    (Intent::Restore { removal }, None)
                }
            };
            self.make(operation.board.clone(), operation.widget.clone(), intent, seen)?;
            self.undo.pop(); // undoing is not undone by undoing again
            if let Some(number) = recorded {
                self.keeping.journal.remove(&number);
                self.drop_record(operation.board, journal_key(number));
            }
            return Ok(());
        }
        Err(CommandError::NothingToUndo)
    }

    fn emit(&mut self, board: BoardId, name: String, payload: Value) -> Result<(), CommandError> {
        let bytes = value_bytes(&payload) + name.len();
        if bytes > EVENT_BYTES_MAX {
            return Err(CommandError::TooLarge {
                bytes,
                bytes_max: EVENT_BYTES_MAX,
            });
        }
        if self.connection.welcome().is_some() {
            self.send(&ClientFrame::Event { board, name, payload });
            return Ok(());
        }
        self.events.push_back((board, name, payload));
        if self.events.len() > EVENT_QUEUE_LEN_MAX {
            self.events.pop_front();
        }
        Ok(())
    }
}

fn check_size(value: &Value) -> Result<(), CommandError> {
    let bytes = value_bytes(value);
    if bytes > VALUE_BYTES_MAX {
        Err(CommandError::TooLarge {
            bytes,
            bytes_max: VALUE_BYTES_MAX,
        })
    } else {
        Ok(())
    }
}
