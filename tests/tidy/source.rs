//! Rust source with what is not code taken out, line by line as it was, so that a rule sees code and nothing else.

/// One file as the rules look at it. Every text has the lines of the original.
pub struct Source {
    /// From the folder of the project, with `/`.
    pub path: String,
    /// As it is written.
    pub text: String,
    /// Without comments.
    pub uncommented: String,
    /// Without comments, without what strings say, and without the modules of `#[cfg(test)]`.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let uncommented = blank(text, Blank::Comments);
        let code = without_test_modules(&blank(text, Blank::CommentsAndStrings));
        Self {
            path: path.into(),
            text: text.into(),
            uncommented,
            code,
        }
    }

    /// The line, counted from one, of a byte of any of the texts.
    pub fn line_of(text: &str, byte: usize) -> usize {
        text[..byte].matches('\n').count() + 1
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    Comments,
    CommentsAndStrings,
}

/// Replaces comments, and strings if asked, by spaces; line breaks stay.
fn blank(text: &str, blank: Blank) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let (len, keep) = match rest {
            ['/', '/', ..] => (line_comment(rest), false),
            ['/', '*', ..] => (block_comment(rest), false),
            ['\'', ..] => match character(rest) {
                Some(len) => (len, blank == Blank::Comments),
                None => (1, true),
            },
            ['"', ..] => (string(rest), blank == Blank::Comments),
            ['r', '"' | '#', ..] if !ends_in_word(&characters[..at]) => match raw_string(rest) {
                Some(len) => (len, blank == Blank::Comments),
                None => (1, true),
            },
            _ => (1, true),
        };
        for character in &rest[..len] {
            out.push(if keep || *character == '\n' { *character } else { ' ' });
        }
        at += len;
    }
    out
}

fn ends_in_word(before: &[char]) -> bool {
    // `br"…"` is a raw string too, so a `b` on its own does not count as a word.
    match before {
        [.., previous, 'b'] => is_word(*previous),
        ['b'] | [] => false,
        [.., last] => is_word(*last),
    }
}

pub fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn line_comment(rest: &[char]) -> usize {
    rest.iter()
        .position(|character| *character == '\n')
        .unwrap_or(rest.len())
}

fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of a character literal; none for the quote of a lifetime.
fn character(rest: &[char]) -> Option<usize> {
    match rest {
        ['\'', '\\', _, after @ ..] => after.iter().position(|character| *character == '\'').map(|end| end + 4),
        ['\'', _, '\'', ..] => Some(3),
        _ => None,
    }
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|character| **character == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.extend(std::iter::repeat_n('#', hashes));
    let body = 2 + hashes;
    let found = rest[body..].windows(end.len()).position(|window| *window == *end);
    Some(found.map_or(rest.len(), |position| body + position + end.len()))
}

/// Blanks each block that follows `#[cfg(test)]`: a file's unit tests may do what its code may not.
fn without_test_modules(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        out.push_str(&rest[..start]);
        let end = end_of_item(&rest[start..]) + start;
        out.extend(
            rest[start..end]
                .chars()
                .map(|character| if character == '\n' { '\n' } else { ' ' }),
        );
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The byte after the first item: after its block, or after its semicolon if it has none.
fn end_of_item(text: &str) -> usize {
    let mut depth = 0_usize;
    for (byte, character) in text.char_indices() {
        match character {
            ';' if depth == 0 => return byte + 1,
            '{' => depth += 1,
            '}' if depth <= 1 => return byte + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
