//! The release build: the page and the server that serves it.

use crate::shell::{Failure, command, run, target};
use crate::{imports, preload, tools};
use std::path::PathBuf;
use std::process::Command;

/// The example of an app on the layer: what a newcomer starts from.
pub const EXAMPLE: &str = "own-app";

/// The folder with the released `server` and, beside it, the page in `public/`.
pub fn folder() -> PathBuf {
    folder_of("tideboard")
}

/// The same of the example.
pub fn example_folder() -> PathBuf {
    folder_of(EXAMPLE)
}

fn folder_of(package: &str) -> PathBuf {
    target().join("dx").join(package).join("release/web")
}

/// Builds the page and the server in release, after installing what that needs.
///
/// # Errors
/// The failure of an installer or of the build.
pub fn build() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    println!("building the page and the server: about 6 minutes the first time on two cores, then as much as changed");
    release("tideboard")?;
    imports::shorten()?;
    preload::add()
}

/// Builds the example in release, with the same profiles and flags: what both depend on is compiled once.
///
/// # Errors
/// As [`build`].
pub fn build_example() -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    println!("building the example: about 2 minutes where the page was built before, then as much as changed");
    release(EXAMPLE)
}

fn release(package: &str) -> Result<(), Failure> {
    // `dx` leaves what earlier builds called by another hash; it would be measured, and kept for ever.
    let public = folder_of(package).join("public");
    if public.exists() {
        std::fs::remove_dir_all(&public).map_err(|source| Failure::File { path: public, source })?;
    }
    // Symbols for a debugger bring checks into the JavaScript.
    run(dx()
        .args([
            "build",
            "--web",
            "--release",
            "--debug-symbols",
            "false",
            "--package",
            package,
        ])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_this_machine()))
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
