//! What is told, cut into frames that each keep their limit.
//!
//! Sizes are counted, not estimated: what is left out of an estimate is met by the one frame that is refused. A single
//! item may be larger than what fills a frame; it goes alone, and the limits of values and widgets make it fit.

use std::{collections::BTreeMap, io, sync::Arc};

use serde::Serialize;

use super::{
    super::log::{CatchUp, Log},
    told::Told,
};
use crate::{
    board::value_bytes,
    config::FRAME_FILL_BYTES,
    protocol::{
        Answer, Answered, BoardId, Change, ChangesFrame, Cursor, OperationId, PatchFrame, ServerFrame, Subscribed,
        Verdict, Widget, WidgetId,
    },
};

/// Answers to pushed items, in their order.
pub(super) fn of_answers(items: Vec<Answered>, fill_bytes: usize) -> impl Iterator<Item = ServerFrame> {
    split(items, fill_bytes, bytes_of)
        .into_iter()
        .map(|items| ServerFrame::Verdicts { items })
}

/// What an answer carries of others' values: the one part of it that may be large.
pub(super) fn carried_bytes(answer: &Answer) -> usize {
    match answer {
        Answer::Verdict {
            verdict:
                Verdict::Conflict { theirs: carried, .. }
                | Verdict::Applied {
                    overwrote: Some(carried),
                    ..
                },
            ..
        } => value_bytes(&carried.value),
        _ => 0,
    }
}

/// Changes that continue `from`: each frame leads from one cursor to the next.
pub(super) fn of_changes(
    board: &BoardId,
    log: &Log,
    mut from: Cursor,
    changes: Vec<Change>,
    fill_bytes: usize,
) -> Vec<ServerFrame> {
    let frame = |changes: Vec<Change>| {
        let to = changes
            .last()
            .map_or(from, |change| log.history().cursor(change.revision));
        let board = board.clone();
        let frame = ChangesFrame {
            board,
            from,
            to,
            changes,
        };
        from = to;
        ServerFrame::Changes(frame)
    };
    split(changes, fill_bytes, bytes_of).into_iter().map(frame).collect()
}

/// What a subscriber asked for.
pub(super) struct Asked {
    pub board: BoardId,
    pub request: u64,
    pub cursor: Option<Cursor>,
    /// What is known of the operations it listed.
    pub verdicts: Vec<(OperationId, Arc<Verdict>)>,
}

/// All that answers a subscription, in its order.
pub(super) struct Subscription {
    /// Verdicts that go first.
    pub ahead: Told,
    /// `subscribed`, with the verdicts it has room for, and what leads to its cursor.
    pub frames: Vec<ServerFrame>,
    /// Verdicts that go last.
    pub behind: Told,
}

/// Verdicts that `subscribed` has no room for go **ahead** of it, in frames of their own: a client takes a verdict
/// whenever it comes, and before the state that contains its effect nothing is shown twice. Only where the
/// client's state is not known to be of this history they come **after** the patch: there it forgets what it knew of its
/// operations' fates. Then those that were applied have the first claim to the room, since the patch
/// contains them.
pub(super) fn of_subscription(asked: Asked, log: &Log, fill_bytes: usize) -> Subscription {
    let Asked {
        board,
        request,
        cursor,
        mut verdicts,
    } = asked;
    let catch_up = log.catch_up(cursor);
    let from = match &catch_up {
        CatchUp::Changes(_) => cursor.unwrap_or(Cursor::ORIGIN),
        CatchUp::Patch { from, .. } => *from,
    };
    let replaces = cursor.is_some_and(|cursor| !log.history().contains(cursor, log.cursor().revision));
    if replaces {
        verdicts.sort_by_key(|(_, verdict)| (!verdict.is_applied(), verdict.revision()));
    }
    let mut answer = subscribed(&board, request, log, from);
    // There the patch must find them told: all the room counts that a frame may ever have.
    let room_bytes = if replaces { FRAME_FILL_BYTES } else { fill_bytes };
    let room_bytes = room_bytes.saturating_sub(bytes_of(&answer));
    let rest = fill(&mut answer.verdicts, verdicts, room_bytes);
    let (ahead, behind) = if replaces {
        (Vec::new(), rest)
    } else {
        (rest, Vec::new())
    };
    let state = match catch_up {
        CatchUp::Changes(changes) => of_changes(&board, log, from, changes, fill_bytes),
        CatchUp::Patch { widgets, .. } => of_patch(&board, from, log.cursor(), widgets, fill_bytes),
    };
    Subscription {
        ahead: Told::new(ahead, fill_bytes),
        frames: std::iter::once(ServerFrame::Subscribed(answer)).chain(state).collect(),
        behind: Told::new(behind, fill_bytes),
    }
}

/// A board's state of knowledge, without verdicts.
pub(super) fn subscribed(board: &BoardId, request: u64, log: &Log, from: Cursor) -> Subscribed {
    Subscribed {
        board: board.clone(),
        request,
        from,
        at: log.cursor(),
        history: log.history().clone(),
        horizon: log.horizon(),
        verdicts: Vec::new(),
    }
}

/// Splits a patch into parts; an empty one is one empty part, so that its `to` arrives.
fn of_patch(
    board: &BoardId,
    from: Cursor,
    to: Cursor,
    widgets: BTreeMap<WidgetId, Arc<Widget>>,
    fill_bytes: usize,
) -> Vec<ServerFrame> {
    let mut parts = split(widgets.into_iter().collect(), fill_bytes, |(id, widget)| {
        bytes_of(id) + bytes_of(&**widget)
    });
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let last = parts.len() - 1;
    let part = |(number, widgets): (usize, Vec<(WidgetId, Arc<Widget>)>)| {
        let widgets = widgets
            .into_iter()
            .map(|(id, widget)| (id, Arc::unwrap_or_clone(widget)));
        ServerFrame::Patch(PatchFrame {
            board: board.clone(),
            from,
            to,
            part: number as u32,
            last: number == last,
            widgets: widgets.collect(),
        })
    };
    parts.into_iter().enumerate().map(part).collect()
}

/// Copies verdicts into `room` until it holds `fill_bytes`, and gives back the rest. A large one leaves the room to the
/// smaller ones behind it.
fn fill(
    room: &mut Vec<(OperationId, Verdict)>,
    mut verdicts: Vec<(OperationId, Arc<Verdict>)>,
    fill_bytes: usize,
) -> Vec<(OperationId, Arc<Verdict>)> {
    let mut filled = 0;
    verdicts.retain(|(id, verdict)| {
        // Past this nothing fits, and to count what does not would take longer than all the rest.
        if filled + VERDICT_BYTES_MIN > fill_bytes {
            return true;
        }
        let size = bytes_of(&(id, &**verdict)) + SEPARATOR_BYTES;
        let fits = filled + size <= fill_bytes;
        if fits {
            filled += size;
            room.push((*id, Verdict::clone(verdict)));
        }
        !fits
    });
    verdicts
}

/// Groups items, in order, so that each group's bytes fill at most one frame.
fn split<T>(items: Vec<T>, fill_bytes: usize, bytes: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    let mut filled = 0;
    for item in items {
        let size = bytes(&item) + SEPARATOR_BYTES;
        match groups.last_mut() {
            Some(group) if filled + size <= fill_bytes => group.push(item),
            _ => {
                groups.push(vec![item]);
                filled = 0;
            }
        }
        filled += size;
    }
    groups
}

/// A comma between two items, a colon after a key.
pub(super) const SEPARATOR_BYTES: usize = 2;

/// The shortest verdict with its id: an operation that expired on a board nobody has written to.
const VERDICT_BYTES_MIN: usize = 65;

/// Bytes of something as JSON, without writing it anywhere.
pub(super) fn bytes_of<T: Serialize>(value: &T) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("counting can't fail, and frames are plain data with text keys");
    count.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        config::{FIELD_OVERHEAD_BYTES, FRAME_BYTES_MAX, NAME_BYTES_MAX, VALUE_BYTES_MAX, WIDGET_BYTES_MAX},
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
}
