//! Frames that should not be: each is answered with what happened and what to do, and harms nobody else.

use futures_util::SinkExt;
use serde_json::json;
use tideboard::{
    config::{
        EVENT_BYTES_MAX, FRAME_BYTES_MAX, FRAMES_PER_SECOND_MAX, NAME_BYTES_MAX, SCHEMA, SERIES_NAME_BYTES_MAX,
        SESSION_MS, VALUE_BYTES_MAX, WATCHED_LEN_MAX,
    },
    protocol::{Answer, ClientFrame, Code, Hello, Intent, Rejection, ServerFrame, Subscribe, Value, Verdict},
    server::ServerConfig,
};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::{
    editor::{Editor, field},
    harness::{EDIT, Socket, TestServer, VIEW},
};

#[tokio::test]
async fn the_first_frame_must_greet_and_only_the_first() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut hasty = Socket::open(server.address, &[]).await.expect("a seat");
    hasty
        .send(&ClientFrame::Ping {
            visible: true,
            seen: None,
        })
        .await;
    ends_with(&mut hasty, Code::OutOfOrder, "hello").await;
    let mut twice = Editor::enter(server.address).await.socket;
    twice.send(&hello(SCHEMA)).await;
    ends_with(&mut twice, Code::OutOfOrder, "open another").await;
}

#[tokio::test]
async fn a_client_too_old_to_be_read_is_told_to_update() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut old = Socket::open(server.address, &[]).await.expect("a seat");
    old.send(&hello(0)).await;
    ends_with(&mut old, Code::Unsupported, "update").await;
}

#[tokio::test]
async fn what_is_no_frame_of_this_version_ends_its_connection_and_no_other() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut other = Editor::enter(server.address).await.socket;
    let junk = [
        "",
        "{}",
        "null",
        "{\"hello\":{}}",
        "{\"subscribe\":{\"board\":\"\",\"request\":1}}",
        &format!(
            "{{\"subscribe\":{{\"board\":\"{}\",\"request\":1}}}}",
            "n".repeat(NAME_BYTES_MAX + 1)
        ),
        "{\"fly\":{\"to\":\"the moon\"}}",
        "[1,2",
        "\u{0}",
    ];
    for text in junk {
        let mut socket = Editor::enter(server.address).await.socket;
        socket.0.send(Message::text(text)).await.expect("the server reads");
        ends_with(&mut socket, Code::Malformed, "Update it").await;
    }
    let mut socket = Editor::enter(server.address).await.socket;
    socket
        .0
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .expect("the server reads");
    ends_with(&mut socket, Code::Malformed, "text messages").await;
    assert!(matches!(other.ping().await, ServerFrame::Pong { .. }));
}

#[tokio::test]
async fn a_frame_over_the_limit_is_named_with_the_limit() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut socket = Editor::enter(server.address).await.socket;
    socket
        .0
        .send(Message::text("x".repeat(FRAME_BYTES_MAX + 1)))
        .await
        .expect("the server reads");
    ends_with(&mut socket, Code::TooLarge, &FRAME_BYTES_MAX.to_string()).await;
}

#[tokio::test]
async fn events_and_watch_lists_have_limits() {
    let server = TestServer::start(ServerConfig::local()).await;
    let event = |name: String, payload| ClientFrame::Event {
        board: "this-machine".parse().expect("a name"),
        name,
        payload,
    };
    let long = "n".repeat(NAME_BYTES_MAX + 1);
    let many = vec!["a".to_owned(); WATCHED_LEN_MAX + 1];
    let refused = [
        (
            event("wave".to_owned(), json!("x".repeat(EVENT_BYTES_MAX))),
            "send less",
        ),
        (event(long, json!(null)), "shorten it"),
        (ClientFrame::Watch { series: many }, "watch fewer"),
        (
            ClientFrame::Watch {
                series: vec!["n".repeat(SERIES_NAME_BYTES_MAX + 1)],
            },
            "watch fewer",
        ),
    ];
    for (frame, advice) in refused {
        let mut socket = Editor::enter(server.address).await.socket;
        socket.send(&frame).await;
        ends_with(&mut socket, Code::TooLarge, advice).await;
    }
}

#[tokio::test]
async fn an_event_reaches_the_others_on_the_board() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut one = Editor::enter(server.address).await;
    let mut other = Editor::enter(server.address).await;
    other.subscribe("this-machine").await;
    let board = "this-machine".parse().expect("a name");
    one.socket
        .send(&ClientFrame::Event {
            board,
            name: "wave".to_owned(),
            payload: json!({"at": "you"}),
        })
        .await;
    let heard = other.receive().await;
    assert!(
        matches!(&heard, ServerFrame::Event { name, payload, .. } if name == "wave" && payload["at"] == "you"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn an_event_of_who_may_only_watch_reaches_nobody_and_costs_them_nothing() {
    let (server, _) = TestServer::with_tokens().await;
    let mut viewer = Editor::enter_with(server.address, Some(VIEW)).await;
    let mut editor = Editor::enter_with(server.address, Some(EDIT)).await;
    let mut other = Editor::enter_with(server.address, Some(VIEW)).await;
    other.subscribe("this-machine").await;
    let wave = |from: &str| ClientFrame::Event {
        board: "this-machine".parse().expect("a name"),
        name: "wave".to_owned(),
        payload: json!(from),
    };
    viewer.socket.send(&wave("viewer")).await;
    // Answered after it, so it was read by now.
    viewer.subscribe("this-machine").await;
    editor.socket.send(&wave("editor")).await;
    let heard = other.receive().await;
    assert!(
        matches!(&heard, ServerFrame::Event { payload, .. } if payload == "editor"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn a_flood_ends_its_connection_and_says_why() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut socket = Editor::enter(server.address).await.socket;
    // Ten seconds' worth may come in a burst; time may add some while it is sent.
    let ping = Message::text("{\"unsubscribe\":{\"board\":\"nowhere\"}}");
    for _ in 0..FRAMES_PER_SECOND_MAX * 20 {
        if socket.0.feed(ping.clone()).await.is_err() {
            break;
        }
    }
    let _ = socket.0.flush().await;
    ends_with(&mut socket, Code::RateLimited, "less often").await;
}

#[tokio::test]
async fn a_flood_of_the_websockets_own_pings_ends_its_connection_too() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut socket = Editor::enter(server.address).await.socket;
    for _ in 0..FRAMES_PER_SECOND_MAX * 20 {
        if socket.0.feed(Message::Ping(Bytes::new())).await.is_err() {
            break;
        }
    }
    let _ = socket.0.flush().await;
    ends_with(&mut socket, Code::RateLimited, "less often").await;
}

#[tokio::test]
async fn an_edit_that_cannot_be_is_rejected_with_what_to_do_and_its_siblings_apply() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let bad: [(&str, &str, Intent, Expected); 6] = [
        ("nowhere", "note", set("text", json!("x")), |reason| {
            *reason == Rejection::UnknownBoard
        }),
        ("this-machine", "nothing", set("text", json!("x")), |reason| {
            *reason == Rejection::UnknownWidget
        }),
        ("this-machine", "note", set("colour", json!("red")), |reason| {
            *reason == Rejection::UnknownField
        }),
        ("this-machine", "counter", set("count", json!("many")), |reason| {
            matches!(reason, Rejection::WrongType { .. })
        }),
        (
            "this-machine",
            "note",
            set("text", json!("x".repeat(VALUE_BYTES_MAX))),
            |reason| matches!(reason, Rejection::TooLarge { .. }),
        ),
        (
            "this-machine",
            "clock",
            Intent::Create {
                kind: "sundial".parse().expect("a name"),
                fields: [].into(),
            },
            |reason| *reason == Rejection::UnknownKind,
        ),
    ];
    for (board, widget, intent, expected) in bad {
        let ids = editor
            .push(vec![
                (board, widget, intent.clone()),
                (
                    "this-machine",
                    "counter",
                    Intent::Add {
                        field: "count".parse().expect("a name"),
                        amount: 1,
                    },
                ),
            ])
            .await;
        let answers = editor.verdicts(2).await;
        let Answer::Verdict {
            verdict: Verdict::Rejected { reason, .. },
            ..
        } = &answers[&ids[0]]
        else {
            panic!("{intent:?}: {:?}", answers[&ids[0]])
        };
        assert!(expected(reason), "{intent:?}: {reason:?}");
        assert!(
            reason.to_string().matches(". ").count() >= 1,
            "it says what to do: {reason}"
        );
        assert!(matches!(
            &answers[&ids[1]],
            Answer::Verdict {
                verdict: Verdict::Applied { .. },
                ..
            }
        ));
    }
}

#[tokio::test]
async fn a_switch_takes_no_edit_that_could_fire_hours_later() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let pump = Intent::Create {
        kind: "switch".parse().expect("a name"),
        fields: [("on".parse().expect("a name"), json!(false))].into(),
    };
    assert!(matches!(
        editor.edit("this-machine", "pump", pump).await,
        Answer::Verdict {
            verdict: Verdict::Applied { .. },
            ..
        }
    ));
    let Answer::Verdict {
        verdict: Verdict::Rejected { reason, .. },
        ..
    } = editor.edit("this-machine", "pump", set("on", json!(true))).await
    else {
        panic!("it waits for whenever the network is back")
    };
    assert!(reason.to_string().contains("now or never"), "{reason}");
    let board = editor.subscribe("this-machine").await;
    assert_eq!(field(&board, "pump", "on"), &json!(false));
}

#[tokio::test]
async fn who_may_only_watch_changes_nothing_and_hears_why() {
    let (server, _) = TestServer::with_tokens().await;
    let mut viewer = Editor::enter_with(server.address, Some(VIEW)).await;
    assert!(!viewer.subscribe("this-machine").await.is_empty());
    let answer = viewer
        .edit("this-machine", "note", set("text", json!("I was here")))
        .await;
    assert_eq!(answer, Answer::ReadOnly);
}

#[tokio::test]
async fn a_socket_ends_with_the_session_that_opened_it() {
    let (server, clock) = TestServer::with_tokens().await;
    let signed_in = server
        .request("POST", "/api/v1/session")
        .form(&format!("token={EDIT}"))
        .send()
        .await;
    let mut socket = Socket::open(server.address, &[("Cookie", signed_in.cookie())])
        .await
        .expect("a seat");
    assert!(matches!(socket.greet(None).await, ServerFrame::Welcome(_)));
    assert!(matches!(socket.ping().await, ServerFrame::Pong { .. }));
    let mut silent = Socket::open(server.address, &[("Cookie", signed_in.cookie())])
        .await
        .expect("a seat");
    silent.greet(None).await;
    clock.wind(SESSION_MS);
    socket
        .send(&ClientFrame::Ping {
            visible: true,
            seen: None,
        })
        .await;
    ends_with(&mut socket, Code::NeedsAuth, "sign in").await;
    // Nor does a ping of the WebSocket's own keep it.
    silent
        .0
        .send(Message::Ping(Bytes::new()))
        .await
        .expect("the server reads");
    ends_with(&mut silent, Code::NeedsAuth, "sign in").await;
}

#[tokio::test]
async fn who_has_signed_out_hears_nothing_more_though_their_socket_asks_nothing() {
    let (server, _) = TestServer::with_tokens().await;
    let form = format!("token={EDIT}");
    let signed_in = server.request("POST", "/api/v1/session").form(&form).send().await;
    let cookie = [("Cookie", signed_in.cookie())];
    let mut gone = Socket::open(server.address, &cookie).await.expect("a seat");
    gone.greet(None).await;
    let subscribe = Subscribe {
        board: "this-machine".parse().expect("a name"),
        request: 1,
        cursor: None,
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    gone.send(&ClientFrame::Subscribe(subscribe)).await;
    while !matches!(gone.receive().await, Some(ServerFrame::Patch(patch)) if patch.last) {}
    let sign_out = server.request("DELETE", "/api/v1/session");
    sign_out.header("Cookie", signed_in.cookie()).send().await;
    let mut editor = Editor::enter_with(server.address, Some(EDIT)).await;
    editor.subscribe("this-machine").await;
    editor.edit("this-machine", "note", set("text", json!("secret"))).await;
    ends_with(&mut gone, Code::NeedsAuth, "sign in").await;
}

/// The next words are this refusal, and they are the last.
pub async fn ends_with(socket: &mut Socket, expected: Code, advice: &str) {
    let answer = socket.receive().await.expect("an answer");
    let ServerFrame::Error { code, message } = &answer else {
        panic!("{answer:?}")
    };
    assert_eq!(*code, expected, "{message}");
    assert!(message.contains(advice), "{message}");
    assert!(socket.receive().await.is_none(), "nothing comes after it");
}

fn hello(schema: u32) -> ClientFrame {
    ClientFrame::Hello(Hello {
        schema,
        store: None,
        token: None,
    })
}

fn set(field: &str, value: Value) -> Intent {
    Intent::Set {
        field: field.parse().expect("a name"),
        value,
    }
}

/// Whether this is the reason it should be.
type Expected = fn(&Rejection) -> bool;
