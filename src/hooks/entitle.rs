//! What the page is called where it is one of many.

/// Gives the browser's tab the name of what it shows. A window of a desktop or a phone keeps its own.
pub fn entitle(name: &str) {
    crate::platform::entitle(&[name, " · Tideboard"].concat());
}

/// Has the page stand at an address, of its own server, that it would be loaded from again.
pub fn stand_at(address: &str) {
    crate::platform::stand_at(address);
}
