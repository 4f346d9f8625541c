//! What can be done about an edit that was not accepted, the same wherever it is listed: *Edit*, *Retry*, *Discard*.

use std::rc::Rc;

use dioxus::prelude::*;

use super::edit_line::{edit_line, is_editable};
use crate::{
    hooks::{SetAside, SetAsideReason, focus, use_background_sync, use_signal, use_widget_of},
    protocol::{Intent, Rejection},
    words::{t, tn, with},
};

/// The place of what has buttons that go with it: the focus stays here, from where it comes to the next one.
pub fn place(place: Signal<Option<Rc<MountedData>>>, inside: Element) -> Element {
    let mut place = place;
    let stay = move || {
        if let Some(place) = place.peek().as_ref() {
            focus(place);
        }
    };
    rsx! {
        div {
            class: "entries-place",
            tabindex: "-1",
            onmounted: move |event| place.set(Some(event.data())),
            onclick: move |_| stay(),
            onsubmit: move |_| stay(),
            {inside}
        }
    }
}

/// Three buttons; *Edit* opens the field's own editor with the refused value in it. What is saved there is another edit, which
/// takes the place of this one.
pub fn use_ways_out(aside: &SetAside) -> Element {
    let sync = use_background_sync();
    let mut editing = use_signal(|| false);
    // The button that opened the editor is another one when that has closed, and gets the focus back.
    let mut was_editing = use_signal(|| false);
    let id = aside.operation.id;
    let (live, _) = use_widget_of(&aside.operation);
    let field = aside
        .operation
        .intent
        .field()
        .map(ToString::to_string)
        .unwrap_or_default();
    let now = move || live.text(&field);
    // What was there when the editing began, and whether somebody has set another since.
    let mut seen = use_signal(String::new);
    let mut is_news = use_signal(|| false);
    let there = now.clone();
    let commit = use_callback(move |value| {
        // Whoever saves once more has seen what they write over.
        let before = seen.replace(there());
        is_news.set(before != *seen.peek());
        if !is_news() {
            editing.set(false);
            sync.retry(id, Some(value));
        }
    });
    let cancel = use_callback(move |()| editing.set(false));
    // Nothing can be made of it again.
    let is_lost = aside.reason == SetAsideReason::Unreadable;
    let own = match &aside.operation.intent {
        Intent::Set { field, value } if !is_lost && is_editable(field.as_str(), value) => Some((field, value)),
        _ => None,
    };
    if let Some((field, value)) = own.filter(|_| editing()) {
        let bounds = match aside.reason {
            SetAsideReason::Rejected(Rejection::OutOfRange { min, max }) => [Some(min), Some(max)],
            _ => [None; 2],
        };
        return rsx! {
            if is_news() {
                p { class: "note-line", role: "alert", "data-tone": "wait",
                    {with("Somebody has set “{}” meanwhile. Save again to set yours.", &[&seen.read()])}
                }
            }
            {edit_line(t("Other value"), field.as_str(), value, bounds, commit, cancel)}
        };
    }
    rsx! {
        div { class: "row",
            if own.is_some() {
                button {
                    class: "button",
                    "data-shape": "small",
                    r#type: "button",
                    onmounted: move |event| {
                        if was_editing.replace(false) {
                            focus(&event.data());
                        }
                    },
                    onclick: move |_| {
                        was_editing.set(true);
                        seen.set(now());
                        is_news.set(false);
                        editing.set(true);
                    },
                    {tn("Edit")}
                }
            }
            if !is_lost {
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| sync.retry(id, None), {tn("Retry")} }
            }
            button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| sync.discard(id), {tn("Discard")} }
        }
    }
}
