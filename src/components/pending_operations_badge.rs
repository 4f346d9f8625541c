//! What waits on this device: how many edits, how far each has come, and what can be done about it.

use std::{mem::discriminant, sync::Arc};

use dioxus::prelude::*;

use super::{
    choices::field_text,
    disclosure::{Disclosure, Shape},
    format::{count, excerpt, ordinal, time_of_day},
    icon::{Glyph, Icon},
    ways_out::use_ways_out,
    word::{Saying, Tone, Word},
};
use crate::{
    hooks::{
        Durability, Notice, OperationError, PendingOperation, Phase, SetAside, SetAsideReason, use_background_sync,
        use_notices, use_now, use_realtime_managers, use_realtime_updates,
    },
    protocol::{BoardId, Intent, OperationId, Value, Verdict, WidgetId},
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
    let tally = Tally::of(sync.pending(), &sync.queue(), &sync.set_aside(), undecided);
    let Tally {
        pending,
        retrying,
        failed,
        ..
    } = tally;
    let (queue, tone) = match () {
        () if failed > 0 => (Queue::Failed, Some(Tone::Act)),
        () if retrying > 0 => (Queue::Retrying, Some(Tone::Wait)),
        () if pending > 0 => (Queue::Pending, None),
        () => (Queue::Clear, None),
    };
    let state = queue.token();
    let summary = if sync.details().initialized {
        tally.summary()
    } else {
        NOT_READ.to_owned()
    };
    // It begins with the word that a phone shows.
    let summary = ["Waiting edits: ", &summary].concat();
    let face = rsx! {
        Icon { glyph: if failed > 0 { Glyph::PackageX } else { Glyph::Inbox } }
        span { class: "tool-word", "Waiting" }
        if pending + failed > 0 {
            span { class: "count", "{pending + failed}" }
        }
    };
    rsx! {
        div { class: "pending-badge", "data-state": state,
            span { class: "unseen", role: "status", "data-state": state, {announcement(queue)} }
            if show_details {
                Disclosure { open, class: "teller", name: summary, label: "Waiting edits", shape: Shape::Wide, state: state.to_owned(), tone, face, PendingOperationsList {} }
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
        Queue::Clear | Queue::Pending => "",
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
}

impl Tally {
    fn of(pending: usize, queue: &[PendingOperation], set_aside: &[SetAside], undecided: usize) -> Self {
        let retrying = queue
            .iter()
            .filter(|operation| matches!(operation.phase, Phase::Retrying { .. }))
            .count();
        Self {
            pending,
            retrying,
            failed: set_aside.len(),
            undecided,
        }
    }

    fn summary(self) -> String {
        if self.pending + self.failed + self.undecided == 0 {
            return "Nothing waits".to_owned();
        }
        let part = |number: usize, word: &str| (number > 0).then(|| format!("{number} {word}"));
        let parts = [
            part(self.pending, "waiting"),
            part(self.retrying, "retrying"),
            part(self.failed, "not accepted"),
            part(self.undecided, "to decide"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What a click on the badge opens; it may also stand in a page of its own.
#[component]
pub fn PendingOperationsList() -> Element {
    let sync = use_background_sync();
    let (queue, listed) = gathered(sync.queue());
    let set_aside = sync.set_aside();
    let unlisted = sync.pending().saturating_sub(listed);
    let undecided = use_realtime_managers().state.conflicts().len();
    let is_clear = queue.is_empty() && set_aside.is_empty() && unlisted == 0;
    rsx! {
        if !sync.details().initialized {
            p { class: "note-line", "data-state": "loading", {NOT_READ} }
        } else if undecided > 0 {
            p { class: "note-line", "data-state": "conflict", {count(undecided, "field")} " to decide: two versions each." }
        } else if is_clear {
            p { class: "note-line", "data-state": "clear", "Nothing waits. Everything you changed is on the server." }
        }
        if !set_aside.is_empty() {
            section { "aria-label": "Not accepted",
                h2 { "Not accepted" }
                ul { class: "entries",
                    for aside in set_aside {
                        SetAsideEntry { key: "{aside.operation.id}", aside }
                    }
                }
            }
        }
        if !queue.is_empty() {
            section { "aria-label": "On their way",
                h2 { "On their way" }
                ul { class: "entries",
                    for (pending, ids) in queue {
                        PendingEntry { key: "{pending.id}", pending, ids }
                    }
                }
                if unlisted > 0 {
                    p { class: "note-line", "… and {unlisted} more" }
                }
            }
        }
    }
}

/// What waits, each with its names, and how many operations that is. What was added to one number and has come as far is one
/// entry, with the sum: a person has pressed three times, and it is taken back together.
fn gathered(queue: Vec<PendingOperation>) -> (Vec<(PendingOperation, Vec<OperationId>)>, usize) {
    let mut entries: Vec<(PendingOperation, Vec<OperationId>)> = Vec::new();
    let mut listed = 0;
    for pending in queue {
        if matches!(pending.phase, Phase::Decided(_)) {
            continue;
        }
        listed += 1;
        if let Intent::Add { field, amount } = &pending.operation.intent {
            let same = entries.iter_mut().find(|(first, _)| {
                matches!(&first.operation.intent, Intent::Add { field: other, .. } if other == field)
                    && first.widget() == pending.widget()
                    && first.board() == pending.board()
                    && discriminant(&first.phase) == discriminant(&pending.phase)
            });
            if let Some((first, ids)) = same {
                if let Intent::Add { amount: sum, .. } = &mut Arc::make_mut(&mut first.operation).intent {
                    *sum = sum.saturating_add(*amount);
                }
                ids.push(pending.id);
                continue;
            }
        }
        let ids = vec![pending.id];
        entries.push((pending, ids));
    }
    (entries, listed)
}

#[component]
fn PendingEntry(pending: PendingOperation, ids: Vec<OperationId>) -> Element {
    let sync = use_background_sync();
    let now = use_now();
    let when = pending
        .made_at_ms
        .zip(now())
        .map_or_else(|| "earlier".to_owned(), |(at, now)| time_of_day(now, at));
    let is_stored = !matches!(sync.details().durability, None | Some(Durability::MemoryOnly));
    let (token, said) = phase_words(&pending.phase, is_stored);
    let is_waiting = !matches!(pending.phase, Phase::Withdrawing);
    rsx! {
        li { class: "entry", "data-state": token, "data-tone": (token == "retrying").then_some("wait"),
            Head { board: pending.board().clone(), widget: pending.widget().clone(), intent: pending.operation.intent.clone(), when, times: ids.len() }
            if let Phase::Retrying { attempts, reason, shown, .. } = &pending.phase {
                Saying { word: Word::Retrying, more: format!("{} try", ordinal(attempts + 1)) }
                if *shown {
                    p { class: "note-line", "{reason}" }
                }
            } else {
                p { class: "note-line", "{said}" }
            }
            if is_waiting {
                div { class: "row",
                    if matches!(pending.phase, Phase::Retrying { .. }) {
                        button { class: "button", "data-shape": "small", r#type: "button", onclick: { let ids = ids.clone(); move |_| ids.iter().for_each(|id| sync.retry(*id, None)) }, "Retry" }
                    }
                    button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| ids.iter().for_each(|id| sync.rollback(*id)), "Roll back" }
                }
            }
        }
    }
}

/// A phase's name for `data-state`, and in words; "saved" is never said where nothing outlives the page.
fn phase_words(phase: &Phase, is_stored: bool) -> (&'static str, &'static str) {
    match phase {
        Phase::Saving => ("saving", "Being saved"),
        Phase::Saved if is_stored => ("saved", "Saved on this device"),
        Phase::Saved => ("saved", "In this page only"),
        Phase::Sent => ("sent", "Sent, not answered yet"),
        Phase::Retrying { .. } => ("retrying", ""),
        Phase::Withdrawing => ("withdrawing", "Being taken back"),
        Phase::Decided(_) => ("decided", "On the server"),
    }
}

#[component]
fn SetAsideEntry(aside: SetAside) -> Element {
    let ways_out = use_ways_out(&aside);
    let word = Word::from(&aside.reason);
    rsx! {
        li { class: "entry", "data-state": word.token(), "data-tone": word.tone().token(),
            Head { board: aside.operation.board.clone(), widget: aside.operation.widget.clone(), intent: aside.operation.intent.clone(), when: "", times: 1 }
            Saying { word }
            p { class: "note-line", "{aside.reason}" }
            {ways_out}
        }
    }
}

/// What an operation does, and to which widget; of several that do the same, how many there are.
#[component]
fn Head(
    board: ReadSignal<BoardId>,
    widget: ReadSignal<WidgetId>,
    intent: Intent,
    when: String,
    times: usize,
) -> Element {
    let live = use_realtime_updates::<Value>((board, widget));
    let title = Some(live.text("title"))
        .filter(|title| !title.is_empty())
        .unwrap_or_else(|| widget.read().to_string());
    let (mut what, value) = describe(&intent, &|item| live.text(item));
    if times > 1 {
        what = [&count(times, "time"), ", ", &what].concat();
    }
    rsx! {
        div { class: "entry-head",
            p { class: "entry-what", "{title}" }
            p { class: "entry-when", "{when}" }
        }
        p { class: "entry-value",
            "{what}"
            if let Some(value) = value {
                " "
                strong { "{value}" }
            }
        }
    }
}

/// An intent in words, and its value. Of an item of a list, which `text_of` has by its field, that is said too.
fn describe(intent: &Intent, text_of: &dyn Fn(&str) -> String) -> (String, Option<String>) {
    let of = |field: &str| match field.split_once('-') {
        Some((word, id)) if word != "item" => match text_of(&["item-", id].concat()) {
            item if item.is_empty() => word.to_owned(),
            item => [word, " of “", &excerpt(&item, VALUE_CHARS_MAX), "”"].concat(),
        },
        _ => plain(field).to_owned(),
    };
    match intent {
        Intent::Set { field, value } => (
            format!("Set {}:", of(field.as_str())),
            Some(excerpt(&field_text(field.as_str(), value), VALUE_CHARS_MAX)),
        ),
        Intent::Add { field, amount } => (
            format!("Add to {}:", plain(field.as_str())),
            Some(format!("{amount:+}")),
        ),
        Intent::Create { kind, .. } => (format!("Add a {kind}"), None),
        Intent::Remove => ("Remove it".to_owned(), None),
        Intent::Restore { .. } => ("Bring it back".to_owned(), None),
    }
}

/// A field's name as a word: `item-1` is `item`.
fn plain(field: &str) -> &str {
    field.split_once('-').map_or(field, |(word, _)| word)
}

/// What is said before it is known what waits.
const NOT_READ: &str = "Reading what waits on this device…";
/// A value in a list is cut to this many characters.
const VALUE_CHARS_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_names_what_there_is_and_nothing_else() {
        assert_eq!(
            Tally {
                pending: 0,
                retrying: 0,
                failed: 0,
                undecided: 0
            }
            .summary(),
            "Nothing waits"
        );
        assert_eq!(
            Tally {
                pending: 3,
                retrying: 1,
                failed: 0,
                undecided: 0
            }
            .summary(),
            "3 waiting, 1 retrying"
        );
        assert_eq!(
            Tally {
                pending: 0,
                retrying: 0,
                failed: 2,
                undecided: 1
            }
            .summary(),
            "2 not accepted, 1 to decide"
        );
    }

    #[test]
    fn an_intent_reads_as_a_sentence() {
        let set = Intent::Set {
            field: "item-7".parse().expect("a name"),
            value: json!("ropes"),
        };
        let none = |_: &str| String::new();
        assert_eq!(
            describe(&set, &none),
            ("Set item:".to_owned(), Some("ropes".to_owned()))
        );
        let done = Intent::Set {
            field: "done-7".parse().expect("a name"),
            value: json!(true),
        };
        let ropes = |field: &str| field.replace("item-7", "ropes");
        assert_eq!(describe(&done, &ropes).0, "Set done of “ropes”:");
        assert_eq!(describe(&done, &none).0, "Set done:");
        let add = Intent::Add {
            field: "count".parse().expect("a name"),
            amount: 2,
        };
        assert_eq!(
            describe(&add, &none),
            ("Add to count:".to_owned(), Some("+2".to_owned()))
        );
    }

    #[test]
    fn saved_is_not_said_where_nothing_outlives_the_page() {
        assert_eq!(phase_words(&Phase::Saved, false).1, "In this page only");
    }
}
