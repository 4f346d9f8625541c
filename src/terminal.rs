//! The client for terminals and scripts: the same engine and the same durable outbox as a page, without the page.
//!
//! Exit codes: 0 done · 1 it can't be done (standard error says why and what to do) · 2 the arguments make no sense ·
//! 3 somebody else's value stands, and a person must choose · 4 the server did not accept the edit · 5 saved on this
//! device, and not answered yet.

mod agent;
mod edit;
mod get;
mod lines;
pub(crate) mod names;
mod outbox;
mod sending;
mod session;
mod watch;

use std::{fmt, path::PathBuf, process::ExitCode, str::FromStr};

use clap::{Args, Subcommand};

use self::{agent::AgentArgs, edit::Change, session::Session};
use crate::{
    driver::StartError,
    protocol::{BoardId, OperationId},
};

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print a board's values, and each change as it comes, until Ctrl-C. Live numbers are not among them
    #[command(after_help = WATCH_HELP)]
    Watch {
        /// The board's id; `tideboard get boards` lists them
        board: BoardId,
        /// Where everything is
        #[command(flatten)]
        reach: Reach,
        /// How to print
        #[command(flatten)]
        format: Format,
    },
    /// Print a board, a widget or a field
    #[command(after_help = GET_HELP)]
    Get {
        /// The board's id; `boards` is the list of them
        board: BoardId,
        /// `WIDGET` or `WIDGET.FIELD`; the whole board by default
        target: Option<String>,
        /// When the server can't be reached, print what this device saw last
        #[arg(long)]
        offline_ok: bool,
        /// Where everything is
        #[command(flatten)]
        reach: Reach,
        /// How to print
        #[command(flatten)]
        format: Format,
    },
    /// Give a field a value, and wait for the server's answer
    #[command(after_help = SET_HELP)]
    Set {
        /// The board's id; `tideboard get boards` lists them
        board: BoardId,
        /// `WIDGET.FIELD`, as `tideboard get BOARD` prints them
        target: String,
        /// The new value: JSON, or plain text. A field that holds text takes it as it stands
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// The value is JSON, for a field of text too: `null` takes an item off a list
        #[arg(long)]
        json: bool,
        /// End as soon as the edit is saved on this device; whatever command reaches the server next sends it. The board must
        /// have been seen here once
        #[arg(long)]
        offline_ok: bool,
        /// Where everything is
        #[command(flatten)]
        reach: Reach,
    },
    /// Add to a counter, and wait for the server's answer. Whatever others add meanwhile counts too: there is no conflict
    #[command(after_help = ADD_HELP)]
    Add {
        /// The board's id; `tideboard get boards` lists them
        board: BoardId,
        /// `WIDGET.FIELD`, as `tideboard get BOARD` prints them
        target: String,
        /// How much; less than nothing takes away
        #[arg(allow_hyphen_values = true, value_parser = whole_number)]
        amount: i64,
        /// End as soon as it is saved on this device; whatever command reaches the server next sends it. The board must have been
        /// seen here once
        #[arg(long)]
        offline_ok: bool,
        /// Where everything is
        #[command(flatten)]
        reach: Reach,
    },
    /// List what waits on this device: edits not answered yet, edits not accepted, and fields with two versions
    #[command(after_help = OUTBOX_HELP)]
    Outbox {
        /// What to do first
        #[command(flatten)]
        action: Action,
        /// Where everything is
        #[command(flatten)]
        reach: Reach,
        /// How to print
        #[command(flatten)]
        format: Format,
    },
    /// Send this machine's metrics, and those of exporters, to a server until Ctrl-C. What can't be sent is kept on the disk, and sent
    /// later with its times
    #[command(after_help = AGENT_HELP)]
    Agent(AgentArgs),
}

/// What to do with what waits.
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub struct Action {
    /// Send everything, wait for the answers, and print what came of each
    #[arg(long)]
    pub send: bool,
    /// Forget an edit that was not accepted, or take back one that waits. The list ends each line with its ID
    #[arg(long, value_name = "ID")]
    pub discard: Option<OperationId>,
    /// Forget every edit that was not accepted
    #[arg(long)]
    pub discard_not_accepted: bool,
    /// Make an edit that was not accepted again, and send it
    #[arg(long, value_name = "ID")]
    pub retry: Option<OperationId>,
    /// Of two versions, set mine again, and send it
    #[arg(long, value_name = "ID")]
    pub keep_mine: Option<OperationId>,
    /// Of two versions, let theirs stand
    #[arg(long, value_name = "ID")]
    pub keep_theirs: Option<OperationId>,
}

/// Where the server and this device's data are.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// The server; by default the last one that has answered this device, or http://127.0.0.1:8080
    #[arg(long, value_name = "URL", env = "TIDEBOARD_SERVER")]
    pub server: Option<String>,
    /// A token, where the server asks for one. Arguments are seen by others on this machine: better in the variable
    #[arg(long, env = "TIDEBOARD_TOKEN", hide_env_values = true)]
    pub token: Option<Secret>,
    /// Folder of this device's outbox and of what it saw last; by default in the user's data folder
    #[arg(long, value_name = "FOLDER", env = "TIDEBOARD_OUTBOX")]
    pub data: Option<PathBuf>,
    /// Give up waiting for the server after so many seconds; `watch` never does
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT_S)]
    pub timeout: u64,
}

/// How to print.
#[derive(Clone, Copy, Debug, Args)]
pub struct Format {
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// A token that never shows in a log.
#[derive(Clone)]
pub struct Secret(String);

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How a command ended without doing what it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// It could not start.
    Start(StartError),
    /// The operating system refused what a client needs.
    System(std::io::Error),
    /// It can't be done; the text says why and what to do.
    Refused(String),
    /// What was typed can't be read; the text says why and what can.
    Senseless(String),
    /// Another value stands.
    Conflict(String),
    /// The server did not accept the edit.
    NotAccepted(String),
    /// It is saved, and not answered yet.
    Unanswered(String),
}

impl Failure {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Start(_) | Self::System(_) | Self::Refused(_) => 1,
            Self::Senseless(_) => 2,
            Self::Conflict(_) => 3,
            Self::NotAccepted(_) => 4,
            Self::Unanswered(_) => 5,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::System(error) => write!(
                f,
                "the operating system refused what a client needs: {error}. Start it again."
            ),
            Self::Refused(text)
            | Self::Senseless(text)
            | Self::Conflict(text)
            | Self::NotAccepted(text)
            | Self::Unanswered(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Failure {}

/// What is added to a counter.
fn whole_number(text: &str) -> Result<i64, &'static str> {
    text.parse()
        .map_err(|_| "counters take whole numbers of at most 64 bits, such as 1 or -3")
}

/// Does as the command says, and tells how it ended.
#[must_use]
pub fn run(command: Command) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime
        .map_err(Failure::System)
        .and_then(|runtime| runtime.block_on(carry_out(command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tideboard: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Watch { board, reach, format } => watch::watch(Session::open(&reach).await?, board, format.json).await,
        Command::Get {
            board,
            target,
            offline_ok,
            reach,
            format,
        } => {
            let session = Session::open(&reach).await?;
            get::get(session, board, target.as_deref(), offline_ok, format.json).await
        }
        Command::Set {
            board,
            target,
            value,
            json,
            offline_ok,
            reach,
        } => {
            let change = if json {
                Change::json(&value)?
            } else {
                Change::Set(value)
            };
            edit::edit(Session::open(&reach).await?, board, &target, &change, offline_ok).await
        }
        Command::Add {
            board,
            target,
            amount,
            offline_ok,
            reach,
        } => {
            edit::edit(
                Session::open(&reach).await?,
                board,
                &target,
                &Change::Add(amount),
                offline_ok,
            )
            .await
        }
        Command::Outbox { action, reach, format } => {
            outbox::outbox(Session::open(&reach).await?, action, format.json).await
        }
        Command::Agent(args) => agent::agent(args).await,
    }
}

const WATCH_HELP: &str = "Values go to standard output, and how the connection is to standard error. Examples:
  tideboard watch this-machine
  tideboard watch this-machine --json | jq --unbuffered 'select(.widget == \"counter\")'

Exit codes: 0 stopped, or nobody reads any more; 1 can't be done; 2 the arguments make no sense";

const GET_HELP: &str = "Examples:
  tideboard get boards                         the boards that there are
  tideboard get this-machine                   every value of one, as WIDGET.FIELD = VALUE
  tideboard get this-machine setpoint.value    one value, and nothing else
  tideboard get this-machine setpoint --json | jq .fields

Exit codes: 0 printed; 1 can't be done; 2 the arguments make no sense";

/// The help of a command that edits: examples, and how it ends.
macro_rules! edit_help {
    ($examples:literal) => {
        concat!(
            "Examples:\n",
            $examples,
            "

Exit codes: 0 applied, or saved with --offline-ok; 1 can't be done, and nothing was saved; 2 the arguments make no sense; 3 somebody
else's value stands; 4 not accepted, and kept; 5 saved on this device and not answered yet"
        )
    };
}

const SET_HELP: &str = edit_help!(
    "  tideboard set this-machine setpoint.value 22.5
  tideboard set this-machine note.text 'Fuel at dawn'
  tideboard set this-machine cpu.series '[\"host.cpu\"]'
  tideboard set this-machine checklist.done-2 yes
  tideboard set this-machine checklist.item-2 null --json"
);

const ADD_HELP: &str = edit_help!(
    "  tideboard add this-machine counter.count 1
  tideboard add this-machine counter.count -3 --offline-ok"
);

const OUTBOX_HELP: &str = "Each line is one edit: waiting, not-accepted, two-versions or another-server; where it goes, and its ID at the end. Examples:
  tideboard outbox                                     list them
  tideboard outbox --send                              send them; prints applied or taken-back as well
  tideboard outbox --keep-mine ID                      decide, and send the decision
  tideboard outbox --json | jq -r 'select(.state == \"two-versions\").id'

Exit codes: 0 done: with --send, nothing waits any more; 1 can't be done; 2 the arguments make no sense; 3 fields with two
versions wait for you, or the decision met a third; 4 edits were not accepted and wait for you; 5 saved on this device and
not answered yet. A list alone ends with 0";

const AGENT_HELP: &str = "It says on standard error when it starts, can't reach the server, and can again. Examples:
  TIDEBOARD_TOKEN=… tideboard agent --server https://board.example.org
  tideboard agent --name web1 --scrape http://127.0.0.1:9100/metrics

A folder of --data is one agent's alone. Exit codes: 0 stopped; 1 can't be done; 2 the arguments make no sense";

/// Longer than a server's restart; a script that can't wait says less.
const TIMEOUT_S: u64 = 30;
