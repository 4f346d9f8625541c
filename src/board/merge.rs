//! A three-way merge of text. Runs on the server alone, so that clients of two versions can't come apart.

/// What becomes of `base` when one author made it `theirs` and another `mine`; `None` when both changed the same
/// place and a person must choose.
///
/// Each side is seen as one replaced stretch (what is left between the common start and the common end). Where the
/// stretches don't overlap both are kept; two insertions at one place keep the server's first.
#[must_use]
pub fn merge_text(base: &str, mine: &str, theirs: &str) -> Option<String> {
    if mine == theirs || theirs == base {
        return Some(mine.to_owned());
    }
    if mine == base {
        return Some(theirs.to_owned());
    }
    let (my, their) = (Stretch::between(base, mine), Stretch::between(base, theirs));
    let (first, second) = if their.end <= my.start {
        (their, my)
    } else if my.end <= their.start {
        (my, their)
    } else {
        return None;
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
    fn insertions_at_one_place_keep_the_servers_first() {
        assert_eq!(merge_text("", "mine", "theirs").as_deref(), Some("theirsmine"));
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
