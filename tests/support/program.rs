//! The real binary as a process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A server that listens. Killed when dropped.
pub struct Process {
    pub address: SocketAddr,
    pub child: Child,
}

impl Process {
    /// Runs a command that becomes a server; gives what it printed until its address was known, that line too.
    pub fn spawn(command: &mut Command) -> (Self, Vec<String>) {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let mut greeting = Vec::new();
        let address = loop {
            let line = lines.next().expect("it says where it is").expect("it prints text");
            let origin = line
                .strip_prefix("Tideboard is at ")
                .and_then(|origin| origin.split_once("://"));
            let address = origin.map(|(_, address)| address.parse());
            greeting.push(line);
            if let Some(address) = address {
                break address.expect("an address and a port");
            }
        };
        (Self { address, child }, greeting)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, serving the folder `data` on a free port, told by nothing but `arguments`.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tideboard"));
    command.args(["serve", "--data"]).arg(data).args(arguments);
    for name in [
        "IP",
        "LANG",
        "RUST_LOG",
        "TIDEBOARD_EDIT_TOKEN",
        "TIDEBOARD_VIEW_TOKEN",
        "TIDEBOARD_SCRAPE",
    ] {
        command.env_remove(name);
    }
    command.env("PORT", "0").stdin(Stdio::null());
    command
}
