//! What the kernel knows of the server's process.

use crate::support::Tideboard;

/// A file of its folder in `/proc`; empty where there is none.
pub fn says(server: &Tideboard, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{}/{file}", server.process.child.id())).unwrap_or_default()
}
