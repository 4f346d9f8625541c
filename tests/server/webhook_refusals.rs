//! What is refused of what other programs ask for: each with a word and with what to do, and nothing is changed.

use serde_json::json;
use tideboard::{
    config::{BODY_BYTES_MAX, SIGN_IN_FAILURES_MAX, WEBHOOK_KEY_LEN_MAX},
    protocol::WidgetId,
    server::ServerConfig,
};

use crate::{
    editor::{Editor, field},
    harness::{EDIT, TestServer, VIEW},
    webhooks::{BOARD, COUNT, KEY, add, post, post_with_key, said},
};

#[tokio::test]
async fn a_name_that_nobody_has_is_told_with_those_that_there_are() {
    let server = TestServer::start(ServerConfig::local()).await;
    for (path, error, told) in [
        (
            "/api/v1/boards/this-machin/widgets/counter/fields/count",
            "unknown_board",
            "mean `this-machine`",
        ),
        (
            "/api/v1/boards/.refusals/widgets/counter/fields/count",
            "unknown_board",
            "Boards: boards",
        ),
        (
            "/api/v1/boards/a%20b/widgets/counter/fields/count",
            "unknown_board",
            "a name is",
        ),
        (
            &format!("{BOARD}/conter/fields/count"),
            "unknown_widget",
            "mean `counter`",
        ),
        (&format!("{BOARD}/nothing/lines"), "unknown_widget", "checklist"),
        (&format!("{BOARD}/counter/fields/cont"), "unknown_field", "mean `count`"),
        (
            &format!("{BOARD}/counter/fields/{}", "x".repeat(65)),
            "unknown_field",
            "a name is",
        ),
        (&format!("{BOARD}/counter/fields/%ff"), "no_path", "can’t be read"),
    ] {
        let (status, answer) = post(&server, path, "1").await;
        let expected = if error == "no_path" { 400 } else { 404 };
        assert_eq!(
            (status, &answer["error"]),
            (expected, &json!(error)),
            "{path}: {answer}"
        );
        assert!(
            answer["do"].as_str().is_some_and(|help| help.contains(told)),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_word_and_changes_nothing() {
    let server = TestServer::start(ServerConfig::local()).await;
    add(&server, "events", "log", json!({})).await;
    let deep = ["[".repeat(200), "]".repeat(200)].concat();
    let deep_fit = ["[".repeat(100), "]".repeat(100)].concat();
    let large = format!("\"{}\"", "x".repeat(BODY_BYTES_MAX));
    let long = format!("\"{}\"", "x".repeat(20_000));
    let note = "note/fields/text";
    for (path, body, status, error) in [
        ("counter/fields/count", "", 400, "no_body"),
        ("counter/fields/count", " \n", 400, "no_body"),
        ("counter/fields/count", "ten", 400, "not_json"),
        ("counter/fields/count", "1 2", 400, "not_json"),
        ("counter/fields/count", "{\"a\":", 400, "not_json"),
        ("counter/fields/count", "NaN", 400, "not_json"),
        ("counter/fields/count", "1e999", 400, "not_json"),
        ("counter/fields/count", &deep, 400, "not_json"),
        ("counter/fields/count", &deep_fit, 422, "too_deep"),
        ("counter/fields/count", "\"1\"", 422, "wrong_type"),
        ("counter/fields/count", "null", 422, "wrong_type"),
        ("counter/fields/count", "18446744073709551615", 422, "wrong_type"),
        ("counter/fields/count?ad=1", "1", 400, "bad_parameter"),
        ("counter/fields/count?add=one", "1", 400, "bad_parameter"),
        (
            "counter/fields/count?add=9223372036854775808",
            "1",
            400,
            "bad_parameter",
        ),
        ("counter/fields/count?add=1&add=1", "1", 400, "bad_parameter"),
        ("counter/fields/count?add=1&seen=1", "1", 400, "bad_parameter"),
        ("counter/fields/count?seen=-1", "1", 400, "bad_parameter"),
        ("counter/fields/count?seen=", "1", 400, "bad_parameter"),
        ("counter/fields/count?path=a", "{\"a\":1}", 400, "bad_parameter"),
        ("counter/fields/count?path=/b", "{\"a\":1}", 422, "unfit_body"),
        ("counter/fields/count?path=/0", "1", 422, "unfit_body"),
        ("setpoint/fields/value?add=1", "", 422, "wrong_type"),
        ("setpoint/fields/title", "\" \"", 422, "wrong_type"),
        (note, &long, 422, "too_large"),
        (note, &large, 413, "too_large"),
        ("cpu/fields/series", "[\"rate of\"]", 422, "wrong_type"),
        ("board/fields/name", "\"\"", 422, "wrong_type"),
        ("note/lines", "a line", 422, "no_log"),
        ("events/lines", " \n\t", 422, "unfit_body"),
        ("events/lines?add=1", "x", 400, "bad_parameter"),
        ("events/lines?within=1", "x", 400, "bad_parameter"),
        ("events/lines?path=/a", "no json", 400, "not_json"),
        ("events/lines?path=/a", "{\"a\":null}", 422, "unfit_body"),
    ] {
        let head: String = body.chars().take(40).collect();
        let (found, answer) = post(&server, &format!("{BOARD}/{path}"), body).await;
        assert_eq!(
            (found, &answer["error"]),
            (status, &json!(error)),
            "{path} {head}: {answer}"
        );
        assert!(
            answer["do"].as_str().is_some_and(|help| help.len() > 20),
            "{path} {head}: {answer}"
        );
    }
    let long = "k".repeat(WEBHOOK_KEY_LEN_MAX + 1);
    for key in ["", "short", "has a space", "ünicode-key", &long] {
        let (status, answer) = post_with_key(&server, COUNT, key, "1").await;
        assert_eq!((status, &answer["error"]), (400, &json!("bad_key")), "{key}: {answer}");
    }
    let two = server
        .request("POST", COUNT)
        .header(KEY, "first-key")
        .header(KEY, "second-key");
    assert_eq!(two.form("1").send().await.status, 400);
    assert_eq!(server.get(COUNT).await.status, 405);

    let mut editor = Editor::enter(server.address).await;
    let board = editor.subscribe("this-machine").await;
    assert_eq!(field(&board, "counter", "count"), &json!(0));
    let events = board.get(&"events".parse::<WidgetId>().expect("a name"));
    assert!(events.expect("it is there").fields.is_empty());
    let metrics = server.server.metrics();
    assert_eq!(metrics.webhooks.get(), metrics.webhooks_refused.get());
    let told = server.get("/metrics").await.body;
    assert!(told.contains("tideboard_webhooks_refused_total 40\n"), "{told}");
}

#[tokio::test]
async fn who_may_only_watch_changes_nothing_and_neither_does_a_stranger() {
    let (server, _clock) = TestServer::with_tokens().await;
    let with = async |token: Option<&str>| {
        let request = server.request("POST", COUNT).form("1");
        let request = match token {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        };
        said(&request.send().await)
    };
    assert_eq!(with(None).await.0, 401);
    let (status, answer) = with(Some(VIEW)).await;
    assert_eq!((status, &answer["error"]), (403, &json!("read_only")), "{answer}");
    assert_eq!(with(Some(EDIT)).await.0, 200);
    let elsewhere = server
        .request("POST", COUNT)
        .header("Origin", "https://elsewhere.example")
        .header("Authorization", &format!("Bearer {EDIT}"));
    assert_eq!(elsewhere.form("2").send().await.status, 403, "a page of another site");
    for _ in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(with(Some("wrong-0123456789abcdef")).await.0, 401);
    }
    assert_eq!(with(Some(EDIT)).await.0, 429, "who guesses waits");
}
