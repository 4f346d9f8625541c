//! The project's own tasks. `cargo xtask` lists them.
//!
//! Each task installs what it needs, once, and says what it does and about how long that takes.

#![allow(
    clippy::disallowed_methods,
    reason = "these tasks never run in a browser, and time themselves"
)]

mod attend;
mod browser;
mod building;
mod bundle;
mod desktop;
mod dist;
mod imports;
mod killing;
mod order;
mod places;
mod preload;
mod prune;
mod reload;
mod serve;
mod shell;
mod sim;
mod size;
mod sources;
mod test;
mod tools;
mod wasm;

use clap::{Parser, Subcommand};
use shell::Failure;
use std::process::ExitCode;

/// Tideboard's tasks: each installs what is missing, once, then does its work.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page and the server in release, and serve the board on this machine.
    Serve(serve::Arguments),
    /// Build the desktop's program in release, and open its window.
    Desktop(desktop::Arguments),
    /// Make what people install, in target/dist: the server as one file, in a tarball, and the desktop's program as a package of Debian's.
    Dist,
    /// Run every test, as CI does.
    Test(test::Arguments),
    /// Run the simulator over many seeds, or replay one.
    Sim(sim::Arguments),
    /// Print the compressed size of the page against its budget.
    Size,
    /// Play the browser specs against the last release build, once or many times.
    Browser(browser::Arguments),
    /// Print how long an edit takes from one browser to another, with the last release build.
    Latency(browser::LatencyArguments),
    /// Print how long a board takes to be on the screen without a server, with the last release build.
    OfflineStart(browser::OfflineStartArguments),
    /// Kill the server under load over and over, and print what it had promised and has not kept, with the last release build.
    Torture(browser::TortureArguments),
    /// Kill tabs of one browser profile over and over while they press, and print what was said to be saved and is not there, with the
    /// last release build.
    KillTabs(browser::KillTabsArguments),
    /// Kill clients in terminals over and over while they write into the file that they share, and print what was said to be saved and is not
    /// on the server.
    KillClients(killing::Arguments),
    /// Print what a page holds, minute by minute, while 50 widgets of its board get 100 updates a second, with the last release build.
    Memory(browser::MemoryArguments),
    /// Take a picture of every state of the board, at every width, light and dark, with the last release build.
    Screenshots(browser::ScreenshotsArguments),
    /// Print how the page bears a crowded board, with the last release build.
    Crowd(browser::CrowdArguments),
    /// Print how the page bears charts of hundreds of live series, and presses while a thousand edits wait, with the last release build.
    Live(browser::LiveArguments),
    /// Print Lighthouse's scores of the last release build, and how its files are sent; in a quiet moment.
    Lighthouse(browser::LighthouseArguments),
    /// Install everything that any task needs, and do nothing more.
    Setup,
    /// Show that `dx serve` puts an edit on an open page, on a copy of the tree.
    HotReload,
}

fn main() -> ExitCode {
    let done = if prune::is_asked() {
        prune::stand_in()
    } else {
        run(Arguments::parse().task)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Serve(arguments) => serve::run(&arguments),
        Task::Desktop(arguments) => desktop::run(&arguments),
        Task::Dist => dist::run(),
        Task::Test(arguments) => test::run(&arguments),
        Task::Sim(arguments) => sim::run(&arguments),
        Task::Size => size::run().and_then(|()| size::share()),
        Task::Browser(arguments) => browser::run(&arguments),
        Task::Latency(arguments) => browser::run_latency(&arguments),
        Task::OfflineStart(arguments) => browser::run_offline_start(&arguments),
        Task::Torture(arguments) => browser::run_torture(&arguments),
        Task::KillTabs(arguments) => browser::run_kill_tabs(&arguments),
        Task::KillClients(arguments) => killing::run(&arguments),
        Task::Memory(arguments) => browser::run_memory(&arguments),
        Task::Screenshots(arguments) => browser::run_screenshots(&arguments),
        Task::Crowd(arguments) => browser::run_crowd(&arguments),
        Task::Live(arguments) => browser::run_live(&arguments),
        Task::Lighthouse(arguments) => browser::run_lighthouse(&arguments),
        Task::Setup => tools::ensure(tools::ALL),
        Task::HotReload => reload::run(),
    }
}
