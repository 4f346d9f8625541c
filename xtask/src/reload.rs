//! `cargo xtask hot-reload`: the promise that an edit of the page's source is seen at once, kept in front of a browser.

use crate::bundle;
use crate::shell::{self, Failure, target};
use crate::tools::{self, Tool};

/// Serves a copy of the tree for development, opens the page, edits a text, and waits for it on the page.
///
/// # Errors
/// The failure of an installer or of the check.
pub fn run() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    tools::ensure(&[Tool::Chromium])?;
    println!("building for development: about 10 minutes the first time on two cores");
    let mut check = bundle::building("node");
    shell::run(
        check
            .arg("tests/browser/hot_reload.mjs")
            .env("CARGO_TARGET_DIR", target()),
    )
}
