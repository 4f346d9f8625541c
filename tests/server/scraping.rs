//! What the server takes from exporters.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tideboard::{
    config::{SCRAPE_BYTES_MAX, SERIES_LEN_MAX},
    protocol::ServerFrame,
    server::{ServerConfig, sources::scrape::Scraping},
};

use crate::{
    editor::Editor,
    harness::{Folder, PATIENCE, Process, Request, TestServer, command},
    responder::Responder,
};

/// A server that scrapes these as often as it can.
async fn scraping(exporters: &[&str]) -> TestServer {
    let exporters = exporters.iter().map(|text| text.parse().expect("an exporter"));
    let scraping = Scraping {
        exporters: exporters.collect(),
        every: Duration::from_millis(20),
    };
    TestServer::start(ServerConfig {
        scraping,
        ..ServerConfig::local()
    })
    .await
}

/// Waits until the series has this value.
async fn shown(editor: &mut Editor, series: &str, value: Value) {
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Samples(frame) => {
            let found = frame.series.iter().find(|found| found.name == series)?;
            (found.points.last()?.1 == value).then_some(())
        }
        _ => None,
    };
    editor.find(told).await;
}

/// Waits for something that the server comes to.
async fn until(mut seen: impl FnMut() -> bool) {
    let waiting = async {
        while !seen() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("it comes to that");
}

#[tokio::test]
async fn two_exporters_with_the_same_metrics_are_told_apart_by_their_names() {
    let (one, other) = (
        Responder::start("# TYPE up gauge\nup{job=\"pump\"} 1\n"),
        Responder::start("up{job=\"pump\"} 2"),
    );
    let server = scraping(&[&one.url(), &format!("db={}", other.url())]).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["up{job=\"pump\"}", "db.up{job=\"pump\"}"]).await;
    shown(&mut editor, "up{job=\"pump\"}", json!(1.0)).await;
    shown(&mut editor, "db.up{job=\"pump\"}", json!(2.0)).await;
    other.tell(b"up{job=\"pump\"} 3\n");
    shown(&mut editor, "db.up{job=\"pump\"}", json!(3.0)).await;
}

#[tokio::test]
async fn bad_lines_are_counted_and_good_ones_taken_whatever_is_in_them() {
    let exporter = Responder::start("");
    let mut text = Vec::new();
    for byte in 0..=u8::MAX {
        text.extend([b"fuel", &[byte][..], b" 1\nfuel{a=\"", &[byte], b"\"} 1\n"].concat());
    }
    exporter.tell(&[&text[..], b"host.cpu 1\nlast 5"].concat());
    let server = scraping(&[&exporter.url()]).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["last", "fuel*"]).await;
    shown(&mut editor, "fuel{a=\"=\"}", json!(1.0)).await;
    shown(&mut editor, "last", json!(5.0)).await;
    let metrics = server.server.metrics();
    // At least those 128 that are not UTF-8, in both places.
    until(|| metrics.samples_refused.get() > 256 && metrics.samples_taken.get() > 128).await;
    assert_eq!(metrics.scrapes_failed.get(), 0);
    let told = server.get("/metrics").await.body;
    assert!(told.contains("tideboard_scrapes_failed_total 0"), "{told}");
}

#[tokio::test]
async fn an_answer_that_is_none_fails_and_does_no_harm() {
    let exporter = Responder::start("before 1\n");
    let server = scraping(&[&exporter.url()]).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["before", "between", "after"]).await;
    shown(&mut editor, "before", json!(1.0)).await;
    let failed = || server.server.metrics().scrapes_failed.get();
    let comment = format!("# {}\n", "x".repeat(1_000));
    let answers = [
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_vec(),
        format!(
            "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
            exporter.url()
        )
        .into_bytes(),
        b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>\nSign in".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbetween 4\nbetween 5".to_vec(),
        b"no HTTP at all".to_vec(),
        Vec::new(),
        [
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
            comment.repeat(SCRAPE_BYTES_MAX / comment.len() + 2).as_bytes(),
        ]
        .concat(),
    ];
    for (at, answer) in answers.iter().enumerate() {
        let before = failed();
        exporter.say(answer);
        until(|| failed() > before).await;
        exporter.tell(format!("after {at}\n").as_bytes());
        shown(&mut editor, "after", json!(at as f64)).await;
    }
    // Of an answer that broke off its whole lines count, and the half one does not.
    exporter.say(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbetween 6\nbetween 7");
    shown(&mut editor, "between", json!(6.0)).await;
}

#[tokio::test]
async fn past_the_limit_of_series_it_is_as_with_posts() {
    let text: String = (0..SERIES_LEN_MAX).map(|number| format!("s{number} 1\n")).collect();
    let exporter = Responder::start(&format!("{text}one_too_many 1\n"));
    let server = scraping(&[&exporter.url()]).await;
    until(|| server.server.metrics().samples_refused.get() > 0).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["s0"]).await;
    shown(&mut editor, "s0", json!(1.0)).await;
    assert_eq!(server.server.metrics().scrapes_failed.get(), 0);
}

#[tokio::test]
async fn an_exporter_that_goes_and_comes_back_is_said_once_each_and_its_secrets_never() {
    let mut exporter = Responder::start("fuel 1\n");
    let (address, data) = (exporter.address, Folder::new());
    let url = format!("tank=http://me:hush@{address}/metrics?key=hush");
    let mut command = command(data.path(), &["--scrape", &url, "--scrape-every", "1"]);
    // As much as it can say, which is more than a pipe holds.
    let log = data.path().join("log");
    let file = std::fs::File::create(&log).expect("the folder is there");
    let (mut process, _) = Process::spawn(command.env("RUST_LOG", "debug").stderr(file));
    let count = async |name: &str| {
        let metrics = Request::new(process.address, "GET", "/metrics").send().await.body;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        line.unwrap_or_else(|| panic!("no {name}: {metrics}"))
    };
    let wait = async |name: &str, more_than: u64| while count(name).await <= more_than {};
    wait("tideboard_samples_taken_total ", 0).await;
    let first = exporter.asked(1).remove(0);
    let asked = first.head;
    assert!(
        asked.contains(&"GET /metrics?key=hush HTTP/1.1".to_owned()),
        "{asked:?}"
    );
    assert!(
        asked.contains(&"authorization: Basic bWU6aHVzaA==".to_owned()),
        "{asked:?}"
    );
    assert_eq!(first.body, "");
    exporter.stop();
    wait("tideboard_scrapes_failed_total ", 1).await;
    let exporter = Responder::start_at(address, "fuel 2\n");
    let taken = count("tideboard_samples_taken_total ").await;
    wait("tideboard_samples_taken_total ", taken).await;
    drop(exporter);
    process.signal("INT");
    let status = process.child.wait().expect("it was started");
    let log = std::fs::read_to_string(&log).expect("its log is text");
    assert_eq!(status.code(), Some(0), "{log}");
    let said = |part: &str| log.lines().filter(|line| line.contains(part)).count();
    let place = format!("tank, http://{address}/metrics");
    assert_eq!(said(&format!("no metrics from {place}: ")), 1, "{log}");
    assert_eq!(said(&format!("metrics come from {place} again")), 1, "{log}");
    assert!(!log.contains("hush") && !log.contains("bWU6"), "{log}");
}

/// Debian's exporter of a machine, on a free port. Killed when dropped.
struct NodeExporter {
    child: Child,
    address: String,
}

impl NodeExporter {
    fn start() -> Self {
        let mut command = Command::new("prometheus-node-exporter");
        command.arg("--web.listen-address=127.0.0.1:0");
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child =
            spawned.expect("Debian's `prometheus-node-exporter` is installed: `cargo xtask test` sees to that");
        let log = BufReader::new(child.stderr.take().expect("its log is piped"));
        let mut said = log.lines().map(|line| line.expect("its log is text"));
        let address = said.find_map(|line| {
            let (_, address) = line.contains("Listening on").then(|| line.split_once("address="))??;
            Some(address.trim().to_owned())
        });
        let address = address.expect("it says where it listens");
        // What it says from now on is read, or it would wait for that.
        std::thread::spawn(move || said.count());
        Self { child, address }
    }
}

impl Drop for NodeExporter {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_exporter_that_debian_has_is_taken_whole() {
    let exporter = NodeExporter::start();
    let server = scraping(&[&format!("http://{}/metrics", exporter.address)]).await;
    let mut editor = Editor::enter(server.address).await;
    let labelled = "node_scrape_collector_success{collector=\"loadavg\"}";
    editor.watch(&["node_load1", labelled, "node_cpu_seconds_total*"]).await;
    shown(&mut editor, labelled, json!(1.0)).await;
    let told = |frame: &ServerFrame| match frame {
        ServerFrame::Samples(frame) => {
            let named = |name: &str| {
                frame
                    .series
                    .iter()
                    .find(|found| found.name == name)?
                    .points
                    .last()?
                    .1
                    .as_f64()
            };
            Some((
                named("node_load1")?,
                named("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"}")?,
            ))
        }
        _ => None,
    };
    let (load, idle) = editor.find(told).await;
    assert!(load >= 0.0 && idle > 0.0, "{load} {idle}");
    let metrics = server.server.metrics();
    until(|| metrics.scrapes.get() > 1).await;
    assert!(metrics.samples_taken.get() > 100);
    assert_eq!((metrics.samples_refused.get(), metrics.scrapes_failed.get()), (0, 0));
}
