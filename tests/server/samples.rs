//! What machines and scripts post.

use serde_json::{Value, json};
use tideboard::{
    config::{NEW_SERIES, SAMPLE_LINE_BYTES_MAX, SAMPLES_PATH, STRETCHES_LEN_MAX},
    protocol::ServerFrame,
    server::ServerConfig,
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::{
    editor::Editor,
    harness::{EDIT, Folder, Reply, TestServer, VIEW},
};

async fn post(server: &TestServer, body: &str) -> (u16, Value) {
    let reply = server
        .request("POST", SAMPLES_PATH)
        .text("text/plain", body)
        .send()
        .await;
    said(&reply)
}

fn said(reply: &Reply) -> (u16, Value) {
    let body = serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
    (reply.status, body)
}

/// The newest value of a series that is told next.
async fn next(editor: &mut Editor, series: &str) -> Value {
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Samples(frame) => {
            let mut all = frame.series.iter();
            let found = all.find(|found| found.name == series)?;
            Some(found.points.last()?.1.clone())
        }
        _ => None,
    };
    editor.find(told).await
}

#[tokio::test]
async fn good_lines_are_shown_and_bad_ones_told_by_their_number() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["fuel", "up{job=\"pump\"}", "oil"]).await;
    let lines = [
        r#"{"series": "fuel", "value": 12.5}"#,
        "# HELP up Whether it answers.",
        "up{job=\"pump\"} 1",
        "up{job=\"pump\"",
        "",
        r#"{"series": "oil", "value": null}"#,
        r#"{"series": "fuel", "value": "much"}"#,
    ];
    let (status, report) = post(&server, &lines.join("\n")).await;
    assert_eq!(
        (status, &report["taken"], &report["refused"]),
        (200, &json!(3), &json!(2))
    );
    let refused = report["lines"].as_array().expect("a list");
    let numbers: Vec<&Value> = refused.iter().map(|line| &line["line"]).collect();
    assert_eq!(numbers, [&json!(4), &json!(7)]);
    assert!(
        refused[0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("`}`")),
        "{report}"
    );
    assert_eq!(next(&mut editor, "fuel").await, json!(12.5));
    post(&server, "up{job=\"pump\"} 0\r\n").await;
    assert_eq!(next(&mut editor, "up{job=\"pump\"}").await, json!(0.0));
}

#[tokio::test]
async fn a_post_of_nothing_but_bad_lines_has_failed() {
    let server = TestServer::start(ServerConfig::local()).await;
    let long = "x".repeat(3 * SAMPLE_LINE_BYTES_MAX);
    let (status, report) = post(&server, &format!("{long}\nfuel\n")).await;
    assert_eq!(
        (status, &report["taken"], &report["refused"]),
        (400, &json!(0), &json!(2))
    );
    assert!(
        report["lines"][0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("one sample a line"))
    );
    assert_eq!(
        post(&server, "").await,
        (200, json!({"taken": 0, "refused": 0, "lines": []}))
    );
}

#[tokio::test]
async fn half_a_line_is_no_line() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["fuel", "oil"]).await;
    let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
    let head = format!(
        "POST {SAMPLES_PATH} HTTP/1.1\r\nHost: {}\r\nContent-Length: 40\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    stream.write_all(b"oil 7\nfuel 12").await.expect("it reads");
    assert_eq!(
        next(&mut editor, "oil").await,
        json!(7.0),
        "a whole one is read as it comes"
    );
    drop(stream);
    // It was to be 12.5, and comes with the next try.
    while server.server.metrics().samples_taken.get() == 0 {
        tokio::task::yield_now().await;
    }
    post(&server, "fuel 12.5\n").await;
    assert_eq!(next(&mut editor, "fuel").await, json!(12.5));
    assert_eq!(server.server.metrics().samples_taken.get(), 2);
}

#[tokio::test]
async fn many_lines_are_read_as_they_come() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    let now = server.server.clock().now().0;
    let lines = (0..50_000).map(|line| format!("tank{{number=\"{}\"}} {line} {}\n", line % 10, now - 60_000 + line));
    let (status, report) = post(&server, &lines.collect::<String>()).await;
    assert_eq!(
        (status, &report["taken"], &report["refused"]),
        (200, &json!(50_000), &json!(0))
    );
    editor.watch(&["tank{number=\"9\"}"]).await;
    assert_eq!(next(&mut editor, "tank{number=\"9\"}").await, json!(49_999.0));
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("tideboard_samples_taken_total 50000"), "{metrics}");
}

#[tokio::test]
async fn what_nobody_shows_yet_is_listed_for_who_may_add_it() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&[NEW_SERIES, "oil"]).await;
    post(&server, "fuel 1\noil 2").await;
    assert_eq!(next(&mut editor, NEW_SERIES).await, json!(["fuel"]));
    let mut other = Editor::enter(server.address).await;
    other.watch(&["fuel"]).await;
    assert_eq!(next(&mut editor, NEW_SERIES).await, json!([]));
}

/// What is told of the last `span` milliseconds: how long a point is, and the count of values in each.
async fn counts(server: &TestServer, series: &str, span: u64) -> (u64, Vec<u64>) {
    let path = format!("{SAMPLES_PATH}?series={series}&span={span}&points=100");
    let (status, told) = said(&server.get(&path).await);
    assert_eq!(status, 200, "{told}");
    let points = told["series"][0]["points"].as_array().cloned().unwrap_or_default();
    let counts = points.iter().filter_map(|point| point[1][4].as_u64());
    (told["interval_ms"].as_u64().expect("a number"), counts.collect())
}

#[tokio::test]
async fn what_was_sent_is_there_after_a_restart_and_a_gap_is_still_one() {
    const HOUR_MS: u64 = 3_600_000;
    let data = Folder::new();
    let on_disk = || ServerConfig {
        data: Some(data.path().into()),
        ..ServerConfig::local()
    };
    let server = TestServer::start(on_disk()).await;
    let now = server.server.clock().now().0;
    // Two stretches with an hour of nothing between them, and a value of just now.
    let old = (0..20).map(|at| now - 3 * HOUR_MS + at * 60_000);
    let late = (0..20).map(|at| now - HOUR_MS + at * 60_000);
    let lines = old.chain(late).chain([now - 1_000]).map(|at| format!("fuel 2 {at}\n"));
    assert_eq!(post(&server, &lines.collect::<String>()).await.0, 200);
    server.stop().await;

    let server = TestServer::start(on_disk()).await;
    let after = counts(&server, "fuel", 4 * HOUR_MS).await;
    assert_eq!((after.0, after.1.iter().sum::<u64>()), (150_000, 41));
    assert!(after.1.len() < 25, "what was not measured has no points: {after:?}");
    assert_eq!(counts(&server, "f*", HOUR_MS / 60).await.1, [1]);
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&[NEW_SERIES, "fuel"]).await;
    assert_eq!(
        next(&mut editor, "fuel").await,
        json!(2.0),
        "its last minutes are told at once"
    );
}

#[tokio::test]
async fn what_is_no_number_is_as_if_it_had_not_been_sent() {
    let server = TestServer::start(ServerConfig::local()).await;
    let now = server.server.clock().now().0;
    let first = now - now % 1_000 - 30_000;
    // Once a second; one is missing, and then ten in a row.
    let is_measured = |second: &u64| ![3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].contains(second);
    let none = ["NaN", "+Inf", "-Inf"];
    let lines = (0..20).map(|second| {
        let value = if is_measured(&second) {
            "5"
        } else {
            none[second as usize % 3]
        };
        format!("fuel {value} {}\n", first + second * 1_000)
    });
    let rest = "nothing NaN\nnothing +Inf\n{\"series\": \"nothing\", \"value\": null}\noil 1\n";
    let (status, report) = post(&server, &(lines.collect::<String>() + rest)).await;
    assert_eq!(
        (status, &report["taken"], &report["refused"]),
        (200, &json!(24), &json!(0))
    );
    let measured: Vec<u64> = (0..20)
        .filter(is_measured)
        .map(|second| first + second * 1_000)
        .collect();

    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["fuel", "nothing", NEW_SERIES]).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Samples(frame) => {
            assert!(frame.series.iter().all(|series| series.name != "nothing"), "{frame:?}");
            let fuel = frame.series.iter().find(|found| found.name == "fuel")?;
            let points = fuel.points.iter().map(|(at, value)| (at.0, value.clone()));
            Some((frame.interval_ms, points.collect::<Vec<_>>()))
        }
        _ => None,
    };
    let live = editor.find(told).await;
    let points = measured.iter().map(|at| (*at, json!(5.0))).collect();
    assert_eq!(
        live,
        (1_000, points),
        "what is missing has no point, by which a chart sees a gap"
    );
    // What was watched just now is no longer new; and of nothing there is nothing to be shown.
    while next(&mut editor, NEW_SERIES).await != json!(["oil"]) {}

    let path = format!("{SAMPLES_PATH}?series=fuel,nothing&span=60000&points=60");
    let (_, past) = said(&server.get(&path).await);
    let instants = |series: usize| -> Vec<u64> {
        let points = past["series"][series]["points"].as_array().into_iter().flatten();
        points.filter_map(|point| point[0].as_u64()).collect()
    };
    assert_eq!((instants(0), instants(1)), (measured, vec![]), "{past}");
    assert_eq!(server.get("/api/v1/series.csv?name=nothing").await.status, 404);
}

#[tokio::test]
async fn more_series_than_are_told_at_once_are_refused_with_what_to_do() {
    let server = TestServer::start(ServerConfig::local()).await;
    let lines = (0..=STRETCHES_LEN_MAX).map(|number| format!("bulk.{number} 1\n"));
    assert_eq!(post(&server, &lines.collect::<String>()).await.0, 200);
    let refused = server.get(&format!("{SAMPLES_PATH}?series=bulk.*&span=1000")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("ask for fewer"), "{}", refused.body);
    assert_eq!(
        server.get(&format!("{SAMPLES_PATH}?series=bulk.1")).await.status,
        400,
        "no span"
    );
}

#[tokio::test]
async fn who_may_only_watch_posts_nothing_and_neither_does_a_stranger() {
    let (server, _clock) = TestServer::with_tokens().await;
    let with = async |token: Option<&str>| {
        let request = server.request("POST", SAMPLES_PATH).text("text/plain", "fuel 1");
        let request = match token {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        };
        request.send().await.status
    };
    assert_eq!(
        [with(None).await, with(Some(VIEW)).await, with(Some(EDIT)).await],
        [401, 403, 200]
    );
    let elsewhere = server
        .request("POST", SAMPLES_PATH)
        .header("Origin", "https://elsewhere.example")
        .header("Authorization", &format!("Bearer {EDIT}"))
        .text("text/plain", "fuel 1");
    assert_eq!(elsewhere.send().await.status, 403, "a page of another site");
}
