//! Cards of all boards by their titles, for who looks for one that is not on the board before them.

use std::time::Duration;

use tokio::{sync::Semaphore, time::timeout};

use super::{Server, first_look::document};
use crate::{
    config::{FOUND_LEN_MAX, SEARCH_MS_MAX, SEARCHED_WIDGETS_LEN_MAX},
    protocol::{BoardId, FoundCard, Identity},
};

/// No title has so many letters or words in it: who asks for more than this finds nothing.
const ASKED_BYTES_MAX: usize = 400;
const ASKED_WORDS_LEN_MAX: usize = 16;

/// So many look at once, each at one board after the other: those are copied by who decides what is written, too.
static TURNS: Semaphore = Semaphore::const_new(2);

impl Server {
    /// The cards with these words in their titles, or in those and their boards' names, on all boards of the list but one: at most
    /// [`FOUND_LEN_MAX`], of at most [`SEARCHED_WIDGETS_LEN_MAX`] widgets that are looked at, and as many as are found in time.
    pub(crate) async fn find_cards(&self, identity: &Identity, words: &str, except: &str) -> Vec<FoundCard> {
        let asked_bytes = words.len();
        let words = words.to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut found = Vec::new();
        if !words.is_empty() && words.len() <= ASKED_WORDS_LEN_MAX && asked_bytes <= ASKED_BYTES_MAX {
            let looking = async {
                let _turn = TURNS.acquire().await;
                self.look_for(identity, &words, except, &mut found).await
            };
            // What was found until then is told.
            let _ = timeout(Duration::from_millis(SEARCH_MS_MAX), looking).await;
        }
        found
    }

    async fn look_for(
        &self,
        identity: &Identity,
        words: &[&str],
        except: &str,
        found: &mut Vec<FoundCard>,
    ) -> Option<()> {
        let directory = document(self, identity, BoardId::directory()).await?;
        let mut looked_at = 0;
        for (entry, listed) in &directory.widgets {
            let Ok(id) = entry.as_str().parse::<BoardId>() else {
                continue;
            };
            if entry.is_birth() || listed.removed.is_some() || id.as_str() == except {
                continue;
            }
            // One that is too large to be read in one piece is left out.
            let Some(board) = document(self, identity, id.clone()).await else {
                looked_at += SEARCHED_WIDGETS_LEN_MAX / 4;
                if looked_at > SEARCHED_WIDGETS_LEN_MAX {
                    return None;
                }
                continue;
            };
            let name = listed.text("name").unwrap_or(id.as_str());
            let present = board.widgets.iter().filter(|(_, card)| card.removed.is_none());
            for (widget, card) in present.filter(|(widget, _)| !widget.is_birth()) {
                let title = card.text("title").unwrap_or(card.kind.as_str());
                if is_meant(title, name, words) {
                    found.push(FoundCard {
                        board: id.clone(),
                        name: name.to_owned(),
                        widget: widget.clone(),
                        title: title.to_owned(),
                    });
                }
                if found.len() == FOUND_LEN_MAX {
                    return None;
                }
            }
            looked_at += board.widgets.len();
            if looked_at > SEARCHED_WIDGETS_LEN_MAX {
                return None;
            }
        }
        None
    }
}

/// Whether each word is in the title or the board's name, and one of them in the title.
fn is_meant(title: &str, name: &str, words: &[&str]) -> bool {
    let (title, name) = (title.to_lowercase(), name.to_lowercase());
    let is_in = |text: &str, word: &&str| text.contains(*word);
    words.iter().any(|word| is_in(&title, word)) && words.iter().all(|word| is_in(&title, word) || is_in(&name, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_meant_by_its_title_and_told_apart_by_its_board() {
        let is_meant = |words: &[&str]| is_meant("Öl, Motor 2", "Engine room", words);
        for words in [&["öl"][..], &["motor", "öl"], &["motor", "engine"]] {
            assert!(is_meant(words), "{words:?}");
        }
        for words in [&["engine"][..], &["öl", "deck"]] {
            assert!(!is_meant(words), "{words:?}");
        }
    }
}
