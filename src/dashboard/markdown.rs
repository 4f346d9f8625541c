//! Markdown, as much of it as people write in notes: headings, lists, boxes, quotes, code, **bold**, *italic* and links. What is none of
//! these is text, as it was typed.
//!
//! Read in one pass, each line by itself and nothing within anything more than one list within another, so that no text takes longer
//! than its length. Nothing here makes markup: what is read is drawn as elements, and a link leads to `http`, `https` or `mailto`.

/// Lines that belong together.
#[derive(Debug)]
pub struct Block<'a> {
    /// What they are.
    pub kind: Kind<'a>,
    /// Their text.
    pub lines: Vec<Vec<Span<'a>>>,
    /// Of a list its items, of an item the lists within it.
    pub inner: Vec<Self>,
}

/// What lines can be.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// A paragraph.
    Text,
    /// A heading, from 1 to 3.
    Heading(usize),
    /// What somebody else has said.
    Quote,
    /// Code, and its language where that is given.
    Code(&'a str),
    /// A list, and whether it is numbered.
    List(bool),
    /// One of its items.
    Item {
        /// Its number, where it has one.
        number: &'a str,
        /// Whether its box is ticked, where it has one.
        is_done: Option<bool>,
    },
}

/// Text that looks the same from its beginning to its end.
#[derive(Debug)]
pub struct Span<'a> {
    /// The text.
    pub text: &'a str,
    /// Whether it is italic, and whether it is bold.
    pub style: [bool; 2],
    /// Whether it is code.
    pub is_code: bool,
    /// Where it leads; empty where it is no link.
    pub link: &'a str,
}

/// Reads a text.
pub fn read(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    // Whether the last block may go on, and whether it is code, which has an end of its own.
    let (mut is_open, mut is_code) = (false, false);
    for line in text.split('\n') {
        let words = line.trim();
        let fence = words
            .strip_prefix("```")
            .filter(|language| !language.bytes().any(|byte| byte == b'`'));
        if is_code {
            match (fence, blocks.last_mut()) {
                (Some(""), _) => is_code = false,
                (_, Some(code)) => code.lines.push(vec![plain(line)]),
                _ => {}
            }
            continue;
        }
        if let Some(language) = fence {
            blocks.push(block(Kind::Code(language.trim()), None));
            (is_open, is_code) = (false, true);
            continue;
        }
        if words.is_empty() {
            is_open = false;
            continue;
        }
        let (kind, rest) = kind_of(words);
        let indent = line.bytes().take_while(|byte| *byte <= b' ').count();
        // What a line without a mark begins with is its author's.
        let rest = if matches!(kind, Kind::Text) { line } else { rest };
        let last = blocks.last_mut().filter(|_| is_open);
        is_open = !matches!(kind, Kind::Heading(_));
        match (kind, last) {
            (Kind::Text, Some(list)) if matches!(list.kind, Kind::List(_)) && indent > 0 => {
                innermost(list).lines.push(spans(words));
            }
            (Kind::Item { .. }, Some(list)) if matches!(list.kind, Kind::List(_)) && indent > 1 => {
                if let Some(item) = list.inner.last_mut() {
                    put(&mut item.inner, kind, rest, true);
                }
            }
            (Kind::Item { .. }, last) => {
                let is_open = last.is_some();
                put(&mut blocks, kind, rest, is_open);
            }
            (Kind::Text, Some(last)) if matches!(last.kind, Kind::Text) => last.lines.push(spans(rest)),
            (Kind::Quote, Some(last)) if matches!(last.kind, Kind::Quote) => last.lines.push(spans(rest)),
            _ => blocks.push(block(kind, Some(rest))),
        }
    }
    blocks
}

fn block<'a>(kind: Kind<'a>, line: Option<&'a str>) -> Block<'a> {
    Block {
        kind,
        lines: line.map(spans).into_iter().collect(),
        inner: Vec::new(),
    }
}

/// Puts an item into the last of some blocks, if that is a list of its sort which is still open, or into a list of its own.
fn put<'a>(blocks: &mut Vec<Block<'a>>, kind: Kind<'a>, line: &'a str, is_open: bool) {
    let is_numbered = matches!(kind, Kind::Item { number, .. } if !number.is_empty());
    let is_its = |last: &Block<'_>| matches!(last.kind, Kind::List(numbered) if numbered == is_numbered);
    if !is_open || !blocks.last().is_some_and(is_its) {
        blocks.push(block(Kind::List(is_numbered), None));
    }
    if let Some(list) = blocks.last_mut() {
        list.inner.push(block(kind, Some(line)));
    }
}

/// The item that was begun last: lists are two within each other at most.
fn innermost<'a, 'b>(block: &'b mut Block<'a>) -> &'b mut Block<'a> {
    if block.inner.is_empty() {
        return block;
    }
    let last = block.inner.len() - 1;
    innermost(&mut block.inner[last])
}

/// What a line is by its mark, and the rest of it.
fn kind_of(line: &str) -> (Kind<'_>, &str) {
    let count = |is_one: fn(u8) -> bool| line.bytes().take_while(|byte| is_one(*byte)).count();
    let hashes = count(|byte| byte == b'#');
    if let Some(rest) = line[hashes..].strip_prefix(' ').filter(|_| (1..=3).contains(&hashes)) {
        return (Kind::Heading(hashes), rest.trim());
    }
    if line.starts_with('>') {
        // However deep: a quote of a quote is one.
        return (Kind::Quote, &line[count(|byte| byte == b'>' || byte == b' ')..]);
    }
    let digits = count(|byte| byte.is_ascii_digit());
    let (number, mark) = line.split_at(digits);
    let marks: &[&str] = if digits == 0 {
        &["- ", "* ", "+ "]
    } else {
        &[". ", ") "]
    };
    let Some(rest) = marks
        .iter()
        .find_map(|found| mark.strip_prefix(found))
        .filter(|_| digits < 10)
    else {
        return (Kind::Text, line);
    };
    let rest = rest.trim();
    let boxes = [("[ ] ", false), ("[x] ", true), ("[X] ", true)];
    let ticked = boxes
        .iter()
        .find_map(|(found, is_done)| Some((rest.strip_prefix(found)?, *is_done)));
    let is_done = ticked.map(|(_, is_done)| is_done);
    (Kind::Item { number, is_done }, ticked.map_or(rest, |(rest, _)| rest))
}

const fn plain(text: &str) -> Span<'_> {
    Span {
        text,
        style: [false; 2],
        is_code: false,
        link: "",
    }
}

/// A stretch of a line, from one byte to another.
struct Piece<'a> {
    from: usize,
    to: usize,
    what: What<'a>,
}

#[derive(Clone, Copy)]
enum What<'a> {
    Text,
    /// One or two asterisks, which may begin something, or end it.
    Stars {
        is_bold: bool,
        opens: bool,
        closes: bool,
    },
    /// The same, with its counterpart.
    Turn {
        is_bold: bool,
    },
    Code,
    Link(&'a str),
}

/// Reads a line.
fn spans(line: &str) -> Vec<Span<'_>> {
    let mut pieces = pieces(line);
    // Of what is not closed the asterisks are text.
    let mut open = [None::<usize>; 2];
    for at in 0..pieces.len() {
        let What::Stars { is_bold, opens, closes } = pieces[at].what else {
            continue;
        };
        let begun = &mut open[usize::from(is_bold)];
        match *begun {
            Some(beginning) if closes => {
                *begun = None;
                pieces[beginning].what = What::Turn { is_bold };
                pieces[at].what = What::Turn { is_bold };
            }
            None if opens => *begun = Some(at),
            _ => {}
        }
    }
    let mut spans: Vec<Span<'_>> = Vec::new();
    let mut style = [false; 2];
    // Where the text began that goes on.
    let mut begun = None;
    for Piece { from, to, what } in pieces {
        let (is_code, link) = match what {
            What::Turn { is_bold } => {
                style[usize::from(is_bold)] ^= true;
                begun = None;
                continue;
            }
            What::Code => (true, ""),
            What::Link(link) => (false, link),
            What::Text | What::Stars { .. } => (false, ""),
        };
        let is_plain = !is_code && link.is_empty();
        match (begun, spans.last_mut()) {
            (Some(begun), Some(last)) if is_plain => last.text = &line[begun..to],
            _ => spans.push(Span {
                text: &line[from..to],
                style,
                is_code,
                link,
            }),
        }
        begun = if is_plain { begun.or(Some(from)) } else { None };
    }
    spans
}

/// Takes a line apart at its marks.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let bytes = line.as_bytes();
    let run = |at: usize| bytes[at..].iter().take_while(|byte| **byte == bytes[at]).count();
    let mut pieces = Vec::new();
    // Text up to here is among the pieces.
    let mut told = 0;
    let mut at = 0;
    // The bracket that may begin a link: how many pieces stand before it, and where it is.
    let mut bracket = None;
    // Whether no further tick is there.
    let mut is_endless = false;
    while at < bytes.len() {
        let from = at;
        let what = match bytes[at] {
            b'*' => {
                at += run(at);
                let opens = bytes.get(at).is_some_and(|byte| *byte > b' ');
                let closes = bytes[..from].last().is_some_and(|byte| *byte > b' ');
                if at - from > 3 || !(opens || closes) {
                    continue;
                }
                What::Stars {
                    is_bold: at - from > 1,
                    opens,
                    closes,
                }
            }
            // Asked for its end once, where it has none.
            b'`' if !is_endless => {
                at += 1;
                let len = bytes[at..].iter().position(|byte| *byte == b'`');
                is_endless = len.is_none();
                let Some(1..) = len else { continue };
                at += len.map_or(0, |len| len + 1);
                What::Code
            }
            b'[' => {
                at += 1;
                What::Text
            }
            b']' if let Some((before, begun)) = bracket
                && let Some(link) = link_at(&line[at + 1..])
                && begun + 1 < at =>
            {
                // Whatever was in it is its text.
                pieces.truncate(before);
                pieces.push(Piece {
                    from: begun + 1,
                    to: at,
                    what: What::Link(link),
                });
                at += link.len() + 3;
                (told, bracket) = (at, None);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        if told < from {
            pieces.push(Piece {
                from: told,
                to: from,
                what: What::Text,
            });
        }
        told = at;
        match what {
            What::Text => {
                bracket = Some((pieces.len(), from));
                told = from;
            }
            What::Code => pieces.push(Piece {
                from: from + 1,
                to: at - 1,
                what,
            }),
            What::Stars { opens, closes, .. } if at - from == 3 => {
                for (from, to, is_bold) in [(from, from + 2, true), (from + 2, at, false)] {
                    let what = What::Stars { is_bold, opens, closes };
                    pieces.push(Piece { from, to, what });
                }
            }
            what => pieces.push(Piece { from, to: at, what }),
        }
    }
    if told < line.len() {
        pieces.push(Piece {
            from: told,
            to: line.len(),
            what: What::Text,
        });
    }
    pieces
}

/// Where a link leads, of what stands behind its text: `(https://…)`. Nothing that a browser would run.
fn link_at(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('(')?;
    // No bracket is in it, so that none is looked at twice.
    let end = rest
        .bytes()
        .position(|byte| byte <= b' ' || b"()[]<>\"".contains(&byte))?;
    let link = rest.get(..end).filter(|_| rest.as_bytes()[end] == b')')?;
    let leads = |scheme: &&str| {
        let head = link.get(..scheme.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(scheme)) && link.len() > scheme.len()
    };
    ["https://", "http://", "mailto:"].iter().any(leads).then_some(link)
}

#[cfg(test)]
mod tests;
