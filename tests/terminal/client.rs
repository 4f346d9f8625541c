//! A server that can be killed and started again at the same address, and clients with folders of their own.

use std::{
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_tideboard");
/// The board that a new server has.
pub const BOARD: &str = "this-machine";

/// A folder that is gone when the test is.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tideboard-terminal-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written to");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server with its data. Its address stays the same when it is started again.
pub struct Server {
    data: Folder,
    arguments: Vec<String>,
    port: u16,
    process: Option<Child>,
}

impl Server {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Self {
            data: Folder::new(),
            arguments,
            port: 0,
            process: None,
        };
        server.restart();
        server
    }

    /// Starts it again with the same data at the same address; ends when it is ready.
    pub fn restart(&mut self) {
        self.kill();
        let mut process = Command::new(BINARY)
            .args(["serve", "--port", &self.port.to_string(), "--data"])
            .arg(self.data.path())
            .args(&self.arguments)
            .env_remove("PORT")
            .env_remove("IP")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut greeting = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let address = greeting.find_map(|line| {
            line.expect("text")
                .strip_prefix("Tideboard is at http://")
                .map(str::to_owned)
        });
        let address = address.expect("it says where it is");
        self.port = address
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .expect("a port");
        self.process = Some(process);
    }

    /// Ends it without a word, as a power cut does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it runs");
            process.wait().expect("it ends");
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A new device.
    pub fn client(&self) -> Client {
        Client {
            data: Folder::new(),
            server: self.url(),
            token: None,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
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
        for name in ["PORT", "IP", "TIDEBOARD_TOKEN", "TIDEBOARD_DATA", "RUST_LOG"] {
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

    /// A field as the server has it, with its revision and writer.
    pub fn field(&self, target: &str) -> Value {
        let got = self.run(&["get", BOARD, target, "--json"]);
        assert_eq!(got.code, 0, "{}", got.err);
        serde_json::from_str(&got.out).expect("one JSON object")
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

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    fn of(output: Output) -> Self {
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
