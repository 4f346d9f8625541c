//! What a person or the app wants: edits, taking them back, resolving, undoing; connecting and watching.

use super::{
    Command, CommandError, Connection, Engine, Notice, Resolution, SetAsideReason, outbox::Pending, storage::aside_key,
    updates::Draft,
};
use crate::{
    board::value_bytes,
    config::{
        EVENT_BYTES_MAX, EVENT_QUEUE_LEN_MAX, FRAME_FILL_BYTES, KEPT_LEN_MAX, NAME_BYTES_MAX, OUTBOX_LEN_MAX, SCHEMA,
        STAMP_AGE_MS_MAX, VALUE_BYTES_MAX, WATCHED_LEN_MAX,
    },
    planted::{self, Bug},
    protocol::{
        Base, BoardId, ClientFrame, Deadline, FieldName, Intent, Operation, OperationId, Revision, Value, WidgetId,
    },
    time::Timestamp,
};

/// What an operation is based on, where that is not what is shown.
pub(super) struct Seen {
    pub base: Revision,
    pub value: Option<Value>,
    pub resolves: Option<OperationId>,
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
                self.requests.start_over();
                match self.connection {
                    Connection::Live { .. } => self.probe(now, true),
                    Connection::Waiting { .. } | Connection::Suspended => self.dial(now),
                    _ => {}
                }
            }
            Command::SignIn { token } => {
                self.birth.token = token;
                self.leave(now, Connection::Offline);
                if !planted::is(Bug::OutboxNotPerPrincipal) {
                    // Who this is now only the server can tell; until then nothing is shown or edited in the last one's name.
                    self.quit(now);
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
            Command::WatchSeries { mut series } => {
                // A name comes out of a field that anybody edits: one that can't be would cost the connection.
                series.retain(|name| (1..=NAME_BYTES_MAX).contains(&name.len()));
                series.truncate(WATCHED_LEN_MAX);
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

    pub(super) fn drop_record(&mut self, board: BoardId, key: String) {
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
    pub(super) fn make(
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

pub(super) fn check_size(value: &Value) -> Result<(), CommandError> {
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
