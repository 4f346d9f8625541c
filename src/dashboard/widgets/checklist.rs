//! Things to do: add, tick, take on, reword, delete. Each item is a few fields of its own, so that two people at two
//! items never meet.

use dioxus::prelude::*;

use super::{
    adding::{Adding, NAME_CHARS_MAX, deleting},
    text::TextEditor,
};
use crate::{
    components::{
        format::{excerpt, time_of_day},
        icon::{Glyph, icon},
        said::is_to_be_revealed,
    },
    hooks::{RealtimeUpdates, show, use_background_sync, use_memo, use_now},
    protocol::Value,
    sorted::sorted,
    words::{t, ta, with},
};

#[component]
pub fn Checklist(live: RealtimeUpdates) -> Element {
    let items = use_memo(move || items(live));
    let list = items.read();
    let left = list.iter().filter(|id| !is_done(live, id)).count();
    rsx! {
        div { class: "checklist",
            ul { class: "checklist-items", "aria-label": with("{} of {} to do", &[&left.to_string(), &list.len().to_string()]),
                for id in list.iter().cloned() {
                    Item { key: "{id}", live, id }
                }
            }
            Adding { live, is_log: false }
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
    let (taken_field, removing) = (taken.clone(), deleting(live, &item, &live.text(&item)));
    let is_ticked = is_done(live, &id);
    // In a name that is read aloud.
    let text = excerpt(&live.text(&item), NAME_CHARS_MAX);
    let taker = live.text(&taken);
    let me = sync.details().device.map(|device| device.name);
    // What the server has not yet is of no time.
    let taken_at = live.field(&taken).map(|field| field.writer.at.0).filter(|at| *at > 0);
    let since = taken_at.zip(*use_now().peek()).map_or_else(String::new, |(at, now)| {
        with("Since {}.", &[&time_of_day(now, at)]) + " "
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
                "aria-label": with("Done: {}", &[&text]),
                checked: is_ticked,
                onchange: move |event| live.edit(&done, event.checked()),
            }
            TextEditor { live, field: item, label: t("Item"), class: "input value", is_long: false }
            if taker.is_empty() {
                button {
                    class: "button",
                    "data-weight": "quiet",
                    "data-shape": "square",
                    r#type: "button",
                    "aria-label": with("Take on: {}", &[&text]),
                    title: ta("Take it on"),
                    onclick: move |_| live.edit(&taken_field, me.clone().unwrap_or_else(|| t("me").to_owned())),
                    {icon(Glyph::Hand)}
                }
            } else {
                button { class: "taken", r#type: "button", title: [since.as_str(), t("Give it back")].concat(), "aria-label": with("Taken by {}. Give it back", &[&taker]), onclick: move |_| live.edit(&taken_field, Value::Null), "{taker}" }
            }
            {removing}
        }
    }
}
