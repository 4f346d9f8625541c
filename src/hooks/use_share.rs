//! Letting another device in.

use dioxus::prelude::*;

use crate::{
    platform::FETCH,
    protocol::{Access, BoardId},
};

/// The way to share a page, and what the server has made of it. `Copy`; forgotten with its component.
#[derive(Clone, Copy, PartialEq)]
pub struct Share {
    made: Signal<Result<String, String>>,
}

/// Shares pages of the server that this one came from. An app that came from none has nothing to share: `None`.
#[must_use]
pub fn use_share() -> Option<Share> {
    let made = use_signal(|| Ok(String::new()));
    FETCH.map(|_| Share { made })
}

impl Share {
    /// The server's own piece of a page, with the code and how it is used (empty before the first one), or why there is none.
    pub fn made(self) -> Result<String, String> {
        self.made.cloned()
    }

    /// Asks for a code that lets one device in with `access`, and leads it to a board.
    pub fn ask(self, access: Access, board: &BoardId) {
        let Some(fetch) = FETCH else { return };
        let Self { mut made } = self;
        let access = if access == Access::Edit { "edit" } else { "view" };
        // Names of boards have nothing in them that JSON would escape.
        let body = format!("{{\"access\":\"{access}\",\"next\":\"/boards/{board}\"}}");
        let answer = fetch("/api/v1/share".to_owned(), Some(body));
        spawn(async move { made.set(answer.await.map_err(|error| error.to_string())) });
    }
}
