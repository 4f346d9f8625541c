//! Boards for a person alone, where a server is asked for.

use dioxus::prelude::*;

use super::own::own;
use crate::{
    webview::{
        Kept, Reached,
        kept::{OWN, OWN_NAME},
    },
    words::{ta, tn, with},
};

/// How far it is.
#[derive(Clone, PartialEq)]
enum Asked {
    /// Nobody wants it yet.
    Nobody,
    /// The window's own server is being started.
    Starting,
    /// It does not run: why.
    NotStarted(String),
}

/// Offers them, and starts their server.
#[component]
pub fn ForYourself(on_chosen: Callback<Reached>) -> Element {
    let kept: Kept = use_context();
    let mut asked = use_signal(|| Asked::Nobody);
    let begin = move |_| {
        let kept = kept.clone();
        asked.set(Asked::Starting);
        spawn(async move {
            match own(kept.folder()).met().await {
                Ok(()) => {
                    kept.remember_server(OWN);
                    on_chosen(Reached {
                        server: OWN.to_owned(),
                        token: None,
                    });
                }
                Err(trouble) => asked.set(Asked::NotStarted(trouble)),
            }
        });
    };
    let is_starting = *asked.read() == Asked::Starting;
    rsx! {
        section { "aria-label": ta("Without a server of others"),
            h2 { {tn("For yourself")} }
            button { class: "button", r#type: "button", "data-server": OWN, disabled: is_starting, onclick: begin,
                {tn(if is_starting { "Starting…" } else { OWN_NAME })}
            }
            p { class: "note-line", {tn("A server of your own starts with this window and ends with it. Nobody else sees its boards.")} }
            if let Asked::NotStarted(trouble) = &*asked.read() {
                p { class: "note-line", role: "alert", "data-tone": "act", {with("It does not run. {}", &[trouble])} }
            }
        }
    }
}
