//! What waits on this device: how many edits, how far each has come, and what can be done about it.

mod entry;

use std::rc::Rc;

use dioxus::prelude::*;

use self::entry::{ElsewhereEntry, PendingEntry, SetAsideEntry, entry_of};
use super::{
    disclosure::{Disclosure, Shape},
    icon::{Glyph, icon},
    ways_out::place,
    word::{Tone, Word, saying_of},
};
use crate::{
    hooks::{
        IS_IN_A_BROWSER, Notice, OperationError, PendingOperation, Phase, SetAside, SetAsideReason, fields_len,
        use_background_sync, use_notices, use_realtime_managers, use_signal,
    },
    protocol::{OperationId, Verdict},
    words::{count, t, ta, tn, with},
};

/// An operation that came to nothing, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationFailure {
    /// The operation.
    pub id: OperationId,
    /// Why it was set aside.
    pub reason: OperationError,
}

/// How the queue is, in a word for `data-state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Queue {
    Clear,
    /// Nothing waits but for a server that was at this address before.
    Elsewhere,
    Pending,
    Retrying,
    Failed,
}

/// How many edits wait, and a list of them: kind, value, time and phase, with *Retry* and *Roll back*; and of those
/// that were set aside, with the reason, *Edit*, *Retry* and *Discard*.
///
/// Its callbacks are called once in the tab or window where the edit was made, and once in the one that sends for the device: of
/// those that share an outbox it is one.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::components::{OperationFailure, PendingOperationsBadge};
///
/// #[component]
/// fn Header() -> Element {
///     let mut done = use_signal(|| 0);
///     let mut failed = use_signal(|| None::<OperationFailure>);
///     rsx! {
///         PendingOperationsBadge {
///             on_operation_complete: move |_| done += 1,
///             on_operation_fail: move |failure| failed.set(Some(failure)),
///         }
///         if let Some(OperationFailure { reason, .. }) = failed() {
///             p { "{done} done, and one was not: {reason}" }
///         }
///     }
/// }
/// ```
#[component]
pub fn PendingOperationsBadge(
    /// Whether a click opens the list.
    #[props(default = true)]
    show_details: bool,
    /// Called when the server has applied an operation of this device.
    #[props(default)]
    on_operation_complete: Option<Callback<OperationId>>,
    /// Called when one was rejected, has expired or was set aside.
    #[props(default)]
    on_operation_fail: Option<Callback<OperationFailure>>,
) -> Element {
    use_notices(move |notice| report(notice, on_operation_complete, on_operation_fail));
    let sync = use_background_sync();
    let open = use_signal(|| false);
    let undecided = use_realtime_managers().state.conflicts().len();
    let details = sync.details();
    let elsewhere = details.elsewhere.len();
    let tally = Tally::of(sync.pending(), &sync.queue(), &sync.set_aside(), undecided, elsewhere);
    let Tally {
        pending,
        retrying,
        failed,
        ..
    } = tally;
    let waiting = pending + failed + elsewhere;
    let (queue, tone) = match () {
        () if failed > 0 => (Queue::Failed, Some(Tone::Act)),
        () if retrying > 0 => (Queue::Retrying, Some(Tone::Wait)),
        () if pending > 0 => (Queue::Pending, None),
        () if elsewhere > 0 => (Queue::Elsewhere, Some(Tone::Wait)),
        () => (Queue::Clear, None),
    };
    let state = queue.token();
    let summary = if details.initialized {
        tally.summary()
    } else {
        t(NOT_READ).to_owned()
    };
    // It begins with the word that a phone shows.
    let summary = [t("Waiting edits"), ": ", &summary].concat();
    let face = rsx! {
        {icon(match queue {
            Queue::Failed => Glyph::PackageX,
            Queue::Elsewhere => Glyph::Timer,
            _ => Glyph::Inbox,
        })}
        span { class: "tool-word", {tn("Waiting")} }
        if waiting > 0 {
            span { class: "count", "{waiting}" }
        }
    };
    rsx! {
        div { class: "pending-badge", "data-state": state,
            span { class: "unseen", role: "status", "data-state": state, {tn(announcement(queue))} }
            if show_details {
                Disclosure { open, class: "teller", name: summary, label: t("Waiting edits"), shape: Shape::Wide, state: state.to_owned(), tone, face, PendingOperationsList {} }
            } else {
                span { class: "teller", role: "img", "aria-label": summary, "data-state": state, "data-tone": tone.map(Tone::token), {face} }
            }
        }
    }
}

impl Queue {
    const fn token(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Elsewhere => "elsewhere",
            Self::Pending => "pending",
            Self::Retrying => "retrying",
            Self::Failed => "failed",
        }
    }
}

/// What a screen reader hears: only what asks for something. Each edit passes through the queue; saying so each time
/// would drown the rest.
const fn announcement(queue: Queue) -> &'static str {
    match queue {
        Queue::Clear | Queue::Elsewhere | Queue::Pending => "",
        Queue::Retrying => "The server asked to send an edit again.",
        Queue::Failed => "An edit was not accepted.",
    }
}

fn report(notice: Notice, complete: Option<Callback<OperationId>>, fail: Option<Callback<OperationFailure>>) {
    let failure = match notice {
        Notice::Decided {
            id,
            verdict: Verdict::Applied { .. },
        } => {
            if let Some(complete) = complete {
                complete(id);
            }
            return;
        }
        Notice::Decided {
            id,
            verdict: Verdict::Rejected { reason, .. },
        } => OperationFailure {
            id,
            reason: SetAsideReason::Rejected(reason),
        },
        Notice::Decided {
            id,
            verdict: Verdict::Expired { .. },
        } => OperationFailure {
            id,
            reason: SetAsideReason::Expired,
        },
        Notice::SetAside { id, reason } => OperationFailure { id, reason },
        _ => return,
    };
    if let Some(fail) = fail {
        fail(failure);
    }
}

/// How many of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    pending: usize,
    retrying: usize,
    failed: usize,
    /// Conflicts: they wait for a person, and not to be sent.
    undecided: usize,
    /// What waits for a server that was at this address before.
    elsewhere: usize,
}

impl Tally {
    fn of(
        pending: usize,
        queue: &[PendingOperation],
        set_aside: &[SetAside],
        undecided: usize,
        elsewhere: usize,
    ) -> Self {
        let retrying = queue
            .iter()
            .filter(|operation| matches!(operation.phase, Phase::Retrying { .. }))
            .count();
        Self {
            pending,
            retrying,
            failed: set_aside.len(),
            undecided,
            elsewhere,
        }
    }

    fn summary(self) -> String {
        if self.pending + self.failed + self.undecided + self.elsewhere == 0 {
            return t("Nothing waits").to_owned();
        }
        let part = |number: usize, text: &str| (number > 0).then(|| with(text, &[&number.to_string()]));
        let parts = [
            part(self.pending, "{} waiting"),
            part(self.retrying, "{} retrying"),
            part(self.failed, "{} not accepted"),
            part(self.undecided, "{} to decide"),
            part(self.elsewhere, "{} for another server"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What a click on the badge opens; it may also stand in a page of its own.
#[component]
pub fn PendingOperationsList() -> Element {
    let sync = use_background_sync();
    let queue: Vec<PendingOperation> = sync
        .queue()
        .into_iter()
        .filter(|pending| !matches!(pending.phase, Phase::Decided(_)))
        .collect();
    let set_aside = sync.set_aside();
    let unlisted = sync.pending().saturating_sub(queue.len());
    let managers = use_realtime_managers();
    let undecided = fields_len(&managers.state.conflicts());
    let kept = use_signal(|| None::<Rc<MountedData>>);
    let elsewhere = sync.details().elsewhere;
    let is_clear = queue.is_empty() && set_aside.is_empty() && unlisted == 0;
    let can_export = IS_IN_A_BROWSER && !(is_clear && undecided == 0 && elsewhere.is_empty());
    let entries = rsx! {
        if !set_aside.is_empty() {
            section { "aria-label": ta("Not accepted"),
                h2 { {tn("Not accepted")} }
                ul { class: "entries",
                    for aside in set_aside {
                        SetAsideEntry { key: "{aside.operation.id}", aside }
                    }
                }
            }
        }
        if !queue.is_empty() {
            section { "aria-label": ta("Not on the server yet"),
                h2 { {tn("Not on the server yet")} }
                ul { class: "entries",
                    for (pending, (times, sum)) in queue.iter().filter_map(|pending| Some((pending, entry_of(pending, &queue)?))) {
                        PendingEntry { key: "{pending.id}", pending: pending.clone(), times, sum }
                    }
                }
                if unlisted > 0 {
                    p { class: "note-line", {with("… and {} more", &[&unlisted.to_string()])} }
                }
            }
        }
        if !elsewhere.is_empty() {
            section { "aria-label": ta("For another server"), "data-state": "another-server",
                h2 { {tn("For another server")} }
                p { class: "note-line", {tn("Made for the server that was at this address before. They wait on this device, and go when that one is back, or when you discard them.")} }
                ul { class: "entries",
                    for (operation, made_at_ms) in elsewhere.iter().cloned() {
                        ElsewhereEntry { key: "{operation.id}", operation, made_at_ms }
                    }
                }
            }
        }
    };
    rsx! {
        if !sync.details().initialized {
            p { class: "note-line", "data-state": "loading", {tn(NOT_READ)} }
        } else if undecided > 0 {
            p { class: "note-line", "data-state": "conflict", {count(undecided, "{} field to decide.", "{} fields to decide.")} }
        } else if is_clear {
            if elsewhere.is_empty() {
                p { class: "note-line", "data-state": "clear", {tn(NOTHING_WAITS)} }
            } else {
                p { class: "note-line", "data-state": "elsewhere",
                    {saying_of(Word::Waiting, &count(elsewhere.len(), "{} edit waits for another server.", "{} edits wait for another server."))}
                }
            }
        }
        {place(kept, entries)}
        if can_export {
            button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| managers.background.export(), {tn("Export")} }
        }
    }
}

/// What is said where all is well.
const NOTHING_WAITS: &str = "Nothing waits. Everything you changed is on the server.";

/// What is said before it is known what waits.
const NOT_READ: &str = "Reading what waits on this device…";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_what_there_is_and_nothing_else() {
        assert_eq!(
            Tally {
                pending: 0,
                retrying: 0,
                failed: 0,
                undecided: 0,
                elsewhere: 0
            }
            .summary(),
            "Nothing waits"
        );
        assert_eq!(
            Tally {
                pending: 3,
                retrying: 1,
                failed: 0,
                undecided: 0,
                elsewhere: 0
            }
            .summary(),
            "3 waiting, 1 retrying"
        );
        assert_eq!(
            Tally {
                pending: 0,
                retrying: 0,
                failed: 2,
                undecided: 1,
                elsewhere: 4
            }
            .summary(),
            "2 not accepted, 1 to decide, 4 for another server"
        );
    }
}
