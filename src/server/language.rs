//! The language of the app's pages: who renders one is told of it, and its words are written into the page.

use axum::{body::Bytes, extract::Request, middleware::Next, response::Response};

use super::{
    pages::{change_page, is_page},
    reader::{ENGLISH, Reader},
};
use crate::words::Words;

/// What the page that is asked for speaks, in the extensions of its request; English where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken(pub &'static Words);

/// Middleware: notes the language for those who render the page, and writes its words into it.
pub(super) async fn speak(mut request: Request, next: Next) -> Response {
    let reader = Reader::of(request.headers());
    let Some(words) = reader.app_words() else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(Spoken(words));
    let response = next.run(request).await;
    match is_page(&response) {
        true => change_page(response, |_, page| written(page, reader, words)).await,
        false => response,
    }
}

/// The page with its language's name and words, which its program reads before it says anything, and with what is said where no program runs.
fn written(page: Bytes, reader: Reader, words: &Words) -> Bytes {
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
    let body = body.replacen(NEEDS_JAVASCRIPT, reader.t(NEEDS_JAVASCRIPT), 1);
    format!("{before} lang=\"{tag}\"{head}<script type=\"text/plain\" id=\"words\">\n{table}</script></head>{body}")
        .into()
}

/// What `index.html` says where no program runs.
const NEEDS_JAVASCRIPT: &str = "This needs JavaScript: allow it for this address, then reload.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    fn in_german(page: &'static str) -> String {
        let written = written(Bytes::from_static(page.as_bytes()), Reader::German, words::german());
        String::from_utf8(written.to_vec()).expect("text")
    }

    #[test]
    fn a_page_brings_the_words_of_its_language_along() {
        let text = in_german("<!DOCTYPE html><html lang=\"en\"><head><title>Board</title></head><body></body></html>");
        assert!(text.starts_with(
            "<!DOCTYPE html><html lang=\"de\"><head><title>Board</title><script type=\"text/plain\" id=\"words\">\n"
        ));
        assert!(text.contains("\nAdd widget = Karte hinzufügen\n"), "{text}");
        assert_eq!(in_german("plain"), "plain");
    }

    #[test]
    fn who_runs_no_scripts_is_told_so_in_their_language() {
        let text = in_german(include_str!("../../index.html"));
        assert!(
            text.contains("<noscript><p class=\"note-line\">Dies braucht JavaScript: "),
            "{text}"
        );
        assert!(!text.contains("This needs"), "{text}");
    }
}
