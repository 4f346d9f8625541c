//! What the authority answers, and what it keeps of it.

mod calling;
mod finding;
mod resting;
mod subscribing;

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{
    config::{OUTBOX_LEN_MAX, ROWS_AT_HEAD_LEN_MAX},
    protocol::{
        Access, ClientId, Cursor, IdError, Intent, Operation, OperationId, Rejection, Undecided, Value, Verdict,
        WidgetId,
    },
};

const NOW: Timestamp = Timestamp(1_760_000_000_000);

fn name<T: std::str::FromStr<Err = IdError>>(text: &str) -> T {
    text.parse().expect("a name")
}

fn person(access: Access) -> Identity {
    Identity {
        principal: name(if access == Access::Edit { "ann" } else { "viewer" }),
        access,
    }
}

fn authority() -> Authority {
    let setup = Setup {
        store: StoreId(1),
        run: RunId(2),
        epoch: Epoch(3),
        memory: Memory {
            horizon_len: 10,
            ..Memory::default()
        },
        catalog: Catalog::default(),
        frame_fill_bytes: crate::config::FRAME_FILL_BYTES,
    };
    Authority::new(setup, BTreeMap::new())
}

fn id(sequence: u64) -> OperationId {
    OperationId {
        client: ClientId(7),
        sequence,
    }
}

fn operation(sequence: u64, board: &str, widget: &str, intent: Intent) -> Operation {
    Operation {
        id: id(sequence),
        board: name(board),
        widget: name(widget),
        schema: crate::config::SCHEMA,
        made_at: Cursor::ORIGIN,
        intent,
        base: None,
        base_value: None,
        deadline: None,
        resolves: None,
    }
}

fn item(sequence: u64, board: &str, widget: &str, intent: Intent) -> PushItem {
    PushItem::Operation {
        operation: operation(sequence, board, widget, intent),
        after: None,
    }
}

fn create(kind: &str, fields: &[(&str, Value)]) -> Intent {
    let fields = fields.iter().map(|(field, value)| (name(field), value.clone()));
    Intent::Create {
        kind: name(kind),
        fields: fields.collect(),
    }
}

fn birth(sequence: u64, board: &str) -> PushItem {
    item(
        sequence,
        board,
        WidgetId::birth().as_str(),
        create("board", &[("name", json!("Deck"))]),
    )
}

fn set(sequence: u64, board: &str, widget: &str, field: &str, value: Value) -> PushItem {
    item(
        sequence,
        board,
        widget,
        Intent::Set {
            field: name(field),
            value,
        },
    )
}

fn withdrawal(sequence: u64, board: &str) -> PushItem {
    PushItem::Withdraw {
        id: id(sequence),
        board: name(board),
        made_at: Cursor::ORIGIN,
        base: None,
    }
}

/// Pushes by server function, durably, and gives the answers.
fn push(authority: &mut Authority, access: Access, items: Vec<PushItem>) -> Vec<Answer> {
    let identity = person(access);
    let push = Push {
        store: StoreId(1),
        run: RunId(2),
        principal: identity.principal.clone(),
        device: None,
        items,
    };
    let batch = authority.handle(
        NOW,
        [Event::Replay {
            request: 1,
            identity,
            push,
        }],
    );
    let replies = authority.committed(batch);
    let [Reply::Replayed { items, .. }] = &replies[..] else {
        panic!("{replies:?}")
    };
    items.iter().map(|item| item.answer.clone()).collect()
}

fn rejection(answer: &Answer) -> &Rejection {
    let Answer::Verdict {
        verdict: Verdict::Rejected { reason, .. },
        ..
    } = answer
    else {
        panic!("{answer:?}")
    };
    reason
}

fn boards(authority: &Authority) -> Vec<&str> {
    authority.logs().keys().map(BoardId::as_str).collect()
}

#[test]
fn who_may_only_watch_leaves_no_trace() {
    let mut server = authority();
    let items = || {
        vec![
            birth(1, "deck"),
            withdrawal(2, "deck"),
            set(3, "nowhere", "note", "text", json!("x")),
        ]
    };
    assert_eq!(push(&mut server, Access::View, items()), vec![Answer::ReadOnly; 3]);
    assert!(boards(&server).is_empty());
    push(&mut server, Access::Edit, vec![birth(4, "deck")]);
    assert_eq!(push(&mut server, Access::View, items()), vec![Answer::ReadOnly; 3]);
    assert_eq!(server.logs()[&name::<BoardId>("deck")].rows_len(), 1);
}

#[test]
fn only_what_takes_effect_makes_a_board_and_a_refusal_outlasts_its_making() {
    let mut server = authority();
    let early = set(1, "deck", "note", "text", json!("x"));
    let answers = push(
        &mut server,
        Access::Edit,
        vec![early.clone(), withdrawal(2, "pier"), birth(3, ".refusals")],
    );
    assert_eq!(*rejection(&answers[0]), Rejection::UnknownBoard);
    assert!(matches!(
        answers[1],
        Answer::Verdict {
            verdict: Verdict::Withdrawn { .. },
            ..
        }
    ));
    assert_eq!(*rejection(&answers[2]), Rejection::UnknownBoard);
    assert_eq!(boards(&server), [".refusals"]);

    let note = item(4, "deck", "note", create("note", &[("text", json!("there"))]));
    push(
        &mut server,
        Access::Edit,
        vec![birth(5, "deck"), note, birth(6, "pier")],
    );
    assert_eq!(boards(&server), [".refusals", "deck", "pier"]);
    // Late copies: of what was refused, and of the board that was taken back.
    let late = push(&mut server, Access::Edit, vec![early, birth(2, "pier")]);
    assert!(matches!(
        &late[0],
        Answer::Verdict {
            verdict: Verdict::Rejected { .. },
            duplicate: true
        }
    ));
    assert!(matches!(
        &late[1],
        Answer::Verdict {
            verdict: Verdict::Withdrawn { .. },
            duplicate: true
        }
    ));
}

#[test]
fn a_board_whose_making_could_not_be_written_is_not_there() {
    let mut server = authority();
    let identity = person(Access::Edit);
    let items = vec![birth(1, "deck")];
    let push = Push {
        store: StoreId(1),
        run: RunId(2),
        principal: identity.principal.clone(),
        device: None,
        items,
    };
    let batch = server.handle(
        NOW,
        [Event::Replay {
            request: 1,
            identity,
            push,
        }],
    );
    let empty = |_: &BoardId| Ok::<_, std::convert::Infallible>(Log::new(Memory::default(), Epoch(3)));
    assert!(server.abandoned(batch, empty).is_ok());
    assert!(boards(&server).is_empty());
}

#[test]
fn verdicts_without_an_effect_do_not_drive_the_horizon_past_who_is_offline() {
    let mut server = authority();
    let note = item(2, "deck", "note", create("note", &[]));
    push(&mut server, Access::Edit, vec![birth(1, "deck"), note]);
    for sequence in 0..40 {
        push(&mut server, Access::Edit, vec![withdrawal(100 + sequence, "deck")]);
    }
    assert_eq!(server.logs()[&name::<BoardId>("deck")].horizon(), Revision::ZERO);
    let offline = push(
        &mut server,
        Access::Edit,
        vec![set(3, "deck", "note", "title", json!("made long ago"))],
    );
    assert!(
        matches!(
            offline[0],
            Answer::Verdict {
                verdict: Verdict::Applied { .. },
                ..
            }
        ),
        "{offline:?}"
    );
}

#[test]
fn a_board_that_stands_still_remembers_only_so_many_refusals_and_then_asks_to_wait() {
    let mut server = authority();
    push(&mut server, Access::Edit, vec![birth(1, "deck")]);
    let flood = (10..10 + ROWS_AT_HEAD_LEN_MAX as u64)
        .map(|sequence| withdrawal(sequence, "deck"))
        .collect();
    let answers = push(&mut server, Access::Edit, flood);
    assert!(matches!(answers.last(), Some(Answer::Retry { .. })));
    assert_eq!(server.logs()[&name::<BoardId>("deck")].rows_len(), ROWS_AT_HEAD_LEN_MAX);
    let edit = item(2, "deck", "note", create("note", &[]));
    let answers = push(&mut server, Access::Edit, vec![edit, withdrawal(3, "deck")]);
    assert!(
        answers.iter().all(|answer| matches!(answer, Answer::Verdict { .. })),
        "{answers:?}"
    );
}

#[test]
fn a_boards_own_record_stays_and_a_value_may_not_nest_without_end() {
    let mut server = authority();
    let nested = (0..100).fold(json!(0), |inner, _| json!([inner]));
    let gauge = |sequence, series| item(sequence, "deck", "gauge", create("gauge", &[("series", series)]));
    let items = vec![
        birth(1, "deck"),
        item(2, "deck", "board", Intent::Remove),
        gauge(3, nested),
        gauge(4, json!(["a"])),
    ];
    let answers = push(&mut server, Access::Edit, items);
    assert_eq!(*rejection(&answers[1]), Rejection::BirthRecord);
    assert!(matches!(rejection(&answers[2]), Rejection::TooDeep { .. }));
    assert!(matches!(
        answers[3],
        Answer::Verdict {
            verdict: Verdict::Applied { .. },
            ..
        }
    ));
}

#[test]
fn a_merge_keeps_the_limit_of_a_value() {
    let mut server = authority();
    let mine = |sequence, text: String| {
        let intent = Intent::Set {
            field: name("text"),
            value: json!(text),
        };
        let mut operation = operation(sequence, "deck", "note", intent);
        operation.made_at = Cursor {
            epoch: Epoch(3),
            revision: Revision(2),
        };
        operation.base_value = Some(json!("middle"));
        PushItem::Operation { operation, after: None }
    };
    let note = item(2, "deck", "note", create("note", &[("text", json!("middle"))]));
    let (before, after) = ("x".repeat(10_000) + "middle", "middle".to_owned() + &"y".repeat(10_000));
    let answers = push(
        &mut server,
        Access::Edit,
        vec![birth(1, "deck"), note, mine(3, before), mine(4, after)],
    );
    assert!(
        matches!(
            answers[3],
            Answer::Verdict {
                verdict: Verdict::Conflict { .. },
                ..
            }
        ),
        "{:?}",
        answers[3]
    );
}
