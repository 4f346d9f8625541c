//! Text that people edit together: it looks like what it says until it is touched, keeps what is typed while others
//! change it, and is sent when the typing pauses.

use dioxus::prelude::*;

use crate::{
    board::merge_text,
    hooks::{RealtimeUpdates, use_later},
};

/// Typing that pauses for so long is sent.
const IDLE_MS: u64 = 400;

/// What is in the box and not yet shown by the board.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Draft {
    /// What the board showed when it was typed.
    base: String,
    text: String,
    is_sent: bool,
}

impl Draft {
    /// What becomes of it when the board shows another text: it goes when that is its own, takes in what others wrote
    /// while it is not sent, and stands where both changed the same place.
    fn meet(self, shown: &str) -> Option<Self> {
        if self.text == shown {
            return None;
        }
        if self.is_sent {
            return Some(self);
        }
        // What comes of it is typed text like any other: the server alone decides what the field becomes.
        let text = merge_text(&self.base, &self.text, shown).unwrap_or(self.text);
        Some(Self { base: shown.to_owned(), text, is_sent: false })
    }
}

/// A field of text, in one line or in many.
#[component]
pub fn TextEditor(
    live: RealtimeUpdates,
    field: ReadSignal<String>,
    label: String,
    class: String,
    is_long: bool,
    #[props(default)] placeholder: String,
) -> Element {
    let shown = use_memo(move || live.text(&field.read()));
    let mut draft = use_signal(|| None::<Draft>);
    use_effect(move || {
        let shown = shown();
        let before = draft.peek().clone();
        if let Some(before) = before {
            let after = before.clone().meet(&shown);
            if after.as_ref() != Some(&before) {
                draft.set(after);
            }
        }
    });
    let send = use_later(IDLE_MS, move |()| {
        let waiting = draft.peek().clone().filter(|draft| !draft.is_sent);
        if let Some(waiting) = waiting {
            if waiting.text == *shown.peek() {
                draft.set(None);
            } else {
                live.edit(&field.read(), waiting.text.clone());
                draft.set(Some(Draft { is_sent: true, ..waiting }));
            }
        }
    });
    let typed = move |event: FormEvent| {
        let base = draft.peek().as_ref().filter(|draft| !draft.is_sent).map_or_else(|| shown.peek().clone(), |draft| draft.base.clone());
        draft.set(Some(Draft { base, text: event.value(), is_sent: false }));
        send.start();
    };
    let text = draft().map_or_else(|| shown(), |draft| draft.text);
    let state = if draft().is_some() { "typing" } else if live.is_pending(&field.read()) { "pending" } else { "confirmed" };
    rsx! {
        if is_long {
            textarea { class, "data-weight": "quiet", "data-state": state, "aria-label": label, placeholder, value: text, oninput: typed, onblur: move |_| send.finish() }
        } else {
            input { class, "data-weight": "quiet", "data-state": state, "aria-label": label, r#type: "text", placeholder, value: text, oninput: typed, onblur: move |_| send.finish() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(base: &str, text: &str, is_sent: bool) -> Draft {
        Draft { base: base.to_owned(), text: text.to_owned(), is_sent }
    }

    #[test]
    fn what_others_write_joins_what_is_being_typed() {
        let typing = draft("ropes\nfuel\n", "ropes\nfuel, 40 l\n", false);
        assert_eq!(typing.meet("two ropes\nfuel\n"), Some(draft("two ropes\nfuel\n", "two ropes\nfuel, 40 l\n", false)));
    }

    #[test]
    fn what_was_sent_stays_in_the_box_until_the_board_shows_it() {
        let sent = draft("a", "ab", true);
        assert_eq!(sent.clone().meet("a"), Some(sent.clone()));
        assert_eq!(sent.meet("ab"), None);
    }

    #[test]
    fn where_both_changed_the_same_place_what_is_typed_stands() {
        assert_eq!(draft("21", "22", false).meet("23"), Some(draft("23", "22", false)));
    }
}
