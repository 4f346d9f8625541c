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

/// How these files are now, a line each, and the compiler.
pub fn state() -> String {
    let compiler = answer(command("rustc").arg("--version")).unwrap_or_default();
    let mut lines = vec![compiler];
    for part in PARTS {
        add(&root().join(part), &mut lines);
    }
    lines.sort();
    lines.join("\n")
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
    std::fs::write(&path, of).map_err(|source| Failure::File { path, source })
}

/// What is in the folder is about to be another thing.
pub fn forget(folder: &Path) {
    let _ = std::fs::remove_file(folder.join(NOTE));
}

/// Whether a folder has what is built of that.
pub fn is_built(folder: &Path, of: &str) -> bool {
    std::fs::read_to_string(folder.join(NOTE)).is_ok_and(|noted| noted == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_built_of_other_files_or_is_being_built_is_not_built() {
        let folder = std::env::temp_dir().join(format!("tideboard-sources-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
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
        forget(&folder);
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
