//! A server that can be killed and started again at the same address.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    folder::Folder,
    program::{self, Process},
};

/// The board that a new server has.
pub const BOARD: &str = "this-machine";

/// A server with its data. Its address stays the same when it is started again.
pub struct Server {
    /// Ends before its folder goes.
    process: Option<Process>,
    pub data: Folder,
    arguments: Vec<String>,
    port: u16,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Self {
            process: None,
            data: Folder::new(),
            arguments,
            port: 0,
        };
        server.restart();
        server
    }

    /// Starts it again with the same data at the same address; ends when it is ready.
    pub fn restart(&mut self) {
        self.restart_as(|command, _| command);
    }

    /// The same by the command that `change` makes of the usual one and the folder of the data.
    pub fn restart_as(&mut self, change: impl FnOnce(Command, &Path) -> Command) {
        self.kill();
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let mut command = program::command(self.data.path(), &arguments);
        command.env("PORT", self.port.to_string());
        let mut command = change(command, self.data.path());
        command.stderr(Stdio::null());
        let (process, _) = Process::spawn(&mut command);
        self.port = process.address.port();
        self.process = Some(process);
    }

    /// Ends it without a word, as a power cut does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}
