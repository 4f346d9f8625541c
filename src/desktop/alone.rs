//! The boards of a person alone, in the window: entered by the door that their own server tells, and before it runs.

use dioxus::prelude::*;

use super::{
    Leave,
    boards::Boards,
    kept::Kept,
    own::{NAME, OWN, own},
};

/// The boards of this window's own server.
#[component]
pub fn Alone(
    /// What to do as soon as all is stored.
    leaving: Signal<Option<Leave>>,
    /// All is stored.
    on_left: Callback<Leave>,
    /// It is not.
    on_stays: Callback<Leave>,
    /// The server wants another token.
    on_not_let_in: Callback<String>,
) -> Element {
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
        if door.read().is_none()
            && let Some(leave) = leaving.take()
        {
            on_left(leave);
        }
    });
    let Some(door) = door() else {
        let trouble = standing.read().trouble.clone();
        return rsx! {
            main { class: "choosing", "data-state": "starting",
                header {
                    h1 { {NAME} }
                    p { "Its server is being started." }
                }
                if let Some(trouble) = trouble {
                    p { class: "note-line", role: "alert", "data-tone": "act", "It does not run. {trouble}" }
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
            leaving,
            on_left,
            on_stays,
            on_not_let_in,
        }
    }
}
