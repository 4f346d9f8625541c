//! The boards of a server, in the window; and how it goes from them: with all that is shown stored.

use dioxus::prelude::*;
use futures_util::future::{Either, select};

use super::{Leave, Ways, history::use_last_board, kept::Kept};
use crate::{
    components::{
        DashboardRealtimeProvider,
        icon::{Glyph, icon},
    },
    config::SETTLE_MS_MAX,
    dashboard::pages,
    hooks::{ConnectionStatus, Durability, use_background_sync, use_realtime_managers, use_websocket},
    platform,
    words::{count, sentence, tn, with},
};

/// The boards of a server.
#[component]
pub fn Boards(
    /// What it is remembered by.
    server: String,
    /// Its address.
    address: String,
    /// The token to greet it with, where there is one.
    token: Option<String>,
    /// How it goes from them.
    ways: Ways,
    /// Whether to connect at once, or to wait until something inside does.
    #[props(default = true)]
    auto_connect: bool,
    /// What stands below the pages.
    #[props(default)]
    foot: Option<Element>,
    /// What the program has beside the pages: below the provider, above them.
    children: Element,
) -> Element {
    let kept: Kept = use_context();
    use_last_board(&kept, &server);
    rsx! {
        DashboardRealtimeProvider { server: address, token, folder: kept.folder().as_os_str().to_owned(), auto_connect,
            Leaving { ways }
            Met { server, on_not_let_in: ways.on_not_let_in }
            {children}
            {pages()}
            {foot}
        }
    }
}

/// Stores all that is shown before the window goes from it. Where that can't be, the window stays, unless a person wants it to go all the
/// same.
#[component]
fn Leaving(ways: Ways) -> Element {
    let Ways {
        mut leaving,
        on_left,
        on_stays,
        ..
    } = ways;
    let managers = use_realtime_managers();
    let sync = use_background_sync();
    let mut stays = use_signal(|| None::<Leave>);
    let mut is_storing = use_hook(|| CopyValue::new(false));
    use_effect(move || {
        // A second wish while it stores is heard at the end.
        if leaving().is_none() || is_storing() {
            return;
        }
        is_storing.set(true);
        stays.set(None);
        spawn(async move {
            let clock = platform::here().clock();
            let too_late = clock.sleep_until(clock.now().plus(SETTLE_MS_MAX));
            let stored = async {
                // What is being typed is an edit when its box is left.
                platform::leave_text().await;
                managers.background.settled().await;
            };
            let in_time = matches!(select(Box::pin(stored), too_late).await, Either::Left(_));
            is_storing.set(false);
            let Some(leave) = leaving.take() else { return };
            let details = sync.details();
            let lasts = in_time && details.durability != Some(Durability::MemoryOnly);
            if lasts || details.pending == 0 {
                on_left(leave);
            } else {
                stays.set(Some(leave));
                on_stays(leave);
            }
        });
    });
    let pending = sync.details().pending;
    let Some(leave) = stays().filter(|_| pending > 0) else {
        return VNode::empty();
    };
    let lost = count(pending, "{} edit", "{} edits");
    rsx! {
        div { class: "lines",
            div { class: "banner", role: "alert", "data-tone": "act", "data-state": "stays",
                {icon(Glyph::TriangleAlert)}
                p { class: "banner-text",
                    {with("This device can’t store what waits: {} would be lost with this window. The server gets all of it as soon as it answers.", &[&lost])}
                }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| on_left(leave),
                    {tn(if leave == Leave::Close { "Close anyway" } else { "Leave anyway" })}
                }
                button { class: "button", "data-shape": "small", "data-weight": "quiet", r#type: "button", onclick: move |_| stays.set(None), {tn("Stay")} }
            }
        }
    }
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
                p { class: "banner-text", {sentence(&message)} }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| on_not_let_in(message.clone()), {tn("Give a token")} }
            }
        }
    }
}
