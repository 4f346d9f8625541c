//! `cargo xtask test`: everything that must hold, the fast first.
//!
//! Cold builds are most of its time, so the steps share them: all that is checked or tested natively is built in the one
//! profile in which `dx` builds the server for development, and for a named target, as `dx` does. The core alone is built
//! in the simulator's profile, which costs seconds, since it depends on two crates; and there once more with the native
//! half, whose file the simulated devices keep, which costs minutes once.

mod steps;

use crate::shell::Failure;
use crate::tools;
use clap::builder::PossibleValuesParser;
use std::time::{Duration, Instant};
pub use steps::of_server;
use steps::{STEPS, Step};

#[derive(clap::Args)]
pub struct Arguments {
    /// Run this step only; may be given several times.
    #[arg(long, value_name = "STEP", hide_possible_values = true, value_parser = names())]
    only: Vec<String>,
    /// List the steps, and run none.
    #[arg(long)]
    list: bool,
}

/// Runs the steps in order, and stops at the first that fails.
///
/// # Errors
/// [`Failure::Step`] names the step.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.list {
        for step in STEPS {
            println!("{:<10} {}", step.name, step.what);
        }
        return Ok(());
    }
    let chosen = choose(&arguments.only);
    let started = Instant::now();
    let mut times = Vec::new();
    for (position, step) in chosen.iter().enumerate() {
        println!("\n== {}/{} {}: {}", position + 1, chosen.len(), step.name, step.what);
        let step_started = Instant::now();
        let outcome = tools::ensure(step.needs).and_then(|()| (step.run)());
        times.push((step.name, step_started.elapsed()));
        outcome.map_err(|source| Failure::Step {
            name: step.name,
            source: Box::new(source),
        })?;
        println!("== {} passed in {}", step.name, seconds(step_started.elapsed()));
    }
    println!();
    for (name, time) in times {
        println!("{name:<10} {:>8}", seconds(time));
    }
    println!("all {} steps passed in {}", chosen.len(), seconds(started.elapsed()));
    Ok(())
}

/// What `--only` takes.
fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

/// Those that are named, in that order; all of them where none is.
fn choose(only: &[String]) -> Vec<&'static Step> {
    if only.is_empty() {
        return STEPS.iter().collect();
    }
    only.iter()
        .filter_map(|name| STEPS.iter().find(|step| step.name == name))
        .collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn a_misspelt_step_is_refused_with_the_one_that_was_meant() {
        let Err(error) = Line::try_parse_from(["test", "--only", "clipy"]) else {
            panic!("there is no such step");
        };
        assert!(error.to_string().contains("'clippy'"), "{error}");
        let line = Line::try_parse_from(["test", "--only", "clippy"]).expect("there is one");
        assert_eq!(choose(&line.arguments.only)[0].name, "clippy");
    }

    #[test]
    fn each_step_can_be_named() {
        for step in STEPS {
            let chosen = choose(&[step.name.into()]);
            assert!(std::ptr::eq(chosen[0], step), "two steps are called {}", step.name);
        }
    }

    #[test]
    fn no_test_waits_for_what_only_a_report_is_made_with() {
        for step in STEPS {
            assert!(!step.needs.contains(&tools::Tool::Lighthouse), "{}", step.name);
        }
    }
}
