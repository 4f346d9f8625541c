//! The server's own pages, beside the app: what their templates and the server say on them against the table of their words, and that nothing
//! is said beside it.

use std::{collections::BTreeSet, path::Path};

use crate::{
    source::Source,
    sources,
    words::{arguments, body, literals},
};

/// What is called the same in every language.
const NAMES: [&str; 8] = [
    "Tideboard",
    "iPhone, iPad",
    "Android",
    "Windows",
    "macOS",
    "Linux: Chromium, Chrome",
    "Firefox",
    "libnss3-tools",
];

/// Attributes that people are told, some of them by a script.
const TOLD: [&str; 6] = [
    "alt",
    "aria-label",
    "data-no-code",
    "data-no-server",
    "placeholder",
    "title",
];

#[test]
fn each_text_of_the_own_pages_has_its_line() {
    let known: BTreeSet<String> = table().into_iter().map(|(english, _)| english).collect();
    let looked_up = rust().iter().flat_map(looked_up).collect::<Vec<_>>();
    let texts: Vec<String> = templates()
        .iter()
        .flat_map(|template| marked(template))
        .chain(looked_up)
        .collect();
    assert!(
        texts.len() > 50,
        "only {} texts were found: does this test still read them?",
        texts.len()
    );
    let missing: Vec<&String> = texts.iter().filter(|text| !known.contains(*text)).collect();
    assert!(missing.is_empty(), "not in {TABLE}:\n{missing:#?}");
}

#[test]
fn no_line_of_the_own_pages_is_left_over_and_each_keeps_its_places() {
    let marked = templates()
        .iter()
        .flat_map(|template| marked(template))
        .collect::<Vec<_>>();
    let said: BTreeSet<String> = rust().iter().flat_map(texts).chain(marked).collect();
    let table = table();
    assert!(
        table.is_sorted(),
        "the lines of {TABLE} stand in the order of their bytes"
    );
    for (english, other) in table {
        assert!(said.contains(&english), "nothing says {english:?} any more");
        let places = |text: &str| text.matches("{}").count();
        assert_eq!(places(&english), places(&other), "{english:?}");
        for text in [&english, &other] {
            assert_eq!(text.trim(), text);
            assert_eq!(text.matches(['{', '[']).count(), places(text), "{text:?}");
        }
    }
}

#[test]
fn a_template_says_nothing_beside_its_marks() {
    for template in templates() {
        let mut plain = String::new();
        for part in template.split("[[") {
            plain += part.split_once("]]").map_or(part, |(_, rest)| rest);
        }
        for told in TOLD {
            for value in plain.split(&format!(" {told}=\"")).skip(1) {
                assert!(value.starts_with('"'), "said in English alone: {told}=\"{value}");
            }
        }
        let mut said = String::new();
        for piece in plain.split("<code>") {
            let piece = piece.split_once("</code>").map_or(piece, |(_, rest)| rest);
            for part in piece.split('<') {
                said += part.split_once('>').map_or(part, |(_, text)| text);
                said.push(' ');
            }
        }
        for name in NAMES {
            said = said.replace(name, "");
        }
        let left: Vec<&str> = said
            .split_whitespace()
            .filter(|word| word.contains(char::is_alphabetic) && !word.contains(['{', '}']))
            .collect();
        assert!(left.is_empty(), "said in English alone: {left:?}");
    }
}

#[test]
fn their_scripts_say_nothing_of_their_own_accord() {
    let scripts = files("js");
    assert!(scripts.len() >= 3, "there are {}", scripts.len());
    for (path, text) in scripts {
        if path.contains("/offline/") || path.contains("/first_look/") {
            continue;
        }
        let script = Source::new(&path, &text).uncommented;
        let said = script.split(['\'', '"', '`']).skip(1).step_by(2);
        let prose: Vec<&str> = said
            .filter(|text| text.starts_with(char::is_uppercase) && text.contains(' '))
            .collect();
        assert!(prose.is_empty(), "{path} says {prose:?}: its page has to");
    }
}

fn table() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE)).expect("the table is there");
    let pair = |line: &str| {
        let (english, other) = line.split_once(" = ").unwrap_or_else(|| panic!("{line:?} is no pair"));
        (english.to_owned(), other.to_owned())
    };
    text.lines().map(pair).collect()
}

/// The program of the server.
fn rust() -> Vec<Source> {
    let mut sources = sources();
    sources.retain(|source| source.path.starts_with("src/server/"));
    sources
}

/// The texts in a file of it, each in one line.
fn texts(source: &Source) -> Vec<String> {
    literals(body(source)).iter().map(|text| one_line(text)).collect()
}

/// What it looks up by itself.
fn looked_up(source: &Source) -> Vec<String> {
    let code = body(source);
    let mut found = Vec::new();
    for function in ["reader.t(", "reader.with("] {
        for (at, _) in code.match_indices(function) {
            let first = arguments(&code[at + function.len()..])
                .first()
                .copied()
                .unwrap_or_default();
            found.extend(literals(first).iter().map(|text| one_line(text)));
        }
    }
    found
}

/// All templates: files, and pieces of pages that stand in the program.
fn templates() -> Vec<String> {
    let pieces = rust().iter().flat_map(texts).collect::<Vec<_>>();
    let pieces = pieces
        .into_iter()
        .filter(|text| text.contains("[[") && text.contains("]]"));
    files("html").into_iter().map(|(_, text)| text).chain(pieces).collect()
}

/// The texts of a template.
fn marked(template: &str) -> Vec<String> {
    let texts = template.split("[[").skip(1);
    texts
        .map(|rest| rest.split_once("]]").expect("a mark is closed").0.to_owned())
        .collect()
}

/// Lines that end in a backslash go on in the next one.
fn one_line(text: &str) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |line, next| line + next.trim_start())
}

/// The files of the server with this ending: their paths and texts.
fn files(ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the project can be read") {
            let path = entry.expect("a folder of the project can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = std::fs::read_to_string(&path).expect("a file of the project is readable text");
                found.push((path.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found
}

const TABLE: &str = "src/words/pages.de.txt";
