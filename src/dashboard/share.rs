//! Sharing the board that is open: a code for a phone's camera, to edit or to watch only.

use dioxus::prelude::*;

use crate::{
    hooks::use_share,
    words::{ta, tn},
};

/// Offers a code, and shows what the server made of it: who may only watch is told so there. A part of the component that
/// calls it, since a component is a program of its own.
pub fn use_share_section() -> Element {
    let Some(share) = use_share() else { return rsx! {} };
    rsx! {
        section { "aria-label": ta("Share"),
            h2 { {tn("Share with another device")} }
            div { class: "row",
                button { class: "button", r#type: "button", onclick: move |_| share.ask("edit"), {tn("To edit")} }
                button { class: "button", r#type: "button", onclick: move |_| share.ask("view"), {tn("To watch only")} }
            }
            div { class: "shared", role: "status", dangerous_inner_html: share.made() }
        }
    }
}
