//! The simulator: thousands of seeded histories of clients, servers and faults.

use crate::shell::{self, Failure, cargo};
use std::process::Command;

/// What the core alone is built with: no Dioxus, and the mistakes that the simulator must find.
pub const CORE: &[&str] = &[
    "--profile",
    "sim",
    "--package",
    "tideboard",
    "--no-default-features",
    "--features",
    "planted",
];

#[derive(clap::Args)]
pub struct Arguments {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed; with `--seeds 1`, the one to replay.
    #[arg(long)]
    seed: Option<u64>,
}

pub fn run_seeds(seeds: u64, seed: Option<u64>) -> Command {
    let mut test = cargo(&["test"]);
    test.args(CORE)
        .args(["--test", "simulation", "seeds", "--", "--nocapture"])
        .env("SEEDS", seeds.to_string());
    if let Some(seed) = seed {
        test.env("SEED", seed.to_string());
    }
    test
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    shell::run(&mut run_seeds(arguments.seeds, arguments.seed))
}
