//! What the server counts.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A metric's value as `/metrics` gives it.
pub async fn of(server: SocketAddr, name: &str) -> f64 {
    let mut stream = TcpStream::connect(server).await.expect("the server listens");
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.expect("the server answers");
    let line = reply
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = line.and_then(|value| value.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no metric {name}: {reply}"))
}
