//! The terminal's client, with a folder of its own.

use std::process::{Command, Output};

use serde_json::Value;

use crate::{
    folder::Folder,
    server::{BOARD, Server},
};

impl Server {
    /// A new device.
    pub fn client(&self) -> Client {
        Client {
            data: Folder::new(),
            server: self.url(),
            token: None,
        }
    }
}

/// A device: one outbox, used by one command after another.
pub struct Client {
    pub data: Folder,
    pub server: String,
    pub token: Option<String>,
}

impl Client {
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(arguments);
        for name in [
            "PORT",
            "IP",
            "TIDEBOARD_TOKEN",
            "TIDEBOARD_DATA",
            "TIDEBOARD_SCRAPE",
            "RUST_LOG",
        ] {
            command.env_remove(name);
        }
        command
            .env("TIDEBOARD_SERVER", &self.server)
            .env("TIDEBOARD_OUTBOX", self.data.path());
        if let Some(token) = &self.token {
            command.env("TIDEBOARD_TOKEN", token);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().expect("the binary starts"))
    }

    pub fn set(&self, target: &str, value: &str) -> Ended {
        self.run(&["set", BOARD, target, value])
    }

    /// A field as the server has it, with its revision and writer.
    pub fn field(&self, target: &str) -> Value {
        let got = self.run(&["get", BOARD, target, "--json"]);
        assert_eq!(got.code, 0, "{}", got.err);
        serde_json::from_str(&got.out).expect("one JSON object")
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!err.contains("panicked"), "{err}");
        Self {
            code: output.status.code().expect("it was not killed"),
            out,
            err,
        }
    }
}

const BINARY: &str = env!("CARGO_BIN_EXE_tideboard");
