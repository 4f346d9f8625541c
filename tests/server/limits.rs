//! What the server takes, and what it says to more.

use std::net::IpAddr;

use futures_util::SinkExt;
use tideboard::{
    config::{BODY_BYTES_MAX, FRAME_BYTES_MAX, SUBSCRIPTIONS_LEN_MAX},
    protocol::{Code, ServerFrame},
    server::ServerConfig,
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    editor::Editor,
    frames::ends_with,
    harness::{Socket, TestServer, refusal},
};

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
    let refused = refusal(Socket::open(server.address, &[]).await);
    assert_eq!((refused.status, refused.header("retry-after")), (503, "60"));
    assert!(refused.body.contains("Try again"), "{refused:?}");
    assert_eq!(server.server.metrics().sockets_open.get(), 1);
    only.0.close(None).await.expect("it is open");
    while only.receive().await.is_some() {}
    server.server.stopped().await;
    assert_eq!(server.server.metrics().sockets_open.get(), 0);
    Socket::open(server.address, &[]).await.expect("the seat is free again");
}

#[tokio::test]
async fn one_address_has_so_many_sockets_and_takes_none_of_anothers() {
    let proxy = IpAddr::from([127, 0, 0, 1]);
    let server = TestServer::start(ServerConfig {
        sockets_per_address_len_max: 2,
        proxies: vec![proxy],
        ..ServerConfig::local()
    })
    .await;
    let from = async |client: &str| Socket::open(server.address, &[("X-Forwarded-For", client)]).await;
    let first = from("198.51.100.7").await.expect("a seat");
    let _second = from("203.0.113.9, 198.51.100.7").await.expect("another");
    let refused = refusal(from("198.51.100.7").await);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
    assert!(
        refused.body.contains("2 connections") && refused.body.contains("Close some"),
        "{refused:?}"
    );
    let _neighbour = from("198.51.100.8").await.expect("theirs are their own");
    assert_eq!(server.server.metrics().sockets_refused.get(), 1);
    drop(first);
    // The server learns of the end a moment after it.
    while from("198.51.100.7").await.is_err() {}
}

#[tokio::test]
async fn this_machine_has_as_many_sockets_as_there_are_since_a_proxy_there_carries_everybody() {
    let server = TestServer::start(ServerConfig {
        sockets_per_address_len_max: 0,
        ..ServerConfig::local()
    })
    .await;
    // Not believed: nobody said that there is a proxy.
    let forwarded = [("X-Forwarded-For", "198.51.100.7")];
    Socket::open(server.address, &forwarded).await.expect("a seat");
    Socket::open(server.address, &[]).await.expect("a seat");
}

#[tokio::test]
async fn a_connection_hears_of_so_many_boards() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    for number in 0..SUBSCRIPTIONS_LEN_MAX {
        editor.ask_for(&format!("board-{number}"), None).await;
        assert!(matches!(editor.receive().await, ServerFrame::Subscribed(_)));
        assert!(matches!(editor.receive().await, ServerFrame::Patch(_)));
    }
    editor.ask_for("board-0", None).await;
    assert!(
        matches!(editor.receive().await, ServerFrame::Subscribed(_)),
        "one it has"
    );
    assert!(matches!(editor.receive().await, ServerFrame::Patch(_)));
    editor.ask_for("one-more", None).await;
    let advice = format!("{SUBSCRIPTIONS_LEN_MAX} boards: close some");
    ends_with(&mut editor.socket, Code::RateLimited, &advice).await;
}

#[tokio::test]
async fn an_older_or_newer_version_is_refused_by_name() {
    let server = TestServer::start(ServerConfig::local()).await;
    let with = async |version: &str| Socket::open(server.address, &[("Sec-WebSocket-Protocol", version)]).await;
    let refused = refusal(with("tideboard.v0").await);
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("tideboard.v1") && refused.body.contains("Reload"),
        "{refused:?}"
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
