//! Light or dark, where one of them was chosen on this browser: the server marks the page with it, so that it looks so from its first
//! paint, and the stylesheet does the rest. `offline/theme.js` follows a choice that is made after that.

use http::HeaderMap;

use super::cookies::cookie;
use crate::config::THEME_COOKIE;

/// What marks a page for a browser that sent these headers; nothing where it goes by its device.
#[must_use]
pub fn mark(headers: &HeaderMap) -> &'static str {
    match cookie(headers, THEME_COOKIE) {
        Some("light") => " data-theme=\"light\"",
        Some("dark") => " data-theme=\"dark\"",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn a_choice_marks_the_page_and_nothing_else_gets_into_it() {
        let mark = |cookies: &'static str| {
            let cookies = cookies.parse().expect("plain text");
            super::mark(&HeaderMap::from_iter([(header::COOKIE, cookies)]))
        };
        assert_eq!(mark("a=b; tideboard_theme=dark"), " data-theme=\"dark\"");
        assert_eq!(mark("tideboard_theme=light"), " data-theme=\"light\"");
        for none in ["", "theme=dark", "tideboard_theme=", "tideboard_theme=\"><script>"] {
            assert_eq!(mark(none), "", "{none}");
        }
    }
}
