//! What the guide to troubleshooting quotes is what people see: each piece of it stands in the program.

use std::path::Path;

/// What stands between quotation marks in `guide`, in pieces: without what changes from case to case, and is `…`, a number or
/// emphasised.
fn quoted(guide: &str) -> Vec<String> {
    let quotes = guide.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    let pieces = quotes.flat_map(|quote| {
        let emphasised = quote.split('*').step_by(2);
        let pieces =
            emphasised.flat_map(|text| text.split(|letter: char| "…·".contains(letter) || letter.is_ascii_digit()));
        pieces.map(plain).collect::<Vec<_>>()
    });
    pieces.filter(|piece| piece.contains(char::is_alphabetic)).collect()
}

/// In one line, with one kind of apostrophe.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('’', "'")
}

/// All that the program may say: its source, with strings over several lines in one.
fn said(folder: &Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of the project can be read") {
        let path = entry.expect("a folder of the project can be read").path();
        if path.is_dir() {
            said(&path, all);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            all.push_str(&text.replace("\\\n", " "));
        }
    }
}

#[test]
fn the_guide_quotes_what_is_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = std::fs::read_to_string(root.join("docs/troubleshooting.md")).expect("there is a guide");
    let mut program = String::new();
    said(&root.join("src"), &mut program);
    let program = plain(&program);
    let pieces = quoted(&guide);
    assert!(pieces.len() > 40, "only {} pieces were found", pieces.len());
    let unsaid: Vec<&String> = pieces
        .iter()
        .filter(|piece| !program.contains(piece.as_str()))
        .collect();
    assert!(unsaid.is_empty(), "the guide quotes what nothing says: {unsaid:#?}");
}

#[test]
fn what_changes_from_case_to_case_is_left_out_of_a_quote() {
    let pieces = quoted("“Server unreachable · next try in 6 s” and “value of *fuel*\nthat”, but not this.");
    assert_eq!(pieces, ["Server unreachable", "next try in", "s", "value of", "that"]);
}
