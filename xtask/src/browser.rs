//! `cargo xtask browser`, `screenshots`, `latency`, `offline-start`, `torture`, `kill-tabs`, `memory`, `crowd`, `live` and `lighthouse`: the
//! scripts of `tests/browser`, against the last release build.

use crate::bundle;
use crate::shell::{self, Failure, command};
use crate::tools::{self, Tool};
use std::path::PathBuf;
use std::process::Command;

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

/// What looks and measures, with no proxy and no authority.
const LOOKING: &[Tool] = &[Tool::NodePackages, Tool::Chromium];

/// Plays the specs that are asked for.
///
/// # Errors
/// The failure of an installer or of a spec.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    play(
        "run.mjs",
        TOOLS,
        &["--repeat", &arguments.repeat.to_string(), "--only", &arguments.only],
    )
}

/// Runs a script of `tests/browser` with what it needs.
fn play(script: &str, needs: &[Tool], arguments: &[&str]) -> Result<(), Failure> {
    tools::ensure(needs)?;
    let mut node = command("node");
    node.arg(format!("tests/browser/{script}")).args(arguments);
    shell::run(with_places(&mut node))
}

/// Tells a script of the tests where what was built lies.
pub fn with_places(node: &mut Command) -> &mut Command {
    node.env("TIDEBOARD_BUNDLE", bundle::folder())
        .env("TIDEBOARD_PREVIOUS", bundle::previous_folder())
        .env("TIDEBOARD_EXAMPLE", bundle::example_folder())
        .env("CARGO_TARGET_DIR", shell::target())
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
    play("latency.mjs", LOOKING, &["--edits", &arguments.edits.to_string()])
}

#[derive(clap::Args)]
pub struct OfflineStartArguments {
    /// How many starts are timed.
    #[arg(long, default_value_t = 30)]
    starts: u32,
}

/// Prints how long a board takes to be on the screen where there is no server.
///
/// # Errors
/// The failure of an installer, or of the board.
pub fn run_offline_start(arguments: &OfflineStartArguments) -> Result<(), Failure> {
    play(
        "offline_start.mjs",
        LOOKING,
        &["--starts", &arguments.starts.to_string()],
    )
}

#[derive(clap::Args)]
pub struct MemoryArguments {
    /// How long it is watched.
    #[arg(long, default_value_t = 60)]
    minutes: u32,
}

/// Prints what a page holds while its board never rests.
///
/// # Errors
/// The failure of an installer, or of the board.
pub fn run_memory(arguments: &MemoryArguments) -> Result<(), Failure> {
    play("memory.mjs", LOOKING, &["--minutes", &arguments.minutes.to_string()])
}

#[derive(clap::Args)]
pub struct TortureArguments {
    /// How often it is killed.
    #[arg(long, default_value_t = 100)]
    times: u32,
    /// The plan: what is edited, and how long after a start the server is killed; drawn when it is left out.
    #[arg(long)]
    seed: Option<u32>,
    /// Play a server that does not keep its promises: the command must fail.
    #[arg(long, hide = true, value_parser = ["rolled-back", "doubled"])]
    broken: Option<String>,
}

/// Kills the server under load, over and over, and prints what it had promised and has not kept.
///
/// # Errors
/// The failure of an installer; or that something was lost or doubled.
pub fn run_torture(arguments: &TortureArguments) -> Result<(), Failure> {
    let (times, seed) = (arguments.times.to_string(), arguments.seed.map(|seed| seed.to_string()));
    let mut chosen = vec!["--times", &times];
    chosen.extend(seed.iter().flat_map(|seed| ["--seed", seed]));
    chosen.extend(arguments.broken.iter().flat_map(|broken| ["--broken", broken.as_str()]));
    play("torture.mjs", &[Tool::NodePackages], &chosen)
}

#[derive(clap::Args)]
pub struct KillTabsArguments {
    /// How often a tab is killed.
    #[arg(long, default_value_t = 200)]
    times: u32,
    /// The plan: which tab is killed or stopped, when, and when the network goes; drawn when it is left out.
    #[arg(long)]
    seed: Option<u32>,
    /// How many presses are timed first, from the press to "saved on this device".
    #[arg(long, default_value_t = 500)]
    saved: u32,
    /// Count what a page says only while at most so many edits wait there; everything it says when this is left out.
    #[arg(long, value_name = "EDITS")]
    waiting_max: Option<u32>,
    /// Play a device or a server that does not keep its promises: the command must fail.
    #[arg(long, hide = true, value_parser = ["emptied", "last", "doubled", "reordered"])]
    broken: Option<String>,
}

/// Kills tabs of one browser profile while they press, over and over, and prints what was said to be saved and is not there.
///
/// # Errors
/// The failure of an installer; or that something was lost, doubled or out of order.
pub fn run_kill_tabs(arguments: &KillTabsArguments) -> Result<(), Failure> {
    let [times, saved] = [arguments.times, arguments.saved].map(|number| number.to_string());
    let [seed, waiting] = [arguments.seed, arguments.waiting_max].map(|number| number.map(|number| number.to_string()));
    let mut chosen = vec!["--times", &times, "--saved", &saved];
    chosen.extend(seed.iter().flat_map(|seed| ["--seed", seed]));
    chosen.extend(waiting.iter().flat_map(|waiting| ["--waiting-max", waiting]));
    chosen.extend(arguments.broken.iter().flat_map(|broken| ["--broken", broken.as_str()]));
    play("kill_tabs.mjs", LOOKING, &chosen)
}

#[derive(clap::Args)]
pub struct ScreenshotsArguments {
    /// Take only the states, or with `--readme` the pictures, whose names contain this.
    #[arg(long, value_name = "WORD", default_value = "")]
    only: String,
    /// Take the pictures that are in the tree instead: of README.md, of the guides, and of the app for who installs it.
    #[arg(long)]
    readme: bool,
}

/// Takes a picture of every state of the board, at every width, light and dark.
///
/// # Errors
/// The failure of an installer, or of a state that was not reached.
pub fn run_screenshots(arguments: &ScreenshotsArguments) -> Result<(), Failure> {
    let mut chosen = vec!["--only", &arguments.only];
    chosen.extend(arguments.readme.then_some("--readme"));
    play("screenshots.mjs", LOOKING, &chosen)
}

#[derive(clap::Args)]
pub struct CrowdArguments {
    /// Widgets on the board, at most 1999.
    #[arg(long, default_value_t = 1_000)]
    widgets: u32,
    /// How many of them change ten times a second, at most 200.
    #[arg(long, default_value_t = 200)]
    moving: u32,
    /// How many presses are timed.
    #[arg(long, default_value_t = 100)]
    presses: u32,
    /// Write a CPU profile of the page to this file, which browsers' developer tools open, and print what took most.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

/// Prints how a page bears a crowded board.
///
/// # Errors
/// The failure of an installer, or of the board.
pub fn run_crowd(arguments: &CrowdArguments) -> Result<(), Failure> {
    let numbers = [arguments.widgets, arguments.moving, arguments.presses].map(|number| number.to_string());
    let profile = arguments.profile.as_ref().map(|file| file.display().to_string());
    let [widgets, moving, presses] = &numbers;
    let mut chosen = vec!["--widgets", widgets, "--moving", moving, "--presses", presses];
    chosen.extend(profile.iter().flat_map(|file| ["--profile", file]));
    play("crowd.mjs", LOOKING, &chosen)
}

#[derive(clap::Args)]
pub struct LiveArguments {
    /// Charts on the board.
    #[arg(long, default_value_t = 50)]
    widgets: u32,
    /// Series that come ten times a second, of which each chart shows its share.
    #[arg(long, default_value_t = 500)]
    series: u32,
    /// How long each is measured, in seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Edits that wait while presses are timed.
    #[arg(long, default_value_t = 1_000)]
    pending: u32,
    /// Write a CPU profile of the page to this file, which browsers' developer tools open, and print what took most.
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

/// Prints how a page bears live values, seen and unseen, and how soon a press is seen while edits wait.
///
/// # Errors
/// The failure of an installer, or of the board.
pub fn run_live(arguments: &LiveArguments) -> Result<(), Failure> {
    let LiveArguments {
        widgets,
        series,
        seconds,
        pending,
        profile,
    } = arguments;
    let numbers = [widgets, series, seconds, pending].map(u32::to_string);
    let profile = profile.as_ref().map(|file| file.display().to_string());
    let names = ["--widgets", "--series", "--seconds", "--pending"];
    let mut chosen: Vec<&str> = Vec::new();
    chosen.extend(
        names
            .iter()
            .zip(&numbers)
            .flat_map(|(name, number)| [*name, number.as_str()]),
    );
    chosen.extend(profile.iter().flat_map(|file| ["--profile", file]));
    play("live.mjs", LOOKING, &chosen)
}

#[derive(clap::Args)]
pub struct LighthouseArguments {
    /// Runs for each device, of which the median is told.
    #[arg(long, default_value_t = 5)]
    runs: u32,
}

/// Prints Lighthouse's scores of the board, and how its files are sent.
///
/// # Errors
/// The failure of an installer, or of Lighthouse.
pub fn run_lighthouse(arguments: &LighthouseArguments) -> Result<(), Failure> {
    let needs = &[Tool::NodePackages, Tool::Lighthouse, Tool::Chromium];
    play("lighthouse.mjs", needs, &["--runs", &arguments.runs.to_string()])
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
