//! A disk that fails under the real binary: system calls are failed on their way, as a dying or a full disk does.

use std::{collections::HashMap, path::Path};

use tideboard::{
    protocol::{Answer, PushItem, Revision, Verdict},
    server::{ServerConfig, store::FILE_NAME},
};

use crate::{
    durable::{add_one, check, traced},
    editor::Editor,
    harness::{Folder, Process, Request, TestServer, command},
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
