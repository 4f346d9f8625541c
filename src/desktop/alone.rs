//! The boards of a person alone, in the window: entered by the door that their own server tells, and before it runs.

use dioxus::prelude::*;

use super::{
    Leave, Ways,
    boards::Boards,
    kept::Kept,
    own::{NAME, OWN, own},
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
                        h1 { {NAME} }
                        p { "Its server is being started." }
                    }
                }
            };
        };
        return rsx! {
            main { class: "choosing", "data-state": "not-started",
                header {
                    h1 { {NAME} }
                    p { "Its server does not run. What is stored on this computer stays as it is." }
                }
                p { class: "note-line", role: "alert", "data-tone": "act", "{trouble}" }
                div { class: "row",
                    button { class: "button", "data-weight": "strong", r#type: "button", onclick: move |_| own.try_again(), "Try again" }
                    button { class: "button", r#type: "button", onclick: move |_| leaving.set(Some(Leave::Choose)), "Another server" }
                }
            }
        };
    };
    rsx! {
        Boards {
            server: OWN,
            address: door.address(),
            own: standing,
            token: door.token,
            ways,
        }
    }
}
