//! What can be done about an edit that was not accepted, the same wherever it is listed: *Edit*, *Retry*, *Discard*.

use std::rc::Rc;

use dioxus::prelude::*;

use super::edit_line::{edit_line, edit_lines, is_editable};
use crate::{
    hooks::{BackgroundSync, SetAside, SetAsideReason, focus, use_background_sync, use_signal, use_widget_of},
    protocol::{Intent, OperationId, Rejection, Value},
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

/// Three buttons; *Edit* opens the field's own editor with the refused value in it, or of a new card those of its settings. What is saved there
/// is another edit, which takes the place of this one.
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
    let own: Vec<(&str, &Value)> = match &aside.operation.intent {
        _ if is_lost => Vec::new(),
        Intent::Set { field, value } => vec![(field.as_str(), value)],
        // Another value makes no kind known.
        Intent::Create { .. } if aside.reason == SetAsideReason::Rejected(Rejection::UnknownKind) => Vec::new(),
        Intent::Create { fields, .. } => {
            let named = |name| fields.iter().find(|(field, _)| field.as_str() == name);
            let own = SETTINGS.into_iter().filter_map(|name| Some((name, named(name)?.1)));
            own.collect()
        }
        _ => Vec::new(),
    };
    let can_edit = !own.is_empty() && own.iter().all(|(field, value)| is_editable(field, value));
    if can_edit && editing() {
        let bounds = match aside.reason {
            SetAsideReason::Rejected(Rejection::OutOfRange { min, max }) => [Some(min), Some(max)],
            _ => [None; 2],
        };
        let editor = match aside.operation.intent {
            Intent::Create { .. } => edit_lines(&own, commit, cancel),
            _ => edit_line(t("Other value"), own[0].0, own[0].1, bounds, commit, cancel),
        };
        return rsx! {
            if is_news() {
                p { class: "note-line", role: "alert", "data-tone": "wait",
                    {with("Somebody has set “{}” meanwhile. Save again to set yours.", &[&seen.read()])}
                }
            }
            {editor}
        };
    }
    rsx! {
        div { class: "row",
            if can_edit {
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
            {discard(sync, id)}
        }
    }
}

/// The button that forgets an edit.
pub(super) fn discard(sync: BackgroundSync, id: OperationId) -> Element {
    rsx! {
        button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| sync.discard(id), {tn("Discard")} }
    }
}

/// What a new card is refused for, if it is: in the order of its form.
const SETTINGS: [&str; 7] = ["title", "series", "unit", "min", "max", "step", "value"];
