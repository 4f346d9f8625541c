//! Cards that somebody looks for by their titles, on whichever board.

use super::Authority;
use crate::{
    config::{FOUND_LEN_MAX, SEARCHED_WIDGETS_LEN_MAX},
    protocol::{BoardId, FoundCard},
};

/// No title is looked at further than this, and who asks for more finds nothing: the thread that decides looks.
const LOOKED_BYTES_MAX: usize = 400;
const ASKED_WORDS_LEN_MAX: usize = 16;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// In small letters.
    words: Vec<String>,
    except: String,
}

impl Search {
    /// The cards with these words in their titles, or in those and their boards' names, on all boards of the list but `except`. `None` of
    /// what finds nothing: no words, or too many.
    #[must_use]
    pub fn new(words: &str, except: &str) -> Option<Self> {
        let is_short = words.len() <= LOOKED_BYTES_MAX;
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        (is_short && (1..=ASKED_WORDS_LEN_MAX).contains(&words.len())).then(|| Self {
            words,
            except: except.to_owned(),
        })
    }

    /// Whether each word is in the title or the board's name, and one of them in the title. The name is in small letters.
    fn means(&self, title: &str, name: &str) -> bool {
        let title = lowered(title);
        let is_in_title = |word: &String| title.contains(word);
        self.words.iter().any(is_in_title) && self.words.iter().all(|word| is_in_title(word) || name.contains(word))
    }
}

impl Authority {
    /// What is found of it as the boards stand, to be called between batches: at most [`FOUND_LEN_MAX`], of the first
    /// [`SEARCHED_WIDGETS_LEN_MAX`] widgets. Nothing is copied but that.
    pub(super) fn find(&self, search: &Search) -> Vec<FoundCard> {
        let Some(directory) = self.logs.get(&BoardId::directory()) else {
            return Vec::new();
        };
        let listed = directory.board().present().filter(|(entry, _)| !entry.is_birth());
        let boards = listed.filter_map(|(entry, listed)| {
            let id: BoardId = entry.as_str().parse().ok()?;
            let log = self.logs.get(&id).filter(|_| id.as_str() != search.except)?;
            let name = listed.text("name").unwrap_or(entry.as_str());
            Some((id, log, name, lowered(name)))
        });
        let mut found = Vec::new();
        let mut left = SEARCHED_WIDGETS_LEN_MAX;
        for (board, log, name, lowered_name) in boards {
            for (widget, card) in log.board().widgets() {
                if left == 0 || found.len() == FOUND_LEN_MAX {
                    return found;
                }
                left -= 1;
                let title = card.text("title").unwrap_or(card.kind.as_str());
                if card.removed.is_none() && !widget.is_birth() && search.means(title, &lowered_name) {
                    found.push(FoundCard {
                        board: board.clone(),
                        name: name.to_owned(),
                        widget: widget.clone(),
                        title: title.to_owned(),
                    });
                }
            }
        }
        found
    }
}

fn lowered(text: &str) -> String {
    text[..text.floor_char_boundary(LOOKED_BYTES_MAX)].to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(words: &str) -> bool {
        let search = Search::new(words, "deck").expect("words");
        search.means("Öl, Motor 2", &lowered("Engine room"))
    }

    #[test]
    fn a_card_is_meant_by_its_title_and_told_apart_by_its_board() {
        for words in ["öl", "MOTOR öl", "motor Engine"] {
            assert!(means(words), "{words:?}");
        }
        for words in ["engine", "öl deck"] {
            assert!(!means(words), "{words:?}");
        }
    }

    #[test]
    fn nothing_and_too_much_finds_nothing() {
        let long = "ö".repeat(LOOKED_BYTES_MAX / 2 + 1);
        for words in ["", " ", &"a ".repeat(ASKED_WORDS_LEN_MAX + 1), &long] {
            assert!(Search::new(words, "deck").is_none(), "{words:?}");
        }
        assert!(Search::new(&long[2..], "deck").is_some());
        assert!(Search::new(&long[2..], "deck").is_some_and(|search| search.means(&long, "")));
    }
}
