//! What a person or the app wants: edits, taking them back, resolving, undoing; connecting and watching.

use super::{
    Command, CommandError, Connection, Engine, Notice, Resolution, SetAside, SetAsideReason,
    outbox::Pending,
    storage::aside_key,
    turns::{Way, Why},
    updates::Draft,
};
use crate::{
    board::{is_within_depth, value_bytes},
    config::{
        EVENT_BYTES_MAX, EVENT_QUEUE_LEN_MAX, FRAME_FILL_BYTES, NAME_BYTES_MAX, SERIES_NAME_BYTES_MAX,
        STAMP_AGE_MS_MAX, VALUE_BYTES_MAX, VALUE_DEPTH_MAX, WATCHED_LEN_MAX,
    },
    planted::{self, Bug},
    protocol::{Base, BoardId, ClientFrame, Deadline, FieldName, Intent, Operation, OperationId, Value, WidgetId},
    time::Timestamp,
};

/// What an operation is based on, where that is not what is shown.
pub(super) struct Seen {
    pub base: Base,
    pub value: Option<Value>,
    pub resolves: Option<OperationId>,
}

impl Engine {
    pub(super) fn command(&mut self, now: Timestamp, command: Command) {
        let widget = self.about(&command);
        // What is decided, taken back or discarded makes room; and what is under way already is not given up.
        let is_fresh = matches!(
            command,
            Command::Set { .. }
                | Command::SetOn { .. }
                | Command::SetNow { .. }
                | Command::Add { .. }
                | Command::Create { .. }
                | Command::Remove { .. }
                | Command::Restore { .. }
                | Command::Retry { .. }
        );
        let done = if is_fresh && self.keeping.is_full() {
            Err(CommandError::DeviceFull)
        } else {
            self.carry_out(now, command)
        };
        match done {
            Ok(()) if widget.is_some() => self.hasten(now),
            Ok(()) => {}
            Err(error) => self.notice(Notice::Refused { error, widget }),
        }
    }

    /// The widget that a command is about, where it is about one.
    fn about(&self, command: &Command) -> Option<(BoardId, WidgetId)> {
        let (board, widget) = match command {
            Command::Set { board, widget, .. }
            | Command::SetOn { board, widget, .. }
            | Command::SetNow { board, widget, .. }
            | Command::Add { board, widget, .. }
            | Command::Create { board, widget, .. }
            | Command::Remove { board, widget }
            | Command::Restore { board, widget } => (board, widget),
            Command::Unresolve { conflict, .. } => (&conflict.operation.board, &conflict.operation.widget),
            Command::Resolve { id, .. } | Command::Retry { id, .. } => {
                let aside = self.aside.get(id).map(|aside| &aside.operation);
                let operation = aside.or_else(|| Some(&self.conflicts.get(id)?.operation))?;
                (&operation.board, &operation.widget)
            }
            _ => return None,
        };
        Some((board.clone(), widget.clone()))
    }

    pub(super) fn carry_out(&mut self, now: Timestamp, command: Command) -> Result<(), CommandError> {
        match command {
            Command::Connect if self.connection.dial().is_none() => self.dial(now),
            Command::Connect => {}
            Command::Disconnect => self.leave(now, Connection::Offline),
            Command::SyncNow => {
                self.keeping.now(now);
                self.requests.start_over();
                self.outbox.iter_mut().for_each(|pending| pending.hasten(now));
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
            Command::Beat(heartbeat) => self.heartbeat = heartbeat,
            Command::Name(device) => self.birth.device = device.kept().or(self.birth.device.take()),
            Command::Watch { board } => self.replicas.entry(board).or_default().watchers += 1,
            Command::Unwatch { board } => {
                if let Some(replica) = self.replicas.get_mut(&board) {
                    replica.watchers = replica.watchers.saturating_sub(1);
                }
            }
            Command::WatchSeries { mut series } => {
                // A name comes out of a field that anybody edits: one that can't be would cost the connection.
                series.retain(|name| (1..=SERIES_NAME_BYTES_MAX).contains(&name.len()));
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
            Command::Look { board, looks } => self.look(board, looks),
            Command::Hold { board, widget, holds } => self.hold(now, (board, widget), holds),
            Command::Set {
                board,
                widget,
                field,
                value,
            } => self.set(now, board, widget, field, value)?,
            Command::SetOn {
                board,
                widget,
                field,
                value,
                base,
            } => self.set_on(now, (board, widget), field, value, base)?,
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
            } => self.edit(now, board, widget, Intent::Add { field, amount }, None)?,
            Command::Create {
                board,
                widget,
                kind,
                fields,
            } => self.edit(now, board, widget, Intent::Create { kind, fields }, None)?,
            Command::Remove { board, widget } => self.edit(now, board, widget, Intent::Remove, None)?,
            Command::Restore { board, widget } => self.restore(now, board, widget)?,
            Command::Flush => {
                self.keeping.hurry = true;
                self.make_drafts(now, &|_| true);
            }
            Command::Resolve { id, seen, resolution } => self.resolve(now, id, seen, resolution)?,
            Command::Unresolve { conflict, resolution } => self.unresolve(now, *conflict, &resolution)?,
            Command::Dismiss { id } => self.resolve(now, id, None, Resolution::KeepTheirs)?,
            Command::Withdraw { id } => {
                let operation = &self.outbox.get(id).ok_or(CommandError::Unknown)?.operation;
                if operation.is_birth() {
                    // What is on a board that is not made goes with it.
                    let board = operation.board.clone();
                    self.make_drafts(now, &|draft| draft.board == board);
                    let there = self.outbox.of_board(&board).map(|pending| pending.operation.id);
                    let there: Vec<OperationId> = there.collect();
                    there.into_iter().for_each(|id| self.withdraw(id, Why::Unwanted));
                }
                self.make_drafts_over(now, id);
                self.withdraw(id, Why::Unwanted);
            }
            Command::Retry { id, value } => self.retry(now, id, value)?,
            Command::Discard { id } if self.discard_unread(id) || self.discard_elsewhere(id) => {}
            Command::Discard { id } => {
                for id in self.lane_aside(id, false) {
                    let aside = self.aside.remove(&id).ok_or(CommandError::Unknown)?;
                    self.keeping.forgotten.remove(&id);
                    self.drop_record(aside.operation.board, aside_key(id));
                }
            }
            Command::Undo => self.turn_round(now, Way::Back, false)?,
            Command::Redo => self.turn_round(now, Way::Again, false)?,
            Command::Emit { board, name, payload } => self.emit(board, name, payload)?,
        }
        Ok(())
    }

    pub(super) fn drop_record(&mut self, board: BoardId, key: String) {
        self.keeping.due.insert(board.clone());
        self.keeping.dropped.push((board, key));
    }

    pub(super) fn set(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        field: FieldName,
        value: Value,
    ) -> Result<(), CommandError> {
        check_value(&value)?;
        self.check_room(true)?;
        if self.shown_widget(&board, &widget).widget(&widget).is_none() {
            return Err(CommandError::UnknownWidget);
        }
        if let Some(draft) = self.drafts.take(now, board, widget, field, value) {
            self.make_set(draft);
        }
        Ok(())
    }

    /// Makes operations of drafts.
    pub(super) fn make_drafts(&mut self, now: Timestamp, is_ripe: &dyn Fn(&Draft) -> bool) {
        for draft in self.drafts.ripe(now, is_ripe) {
            self.make_set(draft);
        }
    }

    /// Makes operations of those drafts under which something is about to come: nobody would see it there, so they were made on what
    /// stands until then.
    pub(super) fn make_drafts_before(&mut self, now: Timestamp, comes: &dyn Fn(&Draft) -> bool) {
        if self.drafts.len() > 0 && !planted::is(Bug::EditMadeOnWhatCameUnderIt) {
            self.make_drafts(now, comes);
        }
    }

    /// The same of the draft that lies over an operation which is about to leave the screen.
    pub(super) fn make_drafts_over(&mut self, now: Timestamp, id: OperationId) {
        let Some(operation) = self.outbox.get(id).map(|pending| pending.operation.clone()) else {
            return;
        };
        let field = operation.intent.field();
        self.make_drafts_before(now, &|draft| {
            draft.is_of(&operation.board, &operation.widget) && field == Some(&draft.field)
        });
    }

    /// Makes an operation of a draft. What is too much was refused when it was typed.
    fn make_set(&mut self, draft: Draft) {
        let Draft {
            board,
            widget,
            field,
            value,
            ..
        } = draft;
        let intent = Intent::Set { field, value };
        let about = (board.clone(), widget.clone());
        let made = self.check_room(true);
        let made = made.and_then(|()| self.operation(&board, widget, intent, None));
        if let Err(error) = made.and_then(|operation| self.enqueue(operation)) {
            let widget = Some(about);
            self.notice(Notice::Refused { error, widget });
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
        self.make_now(now, board, widget, Intent::Set { field, value }, None, ttl_ms)
            .map(drop)
    }

    /// Makes an operation of what a person wants.
    pub(super) fn edit(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        intent: Intent,
        seen: Option<Seen>,
    ) -> Result<(), CommandError> {
        self.make(now, board, widget, intent, seen).map(drop)
    }

    /// Makes an operation of an intent, based on what is shown. What was typed into the same widget goes before it.
    pub(super) fn make(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        intent: Intent,
        seen: Option<Seen>,
    ) -> Result<OperationId, CommandError> {
        self.make_drafts(now, &|draft| draft.is_of(&board, &widget));
        self.check_room(seen.is_none())?;
        let operation = self.operation(&board, widget, intent, seen)?;
        self.enqueue(operation)
    }

    /// The same, to take effect within so many milliseconds or never. Without a recent word from the server nobody could
    /// judge that later: then it is not sent at all, and listed as such.
    pub(super) fn make_now(
        &mut self,
        now: Timestamp,
        board: BoardId,
        widget: WidgetId,
        intent: Intent,
        seen: Option<Seen>,
        ttl_ms: u64,
    ) -> Result<Option<OperationId>, CommandError> {
        self.make_drafts(now, &|draft| draft.is_of(&board, &widget));
        self.check_room(seen.is_none())?;
        let operation = self.operation(&board, widget, intent, seen)?;
        let fresh = self
            .stamp
            .filter(|(_, _, at)| now.since(*at) <= STAMP_AGE_MS_MAX && self.connection.welcome().is_some());
        if let Some((run, stamp, at)) = fresh {
            let at = stamp.plus(now.since(at)).plus(ttl_ms);
            let deadline = Some(Deadline { run, at });
            return self.enqueue(Operation { deadline, ..operation }).map(Some);
        }
        self.check_room(true)?; // it is kept beside what waits for a decision
        let (id, reason) = (operation.id, SetAsideReason::NotSent);
        let aside = SetAside {
            operation,
            reason: reason.clone(),
            made_at_ms: self.wall_ms,
        };
        self.keeping.forgotten.insert(id, aside.clone());
        self.keeping.due.insert(board);
        self.aside.insert(id, aside);
        self.notice(Notice::SetAside { id, reason });
        Ok(None)
    }

    /// An operation on its way into the outbox, if there is room; within every limit but that of its own size.
    pub(super) fn operation(
        &mut self,
        board: &BoardId,
        widget: WidgetId,
        intent: Intent,
        seen: Option<Seen>,
    ) -> Result<Operation, CommandError> {
        match &intent {
            Intent::Set { value, .. } => check_value(value)?,
            Intent::Create { fields, .. } => fields.values().try_for_each(check_value)?,
            Intent::Add { .. } | Intent::Remove | Intent::Restore { .. } => {}
        }
        if self.namespace.is_none() || !self.loaded {
            return Err(CommandError::NotReady);
        }
        let shown = self.shown_widget(board, &widget);
        let exists = shown.widget(&widget).is_some();
        if !exists && !matches!(intent, Intent::Create { .. }) {
            return Err(CommandError::UnknownWidget);
        }
        let value_of = |field| shown.board.field(&widget, field).map(|field| field.value.clone());
        let (base, base_value, resolves) = match (seen, &intent) {
            (Some(Seen { base, value, resolves }), _) => (Some(base), value, resolves),
            (None, Intent::Set { field, .. }) => (shown.base(&widget, field), value_of(field), None),
            // What is added rests on no value; what it was added to is told, should nobody know it any more.
            (None, Intent::Add { field, .. }) => (None, value_of(field), None),
            (None, _) => (None, None, None),
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
            schema: planted::schema(),
            made_at,
            intent,
            base,
            base_value,
            deadline: None,
            resolves,
        })
    }

    pub(super) fn enqueue(&mut self, operation: Operation) -> Result<OperationId, CommandError> {
        let id = operation.id;
        let pending = Pending {
            made_at_ms: self.wall_ms,
            ..Pending::new(operation)
        };
        if pending.bytes > FRAME_FILL_BYTES {
            return Err(CommandError::TooLarge {
                bytes: pending.bytes,
                bytes_max: FRAME_FILL_BYTES,
            });
        }
        self.outbox.insert(pending);
        Ok(id)
    }

    /// Whether there is room for another operation. What deals with what waits for a decision is not `fresh`.
    pub(super) fn check_room(&self, fresh: bool) -> Result<(), CommandError> {
        let (waiting, kept) = (
            self.outbox.len() + self.drafts.len(),
            self.conflicts.len() + self.aside.len(),
        );
        if planted::is(Bug::OutboxWithoutEnd) {
            Ok(())
        } else if waiting >= planted::outbox_len_max() {
            Err(CommandError::OutboxFull { len: waiting })
        } else if fresh && kept >= planted::kept_len_max() {
            Err(CommandError::Undecided { len: kept })
        } else {
            Ok(())
        }
    }

    fn emit(&mut self, board: BoardId, name: String, payload: Value) -> Result<(), CommandError> {
        check_depth(&payload)?;
        if name.len() > NAME_BYTES_MAX {
            return Err(CommandError::TooLarge {
                bytes: name.len(),
                bytes_max: NAME_BYTES_MAX,
            });
        }
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

/// Whether a reader takes this value; the depth first, since to measure its size is to go all the way down.
pub(super) fn check_value(value: &Value) -> Result<(), CommandError> {
    check_depth(value)?;
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

fn check_depth(value: &Value) -> Result<(), CommandError> {
    let depth_max = VALUE_DEPTH_MAX;
    if is_within_depth(value, depth_max) {
        Ok(())
    } else {
        Err(CommandError::TooDeep { depth_max })
    }
}
