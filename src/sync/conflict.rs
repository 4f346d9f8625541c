//! What did not take effect and waits for a person: conflicts, and operations that were set aside.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Engine,
    storage::Journaled,
    turns::{Turn, Why},
};
use crate::{
    config::OUTBOX_LEN_MAX,
    planted::{self, Bug},
    protocol::{Contention, FieldName, Intent, Operation, OperationId, Overwritten, Rejection, Value, Verdict, Widget},
    sorted::SortedSet,
    time::Timestamp,
};

/// One field, three values. Lives on its author's device until it is resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The operation that met it; its `base_value` is *before*, its value is *mine*. On a card that was joined, the last one, with
    /// *before* of the first.
    pub operation: Operation,
    /// Why.
    pub contention: Contention,
    /// What stands now: as the server met it, until somebody writes on. It is what a choice is made on. Of one that met a removal
    /// (`contention` says so), that removal.
    pub theirs: Overwritten,
    /// That its widget was removed since, and by whom as far as that is known; `None` while it is there. What it is about is still
    /// in the fields above, and asked again when the widget is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Box<Overwritten>>,
    /// When its author made the change, in Unix milliseconds by the clock of this device; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at_ms: Option<u64>,
    /// Whether *mine* is no value that its author gave: they undid an edit, and it is what was there before that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_undo: bool,
    /// The card it has joined: its author had been asked about an earlier edit of this field, and went on. *Mine* is what they wanted
    /// last, and *before* what was there when they began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<OperationId>,
    /// The last number in the outbox when it was made to wait again, if it was: what its author had set by then is no answer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<u64>,
}

/// How many fields these are about: one may have several cards.
#[must_use]
pub fn fields_len(conflicts: &[Conflict]) -> usize {
    if conflicts.len() < 2 {
        return conflicts.len();
    }
    let places = conflicts.iter().map(|conflict| {
        let Operation {
            board, widget, intent, ..
        } = &conflict.operation;
        let field = intent.field().map_or("", FieldName::as_str);
        [board.as_str(), " ", widget.as_str(), " ", field].concat()
    });
    places.collect::<SortedSet<String>>().len()
}

impl Conflict {
    /// The name of its card: the operation's id; or, when that was to resolve another conflict or goes on from one, that one's: a
    /// field that somebody drags a control of is one card, and a resolution which meets yet another value stays on it.
    #[must_use]
    pub fn id(&self) -> OperationId {
        let earlier = self.card.or(self.operation.resolves);
        earlier.unwrap_or(self.operation.id)
    }

    /// Puts what its author wanted later on the card of what they wanted before.
    pub(super) fn join(&mut self, earlier: &Self) {
        self.card = Some(earlier.id());
        self.asked_at = earlier.asked_at;
        self.operation.base_value.clone_from(&earlier.operation.base_value);
    }

    /// Whether it goes on the card of what its author wanted of the same field before.
    pub(super) fn goes_on_from(&self, earlier: &Self) -> bool {
        let Operation { resolves, deadline, .. } = &self.operation;
        self.contention == earlier.contention
            && !self.is_undo
            && !earlier.is_undo
            && resolves.is_none()
            && deadline.is_none()
            && earlier.gives_way_to(&self.operation)
    }

    /// Whether nobody needs to be asked about it any more where that operation was decided, which goes after it in the outbox: its author
    /// has set the field anew. An older text stays, of which a later one may hold nothing; so does what that was to decide.
    pub(super) fn gives_way_to(&self, later: &Operation) -> bool {
        let own = &self.operation;
        self.is_short()
            && matches!(later.intent, Intent::Set { .. })
            && later.intent.field() == own.intent.field()
            && later.widget == own.widget
            && later.board == own.board
            && own.deadline.is_none()
            && later.resolves != Some(self.id())
    }

    /// Whether *mine* is all in one value: not a text, nor what was added.
    fn is_short(&self) -> bool {
        let is_text = self.mine().is_none_or(Value::is_string);
        !is_text || planted::is(Bug::TextGivesWay)
    }

    /// What the author saw when they made the change; where they went on, the first one.
    #[must_use]
    pub const fn before(&self) -> Option<&Value> {
        self.operation.base_value.as_ref()
    }

    /// What the author wanted.
    #[must_use]
    pub const fn mine(&self) -> Option<&Value> {
        match &self.operation.intent {
            Intent::Set { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The removal of its widget, while that is removed: what it met, or what somebody did since.
    #[must_use]
    pub fn removal(&self) -> Option<&Overwritten> {
        if self.contention == Contention::Removed {
            Some(&self.theirs)
        } else {
            self.removed.as_deref()
        }
    }

    /// Whether a decision of it can be undone. That of a removal is undone where removals are.
    #[must_use]
    pub fn can_be_unresolved(&self) -> bool {
        self.removal().is_none()
    }

    /// Takes over what stands now, of its widget as the server has it. What its author has put there since, or its own decision, is no
    /// other side: where that is undone, theirs is there again.
    fn meet(&mut self, widget: &Widget, is_own: &dyn Fn(OperationId) -> bool) {
        let met_removal = self.contention == Contention::Removed;
        let known = self.removal().map(|removal| removal.revision);
        if widget.removed != known && (widget.removed > known || !met_removal) {
            let removal = widget.removed.map(|revision| Overwritten {
                value: Value::Null,
                revision,
                writer: widget.removed_by.clone(),
            });
            match removal {
                Some(removal) if met_removal => self.theirs = removal,
                removal => self.removed = removal.map(Box::new),
            }
        }
        let Some(field) = self.operation.intent.field().and_then(|field| widget.fields.get(field)) else {
            return;
        };
        if met_removal || field.revision <= self.theirs.revision {
            return;
        }
        self.theirs.revision = field.revision;
        if field.value != self.theirs.value && !is_own(field.operation) {
            self.theirs.value = field.value.clone();
            self.theirs.writer = Some(field.writer.clone());
        }
    }

    /// How it is resolved where nobody is asked, by the field's policy: the first write wins where that is declared, and
    /// what was removed stays removed; else the last one does, *ask* included.
    ///
    /// A resolution that met yet another value gives way to it. So a conflict costs at most one more operation, and two
    /// screens that both decide for their people never overrule each other without end.
    #[must_use]
    pub fn by_policy(&self) -> Resolution {
        match self.contention {
            Contention::Ask if self.operation.resolves.is_none() && self.removed.is_none() => Resolution::KeepMine,
            Contention::Ask | Contention::FirstWriteWins | Contention::Removed => Resolution::KeepTheirs,
        }
    }
}

impl Engine {
    /// Conflicts go on while others write: what their authors choose from is what stands.
    pub(super) fn meet_others(&mut self, now: Timestamp) {
        for (id, conflict) in self.conflicts.iter_mut() {
            let (board, widget) = (&conflict.operation.board, &conflict.operation.widget);
            let confirmed = self.replicas.get(board).map(|replica| &replica.confirmed);
            if let Some(widget) = confirmed.and_then(|confirmed| confirmed.widget(widget)) {
                let (outbox, undone, is_short) = (&self.outbox, &self.keeping.undone, conflict.is_short());
                let asked_at = conflict.asked_at;
                let is_pending = |own| {
                    let pending = outbox.get(own);
                    pending.is_some_and(|pending| {
                        let is_answer = is_short && pending.number > asked_at;
                        is_answer || pending.operation.resolves == Some(*id)
                    })
                };
                conflict.meet(widget, &|own| {
                    is_pending(own) || undone.iter().any(|(undone, _)| *undone == own)
                });
            }
        }
        self.meet_returned(now);
    }
}

/// How a conflict is resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Mine is set again, over theirs.
    KeepMine,
    /// Theirs stands.
    KeepTheirs,
    /// Another value is set.
    Edit(Value),
}

/// An operation that did not take effect, kept with its values and the reason until its author has dealt with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetAside {
    /// The operation.
    pub operation: Operation,
    /// Why it is here.
    pub reason: SetAsideReason,
    /// When its author made the change, in Unix milliseconds by the clock of this device; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at_ms: Option<u64>,
}

/// Why an operation was set aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// The server can't apply it.
    Rejected(Rejection),
    /// Its deadline had passed.
    Expired,
    /// It needed a recent word from the server to have a deadline, and was never sent.
    NotSent,
    /// It was made before what the server remembers: nobody knows whether it took effect.
    TooOld,
    /// Somebody else's.
    NotYours,
    /// It was applied, and then the server went back to an older backup.
    Forgotten,
    /// What this device has stored of it can't be read: its value is that text. Never stored itself.
    Unreadable,
}

impl fmt::Display for SetAsideReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::Expired => f.write_str("Its time was over before the server had it."),
            Self::NotSent => f.write_str("It is done at once or never, and the server could not be reached."),
            Self::TooOld => f.write_str(
                "Too old: nobody knows whether it took effect. Look at the board, then retry or discard it.",
            ),
            Self::NotYours => {
                f.write_str("The server knows this edit as somebody else's. Retry makes it anew; or discard it.")
            }
            Self::Forgotten => f.write_str(
                "It was applied, and then the server went back to an older backup. Send it again, or discard it.",
            ),
            Self::Unreadable => f.write_str(
                "This device's record of it can't be read. A newer version may read it; or export its text, and discard it.",
            ),
        }
    }
}

impl std::error::Error for SetAsideReason {}

/// Those that were not decided by a page before, which remembers them as decided. A conflict is not listed while its decision is
/// on its way; where that came to nothing it is listed again, and then it is its person's. So what is gone from the list is
/// forgotten only where there is very much of it.
pub fn undecided(conflicts: impl IntoIterator<Item = Conflict>, decided: &mut SortedSet<OperationId>) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = conflicts.into_iter().collect();
    let is_listed = |id: &OperationId| conflicts.iter().any(|conflict| conflict.operation.id == *id);
    while decided.len() > OUTBOX_LEN_MAX
        && let Some(gone) = decided.iter().copied().find(|id| !is_listed(id))
    {
        decided.remove(&gone);
    }
    conflicts.retain(|conflict| decided.insert(conflict.operation.id));
    conflicts
}

/// Where a settled operation goes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shelf {
    Journal(Box<Journaled>),
    /// It was undone before it was decided, and can be done once more.
    Undone(Box<Journaled>),
    Conflict(Conflict),
    Aside(SetAside),
    Nowhere,
}

impl Shelf {
    /// Where an operation with this verdict goes, that was taken back for this reason if at all, and made then.
    pub fn of(operation: Operation, verdict: Verdict, why: Why, made_at_ms: Option<u64>, turn: Turn) -> Self {
        let is_again = turn.is_taken_back() && operation.deadline.is_none();
        let reason = match verdict {
            Verdict::Applied { .. } => {
                return Self::Journal(Box::new(Journaled {
                    operation,
                    verdict,
                    made_at_ms,
                    turn,
                }));
            }
            Verdict::Withdrawn { .. } if is_again => {
                return Self::Undone(Box::new(Journaled {
                    operation,
                    verdict,
                    made_at_ms,
                    turn,
                }));
            }
            Verdict::Conflict { contention, theirs, .. } => {
                return Self::Conflict(Conflict {
                    operation,
                    contention,
                    theirs: *theirs,
                    removed: None,
                    made_at_ms,
                    is_undo: why == Why::Undoes,
                    card: None,
                    asked_at: None,
                });
            }
            Verdict::Withdrawn { .. } if why != Why::Late => return Self::Nowhere,
            Verdict::Rejected { reason, .. } => SetAsideReason::Rejected(reason),
            Verdict::Withdrawn { .. } | Verdict::Expired { .. } => SetAsideReason::Expired,
        };
        Self::Aside(SetAside {
            operation,
            reason,
            made_at_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{ClientId, Cursor, Revision, encode, read};

    fn conflict(contention: Contention, resolves: Option<OperationId>) -> Conflict {
        Conflict {
            operation: Operation {
                id: id(2),
                board: "b".parse().expect("a name"),
                widget: "w".parse().expect("a name"),
                schema: 1,
                made_at: Cursor::ORIGIN,
                intent: Intent::Remove,
                base: None,
                base_value: None,
                deadline: None,
                resolves,
            },
            contention,
            theirs: Overwritten {
                value: Value::Null,
                revision: Revision(3),
                writer: None,
            },
            removed: None,
            made_at_ms: None,
            is_undo: false,
            card: None,
            asked_at: None,
        }
    }

    fn id(sequence: u64) -> OperationId {
        let client = ClientId(1);
        OperationId { client, sequence }
    }

    #[test]
    fn where_nobody_is_asked_the_policy_decides_and_ask_takes_the_last_write() {
        let decided = |contention| conflict(contention, None).by_policy();
        assert_eq!(decided(Contention::Ask), Resolution::KeepMine);
        assert_eq!(decided(Contention::FirstWriteWins), Resolution::KeepTheirs);
        assert_eq!(decided(Contention::Removed), Resolution::KeepTheirs);
    }

    #[test]
    fn what_an_earlier_version_has_stored_is_read_and_what_it_had_not_is_missing() {
        let known = conflict(Contention::Removed, None);
        let stored = encode(&known);
        assert!(
            !stored.contains("removed\":{"),
            "an earlier version reads it, too: {stored}"
        );
        let earlier = format!(
            "{{\"operation\":{},\"contention\":\"removed\",\"theirs\":{{\"value\":null,\"revision\":3}}}}",
            encode(&known.operation)
        );
        assert_eq!(read::<Conflict>(&earlier).expect("a record"), known);
        let removed = Some(Box::new(known.theirs.clone()));
        let since = Conflict {
            removed,
            ..conflict(Contention::Ask, None)
        };
        assert_eq!(read::<Conflict>(&encode(&since)).expect("a record"), since);
        assert_eq!(since.removal(), Some(&known.theirs));
    }

    #[test]
    fn a_resolution_that_meets_yet_another_value_gives_way() {
        let again = conflict(Contention::Ask, Some(id(1)));
        assert_eq!(again.by_policy(), Resolution::KeepTheirs);
    }
}
