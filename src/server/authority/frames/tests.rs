//! Whether what is told fits, at its largest.

use serde_json::json;

use super::*;
use crate::{
    config::{COLOURS_LEN, FIELD_OVERHEAD_BYTES, FRAME_BYTES_MAX, NAME_BYTES_MAX, VALUE_BYTES_MAX, WIDGET_BYTES_MAX},
    protocol::{
        ClientId, Contention, Deadline, Effect, Epoch, Field, IdError, Overwritten, Revision, RunId, Value, Writer,
        encode,
    },
    server::log::Memory,
    time::Timestamp,
};

const LAST: u64 = u64::MAX;

fn longest<T: std::str::FromStr<Err = IdError>>(first: char) -> T {
    let name = first.to_string() + &"n".repeat(NAME_BYTES_MAX - 1);
    name.parse().expect("a name of the longest kind")
}

fn id() -> OperationId {
    OperationId {
        client: ClientId(u128::MAX),
        sequence: LAST,
    }
}

/// Its device's name doubles when it is written: each quote is escaped.
fn writer() -> Writer {
    Writer {
        principal: longest('p'),
        device: Some("\"".repeat(NAME_BYTES_MAX)),
        colour: Some(COLOURS_LEN - 1),
        at: Timestamp(LAST),
    }
}

fn cursor() -> Cursor {
    Cursor {
        epoch: Epoch(u128::MAX),
        revision: Revision(LAST),
    }
}

fn text(bytes: usize) -> Value {
    json!("x".repeat(bytes - 2))
}

fn theirs() -> Box<Overwritten> {
    Box::new(Overwritten {
        value: text(VALUE_BYTES_MAX),
        revision: Revision(LAST),
        writer: Some(writer()),
    })
}

/// As many fields as a widget may have by the count that the log makes of them.
fn fields(value: &Value) -> Vec<(String, Value)> {
    let len = WIDGET_BYTES_MAX / (FIELD_OVERHEAD_BYTES + value_bytes(value));
    let name = |number: usize| format!("{number:0width$}", width = NAME_BYTES_MAX);
    (0..len).map(|number| (name(number), value.clone())).collect()
}

#[track_caller]
fn fits(frame: &ServerFrame) {
    let len = encode(frame).len();
    assert!(len <= FRAME_BYTES_MAX, "{len} bytes");
}

fn in_order(subscription: Subscription) -> Vec<ServerFrame> {
    let Subscription { ahead, frames, behind } = subscription;
    ahead.chain(frames).chain(behind).collect()
}

#[test]
fn the_shortest_verdict_is_what_room_is_kept_for() {
    let id = OperationId {
        client: ClientId(0),
        sequence: 1,
    };
    let revision = Revision(0);
    assert_eq!(bytes_of(&(id, &Verdict::Expired { revision })), VERDICT_BYTES_MIN);
}

#[test]
fn the_longest_field_is_within_what_a_field_counts_for() {
    let field = Field {
        value: json!(0),
        revision: Revision(LAST),
        operation: id(),
        writer: writer(),
    };
    let written = encode(&BTreeMap::from([(longest::<crate::protocol::FieldName>('f'), field)]));
    let overhead = written.len() - "{}".len() + SEPARATOR_BYTES - value_bytes(&json!(0));
    assert!(overhead <= FIELD_OVERHEAD_BYTES, "{overhead} bytes");
    assert!(
        overhead + 16 > FIELD_OVERHEAD_BYTES,
        "{overhead} bytes: more is counted than there is"
    );
}

#[test]
fn the_largest_widget_and_the_change_that_makes_it_fit_a_frame() {
    for value in [json!(0), text(1_000), text(VALUE_BYTES_MAX)] {
        let field = |value| Field {
            value,
            revision: Revision(LAST),
            operation: id(),
            writer: writer(),
        };
        let named = || {
            fields(&value)
                .into_iter()
                .map(|(name, value)| (name.parse().expect("a name"), value))
        };
        let widget = Widget {
            kind: longest('k'),
            created: Revision(LAST),
            changed: Revision(LAST),
            removed: Some(Revision(LAST)),
            removed_by: Some(writer()),
            fields: named().map(|(name, value)| (name, field(value))).collect(),
        };
        let widgets = BTreeMap::from([(longest('w'), Arc::new(widget))]);
        let parts = of_patch(&longest('b'), cursor(), cursor(), widgets, FRAME_FILL_BYTES);
        parts.iter().for_each(fits);
        let change = Change {
            id: id(),
            revision: Revision(LAST),
            widget: longest('w'),
            effect: Effect::Created {
                kind: longest('k'),
                fields: named().collect(),
            },
            writer: writer(),
            deadline: Some(Deadline {
                run: RunId(u128::MAX),
                at: Timestamp(LAST),
            }),
        };
        let log = Log::new(Memory::default(), Epoch(1));
        let changes = vec![change; 3];
        of_changes(&longest('b'), &log, cursor(), changes, FRAME_FILL_BYTES)
            .iter()
            .for_each(fits);
    }
}

#[test]
fn verdicts_of_any_size_are_all_told_in_frames_that_fit() {
    let conflict = Verdict::Conflict {
        revision: Revision(LAST),
        contention: Contention::Ask,
        theirs: theirs(),
    };
    let applied = Verdict::Applied {
        revision: Revision(LAST),
        verbatim: true,
        overwrote: None,
    };
    let verdict = |number: u64| {
        if number.is_multiple_of(3) {
            applied.clone()
        } else {
            conflict.clone()
        }
    };
    let verdicts: Vec<(OperationId, Arc<Verdict>)> = (0..900)
        .map(|sequence| (OperationId { sequence, ..id() }, Arc::new(verdict(sequence))))
        .collect();
    let log = Log::new(Memory::default(), Epoch(1));
    for (cursor, first_is_answer) in [(None, false), (Some(cursor()), true)] {
        let asked = Asked {
            board: longest('b'),
            request: LAST,
            cursor,
            verdicts: verdicts.clone(),
        };
        let frames = in_order(of_subscription(asked, &log, FRAME_FILL_BYTES));
        frames.iter().for_each(fits);
        assert_eq!(matches!(frames[0], ServerFrame::Subscribed(_)), first_is_answer);
        let mut told: Vec<u64> = Vec::new();
        for frame in &frames {
            match frame {
                ServerFrame::Subscribed(answer) => told.extend(answer.verdicts.iter().map(|(id, _)| id.sequence)),
                ServerFrame::Verdicts { items } => told.extend(items.iter().map(|item| item.id.sequence)),
                _ => {}
            }
        }
        told.sort_unstable();
        assert_eq!(told, (0..900).collect::<Vec<_>>());
    }
}

#[test]
fn where_a_history_has_broken_the_answer_has_room_for_what_was_applied() {
    let conflict = Verdict::Conflict {
        revision: Revision(1),
        contention: Contention::Ask,
        theirs: theirs(),
    };
    let applied = Verdict::Applied {
        revision: Revision(2),
        verbatim: true,
        overwrote: None,
    };
    let verdicts = [conflict.clone(), conflict.clone(), conflict.clone(), conflict, applied];
    let verdicts = (1..)
        .zip(verdicts)
        .map(|(sequence, verdict)| (OperationId { sequence, ..id() }, Arc::new(verdict)));
    let log = Log::new(Memory::default(), Epoch(1));
    let asked = Asked {
        board: longest('b'),
        request: 1,
        cursor: Some(cursor()),
        verdicts: verdicts.collect(),
    };
    let frames = in_order(of_subscription(asked, &log, FRAME_FILL_BYTES));
    let [
        ServerFrame::Subscribed(answer),
        ServerFrame::Patch(_),
        ServerFrame::Verdicts { items },
    ] = &frames[..]
    else {
        panic!("{frames:?}")
    };
    assert_eq!(answer.verdicts[0].0.sequence, 5);
    assert_eq!(items[0].id.sequence, 4);
}

#[test]
fn a_document_tells_of_all_that_was_applied_and_of_the_others_what_there_is_room_for() {
    let conflict = Verdict::Conflict {
        revision: Revision(1),
        contention: Contention::Ask,
        theirs: theirs(),
    };
    let applied = |overwrote| Verdict::Applied {
        revision: Revision(2),
        verbatim: true,
        overwrote,
    };
    let log = Log::new(Memory::default(), Epoch(1));
    let told = |verdicts: Vec<Verdict>| {
        let ids = (1..).map(|sequence| OperationId { sequence, ..id() });
        let asked = Asked {
            board: longest('b'),
            request: 1,
            cursor: None,
            verdicts: ids.zip(verdicts.into_iter().map(Arc::new)).collect(),
        };
        of_document(asked, &log).map(|(answer, _)| answer.verdicts.len())
    };
    let room = DOCUMENT_VERDICTS_BYTES_MAX / VALUE_BYTES_MAX;
    let mut verdicts = vec![conflict; room];
    verdicts.push(applied(None));
    assert!(told(verdicts).is_some_and(|told| told < room && told > room / 2));
    assert_eq!(
        told(vec![applied(Some(theirs())); room]),
        None,
        "its state can't be taken without"
    );
}
