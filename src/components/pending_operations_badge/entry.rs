//! One line of what waits, or was not accepted: which widget it is about, what it does, how far it has come, and the ways out.

use std::mem::discriminant;

use dioxus::prelude::*;

use crate::{
    board::Run,
    components::{
        choices::field_text,
        format::{excerpt, ordinal, time_of_day},
        ways_out::{discard, use_ways_out},
        word::{Word, kept, saying},
    },
    hooks::{
        BackgroundSync, Durability, PendingOperation, Phase, SetAside, own_names, use_background_sync, use_now,
        use_widget_of,
    },
    protocol::{BoardId, Intent, Operation, OperationId},
    words::{sentence, t, tn, with},
};

/// The board that an operation makes, or lists as one that is there: the two together are what a person calls adding a board.
fn added_board(operation: &Operation) -> Option<&str> {
    let Operation {
        board, widget, intent, ..
    } = operation;
    match intent {
        Intent::Create { .. } if operation.is_birth() => Some(board.as_str()),
        Intent::Create { .. } if *board == BoardId::directory() => Some(widget.as_str()),
        _ => None,
    }
}

/// Whether two edits are one entry: what was added to one number, and has come as far, is one, with the sum; and so is a board.
fn is_alike(one: &PendingOperation, two: &PendingOperation) -> bool {
    match (&one.operation.intent, &two.operation.intent) {
        (Intent::Add { field, .. }, Intent::Add { field: other, .. }) => {
            field == other
                && one.widget() == two.widget()
                && one.board() == two.board()
                && discriminant(&one.phase) == discriminant(&two.phase)
        }
        _ => {
            one.id == two.id
                || added_board(&one.operation).is_some_and(|board| added_board(&two.operation) == Some(board))
        }
    }
}

/// How many additions the entry of this one holds, and their sum; `None` where an earlier edit has the entry.
pub(super) fn entry_of(pending: &PendingOperation, queue: &[PendingOperation]) -> Option<(usize, i64)> {
    let mut alike = queue.iter().filter(|other| is_alike(other, pending)).peekable();
    alike.peek().filter(|first| first.id == pending.id)?;
    let (mut times, mut sum) = (0, 0_i64);
    for other in alike {
        if let Intent::Add { amount, .. } = &other.operation.intent {
            times += 1;
            sum = sum.saturating_add(*amount);
        }
    }
    Some((times, sum))
}

/// Does something with all edits of an entry.
fn of_entry(sync: BackgroundSync, pending: &PendingOperation, act: fn(&BackgroundSync, OperationId)) {
    for other in sync.queue() {
        if is_alike(&other, pending) {
            act(&sync, other.id);
        }
    }
}

#[component]
pub(super) fn PendingEntry(pending: PendingOperation, times: usize, sum: i64) -> Element {
    let sync = use_background_sync();
    let when = use_when(pending.made_at_ms);
    let (token, said) = phase_words(&pending.phase, sync.details().durability);
    let is_waiting = !matches!(pending.phase, Phase::Withdrawing);
    let mut intent = pending.operation.intent.clone();
    if let Intent::Add { amount, .. } = &mut intent {
        *amount = sum;
    }
    let head = use_head(&pending.operation, &intent, &when, times);
    rsx! {
        li { class: "entry", "data-state": token, "data-tone": (token == "retrying").then_some("wait"),
            {head}
            if let Phase::Retrying { attempts, reason, shown, .. } = &pending.phase {
                {saying(Word::Retrying, &with("{} try", &[&ordinal(attempts + 1)]))}
                if *shown {
                    p { class: "note-line", {sentence(&reason.to_string())} }
                }
            } else {
                p { class: "note-line", {tn(said)} }
            }
            if is_waiting {
                div { class: "row",
                    if matches!(pending.phase, Phase::Retrying { .. }) {
                        button { class: "button", "data-shape": "small", r#type: "button", onclick: { let pending = pending.clone(); move |_| of_entry(sync, &pending, |sync, id| sync.retry(id, None)) }, {tn("Retry")} }
                    }
                    button { class: "button", "data-shape": "small", r#type: "button", onclick: { let pending = pending.clone(); move |_| of_entry(sync, &pending, BackgroundSync::rollback) }, {tn("Roll back")} }
                }
            }
        }
    }
}

/// When an edit was made, in words.
fn use_when(made_at_ms: Option<u64>) -> String {
    let now = use_now();
    made_at_ms
        .zip(now())
        .map_or_else(|| t("earlier").to_owned(), |(at, now)| time_of_day(now, at))
}

/// An edit that waits for a server that was at this address before: all that can be done about it here is to discard it. What has the same name
/// on this server is another thing, and lends it no title.
#[component]
pub(super) fn ElsewhereEntry(operation: Operation, made_at_ms: Option<u64>) -> Element {
    let when = use_when(made_at_ms);
    let sync = use_background_sync();
    let said = describe(&operation.intent, &|_| String::new());
    let head = head(&with("{} on {}", &own_names(&operation)), said, &when, 1);
    rsx! {
        li { class: "entry",
            {head}
            div { class: "row", {discard(sync, operation.id)} }
        }
    }
}

/// A phase's name for `data-state`, and in words.
fn phase_words(phase: &Phase, durability: Option<Durability>) -> (&'static str, &'static str) {
    match phase {
        Phase::Saving => ("saving", "Being saved"),
        Phase::Saved => ("saved", kept(durability)),
        Phase::Sent => ("sent", "Sent, not answered yet"),
        Phase::Retrying { .. } => ("retrying", ""),
        Phase::Withdrawing => ("withdrawing", "Taken back; it may have been sent before"),
        Phase::Decided(_) => ("decided", "On the server"),
    }
}

#[component]
pub(super) fn SetAsideEntry(aside: SetAside) -> Element {
    let head = use_head(&aside.operation, &aside.operation.intent, "", 1);
    let ways_out = use_ways_out(&aside);
    let word = Word::from(&aside.reason);
    rsx! {
        li { class: "entry", "data-state": word.token(), "data-tone": word.tone().token(),
            {head}
            {saying(word, "")}
            p { class: "note-line", {sentence(&aside.reason.to_string())} }
            {ways_out}
        }
    }
}

/// What an operation does, and to which widget; of several that do the same, how many there are.
fn use_head(operation: &Operation, intent: &Intent, when: &str, times: usize) -> Element {
    let (live, title) = use_widget_of(operation);
    head(&title, describe(intent, &|item| live.text(item)), when, times)
}

/// The same, of what is called so and described so.
fn head(title: &str, (what, value): (String, Option<String>), when: &str, times: usize) -> Element {
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
            if times > 1 {
                {with(", in {} edits", &[&times.to_string()])}
            }
        }
    }
}

/// An intent in words, and its value. Of an item of a list, which `text_of` has by its field, that is said too.
fn describe(intent: &Intent, text_of: &dyn Fn(&str) -> String) -> (String, Option<String>) {
    let of = |field: &str| match field.split_once('-') {
        Some((word, id)) if word != "item" => {
            let item = excerpt(&text_of(&["item-", id].concat()), VALUE_CHARS_MAX);
            if item.is_empty() {
                t(word).to_owned()
            } else {
                with("{} of “{}”", &[t(word), &item])
            }
        }
        _ => t(plain(field)).to_owned(),
    };
    match intent {
        // A number that nobody has chosen, and that stands nowhere.
        Intent::Set { field, .. } if field.as_str() == "order" => (t("Move").to_owned(), None),
        Intent::Set { field, value } => {
            let field = field.as_str();
            let said = match field {
                // It has no other value than the press of its button.
                "run" if Run::read(value).is_some() => {
                    return (with("Timer {}", &[&field_text(field, value)]), None);
                }
                _ if value.is_null() && plain(field) == "line" => return (t("Delete line").to_owned(), None),
                _ if value.is_null() && plain(field) == "item" => return (t("Delete item").to_owned(), None),
                _ if plain(field) == "line" => with("Add {}:", &[&of(field)]),
                _ => with("Set {}:", &[&of(field)]),
            };
            (said, Some(excerpt(&field_text(field, value), VALUE_CHARS_MAX)))
        }
        Intent::Add { field, amount } => (
            with("Add to {}:", &[t(plain(field.as_str()))]),
            Some(format!("{amount:+}")),
        ),
        Intent::Create { kind, .. } => (with("Add a {}", &[t(kind.as_str())]), None),
        Intent::Remove => (t("Remove it").to_owned(), None),
        Intent::Restore { .. } => (t("Bring it back").to_owned(), None),
    }
}

/// A field's name as a word: `item-1` is `item`.
fn plain(field: &str) -> &str {
    field.split_once('-').map_or(field, |(word, _)| word)
}

/// A value in a list is cut to this many characters.
const VALUE_CHARS_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        let line = |value| Intent::Set {
            field: "line-0199c3a5b00-00000000002a".parse().expect("a name"),
            value,
        };
        assert_eq!(
            describe(&line(json!("Anchor up")), &none),
            ("Add line:".to_owned(), Some("Anchor up".to_owned()))
        );
        assert_eq!(describe(&line(json!(null)), &none), ("Delete line".to_owned(), None));
        let press = |value| Intent::Set {
            field: "run".parse().expect("a name"),
            value,
        };
        assert_eq!(
            describe(&press(json!({"ends": 5})), &none),
            ("Timer started".to_owned(), None)
        );
        let minutes = Intent::Set {
            field: "minutes".parse().expect("a name"),
            value: json!(5),
        };
        assert_eq!(
            describe(&minutes, &none),
            ("Set minutes:".to_owned(), Some("5".to_owned()))
        );
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
    fn saved_is_said_only_where_nothing_takes_it_away() {
        let said = |durability| phase_words(&Phase::Saved, durability).1;
        assert_eq!(said(Some(Durability::Durable)), "Saved on this device");
        assert_eq!(said(Some(Durability::BestEffort)), "Kept in this browser");
        assert_eq!(said(Some(Durability::MemoryOnly)), "In this page only");
        assert_eq!(said(None), "In this page only");
    }
}
