//! What the benches share: the real server as a process, clients that cost little, and numbers as a table.

#![allow(dead_code, reason = "each bench uses a part of it")]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tideboard::{
    config::{SCHEMA, SOCKET_PATH},
    protocol::{
        ClientFrame, ClientId, Cursor, Hello, Intent, Operation, OperationId, Push, PushItem, ServerFrame, Subscribe,
        Welcome, decode, encode,
    },
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// A server process, killed when dropped; its folder is on the disk that the build is on.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
    data: Option<PathBuf>,
}

impl Process {
    /// The real binary on an empty folder.
    pub fn tideboard() -> Self {
        let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
        let _ = fs::remove_dir_all(&data);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tideboard"));
        command
            .args(["serve", "--port", "0", "--data"])
            .arg(&data)
            .env("RUST_LOG", "warn");
        Self::spawn(&mut command, Some(data))
    }

    /// A command that prints its address as the last word of a line with `http://`.
    pub fn spawn(command: &mut Command, data: Option<PathBuf>) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let address = loop {
            let line = lines.next().expect("it says where it is").expect("it prints text");
            if let Some((_, address)) = line.split_once("http://") {
                break address.parse().expect("an address");
            }
        };
        Self { address, child, data }
    }

    /// Resident memory, in bytes.
    pub fn resident(&self) -> u64 {
        self.proc("status")
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok())
            .map_or(0, |kb: u64| kb * 1_024)
    }

    /// Processor time it has used, in seconds.
    pub fn processor(&self) -> f64 {
        let stat = self.proc("stat");
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let ticks: u64 = after_name
            .split(' ')
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        ticks as f64 / 100.0
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(data) = &self.data {
            let _ = fs::remove_dir_all(data);
        }
    }
}

/// A client on a socket.
pub struct Client {
    pub socket: WebSocketStream<TcpStream>,
    pub welcome: Welcome,
    pub id: ClientId,
    pub sequence: u64,
    /// How far it has seen the first board.
    pub seen: Cursor,
}

/// A socket with small buffers, so that thousands fit into the bench.
pub async fn open(address: SocketAddr, path: &str) -> WebSocketStream<TcpStream> {
    let config = WebSocketConfig::default()
        .read_buffer_size(2 * 1_024)
        .write_buffer_size(0);
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a stream takes it");
    let request = format!("ws://{address}{path}");
    client_async_with_config(request, stream, Some(config))
        .await
        .expect("the server takes sockets")
        .0
}

impl Client {
    /// Opens a socket and greets.
    pub async fn enter(address: SocketAddr) -> Self {
        let mut socket = open(address, SOCKET_PATH).await;
        let hello = ClientFrame::Hello(Hello {
            schema: SCHEMA,
            store: None,
            token: None,
            device: None,
        });
        socket
            .send(Message::text(encode(&hello)))
            .await
            .expect("the server reads");
        let greeting = next_text(&mut socket).await.expect("a welcome");
        let ServerFrame::Welcome(welcome) = decode(&greeting).expect("a frame") else {
            panic!("{greeting}")
        };
        static STARTED: AtomicU64 = AtomicU64::new(1);
        let id = ClientId(u128::from(std::process::id()) << 64 | u128::from(STARTED.fetch_add(1, Ordering::Relaxed)));
        Self {
            socket,
            welcome,
            id,
            sequence: 0,
            seen: Cursor::ORIGIN,
        }
    }

    /// Hears of a board from now on; what it held before is read and forgotten.
    pub async fn subscribe(&mut self, board: &str) {
        let board = board.parse().expect("a name");
        let subscribe = ClientFrame::Subscribe(Subscribe {
            board,
            request: 0,
            cursor: None,
            undecided: Vec::new(),
            more: false,
        });
        self.socket
            .send(Message::text(encode(&subscribe)))
            .await
            .expect("the server reads");
        loop {
            let text = next_text(&mut self.socket).await.expect("a patch");
            if let Ok(ServerFrame::Patch(patch)) = decode(&text)
                && patch.last
            {
                self.seen = patch.to;
                return;
            }
        }
    }

    /// Hears of a board no more.
    pub async fn unsubscribe(&mut self, board: &str) {
        let board = board.parse().expect("a name");
        let unsubscribe = ClientFrame::Unsubscribe { board };
        self.socket
            .send(Message::text(encode(&unsubscribe)))
            .await
            .expect("the server reads");
    }

    /// A push of new operations on the first board.
    pub fn push(&mut self, edits: impl IntoIterator<Item = (String, Intent)>) -> Message {
        let item = |(widget, intent): (String, Intent)| {
            self.sequence += 1;
            let operation = Operation {
                id: OperationId {
                    client: self.id,
                    sequence: self.sequence,
                },
                board: BOARD.parse().expect("a name"),
                widget: widget.parse().expect("a name"),
                schema: SCHEMA,
                made_at: self.seen,
                intent,
                base: None,
                base_value: None,
                deadline: None,
                resolves: None,
            };
            PushItem::Operation { operation, after: None }
        };
        let items = edits.into_iter().map(item).collect();
        let principal = self.welcome.identity.principal.clone();
        let push = Push {
            store: self.welcome.store,
            run: self.welcome.run,
            principal,
            items,
        };
        Message::text(encode(&ClientFrame::Push(push)))
    }
}

/// The next text; `None` when the server is gone.
pub async fn next_text(socket: &mut WebSocketStream<TcpStream>) -> Option<String> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(text.as_str().to_owned()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// A value below which this share of them lies.
pub fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let index = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// One line of the report: what was measured, against what it should reach.
pub fn report(what: &str, measured: &str, target: &str, reached: bool) {
    let mark = if reached { "reached" } else { "MISSED" };
    println!("| {what} | {measured} | {target} | {mark} |");
}

pub fn set_title(text: String) -> Intent {
    Intent::Set {
        field: "title".parse().expect("a name"),
        value: text.into(),
    }
}

pub const BOARD: &str = "this-machine";
