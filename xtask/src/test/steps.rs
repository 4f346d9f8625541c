//! The steps of `cargo xtask test`, in their order.

use crate::shell::{self, Failure, cargo, command};
use crate::tools::{self, Tool};
use crate::{browser, bundle, desktop, dist, reload, sim, size};
use std::process::Command;

/// One thing that must hold.
pub struct Step {
    /// How `--only` names it.
    pub name: &'static str,
    /// What it shows, for people.
    pub what: &'static str,
    /// What must be installed first.
    pub needs: &'static [Tool],
    pub run: fn() -> Result<(), Failure>,
}

pub static STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the source is formatted",
        needs: &[Tool::Rustfmt],
        run: format,
    },
    Step {
        name: "tidy",
        what: "the rules of the house hold",
        needs: &[],
        run: tidy,
    },
    Step {
        name: "xtask",
        what: "these tasks' own tests and lints",
        needs: &[Tool::Clippy],
        run: xtask,
    },
    Step {
        name: "core",
        what: "the pure core: units, scenarios, and thousands of simulated histories, some of them over the files of native programs",
        needs: &[],
        run: core,
    },
    Step {
        name: "clippy",
        what: "no lint, for core, server, web, desktop and phone",
        needs: &[Tool::Compiler, Tool::Clippy, Tool::WebTarget, Tool::Webview],
        run: clippy,
    },
    Step {
        name: "doc",
        what: "the documentation builds without a warning",
        needs: &[Tool::Compiler, Tool::WebTarget],
        run: document,
    },
    Step {
        name: "server",
        what: "the server on real sockets, and every component rendered",
        needs: &[Tool::Compiler, Tool::Strace, Tool::NodeExporter],
        run: server,
    },
    Step {
        name: "mobile",
        what: "the phone app compiles",
        needs: &[Tool::Compiler, Tool::Webview],
        run: mobile,
    },
    Step {
        name: "deny",
        what: "licences, bans and sources of dependencies",
        needs: &[Tool::CargoDeny],
        run: deny,
    },
    Step {
        name: "previous",
        what: "the release before this one, for the tests that play both",
        needs: tools::BUILD,
        run: bundle::build_previous,
    },
    Step {
        name: "web",
        what: "the release build of page and server",
        needs: tools::BUILD,
        run: bundle::build,
    },
    Step {
        name: "size",
        what: "the page keeps to its budget",
        needs: tools::BUILD,
        run: size::run,
    },
    Step {
        name: "example",
        what: "the app of docs/quickstart.md: its tests, its release build, and how much of that is the layer",
        needs: tools::BUILD,
        run: example,
    },
    Step {
        name: "browser",
        what: "the release build in real browsers",
        needs: browser::TOOLS,
        run: browser::run_all,
    },
    Step {
        name: "desktop",
        what: "the desktop's real window, and a phone's app in one, beside the released server",
        needs: desktop::TEST_TOOLS,
        run: desktop::test,
    },
    Step {
        name: "dist",
        what: "what people install, installed and started",
        needs: dist::TEST_TOOLS,
        run: dist::test,
    },
    Step {
        name: "reload",
        what: "an edit appears on the open page",
        needs: &[Tool::Chromium],
        run: reload::run,
    },
];

/// Seeds of the simulator in each run of the tests; and those in which each device keeps the file of native programs.
const CORE_SEEDS: u64 = 3_000;
const NATIVE_SEEDS: u64 = 300;

/// The features of each half of the app: those that `dx` builds it with; and those of its tests.
const SERVER: &str = desktop::TESTED_SERVER_FEATURES;
const WEB: &str = "dashboard,web";
const WEB_TARGET: &str = "wasm32-unknown-unknown";

fn format() -> Result<(), Failure> {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn tidy() -> Result<(), Failure> {
    shell::run(cargo(&["test"]).args(sim::CORE).args(["--test", "tidy"]))
}

fn xtask() -> Result<(), Failure> {
    shell::run(&mut cargo(&[
        "clippy",
        "--package",
        "xtask",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))?;
    shell::run(&mut cargo(&["test", "--package", "xtask"]))
}

fn core() -> Result<(), Failure> {
    shell::run(cargo(&["test"]).args(sim::CORE).env("SEEDS", CORE_SEEDS.to_string()))?;
    // The scenarios and the simulator again, over the file that native programs keep. Of the planted mistakes its own are enough.
    let mut native = cargo(&["test"]);
    native
        .args(sim::NATIVE)
        .args(["--test", "scenarios", "--test", "simulation", "--"]);
    native.args([
        "--skip",
        "every_planted_mistake_is_found",
        "--skip",
        "some_planted_mistakes",
    ]);
    shell::run(native.env("SEEDS", NATIVE_SEEDS.to_string()))
}

fn clippy() -> Result<(), Failure> {
    let deny = ["--", "--deny", "warnings"];
    shell::run(cargo(&["clippy", "--package", "tideboard", "--no-default-features"]).args(deny))?;
    shell::run(cargo(&["clippy", "--all-targets"]).args(sim::CORE).args(deny))?;
    shell::run(cargo(&["clippy", "--tests"]).args(sim::NATIVE).args(deny))?;
    shell::run(native("clippy", SERVER)?.arg("--all-targets").args(deny))?;
    shell::run(development("tideboard", "clippy", WEB, WEB_TARGET).args(deny))?;
    shell::run(native("clippy", desktop::FEATURES)?.args(deny))?;
    shell::run(native("clippy", desktop::PHONE_FEATURES)?.args(deny))?;
    shell::run(of_example("clippy")?.arg("--all-targets").args(deny))?;
    shell::run(development(bundle::EXAMPLE, "clippy", "web", WEB_TARGET).args(deny))?;
    shell::run(development(bundle::EMPTY, "clippy", "web", WEB_TARGET).args(deny))
}

fn document() -> Result<(), Failure> {
    let documented =
        |command: &mut Command| shell::run(command.arg("--no-deps").env("RUSTDOCFLAGS", "--deny warnings"));
    documented(cargo(&["doc"]).args(sim::CORE))?;
    documented(&mut native("doc", SERVER)?)?;
    documented(&mut development("tideboard", "doc", WEB, WEB_TARGET))?;
    documented(&mut of_example("doc")?)
}

fn server() -> Result<(), Failure> {
    shell::run(&mut of_server()?)
}

/// The tests of the server, of terminals, and of what is rendered.
pub fn of_server() -> Result<Command, Failure> {
    native("test", SERVER)
}

fn example() -> Result<(), Failure> {
    shell::run(&mut of_example("test")?)?;
    bundle::build_example()?;
    size::share()
}

fn mobile() -> Result<(), Failure> {
    shell::run(&mut native("check", desktop::PHONE_FEATURES)?)
}

/// Advisories come from a database on the network: out of reach is said, not failed, but a known hole fails.
fn deny() -> Result<(), Failure> {
    let deny = || {
        let mut deny = command("cargo-deny");
        deny.arg("--workspace");
        deny
    };
    shell::run(deny().args(["check", "bans", "licenses", "sources"]))?;
    match shell::answer(deny().args(["fetch", "db"])) {
        Some(_) => shell::run(deny().args(["check", "--disable-fetch", "advisories"])),
        None => {
            println!("advisories: not checked, their database is out of reach from here");
            Ok(())
        }
    }
}

/// A cargo command on this machine, sharing what `dx` builds for development.
fn native(task: &str, features: &str) -> Result<Command, Failure> {
    Ok(development("tideboard", task, features, &shell::host()?))
}

/// The same for the server's half of the example.
fn of_example(task: &str) -> Result<Command, Failure> {
    Ok(development(bundle::EXAMPLE, task, "server", &shell::host()?))
}

fn development(package: &str, task: &str, features: &str, target: &str) -> Command {
    let mut command = cargo(&[
        task,
        "--package",
        package,
        "--profile",
        "server-dev",
        "--target",
        target,
    ]);
    command.args(["--no-default-features", "--features", features]);
    command
}
