//! The window of a desktop, or of a phone's app: its title, its keys, and what is in it. The page inside is another process's: it is asked by a script.

use dioxus::core::{Runtime, provide_root_context, spawn, spawn_forever, try_consume_context};
use futures_channel::mpsc;

use super::webview::DesktopContext;
use crate::platform::{Gesture, NetworkEvent};

/// Keys that may wait; a window that has not run for so long needs no more of them.
const QUEUE_LEN: usize = 32;

/// Where the keys of a window are told: to the one engine that runs behind it. Each window has its own.
#[derive(Clone)]
struct Ears(mpsc::Sender<NetworkEvent>);

/// What is heard in the window that the caller runs behind; `None` where there is none.
pub fn listen() -> Option<mpsc::Receiver<NetworkEvent>> {
    Runtime::try_current()?;
    let (sender, events) = mpsc::channel(QUEUE_LEN);
    provide_root_context(Ears(sender));
    Some(events)
}

/// The same keys as in a browser's page, which hears them in Rust.
pub fn hear_keys(heard: bool) {
    if !heard {
        run(UNHEAR);
        return;
    }
    let Some(mut keys) = run(HEAR) else { return };
    // It ends with the last who wants to hear them, who need not be the first.
    spawn_forever(async move {
        while let Ok(again) = keys.recv::<bool>().await {
            tell(NetworkEvent::Undoes { again });
        }
    });
}

/// Tells the engine behind the window what its program has heard of the device.
pub fn tell(event: NetworkEvent) {
    if let Some(Ears(mut sender)) = try_consume_context() {
        let _ = sender.try_send(event);
    }
}

/// Calls `heard` with what a finger wants of the app as a whole, as long as the calling component lives; that says whether there was
/// something to do. Meanwhile the engine is told whether anybody sees the app.
pub fn hear_gestures(mut heard: impl FnMut(Gesture) -> bool + 'static) {
    let Some(mut gestures) = run(GESTURES) else { return };
    spawn(async move {
        while let Ok(name) = gestures.recv::<String>().await {
            let gesture = match name.as_str() {
                "hidden" => {
                    tell(NetworkEvent::Hidden);
                    continue;
                }
                "shown" => {
                    tell(NetworkEvent::Shown);
                    continue;
                }
                "back" => Gesture::Back,
                _ => Gesture::Pulled,
            };
            let is_done = heard(gesture);
            let _ = gestures.send(is_done);
        }
    });
}

pub fn entitle(title: &str) {
    if let Some(window) = try_consume_context::<DesktopContext>() {
        window.set_title(title);
    }
}

/// The text box that has the focus is left: what was typed there is an edit before this ends.
pub async fn leave_text() {
    if let Some(script) = run(LEAVE) {
        // A page that does not answer has nothing to tell, either.
        let _ = script.await;
    }
}

pub fn go_to(selector: &str) {
    let selector = serde_json::Value::from(selector);
    run(&format!("const selector = {selector};{GO_TO}"));
}

/// Starts a script in the window that the caller runs behind.
#[expect(
    clippy::disallowed_methods,
    reason = "no released page has this: its own half is in `web`"
)]
fn run(script: &str) -> Option<dioxus::document::Eval> {
    try_consume_context::<DesktopContext>()?;
    Some(dioxus::document::eval(script))
}

const GESTURES: &str = include_str!("window/gestures.js");
const HEAR: &str = include_str!("window/hear.js");
const LEAVE: &str = "document.activeElement?.blur();";
const UNHEAR: &str = "window.tideboardHeard -= 1;
    if (window.tideboardHeard === 0) window.tideboardKeys.abort();";
const GO_TO: &str = "const element = document.querySelector(selector);
    element?.closest('article')?.scrollIntoView();
    element?.focus();";
