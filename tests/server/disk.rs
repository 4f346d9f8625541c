//! A disk that fails under the real binary: system calls are failed on their way, as a dying or a full disk does.

use std::{collections::HashMap, path::Path};

use tideboard::{
    protocol::{Answer, PushItem, Revision, Verdict},
    server::{ServerConfig, clock::Clock, store::FILE_NAME},
};

use crate::{
    durable::{add_one, check},
    editor::Editor,
    harness::{Folder, Process, Request, TestServer, command},
    process::failure,
    traced::traced,
};

const BOARD: &str = "this-machine";

#[tokio::test]
async fn a_flush_or_a_write_that_fails_ends_the_server_with_what_to_do_and_nothing_acknowledged_is_lost() {
    for fault in ["fsync,fdatasync:error=EIO:when=4", "pwrite64:error=EIO:when=20"] {
        let data = Folder::new();
        let process = failing(data.path(), fault).await;
        let mut editor = Editor::enter(process.address).await;
        editor.subscribe(BOARD).await;
        let mut sent: Vec<PushItem> = Vec::new();
        let mut acknowledged = HashMap::new();
        loop {
            let items = editor.items(vec![(BOARD, "counter", add_one())]);
            sent.extend(items.iter().cloned());
            if !editor.try_push(items).await {
                break;
            }
            let Some(answers) = editor.answers().await else { break };
            let Answer::Verdict {
                verdict: Verdict::Applied { revision, .. },
                ..
            } = answers[0].answer
            else {
                panic!("{fault}: {answers:?}")
            };
            acknowledged.insert(answers[0].id, revision);
            assert!(sent.len() < 200, "{fault}: it did not happen");
        }
        assert!(!acknowledged.is_empty(), "{fault}: it failed before anything was told");
        let (status, log) = process.end();
        assert_eq!(status.code(), Some(1), "{fault}: {log}");
        let said = log.lines().find_map(|line| line.strip_prefix("tideboard: "));
        assert!(
            said.is_some_and(|said| said.contains("the disk failed") && said.contains("start the server again")),
            "{fault}: {log}"
        );
        let process = Process::start(data.path(), &[]);
        check(&process, &sent, &acknowledged).await;
    }
}

#[tokio::test]
async fn a_full_disk_is_waited_for_and_the_same_edit_applies_when_there_is_room() {
    let data = Folder::new();
    let process = failing(data.path(), "pwrite64:error=ENOSPC:when=20..23").await;
    let mut editor = Editor::enter(process.address).await;
    editor.subscribe(BOARD).await;
    let (mut acknowledged, mut refused) = (Vec::<Revision>::new(), 0);
    while refused == 0 || acknowledged.len() < 10 {
        let items = editor.items(vec![(BOARD, "counter", add_one())]);
        let revision = loop {
            editor.push_items(items.clone()).await;
            match editor.verdicts(1).await.remove(&items[0].id()).expect("its answer") {
                Answer::Verdict {
                    verdict: Verdict::Applied { revision, .. },
                    duplicate: false,
                } => break revision,
                Answer::Retry { reason, .. } => {
                    assert!(
                        reason.contains("wait safely") && reason.contains("free space"),
                        "{reason}"
                    );
                    refused += 1;
                    let ready = Request::new(process.address, "GET", "/readyz").send().await;
                    assert_eq!(ready.status, 200, "it goes on: {ready:?}");
                }
                other => panic!("{other:?}"),
            }
        };
        acknowledged.push(revision);
    }
    assert!(
        acknowledged.is_sorted_by(|earlier, later| earlier.next() == *later),
        "each once, and nothing between: {acknowledged:?}"
    );
}

#[test]
fn a_disk_that_has_no_room_at_the_first_start_or_that_may_not_be_read_is_named_with_what_to_do() {
    let refused = |fault: &str, parts: &[&str]| {
        let data = Folder::new();
        let files = [FILE_NAME.to_owned(), format!("{FILE_NAME}-journal")].map(|name| data.path().join(name));
        let call = format!("trace={}", fault.split(':').next().unwrap_or_default());
        let inject = format!("inject={fault}");
        let mut options = vec!["-e", &call, "-e", &inject, "-o", "/dev/null"];
        for file in &files {
            options.extend(["-P", file.to_str().expect("a path of letters")]);
        }
        let message = failure(&mut traced(&command(data.path(), &[]), &options));
        for part in parts {
            assert!(message.contains(part), "{fault} does not say `{part}`: {message}");
        }
    };
    refused("pwrite64:error=ENOSPC", &["the disk is full", "Make room", "--data"]);
    refused(
        "openat:error=EACCES",
        &["can't open", "right to read and write", "--data"],
    );
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_told_of_and_nothing_comes_of_it() {
    let data = Folder::new();
    let three_days_on = Clock::system().now().plus(3 * 24 * 3_600_000);
    let server = TestServer::start(ServerConfig {
        data: Some(data.path().to_owned()),
        clock: Clock::new(move || three_days_on),
        ..ServerConfig::local()
    })
    .await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe(BOARD).await;
    let sent = editor.items(vec![(BOARD, "counter", add_one())]);
    editor.push_items(sent.clone()).await;
    let answers = editor.verdicts(1).await;
    let Some(Answer::Verdict { verdict, .. }) = answers.get(&sent[0].id()) else {
        panic!("{answers:?}")
    };
    let acknowledged = HashMap::from([(sent[0].id(), verdict.revision())]);
    server.stop().await;

    let process = Process::start(data.path(), &[]);
    check(&process, &sent, &acknowledged).await;
    let mut editor = Editor::enter(process.address).await;
    editor.subscribe(BOARD).await;
    let answer = editor.edit(BOARD, "counter", add_one()).await;
    assert!(
        matches!(&answer, Answer::Verdict { verdict, .. } if verdict.is_applied()),
        "{answer:?}"
    );
    process.signal("TERM");
    let (status, log) = process.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(
        log.contains("clock is behind the newest edit") && log.contains("set right"),
        "{log}"
    );
}

/// A server on a used folder whose `fault`, in `strace`'s words, happens to its write-ahead log: as often as it is told, by
/// the calls of one thread, which is the committer's.
async fn failing(data: &Path, fault: &str) -> Process {
    TestServer::start(ServerConfig {
        data: Some(data.to_owned()),
        ..ServerConfig::local()
    })
    .await
    .stop()
    .await;
    let log = data.join(format!("{FILE_NAME}-wal"));
    let call = format!("trace={}", fault.split(':').next().unwrap_or_default());
    let (log, inject) = (log.to_str().expect("a path of letters"), format!("inject={fault}"));
    let options = ["-P", log, "-e", &call, "-e", &inject, "-o", "/dev/null"];
    Process::spawn(&mut traced(&command(data, &[]), &options)).0
}
