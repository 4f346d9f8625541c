//! Clients in terminals, killed over and over while they write.

use crate::shell::{self, Failure};
use crate::test;
use crate::tools::{self, Tool};

#[derive(clap::Args)]
pub struct Arguments {
    /// How many clients are killed.
    #[arg(long, default_value_t = 300)]
    times: u32,
    /// The plan: who writes at once, and at which write or after how long each is killed.
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Kills clients that share a file, over and over, and prints what they had said to be saved and is not on the server.
///
/// # Errors
/// The failure of a build; or that something was lost, doubled or out of order.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    tools::ensure(&[Tool::Compiler, Tool::Strace])?;
    let mut killed = test::of_server()?;
    killed.args(["--test", "terminal", "clients_that_are_killed", "--", "--nocapture"]);
    let numbers = [("KILLS", arguments.times), ("SEED", arguments.seed)];
    shell::run(killed.envs(numbers.map(|(name, number)| (name, number.to_string()))))
}
