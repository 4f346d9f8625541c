//! The pages that lead through the example show its code and nothing else.

use std::{collections::BTreeMap, fs, path::Path};

const PAGES: &[&str] = &["docs/quickstart.md", "docs/testing.md"];
const FILES: &[&str] = &[
    "examples/own-app/Cargo.toml",
    "examples/own-app/src/lib.rs",
    "examples/own-app/src/main.rs",
    "examples/own-app/tests/together.rs",
];

#[test]
fn the_pages_about_the_example_show_its_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &&str| {
        let text = fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        ((*path).to_owned(), text)
    };
    let drifted = drifts(&PAGES.iter().map(read).collect(), &FILES.iter().map(read).collect());
    assert!(drifted.is_empty(), "{}", drifted.join("\n"));
}

/// What a page shows of a file and is not in it, and what is in a program and on no page. A block of code says where it is
/// from behind its language: three backticks, `rust`, and a path.
fn drifts(pages: &BTreeMap<String, String>, files: &BTreeMap<String, String>) -> Vec<String> {
    let mut drifted = Vec::new();
    let mut shown: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for (path, text) in files {
        shown.insert(path, vec![false; text.lines().count()]);
    }
    for (page, text) in pages {
        for (line, path, block) in blocks(text) {
            let Some(seen) = shown.get_mut(path) else {
                drifted.push(format!("{page}:{line}: `{path}` is no file of the example"));
                continue;
            };
            let lines: Vec<&str> = files[path].lines().collect();
            let len = block.len();
            match lines.windows(len.max(1)).position(|window| window == block) {
                Some(start) => seen[start..start + len].fill(true),
                None => drifted.push(format!(
                    "{page}:{line}: this is not in {path}, in one piece:\n{}",
                    block.join("\n")
                )),
            }
        }
    }
    for (path, seen) in shown.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let lines = files[*path].lines().zip(seen).enumerate();
        for (number, (line, _)) in lines.filter(|(_, (line, seen))| !**seen && !line.trim().is_empty()) {
            drifted.push(format!("{path}:{}: no page shows `{line}`", number + 1));
        }
    }
    drifted
}

/// The blocks of a page that say where they are from: the block's line, the path, the code.
fn blocks(page: &str) -> Vec<(usize, &str, Vec<&str>)> {
    let mut found = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let code = lines.by_ref().map(|(_, line)| line);
        let block: Vec<&str> = code.take_while(|line| *line != "```").collect();
        if let Some((_, path)) = info.split_once(' ') {
            found.push((number + 1, path, block));
        }
    }
    found
}

/// The rule is seen to fail.
mod the_rule {
    use super::*;

    fn of(page: &str, file: &str) -> Vec<String> {
        let named = |name: &str, text: &str| BTreeMap::from([(name.to_owned(), text.to_owned())]);
        drifts(&named("page.md", page), &named("a.rs", file))
    }

    #[test]
    fn what_is_shown_is_in_the_file_and_all_of_the_file_is_shown() {
        assert_eq!(of("```rust a.rs\none\n\ntwo\n```", "one\n\ntwo\n"), [""; 0]);
        assert_eq!(
            of(
                "```rust a.rs\none\n```\n```rust a.rs\ntwo\n```\n```sh\nls\n```",
                "one\n\ntwo\n"
            ),
            [""; 0]
        );
        let changed = of("```rust a.rs\none\n```", "uno\n");
        assert_eq!(changed.len(), 2, "{changed:?}");
        assert!(changed[0].starts_with("page.md:1: this is not in a.rs"), "{changed:?}");
        assert!(changed[1].starts_with("a.rs:1: no page shows"), "{changed:?}");
        let elsewhere = of("```rust a.rs\none\n```\n```rust b.rs\none\n```", "one\n");
        assert_eq!(elsewhere, ["page.md:4: `b.rs` is no file of the example"]);
    }
}
