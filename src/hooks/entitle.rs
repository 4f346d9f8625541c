//! What the page is called where it is one of many, and what it was before its program ran.

/// Gives the browser's tab the name of what it shows. A window of a desktop or a phone keeps its own.
pub fn entitle(name: &str) {
    crate::platform::entitle(&[name, " · Tideboard"].concat());
}

/// Has the page stand at an address, of its own server, that it would be loaded from again.
pub fn stand_at(address: &str) {
    crate::platform::stand_at(address);
}

/// The picture of its board that a page opened with: see [`platform::kept_picture`](crate::platform::kept_picture).
pub fn kept_picture() -> String {
    crate::platform::kept_picture()
}
