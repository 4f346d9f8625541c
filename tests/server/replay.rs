//! Without a socket: server functions give what a socket would.

use serde_json::{Value, json};
use tideboard::{
    protocol::{Answer, Answered, Document, Intent, Push, RunId, Verdict},
    server::{Server, ServerConfig},
};

use crate::{
    editor::{Editor, field},
    harness::{Folder, Process, Request, TestServer},
};

#[tokio::test]
async fn operations_by_request_and_by_socket_are_the_same_operations() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let mut editor = Editor::enter(process.address).await;
    let items = editor.items(vec![(
        "this-machine",
        "counter",
        Intent::Add {
            field: "count".parse().expect("a name"),
            amount: 3,
        },
    )]);
    let push = editor.author.push(items.clone());

    let reply = Request::new(process.address, "POST", "/api/v1/operations")
        .json(&json!({ "push": push }))
        .send()
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answers: Vec<Answered> = serde_json::from_str(&reply.body).expect("answers");
    let [
        Answered {
            answer:
                Answer::Verdict {
                    verdict: Verdict::Applied { revision, .. },
                    duplicate: false,
                },
            ..
        },
    ] = &answers[..]
    else {
        panic!("{answers:?}")
    };

    let id = items[0].id();
    editor.push_items(items).await;
    let again = editor.verdicts(1).await.remove(&id).expect("its answer");
    let Answer::Verdict {
        verdict: Verdict::Applied { revision: first, .. },
        duplicate: true,
    } = again
    else {
        panic!("{again:?}")
    };
    assert_eq!(*revision, first);

    let reply = Request::new(process.address, "GET", "/api/v1/boards/this-machine")
        .send()
        .await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    let document: Document = serde_json::from_str(&reply.body).expect("a board");
    assert_eq!(field(&document.widgets, "counter", "count"), &json!(3));
    assert_eq!(document.subscribed.at.revision, first);
}

#[tokio::test]
async fn an_unknown_board_is_named_with_what_to_do() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    for id in ["nowhere", "not%20a%20name"] {
        let reply = Request::new(process.address, "GET", &format!("/api/v1/boards/{id}"))
            .send()
            .await;
        assert_eq!(reply.status, 404, "{}", reply.body);
        let body: Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!(body["data"]["code"], json!("unknown_board"));
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|message| message.contains("Check its name")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn operations_meant_for_another_run_of_the_server_are_not_decided() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    let items = editor.items(vec![("this-machine", "counter", Intent::Remove)]);
    let identity = editor.author.welcome.identity.clone();
    let stale = Push {
        run: RunId(7),
        ..editor.author.push(items)
    };
    let answers = server.server.replay(identity, stale).await.expect("it runs");
    assert!(
        matches!(
            &answers[..],
            [Answered {
                answer: Answer::History,
                ..
            }]
        ),
        "{answers:?}"
    );
    assert!(
        editor.subscribe("this-machine").await[&"counter".parse().expect("a name")]
            .removed
            .is_none()
    );
}

#[tokio::test]
async fn a_closed_server_says_that_it_is() {
    let server = Server::open(ServerConfig::local()).expect("the store opens");
    assert!(server.is_ready());
    server.close().await;
    assert!(!server.is_ready());
    assert!(server.read("this-machine".parse().expect("a name")).await.is_none());
}
