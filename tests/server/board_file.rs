//! A board as a file.

use serde_json::{Value, json};
use tideboard::{board::BoardFile, protocol::Intent, server::ServerConfig};

use crate::{
    editor::Editor,
    harness::{EDIT, Folder, Process, Request, TestServer, VIEW},
    webhooks::{add, post},
};

const FILE: &str = "/api/v1/boards/this-machine/file";

#[tokio::test]
async fn a_board_is_given_as_a_file_that_a_page_reads() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    editor.edit("this-machine", "counter", Intent::Remove).await;
    add(
        &server,
        "first",
        "note",
        json!({"title": "First", "text": "a\n\"b\"", "order": -1e6}),
    )
    .await;
    // Its people call it otherwise than it was first called.
    let entry = "/api/v1/boards/boards/widgets/this-machine/fields/name";
    assert_eq!(post(&server, entry, "\"Engine room; x=\\\"1\"").await.0, 200);

    let reply = server.get(FILE).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"Engine-room-x-1.board.json\""
    );
    assert_eq!(reply.header("cache-control"), "no-store");
    let file: Value = serde_json::from_str(&reply.body).expect("JSON");
    assert_eq!(
        (&file["tideboard"], &file["name"]),
        (&json!(1), &json!("Engine room; x=\"1"))
    );
    assert_eq!(
        file["widgets"][0],
        json!({"kind": "note", "fields": {"title": "First", "text": "a\n\"b\""}})
    );
    let kinds: Vec<&str> = file["widgets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|widget| widget["kind"].as_str())
        .collect();
    assert!(kinds.contains(&"setpoint") && !kinds.contains(&"counter"), "{kinds:?}");
    for hidden in ["writer", "revision", "operation", "local", "\"first\""] {
        assert!(!reply.body.contains(hidden), "{hidden} in {}", reply.body);
    }
    let read = BoardFile::read(&reply.body).expect("a board file");
    assert_eq!(read.widgets.len(), kinds.len());
}

#[tokio::test]
async fn what_is_no_board_is_no_file() {
    let server = TestServer::start(ServerConfig::local()).await;
    for (path, status, error, told) in [
        (
            "/api/v1/boards/this-machin/file",
            404,
            "unknown_board",
            "mean `this-machine`",
        ),
        (
            "/api/v1/boards/boards/file",
            404,
            "unknown_board",
            "Boards: this-machine",
        ),
        (
            "/api/v1/boards/.refusals/file",
            404,
            "unknown_board",
            "Boards: this-machine",
        ),
        ("/api/v1/boards/a%20b/file", 404, "unknown_board", "no board"),
        ("/api/v1/boards/%ff/file", 400, "no_path", "can’t be read"),
    ] {
        let reply = server.get(path).await;
        let answer: Value = serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
        assert_eq!(
            (reply.status, &answer["error"]),
            (status, &json!(error)),
            "{path}: {answer}"
        );
        assert!(
            answer["do"].as_str().is_some_and(|help| help.contains(told)),
            "{path}: {answer}"
        );
    }
    assert_eq!(server.request("POST", FILE).form("").send().await.status, 405);
}

#[tokio::test]
async fn whoever_may_watch_takes_a_board_away_and_a_stranger_does_not() {
    let (server, _clock) = TestServer::with_tokens().await;
    for (token, status) in [(EDIT, 200), (VIEW, 200), ("wrong-0123456789abcdef", 401)] {
        let request = server.request("GET", FILE);
        let reply = request.header("Authorization", &format!("Bearer {token}")).send().await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    assert_eq!(server.get(FILE).await.status, 401);
}

#[tokio::test]
async fn the_real_server_gives_the_file_beside_the_board() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    for path in [FILE, "/api/v1/boards/this-machine"] {
        let reply = Request::new(process.address, "GET", path).send().await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
    }
}
