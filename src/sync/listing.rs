//! What waits on a device, in full, for people and their programs: what `tideboard outbox` prints, and a page's export.

use serde::Serialize;

use super::{Engine, Phase};
use crate::protocol::{BoardId, Intent, Operation, OperationId, Value, WidgetId, encode};

/// An edit that waits: a line of what is listed.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    /// `waiting` to be sent or answered, `not-accepted`, or with `two-versions`.
    pub state: &'static str,
    /// The operation.
    pub id: OperationId,
    /// Its board.
    pub board: &'a BoardId,
    /// Its widget.
    pub widget: &'a WidgetId,
    /// What it does.
    pub intent: &'a Intent,
    /// When it was made, in Unix milliseconds by the clock of this device; `None` where that is not known.
    pub made_at_ms: Option<u64>,
    /// How far it has come, or why it did not take effect.
    pub reason: String,
    /// Of two versions the other one.
    pub theirs: Option<&'a Value>,
}

impl<'a> Listed<'a> {
    fn new(state: &'static str, operation: &'a Operation, made_at_ms: Option<u64>, reason: String) -> Self {
        Self {
            state,
            id: operation.id,
            board: &operation.board,
            widget: &operation.widget,
            intent: &operation.intent,
            made_at_ms,
            reason,
            theirs: None,
        }
    }
}

impl Engine {
    /// All that waits on this device: for the server, and for its author.
    #[must_use]
    pub fn listing(&self) -> Vec<Listed<'_>> {
        let mut list = Vec::new();
        for pending in self.pending().filter(|pending| !pending.is_folded()) {
            let phase = phase_word(&self.phase(pending));
            list.push(Listed::new("waiting", &pending.operation, pending.made_at_ms, phase));
        }
        for aside in self.set_aside_list() {
            let reason = aside.reason.to_string();
            list.push(Listed::new("not-accepted", &aside.operation, None, reason));
        }
        for conflict in self.conflicts() {
            let theirs = &conflict.theirs.value;
            let reason = match theirs {
                Value::String(text) if !text.contains('\n') => ["theirs: ", text].concat(),
                other => ["theirs: ", &encode(other)].concat(),
            };
            list.push(Listed {
                theirs: Some(theirs),
                ..Listed::new("two-versions", &conflict.operation, conflict.made_at_ms, reason)
            });
        }
        list
    }

    /// The same as a JSON document: a list, one edit a line.
    #[must_use]
    pub fn export(&self) -> String {
        let lines: Vec<String> = self.listing().iter().map(encode).collect();
        ["[", &lines.join(",\n"), "]\n"].concat()
    }
}

fn phase_word(phase: &Phase) -> String {
    match phase {
        Phase::Saving => "being saved",
        Phase::Saved => "saved on this device",
        Phase::Sent => "sent, not answered",
        Phase::Retrying { attempts, reason, .. } => return format!("put off {attempts} times: {reason}"),
        Phase::Withdrawing => "being taken back",
        Phase::Decided(_) => "answered, being written down",
    }
    .to_owned()
}
