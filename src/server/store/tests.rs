use serde_json::json;

use super::*;
use crate::{
    board::Catalog,
    config::{SCHEMA, STORE_BYTES_MAX},
    protocol::{Access, Answer, ClientId, Identity, Intent, Operation, OperationId, PushItem, RunId},
    server::log::Context,
    sorted::SortedMap,
    time::Timestamp,
};

/// Remembers the verdicts of ten operations.
const SHORT: Memory = Memory {
    horizon_ms: u64::MAX,
    horizon_len: 10,
    ring_len: 10,
};
const EPOCH: Epoch = Epoch(7);

fn store() -> Store {
    Store::in_memory(STORE_BYTES_MAX).expect("memory is there")
}

fn board(name: &str) -> BoardId {
    name.parse().expect("a name")
}

/// Decides one operation, and gives what is to be appended for it.
fn decide(log: &mut Log, name: &str, sequence: u64) -> (BoardId, Head, Record) {
    let field = |name: &str| name.parse().expect("a name");
    let (widget, intent) = match sequence {
        1 => (
            "board",
            Intent::Create {
                kind: "board".parse().expect("a name"),
                fields: SortedMap::from([(field("name"), json!(name))]),
            },
        ),
        _ => (
            "board",
            Intent::Set {
                field: field("name"),
                value: json!(sequence.to_string()),
            },
        ),
    };
    let operation = Operation {
        id: OperationId {
            client: ClientId(1),
            sequence,
        },
        board: board(name),
        widget: widget.parse().expect("a name"),
        schema: SCHEMA,
        made_at: log.cursor(),
        intent,
        base: None,
        base_value: None,
        deadline: None,
        resolves: None,
    };
    let identity = Identity {
        principal: "ann".parse().expect("a name"),
        access: Access::Edit,
    };
    let context = Context {
        now: Timestamp(sequence),
        run: RunId(1),
        identity: &identity,
        device: None,
        catalog: &Catalog::default(),
    };
    let head = log.head();
    let answer = log.decide(&context, &PushItem::Operation { operation, after: None });
    assert!(matches!(answer, Answer::Verdict { .. }), "{answer:?}");
    let record = log.seal(Timestamp(sequence)).expect("a verdict was staged");
    log.forget_rows();
    (board(name), head, record)
}

fn sequences(store: &Store, name: &str) -> Vec<u64> {
    let all = |records: &mut dyn Iterator<Item = Result<Record, StoreError>>| {
        records.map(|record| record.expect("it can be read").sequence).collect()
    };
    store.read(&board(name), 0, all).expect("it can be read")
}

#[test]
fn what_was_appended_is_what_is_restored() {
    let mut store = store();
    let mut log = Log::new(SHORT, EPOCH);
    for sequence in 1..=5 {
        store
            .append(&[decide(&mut log, "deck", sequence)])
            .expect("there is room");
    }
    assert_eq!(store.boards().expect("it can be read"), [board("deck")]);
    let restored = store.restore(&board("deck"), SHORT, EPOCH).expect("it follows");
    assert_eq!((restored.head(), restored.board()), (log.head(), log.board()));
}

#[test]
fn a_batch_on_a_head_that_moved_is_appended_nowhere() {
    let mut store = store();
    let mut deck = Log::new(SHORT, EPOCH);
    store.append(&[decide(&mut deck, "deck", 1)]).expect("there is room");
    let stale = Log::new(SHORT, EPOCH);
    let again = decide(&mut deck, "deck", 2).2;
    let mut other = Log::new(SHORT, EPOCH);
    let batch = [decide(&mut other, "aft", 1), (board("deck"), stale.head(), again)];
    let refused = store.append(&batch).expect_err("the head is not where it was");
    assert!(
        matches!(&refused, AppendError::Conflict { board: found } if *found == board("deck")),
        "{refused}"
    );
    assert_eq!(store.boards().expect("it can be read"), [board("deck")]);
    assert_eq!(sequences(&store, "deck"), [1]);
}

#[test]
fn a_full_store_takes_nothing_of_a_batch_and_goes_on_reading() {
    let mut store = Store::in_memory(12 * STORE_PAGE_BYTES).expect("memory is there");
    let mut log = Log::new(SHORT, EPOCH);
    let mut appended = 0;
    let refused = loop {
        match store.append(&[decide(&mut log, "deck", appended + 1)]) {
            Ok(()) => appended += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, AppendError::Full), "{refused}");
    assert_eq!(sequences(&store, "deck"), (1..=appended).collect::<Vec<_>>());
}

#[test]
fn compacting_keeps_every_verdict_since_the_horizon_and_the_last_record_for_ever() {
    let mut store = store();
    let mut log = Log::new(SHORT, EPOCH);
    for sequence in 1..=50 {
        store
            .append(&[decide(&mut log, "deck", sequence)])
            .expect("there is room");
    }
    store
        .put_snapshot(&board("deck"), &log.snapshot())
        .expect("there is room");
    let kept = sequences(&store, "deck");
    assert_eq!(kept, (log.horizon().0..=50).collect::<Vec<_>>());
    assert!(kept.len() < 20, "{kept:?}");
    let restored = store.restore(&board("deck"), SHORT, EPOCH).expect("it follows");
    assert_eq!((restored.head(), restored.board()), (log.head(), log.board()));
    assert_eq!(
        (restored.horizon(), restored.rows_len()),
        (log.horizon(), log.rows_len())
    );

    // As if nothing were remembered at all.
    let mut forgotten = log.snapshot();
    forgotten.horizon = crate::protocol::Revision(u64::MAX >> 1);
    store.put_snapshot(&board("deck"), &forgotten).expect("there is room");
    assert_eq!(sequences(&store, "deck"), [50]);
    store
        .append(&[decide(&mut log, "deck", 51)])
        .expect("the last record is the fence");
}

#[test]
fn a_store_keeps_its_id() {
    let folder = std::env::temp_dir().join(format!("tideboard-store-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is a place for temporary files");
    let id = Store::open(&folder, STORE_BYTES_MAX).expect("it is made").id();
    assert_eq!(Store::open(&folder, STORE_BYTES_MAX).expect("it is there").id(), id);
    let second = Store::open(&folder, STORE_BYTES_MAX).expect("nobody holds it");
    let refused = Store::open(&folder, STORE_BYTES_MAX).expect_err("it is held");
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    drop(second);
    std::fs::remove_dir_all(&folder).expect("it is this test's own");
    assert_ne!(id, StoreId(0), "it was drawn");
}

#[test]
fn a_record_of_a_newer_program_is_not_taken_for_a_damaged_one() {
    for (written, instead, said) in [
        (
            r#""assigned""#,
            r#""of_later""#,
            "a newer Tideboard wrote it, or it is damaged",
        ),
        (r#""changes""#, "changes", "is damaged ("),
    ] {
        let mut store = store();
        let mut log = Log::new(SHORT, EPOCH);
        for sequence in 1..=2 {
            store
                .append(&[decide(&mut log, "deck", sequence)])
                .expect("there is room");
        }
        let change = "UPDATE records SET record = CAST(replace(CAST(record AS TEXT), ?1, ?2) AS BLOB)";
        store
            .connection
            .execute(change, params![written, instead])
            .expect("it is SQL");
        let Err(error) = store.restore(&board("deck"), SHORT, EPOCH) else {
            panic!("{instead} is read");
        };
        assert!(error.to_string().contains(said), "{error}");
    }
}
