//! Sharing the board that is open: a code for a phone's camera, to edit or to watch only.

use dioxus::prelude::*;

use crate::{
    hooks::{use_background_sync, use_share},
    protocol::{Access, BoardId},
};

/// Offers a code, and shows what the server made of it. Who may only watch shares to watch only.
#[component]
pub fn ShareBoard(id: ReadSignal<BoardId>) -> Element {
    let sync = use_background_sync();
    let Some(share) = use_share() else { return rsx! {} };
    let may_edit = sync.details().identity.is_none_or(|me| me.access == Access::Edit);
    rsx! {
        section { "aria-label": "Share",
            h2 { "Share with another device" }
            div { class: "row",
                for (access, text) in [(Access::Edit, "To edit"), (Access::View, "To watch only")] {
                    if may_edit || access == Access::View {
                        button { class: "button", r#type: "button", onclick: move |_| share.ask(access, &id.read()), {text} }
                    }
                }
            }
            div { role: "status",
                match share.made() {
                    Ok(made) => rsx! { div { class: "shared", dangerous_inner_html: made } },
                    Err(reason) => rsx! { p { class: "note-line", "data-tone": "act", "{reason}" } },
                }
            }
        }
    }
}
