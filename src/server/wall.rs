//! A board on a wall: `?wall` after its address marks the page, and the stylesheet does the rest. The server marks it, so that the
//! page looks so from its first paint and its program knows nothing of it.

use axum::body::Bytes;
use http::Uri;

/// Whether a page for a wall is asked for: by the word alone or with any value.
#[must_use]
pub fn is_asked_for(uri: &Uri) -> bool {
    let mut parts = uri.query().unwrap_or_default().split('&');
    parts.any(|part| part.split('=').next() == Some("wall"))
}

/// Marks a page. What is no page is left as it is.
#[must_use]
pub fn mark(page: &[u8]) -> Bytes {
    let start = page.windows(TAG.len()).position(|window| window == TAG);
    let (before, after) = page.split_at(start.map_or(0, |start| start + TAG.len()));
    let mark: &[u8] = if start.is_some() { MARK } else { &[] };
    [before, mark, after].concat().into()
}

const TAG: &[u8] = b"<html";
const MARK: &[u8] = b" data-wall=\"\"";

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

    #[test]
    fn a_page_is_marked_once_and_what_is_none_not_at_all() {
        assert_eq!(
            mark(b"<!DOCTYPE html><html lang=\"en\">&lt;html"),
            b"<!DOCTYPE html><html data-wall=\"\" lang=\"en\">&lt;html".as_slice()
        );
        assert_eq!(mark(b"plain"), b"plain".as_slice());
    }
}
