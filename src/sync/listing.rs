//! What waits on a device, in full, for people and their programs: what `tideboard outbox` prints, and a page's export.

use super::{Engine, Phase, storage::Durability};
use crate::protocol::{Operation, OperationId, Value, encode};

/// An edit that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<'a> {
    /// `waiting` to be sent or answered, `not-accepted`, with `two-versions`, or of `another-server` that was at this address before.
    pub state: &'static str,
    /// What it is called where it is dealt with: of two versions the conflict, which may have been met by an earlier edit.
    pub id: OperationId,
    /// The edit.
    pub operation: &'a Operation,
    /// When it was made, in Unix milliseconds by the clock of this device; `None` where that is not known.
    pub made_at_ms: Option<u64>,
    /// How far it has come, or why it did not take effect.
    pub reason: String,
    /// Of two versions the other one.
    pub theirs: Option<&'a Value>,
}

impl Listed<'_> {
    /// As JSON, in one line. Names need no escaping.
    #[must_use]
    pub fn json(self) -> String {
        let Self {
            state,
            id,
            operation,
            made_at_ms,
            reason,
            theirs,
        } = self;
        let Operation {
            board, widget, intent, ..
        } = operation;
        let (intent, made_at_ms, reason) = (
            encode(intent),
            encode(&Value::from(made_at_ms)),
            encode(&Value::from(reason)),
        );
        let theirs = encode(theirs.unwrap_or(&Value::Null));
        format!(
            "{{\"state\":\"{state}\",\"id\":\"{id}\",\"board\":\"{board}\",\"widget\":\"{widget}\",\"intent\":{intent},\"made_at_ms\":{made_at_ms},\"reason\":{reason},\"theirs\":{theirs}}}"
        )
    }
}

impl Engine {
    /// Tells all that waits on this device: for the server, and for its author.
    pub fn list<'a>(&'a self, tell: &mut dyn FnMut(Listed<'a>)) {
        for pending in self.pending().filter(|pending| !pending.is_folded()) {
            tell(Listed {
                state: "waiting",
                id: pending.operation.id,
                operation: &pending.operation,
                made_at_ms: pending.made_at_ms,
                reason: phase_word(&self.phase(pending), self.birth.durability),
                theirs: None,
            });
        }
        for aside in self.set_aside_list() {
            tell(Listed {
                state: "not-accepted",
                id: aside.operation.id,
                operation: &aside.operation,
                made_at_ms: aside.made_at_ms,
                reason: format!("{}", aside.reason),
                theirs: None,
            });
        }
        for conflict in self.conflicts() {
            let theirs = &conflict.theirs.value;
            let since = if conflict.removed.is_some() {
                ", removed since"
            } else {
                ""
            };
            tell(Listed {
                state: "two-versions",
                id: conflict.id(),
                operation: &conflict.operation,
                made_at_ms: conflict.made_at_ms,
                reason: ["theirs: ", &encode(theirs), since].concat(),
                theirs: Some(theirs),
            });
        }
        for (operation, made_at_ms) in self.elsewhere() {
            tell(Listed {
                state: "another-server",
                id: operation.id,
                operation,
                made_at_ms,
                reason: ELSEWHERE.to_owned(),
                theirs: None,
            });
        }
    }

    /// The same as a JSON document: a list, one edit a line.
    #[must_use]
    pub fn export(&self) -> String {
        let mut document = String::new();
        self.list(&mut |listed| {
            document.push_str(if document.is_empty() { "[" } else { ",\n" });
            document.push_str(&listed.json());
        });
        if document.is_empty() {
            document.push('[');
        }
        document.push_str("]\n");
        document
    }
}

/// Why an edit of another store is not sent.
const ELSEWHERE: &str =
    "made for the server that was at this address before: it goes when that one is back, or when it is discarded";

/// How far an edit has come. Nothing is called saved that a browser may clear, or that does not outlive the page.
fn phase_word(phase: &Phase, durability: Durability) -> String {
    match phase {
        Phase::Saving => "being saved",
        Phase::Saved => match durability {
            Durability::Durable => "saved on this device",
            Durability::BestEffort => "kept in this browser",
            Durability::MemoryOnly => "in this page only",
        },
        Phase::Sent => "sent, not answered",
        Phase::Retrying { attempts, reason, .. } => return format!("put off {attempts} times: {reason}"),
        Phase::Withdrawing => "being taken back",
        Phase::Decided(_) => "answered, being written down",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_is_said_only_where_nothing_takes_it_away() {
        let said = |durability| phase_word(&Phase::Saved, durability);
        assert_eq!(said(Durability::Durable), "saved on this device");
        assert_eq!(said(Durability::BestEffort), "kept in this browser");
        assert_eq!(said(Durability::MemoryOnly), "in this page only");
    }
}
