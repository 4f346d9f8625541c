//! Boards over real sockets: what is pushed is decided, kept, told to the others, and found again.

use serde_json::json;
use tideboard::{
    protocol::{Answer, Intent, ServerFrame, Value, Verdict},
    server::ServerConfig,
};

use crate::{
    editor::{Editor, field},
    harness::{Folder, TestServer},
};

#[tokio::test]
async fn a_new_server_has_this_machines_board_in_its_directory() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    let directory = editor.subscribe("boards").await;
    let entry: Vec<&str> = directory.keys().map(|id| id.as_str()).collect();
    assert_eq!(entry, ["this-machine"]);
    let board = editor.subscribe("this-machine").await;
    assert_eq!(field(&board, "counter", "count"), &json!(0));
    assert_eq!(field(&board, "cores-series", "series"), &json!(["host.cpu.*"]));
}

#[tokio::test]
async fn an_edit_is_answered_and_told_to_everyone_on_the_board() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut writer = Editor::enter(server.address).await;
    let mut reader = Editor::enter(server.address).await;
    writer.subscribe("this-machine").await;
    reader.subscribe("this-machine").await;
    let id = writer.push(vec![("this-machine", "counter", add("count", 2))]).await[0];
    let verdicts = writer.verdicts(1).await;
    assert!(matches!(
        &verdicts[&id],
        Answer::Verdict {
            verdict: Verdict::Applied { .. },
            duplicate: false
        }
    ));
    let change = reader.change().await;
    assert_eq!(change.id, id);
    assert_eq!(change.writer.principal.as_str(), "local");
    let metrics = server.get("/metrics").await.body;
    let value = |name: &str| -> f64 {
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} in {metrics}"))
            .parse()
            .expect("a number")
    };
    // The first board was made by operations too.
    assert!(value("tideboard_operations_applied_total") > 20.0);
    assert!(value("tideboard_commit_seconds_count") >= 2.0 && value("tideboard_commit_seconds_sum") > 0.0);
    assert!(value("tideboard_frames_sent_total") >= 6.0 && value("tideboard_bytes_sent_total") > 1_000.0);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart_and_a_resend_gets_its_first_verdict() {
    let data = Folder::new();
    let config = || ServerConfig {
        data: Some(data.path().to_owned()),
        ..ServerConfig::local()
    };
    let server = TestServer::start(config()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let items = editor.items(vec![("this-machine", "counter", add("count", 5))]);
    let id = items[0].id();
    editor.push_items(items.clone()).await;
    let first = editor.verdicts(1).await.remove(&id).expect("its answer");
    server.stop().await;

    let server = TestServer::start(config()).await;
    let mut editor = Editor::enter(server.address).await;
    assert_eq!(
        field(&editor.subscribe("this-machine").await, "counter", "count"),
        &json!(5)
    );
    editor.push_items(items).await;
    let again = editor.verdicts(1).await.remove(&id).expect("its answer");
    let (
        Answer::Verdict { verdict: first, .. },
        Answer::Verdict {
            verdict: again,
            duplicate: true,
        },
    ) = (first, again)
    else {
        panic!("the same verdict, marked as a duplicate")
    };
    assert_eq!(first, again);
}

#[tokio::test]
async fn samples_of_this_machine_come_at_once_and_go_on() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = Editor::enter(server.address).await;
    editor.watch(&["host.cpu", "host.memory.*"]).await;
    let ServerFrame::Samples(past) = editor.receive().await else {
        panic!("the past comes first")
    };
    assert_eq!(past.interval_ms, 1_000);
    let ServerFrame::Samples(now) = editor.receive().await else {
        panic!("then the present")
    };
    let names: Vec<&str> = now.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "host.cpu",
            "host.memory.percent",
            "host.memory.total",
            "host.memory.used"
        ]
    );
    assert!(
        now.series
            .iter()
            .all(|series| matches!(&series.points[..], [(_, Value::Number(_))]))
    );
}

fn add(field: &str, amount: i64) -> Intent {
    Intent::Add {
        field: field.parse().expect("a name"),
        amount,
    }
}
