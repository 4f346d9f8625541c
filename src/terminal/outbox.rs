//! `tideboard outbox`.

use std::io;

use serde_json::{Value, json};

use super::{Action, Failure, lines, session::Session};
use crate::{
    driver::Driver,
    protocol::{Intent, Operation},
    sync::{Command, Connection, Notice, Phase, Resolution},
};

/// Lists what waits, after doing what is asked with it.
pub async fn outbox(mut session: Session, action: Action, as_json: bool) -> Result<(), Failure> {
    let empty = session.driver.engine().status().namespace.is_none();
    if !empty {
        let read = |driver: &Driver, _: &[Notice]| driver.engine().status().initialized.then_some(());
        let read = session.until(read).await;
        read.map_err(|_| Failure::Refused("this device's storage did not answer. Try again.".to_owned()))?;
    }
    act(&mut session, &action).await?;
    if action.send {
        send(&mut session).await?;
    }
    let printed = print(&session.driver, as_json);
    drop(printed); // a reader that has gone is no error
    Ok(())
}

/// Carries out what is asked with one of them, and waits until it is stored.
async fn act(session: &mut Session, action: &Action) -> Result<(), Failure> {
    let command = match action {
        Action { discard: Some(id), .. } => Command::Discard { id: *id },
        Action { retry: Some(id), .. } => Command::Retry { id: *id, value: None },
        Action {
            keep_mine: Some(id), ..
        } => Command::Resolve {
            id: *id,
            resolution: Resolution::KeepMine,
        },
        Action {
            keep_theirs: Some(id), ..
        } => Command::Resolve {
            id: *id,
            resolution: Resolution::KeepTheirs,
        },
        _ => return Ok(()),
    };
    session.driver.command(command);
    let look = |driver: &Driver, notices: &[Notice]| {
        let refused = notices.iter().find_map(|notice| match notice {
            Notice::Refused { error, .. } => Some(error.to_string()),
            Notice::Trouble { message } => Some(message.clone()),
            _ => None,
        });
        let saved = driver.is_idle() && driver.engine().pending().all(|pending| pending.number.is_some());
        refused.map(Err).or_else(|| saved.then_some(Ok(())))
    };
    match session.until(look).await {
        Ok(done) => done.map_err(Failure::Refused),
        Err(_) => Err(Failure::Refused(
            "this device's storage did not answer. Try again.".to_owned(),
        )),
    }
}

/// Waits until the server has answered everything.
async fn send(session: &mut Session) -> Result<(), Failure> {
    session.driver.command(Command::Connect);
    let look = |driver: &Driver, _: &[Notice]| {
        let status = driver.engine().status();
        match status.connection {
            Connection::NeedsAuth { message } => Some(Err(format!("{message} Give a token in TIDEBOARD_TOKEN."))),
            Connection::Closed { message } => Some(Err(message)),
            Connection::Live { .. } if status.initialized && driver.engine().pending().next().is_none() => Some(Ok(())),
            _ => None,
        }
    };
    match session.until(look).await {
        Ok(sent) => {
            session.store().await;
            sent.map_err(Failure::Refused)
        }
        Err(ended) => {
            let waiting = session.driver.engine().status().pending;
            Err(Failure::Unanswered(format!(
                "{} {waiting} edits wait safely on this device.",
                session.unreachable(ended)
            )))
        }
    }
}

fn print(driver: &Driver, as_json: bool) -> io::Result<()> {
    let engine = driver.engine();
    let mut count = 0;
    for pending in engine.pending().filter(|pending| !pending.is_folded()) {
        count += 1;
        print_one(
            "waiting",
            &pending.operation,
            &phase_word(&engine.phase(pending)),
            pending.made_at_ms,
            None,
            as_json,
        )?;
    }
    for aside in engine.set_aside_list() {
        count += 1;
        print_one(
            "not-accepted",
            &aside.operation,
            &aside.reason.to_string(),
            None,
            None,
            as_json,
        )?;
    }
    for conflict in engine.conflicts() {
        count += 1;
        let reason = format!("theirs: {}", lines::value(&conflict.theirs.value));
        print_one(
            "two-versions",
            &conflict.operation,
            &reason,
            conflict.made_at_ms,
            Some(&conflict.theirs.value),
            as_json,
        )?;
    }
    if count == 0 && !as_json {
        lines::print("nothing waits on this device")?;
    }
    Ok(())
}

fn print_one(
    state: &str,
    operation: &Operation,
    reason: &str,
    made_at_ms: Option<u64>,
    theirs: Option<&Value>,
    as_json: bool,
) -> io::Result<()> {
    let Operation {
        id,
        board,
        widget,
        intent,
        ..
    } = operation;
    if as_json {
        let line = json!({ "state": state, "id": id, "board": board, "widget": widget, "intent": intent, "made_at_ms": made_at_ms, "reason": reason, "theirs": theirs });
        return lines::print(&line.to_string());
    }
    lines::print(&format!(
        "{state}  {board} {widget}{}  {reason}  {id}",
        intent_words(intent)
    ))
}

fn intent_words(intent: &Intent) -> String {
    match intent {
        Intent::Set { field, value } => format!(".{field} = {}", lines::value(value)),
        Intent::Add { field, amount } => format!(".{field} {amount:+}"),
        Intent::Create { kind, .. } => format!(" created as {kind}"),
        Intent::Remove => " removed".to_owned(),
        Intent::Restore { .. } => " restored".to_owned(),
    }
}

fn phase_word(phase: &Phase) -> String {
    match phase {
        Phase::Saving => "being saved".to_owned(),
        Phase::Saved => "saved on this device".to_owned(),
        Phase::Sent => "sent, not answered".to_owned(),
        Phase::Retrying { attempts, reason, .. } => format!("put off {attempts} times: {reason}"),
        Phase::Withdrawing => "being taken back".to_owned(),
        Phase::Decided(_) => "answered, being written down".to_owned(),
    }
}
