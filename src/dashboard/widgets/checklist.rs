//! Things to do: add, tick, take on, reword, delete. Each item is a few fields of its own, so that two people at two
//! items never meet.

use dioxus::prelude::*;

use super::text::TextEditor;
use crate::{
    components::{
        format::{excerpt, time_of_day},
        icon::{Glyph, icon},
        said::{is_to_be_revealed, reveal_next},
    },
    hooks::{RealtimeUpdates, fresh_name, show, use_background_sync, use_now},
    protocol::Value,
    sorted::sorted,
};

/// An item's text, at most so many characters.
const ITEM_CHARS_MAX: usize = 300;
/// Of that, what says to a screen reader which item a button is for.
const NAME_CHARS_MAX: usize = 60;

#[component]
pub fn Checklist(live: RealtimeUpdates) -> Element {
    let items = use_memo(move || items(live));
    let list = items.read();
    let left = list.iter().filter(|id| !is_done(live, id)).count();
    rsx! {
        div { class: "checklist",
            ul { class: "checklist-items", "aria-label": "{left} of {list.len()} to do",
                for id in list.iter().cloned() {
                    Item { key: "{id}", live, id }
                }
            }
            AddItem { live }
        }
    }
}

/// The items' ids, oldest first: an id is longer than those made before it, or as long and greater.
fn items(live: RealtimeUpdates) -> Vec<String> {
    let view = live.view();
    let Some(widget) = view.widget else { return Vec::new() };
    let present = widget.fields.iter().filter(|(_, field)| !field.value.is_null());
    let ids: Vec<String> = present
        .filter_map(|(name, _)| Some(name.as_str().strip_prefix("item-")?.to_owned()))
        .collect();
    sorted(ids, |one, two| (one.len(), one).cmp(&(two.len(), two)))
}

fn is_done(live: RealtimeUpdates, id: &str) -> bool {
    live.value(&format!("done-{id}")) == Some(Value::Bool(true))
}

#[component]
fn Item(live: RealtimeUpdates, id: String) -> Element {
    let sync = use_background_sync();
    let (item, done, taken) = (format!("item-{id}"), format!("done-{id}"), format!("taken-{id}"));
    let (taken_field, removed_item) = (taken.clone(), item.clone());
    let is_ticked = is_done(live, &id);
    // In a name that is read aloud.
    let text = excerpt(&live.text(&item), NAME_CHARS_MAX);
    let taker = live.text(&taken);
    let me = sync.details().device.map(|device| device.name);
    // What the server has not yet is of no time.
    let taken_at = live.field(&taken).map(|field| field.writer.at.0).filter(|at| *at > 0);
    let since = taken_at.zip(*use_now().peek()).map_or_else(String::new, |(at, now)| {
        ["Since ", &time_of_day(now, at), ". "].concat()
    });
    let is_pending = live.is_pending(&item) || live.is_pending(&done) || live.is_pending(&taken);
    rsx! {
        li { class: "check", "data-done": is_ticked, "data-state": if is_ticked { "done" } else { "open" }, "data-pending": is_pending,
            onmounted: move |event| {
                // The focus stays where the next one is typed.
                if is_to_be_revealed() {
                    show(&event.data());
                }
            },
            input {
                r#type: "checkbox",
                "aria-label": "Done: {text}",
                checked: is_ticked,
                onchange: move |event| live.edit(&done, event.checked()),
            }
            TextEditor { live, field: item, label: "Item", class: "input value", is_long: false }
            if taker.is_empty() {
                button {
                    class: "button",
                    "data-weight": "quiet",
                    "data-shape": "square",
                    r#type: "button",
                    "aria-label": "Take on: {text}",
                    title: "Take it on",
                    onclick: move |_| live.edit(&taken_field, me.clone().unwrap_or_else(|| "me".to_owned())),
                    {icon(Glyph::Hand)}
                }
            } else {
                button { class: "taken", r#type: "button", title: "{since}Give it back", "aria-label": "Taken by {taker}. Give it back", onclick: move |_| live.edit(&taken_field, Value::Null), "{taker}" }
            }
            button {
                class: "button",
                "data-weight": "quiet",
                "data-shape": "square",
                r#type: "button",
                "aria-label": "Delete: {text}",
                title: "Delete",
                onclick: move |_| live.edit(&removed_item, Value::Null),
                {icon(Glyph::Cross)}
            }
        }
    }
}

#[component]
fn AddItem(live: RealtimeUpdates) -> Element {
    let now = use_now();
    let mut text = use_signal(String::new);
    let mut made = use_signal(|| 0_u64);
    let mut complaint = use_signal(|| None::<String>);
    let add = move |event: FormEvent| {
        event.prevent_default();
        let item = text.read().trim().to_owned();
        if item.is_empty() {
            return;
        }
        made += 1;
        // The clock ticks once a second: the counter keeps the order of what is added within one.
        let moment = now.peek().map_or(0, |now| now.unix_ms).saturating_add(*made.peek());
        match fresh_name(&format!("item-{moment:011x}")) {
            Ok(field) => {
                live.edit(field.as_str(), item);
                reveal_next();
                text.set(String::new());
            }
            Err(error) => complaint.set(Some(error.to_string())),
        }
    };
    rsx! {
        form { class: "checklist-add", onsubmit: add,
            input {
                class: "input",
                "data-weight": "quiet",
                r#type: "text",
                "aria-label": "New item",
                placeholder: "Add an item",
                maxlength: "{ITEM_CHARS_MAX}",
                value: "{text}",
                oninput: move |event| text.set(event.value()),
            }
            button { class: "button", "data-weight": "quiet", "data-shape": "square", r#type: "submit", "aria-label": "Add item", {icon(Glyph::Plus)} }
        }
        if let Some(reason) = complaint() {
            p { class: "note-line", role: "alert", "data-tone": "act", "{reason}" }
        }
    }
}
