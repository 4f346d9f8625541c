//! What this tab alone remembers, until it is closed: also when it is loaded again, or was killed and is back.

pub fn jotted(name: &str) -> Option<String> {
    own()?.get_item(name).ok()?
}

pub fn jot(name: &str, text: Option<&str>) {
    let Some(own) = own() else { return };
    let done = match text {
        Some(text) => own.set_item(name, text),
        None => own.remove_item(name),
    };
    if let Err(error) = done {
        tracing::debug!("{name} is not kept: {error:?}");
        let _ = own.remove_item(name); // nor is what is older
    }
}

/// `None` where the person's settings deny it: then nothing is remembered.
fn own() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}
