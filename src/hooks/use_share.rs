//! Letting another device in.

use dioxus::prelude::*;

use super::boxed::use_signal;
use crate::platform::FETCH;

/// The way to share this page, and what the server has made of it. `Copy`; forgotten with its component.
#[derive(Clone, Copy, PartialEq)]
pub struct Share {
    made: Signal<String>,
}

/// Shares pages of the server that this one came from. An app that came from none has nothing to share: `None`.
pub fn use_share() -> Option<Share> {
    let made = use_signal(String::new);
    FETCH.map(|_| Share { made })
}

impl Share {
    /// The server's own piece of a page, with the code and how it is used, or why there is none; empty before the first one.
    #[must_use]
    pub fn made(self) -> String {
        self.made.cloned()
    }

    /// Asks for a code that lets one device in, to "edit" or to "view", and leads it to where this page is.
    pub fn ask(self, access: &'static str) {
        let Some(fetch) = FETCH else { return };
        let Self { mut made } = self;
        let body = ["{\"access\":\"", access, "\"}"].concat();
        let answer = fetch("/api/v1/share".to_owned(), Some(body));
        // What an error says has nothing in it that HTML would escape.
        spawn(async move { made.set(answer.await.unwrap_or_else(|error| error.to_string())) });
    }
}
