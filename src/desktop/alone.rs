//! The boards of a person alone, in the window: entered by the door that their own server tells, and before it runs.

use dioxus::prelude::*;

use super::{
    own::{Standing, own},
    telling::Telling,
};
use crate::{
    components::icon::{Glyph, icon},
    hooks::{use_background_sync, use_websocket},
    webview::{
        Boards, Kept, Leave, Ways,
        kept::{OWN, OWN_NAME},
    },
    words::{tn, with},
};

/// The boards of this window's own server.
#[component]
pub fn Alone(ways: Ways) -> Element {
    let mut leaving = ways.leaving;
    let kept: Kept = use_context();
    let own = use_hook(|| own(kept.folder()));
    let mut standing = use_signal(|| own.standing());
    // An engine has one address all its life: where there is another, the window goes from this one first.
    let mut door = use_signal(|| standing.peek().door.clone());
    use_future({
        let own = own.clone();
        move || {
            let mut own = own.clone();
            async move {
                loop {
                    let now = own.changed().await;
                    if now != *standing.peek() {
                        standing.set(now);
                    }
                }
            }
        }
    });
    use_effect(move || {
        let told = standing.read().door.clone();
        if door.peek().is_none() {
            door.set(told);
        } else if told != *door.peek() && leaving.peek().is_none() {
            leaving.set(Some(Leave::Move));
        }
    });
    // Where nothing is shown yet nothing is to be stored.
    use_effect(move || {
        if let Some(leave) = leaving()
            && door.read().is_none()
        {
            leaving.set(None);
            (ways.on_left)(leave);
        }
    });
    let Some(door) = door() else {
        let Some(trouble) = standing.read().trouble.clone() else {
            return rsx! {
                main { class: "choosing", "data-state": "starting",
                    header {
                        h1 { {tn(OWN_NAME)} }
                        p { {tn("Its server is being started.")} }
                    }
                }
            };
        };
        return rsx! {
            main { class: "choosing", "data-state": "not-started",
                header {
                    h1 { {tn(OWN_NAME)} }
                    p { {tn("Its server does not run. What is stored on this computer stays as it is.")} }
                }
                p { class: "note-line", role: "alert", "data-tone": "act", "{trouble}" }
                div { class: "row",
                    button { class: "button", "data-weight": "strong", r#type: "button", onclick: move |_| own.try_again(), {tn("Try again")} }
                    button { class: "button", r#type: "button", onclick: move |_| leaving.set(Some(Leave::Choose)), {tn("Another server")} }
                }
            }
        };
    };
    let address = door.address();
    // Until it has answered anybody may sit on its port: nothing is told there.
    let auto_connect = standing.peek().starts > 0;
    rsx! {
        Boards { server: OWN, address: address.clone(), token: door.token, ways, auto_connect,
            Telling {}
            OwnServer { standing, address, leaving }
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
                p { class: "banner-text", {with("The server of this computer does not run; what you edit is kept meanwhile. {}", &[&trouble])} }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| own(kept.folder()).try_again(), {tn("Try again")} }
                button { class: "button", "data-shape": "small", "data-weight": "quiet", r#type: "button", onclick: move |_| leaving.set(Some(Leave::Choose)), {tn("Another server")} }
            }
        }
    }
}
