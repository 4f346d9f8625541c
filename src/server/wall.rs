//! A board on a wall: `?wall` after its address marks the page, and the stylesheet does the rest. The server marks it, so that the
//! page looks so from its first paint and its program knows nothing of it.

use http::Uri;

/// Whether a page for a wall is asked for: by the word alone or with any value.
#[must_use]
pub fn is_asked_for(uri: &Uri) -> bool {
    let mut parts = uri.query().unwrap_or_default().split('&');
    parts.any(|part| part.split('=').next() == Some("wall"))
}

/// What marks a page.
pub const MARK: &str = " data-wall=\"\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_alone_is_enough_and_a_part_of_another_is_not() {
        let is_asked_for = |uri: &str| is_asked_for(&uri.parse().expect("an address"));
        for uri in ["/?wall", "/boards/bridge?wall", "/?a=1&wall=yes"] {
            assert!(is_asked_for(uri), "{uri}");
        }
        for uri in ["/", "/wall", "/?wallpaper", "/?a=wall"] {
            assert!(!is_asked_for(uri), "{uri}");
        }
    }
}
