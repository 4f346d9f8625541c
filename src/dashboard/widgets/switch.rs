//! Something that is turned on and off: two presses, so that none is an accident; and now or never, so that none takes effect
//! hours later, when the network is back and whoever pressed it is not.

use dioxus::prelude::*;

use crate::{
    config::{SWITCH_ARMED_MS, SWITCH_TTL_MS},
    hooks::{RealtimeUpdates, focus, use_effect, use_later, use_signal},
    words::tn,
};

#[component]
pub fn Switch(live: RealtimeUpdates) -> Element {
    let is_on = move || live.value("on").is_some_and(|value| value == true);
    // What was shown at the first press: who presses again has seen that and nothing else.
    let mut armed = use_signal(|| None::<bool>);
    let mut was_changed = use_signal(|| false);
    let mut disarm = use_later(SWITCH_ARMED_MS, move |()| armed.set(None));
    use_effect(move || {
        let shown = is_on();
        if armed.peek().is_some_and(|armed| armed != shown) {
            armed.set(None);
            was_changed.set(true);
        }
    });
    let shown = is_on();
    let state = if live.is_pending("on") { "pending" } else { "confirmed" };
    rsx! {
        div { class: "switching",
            p { class: "figure",
                output { class: "value", "data-state": state, {tn(if shown { "On" } else { "Off" })} }
            }
            if was_changed() {
                p { class: "note-line", role: "alert", {tn(if shown { "It has become on meanwhile. Nothing was sent." } else { "It has become off meanwhile. Nothing was sent." })} }
            }
            div { class: "row",
                if armed().is_some() {
                    // Where the first press was, so that a second one by accident takes it back.
                    button {
                        class: "button", r#type: "button",
                        onclick: move |_| {
                            disarm.cancel();
                            armed.set(None);
                        },
                        {tn("Cancel")}
                    }
                    button {
                        class: "button", "data-weight": "strong", r#type: "button",
                        onmounted: move |event| focus(&event.data()),
                        // A key that is still held from the first press is no second one.
                        onkeydown: move |event| {
                            if event.is_auto_repeating() {
                                event.prevent_default();
                            }
                        },
                        onclick: move |_| {
                            disarm.cancel();
                            if let Some(seen) = armed.take() {
                                live.edit_now("on", !seen, SWITCH_TTL_MS);
                            }
                        },
                        {tn(if shown { "Switch off now" } else { "Switch on now" })}
                    }
                } else {
                    button {
                        class: "button", r#type: "button",
                        onclick: move |_| {
                            was_changed.set(false);
                            armed.set(Some(is_on()));
                            disarm.start();
                        },
                        {tn(if shown { "Switch off…" } else { "Switch on…" })}
                    }
                }
            }
        }
    }
}
