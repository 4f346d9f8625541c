//! The command line.

use std::{
    io::IsTerminal,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use dioxus::prelude::Element;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::{
    auth::Token,
    run::{RunError, run},
    sources::scrape::ScrapeArgs,
    tls::TlsArgs,
};
use crate::terminal;

/// The shared board that keeps working when the network doesn't.
#[derive(Debug, Parser)]
#[command(name = "tideboard", version, args_conflicts_with_subcommands = true, after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve boards to browsers and other clients. This is what happens without a command, too
    Serve(Box<ServeArgs>),
    #[command(flatten)]
    Terminal(Box<terminal::Command>),
}

/// How to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080, env = "PORT")]
    pub port: u16,
    /// Address to listen on; any but this machine's own asks everybody for a token
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), env = "IP")]
    pub listen: IpAddr,
    /// Folder of the database, for this server alone; made when it is not there
    #[arg(long, value_name = "FOLDER", default_value = "./data", env = "TIDEBOARD_DATA")]
    pub data: PathBuf,
    /// Token that lets people edit, of 16 characters or more; a random one is made and shown when one is needed and none is
    /// given. Arguments are seen by others on this machine: better in the variable
    #[arg(long, value_name = "TOKEN", env = "TIDEBOARD_EDIT_TOKEN", hide_env_values = true)]
    pub edit_token: Option<Token>,
    /// Token that lets people watch; made like the other
    #[arg(long, value_name = "TOKEN", env = "TIDEBOARD_VIEW_TOKEN", hide_env_values = true)]
    pub view_token: Option<Token>,
    /// Address of a reverse proxy in front, as this server sees it; of several, separated by commas. Limits by address then
    /// count those whom the proxy names in `X-Forwarded-For`
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', env = "TIDEBOARD_PROXY")]
    pub proxy: Vec<IpAddr>,
    /// Language of the board that a new server begins with, by itself that of `LANG`: its texts are the same for everybody, and
    /// people change them. Each page speaks its reader's
    #[arg(long, value_name = "LANGUAGE", value_parser = ["de", "en"])]
    pub language: Option<String>,
    /// What to scrape.
    #[command(flatten)]
    pub scrape: ScrapeArgs,
    /// How to speak TLS.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Let no browser open boards without this server, and take from each the worker that does so
    #[arg(long)]
    pub no_offline_start: bool,
    /// Stop when standard input ends, too: for a program that starts this one, and may be killed
    #[arg(long)]
    pub until_input_ends: bool,
    /// Write the log as one JSON object a line
    #[arg(long)]
    pub log_json: bool,
}

/// What the binary does: reads the arguments, and serves `app` or does as the command says. Ends with 0 when all went well,
/// 1 when it did not (standard error says what happened and what to do), 2 when the arguments make no sense.
#[must_use]
pub fn main(app: fn() -> Element) -> ExitCode {
    let cli = Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit());
    let args = match cli.command.unwrap_or(Command::Serve(Box::new(cli.serve))) {
        Command::Serve(args) => args,
        Command::Terminal(command) => {
            log_to_stderr(false, CLIENT_LOG_FILTER);
            return terminal::run(*command);
        }
    };
    log_to_stderr(args.log_json, LOG_FILTER);
    match run(&args, app) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tideboard: {error}");
            if matches!(error, RunError::Exporter(_)) {
                return ExitCode::from(2);
            }
            ExitCode::FAILURE
        }
    }
}

/// The command line. Its usage after a mistake is that of its help: clap would name there, as if they had to be given, the options
/// that an environment variable has given.
fn command() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    with_usage(command).mut_subcommands(with_usage)
}

fn with_usage(mut command: clap::Command) -> clap::Command {
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    command.override_usage(usage)
}

/// `RUST_LOG` chooses what is logged, as everywhere.
fn log_to_stderr(json: bool, otherwise: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(otherwise));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if json {
        registry.with(layer.json()).init();
    } else {
        registry.with(layer.with_target(false)).init();
    }
}

const HELP: &str = "Examples:
  tideboard                                serve this machine, at http://127.0.0.1:8080
  tideboard serve --listen 0.0.0.0         serve everybody on the network; prints the tokens they need
  tideboard serve --scrape http://127.0.0.1:9100/metrics
                                           show what a program tells Prometheus
  tideboard get boards                     list the boards of that server
  tideboard set this-machine note.text Hi  edit one, from a terminal
  tideboard agent --server https://board.example.org
                                           send this machine's metrics to a server elsewhere

The options above are those of `tideboard serve`. RUST_LOG=debug makes it tell more.
When something does not work: docs/troubleshooting.md, which a running server shows at /troubleshooting";

/// Dioxus names every server function it registers, and warns of built files that a server may well do without.
const LOG_FILTER: &str = "info,dioxus_server=error";
/// A client says in words of its own what a person should know.
const CLIENT_LOG_FILTER: &str = "error";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Cli, command};

    #[test]
    fn the_arguments_make_sense() {
        command().debug_assert();
    }

    #[test]
    fn a_token_that_could_be_guessed_is_refused_and_never_shown() {
        let error = Cli::try_parse_from(["tideboard", "--edit-token", "short"]).expect_err("five characters");
        assert!(error.to_string().contains("at least"), "{error}");
        let cli = Cli::try_parse_from(["tideboard", "--edit-token", "0123456789abcdef"]).expect("sixteen characters");
        assert!(!format!("{cli:?}").contains("0123456789abcdef"));
    }

    #[test]
    fn a_language_that_nobody_here_speaks_is_refused_with_those_that_there_are() {
        let error = Cli::try_parse_from(["tideboard", "--language", "fr"]).expect_err("it is not spoken");
        assert!(error.to_string().contains("[possible values: de, en]"), "{error}");
    }
}
