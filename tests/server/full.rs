//! Limits of what a board and a store hold: what is too much is answered with the limit, and the rest goes on.

use std::collections::BTreeMap;

use serde_json::json;
use tideboard::{
    board::{Catalog, FieldSpec, Policy, ValueType},
    config::{
        BOARDS_LEN_MAX, FIELD_OVERHEAD_BYTES, FIELDS_LEN_MAX, VALUE_BYTES_MAX, VALUE_DEPTH_MAX, WIDGET_BYTES_MAX,
        WIDGETS_LEN_MAX,
    },
    protocol::{Answer, Intent, Rejection, Value, Verdict},
    server::ServerConfig,
};

use crate::{editor::Editor, harness::TestServer};

const BOARD: &str = "this-machine";

#[tokio::test]
async fn a_value_has_a_size_and_a_depth() {
    let any = FieldSpec::new("any", ValueType::Any, Policy::LastWriteWins);
    let config = ServerConfig {
        catalog: Catalog::default().with("drawer", vec![any]),
        ..ServerConfig::local()
    };
    let server = TestServer::start(config).await;
    let mut editor = enter(&server).await;
    let longest = "x".repeat(VALUE_BYTES_MAX - 2);
    applied(&editor.edit(BOARD, "note", set("text", json!(longest))).await);
    let reason = rejected(editor.edit(BOARD, "note", set("text", json!(longest + "x"))).await);
    let bytes_max = VALUE_BYTES_MAX as u64;
    assert_eq!(reason, Rejection::TooLarge { bytes_max });

    let nested = |depth| (0..depth).fold(json!(1), |value, _| json!([value]));
    applied(&editor.edit(BOARD, "deep", create("drawer", BTreeMap::new())).await);
    applied(&editor.edit(BOARD, "deep", set("any", nested(VALUE_DEPTH_MAX))).await);
    let reason = rejected(
        editor
            .edit(BOARD, "deep", set("any", nested(VALUE_DEPTH_MAX + 1)))
            .await,
    );
    let depth_max = VALUE_DEPTH_MAX as u64;
    assert_eq!(reason, Rejection::TooDeep { depth_max });
}

#[tokio::test]
async fn a_widget_has_a_size_and_a_number_of_fields() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = enter(&server).await;
    let half = "x".repeat(WIDGET_BYTES_MAX / 3 - FIELD_OVERHEAD_BYTES - 2);
    let fields = |len| (0..len).map(|number| (format!("item-{number}"), json!(half))).collect();
    applied(&editor.edit(BOARD, "large", create("checklist", fields(3))).await);
    let bytes_max = WIDGET_BYTES_MAX as u64;
    let reason = rejected(editor.edit(BOARD, "large", set("done-0", json!(true))).await);
    assert_eq!(reason, Rejection::TooLarge { bytes_max }, "by one field more");
    let reason = rejected(editor.edit(BOARD, "larger", create("checklist", fields(4))).await);
    assert_eq!(reason, Rejection::TooLarge { bytes_max }, "from its making");

    let marks = |len| (0..len).map(|number| (format!("done-{number}"), json!(true))).collect();
    let too_many = || Rejection::TooMany {
        what: "fields".to_owned(),
        len_max: FIELDS_LEN_MAX as u64,
    };
    let reason = rejected(
        editor
            .edit(BOARD, "many", create("checklist", marks(FIELDS_LEN_MAX + 1)))
            .await,
    );
    assert_eq!(reason, too_many());
}

#[tokio::test]
async fn a_board_has_a_number_of_widgets() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = enter(&server).await;
    let there = editor.subscribe(BOARD).await.len();
    let names: Vec<String> = (there..=WIDGETS_LEN_MAX).map(|number| format!("w-{number}")).collect();
    let mut answers = Vec::new();
    for names in names.chunks(100) {
        let edits = names
            .iter()
            .map(|name| (BOARD, name.as_str(), create("note", BTreeMap::new())));
        let ids = editor.push(edits.collect()).await;
        let mut verdicts = editor.verdicts(ids.len()).await;
        answers.extend(ids.iter().map(|id| verdicts.remove(id).expect("its answer")));
    }
    let last = answers.pop().expect("more than there is room for");
    answers.iter().for_each(applied);
    let len_max = WIDGETS_LEN_MAX as u64;
    let what = "widgets".to_owned();
    assert_eq!(rejected(last), Rejection::TooMany { what, len_max });
    applied(&editor.edit(BOARD, "note", set("text", json!("still alive"))).await);
}

#[tokio::test]
async fn a_store_has_a_number_of_boards() {
    let server = TestServer::start(ServerConfig::local()).await;
    let mut editor = enter(&server).await;
    let mut made = 0;
    let reason = loop {
        let name = format!("board-{made}");
        match editor.edit(&name, "board", create("board", BTreeMap::new())).await {
            Answer::Retry { reason, .. } => break reason,
            answer => applied(&answer),
        }
        made += 1;
    };
    assert!(reason.contains(&BOARDS_LEN_MAX.to_string()), "{reason}");
    // Of its own it has the directory and this machine.
    assert_eq!(made, BOARDS_LEN_MAX - 2);
    applied(&editor.edit(BOARD, "note", set("text", json!("still alive"))).await);
}

async fn enter(server: &TestServer) -> Editor {
    let mut editor = Editor::enter(server.address).await;
    editor.subscribe(BOARD).await;
    editor
}

fn applied(answer: &Answer) {
    let Answer::Verdict {
        verdict: Verdict::Applied { .. },
        ..
    } = answer
    else {
        panic!("{answer:?}")
    };
}

fn rejected(answer: Answer) -> Rejection {
    let Answer::Verdict {
        verdict: Verdict::Rejected { reason, .. },
        ..
    } = answer
    else {
        panic!("{answer:?}")
    };
    reason
}

fn set(field: &str, value: Value) -> Intent {
    Intent::Set {
        field: field.parse().expect("a name"),
        value,
    }
}

fn create(kind: &str, fields: BTreeMap<String, Value>) -> Intent {
    Intent::Create {
        kind: kind.parse().expect("a name"),
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), value))
            .collect(),
    }
}
