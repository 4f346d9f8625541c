//! The lines under the header: what was removed and can come back, what could not be done, and what a page opened
//! without a network shows.

use dioxus::prelude::*;

use crate::{
    components::{
        close_button::CloseButton,
        icon::{Glyph, Icon},
        word::Word,
    },
    hooks::{ConnectionStatus, Notice, use_background_sync, use_notices, use_realtime_managers, use_websocket},
    protocol::{BoardId, WidgetId},
};

/// Something that was removed, and how it comes back.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    /// Where it was; the directory, for a board.
    pub board: BoardId,
    /// What it was.
    pub widget: WidgetId,
    /// What people called it.
    pub title: String,
}

/// The newest removal of this page. It outlives the page's routes, since a removed board is left.
#[derive(Clone, Copy)]
struct Removal(Signal<Option<Removed>>);

/// Makes room for the line of a removal; called above the router.
pub fn use_lines_provider() {
    use_context_provider(|| Removal(Signal::new(None)));
}

/// Offers to undo a removal, by calling what is returned.
#[must_use]
pub fn use_removal() -> Callback<Removed> {
    let Removal(mut removed) = use_context();
    use_callback(move |newest| removed.set(Some(newest)))
}

/// All of them, each only while it has something to say.
#[component]
pub fn Lines(is_known: bool) -> Element {
    rsx! {
        div { class: "lines",
            OfflineLine { is_known }
            RemovedLine {}
            RefusedLine {}
        }
    }
}

#[component]
fn RemovedLine() -> Element {
    let Removal(mut removed) = use_context();
    let managers = use_realtime_managers();
    let Some(Removed { board, widget, title }) = removed() else {
        return rsx! {};
    };
    rsx! {
        div { class: "banner", role: "status", "data-state": "removed",
            p { class: "banner-text", "Removed “{title}”" }
            button {
                class: "button",
                "data-shape": "small",
                r#type: "button",
                onclick: move |_| {
                    managers.state.restore(board.clone(), widget.clone());
                    removed.set(None);
                },
                Icon { glyph: Glyph::Undo }
                "Undo"
            }
            CloseButton { on_close: move |()| removed.set(None) }
        }
    }
}

/// A command that could not be carried out: the reason, and what to do.
#[component]
fn RefusedLine() -> Element {
    let mut refused = use_signal(|| None::<String>);
    use_notices(move |notice| match notice {
        Notice::Refused(error) => refused.set(Some(error.to_string())),
        Notice::Trouble { message } => refused.set(Some(message)),
        _ => {}
    });
    let Some(message) = refused() else { return rsx! {} };
    rsx! {
        div { class: "banner", role: "alert", "data-tone": "wait", "data-state": "refused",
            p { class: "banner-text", "{message}" }
            CloseButton { on_close: move |()| refused.set(None) }
        }
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
            CloseButton { on_close: move |()| is_read.set(true) }
        }
    }
}
