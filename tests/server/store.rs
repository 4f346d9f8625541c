//! The store's bad days: whatever is wrong is said, with what to do, and what lies there is left as it is.

use std::{fs, path::Path};

use rusqlite::Connection;
use serde_json::json;
use tideboard::{
    protocol::{Answer, Intent, Verdict},
    server::{ServerConfig, store::FILE_NAME},
};

use crate::{
    editor::{Editor, field},
    harness::{Folder, Process, TestServer, command},
    process::failure,
};

#[tokio::test]
async fn two_servers_do_not_share_a_folder() {
    let data = Folder::new();
    let first = Process::start(data.path(), &[]);
    let message = failure(&mut command(data.path(), &[]));
    assert!(
        message.contains("in use by another Tideboard") && message.contains("--data"),
        "{message}"
    );
    Editor::enter(first.address).await.subscribe("this-machine").await;
}

#[test]
fn a_file_of_another_program_is_refused_and_left_as_it_is() {
    let data = Folder::new();
    refuses(data.path(), "not a Tideboard database", |file| {
        fs::write(file, "my diary").expect("it can be written")
    });
    let data = Folder::new();
    refuses(data.path(), "not a Tideboard database", |file| {
        let other = Connection::open(file).expect("SQLite makes it");
        other
            .execute_batch("CREATE TABLE diary (entry TEXT)")
            .expect("SQLite fills it");
    });
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let data = used().await;
    refuses(data.path(), "newer Tideboard", |file| {
        let store = Connection::open(file).expect("it is a database");
        store
            .pragma_update(None, "user_version", 99)
            .expect("it takes a version");
        store
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("it is alone");
    });
}

#[tokio::test]
async fn a_damaged_database_is_refused_and_left_as_it_is() {
    let data = used().await;
    refuses(data.path(), "damaged", |file| {
        let mut bytes = fs::read(file).expect("it is there");
        for page in bytes.chunks_mut(4_096).skip(1) {
            page[..64].fill(0xa5);
        }
        fs::write(file, bytes).expect("it can be written");
    });
}

#[tokio::test]
async fn a_database_that_was_cut_short_is_refused_and_left_as_it_is() {
    let data = used().await;
    refuses(data.path(), "damaged", |file| {
        let bytes = fs::read(file).expect("it is there");
        fs::write(file, &bytes[..bytes.len() / 2]).expect("it can be written");
    });
}

#[tokio::test]
async fn a_database_with_a_record_missing_is_refused_and_left_as_it_is() {
    let data = used().await;
    refuses(data.path(), "damaged", |file| {
        let store = Connection::open(file).expect("it is a database");
        store
            .execute_batch("DELETE FROM snapshots")
            .expect("a snapshot would hide it");
        let gone = store.execute("DELETE FROM records WHERE board = 'this-machine' AND sequence = 2", []);
        assert_eq!(gone.expect("records are there"), 1);
        store
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .expect("it is alone");
    });
}

#[tokio::test]
async fn a_full_disk_loses_nothing_refuses_nothing_for_ever_and_leaves_boards_readable() {
    let data = Folder::new();
    let config = |store_bytes_max| ServerConfig {
        data: Some(data.path().to_owned()),
        store_bytes_max,
        ..ServerConfig::local()
    };
    let server = TestServer::start(config(200 * 1_024)).await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    let mut written = 0;
    let reason = loop {
        let text = format!("{written} {}", "x".repeat(8_000));
        match editor.edit("this-machine", "note", set("title", &text)).await {
            Answer::Verdict {
                verdict: Verdict::Applied { .. },
                ..
            } => written += 1,
            Answer::Retry { reason, .. } => break reason,
            other => panic!("{other:?}"),
        }
    };
    assert!(
        written > 0 && reason.contains("wait safely") && reason.contains("free space"),
        "{written}: {reason}"
    );
    let last = format!("{} {}", written - 1, "x".repeat(8_000));
    let mut reader = Editor::enter(server.address).await;
    assert_eq!(
        field(&reader.subscribe("this-machine").await, "note", "title"),
        &json!(last),
        "what was refused is not shown"
    );
    server.stop().await;

    let server = TestServer::start(config(1_024 * 1_024)).await;
    let mut editor = Editor::enter(server.address).await;
    assert_eq!(
        field(&editor.subscribe("this-machine").await, "note", "title"),
        &json!(last)
    );
    let answer = editor
        .edit("this-machine", "note", set("title", "there is room again"))
        .await;
    assert!(
        matches!(
            answer,
            Answer::Verdict {
                verdict: Verdict::Applied { .. },
                ..
            }
        ),
        "{answer:?}"
    );
}

/// A folder whose server has been used and has ended: three records on the first board.
async fn used() -> Folder {
    let data = Folder::new();
    let server = TestServer::start(ServerConfig {
        data: Some(data.path().to_owned()),
        ..ServerConfig::local()
    })
    .await;
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe("this-machine").await;
    for text in ["one", "two"] {
        editor.edit("this-machine", "note", set("title", text)).await;
    }
    server.stop().await;
    data
}

/// The server does not start on what `harm` leaves behind, says `because`, and changes no byte of it.
fn refuses(data: &Path, because: &str, harm: impl FnOnce(&Path)) {
    let file = data.join(FILE_NAME);
    harm(&file);
    let before = fs::read(&file).expect("it is there");
    let message = failure(&mut command(data, &[]));
    assert!(
        message.contains(because) && message.contains("left as it is"),
        "{message}"
    );
    assert!(fs::read(&file).expect("it is there") == before, "the file was changed");
}

fn set(field: &str, value: &str) -> Intent {
    Intent::Set {
        field: field.parse().expect("a name"),
        value: json!(value),
    }
}
