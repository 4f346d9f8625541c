//! `cargo xtask hot-reload`: the promise that an edit of the page's source is seen at once, kept in front of a browser and of a desktop's window.

use crate::browser;
use crate::bundle;
use crate::desktop;
use crate::shell::{self, Failure, target};
use crate::tools::{self, Tool};

/// Serves a copy of the tree for development, opens the page, edits a class, and waits for it on the page; then the same with the window.
///
/// # Errors
/// The failure of an installer or of the check.
pub fn run() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    tools::ensure(&[Tool::Chromium])?;
    println!("building for development: about 10 minutes the first time on two cores");
    tools::ensure(desktop::TEST_TOOLS)?;
    for script in ["tests/browser/hot_reload.mjs", "tests/desktop/hot_reload.mjs"] {
        let mut check = bundle::building("node");
        check.arg(script).env("CARGO_TARGET_DIR", target());
        shell::run(browser::with_places(&mut check))?;
    }
    Ok(())
}
