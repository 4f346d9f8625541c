//! What came of a call, as it is answered.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{
    protocol::{Answer, Contention, FieldName, Overwritten, Rejection, Verdict},
    server::{
        log::{Call, CallChange, Called},
        problem::Problem,
    },
    terminal::names,
};

/// What is answered with 200: that it took effect, now or before.
type Done = Map<String, Value>;

/// Tells what came of a call, whose body was text as it stands or not.
pub(super) fn of(call: &Call, called: Called, is_text: bool) -> Result<Done, Problem> {
    match called {
        Called::Answered { answer, changed } => answered(call, answer, changed, is_text),
        Called::Unknown { what, known } => Err(unknown(call, &what, &known)),
        Called::KeyUsed => Err(unfit(
            "key_used",
            "This Idempotency-Key was used for another change of this board: send each change with a key of its own.",
        )),
        Called::NeedsDeadline => Err(unfit(
            "needs_within",
            "This field takes effect now or never: say within how many seconds, as ?within=10.",
        )),
        Called::NoLog { kind } => {
            let help = format!("`{}` is a {kind}, and lines go to a widget of kind log.", call.widget);
            Err(unfit("no_log", help))
        }
        Called::NotSeen { head } => {
            let help = format!(
                "The board is at revision {head}, before the one in `seen`: it went back to a backup, or that was another board’s. Read it \
                 again. Nothing was changed."
            );
            Err(Problem::new(StatusCode::CONFLICT, "not_seen", help).with("revision", head.0))
        }
    }
}

fn answered(call: &Call, answer: Answer, changed: Option<(FieldName, Value)>, is_text: bool) -> Result<Done, Problem> {
    let (verdict, duplicate) = match answer {
        Answer::Verdict { verdict, duplicate } => (verdict, duplicate),
        Answer::Retry { after_ms, reason } => {
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "retry", reason);
            return Err(problem.again_after_ms(after_ms));
        }
        Answer::ReadOnly => {
            let help = Rejection::ReadOnly.to_string();
            return Err(Problem::new(StatusCode::FORBIDDEN, "read_only", help));
        }
        // It is made where it is decided, and its key is its author's own.
        Answer::Hold | Answer::TooOld { .. } | Answer::History | Answer::NotYours => {
            let help = "The server can’t say what became of it: look at the board, and send it again.";
            return Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "unknown_fate", help));
        }
    };
    let told = |problem: Problem| {
        let problem = problem.with("revision", verdict.revision().0);
        if duplicate {
            problem.with("duplicate", true)
        } else {
            problem
        }
    };
    match &verdict {
        Verdict::Applied {
            revision, overwrote, ..
        } => {
            let mut done = Map::new();
            done.insert("revision".to_owned(), revision.0.into());
            if let Some((field, value)) = changed {
                done.insert("value".to_owned(), value);
                if matches!(call.change, CallChange::Line(_)) {
                    done.insert("line".to_owned(), field.as_str().into());
                }
            }
            done.extend(
                overwrote
                    .as_deref()
                    .map(|theirs| ("overwrote".to_owned(), version(theirs))),
            );
            done.extend(duplicate.then(|| ("duplicate".to_owned(), true.into())));
            Ok(done)
        }
        Verdict::Conflict { contention, theirs, .. } => Err(told(conflict(call, *contention, theirs))),
        Verdict::Rejected { reason, .. } => Err(told(rejected(reason, is_text))),
        Verdict::Expired { .. } => {
            let help = "It came to be decided too late, and was not done: send it again if it still shall happen.";
            Err(told(Problem::new(StatusCode::GONE, "expired", help)))
        }
        Verdict::Withdrawn { .. } => {
            let help = "It was taken back before it was decided. Nothing was changed.";
            Err(told(Problem::new(StatusCode::CONFLICT, "withdrawn", help)))
        }
    }
}

/// Another value stands: all three are told, of the one before the revision that the request has named.
fn conflict(call: &Call, contention: Contention, theirs: &Overwritten) -> Problem {
    let help = match contention {
        Contention::Removed => format!(
            "`{}` was removed from the board: bring it back there, or send to another widget. Nothing was changed.",
            call.widget
        ),
        Contention::Ask | Contention::FirstWriteWins => {
            "Somebody has written since, and their value stands: look at it, \
             and send yours with its revision as `seen`, or without `seen`, if it shall be written over."
                .to_owned()
        }
    };
    let base = call.seen.map_or(Value::Null, |seen| json!({ "revision": seen }));
    let mine = match &call.change {
        CallChange::Set(value) => value.clone(),
        CallChange::Add(amount) => json!({ "add": amount }),
        CallChange::Line(text) => text.as_str().into(),
    };
    Problem::new(StatusCode::CONFLICT, "conflict", help)
        .with("contention", json!(contention))
        .with("base", base)
        .with("mine", mine)
        .with("theirs", version(theirs))
}

/// Somebody else's value.
fn version(theirs: &Overwritten) -> Value {
    let mut version = json!({ "value": theirs.value, "revision": theirs.revision });
    if let Some(writer) = &theirs.writer {
        version["by"] = writer.principal.as_str().into();
        version["device"] = json!(writer.device);
        version["at"] = json!(writer.at);
    }
    version
}

fn rejected(reason: &Rejection, is_text: bool) -> Problem {
    let status = match reason {
        Rejection::UnknownBoard | Rejection::UnknownWidget | Rejection::UnknownKind | Rejection::UnknownField => {
            StatusCode::NOT_FOUND
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let hint = match reason {
        Rejection::WrongType { .. } if is_text => {
            " With the header Content-Type: application/json the body is read as JSON."
        }
        _ => "",
    };
    Problem::new(status, word(reason), [&reason.to_string(), hint].concat())
}

fn unknown(call: &Call, what: &Rejection, known: &[String]) -> Problem {
    let (kinds, asked) = match what {
        Rejection::UnknownBoard => ("Boards", call.board.as_str()),
        Rejection::UnknownWidget => ("Its widgets", call.widget.as_str()),
        _ => ("Its fields", call.field.as_str()),
    };
    let meant = names::meant(asked, known.iter().map(|name| (name.as_str(), name.as_str())));
    let help = format!(
        "{what}{} {kinds}: {}. Nothing was changed.",
        names::did_you_mean(meant),
        match known {
            [] => "none".to_owned(),
            _ => names::list(known.iter().map(String::as_str)),
        }
    );
    Problem::new(StatusCode::NOT_FOUND, word(what), help)
}

fn unfit(error: &'static str, help: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error, help)
}

/// A reason as the protocol writes it.
const fn word(reason: &Rejection) -> &'static str {
    match reason {
        Rejection::UnknownBoard => "unknown_board",
        Rejection::UnknownWidget => "unknown_widget",
        Rejection::UnknownKind => "unknown_kind",
        Rejection::UnknownField => "unknown_field",
        Rejection::WrongType { .. } => "wrong_type",
        Rejection::OutOfRange { .. } => "out_of_range",
        Rejection::TooLarge { .. } => "too_large",
        Rejection::TooDeep { .. } => "too_deep",
        Rejection::TooMany { .. } => "too_many",
        Rejection::Exists => "exists",
        Rejection::NotRemoved => "not_removed",
        Rejection::BirthRecord => "birth_record",
        Rejection::ReadOnly => "read_only",
        Rejection::Overflow => "overflow",
    }
}
