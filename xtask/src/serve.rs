//! `cargo xtask serve`: from a fresh clone to a board in the browser.

use crate::attend;
use crate::bundle;
use crate::shell::{self, Failure};
use crate::tools;
use std::io::ErrorKind;
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(clap::Args)]
#[command(
    after_help = "Prints the board's address when it is ready: the first build takes some minutes, later ones seconds. Ctrl-C ends it.
When the server ends by itself, this says how, and ends with its code.

Examples:
  cargo xtask serve                            for this machine: http://127.0.0.1:8080
  cargo xtask serve --listen 0.0.0.0           for everybody on the network; prints the tokens they need
  cargo xtask serve -- --edit-token \"$SECRET\"  with a token of your own"
)]
pub struct Arguments {
    /// The port of the page.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder of the database; made if it doesn't exist.
    #[arg(long, value_name = "FOLDER", default_value = "./data")]
    data: PathBuf,
    /// The address to listen on. Any but this machine's own asks everyone for a token.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// Build for development, and put edits of the source on the open page as they are saved.
    #[arg(long)]
    dev: bool,
    /// Further arguments for the server, after `--`: --edit-token, --view-token, --proxy, --log-json. `-- --help` lists them.
    #[arg(last = true, value_name = "ARGUMENT")]
    server: Vec<String>,
}

/// Builds and serves until the server ends.
///
/// # Errors
/// What can't work is said before the build, which takes minutes: a port in use, a folder that can't be written.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    assert_port_is_free(arguments)?;
    let data = writable_folder(&arguments.data)?;
    if arguments.dev {
        serve_development(arguments, &data)
    } else {
        serve_release(arguments, &data)
    }
}

fn serve_release(arguments: &Arguments, data: &Path) -> Result<(), Failure> {
    bundle::build_what_changed()?;
    let folder = bundle::folder();
    let mut server = Command::new(folder.join("server"));
    // See `shell::command`.
    server.env_remove("CARGO_MANIFEST_DIR");
    server.current_dir(&folder).arg("serve");
    server.args([
        "--port",
        &arguments.port.to_string(),
        "--listen",
        &arguments.listen.to_string(),
    ]);
    server.arg("--data").arg(data).args(&arguments.server);
    attend::attend(&mut server)
}

fn serve_development(arguments: &Arguments, data: &Path) -> Result<(), Failure> {
    tools::ensure(tools::BUILD)?;
    let turn = bundle::take_turn("dev")?;
    bundle::place_public()?;
    drop(turn);
    println!("building for development: about 10 minutes the first time on two cores, then seconds");
    let mut serve = bundle::dx();
    serve.args(["serve", "--web", "--open", "false"]);
    serve.args([
        "--port",
        &arguments.port.to_string(),
        "--addr",
        &arguments.listen.to_string(),
    ]);
    serve.env("TIDEBOARD_DATA", data);
    if !arguments.server.is_empty() {
        // `dx` splits them at spaces, and knows no quotes.
        serve.args(["--args", &arguments.server.join(" ")]);
    }
    become_program(&mut serve)
}

/// Puts the program in this one's place, so that Ctrl-C and a supervisor's signals reach it and nothing else.
#[cfg(unix)]
fn become_program(program: &mut Command) -> Result<(), Failure> {
    let source = std::os::unix::process::CommandExt::exec(program);
    Err(shell::not_started(program, source))
}

#[cfg(not(unix))]
fn become_program(program: &mut Command) -> Result<(), Failure> {
    shell::run(program)
}

fn assert_port_is_free(arguments: &Arguments) -> Result<(), Failure> {
    match TcpListener::bind((arguments.listen, arguments.port)) {
        Ok(_) => Ok(()),
        Err(source) => {
            let what_to_do = match source.kind() {
                ErrorKind::AddrNotAvailable => {
                    "This machine has no such address. Choose one that it has (`ip address` lists them), or all of them: \
                     --listen 0.0.0.0"
                        .to_owned()
                }
                ErrorKind::PermissionDenied => {
                    "Ports below 1024 are for the administrator. Choose another: --port 8080".to_owned()
                }
                _ => format!(
                    "Stop what uses it, or choose another: --port {}",
                    arguments.port.checked_add(1).unwrap_or(8080)
                ),
            };
            let (listen, port) = (arguments.listen, arguments.port);
            Err(Failure::Unexpected {
                what: format!("can't listen on {listen}:{port} ({source}). {what_to_do}"),
            })
        }
    }
}

fn writable_folder(path: &Path) -> Result<PathBuf, Failure> {
    if path.is_file() {
        let what = format!(
            "the data folder {} is a file. Name a folder: --data FOLDER; it is made when it doesn't exist",
            path.display()
        );
        return Err(Failure::Unexpected { what });
    }
    let unwritable = |source| Failure::Unexpected {
        what: format!(
            "the data folder {} can't be written ({source}). Change its permissions, or choose another: --data FOLDER",
            path.display()
        ),
    };
    std::fs::create_dir_all(path).map_err(unwritable)?;
    let probe = path.join(".writable");
    std::fs::write(&probe, "")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(unwritable)?;
    path.canonicalize().map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_said_before_anything_is_built() {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("it is bound");
        let said = refused(address.ip(), address.port());
        assert!(said.contains(&address.to_string()) && said.contains("--port"), "{said}");
    }

    #[test]
    fn of_an_address_that_this_machine_has_not_it_is_said_so() {
        // 192.0.2.0/24 is kept for documentation: nobody has an address of it.
        let said = refused([192, 0, 2, 1].into(), 0);
        assert!(
            said.contains("no such address") && said.contains("--listen 0.0.0.0"),
            "{said}"
        );
        assert!(!said.contains("--port"), "{said}");
    }

    fn refused(listen: IpAddr, port: u16) -> String {
        let arguments = Arguments {
            port,
            data: PathBuf::new(),
            listen,
            dev: false,
            server: Vec::new(),
        };
        let failure = assert_port_is_free(&arguments).expect_err("nobody can listen there");
        failure.to_string()
    }

    #[test]
    fn a_file_is_no_data_folder() {
        let file = std::env::temp_dir().join(format!("tideboard-xtask-{}", std::process::id()));
        std::fs::write(&file, "").expect("the temporary folder is writable");
        let failure = writable_folder(&file).expect_err("a file was taken for a folder");
        let said = failure.to_string();
        assert!(said.contains("is a file") && said.contains("--data FOLDER"), "{said}");
        std::fs::remove_file(&file).expect("it was just written");
    }
}
