//! `cargo xtask browser` and `cargo xtask latency`: the scripts of `tests/browser`, against the last release build.

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
pub const TOOLS: &[Tool] = &[
    Tool::NodePackages,
    Tool::Chromium,
    Tool::Certutil,
    Tool::Nginx,
    Tool::Caddy,
];

/// Plays the specs that are asked for.
///
/// # Errors
/// The failure of an installer or of a spec.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    play(
        "tests/browser/run.mjs",
        &["--repeat", &arguments.repeat.to_string(), "--only", &arguments.only],
    )
}

/// Runs a script of the suite with what it needs.
fn play(script: &str, arguments: &[&str]) -> Result<(), Failure> {
    tools::ensure(TOOLS)?;
    let mut node = command("node");
    node.arg(script)
        .args(arguments)
        .env("TIDEBOARD_BUNDLE", bundle::folder())
        .env("TIDEBOARD_EXAMPLE", bundle::example_folder())
        .env("CARGO_TARGET_DIR", shell::target());
    shell::run(&mut node)
}

#[derive(clap::Args)]
pub struct LatencyArguments {
    /// How many edits are timed.
    #[arg(long, default_value_t = 500)]
    edits: u32,
}

/// Prints how long an edit takes from one browser to another.
///
/// # Errors
/// The failure of an installer, or of the board.
pub fn run_latency(arguments: &LatencyArguments) -> Result<(), Failure> {
    play("tests/browser/latency.mjs", &["--edits", &arguments.edits.to_string()])
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
