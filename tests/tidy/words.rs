//! The tables of words against what the code says: each text that is looked up has its line in each, no line is left over, and both sides
//! of a line have as many places for values.

use std::{collections::BTreeSet, path::Path};

use tideboard::board::{BoardFile, templates::TEMPLATES};

use crate::{
    source::{Source, is_word},
    sources,
};

/// Rooms that speak to people.
const ROOMS: [&str; 5] = [
    "src/components",
    "src/dashboard",
    "src/webview",
    "src/desktop",
    "src/phone",
];

/// They do by these functions; which of their arguments are looked up.
const LOOKED_UP: [(&str, &[usize]); 6] = [
    ("t(", &[0]),
    ("tn(", &[0]),
    ("ta(", &[0]),
    ("with(", &[0]),
    ("count(", &[1, 2]),
    ("marked(", &[0]),
];

/// Sentences that come from the core, which knows English alone, and are looked up whole.
const CORE: [&str; 8] = [
    "src/board/file.rs",
    "src/sync/clearing.rs",
    "src/sync/command.rs",
    "src/sync/conflict.rs",
    "src/sync/requests.rs",
    "src/sync/storage.rs",
    "src/protocol/verdict.rs",
    "src/platform.rs",
];

/// Of these those that have a word in the last of their places, which the core says, too: the table has them with the word. What it has
/// not, as what programs alone are told, stays English.
const WITH_A_WORD: [(&str, &str); 3] = [
    (
        "There are {} {} already, the most allowed. Remove one first.",
        "src/server/log/decide.rs",
    ),
    (
        "This field takes {}. Change the value and try again.",
        "src/board/catalog.rs",
    ),
    ("Widget {} {}.", "src/board/file.rs"),
];

/// Words that are looked up by a name in a variable: those of kinds and fields, and those in lists.
const IN_LISTS: [(&str, &str); 9] = [
    ("src/components/this_device.rs", "const COLOURS"),
    ("src/dashboard/widgets.rs", "pub fn settings"),
    ("src/dashboard/widgets/table.rs", "fn columns"),
    ("src/dashboard/widgets/table.rs", "let own ="),
    (
        "src/dashboard/widgets/adding.rs",
        "let (prefix, label, placeholder, button)",
    ),
    ("src/board/kinds.rs", "pub const SIZES"),
    ("src/board/kinds.rs", "pub const WARNS"),
    ("src/components/word.rs", "pub fn text"),
    ("src/webview/kept.rs", "pub const OWN_NAME"),
];

fn table() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words/de.txt");
    let text = std::fs::read_to_string(path).expect("the table is there");
    let pair = |line: &str| {
        let (english, other) = line.split_once(" = ").unwrap_or_else(|| panic!("{line:?} is no pair"));
        (english.to_owned(), other.to_owned())
    };
    text.lines().map(pair).collect()
}

#[test]
fn each_text_that_is_looked_up_has_its_line() {
    let known: BTreeSet<String> = table().into_iter().map(|(english, _)| english).collect();
    let mut missing = BTreeSet::new();
    let mut found = 0;
    for source in sources().iter().filter(|source| source.path.starts_with("src/")) {
        for text in looked_up(source) {
            found += 1;
            if !known.contains(&text) {
                missing.insert(format!("{}: {text}", source.path));
            }
        }
    }
    assert!(
        found > 300,
        "only {found} texts were found: does this test still read them?"
    );
    assert!(missing.is_empty(), "not in src/words/de.txt:\n{missing:#?}");
}

#[test]
fn no_line_is_left_over_and_each_keeps_its_places() {
    let said: BTreeSet<String> = sources()
        .iter()
        .filter(|source| source.path.starts_with("src/"))
        .flat_map(|source| literals(body(source)))
        .flat_map(|text| [numberless(&text), unmarked(&text), text])
        .chain(in_sentences())
        .chain(in_scripts())
        .chain(in_templates())
        .collect();
    let table = table();
    assert!(
        table.is_sorted(),
        "the lines of src/words/de.txt stand in the order of their bytes"
    );
    for (english, other) in table {
        assert!(said.contains(&english), "nothing says {english:?} any more");
        let places = |text: &str| text.matches("{}").count();
        assert_eq!(places(&english), places(&other), "{english:?}");
        for text in [&english, &other] {
            assert!(
                !text.contains(['<', '&']) && text.trim() == text,
                "{text:?} can't stand in a page as it is"
            );
            assert_eq!(text.matches('{').count(), places(text), "{text:?}");
        }
    }
}

#[test]
fn each_text_of_a_template_has_its_line() {
    let known: BTreeSet<String> = table().into_iter().map(|(english, _)| english).collect();
    let texts = in_templates();
    assert!(texts.len() > 60, "only {} texts were found", texts.len());
    let missing: Vec<_> = texts.iter().filter(|text| !known.contains(*text)).collect();
    assert!(missing.is_empty(), "not in src/words/de.txt: {missing:#?}");
}

/// All that a file looks up.
fn looked_up(source: &Source) -> Vec<String> {
    let code = body(source);
    let mut found = Vec::new();
    if ROOMS.iter().any(|room| source.path.starts_with(room)) {
        for (function, places) in LOOKED_UP {
            for (at, _) in code.match_indices(function) {
                let before = code[..at].chars().next_back();
                if before.is_some_and(|before| is_word(before) || before == '.') || code[..at].ends_with("fn ") {
                    continue;
                }
                let arguments = arguments(&code[at + function.len()..]);
                let wanted = places.iter().filter_map(|place| arguments.get(*place));
                found.extend(
                    wanted
                        .flat_map(|argument| literals(argument))
                        .map(|text| unmarked(&text)),
                );
            }
        }
    }
    for (path, start) in IN_LISTS.iter().filter(|(path, _)| *path == source.path) {
        let (_, list) = code
            .split_once(start)
            .unwrap_or_else(|| panic!("{path} has no {start:?} any more"));
        let end = list
            .find("\n}")
            .into_iter()
            .chain(list.find("];"))
            .chain(list.find("};"))
            .min();
        found.extend(literals(&list[..end.expect("it ends")]));
    }
    if CORE.contains(&source.path.as_str()) {
        let sentences = literals(code).into_iter().map(|text| numberless(&text));
        found.extend(sentences.filter(|text| {
            text.starts_with(|first: char| first.is_uppercase() || first == '{')
                && text.ends_with('.')
                && text.len() > 20
                && !WITH_A_WORD.iter().any(|(sentence, _)| sentence == text)
        }));
    }
    let is_said = |text: &str| {
        text.chars().any(char::is_alphabetic) && !["B", "item-", "top "].contains(&text) && !text.starts_with("host.")
    };
    found.retain(|text| is_said(text));
    found
}

/// What a service worker says, which has no program: `say(page, '…')`.
fn in_scripts() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/offline/worker.js");
    let text = std::fs::read_to_string(path).expect("the worker is there");
    let said = text
        .split("say(page, '")
        .skip(1)
        .filter_map(|rest| rest.split('\'').next());
    said.map(str::to_owned).collect()
}

/// The sentences of the core that have a word in them, with each that its file says; alone, or with the field that it is about.
fn in_sentences() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for source in sources() {
        for (sentence, _) in WITH_A_WORD.iter().filter(|(_, path)| *path == source.path) {
            let (before, after) = sentence.rsplit_once("{}").expect("it has a place");
            for word in literals(body(&source)) {
                let word = numberless(&word);
                said.insert([before, &word, after].concat());
                said.insert([before, &word, ", and `{}` is none", after].concat());
            }
        }
    }
    said
}

/// What the boards say that people begin with; the signs of units are the same in each language.
fn in_templates() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    for (_, text) in TEMPLATES {
        let file = BoardFile::read(text).expect("a template is a board file");
        said.extend(file.name);
        for (field, value) in file.widgets.iter().flat_map(|widget| widget.fields.iter()) {
            let is_said = ["title", "text", "unit"].contains(&field.as_str()) || field.as_str().starts_with("item-");
            said.extend(value.as_str().filter(|_| is_said).map(str::to_owned));
        }
    }
    for sign in ["", "%", "B", "B/s", "s", "°C"] {
        said.remove(sign);
    }
    said
}

/// A file without its tests.
pub(crate) fn body(source: &Source) -> &str {
    let text = &source.uncommented;
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

/// Without the mark that a menu has before the letter of its key.
fn unmarked(text: &str) -> String {
    text.replace('&', "")
}

/// With `{}` in place of what is written into it.
fn numberless(text: &str) -> String {
    let mut parts = text.split('{');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += "{}";
        plain += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    plain
}

/// The arguments of a call, from behind its parenthesis.
pub(crate) fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut is_text, mut found) = (0_usize, 0, false, Vec::new());
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if is_text => _ = letters.next(),
            '"' => is_text = !is_text,
            _ if is_text => {}
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => {
                found.push(&text[start..at]);
                break;
            }
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// The texts in quotes.
pub(crate) fn literals(code: &str) -> Vec<String> {
    let (mut text, mut found) = (None::<String>, Vec::new());
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match (&mut text, letter) {
            (None, '"') => text = Some(String::new()),
            (None, '\'') if letters.as_str().starts_with("\"'") => _ = letters.next(),
            // What is matched on is nothing that is said.
            (Some(_), '"') => found.extend(text.take().filter(|_| !letters.as_str().starts_with(" =>"))),
            (Some(inside), '\\') => inside.push(letters.next().unwrap_or_default()),
            (Some(inside), letter) => inside.push(letter),
            (None, _) => {}
        }
    }
    found
}

#[test]
fn what_is_looked_up_is_read_from_code() {
    let source = |text: &str| Source::new("src/components/head.rs", text);
    let found = |text: &str| looked_up(&source(text));
    assert_eq!(
        found("f(t(\"Add\"), with(\"{} of “{}”\", &[t(word), \"no\"]))"),
        ["Add", "{} of “{}”"]
    );
    assert_eq!(found("count(len, \"{} edit\", \"{} edits\")"), ["{} edit", "{} edits"]);
    assert_eq!(
        found("t(if x { \"On\" } else { \"Off\" }); set(\"no\"); x.count(\"no\", \"no\")"),
        ["On", "Off"]
    );
    assert_eq!(numberless("between {min} and {max}."), "between {} and {}.");
}
