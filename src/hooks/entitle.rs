//! What the page is called where it is one of many.

/// Gives the browser's tab the name of what it shows. A window of a desktop or a phone keeps its own.
pub fn entitle(name: &str) {
    crate::platform::entitle(&[name, " · Tideboard"].concat());
}
