//! What happened: lines that people and programs add, the newest first, each with who wrote it and when.

use dioxus::prelude::*;

use super::adding::{Adding, deleting};
use crate::{
    board::{lines, written_at},
    components::{
        format::{time_of_day, value_text, writer_name},
        said::is_to_be_revealed,
    },
    hooks::{Now, RealtimeUpdates, show, use_background_sync, use_memo, use_now},
    protocol::{Field, FieldName},
    words::tn,
};

#[component]
pub fn Log(live: RealtimeUpdates) -> Element {
    let sync = use_background_sync();
    let me = use_memo(move || sync.details().device.map_or_else(String::new, |device| device.name));
    let now = use_now();
    let view = live.view();
    let lines = view.widget.as_deref().map(lines).unwrap_or_default();
    rsx! {
        div { class: "checklist",
            Adding { live, is_log: true }
            // It can be scrolled, by keys as well.
            div { class: "log", role: "log", tabindex: "0", "aria-label": live.text("title"),
                if lines.is_empty() {
                    p { class: "waiting-for", "data-state": "empty", {tn("Nothing was written yet.")} }
                }
                ul {
                    for (name , field) in lines.into_iter().rev() {
                        {line(live, name, field, *now.peek(), &me())}
                    }
                }
            }
        }
    }
}

/// A line, and by whom and when; one's own can be deleted.
fn line(live: RealtimeUpdates, name: &FieldName, field: &Field, now: Option<Now>, me: &str) -> Element {
    let text = value_text(&field.value);
    let is_own = field.writer.device.as_deref() == Some(me);
    let mut by = writer_name(&field.writer);
    if let Some((now, at)) = now.zip(written_at(name)) {
        by += " · ";
        by += &time_of_day(now, at);
    }
    let name = name.as_str();
    rsx! {
        li { key: "{name}", class: "log-line check", "data-pending": live.is_pending(name),
            onmounted: move |event| {
                if is_to_be_revealed() {
                    show(&event.data());
                }
            },
            p { class: "value",
                "{text} "
                small { "{by}" }
            }
            if is_own {
                {deleting(live, name, &text)}
            }
        }
    }
}
