//! Cards on other boards, which the server knows.

use dioxus::prelude::*;

use super::{
    boxed::{use_effect, use_signal},
    use_history::escaped,
    use_later::use_later,
};
use crate::{
    config::{CARDS_PATH, SEARCH_PAUSE_MS},
    platform::FETCH,
    protocol::{self, BoardId, Value, WidgetId},
};

/// What the server has answered. `Copy`; forgotten with its component.
#[derive(Clone, Copy, PartialEq)]
pub struct Search {
    /// Empty until it has come; and a space where none did.
    answer: Signal<String>,
}

const UNANSWERED: &str = " ";

/// Looks for cards of other boards than this one, by what is typed, whenever that pauses.
pub fn use_search(board: BoardId, typed: Signal<String>) -> Search {
    let mut answer = use_signal(String::new);
    let ask = use_later(SEARCH_PAUSE_MS, move |()| {
        let words = typed();
        let Some(fetch) = FETCH.filter(|_| !words.is_empty()) else {
            return;
        };
        let path = [CARDS_PATH, "?except=", board.as_str(), "&words=", &escaped(&words)].concat();
        let asked = fetch(path, None);
        spawn(async move {
            let answered = asked.await.unwrap_or_else(|_| UNANSWERED.to_owned());
            // What was asked for before something else was is no answer to that.
            if *typed.peek() == words {
                answer.set(answered);
            }
        });
    });
    use_effect(move || {
        typed.read();
        answer.set(String::new());
        ask.start();
    });
    Search { answer }
}

impl Search {
    /// Whether the server was asked, and did not answer; or there is none to be asked.
    pub fn is_unanswered(self) -> bool {
        FETCH.is_none() || *self.answer.read() == UNANSWERED
    }

    /// The cards, each with its title and its board's name as one text.
    pub fn found(self) -> Vec<(BoardId, WidgetId, String)> {
        let list: Value = protocol::read(&self.answer.read()).unwrap_or_default();
        let list = list.as_array().into_iter().flatten();
        let found = list.filter_map(|card| {
            let part = |name| card.get(name)?.as_str();
            let text = [part("title")?, " · ", part("name")?].concat();
            Some((part("board")?.parse().ok()?, part("widget")?.parse().ok()?, text))
        });
        found.collect()
    }
}
