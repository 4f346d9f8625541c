//! What every bench shares: the real server as a process, clients that cost little, and numbers as a table.

#![allow(dead_code, reason = "each bench takes what it needs")]

#[path = "../../tests/support/folder.rs"]
pub mod folder;
#[path = "../../tests/support/program.rs"]
pub mod program;
#[path = "../../tests/support/socket.rs"]
pub mod socket;

use std::{net::SocketAddr, process::Stdio};

use tideboard::{
    config::SOCKET_PATH,
    protocol::{ClientFrame, Cursor, ServerFrame, Subscribe, Welcome},
};
use tokio::net::TcpStream;

use folder::Folder;
use program::Process;
use socket::Socket;

/// The real binary, on an empty folder of the disk that the build is on.
pub struct Tideboard {
    /// Ends before its folder goes.
    pub process: Process,
    _data: Folder,
}

impl Tideboard {
    pub fn start() -> Self {
        let data = Folder::new();
        let mut command = program::command(data.path(), &[]);
        command.env("RUST_LOG", "warn").stderr(Stdio::inherit());
        let (process, _) = Process::spawn(&mut command);
        Self { process, _data: data }
    }

    pub fn address(&self) -> SocketAddr {
        self.process.address
    }
}

/// A socket to whoever listens there.
pub async fn open(address: SocketAddr, path: &str) -> Socket {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    Socket::over(stream, path, &[]).await.expect("the server takes sockets")
}

/// Opens a socket and greets.
pub async fn enter(address: SocketAddr) -> (Socket, Welcome) {
    let mut socket = open(address, SOCKET_PATH).await;
    let ServerFrame::Welcome(welcome) = socket.greet(None).await else {
        panic!("a welcome comes first")
    };
    (socket, welcome)
}

/// Hears of the first board from now on; what it held before is read and forgotten, but for the cursor.
pub async fn subscribe(socket: &mut Socket) -> Cursor {
    let subscribe = Subscribe {
        board: BOARD.parse().expect("a name"),
        request: 0,
        cursor: None,
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    socket.send(&ClientFrame::Subscribe(subscribe)).await;
    loop {
        if let ServerFrame::Patch(patch) = socket.receive().await.expect("a patch")
            && patch.last
        {
            return patch.to;
        }
    }
}

/// One line of the report: what was measured, against what it should reach.
pub fn report(what: &str, measured: &str, target: &str, reached: bool) {
    let mark = if reached { "reached" } else { "MISSED" };
    println!("\n| what | measured | target | |\n|---|---|---|---|\n| {what} | {measured} | {target} | {mark} |");
}

/// The board that a new server has.
pub const BOARD: &str = "this-machine";
