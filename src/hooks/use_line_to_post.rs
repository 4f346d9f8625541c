//! How a program of one's own sends a number to this server.

use dioxus::prelude::*;

use super::{boxed::use_signal, use_platform::page_origin};
use crate::{
    config::{SAMPLES_PATH, SAMPLES_TOKEN_PATH},
    platform::FETCH,
};

/// A line for a terminal, which is complete: where the server asks for a token, with one that does nothing else. Empty until the server has told
/// that, where it is not known which one that is, and for who may only watch.
pub fn use_line_to_post() -> Signal<String> {
    let mut line = use_signal(|| match FETCH {
        Some(_) => String::new(),
        None => line_with(""),
    });
    use_hook(move || {
        let Some(fetch) = FETCH else { return };
        let told = fetch(SAMPLES_TOKEN_PATH.to_owned(), Some(String::new()));
        spawn(async move {
            if let Ok(token) = told.await {
                line.set(line_with(&token));
            }
        });
    });
    line
}

fn line_with(token: &str) -> String {
    let Some(origin) = page_origin() else {
        return String::new();
    };
    let (before, behind) = match token {
        "" => ("", ""),
        _ => (" -H 'Authorization: Bearer ", "'"),
    };
    ["curl ", &origin, SAMPLES_PATH, before, token, behind, " -d 'fuel 12.5'"].concat()
}
