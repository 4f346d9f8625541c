//! What the terminal's client does beside an edit and a look: what waits, and commands that go on.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
};

use serde_json::Value;

use crate::traced::traced;
pub use crate::{
    device::{Client, Ended},
    folder::Folder,
    server::{BOARD, Server},
};

impl Server {
    /// Starts it again on a disk that takes nothing more of its log.
    pub fn restart_on_a_full_disk(&mut self) {
        self.restart_as(|command, data| {
            let log = data.join("tideboard.db-wal");
            let log = log.to_str().expect("a path of letters");
            let calls = ["-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC"];
            traced(&command, &[&["-P", log, "-o", "/dev/null"][..], &calls].concat())
        });
    }
}

impl Client {
    /// Saves an edit without waiting for the server.
    pub fn save(&self, target: &str, value: &str) {
        let saved = self.run(&["set", BOARD, target, value, "--offline-ok"]);
        assert_eq!(
            (saved.code, saved.out.as_str()),
            (0, "saved on this device\n"),
            "{}",
            saved.err
        );
    }

    /// Runs a command whose disk takes nothing any more: each write to its files fails so, as `strace` names it.
    pub fn run_with_failing_disk(&self, error: &str, arguments: &[&str]) -> Ended {
        let files = ["outbox.sqlite", "outbox.sqlite-wal"].map(|name| self.data.path().join(name));
        let inject = format!("inject=pwrite64:error={error}");
        let mut options = vec!["-o", "/dev/null", "-e", "trace=pwrite64", "-e", &inject];
        for file in &files {
            options.extend(["-P", file.to_str().expect("a path of letters")]);
        }
        let mut traced = traced(&self.command(arguments), &options);
        Ended::of(traced.output().expect("strace starts"))
    }

    /// What waits on the device.
    pub fn waiting(&self) -> Vec<Value> {
        let listed = self.run(&["outbox", "--json"]);
        assert_eq!(listed.code, 0, "{}", listed.err);
        listed
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
            .collect()
    }

    /// Waits until the server has answered everything.
    pub fn send(&self) {
        let sent = self.run(&["outbox", "--send"]);
        assert_eq!(sent.code, 0, "{}", sent.err);
    }

    /// A command that goes on; killed when it is dropped.
    pub fn follow<'a>(&'a self, arguments: &[&str]) -> Followed<'a> {
        let mut process = self
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let out = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let err = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        Followed {
            _client: self,
            process,
            out,
            err,
        }
    }
}

/// A command that goes on, and its lines as they come.
pub struct Followed<'a> {
    /// Its folder must stay.
    _client: &'a Client,
    process: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

impl Followed<'_> {
    /// The next line that holds `part`.
    pub fn line(&mut self, part: &str) -> String {
        next(&mut self.out, part).unwrap_or_else(|| panic!("no line with `{part}` came: {:?}", rest(&mut self.err)))
    }

    /// The next line of standard error that holds `part`.
    pub fn word(&mut self, part: &str) -> String {
        next(&mut self.err, part).unwrap_or_else(|| panic!("no word of `{part}` came: {:?}", rest(&mut self.out)))
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status();
        assert!(status.expect("`kill` is part of every Unix").success());
    }

    /// The exit code, when it has ended.
    pub fn code(&mut self) -> i32 {
        self.process.wait().expect("it ends").code().expect("it was not killed")
    }
}

fn next(lines: &mut impl Iterator<Item = std::io::Result<String>>, part: &str) -> Option<String> {
    lines.map(|line| line.expect("text")).find(|line| line.contains(part))
}

/// Everything else it has said, now that it has ended.
fn rest(lines: &mut impl Iterator<Item = std::io::Result<String>>) -> Vec<String> {
    lines.map_while(Result::ok).collect()
}

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
