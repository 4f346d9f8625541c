//! A box of text that several people type in: what is typed stays while others change it, and so does the caret.

use dioxus::prelude::*;

#[cfg(feature = "dashboard")]
use super::boxed::use_memo;
use super::{
    boxed::{use_drop, use_effect, use_signal},
    drafts::{drafted, forget_draft, keep_draft},
    use_later::{Later, use_later},
    use_optimism::use_is_optimistic,
    widget_handle::WidgetHandle,
};
use crate::{
    board::merge_text,
    platform,
    state::{ConnectionStatus, SYNC},
};

/// What is in a box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    text: String,
    /// What was shown elsewhere when `text` was last the same as that, or took it in.
    base: String,
    /// What is shown elsewhere. It is still the same when what was sent is on its way, or was refused.
    shown: String,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The box shows what everybody sees.
    #[default]
    Same,
    /// Something was typed, and not sent yet.
    Typed,
    /// The same, and somebody else has changed the same place since it was typed: `base` is not shown any more.
    Crossed,
    /// It was sent, and is not shown yet.
    Sent,
}

impl Content {
    fn same(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            base: text.to_owned(),
            shown: text.to_owned(),
            state: State::Same,
        }
    }

    /// What the box holds when another text is shown: that, unless something was typed. That takes in what others wrote;
    /// where both changed the same place, what is typed stands, and is sent as what was typed before theirs came. So is what goes on
    /// from a text that is asked about (`is_asked`): what is shown was not made of that.
    fn meet(&self, shown: &str, is_asked: bool) -> Self {
        match self.state {
            // Nobody has written anything.
            _ if self.shown == shown => self.clone(),
            State::Typed | State::Crossed => {
                let shown = shown.to_owned();
                // Typed text like any other: the server alone decides what the field becomes.
                match merge_text(&self.base, &self.text, &shown).filter(|_| !is_asked) {
                    Some(text) => Self {
                        text,
                        base: shown.clone(),
                        shown,
                        state: State::Typed,
                    },
                    None => Self {
                        shown,
                        state: State::Crossed,
                        ..self.clone()
                    },
                }
            }
            // What was sent before it: that is what this was typed over.
            State::Sent if self.base == shown => Self {
                shown: shown.to_owned(),
                ..self.clone()
            },
            State::Same | State::Sent => Self::same(shown),
        }
    }

    /// Whether it holds what was not sent.
    const fn is_typed(&self) -> bool {
        matches!(self.state, State::Typed | State::Crossed)
    }

    /// Keeps what was not sent.
    fn keep(&self, place: &str) {
        if self.is_typed() && !place.is_empty() {
            keep_draft(place, &self.base, &self.text);
        }
    }
}

/// A box of text. `Copy`.
#[derive(Clone, Copy, PartialEq)]
pub struct TypedText {
    content: Signal<Content>,
    send: Later,
    is_optimistic: ReadSignal<bool>,
    /// Where it is kept in this tab until it was sent; empty for nowhere.
    place: Signal<String>,
}

/// Keeps a box of text and what everybody sees (`shown`) together: what is typed is handed to `send` when the typing has
/// paused for `idle_ms` milliseconds, at [`TypedText::finish`], or when the box or the page goes; while the connection is live also twice in
/// that time, however long the typing goes on. What others write comes into the box around it, and the caret stays at its word.
/// `send` is given the text, and what it was typed over: where somebody else has changed the same place since, that is what was there before.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::{RealtimeUpdates, use_typed_text};
///
/// #[component]
/// fn Note(note: RealtimeUpdates) -> Element {
///     let shown = use_memo(move || note.text("text"));
///     let typed = use_typed_text(shown.into(), 400, move |text, base| note.edit_on("text", text, base));
///     rsx! {
///         textarea { value: typed.text(), oninput: move |event| typed.put(event.value()), onblur: move |_| typed.finish() }
///     }
/// }
/// ```
pub fn use_typed_text(
    shown: ReadSignal<String>,
    idle_ms: u64,
    send: impl FnMut(String, String) + 'static,
) -> TypedText {
    use_typed(shown, idle_ms, None, Box::new(send))
}

/// The same of a widget's field. What was typed and is not on this device yet is kept for this tab, and is in the box again when the page
/// was loaded again.
#[cfg(feature = "dashboard")]
pub(crate) fn use_typed_field(widget: WidgetHandle, field: ReadSignal<String>, idle_ms: u64) -> TypedText {
    let shown = use_memo(move || widget.text(&field.read()));
    let send = move |text, base| widget.edit_on(&field.read(), text, base);
    use_typed(shown.into(), idle_ms, Some((widget, field)), Box::new(send))
}

/// `of`: whose field it is.
fn use_typed(
    shown: ReadSignal<String>,
    idle_ms: u64,
    of: Option<(WidgetHandle, ReadSignal<String>)>,
    mut send: Box<dyn FnMut(String, String)>,
) -> TypedText {
    let mut content = use_signal(|| Content::same(&shown.peek()));
    let mut caret = use_hook(|| CopyValue::new(None::<(u32, u32)>));
    let place = use_signal(|| of.map_or_else(String::new, |(widget, field)| widget.place(&field.peek())));
    let is_asked = move || of.is_some_and(|(widget, field)| widget.is_asked(&field.peek()));
    let mut take_in = move |shown: &str| {
        let before = content.peek().clone();
        let after = before.meet(shown, is_asked());
        if after == before {
            return;
        }
        if after.text != before.text
            && let Some((start, end)) = platform::selection(&before.text)
        {
            // The browser moves the caret to the end of a changed box: it is put back once the change is on the page.
            let place = |at| moved(at, &before.text, &after.text);
            caret.set(Some((place(start), place(end))));
        }
        after.keep(&place.peek());
        content.set(after);
    };
    use_effect(move || take_in(&shown()));
    // Once that is on the page, and before anybody can type: a moment later a letter would stand at the end.
    use_effect(move || {
        let _ = content.read();
        if let Some((start, end)) = caret.write().take() {
            platform::select(start, end);
        }
    });
    let is_optimistic = use_is_optimistic();
    let send = use_later(idle_ms, move |()| {
        if !content.peek().is_typed() {
            return;
        }
        // What has just come may not be in the box yet, and the edit is made on it.
        let shown = shown();
        take_in(&shown);
        let typed = content.peek().clone();
        if typed.text == shown {
            content.set(Content::same(&shown));
            return;
        }
        let base = match typed.state {
            State::Crossed => typed.base.clone(),
            _ => shown.clone(),
        };
        send(typed.text.clone(), base);
        content.set(if *is_optimistic.peek() {
            Content {
                state: State::Sent,
                base: shown,
                ..typed
            }
        } else {
            Content::same(&shown)
        });
    });
    let (mut is_begun, mut is_kept) = (use_signal(|| false), use_signal(|| false));
    use_drop(move || {
        // Who goes elsewhere in the middle of a pause has said it all the same; and nothing is typed here when they are back.
        send.finish();
        if *is_kept.peek() {
            forget_draft(&place.peek());
        }
    });
    use_effect(move || {
        let place = place.peek();
        let state = content.read().state;
        if state == State::Same && !*is_begun.peek() {
            // Once it is known what waits, and what is asked about; the first paint was the server's.
            if !SYNC.read().initialized {
                return;
            }
            is_begun.set(true);
            if let Some((base, text)) = drafted(&place) {
                is_kept.set(true);
                let shown = content.peek().shown.clone();
                let typed = Content {
                    text,
                    shown: base.clone(),
                    base,
                    state: State::Typed,
                };
                content.set(typed.meet(&shown, is_asked()));
                send.start();
            }
        } else if state != State::Same {
            is_kept.set(true);
        } else if *is_kept.peek() && of.is_none_or(|(widget, _)| widget.is_stored()) {
            is_kept.set(false);
            forget_draft(&place);
        }
    });
    TypedText {
        content,
        send,
        is_optimistic,
        place,
    }
}

impl TypedText {
    /// What the box holds. Subscribes the reader.
    #[must_use]
    pub fn text(&self) -> String {
        self.content.read().text.clone()
    }

    /// Whether it holds something that is not shown elsewhere yet. Subscribes the reader.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.content.read().state != State::Same
    }

    /// Something was typed: the whole text of the box.
    pub fn put(mut self, text: String) {
        let before = self.content.peek().clone();
        // What was sent is what will be shown: further typing builds on it.
        let base = if before.state == State::Sent {
            before.text
        } else {
            before.base
        };
        let is_crossed = before.state == State::Crossed;
        let typed = Content {
            text,
            base,
            shown: before.shown,
            state: if is_crossed { State::Crossed } else { State::Typed },
        };
        // Now: whatever is handed over later may not be on this device when the page goes.
        typed.keep(&self.place.peek());
        self.content.set(typed);
        // Who looks at this board sees it grow. Without the server each time is one more edit that waits; where edits show when they are
        // confirmed, the box is not free to be typed in until then; and what will be asked about is asked about once.
        if is_crossed || !matches!(SYNC.peek().link, ConnectionStatus::Live) || !*self.is_optimistic.peek() {
            self.send.start();
        } else if !self.send.is_waiting() {
            self.send.start_in(self.send.delay_ms / 2);
        }
    }

    /// The box was left: what was typed is sent at once.
    pub fn finish(self) {
        self.send.finish();
    }
}

/// Where a caret at `at` (in UTF-16 units) of `before` stands in `after`: at the same distance from the end that did not
/// change.
fn moved(at: u32, before: &str, after: &str) -> u32 {
    let units = |text: &str| text.encode_utf16().count();
    let (long_before, long_after) = (units(before), units(after));
    let head = before
        .encode_utf16()
        .zip(after.encode_utf16())
        .take_while(|(one, two)| one == two)
        .count();
    let room = long_before.min(long_after) - head;
    let reversed = |text: &str| text.encode_utf16().collect::<Vec<_>>().into_iter().rev();
    let tail = reversed(before)
        .zip(reversed(after))
        .take(room)
        .take_while(|(one, two)| one == two)
        .count();
    let at = usize::try_from(at).unwrap_or(usize::MAX).min(long_before);
    let place = if at <= head {
        at
    } else if at >= long_before - tail {
        long_after - (long_before - at)
    } else {
        long_after - tail
    };
    u32::try_from(place).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(base: &str, text: &str) -> Content {
        Content {
            text: text.to_owned(),
            base: base.to_owned(),
            shown: base.to_owned(),
            state: State::Typed,
        }
    }

    #[test]
    fn what_others_write_joins_what_is_being_typed() {
        assert_eq!(
            typed("ropes\nfuel\n", "ropes\nfuel, 40 l\n").meet("two ropes\nfuel\n", false),
            typed("two ropes\nfuel\n", "two ropes\nfuel, 40 l\n")
        );
    }

    #[test]
    fn where_both_changed_the_same_place_what_is_typed_stands_and_is_of_what_was_there_before() {
        let crossed = typed("21", "22").meet("23", false);
        let stands = Content {
            shown: "23".to_owned(),
            state: State::Crossed,
            ..typed("21", "22")
        };
        assert_eq!(crossed, stands);
        assert_eq!(
            crossed.meet("21 l", false),
            typed("21 l", "22 l"),
            "theirs is beside it again"
        );
    }

    #[test]
    fn what_goes_on_from_a_text_that_is_asked_about_is_not_put_into_the_other() {
        let typed = typed("22", "225");
        assert_eq!(typed.meet("23", true).text, "225");
        assert_eq!(typed.meet("23", false).text, "235", "as it would be put together");
    }

    #[test]
    fn what_was_sent_stays_until_it_is_shown() {
        let sent = Content {
            state: State::Sent,
            ..typed("a", "ab")
        };
        assert_eq!(sent.meet("a", false), sent);
        assert_eq!(sent.meet("ab", false), Content::same("ab"));
        // It is shown together with what somebody else wrote at the same time.
        assert_eq!(sent.meet("ab, c", false), Content::same("ab, c"));
    }

    #[test]
    fn a_box_that_nobody_types_in_shows_what_everybody_sees() {
        assert_eq!(Content::same("a").meet("b", false), Content::same("b"));
    }

    #[test]
    fn the_caret_stays_at_its_word() {
        assert_eq!(moved(4, "fuel", "two ropes, fuel"), 15, "what came before pushes it on");
        assert_eq!(moved(4, "fuel", "fuel, ropes"), 4, "what comes after does not");
        assert_eq!(moved(3, "a b c", "a c"), 2, "what it stood in is gone");
        assert_eq!(moved(2, "⛵x", "⛵⛵x"), 3, "as the browser counts");
    }
}
