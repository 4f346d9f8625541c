//! `tideboard outbox`.

use std::io;

use serde_json::json;

use super::{
    Action, Failure, lines, names,
    sending::{Sent, send},
    session::Session,
};
use crate::{
    driver::Driver,
    protocol::{Contention, Intent, Operation, OperationId},
    sync::{Command, CommandError, Engine, Listed, Notice, Resolution},
};

/// Lists what waits, after doing what is asked with it.
pub async fn outbox(mut session: Session, action: Action, as_json: bool) -> Result<(), Failure> {
    let empty = session.driver.engine().status().namespace.is_none();
    if !empty {
        let is_read = |engine: &Engine| engine.status().initialized && engine.has_read_elsewhere();
        let read = |driver: &Driver, _: &[Notice]| is_read(driver.engine()).then_some(());
        let read = session.until(read).await;
        read.map_err(|_| Failure::Refused("this device's storage did not answer. Try again.".to_owned()))?;
    }
    let made = act(&mut session, &action).await?;
    let outcome = if action.send {
        send(&mut session, Sent::All, as_json).await
    } else if made.is_empty() {
        Ok(())
    } else {
        send(&mut session, Sent::These(&made), as_json).await
    };
    if !matches!(outcome, Err(Failure::Refused(_))) {
        let printed = print(&session.driver, as_json);
        drop(printed); // a reader that has gone is no error
    }
    outcome
}

/// Carries out what is asked with one of them, and waits until it is stored. Gives the operations that it made.
async fn act(session: &mut Session, action: &Action) -> Result<Vec<OperationId>, Failure> {
    let state = action
        .id()
        .and_then(|id| Some((id, state_of(session.driver.engine(), id)?)));
    let commands: Vec<Command> = match action {
        Action {
            discard_not_accepted: true,
            ..
        } => {
            let aside = session.driver.engine().set_aside_list();
            aside.map(|aside| Command::Discard { id: aside.operation.id }).collect()
        }
        Action { discard: Some(id), .. } if matches!(state, Some((_, State::Waiting))) => {
            vec![Command::Withdraw { id: *id }]
        }
        Action { discard: Some(id), .. } => vec![Command::Discard { id: *id }],
        Action { retry: Some(id), .. } => vec![Command::Retry { id: *id, value: None }],
        Action {
            keep_mine: Some(id), ..
        } => vec![Command::Resolve {
            id: *id,
            seen: None,
            resolution: Resolution::KeepMine,
        }],
        Action {
            keep_theirs: Some(id), ..
        } => vec![Command::Resolve {
            id: *id,
            seen: None,
            resolution: Resolution::KeepTheirs,
        }],
        _ => Vec::new(),
    };
    if let Some((id, state)) = state.filter(|(_, state)| !action.is_for(*state)) {
        return Err(Failure::Refused(format!("{id} {}", state.ways_out())));
    }
    let waiting = |driver: &Driver| driver.engine().pending().map(|pending| pending.operation.id).collect();
    let before: Vec<OperationId> = waiting(&session.driver);
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    for command in commands {
        session.driver.command(command);
    }
    let mut made: Vec<OperationId> = waiting(&session.driver);
    made.retain(|id| !before.contains(id) || action.id() == Some(*id));
    let look = |driver: &Driver, notices: &[Notice]| {
        let refused = notices.iter().find_map(|notice| match notice {
            Notice::Refused {
                error: CommandError::Unknown,
                ..
            } => Some(unknown(action)),
            Notice::Refused { error, .. } => Some(error.to_string()),
            Notice::Trouble { message } => Some(message.clone()),
            _ => None,
        });
        let saved = driver.is_idle() && driver.engine().pending().all(|pending| pending.number.is_some());
        refused.map(Err).or_else(|| saved.then_some(Ok(())))
    };
    match session.until(look).await {
        Ok(Ok(())) if still_elsewhere(session.driver.engine(), action) => Err(Failure::Refused(
            "something else has changed what waits there meanwhile. Try again.".to_owned(),
        )),
        Ok(Ok(())) => Ok(made),
        Ok(Err(refused)) => Err(Failure::Refused(refused)),
        Err(_) => Err(Failure::Refused(
            "this device's storage did not answer. Try again.".to_owned(),
        )),
    }
}

/// What a person can do with an edit hangs on this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It waits for the server's answer.
    Waiting,
    /// It was not accepted.
    NotAccepted,
    /// Its field has two versions.
    TwoVersions,
    /// It waits for a server that was at this address before.
    Elsewhere,
}

impl State {
    fn ways_out(self) -> &'static str {
        match self {
            Self::Waiting => "waits for the server: send it with --send, or take it back with --discard.",
            Self::NotAccepted => "was not accepted: make it again with --retry, or forget it with --discard.",
            Self::TwoVersions => "is a field with two versions: choose with --keep-mine or --keep-theirs.",
            Self::Elsewhere => "waits for the server that was at this address before: forget it with --discard.",
        }
    }
}

impl Action {
    /// The edit that it is about.
    fn id(&self) -> Option<OperationId> {
        self.discard.or(self.retry).or(self.keep_mine).or(self.keep_theirs)
    }

    /// Whether it is one of the ways out of this.
    const fn is_for(&self, state: State) -> bool {
        match state {
            State::Waiting | State::NotAccepted => self.discard.is_some() || self.retry.is_some(),
            State::TwoVersions => self.keep_mine.is_some() || self.keep_theirs.is_some(),
            State::Elsewhere => self.discard.is_some(),
        }
    }
}

fn state_of(engine: &Engine, id: OperationId) -> Option<State> {
    let waits = engine.pending().any(|pending| pending.operation.id == id);
    let is_aside = || engine.set_aside_list().any(|aside| aside.operation.id == id);
    let is_contested = || engine.conflicts().any(|conflict| conflict.id() == id);
    let is_elsewhere = || engine.elsewhere().any(|(waits, _)| waits.id == id);
    if waits {
        Some(State::Waiting)
    } else if is_aside() {
        Some(State::NotAccepted)
    } else if is_contested() {
        Some(State::TwoVersions)
    } else {
        is_elsewhere().then_some(State::Elsewhere)
    }
}

/// Whether what was to be discarded waits for the server before as it did.
fn still_elsewhere(engine: &Engine, action: &Action) -> bool {
    let state = action.id().and_then(|id| state_of(engine, id));
    state == Some(State::Elsewhere)
}

/// There is no such edit here.
fn unknown(action: &Action) -> String {
    let id = action.id().map(|id| id.to_string()).unwrap_or_default();
    format!(
        "{id} is not waiting any more: it was dealt with, by another command of this device, say. Now: `tideboard outbox`. \
         What was made at another address, or with another token, waits for the server there."
    )
}

/// The list is empty; whose it is, for what others left here is not in it.
fn nothing(driver: &Driver) -> String {
    let server = driver.server().origin();
    if driver.engine().status().namespace.is_some() {
        return format!("nothing waits on this device for {server}");
    }
    format!(
        "nothing is known here of what waits for {server}: it was not met yet, or not with this token. \
         `tideboard outbox --send` asks it"
    )
}

fn print(driver: &Driver, as_json: bool) -> io::Result<()> {
    let engine = driver.engine();
    let mut listed = Vec::new();
    engine.list(&mut |one| listed.push(one));
    if listed.is_empty() && !as_json {
        lines::print(&nothing(driver))?;
    }
    // What waits is in the order in which it is sent.
    listed.sort_by_key(|one| (one.state != "waiting").then_some(one.made_at_ms));
    listed.iter().try_for_each(|one| print_one(engine, one, as_json))
}

/// Prints an edit, and how far it has come.
///
/// # Errors
/// When nobody reads any more.
pub fn print_one(engine: &Engine, listed: &Listed<'_>, as_json: bool) -> io::Result<()> {
    let Listed {
        state,
        id,
        operation,
        made_at_ms,
        reason,
        theirs,
    } = listed;
    let Operation {
        board, widget, intent, ..
    } = operation;
    let subject = names::subject(engine, board, widget, intent.field());
    if as_json {
        let line = json!({
            "state": state, "id": id, "board": board, "widget": widget, "intent": intent, "title": subject.title,
            "item": subject.item, "made_at_ms": made_at_ms, "reason": reason, "theirs": theirs,
        });
        return lines::print(&line.to_string());
    }
    let conflict = theirs.and_then(|_| engine.conflicts().find(|conflict| conflict.id() == *id));
    let reason = conflict.map_or_else(
        || reason.clone(),
        |conflict| {
            let theirs = lines::theirs(conflict.contention, &conflict.theirs);
            let since = conflict
                .removed
                .as_ref()
                .map(|removal| lines::theirs(Contention::Removed, removal));
            let since = since.map_or_else(String::new, |since| ["; since then ", &since].concat());
            format!("theirs: {theirs}{since}")
        },
    );
    lines::print(&format!(
        "{state}  {board} {widget}{}{subject}  {reason}  {id}",
        intent_words(intent)
    ))
}

fn intent_words(intent: &Intent) -> String {
    match intent {
        Intent::Set { field, value } => format!(".{field} = {}", lines::short(value)),
        Intent::Add { field, amount } => format!(".{field} {amount:+}"),
        Intent::Create { kind, .. } => format!(" created as {kind}"),
        Intent::Remove => " removed".to_owned(),
        Intent::Restore { .. } => " restored".to_owned(),
    }
}
