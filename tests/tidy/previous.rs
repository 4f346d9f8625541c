//! The release before this one is built for tests alone, and what it lacks stands in few places, each of which can be seen.

use std::path::Path;

use crate::sources;

/// Where it is asked for which of the two is built, and how often: the data model, what the newer one brought, and the one build of it, with the step
/// that is called so.
const ASKED: [(&str, usize); 5] = [
    ("src/board/kinds.rs", 1),
    ("src/config.rs", 1),
    ("src/protocol/operation.rs", 2),
    ("xtask/src/bundle.rs", 1),
    ("xtask/src/test/steps.rs", 1),
];

/// How it is asked for.
const MARKS: [&str; 2] = ["IS_PREVIOUS", "\"previous\""];

#[test]
fn what_the_release_before_lacks_stands_in_these_places_alone() {
    let mut asked = Vec::new();
    for source in sources() {
        let times: usize = MARKS.iter().map(|mark| source.uncommented.matches(mark).count()).sum();
        // Where the two are made one; and tests may speak of both.
        if times > 0 && source.path != "src/planted.rs" && !source.path.starts_with("tests/") {
            asked.push((source.path, times));
        }
    }
    asked.sort();
    let asked: Vec<(&str, usize)> = asked.iter().map(|(path, times)| (path.as_str(), *times)).collect();
    assert_eq!(asked, ASKED);
}

#[test]
fn no_other_feature_and_no_package_turns_it_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, times) in [
        ("Cargo.toml", 1),
        ("examples/own-app/Cargo.toml", 0),
        ("examples/empty-page/Cargo.toml", 0),
        ("xtask/Cargo.toml", 0),
        ("Dioxus.toml", 0),
    ] {
        let text = std::fs::read_to_string(root.join(path)).expect("it is a file of the project");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let naming: Vec<&str> = lines.filter(|line| line.contains("previous")).collect();
        assert_eq!(naming.len(), times, "{path}: {naming:?}");
        assert!(naming.iter().all(|line| *line == "previous = []"), "{path}: {naming:?}");
    }
}
