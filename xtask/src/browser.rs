//! `cargo xtask browser`: the specs of `tests/browser`, against the last release build.

use crate::bundle;
use crate::shell::{self, Failure, command};
use crate::tools::{self, Tool};

#[derive(clap::Args)]
pub struct Arguments {
    /// Run the suite this many times in a row.
    #[arg(long, default_value_t = 1)]
    repeat: u32,
    /// Run only the specs whose file names contain this.
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
}

/// What the specs are played with.
pub const TOOLS: &[Tool] = &[Tool::NodePackages, Tool::Chromium];

/// Plays the specs that are asked for.
///
/// # Errors
/// The failure of an installer or of a spec.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    tools::ensure(TOOLS)?;
    let mut suite = command("node");
    suite.args([
        "tests/browser/run.mjs",
        "--repeat",
        &arguments.repeat.to_string(),
        "--only",
        &arguments.only,
    ]);
    shell::run(
        suite
            .env("TIDEBOARD_BUNDLE", bundle::folder())
            .env("CARGO_TARGET_DIR", shell::target()),
    )
}

/// Plays each spec once.
///
/// # Errors
/// As [`run`].
pub fn run_all() -> Result<(), Failure> {
    run(&Arguments {
        repeat: 1,
        only: String::new(),
    })
}
