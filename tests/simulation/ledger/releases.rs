//! What goes from a page of one release.

use tideboard::config::SCHEMA;

use super::*;

impl Ledger {
    /// A page pushes. What a newer one has made is not for it: it would send of that what it knows.
    pub fn sent(&mut self, is_newer: bool, push: &str) {
        let newer = format!("\"schema\":{}", SCHEMA + 1);
        if !is_newer && push.contains(&newer) {
            self.fail(Failure::Lost(format!("a page sent what it can't read whole: {push}")));
        }
    }
}
