//! What differs between two texts: one stretch between what they begin and end with in common. For a person who
//! chooses between two versions that is enough, and it never misleads.

/// A text in three parts: shared beginning, difference, shared end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What both begin with.
    pub start: &'a str,
    /// What is different here; empty where the other only added something.
    pub middle: &'a str,
    /// What both end with.
    pub end: &'a str,
}

/// `text` in three parts, compared with `other`. Words are not cut.
#[must_use]
pub fn difference<'a>(text: &'a str, other: &str) -> Parts<'a> {
    let shared = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs
            .take_while(|(one, two)| one == two)
            .map(|(one, _)| one.len_utf8())
            .sum()
    };
    let mut first = shared(&mut text.chars().zip(other.chars()));
    let ends_a_word = |text: &str| text[first..].chars().next().is_none_or(char::is_whitespace);
    if !(ends_a_word(text) && ends_a_word(other)) {
        // Back to the start of the word, so that a changed digit shows as a changed number.
        first = text[..first]
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + width(text, space));
    }
    let (rest, rest_other) = (&text[first..], &other[first..]);
    let mut last = shared(&mut rest.chars().rev().zip(rest_other.chars().rev()));
    if last < rest.len() || last < rest_other.len() {
        let tail = &rest[rest.len() - last..];
        last = tail.find(char::is_whitespace).map_or(0, |space| tail.len() - space);
    }
    let end = text.len() - last;
    Parts {
        start: &text[..first],
        middle: &text[first..end],
        end: &text[end..],
    }
}

fn width(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn middle(text: &'static str, other: &str) -> &'static str {
        let parts = difference(text, other);
        assert_eq!([parts.start, parts.middle, parts.end].concat(), text);
        parts.middle
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        assert_eq!(middle("gate 4 is open", "gate 4 is closed"), "open");
        assert_eq!(middle("gate 4 is open", "gate 5 is open"), "4");
        assert_eq!(middle("21.5", "21"), "21.5");
    }

    #[test]
    fn what_was_only_added_is_marked_on_its_own_side() {
        assert_eq!(middle("call the harbour", "call the harbour now"), "");
        assert_eq!(middle("call the harbour now", "call the harbour"), " now");
        assert_eq!(middle("a b", "a b"), "");
        assert_eq!(middle("", "a"), "");
        assert_eq!(middle("ä ö", "ä ü"), "ö");
    }
}
