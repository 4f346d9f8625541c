//! What all tabs of a browser share: they have one outbox, so that one of them works offline with the others.

use web_sys::{Event, Storage};

use crate::platform::NetworkEvent;

const OFFLINE: &str = "tideboard offline";

/// `None` where the person's settings deny it: then a page that is loaded again connects, and each tab is for itself.
fn shared() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

pub fn remembered(name: &str) -> Option<String> {
    shared()?.get_item(name).ok()?
}

pub fn remember(name: &str, text: &str) {
    if let Some(shared) = shared()
        && let Err(error) = shared.set_item(name, text)
    {
        tracing::debug!("{name} is not remembered: {error:?}");
    }
}

pub fn is_kept_offline() -> bool {
    remembered(OFFLINE).is_some()
}

pub fn keep_offline(offline: bool) {
    if offline {
        remember(OFFLINE, "yes");
    } else if let Some(shared) = shared() {
        // Where there is a storage, it lets go of things.
        let _ = shared.remove_item(OFFLINE);
    }
}

/// What another tab has chosen, as the browser tells it of what is stored.
pub fn chose(event: &Event) -> Option<NetworkEvent> {
    let key = js_sys::Reflect::get(event, &"key".into()).ok()?;
    (key == OFFLINE).then(|| NetworkEvent::WorksOffline(is_kept_offline()))
}
