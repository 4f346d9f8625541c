//! What the kernel knows of the server's process.

#![allow(dead_code, reason = "each bench takes what it needs")]

use crate::support::Tideboard;

/// A file of its folder in `/proc`; empty where there is none.
pub fn says(server: &Tideboard, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{}/{file}", server.process.child.id())).unwrap_or_default()
}

/// Resident memory of the server, in bytes.
pub fn resident(server: &Tideboard) -> u64 {
    let status = says(server, "status");
    let mut lines = status.lines();
    let kb = lines.find_map(|line| {
        line.strip_prefix("VmRSS:")?
            .trim()
            .strip_suffix(" kB")?
            .parse::<u64>()
            .ok()
    });
    kb.map_or(0, |kb| kb * 1_024)
}
