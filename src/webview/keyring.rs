//! What a person sees who waits for their keyring. It may ask for its password in a window that nobody sees, or answer nothing.

use dioxus::prelude::*;

use crate::{
    config::KEYRING_PATIENCE_MS,
    platform::{self, leave_keyring_out},
    words::tn,
};

/// Says what is waited for, and offers to go on without it when that takes long. Who waits goes on by itself.
#[component]
pub fn WaitingForKeyring() -> Element {
    let mut is_long = use_signal(|| false);
    use_future(move || async move {
        let clock = platform::here().clock();
        clock.sleep_until(clock.now().plus(KEYRING_PATIENCE_MS)).await;
        is_long.set(true);
    });
    if !is_long() {
        return rsx! {
            p { {tn("Waiting for your keyring.")} }
        };
    }
    rsx! {
        p { role: "alert", {tn("Your keyring has not answered yet. It may ask for its password, perhaps in a window behind this one.")} }
        p { class: "note-line", {tn("Without it a token is asked for again, and kept in a file in your data folder, in plain text, which no other user of this machine may read.")} }
        div { class: "row",
            button { class: "button", r#type: "button", onclick: move |_| leave_keyring_out(), {tn("Go on without it")} }
        }
    }
}
