//! Coming back: who has missed a few changes is told them from memory.

use tideboard::protocol::{Cursor, ServerFrame};

use crate::{
    durable::add_one,
    editor::Editor,
    harness::{Folder, Process, Request},
};

const BOARD: &str = "this-machine";

#[tokio::test]
async fn a_start_reads_its_boards_and_nobody_who_comes_back_makes_it_read_them_again() {
    let data = Folder::new();
    let process = Process::start(data.path(), &[]);
    Editor::enter(process.address)
        .await
        .edit(BOARD, "counter", add_one())
        .await;
    process.signal("KILL");
    process.end();

    let process = Process::start(data.path(), &[]);
    let at_its_start = reads(&process).await;
    assert!(at_its_start > 0, "it has read what it knows");
    let seen = come_back(&process, None).await;
    Editor::enter(process.address)
        .await
        .edit(BOARD, "counter", add_one())
        .await;
    let seen_since = come_back(&process, Some(seen)).await;
    assert_eq!(seen_since.revision.0, seen.revision.0 + 1);
    assert_eq!(reads(&process).await, at_its_start);
}

/// Subscribes, hears what there is to catch up with, and gives how far that leads.
async fn come_back(process: &Process, cursor: Option<Cursor>) -> Cursor {
    let mut editor = Editor::enter(process.address).await;
    editor.ask_for(BOARD, cursor).await;
    loop {
        match editor.receive().await {
            ServerFrame::Changes(changes) => return changes.to,
            ServerFrame::Patch(patch) if patch.last => return patch.to,
            _ => {}
        }
    }
}

async fn reads(process: &Process) -> u64 {
    let metrics = Request::new(process.address, "GET", "/metrics").send().await.body;
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("tideboard_store_reads_total "));
    line.and_then(|value| value.parse().ok()).expect("it is counted")
}
