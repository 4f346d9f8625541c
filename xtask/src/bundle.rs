//! The release build: the page and the server that serves it.

use crate::shell::{Failure, command, run, target};
use crate::{imports, tools};
use std::path::PathBuf;
use std::process::Command;

/// The folder with the released `server` and, beside it, the page in `public/`.
pub fn folder() -> PathBuf {
    target().join("dx/tideboard/release/web")
}

/// Builds the page and the server in release, after installing what that needs.
///
/// # Errors
/// The failure of an installer or of the build.
pub fn build() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    // `dx` leaves what earlier builds called by another hash; it would be measured, and kept for ever.
    let public = folder().join("public");
    if public.exists() {
        std::fs::remove_dir_all(&public).map_err(|source| Failure::File { path: public, source })?;
    }
    println!("building the page and the server: about 6 minutes the first time on two cores, then as much as changed");
    // Symbols for a debugger bring checks into the JavaScript.
    run(dx().args(["build", "--web", "--release", "--debug-symbols", "false"]))?;
    imports::shorten()
}

/// `dx`, told to take its helpers from PATH.
pub fn dx() -> Command {
    building("dx")
}

/// A program that starts `dx`, or `dx` itself: by itself it would fetch its helpers, in versions of its own choice.
pub fn building(program: &str) -> Command {
    let mut command = command(program);
    command.env("NO_DOWNLOADS", "1");
    command
}
