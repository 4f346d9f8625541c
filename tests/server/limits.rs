//! What the server takes, and what it says to more.

use futures_util::SinkExt;
use tideboard::{
    config::{BODY_BYTES_MAX, FRAME_BYTES_MAX},
    protocol::{Code, ServerFrame},
    server::ServerConfig,
};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Socket, TestServer, refusal};

#[tokio::test]
async fn a_full_server_says_so_and_takes_the_next_one_when_a_seat_is_free() {
    let server = TestServer::start(ServerConfig {
        connections_len_max: 1,
        ..ServerConfig::local()
    })
    .await;
    let mut only = Socket::open(server.address, &[]).await.expect("one seat");
    only.greet(None).await;
    only.ping().await;
    let (status, message) = refusal(Socket::open(server.address, &[]).await);
    assert_eq!(status, 503);
    assert!(message.contains("Try again"), "{message}");
    assert_eq!(server.server.metrics().sockets_open.get(), 1);
    only.0.close(None).await.expect("it is open");
    while only.receive().await.is_some() {}
    server.server.stopped().await;
    assert_eq!(server.server.metrics().sockets_open.get(), 0);
    Socket::open(server.address, &[]).await.expect("the seat is free again");
}

#[tokio::test]
async fn an_older_or_newer_version_is_refused_by_name() {
    let server = TestServer::start(ServerConfig::local()).await;
    let with = async |version: &str| Socket::open(server.address, &[("Sec-WebSocket-Protocol", version)]).await;
    let (status, message) = refusal(with("tideboard.v0").await);
    assert_eq!(status, 400);
    assert!(
        message.contains("tideboard.v1") && message.contains("Reload"),
        "{message}"
    );
    with("tideboard.v2, tideboard.v1").await.expect("one of them is ours");
}

#[tokio::test]
async fn a_frame_that_is_none_gets_an_answer_that_says_so() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut socket = Socket::open(server.address, &[]).await.expect("a seat");
    socket
        .0
        .send(Message::text("{\"what\":1}"))
        .await
        .expect("the server reads");
    let answer = socket.receive().await.expect("an answer");
    assert!(
        matches!(
            answer,
            ServerFrame::Error {
                code: Code::Malformed,
                ..
            }
        ),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_frame_over_the_limit_ends_the_connection_and_no_other() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut big = Socket::open(server.address, &[]).await.expect("a seat");
    let mut other = Socket::open(server.address, &[]).await.expect("a seat");
    // The server may have closed before all of it is written; either way it ends.
    let _ = big.0.send(Message::text("x".repeat(FRAME_BYTES_MAX + 1))).await;
    while big.receive().await.is_some() {}
    other.greet(None).await;
    assert!(matches!(other.ping().await, ServerFrame::Pong { .. }));
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read() {
    let server = TestServer::start(ServerConfig::local()).await;
    let body = format!("token={}", "x".repeat(BODY_BYTES_MAX));
    assert_eq!(
        server
            .request("POST", "/api/v1/session")
            .form(&body)
            .send()
            .await
            .status,
        413
    );
}
