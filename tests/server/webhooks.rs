//! What other programs change with one request.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tideboard::{
    config::{LOG_LEN_MAX, WEBHOOK_LINE_BYTES_MAX},
    protocol::{Effect, FieldName, Intent, WidgetId},
    server::ServerConfig,
};

use crate::{
    editor::{Editor, field},
    harness::{Folder, Process, Reply, Request, TestServer},
};

pub const BOARD: &str = "/api/v1/boards/this-machine/widgets";
pub const COUNT: &str = "/api/v1/boards/this-machine/widgets/counter/fields/count";
const SWITCH: &str = "/api/v1/boards/this-machine/widgets/fan/fields/on";
pub const KEY: &str = "Idempotency-Key";

pub fn said(reply: &Reply) -> (u16, Value) {
    let body = serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
    (reply.status, body)
}

/// Posts as `curl -d` does.
pub async fn post(server: &TestServer, path: &str, body: &str) -> (u16, Value) {
    said(&server.request("POST", path).form(body).send().await)
}

async fn post_as(server: &TestServer, path: &str, kind: &str, body: &str) -> (u16, Value) {
    said(&server.request("POST", path).text(kind, body).send().await)
}

pub async fn post_with_key(server: &TestServer, path: &str, key: &str, body: &str) -> (u16, Value) {
    said(&server.request("POST", path).header(KEY, key).form(body).send().await)
}

async fn value(server: &TestServer, widget: &str, name: &str) -> Value {
    let mut editor = Editor::enter(server.address).await;
    field(&editor.subscribe("this-machine").await, widget, name).clone()
}

/// Puts a widget on the board.
pub async fn add(server: &TestServer, widget: &str, kind: &str, fields: Value) {
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let intent = json!({"create": {"kind": kind, "fields": fields}});
    let intent: Intent = serde_json::from_value(intent).expect("an intent");
    editor.edit("this-machine", widget, intent).await;
}

#[tokio::test]
async fn a_field_is_set_and_everybody_hears_of_it_and_of_who_did() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut reader = Editor::enter(server.address).await;
    reader.subscribe("this-machine").await;
    let path = format!("{BOARD}/setpoint/fields/value");
    let (status, answer) = post(&server, &format!("{path}?name=Thermostat"), "22.5").await;
    assert_eq!((status, &answer["value"]), (200, &json!(22.5)), "{answer}");
    let change = reader.change().await;
    assert_eq!(json!(change.revision), answer["revision"]);
    assert_eq!(
        change.effect,
        Effect::Assigned {
            field: "value".parse().expect("a name"),
            value: json!(22.5)
        }
    );
    assert_eq!(change.writer.principal.as_str(), "local");
    assert_eq!(change.writer.device.as_deref(), Some("Thermostat"));

    let by_header = server.request("POST", &path).header("X-Tideboard-Name", "Rétro");
    assert_eq!(by_header.form("23").send().await.status, 200);
    assert_eq!(reader.change().await.writer.device.as_deref(), Some("Rétro"));
    assert_eq!(post(&server, &path, "24").await.0, 200);
    assert_eq!(reader.change().await.writer.device.as_deref(), Some("webhook"));
}

#[tokio::test]
async fn text_comes_as_it_stands_or_as_json_or_out_of_a_body_that_is_somebody_elses() {
    let server = TestServer::start(ServerConfig::local()).await;
    let state = format!("{BOARD}/status/fields/state");
    assert_eq!(
        post_as(&server, &state, "text/plain; charset=utf-8", "busy\n").await.0,
        200
    );
    assert_eq!(value(&server, "status", "state").await, json!("busy"));
    assert_eq!(post(&server, &state, "\"down\"").await.0, 200);
    assert_eq!(value(&server, "status", "state").await, json!("down"));
    let body = r#"{"alerts": [{"to": "attention"}], "more": {"of": "it"}}"#;
    let (status, answer) = post_as(&server, &format!("{state}?path=/alerts/0/to"), "application/json", body).await;
    assert_eq!((status, &answer["value"]), (200, &json!("attention")), "{answer}");
    let (status, answer) = post_as(&server, &state, "text/plain", "broken").await;
    assert_eq!((status, &answer["error"]), (422, &json!("wrong_type")), "{answer}");
    let (status, answer) = post(&server, &format!("{state}?path=/alerts/1/to"), body).await;
    assert_eq!((status, &answer["error"]), (422, &json!("unfit_body")), "{answer}");
    assert_eq!(value(&server, "status", "state").await, json!("attention"));
}

#[tokio::test]
async fn a_counter_is_added_to_by_what_is_asked_or_what_the_body_says() {
    let server = TestServer::start(ServerConfig::local()).await;
    // Whoever calls sends a body of its own, which says nothing here.
    for (query, body, count) in [
        ("?add=2", "{\"zen\": \"not json", json!(2)),
        ("?add=+3", "", json!(5)),
        ("?add=-1", "", json!(4)),
        ("?add", "6", json!(10)),
        ("?add&path=/commits", "{\"commits\": 7}", json!(17)),
        ("", "1", json!(1)),
    ] {
        let (status, answer) = post(&server, &[COUNT, query].concat(), body).await;
        assert_eq!((status, &answer["value"]), (200, &count), "{query}: {answer}");
    }
    let (status, answer) = post(&server, &format!("{COUNT}?add"), "1.5").await;
    assert_eq!((status, &answer["error"]), (422, &json!("unfit_body")), "{answer}");
    let (status, answer) = post(&server, &format!("{COUNT}?add={}", i64::MAX), "").await;
    assert_eq!((status, &answer["error"]), (422, &json!("overflow")), "{answer}");
    assert_eq!(value(&server, "counter", "count").await, json!(1));
}

#[tokio::test]
async fn with_a_key_a_request_takes_effect_once_however_often_it_comes() {
    let server = TestServer::start(ServerConfig::local()).await;
    let path = format!("{COUNT}?add=1");
    let all = join_all((0..20).map(|_| post_with_key(&server, &path, "6b1f2c1e-0d5b-4b8e", ""))).await;
    let first = all.iter().filter(|(_, answer)| answer.get("duplicate").is_none());
    assert_eq!(first.count(), 1, "{all:?}");
    assert!(
        all.iter()
            .all(|(status, answer)| *status == 200 && answer["revision"] == all[0].1["revision"]),
        "{all:?}"
    );
    assert_eq!(value(&server, "counter", "count").await, json!(1));
    // Each without one is a request of its own.
    assert_eq!(post(&server, &path, "").await.1["value"], json!(2));
    assert_eq!(post(&server, &path, "").await.1["value"], json!(3));
    assert_eq!(
        post_with_key(&server, &path, "another-key", "").await.1["value"],
        json!(4)
    );
}

#[tokio::test]
async fn a_key_holds_through_a_restart_and_for_one_change_only() {
    let data = Folder::new();
    let config = || ServerConfig {
        data: Some(data.path().to_owned()),
        ..ServerConfig::local()
    };
    let path = format!("{COUNT}?add=1");
    let server = TestServer::start(config()).await;
    let (status, first) = post_with_key(&server, &path, "deploy-4711", "").await;
    assert_eq!(status, 200, "{first}");
    server.stop().await;
    let server = TestServer::start(config()).await;
    let (status, again) = post_with_key(&server, &path, "deploy-4711", "").await;
    assert_eq!(status, 200, "{again}");
    assert_eq!(
        (&again["revision"], &again["duplicate"]),
        (&first["revision"], &json!(true))
    );
    for (path, body) in [
        (format!("{COUNT}?add=2"), ""),
        (COUNT.to_owned(), "1"),
        (format!("{BOARD}/setpoint/fields/value"), "1"),
    ] {
        let (status, answer) = post_with_key(&server, &path, "deploy-4711", body).await;
        assert_eq!(
            (status, &answer["error"]),
            (422, &json!("key_used")),
            "{path}: {answer}"
        );
    }
    assert_eq!(value(&server, "counter", "count").await, json!(1));
}

#[tokio::test]
async fn a_refusal_is_the_same_for_the_same_key_and_leaves_nothing_without_one() {
    let server = TestServer::start(ServerConfig::local()).await;
    let path = format!("{BOARD}/setpoint/fields/value");
    let rejected = || server.server.metrics().operations_rejected.get();
    let (status, answer) = post(&server, &path, "1e6").await;
    assert_eq!((status, &answer["error"]), (422, &json!("out_of_range")), "{answer}");
    assert_eq!(rejected(), 0, "nobody can ask for it again");
    let first = post_with_key(&server, &path, "too-warm", "1e6").await;
    assert_eq!((first.0, rejected()), (422, 1));
    // What would be taken by now is what it was.
    assert_eq!(
        post(&server, &format!("{BOARD}/setpoint/fields/max"), "1e7").await.0,
        200
    );
    let again = post_with_key(&server, &path, "too-warm", "1e6").await;
    assert_eq!(
        (again.0, &again.1["revision"], &again.1["duplicate"]),
        (422, &first.1["revision"], &json!(true))
    );
    assert_eq!(post(&server, &path, "1e6").await.0, 200);
}

#[tokio::test]
async fn what_is_now_or_never_says_within_which_time() {
    let server = TestServer::start(ServerConfig::local()).await;
    add(&server, "fan", "switch", json!({"on": false})).await;
    let mut reader = Editor::enter(server.address).await;
    reader.subscribe("this-machine").await;
    let (status, answer) = post(&server, SWITCH, "true").await;
    assert_eq!((status, &answer["error"]), (422, &json!("needs_within")), "{answer}");
    assert!(
        answer["do"].as_str().is_some_and(|help| help.contains("?within=10")),
        "{answer}"
    );
    for within in ["0", "61", "-1", "1.5", "soon", ""] {
        let (status, answer) = post(&server, &format!("{SWITCH}?within={within}"), "true").await;
        assert_eq!(
            (status, &answer["error"]),
            (400, &json!("bad_parameter")),
            "{within}: {answer}"
        );
    }
    let before = server.server.clock().now();
    let (status, answer) = post(&server, &format!("{SWITCH}?within=10"), "true").await;
    assert_eq!((status, &answer["value"]), (200, &json!(true)), "{answer}");
    let deadline = reader.change().await.deadline.expect("it is told who acts on it");
    assert!(deadline.at >= before.plus(10_000) && deadline.at <= server.server.clock().now().plus(10_000));
}

#[tokio::test]
async fn who_says_what_they_have_seen_writes_over_nothing_else() {
    let server = TestServer::start(ServerConfig::local()).await;
    let path = format!("{BOARD}/setpoint/fields/value");
    let revision = post(&server, &path, "20").await.1["revision"].clone();
    let between = post(&server, &format!("{path}?name=Ann"), "21").await.1["revision"].clone();
    let (status, answer) = post(&server, &format!("{path}?seen={revision}"), "22").await;
    assert_eq!((status, &answer["error"]), (409, &json!("conflict")), "{answer}");
    assert_eq!(
        (&answer["base"], &answer["mine"], &answer["contention"]),
        (&json!({"revision": revision}), &json!(22), &json!("ask"))
    );
    let theirs = &answer["theirs"];
    assert_eq!(
        (&theirs["value"], &theirs["revision"], &theirs["by"], &theirs["device"]),
        (&json!(21), &between, &json!("local"), &json!("Ann"))
    );
    assert_eq!(value(&server, "setpoint", "value").await, json!(21));
    let (status, answer) = post(&server, &format!("{path}?seen={between}"), "22").await;
    assert_eq!((status, &answer["value"]), (200, &json!(22)), "{answer}");
    let (status, answer) = post(&server, &format!("{path}?seen=1000000"), "23").await;
    assert_eq!((status, &answer["error"]), (409, &json!("not_seen")), "{answer}");
    // Of a field where the last one wins it is told what was written over.
    let unit = format!("{BOARD}/setpoint/fields/unit");
    post(&server, &unit, "\"K\"").await;
    let (status, answer) = post(&server, &format!("{unit}?seen={between}"), "\"°C\"").await;
    assert_eq!((status, &answer["overwrote"]["value"]), (200, &json!("K")), "{answer}");
}

#[tokio::test]
async fn what_was_removed_is_a_conflict_and_not_changed() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    editor.edit("this-machine", "counter", Intent::Remove).await;
    let (status, answer) = post(&server, &format!("{COUNT}?add=1"), "").await;
    assert_eq!((status, &answer["error"]), (409, &json!("conflict")), "{answer}");
    assert_eq!(answer["contention"], json!("removed"));
    assert_eq!(answer["theirs"]["by"], json!("local"));
    assert_eq!(value(&server, "counter", "count").await, json!(0));
}

/// The lines of a log that are there, in the order of their names, which is that of their coming but within a millisecond.
async fn lines(server: &TestServer, widget: &str) -> Vec<(FieldName, String)> {
    let mut editor = Editor::enter(server.address).await;
    let board = editor.subscribe("this-machine").await;
    let widget = board.get(&widget.parse::<WidgetId>().expect("a name"));
    let fields = widget.expect("it is there").fields.iter();
    let lines = fields.filter(|(name, _)| name.as_str().starts_with("line-"));
    lines
        .filter_map(|(name, field)| Some((name.clone(), field.value.as_str()?.to_owned())))
        .collect()
}

#[tokio::test]
async fn a_line_is_added_to_a_log_as_text_or_out_of_a_body() {
    let server = TestServer::start(ServerConfig::local()).await;
    add(&server, "events", "log", json!({"title": "Events"})).await;
    let path = format!("{BOARD}/events/lines");
    let (status, answer) = post(&server, &path, "Pump 2 is off\r\n").await;
    assert_eq!((status, &answer["value"]), (200, &json!("Pump 2 is off")), "{answer}");
    let name = answer["line"].as_str().expect("its field");
    let now = server.server.clock().now().0;
    let at = u64::from_str_radix(&name["line-".len().."line-".len() + 11], 16).expect("milliseconds");
    assert!(at <= now && now - at < 60_000, "{name} at {now}");

    let body = r#"{"push": {"by": "Ann", "commits": [1, 2]}}"#;
    for (query, kind, body, text) in [
        ("?path=/push/by", "application/json", body, "Ann"),
        ("?path=/push/commits", "text/plain", body, "[1,2]"),
        ("", "application/json; charset=utf-8", "\"as JSON\"", "as JSON"),
        ("", "application/vnd.alert+json", "{\"a\": 1}", "{\"a\":1}"),
        ("", "text/plain", "{\"a\": 1}", "{\"a\": 1}"),
    ] {
        let (status, answer) = post_as(&server, &[&path, query].concat(), kind, body).await;
        assert_eq!(
            (status, &answer["value"]),
            (200, &json!(text)),
            "{query} {kind}: {answer}"
        );
    }
    let long = post(&server, &path, &"x".repeat(5_000)).await.1;
    let cut = long["value"].as_str().expect("what was kept of it");
    assert!(cut.len() == WEBHOOK_LINE_BYTES_MAX && cut.ends_with("x…"), "{cut}");

    let first = post_with_key(&server, &path, "once-only", "Once").await;
    let again = post_with_key(&server, &path, "once-only", "Once").await;
    assert_eq!((first.0, again.0, &again.1["duplicate"]), (200, 200, &json!(true)));
    assert!(
        again.1.get("line").is_none(),
        "which it was then is not known: {}",
        again.1
    );
    let kept = lines(&server, "events").await;
    assert_eq!(kept.iter().filter(|(_, text)| text == "Once").count(), 1);
    assert_eq!(kept.len(), 8);
}

#[tokio::test]
async fn a_log_that_is_full_takes_one_more_line_for_its_oldest() {
    let server = TestServer::start(ServerConfig::local()).await;
    for (widget, padding, kept_max) in [("short", "", LOG_LEN_MAX), ("long", &"x".repeat(900) as &str, 40)] {
        add(&server, widget, "log", json!({})).await;
        let len = 2 * LOG_LEN_MAX;
        for number in 0..len {
            let line = format!("{number:03} {padding}");
            let (status, answer) = post(&server, &format!("{BOARD}/{widget}/lines"), &line).await;
            assert_eq!(status, 200, "{widget} {number}: {answer}");
        }
        let kept = lines(&server, widget).await;
        let numbers: Vec<usize> = kept
            .iter()
            .map(|(_, text)| text[..3].parse().expect("its number"))
            .collect();
        assert!((20..=kept_max).contains(&numbers.len()), "{widget}: {numbers:?}");
        let newest: Vec<usize> = (len - numbers.len()..len).collect();
        assert_eq!(numbers, newest, "{widget}: the oldest are gone, and no other");
    }
}

#[tokio::test]
async fn the_real_server_has_these_routes_beside_those_of_its_pages() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    let reply = Request::new(process.address, "POST", &format!("{COUNT}?add=1"))
        .form("")
        .send()
        .await;
    assert_eq!(said(&reply).1["value"], json!(1), "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    let document = Request::new(process.address, "GET", "/api/v1/boards/this-machine")
        .send()
        .await;
    assert_eq!(document.status, 200, "{document:?}");
}
