//! Sending what waits, and what came of it.

use std::collections::BTreeMap;

use super::{
    Failure,
    outbox::print_one,
    session::{Ended, Session},
};
use crate::{
    driver::Driver,
    protocol::{OperationId, Verdict},
    sync::{Command, Conflict, Connection, Listed, Notice, Pending},
};

/// What is sent, and how long is waited for the answers.
#[derive(Clone, Copy, Debug)]
pub enum Sent<'a> {
    /// All of it; as long as `--timeout` says.
    All,
    /// What was made just now. A server that can't be reached is not waited for.
    These(&'a [OperationId]),
}

impl Sent<'_> {
    fn holds(self, id: OperationId) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

/// Sends, and prints each edit that is dealt with by that. What waits for its owner afterwards is a failure of its own.
pub async fn send(session: &mut Session, sent: Sent<'_>, as_json: bool) -> Result<(), Failure> {
    // Whose edits are meant is not known before the server was met: it has to be asked.
    let is_stranger = session.driver.engine().status().namespace.is_none();
    // And so whether the server is back that was at this address before.
    let waits_elsewhere = matches!(sent, Sent::All) && session.driver.engine().elsewhere().len() > 0;
    if left(&session.driver, sent) > 0 || is_stranger || waits_elsewhere {
        session.driver.command(Command::Connect);
        let mut teller = Teller {
            as_json,
            waiting: BTreeMap::new(),
        };
        let look = |driver: &Driver, notices: &[Notice]| {
            teller.note(driver);
            notices.iter().for_each(|notice| teller.tell(driver, notice));
            let status = driver.engine().status();
            match status.connection {
                Connection::NeedsAuth { message } => Some(Err(Failure::Refused(format!(
                    "{message} Give a token in TIDEBOARD_TOKEN."
                )))),
                Connection::Closed { message } => Some(Err(Failure::Refused(message))),
                Connection::Live { .. } if status.initialized && left(driver, sent) == 0 => Some(Ok(())),
                _ if status.initialized && left(driver, sent) == 0 && !waits_elsewhere => Some(Ok(())),
                Connection::Waiting { .. } if matches!(sent, Sent::These(_)) => {
                    let server = driver.server().origin();
                    Some(Err(Failure::Unanswered(format!("{server} can't be reached."))))
                }
                _ => None,
            }
        };
        let done = match session.until(look).await {
            Ok(done) => done,
            Err(Ended::Interrupted) => Err(Failure::Unanswered("interrupted.".to_owned())),
            Err(ended) => Err(Failure::Unanswered(session.unreachable(ended))),
        };
        session.store().await;
        let elsewhere = session.driver.engine().elsewhere().len();
        done.map_err(|failure| still_saved(failure, left(&session.driver, sent) + elsewhere, sent))?;
    }
    undecided(&session.driver, sent)
}

/// What is sent and has not left the outbox.
fn left(driver: &Driver, sent: Sent<'_>) -> usize {
    let waiting = driver.engine().pending().filter(|pending| !pending.is_folded());
    waiting.filter(|pending| sent.holds(pending.operation.id)).count()
}

/// What was not sent is not lost: that is said with the reason.
fn still_saved(failure: Failure, left: usize, sent: Sent<'_>) -> Failure {
    let kept = match (sent, left) {
        (Sent::These(_), _) => {
            "The decision is saved on this device, and is sent by whatever command reaches the server next: \
                                `tideboard outbox --send`, say."
                .to_owned()
        }
        (Sent::All, 0) => return Failure::Refused(failure.to_string()),
        (Sent::All, 1) => "1 edit waits safely on this device.".to_owned(),
        (Sent::All, left) => format!("{left} edits wait safely on this device."),
    };
    match failure {
        Failure::Refused(why) => Failure::Refused(format!("{why} {kept}")),
        other => Failure::Unanswered(format!("{other} {kept}")),
    }
}

/// What waits for its owner now, of what was sent.
fn undecided(driver: &Driver, sent: Sent<'_>) -> Result<(), Failure> {
    let engine = driver.engine();
    let conflicts = engine.conflicts().filter(|conflict| sent.holds(conflict.operation.id));
    let conflicts: Vec<&Conflict> = conflicts.collect();
    let aside = engine.set_aside_list().filter(|aside| sent.holds(aside.operation.id));
    let aside = aside.count();
    let are = |len: usize, one: &str, many: &str| format!("{len} {}", if len == 1 { one } else { many });
    // What was chosen is not said to have two versions as if nobody had chosen.
    let again = conflicts
        .iter()
        .filter(|conflict| conflict.operation.resolves.is_some());
    let anew = match again.count() {
        0 => String::new(),
        again => {
            let choices = are(again, "choice was", "choices were");
            format!("{choices} made on what stood before, and somebody has written since: nothing was overwritten. ")
        }
    };
    if !conflicts.is_empty() {
        let fields = are(conflicts.len(), "field has", "fields have");
        return Err(Failure::Conflict(format!(
            "{anew}{fields} two versions. Choose: `tideboard outbox --keep-mine ID` or `--keep-theirs ID`."
        )));
    }
    if aside > 0 {
        let edits = are(aside, "edit was", "edits were");
        return Err(Failure::NotAccepted(format!(
            "{edits} not accepted. Make it again with `tideboard outbox --retry ID`, or forget it with `--discard ID`."
        )));
    }
    Ok(())
}

/// Prints what came of each edit that leaves nothing to decide. The rest stays in the list.
struct Teller {
    as_json: bool,
    waiting: BTreeMap<OperationId, Pending>,
}

impl Teller {
    /// Whatever waits now is told of when it is dealt with.
    fn note(&mut self, driver: &Driver) {
        let waiting = driver.engine().pending().filter(|pending| !pending.is_folded());
        for pending in waiting.filter(|pending| pending.verdict.is_none()) {
            let noted = self.waiting.entry(pending.operation.id);
            noted.or_insert_with(|| pending.clone());
        }
    }

    fn tell(&mut self, driver: &Driver, notice: &Notice) {
        let Notice::Decided { id, verdict } = notice else {
            return;
        };
        let (state, reason) = match verdict {
            Verdict::Applied {
                revision, overwrote, ..
            } => ("applied", super::lines::at(*revision, overwrote.as_deref())),
            Verdict::Withdrawn { .. } => ("taken-back", "before it took effect".to_owned()),
            Verdict::Conflict { .. } | Verdict::Rejected { .. } | Verdict::Expired { .. } => return,
        };
        if let Some(pending) = self.waiting.remove(id) {
            let listed = Listed {
                state,
                id: *id,
                operation: &pending.operation,
                reason,
                made_at_ms: pending.made_at_ms,
                theirs: None,
            };
            let printed = print_one(driver.engine(), &listed, self.as_json);
            drop(printed); // a reader that has gone is no error
        }
    }
}
