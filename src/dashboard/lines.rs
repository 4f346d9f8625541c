//! The line under the header, of what a page opened without a network shows; and what the page has to say besides: what
//! was removed and can come back, what could not be done.

use dioxus::prelude::*;

use crate::{
    components::{
        close_button::close_button,
        icon::Icon,
        said::{Undo, say},
        word::Word,
    },
    hooks::{ConnectionStatus, Notice, use_background_sync, use_notices, use_websocket},
    protocol::{BoardId, WidgetId},
};

/// Offers to undo a removal: of a widget, or of a board, whose place is in the directory.
pub fn say_removed(board: BoardId, widget: WidgetId, title: &str) {
    let undo = Undo::Restore(board, widget);
    say(format!("Removed “{title}”"), "removed", String::new(), Some(undo));
}

/// Says what could not be done, and how the page was opened, each only while there is something to say.
#[component]
pub fn Lines(is_known: bool) -> Element {
    use_notices(move |notice| {
        let reason = match notice {
            Notice::Refused(error) => error.to_string(),
            Notice::Trouble { message } => message,
            _ => return,
        };
        say(reason, "refused", String::new(), None);
    });
    rsx! {
        div { class: "lines", OfflineLine { is_known } }
    }
}

/// Said once, where a page was opened from what this device has stored.
#[component]
fn OfflineLine(is_known: bool) -> Element {
    let sync = use_background_sync();
    let socket = use_websocket();
    let mut is_read = use_signal(|| false);
    let was_never_live = use_memo(move || sync.last_sync().is_none());
    let is_away = use_memo(move || {
        matches!(
            socket.link(),
            ConnectionStatus::Offline { .. } | ConnectionStatus::Waiting { .. }
        )
    });
    if !is_known || !was_never_live() || !is_away() || is_read() {
        return rsx! {};
    }
    rsx! {
        div { class: "banner", role: "status", "data-tone": "wait", "data-state": "offline",
            Icon { glyph: Word::Offline.glyph() }
            p { class: "banner-text", "You’re offline. This is the board as this device last saw it; edits are saved here, and sent later." }
            {close_button(move |_| is_read.set(true))}
        }
    }
}
