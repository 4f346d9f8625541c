//! Of which files something was built: by them it is known whether it has to be built again.

use crate::shell::{Failure, answer, command, root};
use std::fmt::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// All that page and server are made of, and by.
const PARTS: [&str; 10] = [
    "src",
    "assets",
    "docs",
    "public",
    "xtask",
    ".cargo",
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
    "Dioxus.toml",
];

/// Where it is noted, beside what was built.
const NOTE: &str = "built-of";

/// What of the environment the compiler and Cargo go by.
const VARIABLES: [&str; 3] = ["RUST", "CARGO_", "CC"];

/// What is built, in its folder.
const BUILT: [&str; 2] = ["server", "public/index.html"];

/// How these files are now, a line each, and what the compiler goes by besides.
pub fn state() -> String {
    let compiler = answer(command("rustc").arg("--version")).unwrap_or_default();
    let mut lines = vec![compiler];
    for part in PARTS {
        add(&root().join(part), &mut lines);
    }
    // What Cargo itself tells its subcommands is of how this was started.
    let is_meant = |name: &str| {
        VARIABLES.iter().any(|prefix| name.starts_with(prefix))
            && !name.starts_with("CARGO_PKG_")
            && !OWN.contains(&name)
    };
    let set = std::env::vars().filter(|(name, _)| is_meant(name));
    lines.extend(set.map(|(name, value)| [name, value].join("=")));
    lines.sort();
    lines.join("\n")
}

/// What Cargo sets for a program that it runs.
const OWN: [&str; 3] = ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "RUST_RECURSION_COUNT"];

/// What was built, as it lies there.
fn built(folder: &Path) -> Option<String> {
    let mut lines = Vec::new();
    BUILT.iter().for_each(|name| add(&folder.join(name), &mut lines));
    (lines.len() == BUILT.len()).then(|| lines.join("\n"))
}

fn add(path: &Path, lines: &mut Vec<String>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        entries.flatten().for_each(|entry| add(&entry.path(), lines));
    } else if let Ok(known) = path.metadata() {
        let changed = known
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let mut line = path.display().to_string();
        let _ = write!(line, " {} {:?}", known.len(), changed);
        lines.push(line);
    }
}

/// Notes of what was built in a folder.
///
/// # Errors
/// [`Failure::File`].
pub fn note(folder: &Path, of: &str) -> Result<(), Failure> {
    let path = folder.join(NOTE);
    let noted = [of, "\n", &built(folder).unwrap_or_default()].concat();
    std::fs::write(&path, noted).map_err(|source| Failure::File { path, source })
}

/// What is in the folder is about to be another thing.
pub fn forget(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(NOTE));
}

/// Whether a folder has what is built of that.
pub fn is_built(folder: &Path, of: &str) -> bool {
    let noted = std::fs::read_to_string(folder.join(NOTE)).ok();
    noted
        .zip(built(folder))
        .is_some_and(|(noted, built)| noted == [of, "\n", &built].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_of_other_files_or_is_being_built_is_not_built() {
        let folder = std::env::temp_dir().join(format!("tideboard-sources-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("public")).expect("a folder for temporary files");
        for name in BUILT {
            std::fs::write(folder.join(name), name).expect("it can be written");
        }
        let file = folder.join("a.rs");
        let state = || {
            let mut lines = Vec::new();
            add(&folder.join("a.rs"), &mut lines);
            lines.join("")
        };
        std::fs::write(&file, "one").expect("it can be written");
        let before = state();
        assert!(!is_built(&folder, &before), "nothing was");
        note(&folder, &before).expect("it can be written");
        assert!(is_built(&folder, &state()));
        std::fs::write(&file, "two more").expect("it can be written");
        assert!(!is_built(&folder, &state()));
        note(&folder, &state()).expect("it can be written");
        std::fs::write(folder.join(BUILT[0]), "another program").expect("it can be written");
        assert!(!is_built(&folder, &state()));
        std::fs::remove_file(folder.join(BUILT[1])).expect("it is there");
        assert!(!is_built(&folder, &state()));
        std::fs::remove_dir_all(&folder).expect("it was made here");
    }

    #[test]
    fn all_that_is_named_is_there() {
        for part in PARTS {
            assert!(root().join(part).exists(), "{part}");
        }
    }
}
