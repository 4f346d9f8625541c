//! Which process holds a file, for a sentence to a person. By what Linux tells in `/proc`; elsewhere nobody is named.

use std::{fs, path::Path, process};

/// The process that holds a file's lock (`flock`), and what it is called.
pub fn lock_holder(path: &Path) -> Option<(u32, String)> {
    let path = fs::canonicalize(path).ok()?;
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`; a line with an arrow is of one that waits for it.
    let mut holders = locks.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        (words.next() == Some("FLOCK")).then(|| words.nth(2)?.parse().ok())?
    });
    let has_it_open = |holder: &u32| {
        let open = fs::read_dir(format!("/proc/{holder}/fd"))
            .into_iter()
            .flatten()
            .flatten();
        *holder != process::id()
            && open
                .filter_map(|file| fs::read_link(file.path()).ok())
                .any(|file| file == path)
    };
    let holder = holders.find(has_it_open)?;
    let name = fs::read_to_string(format!("/proc/{holder}/comm")).ok()?;
    Some((holder, name.trim().to_owned()))
}
