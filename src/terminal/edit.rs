//! `tideboard set` and `tideboard add`.

use super::{
    Failure, get, lines, names,
    session::{Ended, Session, Unreached, fault},
};
use crate::{
    driver::Driver,
    protocol::{BoardId, Contention, FieldName, OperationId, Overwritten, Rejection, Value, Verdict, WidgetId},
    sync::{Command, Connection, Notice, SetAsideReason},
};

/// What becomes of a field.
pub enum Change {
    /// It gets this value, as it was typed.
    Set(String),
    /// So much is added to it.
    Add(i64),
}

/// Where an edit goes: what is said of it names that.
struct Place {
    board: BoardId,
    widget: WidgetId,
    field: FieldName,
}

/// Edits a field. Based on what the server has now; when it can't be reached, on what this device saw last.
pub async fn edit(
    mut session: Session,
    board: BoardId,
    target: &str,
    change: &Change,
    offline_ok: bool,
) -> Result<(), Failure> {
    session.watch(&board);
    let unreached = if offline_ok {
        Unreached::RecallOnly
    } else {
        Unreached::Recall
    };
    let view = session.board(&board, unreached).await?;
    let found = names::find(&board, &view, target)?;
    let Some(field) = found.field else {
        return Err(Failure::Refused(format!(
            "which field of `{}`? It has: {}. Write `{}.FIELD`.",
            found.id,
            names::fields(found.widget),
            found.id
        )));
    };
    let known = found.widget.fields.get(&field);
    let command = match change {
        Change::Set(text) => Command::Set {
            board: board.clone(),
            widget: found.id.clone(),
            field: field.clone(),
            value: read_value(text, known.is_some_and(|field| field.value.is_string())),
        },
        Change::Add(amount) => Command::Add {
            board: board.clone(),
            widget: found.id.clone(),
            field: field.clone(),
            amount: *amount,
        },
    };
    session.driver.command(command);
    session.driver.command(Command::Flush);
    let id = made(&mut session.driver)?;
    if offline_ok {
        return until_saved(&mut session, id).await;
    }
    let place = Place {
        board,
        widget: found.id,
        field,
    };
    match until_decided(&mut session, id, &place).await {
        Ok(outcome) => {
            session.store().await; // the next start asks nothing then
            outcome
        }
        Err(ended) if is_saved(&session.driver, id) => {
            let why = session.unreachable(ended);
            let what = "The edit is saved on this device, and is sent by whatever command reaches the server next: `tideboard outbox --send`, say.";
            Err(Failure::Unanswered(format!("{why} {what}")))
        }
        Err(ended) => Err(Failure::Refused(format!(
            "{} The edit was not saved.",
            session.unreachable(ended)
        ))),
    }
}

/// JSON where it is JSON, else text; a field that holds text takes everything as it stands.
fn read_value(text: &str, is_text: bool) -> Value {
    let verbatim = || Value::String(text.to_owned());
    if is_text {
        verbatim()
    } else {
        serde_json::from_str(text).unwrap_or_else(|_| verbatim())
    }
}

/// The operation that was made just now.
fn made(driver: &mut Driver) -> Result<OperationId, Failure> {
    let refused = driver.notices().find_map(|notice| match notice {
        Notice::Refused { error, .. } => Some(error.to_string()),
        _ => None,
    });
    if let Some(refused) = refused {
        return Err(Failure::Refused(refused));
    }
    let newest = driver
        .engine()
        .pending()
        .next_back()
        .map(|pending| pending.operation.id);
    newest.ok_or_else(|| Failure::Refused("the edit was not taken. Try again.".to_owned()))
}

async fn until_saved(session: &mut Session, id: OperationId) -> Result<(), Failure> {
    let look = |driver: &Driver, _: &[Notice]| {
        let saved = is_saved(driver, id) || is_gone(driver, id);
        saved.then_some(Ok(())).or_else(|| unsaved(driver).map(Err))
    };
    let saved = session.until(look).await;
    saved.unwrap_or_else(|ended| Err(Failure::Refused(session.unreachable(ended))))?;
    let _ = lines::print("saved on this device");
    Ok(())
}

async fn until_decided(session: &mut Session, id: OperationId, place: &Place) -> Result<Result<(), Failure>, Ended> {
    let mut told = false;
    let look = |driver: &Driver, notices: &[Notice]| {
        let is_pending = !is_saved(driver, id) && !is_gone(driver, id);
        if let Some(unsaved) = unsaved(driver).filter(|_| is_pending) {
            return Some(Err(unsaved));
        }
        let waits = matches!(driver.engine().status().connection, Connection::Waiting { .. });
        if waits && is_saved(driver, id) && !std::mem::replace(&mut told, true) {
            eprintln!("-- saved on this device; the server can't be reached, trying again");
        }
        notices.iter().find_map(|notice| match notice {
            Notice::Decided { id: decided, verdict } if *decided == id => Some(outcome(driver, id, place, verdict)),
            Notice::SetAside { id: aside, reason } if *aside == id => {
                Some(Err(not_accepted(driver, id, place, reason)))
            }
            _ => None,
        })
    };
    session.until(look).await
}

fn outcome(driver: &Driver, id: OperationId, place: &Place, verdict: &Verdict) -> Result<(), Failure> {
    match verdict {
        Verdict::Applied {
            revision, overwrote, ..
        } => {
            let _ = lines::print(&lines::applied(*revision, overwrote.as_deref()));
            Ok(())
        }
        Verdict::Conflict { theirs, contention, .. } => Err(contested(driver, id, place, *contention, theirs)),
        Verdict::Rejected { reason, .. } => {
            let reason = SetAsideReason::Rejected(Rejection::clone(reason));
            Err(not_accepted(driver, id, place, &reason))
        }
        Verdict::Expired { .. } => Err(not_accepted(driver, id, place, &SetAsideReason::Expired)),
        Verdict::Withdrawn { .. } => Err(Failure::NotAccepted(
            "it was taken back, or a later edit of the same field was sent in its place; here or in another window."
                .to_owned(),
        )),
    }
}

fn contested(driver: &Driver, id: OperationId, place: &Place, contention: Contention, theirs: &Overwritten) -> Failure {
    let Place { board, widget, field } = place;
    let subject = names::subject(driver.engine(), board, widget, Some(field));
    let stands = lines::theirs(contention, theirs);
    Failure::Conflict(format!(
        "{widget}.{field}{subject}: somebody else's value stands: {stands}. Choose: `tideboard outbox --keep-mine {id}` or \
         `--keep-theirs {id}`."
    ))
}

/// It is kept, and why; for a name that is wrong, those that there are.
fn not_accepted(driver: &Driver, id: OperationId, place: &Place, reason: &SetAsideReason) -> Failure {
    let Place { board, widget, field } = place;
    let shown = driver.engine().shown_widget(board, widget);
    let fields = match (reason, shown.widget(widget)) {
        (SetAsideReason::Rejected(Rejection::UnknownField), Some(known)) => {
            format!(" {}", names::no_field(widget, known, field))
        }
        _ => String::new(),
    };
    Failure::NotAccepted(format!(
        "not accepted: {reason}{fields} It is kept; `tideboard outbox --discard {id}` forgets it."
    ))
}

/// Why an edit that waits for its disk waits in vain.
fn unsaved(driver: &Driver) -> Option<Failure> {
    fault(driver).map(|fault| Failure::Refused(format!("{fault} The edit was not saved.")))
}

fn is_saved(driver: &Driver, id: OperationId) -> bool {
    driver
        .engine()
        .pending()
        .any(|pending| pending.operation.id == id && pending.number.is_some())
}

/// Whether the operation has left the outbox for good: it was saved, sent and answered in one turn.
fn is_gone(driver: &Driver, id: OperationId) -> bool {
    !driver.engine().pending().any(|pending| pending.operation.id == id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_json_where_it_is_json_and_text_for_a_field_of_text() {
        assert_eq!(read_value("21.5", false), json!(21.5));
        assert_eq!(read_value("true", false), json!(true));
        assert_eq!(read_value("busy", false), json!("busy"));
        assert_eq!(read_value("42", true), json!("42"));
    }
}
