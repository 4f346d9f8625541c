//! `tideboard outbox`.

use std::io;

use super::{Action, Failure, lines, session::Session};
use crate::{
    driver::Driver,
    protocol::{Intent, Operation},
    sync::{Command, Connection, Listed, Notice, Resolution},
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
    let mut lines = Vec::new();
    driver
        .engine()
        .list(&mut |listed| lines.push(if as_json { listed.json() } else { words(&listed) }));
    if lines.is_empty() && !as_json {
        lines.push("nothing waits on this device".to_owned());
    }
    lines.iter().try_for_each(|line| lines::print(line))
}

fn words(listed: &Listed<'_>) -> String {
    let Listed {
        state,
        id,
        operation,
        reason,
        theirs,
        ..
    } = listed;
    let theirs = theirs.map(|value| format!("theirs: {}", lines::value(value)));
    let reason = theirs.as_ref().unwrap_or(reason);
    let Operation {
        board, widget, intent, ..
    } = operation;
    format!("{state}  {board} {widget}{}  {reason}  {id}", intent_words(intent))
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
