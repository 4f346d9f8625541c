//! How long a socket may keep the server waiting: the same code with other numbers, so that nobody waits for minutes.

use serde_json::json;
use tideboard::{
    protocol::{ClientFrame, Code, Intent, ServerFrame},
    server::{ServerConfig, SocketPatience},
};

use crate::{
    editor::Editor,
    harness::{Socket, TestServer},
};

#[tokio::test]
async fn who_never_greets_is_told_so_and_loses_the_seat() {
    let server = with(SocketPatience {
        greeting_ms_max: 20,
        ..SocketPatience::default()
    })
    .await;
    let mut mute = Socket::open(server.address, &[]).await.expect("a seat");
    let answer = mute.receive().await.expect("an answer");
    assert!(
        matches!(&answer, ServerFrame::Error { code: Code::OutOfOrder, message } if message.contains("greet")),
        "{answer:?}"
    );
    assert!(mute.receive().await.is_none(), "nothing comes after it");
    server.emptied().await;
}

#[tokio::test]
async fn who_greets_in_time_has_all_the_time_in_the_world_to_say_more() {
    let server = with(SocketPatience {
        greeting_ms_max: 1_500,
        ..SocketPatience::default()
    })
    .await;
    let mut quiet = Socket::open(server.address, &[]).await.expect("a seat");
    quiet.greet(None).await;
    // By when this one is given up, the first one's time to greet is over too.
    let mut mute = Socket::open(server.address, &[]).await.expect("a seat");
    while mute.receive().await.is_some() {}
    assert!(matches!(quiet.ping().await, ServerFrame::Pong { .. }));
}

#[tokio::test]
async fn who_says_nothing_any_more_loses_the_seat() {
    let server = with(SocketPatience {
        silence_ms_max: 1_000,
        ..SocketPatience::default()
    })
    .await;
    let mut silent = Editor::enter(server.address).await.socket;
    assert!(silent.receive().await.is_none(), "closed without a word");
    server.emptied().await;
}

#[tokio::test]
async fn who_takes_nothing_of_what_is_written_loses_the_seat_and_the_others_keep_theirs() {
    let server = with(SocketPatience {
        write_ms_max: 20,
        ..SocketPatience::default()
    })
    .await;
    let mut stuck = Editor::enter(server.address).await;
    stuck.subscribe("this-machine").await;
    let mut writer = Editor::enter(server.address).await;
    let metrics = server.server.metrics();
    while metrics.sockets_open.get() == 2 {
        let text = Intent::Set {
            field: "title".parse().expect("a name"),
            value: json!("x".repeat(12_000)),
        };
        writer.edit("this-machine", "note", text).await;
    }
    assert_eq!(metrics.sockets_open.get(), 1);
    assert!(matches!(writer.socket.ping().await, ServerFrame::Pong { .. }));
}

#[tokio::test]
async fn who_does_not_answer_a_close_loses_the_seat() {
    let server = with(SocketPatience {
        close_ms_max: 20,
        ..SocketPatience::default()
    })
    .await;
    let mut deaf = Socket::open(server.address, &[]).await.expect("a seat");
    // Refused, and closed; but a client that does not read never answers.
    deaf.send(&ClientFrame::Ping {
        visible: true,
        seen: None,
    })
    .await;
    server.emptied().await;
}

async fn with(patience: SocketPatience) -> TestServer {
    TestServer::start(ServerConfig {
        patience,
        ..ServerConfig::local()
    })
    .await
}
