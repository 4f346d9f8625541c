//! What differs between two texts, by words: what a person who chooses between two versions has to read, and the two put
//! together, where they changed different things. Lists and objects are of `structure`.

use std::ops::Range;

/// The most comparisons that are made, of a word with a word. Longer differences are one stretch: that never misleads.
const COMPARED_MAX: usize = 250_000;

/// `text` in stretches, each with whether `other` has it, too. What is between two differing words differs with them.
#[must_use]
pub fn difference<'a>(text: &'a str, other: &str) -> Vec<(&'a str, bool)> {
    let (own, others) = (words(text), words(other));
    let mut is_shared = vec![false; own.len()];
    for (at, _) in shared(&own, &others) {
        is_shared[at] = true;
    }
    for at in 1..own.len().saturating_sub(1) {
        if own[at].trim().is_empty() && !is_shared[at - 1] && !is_shared[at + 1] {
            is_shared[at] = false;
        }
    }
    let mut stretches: Vec<(&str, bool)> = Vec::new();
    let (mut from, mut end) = (0, 0);
    for (at, word) in own.iter().enumerate() {
        end += word.len();
        if is_shared.get(at + 1) != Some(&is_shared[at]) {
            stretches.push((&text[from..end], is_shared[at]));
            from = end;
        }
    }
    stretches
}

/// Both versions put together over what was `before`: what only one has changed, as that one has it; what both have changed,
/// mine and then theirs, for a person to mend. A proposal, to be read before it is kept.
#[must_use]
pub fn both(before: &str, mine: &str, theirs: &str) -> String {
    put_together(&words(before), &words(mine), &words(theirs), true).concat()
}

/// The same of versions that are in parts: words, or items of a list. Words of both are held apart.
pub(super) fn put_together<'a>(
    base: &'a [&'a str],
    mine: &'a [&'a str],
    theirs: &'a [&'a str],
    are_words: bool,
) -> Vec<&'a str> {
    let (mine, theirs) = (Side::new(base, mine), Side::new(base, theirs));
    let mut parts = Vec::new();
    let (mut at, mut of_mine, mut of_theirs) = (0, 0, 0);
    loop {
        let next = [mine.changes.get(of_mine), theirs.changes.get(of_theirs)];
        let Some(start) = next.into_iter().flatten().map(|change| change.0.start).min() else {
            break;
        };
        parts.extend(&base[at..start]);
        // As far as changes of the one touch those of the other, they are one change of both.
        let (first_mine, first_theirs, mut end) = (of_mine, of_theirs, start);
        while let Some(reach) = [(&mine, &mut of_mine), (&theirs, &mut of_theirs)]
            .into_iter()
            .find_map(|(side, of)| side.reach(of, end))
        {
            end = reach.max(end);
        }
        let own = mine.parts(base, start..end, first_mine..of_mine);
        let others = theirs.parts(base, start..end, first_theirs..of_theirs);
        match (first_mine == of_mine, first_theirs == of_theirs) {
            (false, true) => parts.extend(own),
            (true, _) => parts.extend(others),
            (false, false) if own == others => parts.extend(own),
            (false, false) => {
                let is_blank = |part: &&str| part.trim().is_empty();
                // None where there is nothing to hold apart.
                let between = own.last().zip(others.first());
                let is_apart = between.is_none_or(|(last, first)| is_blank(last) || is_blank(first));
                parts.extend(own);
                if are_words && !is_apart {
                    parts.push(" ");
                }
                parts.extend(others);
            }
        }
        at = end;
    }
    parts.extend(&base[at..]);
    parts
}

/// A version, as what it has in place of stretches of the one before.
struct Side<'a> {
    parts: &'a [&'a str],
    changes: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Side<'a> {
    fn new(base: &[&str], parts: &'a [&'a str]) -> Self {
        let mut changes = Vec::new();
        let (mut at, mut own) = (0, 0);
        for (next, next_own) in shared(base, parts).into_iter().chain([(base.len(), parts.len())]) {
            if (at, own) != (next, next_own) {
                changes.push((at..next, own..next_own));
            }
            (at, own) = (next + 1, next_own + 1);
        }
        Self { parts, changes }
    }

    /// Takes the next change, where it begins no later than `end`; answers where it ends.
    fn reach(&self, of: &mut usize, end: usize) -> Option<usize> {
        let (replaced, _) = self.changes.get(*of).filter(|(replaced, _)| replaced.start <= end)?;
        *of += 1;
        Some(replaced.end)
    }

    /// What this version has in place of `base[stretch]`, in which it has these changes.
    fn parts(&self, base: &[&'a str], stretch: Range<usize>, changes: Range<usize>) -> Vec<&'a str> {
        let (mut parts, mut at) = (Vec::new(), stretch.start);
        for (replaced, own) in &self.changes[changes] {
            parts.extend(base[at..replaced.start].iter().chain(&self.parts[own.clone()]));
            at = replaced.end;
        }
        parts.extend(&base[at..stretch.end]);
        parts
    }
}

/// Words, and what is between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter: char| letter.is_whitespace() != first.is_whitespace());
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = after;
    }
    words
}

/// The places of a longest common subsequence.
pub(super) fn shared(one: &[&str], other: &[&str]) -> Vec<(usize, usize)> {
    let alike = |(a, b): &(&&str, &&str)| a == b;
    let start = one.iter().zip(other).take_while(alike).count();
    let (own, others) = (&one[start..], &other[start..]);
    let end = own.iter().rev().zip(others.iter().rev()).take_while(alike).count();
    let (own, others) = (&own[..own.len() - end], &others[..others.len() - end]);
    let mut places: Vec<_> = (0..start).map(|at| (at, at)).collect();
    if own.len() * others.len() <= COMPARED_MAX {
        let wide = others.len() + 1;
        // How many words of the rests are shared, from each pair of places on.
        let mut lens = vec![0_u16; (own.len() + 1) * wide];
        for at in (0..own.len()).rev() {
            for beside in (0..others.len()).rev() {
                lens[at * wide + beside] = if own[at] == others[beside] {
                    lens[(at + 1) * wide + beside + 1] + 1
                } else {
                    lens[(at + 1) * wide + beside].max(lens[at * wide + beside + 1])
                };
            }
        }
        let (mut at, mut beside) = (0, 0);
        while at < own.len() && beside < others.len() {
            if own[at] == others[beside] {
                places.push((start + at, start + beside));
                (at, beside) = (at + 1, beside + 1);
            } else if lens[(at + 1) * wide + beside] >= lens[at * wide + beside + 1] {
                at += 1;
            } else {
                beside += 1;
            }
        }
    }
    places.extend((0..end).map(|at| (one.len() - end + at, other.len() - end + at)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, other: &str) -> String {
        let stretches = difference(text, other).into_iter();
        stretches
            .map(|(stretch, is_shared)| {
                if is_shared {
                    stretch.to_owned()
                } else {
                    format!("[{stretch}]")
                }
            })
            .collect()
    }

    #[test]
    fn only_the_words_that_differ_are_marked() {
        assert_eq!(marked("gate 4 is open", "gate 4 is closed"), "gate 4 is [open]");
        assert_eq!(marked("gate 4 is open", "gate 5 is shut"), "gate [4] is [open]");
        assert_eq!(marked("21.5", "21"), "[21.5]");
        assert_eq!(marked("call Ada now", "ring Ben now"), "[call Ada] now");
    }

    #[test]
    fn what_was_only_added_is_marked_on_its_own_side() {
        assert_eq!(marked("call the harbour", "call the harbour now"), "call the harbour");
        assert_eq!(
            marked("call the harbour now", "call the harbour"),
            "call the harbour[ now]"
        );
        assert_eq!(marked("", "a"), "");
        assert_eq!(marked("ä ö", "ä ü"), "ä [ö]");
    }

    #[test]
    fn what_is_too_long_to_compare_is_one_stretch() {
        let (one, other) = ("a ".repeat(400), "b ".repeat(400));
        assert_eq!(difference(&format!("{one}x"), &format!("{other}x")).len(), 2);
    }

    #[test]
    fn both_versions_are_put_together_and_nothing_of_either_is_left_out() {
        let both = |mine, theirs| both("gate 4 is open", mine, theirs);
        assert_eq!(both("gate 5 is open", "gate 4 is shut"), "gate 5 is shut");
        assert_eq!(both("gate 4 is open now", "gate 4 is open"), "gate 4 is open now");
        assert_eq!(both("gate 5 is open", "gate 6 is open"), "gate 5 6 is open");
        assert_eq!(both("gate 5 is open", "gate 5 is open"), "gate 5 is open");
        assert_eq!(both("", "gate 4 is shut"), "gate 4 is shut");
        assert_eq!(
            both("the gate 4 is open", "gate 4 is open, but guarded"),
            "the gate 4 is open, but guarded"
        );
    }
}
