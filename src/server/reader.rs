//! Who reads a page: the language that they want, which is the one that was chosen on this browser, else the first that it asks for of those
//! there are; and the words of the server's own pages, the ones beside the app, in it.
//!
//! A template of such a page is in English, with each text between `[[` and `]]`. The other language's are in a table of their own
//! (`src/words/pages.de.txt`): that of the app is written into its pages, and does not grow by what is never said there. Their scripts say
//! nothing of their own accord: what they may have to say stands in their page.
//!
//! A page that differs by its reader is kept by nobody for another one: see `csp`, which has every page asked for anew, and the router, which
//! does so for what is under `/api/`.

use std::{convert::Infallible, sync::LazyLock};

use axum::extract::FromRequestParts;
use http::{HeaderMap, header, request::Parts};

use super::{
    cookies::{cookie, parts},
    sign_in::escape,
};
use crate::{
    config::LANGUAGE_COOKIE,
    words::{Words, filled},
};

/// What they read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    English,
    German,
}

impl Reader {
    /// Whose browser sent these headers.
    pub fn of(headers: &HeaderMap) -> Self {
        if let Some(tag) = cookie(headers, LANGUAGE_COOKIE) {
            return Self::known(tag).unwrap_or(Self::English);
        }
        // The one with the greatest weight; of several with the same the first.
        let mut best = (0.0, Self::English);
        for asked in parts(headers, header::ACCEPT_LANGUAGE, ',') {
            let mut parts = asked.split(';');
            let language = parts.next().and_then(|tag| Self::known(tag.trim()));
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q=")?.parse::<f64>().ok())
                .unwrap_or(1.0);
            if let Some(language) = language.filter(|_| weight > best.0) {
                best = (weight, language);
            }
        }
        best.1
    }

    /// By the tag of a language, with any region. `None` where it is none of ours.
    fn known(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The words of the app's pages; `None` for English.
    #[cfg(feature = "dashboard")]
    pub fn app_words(self) -> Option<&'static Words> {
        match self {
            Self::English => None,
            Self::German => Some(crate::words::german()),
        }
    }

    /// The words of the server's own pages; `None` for English.
    fn words(self) -> Option<&'static Words> {
        static GERMAN: LazyLock<Words> = LazyLock::new(|| Words::read("de", include_str!("../words/pages.de.txt")));
        match self {
            Self::English => None,
            Self::German => Some(&GERMAN),
        }
    }

    /// A text of the server's own pages.
    pub fn t(self, english: &str) -> &str {
        self.words().and_then(|words| words.find(english)).unwrap_or(english)
    }

    /// The same with values in the places of its `{}`, one after the other.
    pub fn with(self, english: &str, values: &[&str]) -> String {
        filled(self.t(english), values)
    }

    /// A page, or a piece of one, from its template. What else stands in it, as in `{name}`, comes after this: a value is never looked up.
    pub fn page(self, template: &str) -> String {
        let mut parts = template.split("[[");
        let mut page = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (text, rest) = part.split_once("]]").unwrap_or((part, ""));
            page += &escape(self.t(text));
            page += rest;
        }
        match self.words() {
            Some(Words { tag, .. }) => page.replacen(ENGLISH, &format!(" lang=\"{tag}\""), 1),
            None => page,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// How a page says that it is in English.
pub(super) const ENGLISH: &str = " lang=\"en\"";

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(cookie: &'static str, accepted: &'static str) -> Reader {
        let mut headers = HeaderMap::new();
        for (name, text) in [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, accepted)] {
            if !text.is_empty() {
                headers.insert(name, text.parse().expect("plain text"));
            }
        }
        Reader::of(&headers)
    }

    #[test]
    fn what_was_chosen_here_goes_before_what_is_asked_for() {
        use Reader::{English, German};
        assert_eq!(reader("", ""), English);
        assert_eq!(reader("", "de-AT,de;q=0.9,en;q=0.8"), German);
        assert_eq!(reader("", "fr, en;q=0.5, de;q=0.6"), German);
        assert_eq!(reader("", "en-GB,de"), English);
        assert_eq!(reader("", "fr"), English);
        assert_eq!(reader("", "de;q=0"), English, "what is not wanted at all");
        assert_eq!(reader("tideboard_who=a; tideboard_language=de", "en"), German);
        assert_eq!(reader("tideboard_language=en", "de"), English);
        assert_eq!(
            reader("tideboard_language=tlh", "de"),
            English,
            "what nobody here speaks"
        );
    }

    #[test]
    fn a_template_is_said_in_the_language_of_its_reader() {
        let template =
            "<html lang=\"en\"><p title=\"[[Join]]\">[[Start it with]] <b>[[\"<&]]</b>{value}</p><p lang=\"en\">";
        assert_eq!(
            Reader::English.page(template),
            "<html lang=\"en\"><p title=\"Join\">Start it with <b>&quot;&lt;&amp;</b>{value}</p><p lang=\"en\">"
        );
        assert_eq!(
            Reader::German.page(template),
            "<html lang=\"de\"><p title=\"Beitreten\">Starten Sie ihn mit <b>&quot;&lt;&amp;</b>{value}</p><p lang=\"en\">"
        );
    }
}
