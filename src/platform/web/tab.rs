//! What all tabs of a browser share: they have one outbox, so that one of them works offline with the others.

use web_sys::{Event, Storage};

use crate::platform::NetworkEvent;

const OFFLINE: &str = "tideboard offline";

/// `None` where the person's settings deny it: then a page that is loaded again connects, and each tab is for itself.
fn shared() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

pub fn is_kept_offline() -> bool {
    shared().is_some_and(|shared| shared.get_item(OFFLINE).ok().flatten().is_some())
}

pub fn keep_offline(offline: bool) {
    let Some(shared) = shared() else { return };
    let kept = if offline {
        shared.set_item(OFFLINE, "yes")
    } else {
        shared.remove_item(OFFLINE)
    };
    if let Err(error) = kept {
        tracing::debug!("the choice to work offline is not remembered: {error:?}");
    }
}

/// What another tab has chosen, as the browser tells it of what is stored.
pub fn chose(event: &Event) -> Option<NetworkEvent> {
    let key = js_sys::Reflect::get(event, &"key".into()).ok()?;
    (key == OFFLINE).then(|| NetworkEvent::WorksOffline(is_kept_offline()))
}
