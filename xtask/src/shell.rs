//! Running other programs, with failures that say what to do next.

use crate::attend;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// Why a task stopped.
#[derive(Debug)]
pub enum Failure {
    /// A program that the task needs could not be started.
    NotStarted { program: String, source: std::io::Error },
    /// A program ran and reported failure; its own output, above, says why.
    Unsuccessful { command: String, status: ExitStatus },
    /// The same of a build, whose output went to a file.
    Build {
        command: String,
        status: ExitStatus,
        log: PathBuf,
        /// The last lines of it.
        tail: String,
    },
    /// A file or folder could not be read or written.
    File { path: PathBuf, source: std::io::Error },
    /// Something must be installed that this task may not install by itself.
    InstallByHand { what: String, line: String },
    /// An installer ran without an error, and yet the tool isn't there in the right version.
    StillMissing { what: String },
    /// The server that a task ran has ended, and not because this task was told to.
    Ended { status: ExitStatus },
    /// The page is larger than its budget.
    OverBudget { total: u64, budget: u64 },
    /// A step of the tests failed.
    Step { name: &'static str, source: Box<Failure> },
    /// Something of the project isn't where it is expected.
    Unexpected { what: String },
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted { program, source } => {
                write!(
                    out,
                    "`{program}` could not be started ({source}). Install it, or put it on PATH."
                )
            }
            Self::Unsuccessful { command, status } => {
                write!(out, "`{command}` failed ({status}); its output above says why.")
            }
            Self::Build {
                command,
                status,
                log,
                tail,
            } => {
                write!(
                    out,
                    "`{command}` failed ({status}). The end of what it said, all of which is in {}:\n\n{tail}",
                    log.display()
                )
            }
            Self::File { path, source } => {
                write!(out, "{}: {source}. Check the path and its permissions.", path.display())
            }
            Self::InstallByHand { what, line } => {
                write!(
                    out,
                    "{what} is missing. Install it, then run this again:\n\n    {line}\n"
                )
            }
            Self::StillMissing { what } => {
                write!(
                    out,
                    "{what} was installed, but is not found in the right version. Is another one first on PATH?"
                )
            }
            Self::Ended { status } => out.write_str(&attend::how(*status)),
            Self::OverBudget { total, budget } => {
                write!(
                    out,
                    "the page is {total} bytes compressed; its budget is {budget}. Find what grew, or argue for more."
                )
            }
            Self::Step { name, source } => {
                write!(
                    out,
                    "step `{name}`: {source}\nTo run it alone: cargo xtask test --only {name}"
                )
            }
            Self::Unexpected { what } => write!(out, "{what}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// What the task ends with: a server's own code where one was served, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Ended { status } => attend::exit_code(*status),
            _ => 1,
        }
    }
}

/// The folder of the workspace, from which every path here starts.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace's folder")
}

/// The target folder: `CARGO_TARGET_DIR` if set, as cargo and `dx` have it.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(path) => root().join(path),
        None => root().join("target"),
    }
}

/// A command that starts in the workspace's folder with the project's own tools first on PATH.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).env("PATH", search_path());
    // Cargo's own: a server that inherits it believes that it runs from the source, and links the source's files.
    command.env_remove("CARGO_MANIFEST_DIR");
    command
}

/// The `cargo` that runs this task.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(arguments);
    command
}

/// Runs `command` to its end with its output shown.
///
/// # Errors
/// [`Failure::NotStarted`] and [`Failure::Unsuccessful`].
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|source| not_started(command, source))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Unsuccessful {
            command: line(command),
            status,
        })
    }
}

/// What `command` prints, if it can be started and succeeds; for questions whose answer may be no.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Reads a text file.
///
/// # Errors
/// [`Failure::File`].
pub fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::File {
        path: path.to_owned(),
        source,
    })
}

/// The triple of this machine, for `--target`: `dx` always names one, and cargo keeps what is built with one apart.
///
/// # Errors
/// [`Failure::Unexpected`] when `rustc` doesn't say.
pub fn host() -> Result<String, Failure> {
    answer(command("rustc").arg("-vV"))
        .and_then(|text| {
            text.lines()
                .find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
        })
        .ok_or_else(|| Failure::Unexpected {
            what: "`rustc -vV` did not name this machine's triple. Is Rust installed?".into(),
        })
}

/// `command` as a person would type it.
pub fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

pub fn not_started(command: &Command, source: std::io::Error) -> Failure {
    Failure::NotStarted {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    }
}

/// PATH, with the project's own tools first.
pub fn search_path() -> OsString {
    let mut folders = vec![
        crate::tools::folder().join("bin"),
        crate::tools::folder().join("node_modules/.bin"),
    ];
    if let Some(home) = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
    {
        folders.push(home.join("bin"));
    }
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    // Where Debian puts servers, nginx among them; a user's own path often leaves it out.
    folders.push("/usr/sbin".into());
    std::env::join_paths(folders).unwrap_or_default()
}
