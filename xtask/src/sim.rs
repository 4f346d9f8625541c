//! The simulator: thousands of seeded histories of clients, servers and faults.

use crate::shell::{self, Failure, cargo};
use std::process::Command;
use std::str::FromStr;

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

/// The same with the native half: each device keeps the file that native programs keep.
pub const NATIVE: &[&str] = &[
    "--profile",
    "sim",
    "--package",
    "tideboard",
    "--no-default-features",
    "--features",
    "planted,native",
];

#[derive(clap::Args)]
pub struct Arguments {
    /// How many seeds to run, or which: `FROM..TO`, both included, goes on where another run has ended.
    #[arg(long, default_value = "1000", value_name = "N|FROM..TO")]
    seeds: Seeds,
    /// The first seed; with `--seeds 1`, the one to replay.
    #[arg(long)]
    seed: Option<u64>,
    /// Each device keeps the file that native programs keep, beside the records in memory, and both must agree.
    #[arg(long)]
    native: bool,
}

/// Seeds that are run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seeds {
    first: Option<u64>,
    count: u64,
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            let number = text.parse::<u64>();
            number.map_err(|_| format!("`{text}` is no number; say `10000`, or `40001..50000`"))
        };
        let Some((from, to)) = text.split_once("..") else {
            return number(text).map(|count| Self { first: None, count });
        };
        let (from, to) = (number(from)?, number(to)?);
        let count = to.checked_sub(from).and_then(|more| more.checked_add(1));
        count.map_or_else(
            || Err(format!("{from} is not before {to}: say `40001..50000`")),
            |count| {
                Ok(Self {
                    first: Some(from),
                    count,
                })
            },
        )
    }
}

fn run_seeds(seeds: u64, seed: Option<u64>, native: bool) -> Command {
    let mut test = cargo(&["test"]);
    test.args(if native { NATIVE } else { CORE })
        .args(["--test", "simulation", "seeds", "--", "--nocapture"])
        .env("SEEDS", seeds.to_string());
    if let Some(seed) = seed {
        test.env("SEED", seed.to_string());
    }
    test
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Seeds { first, count } = arguments.seeds;
    if first.is_some() && arguments.seed.is_some() {
        return Err(Failure::Unexpected {
            what: "`--seeds FROM..TO` names the first seed already: leave `--seed` out".to_owned(),
        });
    }
    shell::run(&mut run_seeds(count, first.or(arguments.seed), arguments.native))
}

#[cfg(test)]
mod tests {
    use super::Seeds;

    #[test]
    fn seeds_are_counted_or_named() {
        let seeds = |first, count| Ok(Seeds { first, count });
        assert_eq!("300".parse(), seeds(None, 300));
        assert_eq!("40001..50000".parse(), seeds(Some(40_001), 10_000));
        assert_eq!("7..7".parse(), seeds(Some(7), 1));
        for wrong in ["", "a..b", "9..8", "..5", "1-5"] {
            assert!(wrong.parse::<Seeds>().is_err(), "{wrong}");
        }
    }
}
