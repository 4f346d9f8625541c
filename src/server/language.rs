//! Which language a page is made in: the one that was chosen on this browser, else the first that it asks for of those there are.

use axum::{body::Bytes, extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, header};

use super::{
    cookies::{cookie, parts},
    pages::{change_page, is_page},
};
use crate::{
    config::LANGUAGE_COOKIE,
    words::{self, Words},
};

/// What the page that is asked for speaks, in the extensions of its request; English where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken(pub &'static Words);

/// Middleware: notes the language for those who render the page, and writes its words into it.
pub(super) async fn speak(mut request: Request, next: Next) -> Response {
    let Some(words) = wanted(request.headers()) else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(Spoken(words));
    let response = next.run(request).await;
    match is_page(&response) {
        true => change_page(response, |_, page| written(page, words)).await,
        false => response,
    }
}

/// The page with its language's name and words. Its program reads them before it says anything.
fn written(page: Bytes, words: &Words) -> Bytes {
    let Ok(text) = std::str::from_utf8(&page) else {
        return page;
    };
    let Some((before, rest)) = text.split_once(ENGLISH) else {
        return page;
    };
    let Some((head, body)) = rest.split_once("</head>") else {
        return page;
    };
    let Words { tag, table, .. } = words;
    format!("{before} lang=\"{tag}\"{head}<script type=\"text/plain\" id=\"words\">\n{table}</script></head>{body}")
        .into()
}

/// What is wanted; `None` for English.
fn wanted(headers: &HeaderMap) -> Option<&'static Words> {
    if let Some(tag) = cookie(headers, LANGUAGE_COOKIE) {
        return known(tag).flatten();
    }
    // The one with the greatest weight; of several with the same the first.
    let mut best = (0.0, None);
    for asked in parts(headers, header::ACCEPT_LANGUAGE, ',') {
        let mut parts = asked.split(';');
        let language = parts.next().and_then(|tag| known(tag.trim()));
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q=")?.parse::<f64>().ok())
            .unwrap_or(1.0);
        if let Some(language) = language.filter(|_| weight > best.0) {
            best = (weight, language);
        }
    }
    best.1
}

/// A language of ours by its tag, with any region: `None` where it is none, and `Some(None)` for English.
fn known(tag: &str) -> Option<Option<&'static Words>> {
    match tag.split('-').next()?.to_ascii_lowercase().as_str() {
        "de" => Some(Some(words::german())),
        "en" => Some(None),
        _ => None,
    }
}

const ENGLISH: &str = " lang=\"en\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(cookie: &'static str, accepted: &'static str) -> &'static str {
        let mut headers = HeaderMap::new();
        for (name, text) in [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, accepted)] {
            if !text.is_empty() {
                headers.insert(name, text.parse().expect("plain text"));
            }
        }
        wanted(&headers).map_or("en", |words| words.tag)
    }

    #[test]
    fn what_was_chosen_here_goes_before_what_is_asked_for() {
        assert_eq!(tag("", ""), "en");
        assert_eq!(tag("", "de-AT,de;q=0.9,en;q=0.8"), "de");
        assert_eq!(tag("", "fr, en;q=0.5, de;q=0.6"), "de");
        assert_eq!(tag("", "en-GB,de"), "en");
        assert_eq!(tag("", "fr"), "en");
        assert_eq!(tag("", "de;q=0"), "en", "what is not wanted at all");
        assert_eq!(tag("tideboard_who=a; tideboard_language=de", "en"), "de");
        assert_eq!(tag("tideboard_language=en", "de"), "en");
        assert_eq!(tag("tideboard_language=tlh", "de"), "en", "what nobody here speaks");
    }

    #[test]
    fn a_page_brings_the_words_of_its_language_along() {
        let page = Bytes::from_static(
            b"<!DOCTYPE html><html lang=\"en\"><head><title>Board</title></head><body></body></html>",
        );
        let written = written(page, words::german());
        let text = std::str::from_utf8(&written).expect("text");
        assert!(text.starts_with(
            "<!DOCTYPE html><html lang=\"de\"><head><title>Board</title><script type=\"text/plain\" id=\"words\">\n"
        ));
        assert!(text.contains("\nAdd widget = Karte hinzufügen\n"), "{text}");
        assert_eq!(self::written(Bytes::from_static(b"plain"), words::german()), "plain");
    }
}
