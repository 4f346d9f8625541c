//! `tideboard set` and `tideboard add`.

use super::{
    Failure, lines, names,
    session::{Ended, Session, Unreached, fault, put_off},
};
use crate::{
    board::{Catalog, KindSpec, ValueType},
    config::SWITCH_TTL_MS,
    driver::Driver,
    protocol::{
        BoardId, Contention, FieldName, Intent, OperationId, Overwritten, Rejection, Value, Verdict, Widget, WidgetId,
    },
    sorted::SortedMap,
    sync::{Command, Connection, Freshness, Notice, SetAsideReason},
};

/// What becomes of a field.
pub enum Change {
    /// It gets this value, as it was typed.
    Set(String),
    /// It gets this value, of whatever type.
    SetJson(Value),
    /// So much is added to it.
    Add(i64),
}

impl Change {
    /// A value that was typed as JSON.
    pub fn json(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text).map(Self::SetJson).map_err(|error| {
            Failure::Senseless(format!(
                "`{text}` is not JSON ({error}). Text has quotation marks in it: '\"like this\"'."
            ))
        })
    }

    /// The same of a field, as an operation would have it.
    fn intent(&self, field: &FieldName, kind: Option<&KindSpec>, widget: &Widget) -> Intent {
        let (name, known) = (field.clone(), widget.fields.get(field).map(|field| &field.value));
        match self {
            Self::Set(text) => {
                let spec = kind.and_then(|kind| kind.field(field));
                let value = read_value(text, spec.map(|spec| &spec.value), known);
                Intent::Set { field: name, value }
            }
            Self::SetJson(value) => Intent::Set {
                field: name,
                value: value.clone(),
            },
            Self::Add(amount) => Intent::Add {
                field: name,
                amount: *amount,
            },
        }
    }
}

/// Where an edit goes: what is said of it names that.
struct Place {
    board: BoardId,
    widget: WidgetId,
    field: FieldName,
    /// Whether something is added to what is there.
    adds: bool,
}

impl Place {
    fn command(&self, intent: Intent, kind: Option<&KindSpec>) -> Command {
        let (board, widget) = (self.board.clone(), self.widget.clone());
        match intent {
            Intent::Set { field, value }
                if kind
                    .and_then(|kind| kind.field(&field))
                    .is_some_and(|spec| spec.is_now_or_never) =>
            {
                Command::SetNow {
                    board,
                    widget,
                    field,
                    value,
                    ttl_ms: SWITCH_TTL_MS,
                }
            }
            Intent::Add { field, amount } => Command::Add {
                board,
                widget,
                field,
                amount,
            },
            Intent::Set { field, value } => Command::Set {
                board,
                widget,
                field,
                value,
            },
            other => unreachable!("only fields are edited here, not {other:?}"),
        }
    }
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
    let kinds = Catalog::default();
    let kind = names::kind(&kinds, found.widget);
    let Some(field) = found.field else {
        return Err(Failure::Refused(format!(
            "which field of `{}`? It has: {}. Write `{}.FIELD`.",
            found.id,
            names::fields(kind, found.widget),
            found.id
        )));
    };
    let place = Place {
        board,
        widget: found.id,
        field,
        adds: matches!(change, Change::Add(_)),
    };
    let intent = change.intent(&place.field, kind, found.widget);
    if kind.is_some() {
        let is_live = view.freshness == Freshness::Live;
        check(&kinds, found.widget, is_live, &intent).map_err(|reason| {
            let more = why(&place, kind, found.widget, &reason);
            Failure::Refused(format!(
                "{}.{}: {reason}{more} Nothing was saved.",
                place.widget, place.field
            ))
        })?;
    }
    session.driver.command(place.command(intent, kind));
    session.driver.command(Command::Flush);
    let id = made(&mut session.driver)?;
    if offline_ok {
        return until_saved(&mut session, id).await;
    }
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

/// Whether the server would take the edit, as far as this device can tell. What stands beside the field counts only while it is as
/// the server has it: a bound may have been moved since.
fn check(kinds: &Catalog, widget: &Widget, is_live: bool, intent: &Intent) -> Result<(), Rejection> {
    if is_live {
        return kinds.check_edit(widget, intent);
    }
    let alone = Widget {
        fields: SortedMap::new(),
        ..widget.clone()
    };
    kinds.check_edit(&alone, intent)
}

/// JSON where it is JSON, else text. A field that takes text takes everything as it stands, and a yes-or-no field takes yes and no. Of a
/// field that this program does not know, what it holds tells which it is.
fn read_value(text: &str, spec: Option<&ValueType>, known: Option<&Value>) -> Value {
    let verbatim = || Value::String(text.to_owned());
    let is_text = matches!(spec, Some(ValueType::Text | ValueType::Name | ValueType::Choice(_)));
    let is_boolean = spec == Some(&ValueType::Boolean);
    match (known, text) {
        _ if is_text => verbatim(),
        (Some(Value::String(_)), _) if spec.is_none() => verbatim(),
        (Some(Value::Bool(_)), "yes" | "on") => Value::Bool(true),
        (Some(Value::Bool(_)), "no" | "off") => Value::Bool(false),
        (_, "yes" | "on") if is_boolean => Value::Bool(true),
        (_, "no" | "off") if is_boolean => Value::Bool(false),
        _ => serde_json::from_str(text).unwrap_or_else(|_| verbatim()),
    }
}

/// The operation that was made just now.
fn made(driver: &mut Driver) -> Result<OperationId, Failure> {
    let refused = driver.notices().find_map(|notice| match notice {
        Notice::Refused { error, .. } => Some(Failure::Refused(error.to_string())),
        Notice::SetAside { id, reason } => Some(Failure::NotAccepted(format!(
            "not accepted: {reason} It is kept; `tideboard outbox --discard {id}` forgets it."
        ))),
        _ => None,
    });
    if let Some(refused) = refused {
        return Err(refused);
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
    let (mut told, mut told_why) = (false, false);
    let look = |driver: &Driver, notices: &[Notice]| {
        let is_pending = !is_saved(driver, id) && !is_gone(driver, id);
        if let Some(unsaved) = unsaved(driver).filter(|_| is_pending) {
            return Some(Err(unsaved));
        }
        let waits = matches!(driver.engine().status().connection, Connection::Waiting { .. });
        if waits && is_saved(driver, id) && !std::mem::replace(&mut told, true) {
            eprintln!("-- saved on this device; the server can't be reached, trying again");
        }
        if let Some(reason) = put_off(driver).filter(|_| !std::mem::replace(&mut told_why, true)) {
            eprintln!("-- saved on this device; put off by the server, trying again: {reason}");
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
            let _ = lines::print(&format!("applied {}", lines::at(*revision, overwrote.as_deref())));
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
    let Place {
        board, widget, field, ..
    } = place;
    let subject = names::subject(driver.engine(), board, widget, Some(field));
    let stands = lines::theirs(contention, theirs);
    Failure::Conflict(format!(
        "{widget}.{field}{subject}: somebody else's value stands: {stands}. Choose: `tideboard outbox --keep-mine {id}` or \
         `--keep-theirs {id}`."
    ))
}

/// It is kept, and why; for a name that is wrong, those that there are.
fn not_accepted(driver: &Driver, id: OperationId, place: &Place, reason: &SetAsideReason) -> Failure {
    let shown = driver.engine().shown_widget(&place.board, &place.widget);
    let more = match (reason, shown.widget(&place.widget)) {
        (SetAsideReason::Rejected(reason), Some(known)) => why(place, None, known, reason),
        _ => String::new(),
    };
    Failure::NotAccepted(format!(
        "not accepted: {reason}{more} It is kept; `tideboard outbox --discard {id}` forgets it."
    ))
}

/// What helps beside the reason.
fn why(place: &Place, kind: Option<&KindSpec>, known: &Widget, reason: &Rejection) -> String {
    match reason {
        Rejection::UnknownField => format!(" {}", names::no_field(&place.widget, kind, known, &place.field)),
        Rejection::WrongType { .. } if place.adds => {
            " Only counters are added to: give it a value with `tideboard set`.".to_owned()
        }
        _ => String::new(),
    }
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
        assert_eq!(read_value("21.5", None, Some(&json!(3))), json!(21.5));
        assert_eq!(read_value("true", None, None), json!(true));
        assert_eq!(read_value("busy", None, None), json!("busy"));
        assert_eq!(read_value("42", None, Some(&json!("a note"))), json!("42"));
    }

    #[test]
    fn a_switch_takes_the_words_that_its_refusal_asks_for() {
        assert_eq!(read_value("yes", None, Some(&json!(false))), json!(true));
        assert_eq!(read_value("no", None, Some(&json!(true))), json!(false));
        assert_eq!(read_value("yes", None, Some(&json!("a note"))), json!("yes"));
    }

    #[test]
    fn what_a_field_takes_counts_more_than_what_it_holds() {
        let read = |text, spec, known: Option<Value>| read_value(text, Some(&spec), known.as_ref());
        assert_eq!(read("42", ValueType::Text, None), json!("42"));
        assert_eq!(read("yes", ValueType::Boolean, None), json!(true));
        // A list that an older server took as text.
        assert_eq!(read(r#"["a"]"#, ValueType::Texts, Some(json!("a"))), json!(["a"]));
    }
}
