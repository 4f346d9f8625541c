//! A three-way merge of text. Runs on the server alone, so that clients of two versions can't come apart.

/// What becomes of `base` when one author made it `theirs` and another `mine`; `None` when both changed the same
/// place and a person must choose.
///
/// Each side is seen as one replaced stretch (what is left between the common start and the common end). Where the
/// stretches don't overlap both are kept. Of two insertions at one place the one that goes on with a word comes before the
/// one that begins another, and else mine: I go on behind what I wrote last, and so do they, so what each types stays together.
#[must_use]
pub fn merge_text(base: &str, mine: &str, theirs: &str) -> Option<String> {
    if mine == theirs || theirs == base {
        return Some(mine.to_owned());
    }
    if mine == base {
        return Some(theirs.to_owned());
    }
    let (my, their) = (Stretch::between(base, mine), Stretch::between(base, theirs));
    let (first, second) = match (my.end <= their.start, their.end <= my.start) {
        (true, true) if my.begins_a_word() && !their.begins_a_word() => (their, my),
        (true, _) => (my, their),
        (_, true) => (their, my),
        _ => return None,
    };
    let parts = [
        &base[..first.start],
        first.text,
        &base[first.end..second.start],
        second.text,
        &base[second.end..],
    ];
    Some(parts.concat())
}

/// `base[start..end]` was replaced by `text`; all on character boundaries.
struct Stretch<'a> {
    start: usize,
    end: usize,
    text: &'a str,
}

impl<'a> Stretch<'a> {
    fn begins_a_word(&self) -> bool {
        self.text.starts_with(char::is_whitespace)
    }

    fn between(base: &str, edited: &'a str) -> Self {
        let same_bytes = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs
                .take_while(|(left, right)| left == right)
                .map(|(left, _)| left.len_utf8())
                .sum()
        };
        let start = same_bytes(&mut base.chars().zip(edited.chars()));
        // The common end may not reach into the common start.
        let tail = same_bytes(&mut base[start..].chars().rev().zip(edited[start..].chars().rev()));
        Self {
            start,
            end: base.len() - tail,
            text: &edited[start..edited.len() - tail],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::merge_text;

    #[test]
    fn edits_of_different_places_are_both_kept() {
        assert_eq!(merge_text("a", "xa", "ab").as_deref(), Some("xab"));
        assert_eq!(
            merge_text("one two three", "ONE two three", "one two THREE").as_deref(),
            Some("ONE two THREE")
        );
        assert_eq!(merge_text("äöü", "äxöü", "äöüy").as_deref(), Some("äxöüy"));
    }

    #[test]
    fn what_goes_on_with_a_word_comes_before_what_begins_another() {
        assert_eq!(merge_text("ro", "ropes", "ro fuel").as_deref(), Some("ropes fuel"));
        assert_eq!(merge_text("ro", "ro fuel", "ropes").as_deref(), Some("ropes fuel"));
        assert_eq!(merge_text("", "mine", "theirs").as_deref(), Some("minetheirs"));
        assert_eq!(merge_text("", " mine", " theirs").as_deref(), Some(" mine theirs"));
    }

    #[test]
    fn edits_of_one_place_are_left_to_a_person() {
        assert_eq!(merge_text("fuel 3", "fuel 4", "fuel 5"), None);
        assert_eq!(merge_text("abc", "", "abXc"), None);
    }

    #[test]
    fn an_edit_that_only_one_side_made_stands() {
        assert_eq!(merge_text("a", "b", "a").as_deref(), Some("b"));
        assert_eq!(merge_text("a", "a", "b").as_deref(), Some("b"));
        assert_eq!(merge_text("a", "b", "b").as_deref(), Some("b"));
    }
}
