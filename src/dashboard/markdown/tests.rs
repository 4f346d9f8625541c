//! What is read of a text, what is not, and that nothing of it is lost or takes long.

use super::*;

/// A text as it is read, in a notation of this test's own: each block in its letter, each span with what it is.
fn told(text: &str) -> String {
    read(text).iter().map(tell).collect::<Vec<_>>().join(" ")
}

fn tell(block: &Block<'_>) -> String {
    let lines = block
        .lines
        .iter()
        .map(|line| line.iter().map(tell_span).collect::<String>());
    let parts = lines.chain(block.inner.iter().map(tell)).collect::<Vec<_>>().join("/");
    match block.kind {
        Kind::Text => format!("p({parts})"),
        Kind::Heading(level) => format!("h{level}({parts})"),
        Kind::Quote => format!("q({parts})"),
        Kind::Code(language) => format!("c:{language}({parts})"),
        Kind::List(false) => format!("ul({parts})"),
        Kind::List(true) => format!("ol({parts})"),
        Kind::Item { number, is_done } => {
            let ticked = is_done.map_or("", |is_done| if is_done { "x " } else { "o " });
            format!("{number}-{ticked}{parts}")
        }
    }
}

fn tell_span(span: &Span<'_>) -> String {
    let Span {
        text,
        style: [is_italic, is_bold],
        is_code,
        link,
    } = span;
    let mut told = (*text).to_owned();
    for (is_so, mark) in [(*is_code, "C"), (*is_italic, "I"), (*is_bold, "B")] {
        if is_so {
            told = format!("{mark}<{told}>");
        }
    }
    if link.is_empty() {
        told
    } else {
        format!("{told}->{link}")
    }
}

#[test]
fn lines_are_what_their_marks_say() {
    for (text, read) in [
        ("one\ntwo\n\nthree", "p(one/two) p(three)"),
        (
            "# One\n## Two\n### Three\n#### Four\n#five",
            "h1(One) h2(Two) h3(Three) p(#### Four/#five)",
        ),
        ("> one\n> two\nthree", "q(one/two) p(three)"),
        ("- a\n* b\n+ c", "ul(-a/-b/-c)"),
        ("1. a\n3) b\n1.c", "ol(1-a/3-b) p(1.c)"),
        ("- a\n1. b", "ul(-a) ol(1-b)"),
        ("- [ ] a\n- [x] b\n- [y] c", "ul(-o a/-x b/-[y] c)"),
        ("- a\n  - b\n  - c\n- d", "ul(-a/ul(-b/-c)/-d)"),
        ("- a\n  1. b\n      - deep", "ul(-a/ol(1-b)/ul(-deep))"),
        ("- a\n  more\n  - b\n    of b", "ul(-a/more/ul(-b/of b))"),
        ("  - a\n\n  - b", "ul(-a) ul(-b)"),
        ("```rust\n# *a*\n\n  b\n```\nc", "c:rust(# *a*//  b) p(c)"),
        ("```\nnever closed", "c:(never closed)"),
        ("`a` ```\n---\n\tb", "p(C<a> ```/---/\tb)"),
        ("12345678901. no list", "p(12345678901. no list)"),
    ] {
        assert_eq!(told(text), read, "{text}");
    }
}

#[test]
fn a_line_has_what_its_marks_say() {
    for (text, read) in [
        ("a **b** *c* `d`", "p(a B<b> I<c> C<d>)"),
        ("***a***", "p(B<I<a>>)"),
        ("**a *b* c**", "p(B<a >B<I<b>>B< c>)"),
        ("2 * 3 * 4, *a and **b", "p(2 * 3 * 4, *a and **b)"),
        ("****a**** snake_case_", "p(****a**** snake_case_)"),
        ("`` a `b` ``` `c", "p(`C< a >bC< >`C< >c)"),
        ("`a", "p(`a)"),
        ("`*a*` and *`b`*", "p(C<*a*> and I<C<b>>)"),
        ("[a](https://b.c/d?e=f) g", "p(a->https://b.c/d?e=f g)"),
        ("**[a](mailto:b@c.d)**", "p(B<a>->mailto:b@c.d)"),
        ("[*a*](HTTP://b)", "p(*a*->HTTP://b)"),
        ("[a] (https://b) [c", "p([a] (https://b) [c)"),
        ("[[a](http://b)](http://c)", "p([a->http://b](http://c))"),
    ] {
        assert_eq!(told(text), read, "{text}");
    }
}

#[test]
fn what_a_browser_would_run_is_text() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert)",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a]( javascript:x)",
        "[a](https:\tjavascript:x)",
        "[a](//evil.example)",
        "[a](https://)",
        "[a](https://b\"onclick=x)",
        "[a](https://b c)",
        "[](https://b)",
    ] {
        assert_eq!(told(text), format!("p({text})"));
    }
}

/// Letters and digits of all that is shown of a text, in order; of a ticked box its mark, and of a link where it leads.
fn letters(blocks: &[Block<'_>], into: &mut String) {
    for block in blocks {
        match block.kind {
            Kind::Code(language) => into.push_str(language),
            Kind::Item { number, is_done } => {
                into.push_str(number);
                into.push_str(if is_done == Some(true) { "x" } else { "" });
            }
            _ => {}
        }
        for span in block.lines.iter().flatten() {
            into.push_str(span.text);
            into.push_str(span.link);
        }
        letters(&block.inner, into);
    }
}

/// Texts of pieces that mean something, put together by chance.
fn by_chance(seed: u64, len: usize) -> String {
    const PIECES: [&str; 36] = [
        "*",
        "**",
        "***",
        "`",
        "``",
        "```",
        "[",
        "](",
        "](https://",
        ")",
        "]",
        "\n",
        "\n\n",
        "\n  ",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n   2) ",
        "- [x] ",
        "[ ] ",
        "# ",
        "\n### ",
        "> ",
        "\n```",
        "\r\n",
        "\t",
        " ",
        "a",
        "Bc",
        "\u{fc}",
        "\u{1f6a2}",
        "\u{a0}",
        "<b>",
        "mailto:",
        "\\",
        "7",
    ];
    let mut state = seed;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    (0..len).map(|_| PIECES[draw() % PIECES.len()]).collect()
}

#[test]
fn of_no_text_a_letter_is_lost_or_moved() {
    for seed in 0..20_000 {
        let text = by_chance(seed, 1 + seed as usize % 60);
        let mut shown = String::new();
        letters(&read(&text), &mut shown);
        let [shown, typed] = [&shown, &text].map(|text| {
            let letters = text.chars().filter(|letter| letter.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect::<String>()
        });
        assert_eq!(shown, typed, "seed {seed}: {text:?}");
    }
}

/// Of a mebibyte of each: what looked at all of it for each of its marks would take hours.
#[test]
fn a_text_takes_no_longer_than_its_length() {
    const BYTES: usize = 1024 * 1024;
    for piece in [
        "*",
        "* ",
        "**a ",
        "***a",
        "*a*",
        "`",
        "` ``",
        "`a``",
        "[",
        "[]",
        "](",
        "[](",
        "[a](b",
        "[a](https://b",
        "[a](https://b)",
        ">",
        "> ",
        "#",
        "- ",
        "\n- ",
        "\n  - a",
        "\n    - a\n      b",
        "\n> ",
        "\n```",
        "1",
        "1. ",
        "[x] ",
        "\u{1f6a2}*",
        "*`[",
    ] {
        let text = piece.repeat(BYTES / piece.len());
        let blocks = read(&text);
        assert!(!blocks.is_empty(), "{piece:?}");
        assert!(blocks.iter().all(|block| depth(block) <= 4), "{piece:?}");
    }
    let nested: String = (0..10_000).map(|depth| " ".repeat(depth % 1_000) + "- a\n").collect();
    assert!(read(&nested).iter().all(|block| depth(block) <= 4));
}

fn depth(block: &Block<'_>) -> usize {
    1 + block.inner.iter().map(depth).max().unwrap_or_default()
}
