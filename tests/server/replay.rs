//! Without a socket: server functions give what a socket would.

use serde_json::{Value, json};
use tideboard::{
    api::{BOARDS_PATH, OPERATIONS_PATH},
    config::{BODY_BYTES_MAX, DOCUMENT_BYTES_MAX, IN_FLIGHT_LEN_MAX, OUTBOX_LEN_MAX, VALUE_BYTES_MAX},
    protocol::{
        Access, Answer, Answered, ClientId, Cursor, Document, Epoch, Identity, Intent, OperationId, Push, PushItem,
        RunId, Subscribe, Undecided, Verdict, WidgetId,
    },
    server::{ReadError, Server, ServerConfig},
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

    let (status, body) = post(&process, &push).await;
    assert_eq!(status, 200, "{body}");
    let answers: Vec<Answered> = serde_json::from_value(body).expect("answers");
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

    let reply = Request::new(process.address, "GET", &format!("{BOARDS_PATH}/this-machine"))
        .send()
        .await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    let document: Document = serde_json::from_str(&reply.body).expect("a board");
    assert_eq!(field(&document.widgets, "counter", "count"), &json!(3));
    assert_eq!(document.subscribed.at.revision, first);
}

#[tokio::test]
async fn a_subscription_by_request_tells_what_a_socket_would_and_only_to_who_asks() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let mut editor = Editor::enter(process.address).await;
    let add = |amount| Intent::Add {
        field: "count".parse().expect("a name"),
        amount,
    };
    let before = read(&process, "this-machine", None, Vec::new()).await.subscribed.at;
    let items = editor.items(vec![("this-machine", "counter", add(3))]);
    let id = items[0].id();
    post(&process, &editor.author.push(items)).await;
    let asked = vec![Undecided {
        client: id.client,
        ranges: vec![(1, 1_000)],
    }];
    let document = read(&process, "this-machine", Some(before), asked.clone()).await;
    let answer = &document.subscribed;
    assert_eq!((answer.request, answer.from), (7, before));
    assert!(matches!(&answer.verdicts[..], [(told, Verdict::Applied { .. })] if *told == id));
    assert_eq!(document.widgets.len(), 1, "only what has changed since");
    assert_eq!(field(&document.widgets, "counter", "count"), &json!(3));

    let there = read(&process, "this-machine", Some(answer.at), asked.clone()).await;
    assert_eq!(there.subscribed.from, answer.at);
    assert!(there.widgets.is_empty());
    let elsewhere = Cursor {
        epoch: Epoch(7),
        ..answer.at
    };
    let whole = read(&process, "this-machine", Some(elsewhere), asked).await;
    assert_eq!(whole.subscribed.from, Cursor::ORIGIN);
    assert!(whole.widgets.len() > 1);
    let nowhere = read(&process, "nowhere", Some(elsewhere), Vec::new()).await;
    assert_eq!(
        nowhere.subscribed.at,
        Cursor::ORIGIN,
        "its creation may wait in an outbox"
    );
}

#[tokio::test]
async fn a_subscription_that_asks_the_fate_of_more_than_an_outbox_holds_is_refused() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let undecided = |len: usize| {
        let client = ClientId(7);
        let ranges = (0..len as u64).map(|_| (0, 0)).collect();
        vec![Undecided { client, ranges }]
    };
    let asked = |len| subscription("this-machine", None, undecided(len));
    let (status, body) = subscribe(&process, &asked(OUTBOX_LEN_MAX + 1)).await;
    assert_eq!((status, &body["data"]["code"]), (413, &json!("too_large")), "{body}");
    assert_eq!(subscribe(&process, &asked(OUTBOX_LEN_MAX)).await.0, 200);
}

/// The routes are written out where they are served, since a macro takes no constant; installed apps know them by heart.
#[tokio::test]
async fn what_pages_ask_is_where_it_is_served_and_always_was() {
    assert_eq!((OPERATIONS_PATH, BOARDS_PATH), ("/api/v1/operations", "/api/v1/boards"));
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    for (method, path) in [
        ("POST", OPERATIONS_PATH.to_owned()),
        ("POST", BOARDS_PATH.to_owned()),
        ("GET", format!("{BOARDS_PATH}/nowhere")),
    ] {
        let reply = Request::new(process.address, method, &path).send().await;
        assert_eq!(reply.header("content-type"), "application/json", "{path}: {reply:?}");
    }
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
    let board = editor.subscribe("this-machine").await;
    let counter = board.get(&"counter".parse::<WidgetId>().expect("a name"));
    assert!(counter.expect("it is there").removed.is_none());
}

#[tokio::test]
async fn too_many_operations_at_once_are_refused_by_number() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let editor = Editor::enter(process.address).await;
    let client = ClientId(7);
    let withdrawal = |sequence| PushItem::Withdraw {
        id: OperationId { client, sequence },
        board: "deck".parse().expect("a name"),
        made_at: Cursor::ORIGIN,
        base: None,
    };
    let push = |len| editor.author.push((1..=len as u64).map(withdrawal).collect());
    let (status, body) = post(&process, &push(IN_FLIGHT_LEN_MAX + 1)).await;
    assert_eq!((status, &body["data"]["code"]), (413, &json!("too_large")), "{body}");
    let message = body["message"].as_str().unwrap_or_default();
    assert!(
        message.contains(&IN_FLIGHT_LEN_MAX.to_string()) && message.contains("send fewer"),
        "{body}"
    );
    let (status, body) = post(&process, &push(IN_FLIGHT_LEN_MAX)).await;
    assert_eq!((status, body.as_array().map(Vec::len)), (200, Some(IN_FLIGHT_LEN_MAX)));
}

#[tokio::test]
async fn a_request_that_is_none_is_refused_with_a_message_and_changes_nothing() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let subscribe = "{\"subscribe\":{\"board\":\"deck\",\"request\":1}}";
    let refused = [
        (400, "malformed", "{\"push\":".to_owned()),
        (400, "malformed", "{\"push\":{\"items\":[]}}".to_owned()),
        (400, "malformed", "{\"pull\":1}".to_owned()),
        (400, "malformed", subscribe.to_owned()),
        (
            413,
            "too_large",
            format!("{{\"push\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX)),
        ),
    ];
    for (status, code, body) in refused {
        let head: String = body.chars().take(40).collect();
        let request = Request::new(process.address, "POST", OPERATIONS_PATH);
        let reply = request.text("application/json", &body).send().await;
        assert_eq!(reply.status, status, "{head}: {reply:?}");
        let refusal: Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!(refusal["code"], json!(code), "{head}: {refusal}");
        assert!(
            refusal["message"]
                .as_str()
                .is_some_and(|message| message.contains("Nothing was changed")),
            "{head}: {refusal}"
        );
    }
}

#[tokio::test]
async fn an_answer_stays_within_a_mebibyte_and_the_rest_is_answered_when_it_is_asked_for() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let mut first = Editor::enter(process.address).await;
    let mut late = Editor::enter(process.address).await;
    first.subscribe("this-machine").await;
    late.subscribe("this-machine").await;
    let set = |text: String| Intent::Set {
        field: "item-1".parse().expect("a name"),
        value: json!(text),
    };
    let theirs = "x".repeat(VALUE_BYTES_MAX - 2);
    first.edit("this-machine", "checklist", set(theirs)).await;
    let edits = (0..400).map(|number| ("this-machine", "checklist", set(number.to_string())));
    let items = late.items(edits.collect());
    let (mut waiting, mut conflicts) = (items.clone(), Vec::new());
    while !waiting.is_empty() {
        let (status, body) = post(&process, &late.author.push(waiting.clone())).await;
        assert_eq!(status, 200, "{body}");
        assert!(body.to_string().len() < 1_024 * 1_024, "{}", body.to_string().len());
        let answers: Vec<Answered> = serde_json::from_value(body).expect("answers");
        let before = conflicts.len();
        for Answered { id, answer } in answers {
            match answer {
                Answer::Verdict {
                    verdict: Verdict::Conflict { .. },
                    duplicate: false,
                } => conflicts.push(id),
                Answer::Retry { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(conflicts.len() > before, "each time some are decided");
        waiting.drain(..conflicts.len() - before);
    }
    assert!(items.iter().map(PushItem::id).eq(conflicts), "each once, in order");
}

#[tokio::test]
async fn a_board_too_large_for_one_piece_is_given_on_a_socket_only() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let mut editor = Editor::enter(process.address).await;
    editor.subscribe("this-machine").await;
    let fields = (0..3).map(|number| {
        let name = format!("item-{number}").parse().expect("a name");
        (name, json!("x".repeat(14_000)))
    });
    let create = Intent::Create {
        kind: "checklist".parse().expect("a name"),
        fields: fields.collect(),
    };
    let path = "/api/v1/boards/this-machine";
    let widgets = DOCUMENT_BYTES_MAX / 43_000;
    for number in 0..=widgets {
        if number == widgets - 5 {
            assert_eq!(Request::new(process.address, "GET", path).send().await.status, 200);
        }
        editor
            .edit("this-machine", &format!("w-{number}"), create.clone())
            .await;
    }
    let reply = Request::new(process.address, "GET", path).send().await;
    assert_eq!(reply.status, 413, "{} bytes", reply.body.len());
    let body: Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(body["data"]["code"], json!("too_large"));
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|message| message.contains("Open a socket")),
        "{body}"
    );
    assert!(editor.subscribe("this-machine").await.len() > widgets);
}

fn subscription(board: &str, cursor: Option<Cursor>, undecided: Vec<Undecided>) -> Subscribe {
    Subscribe {
        board: board.parse().expect("a name"),
        request: 7,
        cursor,
        hash: None,
        undecided,
        more: false,
    }
}

/// A board by request.
async fn read(process: &Process, board: &str, cursor: Option<Cursor>, undecided: Vec<Undecided>) -> Document {
    let (status, body) = subscribe(process, &subscription(board, cursor, undecided)).await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_value(body).expect("a board")
}

async fn subscribe(process: &Process, subscribe: &Subscribe) -> (u16, Value) {
    let request = Request::new(process.address, "POST", BOARDS_PATH);
    let reply = request.json(&json!({ "subscribe": subscribe })).send().await;
    let body = serde_json::from_str(&reply.body);
    (
        reply.status,
        body.unwrap_or_else(|_| panic!("not JSON: {}", reply.body)),
    )
}

/// Operations by request: the status, and the answer or the refusal.
async fn post(process: &Process, push: &Push) -> (u16, Value) {
    let request = Request::new(process.address, "POST", OPERATIONS_PATH);
    let reply = request.json(&json!({ "push": push })).send().await;
    let body = serde_json::from_str(&reply.body);
    (
        reply.status,
        body.unwrap_or_else(|_| panic!("not JSON: {}", reply.body)),
    )
}

#[tokio::test]
async fn a_closed_server_says_that_it_is() {
    let server = Server::open(ServerConfig::local()).expect("the store opens");
    assert!(server.is_ready());
    server.close().await;
    assert!(!server.is_ready());
    let identity = Identity {
        principal: "local".parse().expect("a name"),
        access: Access::Edit,
    };
    let read = server
        .subscribe(identity, subscription("this-machine", None, Vec::new()))
        .await;
    assert_eq!(read, Err(ReadError::Ended));
}
