//! What the tests of this folder share: a server in this process, the real binary, and small clients.
//!
//! The HTTP client writes its own bytes, because the tests must send what no library would: a foreign `Host`, a cookie of
//! somebody else's.

use std::{
    io::Read,
    net::{IpAddr, SocketAddr},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, routing::get};
use tideboard::{
    config::SOCKET_PATH,
    protocol::{ClientFrame, ServerFrame},
    server::{
        Server, ServerConfig, auth::Policy, clock::Clock, first_board::this_machine, origin::OriginPolicy, router,
    },
    time::Timestamp,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite;

use crate::program;
pub use crate::{
    folder::Folder,
    program::Process,
    socket::{PATIENCE, Socket},
};

/// A token to edit, and one to view.
pub const EDIT: &str = "edit-0123456789abcdef";
pub const VIEW: &str = "view-0123456789abcdef";

/// A server in this process: our own app's, with one page of its own (`/`, as HTML), or another app's.
pub struct TestServer {
    pub address: SocketAddr,
    pub server: Server,
    serving: JoinHandle<()>,
}

impl TestServer {
    pub async fn start(config: ServerConfig) -> Self {
        let config = ServerConfig {
            first_boards: vec![this_machine()],
            measures_host: true,
            ..config
        };
        let pages = Router::new().route("/", get(async || axum::response::Html(PAGE)));
        Self::of_app(config, pages).await
    }

    /// One of an app that has `pages`.
    pub async fn of_app(config: ServerConfig, pages: Router) -> Self {
        let server = Server::open(config).expect("the store opens");
        let app = router(pages, &server).into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.expect("the listener stays") });
        Self {
            address,
            server,
            serving,
        }
    }

    /// One that asks for [`EDIT`] or [`VIEW`], on a clock that the test winds.
    pub async fn with_tokens() -> (Self, HandClock) {
        Self::with_tokens_behind(Vec::new()).await
    }

    /// The same, behind these proxies.
    pub async fn with_tokens_behind(proxies: Vec<IpAddr>) -> (Self, HandClock) {
        let clock = HandClock::default();
        let config = ServerConfig {
            policy: Policy::Tokens {
                edit: EDIT.parse().expect("long enough"),
                view: VIEW.parse().expect("long enough"),
            },
            origins: OriginPolicy::default(),
            clock: clock.clock(),
            proxies,
            ..ServerConfig::local()
        };
        (Self::start(config).await, clock)
    }

    /// Stops it in good order: everything is put down, and its folder is free.
    pub async fn stop(self) {
        self.server.stop();
        self.server.stopped().await;
        self.server.close().await;
    }

    /// Waits until every seat is free.
    pub async fn emptied(&self) {
        let stopped = tokio::time::timeout(PATIENCE, self.server.stopped());
        stopped.await.expect("every socket is closed in time");
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.request("GET", path).send().await
    }

    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A clock that stands still until it is wound.
#[derive(Clone, Default)]
pub struct HandClock(Arc<AtomicU64>);

impl HandClock {
    pub fn clock(&self) -> Clock {
        let hand = self.0.clone();
        Clock::new(move || Timestamp(hand.load(Ordering::SeqCst)))
    }

    pub fn wind(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// An HTTP/1.1 request, byte for byte.
pub struct Request {
    address: SocketAddr,
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let headers = vec![("Connection".to_owned(), "close".to_owned())];
        Self {
            address,
            line: format!("{method} {path} HTTP/1.1"),
            headers,
            body: String::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn form(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("Content-Type", "application/x-www-form-urlencoded")
    }

    pub fn text(mut self, kind: &str, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("Content-Type", kind)
    }

    pub fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string();
        self.header("Content-Type", "application/json")
    }

    pub async fn send(self) -> Reply {
        let mut text = format!("{}\r\nContent-Length: {}\r\n", self.line, self.body.len());
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            text += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("\r\n{}", self.body);
        let mut stream = TcpStream::connect(self.address).await.expect("the server listens");
        stream.write_all(text.as_bytes()).await.expect("the server reads");
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).await.expect("the server answers");
        Reply::parse(&String::from_utf8(reply).expect("these replies are text"))
    }
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("not a reply: {text:?}"));
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1)?.parse().ok())
            .expect("a status line");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self {
            status,
            headers,
            body: body.to_owned(),
        }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(each, _)| each == name)
            .map_or("", |(_, value)| value)
    }

    /// The cookie it sets, ready to be sent back.
    pub fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }
}

impl Socket {
    /// # Errors
    /// When the server refuses the upgrade.
    pub async fn open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, tungstenite::Error> {
        Self::over(TcpStream::connect(address).await?, SOCKET_PATH, headers).await
    }

    pub async fn ping(&mut self) -> ServerFrame {
        self.send(&ClientFrame::Ping {
            visible: true,
            seen: None,
        })
        .await;
        self.receive().await.expect("a pong")
    }
}

/// The answer with which an upgrade was refused.
pub fn refusal(opened: Result<Socket, tungstenite::Error>) -> Reply {
    match opened.map(|_| ()).expect_err("the upgrade is refused") {
        tungstenite::Error::Http(response) => {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("refusals are text");
            let headers = response.headers().iter();
            Reply {
                status: response.status().as_u16(),
                headers: headers
                    .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                    .collect(),
                body: text(response.body().as_deref().unwrap_or_default()),
            }
        }
        error => panic!("refused, but without an answer: {error}"),
    }
}

impl Process {
    /// The real binary on a folder.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::spawn(&mut command(data, arguments)).0
    }

    /// Sends `signal` ("INT", "TERM", "KILL").
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("`kill` is there").success());
    }

    /// Waits for its end: how, and all it wrote to its log.
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .expect("its log is piped")
            .read_to_string(&mut log)
            .expect("its log is text");
        (self.child.wait().expect("it was started"), log)
    }
}

/// The binary with `arguments` on the folder `data`, its log piped.
pub fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = program::command(data, arguments);
    command.stderr(Stdio::piped());
    command
}

const PAGE: &str = "<!DOCTYPE html><html><head><title>Test</title></head><body><div id=\"main\"><script>helper()</script>\
    <p>a value: <script>alert(1)</script></p><script>window.initial_dioxus_hydration_data=\"\";</script></div></body></html>";
