//! Durable before told: killed in mid-load, the server has every operation it acknowledged, exactly once; and a system
//! call trace shows the flush before the answer.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::json;
use tideboard::protocol::{Answer, Answered, Intent, OperationId, PushItem, Revision, Verdict};
use tokio::sync::Notify;

use crate::{
    editor::{Editor, field},
    harness::{Folder, Process, command},
    traced::traced,
};

const BOARD: &str = "this-machine";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_mid_load_it_has_every_operation_it_acknowledged_exactly_once() {
    let data = Folder::new();
    let mut sent: Vec<PushItem> = Vec::new();
    let mut acknowledged: HashMap<OperationId, Revision> = HashMap::new();
    for kill_after in KILL_AFTER {
        let process = Process::start(data.path(), &[]);
        check(&process, &sent, &acknowledged).await;
        let seen = Arc::new(Seen::default());
        // All are in before the first one writes: who still greets when the server is killed has nothing to tell.
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(Editor::enter(process.address).await);
        }
        let load = |writer| tokio::spawn(load(writer, Arc::clone(&seen)));
        let loads: Vec<_> = writers.into_iter().map(load).collect();
        while seen.count.load(Ordering::Relaxed) < kill_after {
            seen.grew.notified().await;
        }
        process.signal("KILL");
        for load in loads {
            let (items, verdicts) = load.await.expect("it ends with the server");
            sent.extend(items);
            acknowledged.extend(verdicts);
        }
        process.end();
        assert!(acknowledged.len() >= kill_after);
    }
    let process = Process::start(data.path(), &[]);
    check(&process, &sent, &acknowledged).await;
    assert!(
        acknowledged.len() < sent.len(),
        "some were under way when it was killed"
    );
}

/// Sends everything again: what was acknowledged has the verdict it had, and in the end each took effect once.
pub async fn check(process: &Process, sent: &[PushItem], acknowledged: &HashMap<OperationId, Revision>) {
    let mut editor = Editor::enter(process.address).await;
    editor.subscribe(BOARD).await;
    for items in sent.chunks(64) {
        editor.push_items(items.to_vec()).await;
        for (id, answer) in editor.verdicts(items.len()).await {
            let Answer::Verdict {
                verdict: Verdict::Applied { revision, .. },
                duplicate,
            } = answer
            else {
                panic!("{answer:?}")
            };
            if let Some(first) = acknowledged.get(&id) {
                assert!(
                    duplicate && revision == *first,
                    "{id} was acknowledged at {first}, and is now at {revision}"
                );
            }
        }
    }
    let mut reader = Editor::enter(process.address).await;
    assert_eq!(
        field(&reader.subscribe(BOARD).await, "counter", "count"),
        &json!(sent.len())
    );
}

/// Adds one, over and over, until the server is gone. Gives what it sent, and what was acknowledged.
async fn load(mut editor: Editor, seen: Arc<Seen>) -> (Vec<PushItem>, HashMap<OperationId, Revision>) {
    let (mut sent, mut acknowledged) = (Vec::new(), HashMap::new());
    loop {
        let items = editor.items((0..8).map(|_| (BOARD, "counter", add_one())).collect());
        sent.extend(items.iter().cloned());
        if !editor.try_push(items).await {
            return (sent, acknowledged);
        }
        let Some(answers) = editor.answers().await else {
            return (sent, acknowledged);
        };
        for Answered { id, answer } in answers {
            let Answer::Verdict {
                verdict: Verdict::Applied { revision, .. },
                ..
            } = answer
            else {
                panic!("{answer:?}")
            };
            acknowledged.insert(id, revision);
        }
        seen.count.fetch_add(8, Ordering::Relaxed);
        seen.grew.notify_one();
    }
}

/// Acknowledgements so far, of all writers.
#[derive(Default)]
struct Seen {
    count: AtomicUsize,
    grew: Notify,
}

#[tokio::test]
async fn the_log_is_flushed_before_the_answer_leaves() {
    let data = Folder::new();
    let trace = data.path().join("trace");
    let calls = "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg";
    let into = trace.to_str().expect("a path of letters");
    let options = ["-y", "-s", "96", "-e", calls, "-o", into];
    let process = Process::spawn(&mut traced(&command(data.path(), &[]), &options)).0;
    let mut editor = Editor::enter(process.address).await;
    for _ in 0..20 {
        editor.edit(BOARD, "counter", add_one()).await;
    }
    process.signal("TERM");
    process.end();
    let answers = check_order(&fs::read_to_string(&trace).expect("strace wrote it"));
    assert_eq!(answers, 20);
}

/// Walks through the trace: between an answer and the one before it the write-ahead log was written, and flushed after
/// its last write. Gives the number of answers.
fn check_order(trace: &str) -> usize {
    let (mut written, mut flushed, mut answers) = (false, false, 0);
    for line in trace.lines() {
        let is_log = line.contains("tideboard.db-wal>");
        if is_log && line.contains("pwrite64(") {
            (written, flushed) = (true, false);
        } else if line.contains("sync") && line.ends_with("= 0") && (is_log || line.contains("resumed>")) {
            flushed = true;
        } else if line.contains("{\\\"verdicts\\\"") {
            assert!(written && flushed, "answer {answers} left before its flush: {line}");
            (written, flushed) = (false, false);
            answers += 1;
        }
    }
    answers
}

pub fn add_one() -> Intent {
    Intent::Add {
        field: "count".parse().expect("a name"),
        amount: 1,
    }
}

const WRITERS: usize = 3;
/// Acknowledgements after which the server is killed, a round each: early, late, and between.
const KILL_AFTER: [usize; 6] = [8, 400, 56, 1_000, 168, 720];
