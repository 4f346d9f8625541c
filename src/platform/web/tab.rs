//! What is remembered as long as a tab is open, and by no other one.

use web_sys::Storage;

const OFFLINE: &str = "tideboard offline";

/// `None` where the person's settings deny it: then a page that is loaded again connects.
fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

pub fn is_kept_offline() -> bool {
    session().is_some_and(|session| session.get_item(OFFLINE).ok().flatten().is_some())
}

pub fn keep_offline(offline: bool) {
    let Some(session) = session() else { return };
    let kept = if offline {
        session.set_item(OFFLINE, "yes")
    } else {
        session.remove_item(OFFLINE)
    };
    if let Err(error) = kept {
        tracing::debug!("the choice to work offline is not remembered: {error:?}");
    }
}
