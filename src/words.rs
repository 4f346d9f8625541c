//! What a page says, in the language of who reads it. The code says it in English, and that is the key: where another language is
//! spoken, [`t`] looks the English up in that language's table, and what is not there stays as it is. A page in English has no table.
//!
//! Which language a page speaks is settled where it is made: a server goes by what this browser has chosen, else by what it asks for, and
//! writes the table into the page, so that its program begins with the words that are on it. A window goes by its system. Why so:
//! `docs/decisions/words-in-two-languages.md`.
//!
//! Invariant: names, titles and values that people have given are never looked up.

use std::sync::{LazyLock, OnceLock};

use dioxus::{
    core::{AttributeValue, DynamicNode, Runtime, VText},
    prelude::*,
};

use crate::platform::FETCH;

/// German.
const GERMAN: &str = include_str!("words/de.txt");

/// A language's table.
#[derive(Debug)]
pub struct Words {
    /// Its tag, as in `<html lang>`.
    pub tag: &'static str,
    /// As it is written into a page: a line for each text, `English = other`, in the order of the English.
    pub table: &'static str,
    pairs: Vec<(&'static str, &'static str)>,
}

impl Words {
    /// Reads a table.
    #[must_use]
    pub fn read(tag: &'static str, table: &'static str) -> Self {
        let pairs = table.lines().filter_map(|line| line.split_once(" = ")).collect();
        Self { tag, table, pairs }
    }

    /// Each English text with the other.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.pairs.iter().copied()
    }

    /// A text in it; what is not in its table stays as it is.
    #[must_use]
    pub fn say<'a>(&self, english: &'a str) -> &'a str {
        self.find(english).unwrap_or(english)
    }

    /// The other for an English text; `None` where there is no line for it.
    #[must_use]
    pub fn find(&self, english: &str) -> Option<&'static str> {
        let place = self.pairs.binary_search_by(|(key, _)| (*key).cmp(english));
        place.ok().map(|place| self.pairs[place].1)
    }
}

/// German.
#[must_use]
pub fn german() -> &'static Words {
    static READ: LazyLock<Words> = LazyLock::new(|| Words::read("de", GERMAN));
    &READ
}

/// What a system asks for, by its settings as in `LANG` (`de_DE.UTF-8`): the first of them that says something counts. `None` for English.
#[must_use]
pub fn asked_by<'a>(settings: impl IntoIterator<Item = &'a str>) -> Option<&'static Words> {
    let said = settings.into_iter().find(|setting| !setting.is_empty())?;
    (said.split(['_', '-', '.', '@']).next() == Some("de")).then(german)
}

/// What a program in a browser speaks, which is one page, or one with windows, which all speak the same.
static PAGE: OnceLock<Option<Words>> = OnceLock::new();
/// What each of the pages speaks that a server renders.
static RENDERED: GlobalSignal<Option<&'static Words>> = Signal::global(|| None);

const IS_ONE_PAGE: bool = FETCH.is_some();

/// The page that is being rendered speaks this language from now on; English without one.
pub fn speak(words: Option<&'static Words>) {
    *RENDERED.write() = words;
}

/// The page that this program runs in speaks what its server wrote into it: once, and before anything is said.
pub fn speak_as_written(table: Option<String>) {
    // It is as long as the page.
    _ = PAGE.set(table.map(|table| Words::read("", table.leak())));
}

/// All windows of this program speak this language: once, and before anything is said.
pub fn speak_in_windows(words: Option<&Words>) {
    _ = PAGE.set(words.map(|words| Words::read(words.tag, words.table)));
}

/// Whether this program's page was asked what it speaks: what may be chosen on one that was not would not be heard.
#[must_use]
pub fn is_asked() -> bool {
    IS_ONE_PAGE && PAGE.get().is_some()
}

/// The language that is spoken here; `None` for English.
#[must_use]
pub fn spoken() -> Option<&'static Words> {
    match PAGE.get() {
        Some(page) => page.as_ref(),
        None if IS_ONE_PAGE => None,
        None => Runtime::try_current().and_then(|_| *RENDERED.peek()),
    }
}

/// A text in the language that is spoken here.
#[inline(never)]
#[must_use]
pub fn t(english: &str) -> &str {
    spoken().and_then(|words| words.find(english)).unwrap_or(english)
}

/// The same as a piece of a page: each place where it stands is a few bytes of program.
#[inline(never)]
#[must_use]
pub fn tn(english: &str) -> DynamicNode {
    DynamicNode::Text(VText::new(t(english)))
}

/// The same as the value of an attribute.
#[inline(never)]
#[must_use]
pub fn ta(english: &str) -> AttributeValue {
    AttributeValue::Text(t(english).to_owned())
}

/// A text with values in the places of its `{}`, one after the other.
#[inline(never)]
#[must_use]
pub fn with(english: &str, values: &[&str]) -> String {
    filled(t(english), values)
}

/// The same for a text that was looked up.
pub(crate) fn filled(text: &str, values: &[&str]) -> String {
    let mut parts = text.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (value, part) in values.iter().zip(parts) {
        text += value;
        text += &part[1..];
    }
    text
}

/// `1 edit`, `2 edits`: a text for one and a text for all other numbers.
#[inline(never)]
#[must_use]
pub fn count(number: usize, one: &str, several: &str) -> String {
    with(if number == 1 { one } else { several }, &[&number.to_string()])
}

/// A whole sentence that comes from below, where only English is spoken: as it is in the table, which has `{}` in place of its numbers and
/// of what stands in “” or in backticks.
#[must_use]
pub fn sentence(english: &str) -> String {
    let (mut pattern, mut values) = (String::new(), Vec::<String>::new());
    // The quote that ends the value, where it has some; and whether one is being read.
    let (mut end, mut is_inside) = (None, false);
    let mut letters = english.chars().peekable();
    while let Some(letter) = letters.next() {
        let goes_on = match (end, letter) {
            (Some(end), _) => letter != end,
            (None, '-' | '.') => letters.peek().is_some_and(char::is_ascii_digit),
            (None, _) => letter.is_ascii_digit(),
        };
        if goes_on {
            if !is_inside {
                pattern += "{}";
                values.push(String::new());
            }
            let value = values.last_mut().into_iter();
            value.for_each(|value| match letter {
                '.' if end.is_none() => *value += t("."),
                _ => value.push(letter),
            });
        } else {
            end = match letter {
                '“' => Some('”'),
                '`' if end.is_none() => Some('`'),
                _ => None,
            };
            pattern.push(letter);
            // Also where nothing is quoted.
            if end.is_some() {
                pattern += "{}";
                values.push(String::new());
            }
        }
        is_inside = goes_on || end.is_some();
    }
    if t(&pattern) == pattern {
        english.to_owned()
    } else {
        with(&pattern, &values.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says something on a page that speaks German.
    fn in_german(say: fn() -> String) -> String {
        let page = VirtualDom::new(VNode::empty);
        page.in_scope(ScopeId::ROOT, || {
            speak(Some(german()));
            say()
        })
    }

    #[test]
    fn without_another_language_the_english_is_said() {
        assert_eq!(t("Add widget"), "Add widget");
        assert_eq!(with("{} removed", &["Ann"]), "Ann removed");
        assert_eq!(
            [count(1, "{} edit", "{} edits"), count(3, "{} edit", "{} edits")],
            ["1 edit", "3 edits"]
        );
    }

    #[test]
    fn a_page_speaks_its_own_language_and_another_beside_it_does_not() {
        assert_eq!(in_german(|| t("Add widget").to_owned()), "Karte hinzufügen");
        assert_eq!(in_german(|| count(2, "{} edit", "{} edits")), "2 Änderungen");
        assert_eq!(
            in_german(|| t("What nobody has written down").to_owned()),
            "What nobody has written down"
        );
        let other = VirtualDom::new(VNode::empty);
        assert_eq!(
            other.in_scope(ScopeId::ROOT, || t("Add widget").to_owned()),
            "Add widget"
        );
    }

    #[test]
    fn a_system_is_asked_by_the_first_of_its_settings_that_says_something() {
        let tag = |settings: &[&'static str]| asked_by(settings.iter().copied()).map_or("en", |words| words.tag);
        for german in ["de", "de_AT.UTF-8", "de-CH", "de@euro"] {
            assert_eq!(tag(&[german]), "de", "{german}");
        }
        for other in ["", "C.UTF-8", "POSIX", "fr_FR", "den"] {
            assert_eq!(tag(&[other]), "en", "{other}");
        }
        assert_eq!(tag(&[]), "en");
        assert_eq!(tag(&["", "", "de_DE.UTF-8"]), "de");
        assert_eq!(tag(&["C", "de_DE.UTF-8", "de_DE.UTF-8"]), "en");
    }

    #[test]
    fn a_sentence_from_below_keeps_its_numbers() {
        let english = "The value must be between -3.5 and 100. Change it and try again.";
        assert_eq!(sentence(english), english);
        assert_eq!(
            in_german(|| sentence("The value must be between -3.5 and 100. Change it and try again.")),
            "Der Wert muss zwischen -3,5 und 100 liegen. Ändern Sie ihn und versuchen Sie es noch einmal."
        );
        assert_eq!(in_german(|| sentence("Core 7 fell off.")), "Core 7 fell off.");
    }

    #[test]
    fn a_sentence_from_below_keeps_what_it_quotes() {
        assert_eq!(
            in_german(|| sentence("Widget 3 has a field “-1.5 `bar` {}”, which is no name.")),
            "Karte 3 hat ein Feld „-1.5 `bar` {}“, und das ist kein Name."
        );
        assert_eq!(
            in_german(|| sentence("This field takes a number, and `min` is none. Change the value and try again.")),
            "Dieses Feld nimmt eine Zahl, und „min“ ist keine. Ändern Sie den Wert und versuchen Sie es noch einmal."
        );
        assert_eq!(
            in_german(|| sentence("Widget 3 has a field “”, which is no name.")),
            "Karte 3 hat ein Feld „“, und das ist kein Name."
        );
        let open = "Widget 3 has a field “and no end of it";
        assert_eq!(sentence(open), open);
    }
}
