//! Cards that somebody looks for on other boards than the one before them.

use serde_json::json;
use tideboard::{
    config::{DOCUMENT_BYTES_MAX, FOUND_LEN_MAX, VALUE_BYTES_MAX},
    protocol::{Answer, FoundCard, Intent, Verdict, WidgetId},
};

use crate::{
    editor::Editor,
    harness::{Folder, Process, Request},
};

const VIEW: &str = "a-view-token-of-mine";
const EDIT: &str = "an-edit-token-of-mine";

/// What is found on other boards than `deck`, by who shows a token.
async fn found(process: &Process, words: &str, token: &str) -> Vec<String> {
    let reply = ask(process, words, token).await;
    assert_eq!((reply.0, reply.2.as_deref()), (200, Some("no-store")), "{}", reply.1);
    let cards: Vec<FoundCard> = serde_json::from_str(&reply.1).expect("cards");
    let text = |card: FoundCard| format!("{} on {} ({}/{})", card.title, card.name, card.board, card.widget);
    cards.into_iter().map(text).collect()
}

async fn ask(process: &Process, words: &str, token: &str) -> (u16, String, Option<String>) {
    let path = format!("/api/v1/cards?except=deck&words={words}");
    let request = Request::new(process.address, "GET", &path).header("Authorization", &format!("Bearer {token}"));
    let reply = request.send().await;
    let cached = Some(reply.header("cache-control").to_owned());
    (reply.status, reply.body, cached)
}

async fn edit(editor: &mut Editor, board: &str, widget: &str, intent: Intent) {
    let answer = editor.edit(board, widget, intent).await;
    let is_applied = matches!(
        &answer,
        Answer::Verdict {
            verdict: Verdict::Applied { .. },
            ..
        }
    );
    assert!(is_applied, "{board}/{widget}: {answer:?}");
}

fn create(kind: &str, fields: serde_json::Value) -> Intent {
    serde_json::from_value(json!({"create": {"kind": kind, "fields": fields}})).expect("an intent")
}

#[tokio::test]
async fn cards_of_other_boards_are_found_by_whoever_may_look_at_them() {
    let data = Folder::new();
    let process = Process::start(data.path(), &["--view-token", VIEW, "--edit-token", EDIT]);
    let mut editor = Editor::enter_with(process.address, Some(EDIT)).await;
    for board in ["boards", "deck", "hold"] {
        editor.subscribe(board).await;
    }
    for (board, name) in [("deck", "Deck"), ("hold", "Hold, aft")] {
        let record = || create("board", json!({"name": name}));
        edit(&mut editor, board, WidgetId::birth().as_str(), record()).await;
        edit(&mut editor, "boards", board, record()).await;
        for at in 0..FOUND_LEN_MAX {
            let fields = json!({"title": format!("Ölstand {at}"), "order": at});
            edit(&mut editor, board, &format!("oil-{at}"), create("note", fields)).await;
        }
    }
    edit(&mut editor, "hold", "oil-7", Intent::Remove).await;

    let found_by = async |words: &str| found(&process, words, VIEW).await;
    assert_eq!(
        found_by("%C3%B6lstand%2019").await,
        ["Ölstand 19 on Hold, aft (hold/oil-19)"]
    );
    assert_eq!(
        found_by("AFT%20stand%2012").await,
        ["Ölstand 12 on Hold, aft (hold/oil-12)"]
    );
    // One with a 7 was removed.
    assert_eq!(found_by("stand%207").await, ["Ölstand 17 on Hold, aft (hold/oil-17)"]);
    assert_eq!(found_by("stand").await.len(), FOUND_LEN_MAX - 1);
    for nothing in ["deck%20stand", "", "%20"] {
        assert!(found_by(nothing).await.is_empty(), "{nothing}");
    }
    assert!(!found(&process, "a", VIEW).await.is_empty());
    assert!(found(&process, "a", VIEW).await.len() <= FOUND_LEN_MAX);
    // A board that is off the list is on no list of what was found either.
    edit(&mut editor, "boards", "hold", Intent::Remove).await;
    assert!(found(&process, "stand", VIEW).await.is_empty());

    let (status, body, _) = ask(&process, "stand", "a-token-of-nobody-here").await;
    assert_eq!(status, 401, "{body}");
    assert!(!body.contains("lstand"), "{body}");
}

#[tokio::test]
async fn a_board_that_is_too_much_for_one_answer_is_looked_through_as_well() {
    let data = Folder::new();
    let process = Process::start(data.path(), &["--view-token", VIEW, "--edit-token", EDIT]);
    let mut editor = Editor::enter_with(process.address, Some(EDIT)).await;
    // More than one answer holds: see `DOCUMENT_BYTES_MAX`.
    for board in ["boards", "hold"] {
        editor.subscribe(board).await;
    }
    let record = || create("board", json!({"name": "Hold"}));
    edit(&mut editor, "hold", WidgetId::birth().as_str(), record()).await;
    edit(&mut editor, "boards", "hold", record()).await;
    let text = "a".repeat(VALUE_BYTES_MAX / 2);
    for at in 0..=DOCUMENT_BYTES_MAX / text.len() {
        let fields = json!({"title": format!("Ölstand {at}"), "text": text});
        edit(&mut editor, "hold", &format!("oil-{at}"), create("note", fields)).await;
    }
    assert_eq!(
        found(&process, "stand%20102", VIEW).await[0],
        "Ölstand 102 on Hold (hold/oil-102)"
    );
}
