//! The boards of a server, in the window; and how it goes from them: with all that is shown stored.

use dioxus::prelude::*;
use futures_util::future::select;

use super::{Leave, history::use_last_board, kept::Kept};
use crate::{
    components::{
        DashboardRealtimeProvider,
        icon::{Glyph, icon},
    },
    config::SETTLE_MS_MAX,
    dashboard::pages,
    hooks::{ConnectionStatus, use_realtime_managers, use_websocket},
    platform,
};

/// The boards of a server.
#[component]
pub fn Boards(
    /// Its address.
    server: String,
    /// The token to greet it with, where there is one.
    token: Option<String>,
    /// What to do as soon as all is stored.
    leaving: Signal<Option<Leave>>,
    /// All is stored.
    on_left: Callback<Leave>,
    /// The server wants another token; what it said, when a person has read it and wants to give one.
    on_not_let_in: Callback<String>,
) -> Element {
    let kept: Kept = use_context();
    use_last_board(&kept, &server);
    rsx! {
        DashboardRealtimeProvider { server: server.clone(), token, folder: kept.folder().as_os_str().to_owned(),
            Leaving { leaving, on_left }
            Met { server, on_not_let_in }
            {pages()}
        }
    }
}

/// Stores all that is shown before the window goes from it.
#[component]
fn Leaving(leaving: Signal<Option<Leave>>, on_left: Callback<Leave>) -> Element {
    let managers = use_realtime_managers();
    use_effect(move || {
        let Some(leave) = leaving() else { return };
        spawn(async move {
            // What is being typed is an edit when its box is left.
            platform::leave_text().await;
            let clock = platform::here().clock();
            let too_late = clock.sleep_until(clock.now().plus(SETTLE_MS_MAX));
            select(Box::pin(managers.background.settled()), too_late).await;
            on_left(leave);
        });
    });
    VNode::empty()
}

/// Remembers a server that has let this window in; and asks for a token where one does not.
#[component]
fn Met(server: String, on_not_let_in: Callback<String>) -> Element {
    let kept: Kept = use_context();
    let socket = use_websocket();
    use_effect(use_reactive!(|(server,)| {
        if socket.is_connected() {
            kept.remember_server(&server);
        }
    }));
    let ConnectionStatus::SignIn { message } = socket.link() else {
        return VNode::empty();
    };
    rsx! {
        div { class: "lines",
            div { class: "banner", role: "alert", "data-tone": "act", "data-state": "sign-in",
                {icon(Glyph::KeyRound)}
                p { class: "banner-text", "{message}" }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| on_not_let_in(message.clone()), "Give a token" }
            }
        }
    }
}
