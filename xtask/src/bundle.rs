//! The release build: the page and the server that serves it.

use crate::shell::{Failure, command, run, target};
use crate::{imports, preload, tools};
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
    run(dx()
        .args(["build", "--web", "--release", "--debug-symbols", "false"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_this_machine()))?;
    imports::shorten()?;
    preload::add()
}

/// Leaves this machine's folders out of the page's program, in which each panic names its file: they mean nothing to who reads
/// them there, and the page would weigh something else on every machine.
fn without_this_machine() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let sources = home.map(|home| home.join("registry/src").display().to_string());
    match sources.filter(|path| !path.contains(char::is_whitespace)) {
        Some(path) => format!("--remap-path-prefix={path}="),
        None => String::new(),
    }
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
