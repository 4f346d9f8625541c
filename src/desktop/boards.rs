//! The boards of a server, in the window; and how it goes from them: with all that is shown stored.

use dioxus::prelude::*;
use futures_util::future::{Either, select};

use super::{
    Leave, Ways,
    history::use_last_board,
    kept::Kept,
    own::{Standing, own},
    telling::Telling,
};
use crate::{
    components::{
        DashboardRealtimeProvider,
        icon::{Glyph, icon},
    },
    config::SETTLE_MS_MAX,
    dashboard::pages,
    hooks::{ConnectionStatus, Durability, use_background_sync, use_realtime_managers, use_websocket},
    platform,
    words::count,
};

/// The boards of a server.
#[component]
pub fn Boards(
    /// What it is remembered by.
    server: String,
    /// Its address.
    address: String,
    /// How it is with it, where it is the window's own.
    own: Option<Signal<Standing>>,
    /// The token to greet it with, where there is one.
    token: Option<String>,
    ways: Ways,
) -> Element {
    let kept: Kept = use_context();
    use_last_board(&kept, &server);
    // Until the own server has answered anybody may sit on its port: nothing is told there.
    let auto_connect = use_hook(|| own.is_none_or(|standing| standing.peek().starts > 0));
    let own_address = address.clone();
    rsx! {
        DashboardRealtimeProvider { server: address, token, folder: kept.folder().as_os_str().to_owned(), auto_connect,
            Telling {}
            Leaving { ways }
            Met { server, on_not_let_in: ways.on_not_let_in }
            for standing in own {
                OwnServer { standing, address: own_address.clone(), leaving: ways.leaving }
            }
            {pages()}
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
                    "This device can’t store what waits: {lost} would be lost with this window. The server gets all of it as soon as it answers."
                }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| on_left(leave),
                    if leave == Leave::Close { "Close anyway" } else { "Leave anyway" }
                }
                button { class: "button", "data-shape": "small", "data-weight": "quiet", r#type: "button", onclick: move |_| stays.set(None), "Stay" }
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
                p { class: "banner-text", "{message}" }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| on_not_let_in(message.clone()), "Give a token" }
            }
        }
    }
}

/// Tells why the window's own server does not run, and turns to it as soon as it does.
#[component]
fn OwnServer(standing: Signal<Standing>, address: String, mut leaving: Signal<Option<Leave>>) -> Element {
    let (sync, socket) = (use_background_sync(), use_websocket());
    // Where it answers at another address this window goes there, and tells nothing here.
    let starts = use_memo(move || {
        let standing = standing.read();
        let is_here = standing.door.as_ref().is_some_and(|door| door.address() == address);
        if is_here { standing.starts } else { 0 }
    });
    let mut is_dialled = use_hook(|| CopyValue::new(standing.peek().starts > 0));
    use_effect(move || {
        if starts() > 0 {
            if !is_dialled.replace(true) {
                socket.connect();
            }
            sync.sync_now();
        }
    });
    let trouble = use_memo(move || standing.read().trouble.clone());
    let kept: Kept = use_context();
    let Some(trouble) = trouble() else {
        return VNode::empty();
    };
    rsx! {
        div { class: "lines",
            div { class: "banner", role: "alert", "data-tone": "act", "data-state": "own-server",
                {icon(Glyph::TriangleAlert)}
                p { class: "banner-text", "The server of this computer does not run; what you edit is kept meanwhile. {trouble}" }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| own(kept.folder()).try_again(), "Try again" }
                button { class: "button", "data-shape": "small", "data-weight": "quiet", r#type: "button", onclick: move |_| leaving.set(Some(Leave::Choose)), "Another server" }
            }
        }
    }
}
