//! `cargo xtask desktop`: the board in a window of its own; and its tests, which play with that window, and with the app of a phone in one.

use crate::browser;
use crate::bundle;
use crate::shell::{self, Failure, cargo, command, root, target};
use crate::tools::{self, Tool};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
#[command(
    after_help = "The first build takes about 10 minutes, later ones seconds. It ends with its last window.

Examples:
  cargo xtask desktop                                       asks for a server where it knows none
  cargo xtask desktop -- --server http://127.0.0.1:8080     this machine's, as `cargo xtask serve` runs it"
)]
pub struct Arguments {
    /// Arguments for the program, after `--`: --server, --token, --data. `-- --help` lists them.
    #[arg(last = true, value_name = "ARGUMENT")]
    program: Vec<String>,
}

/// The features of the program.
pub const FEATURES: &str = "dashboard,desktop";

/// The features of a phone's app. Built here it opens in a window of a phone's size.
pub const PHONE_FEATURES: &str = "dashboard,mobile";

/// Those of the server that lies beside it, for a person alone.
pub const SERVER_FEATURES: &str = "dashboard,server";

/// The same for development: those that its own tests have built it with.
pub const TESTED_SERVER_FEATURES: &str = "dashboard,server,testing";

/// What that is called there.
const SERVER_NAME: &str = "tideboard-server";

/// What the program is built with.
pub const TOOLS: &[Tool] = &[Tool::Compiler, Tool::Webview, Tool::NodePackages];

/// What its tests need besides: the released server, and a screen.
pub const TEST_TOOLS: &[Tool] = &[Tool::Compiler, Tool::Webview, Tool::NodePackages, Tool::Screen];

/// The profile in which all is tested natively.
pub const DEVELOPMENT: &str = "server-dev";

/// Builds the program in release, and opens its window.
///
/// # Errors
/// The failure of an installer, of the build or of the program.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    tools::ensure(TOOLS)?;
    let program = build("server-release", "release")?;
    // See `shell::command`.
    shell::run(
        Command::new(program)
            .env_remove("CARGO_MANIFEST_DIR")
            .args(&arguments.program),
    )
}

/// Builds it for development, in which what is in its window can be asked, and plays its specs against the last release of the server.
///
/// # Errors
/// The failure of the build, or of a spec.
pub fn test() -> Result<(), Failure> {
    shell::run(cargo_in(DEVELOPMENT, &shell::host()?, "test", FEATURES).args([
        "--lib",
        "--",
        "desktop::",
        "webview::",
    ]))?;
    let program = build(DEVELOPMENT, "dev")?;
    shell::run(&mut cargo_in(DEVELOPMENT, &shell::host()?, "build", PHONE_FEATURES))?;
    copy(&built(DEVELOPMENT)?, &program.with_file_name("tideboard-phone"))?;
    let mut node = command("node");
    node.arg("tests/desktop/run.mjs").env("TIDEBOARD_DESKTOP", program);
    shell::run(browser::with_places(&mut node))
}

fn cargo_in(profile: &str, host: &str, task: &str, features: &str) -> Command {
    let mut command = cargo(&[task, "--package", "tideboard", "--profile", profile, "--target", host]);
    command.args(["--no-default-features", "--features", features]);
    command
}

/// Builds in a profile, for a folder of that name, and gives the program there.
///
/// # Errors
/// The failure of the build.
pub fn build(profile: &str, name: &str) -> Result<PathBuf, Failure> {
    let host = shell::host()?;
    let folder = target().join("desktop").join(name);
    let assets = folder.join("assets");
    // Files of builds before this one have other names.
    match std::fs::remove_dir_all(&assets) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(failed(&assets, source)),
        _ => {}
    }
    std::fs::create_dir_all(&assets).map_err(|source| failed(&assets, source))?;
    // Its typeface lies beside it, as beside a page.
    bundle::place_public()?;
    let public = root().join("target/public/assets");
    for entry in std::fs::read_dir(&public).map_err(|source| failed(&public, source))? {
        let entry = entry.map_err(|source| failed(&public, source))?;
        copy(&entry.path(), &assets.join(entry.file_name()))?;
    }
    let built = built(profile)?;
    let server = if profile == DEVELOPMENT {
        TESTED_SERVER_FEATURES
    } else {
        SERVER_FEATURES
    };
    for (features, name) in [(server, SERVER_NAME), (FEATURES, "tideboard")] {
        shell::run(&mut cargo_in(profile, &host, "build", features))?;
        copy(&built, &folder.join(name))?;
    }
    Ok(folder.join("tideboard"))
}

/// Where `cargo` puts what it has built last: all of them have the same name there.
fn built(profile: &str) -> Result<PathBuf, Failure> {
    Ok(target().join(shell::host()?).join(profile).join("tideboard"))
}

/// Beside it first: one that runs can't be written to.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let beside = to.with_extension("new");
    std::fs::copy(from, &beside).map_err(|source| failed(from, source))?;
    std::fs::rename(&beside, to).map_err(|source| failed(to, source))
}

fn failed(path: &Path, source: std::io::Error) -> Failure {
    Failure::File {
        path: path.to_owned(),
        source,
    }
}
