//! What is told, cut into frames that each keep their limit.
//!
//! Sizes are counted, not estimated: what is left out of an estimate is met by the one frame that is refused. A single
//! item may be larger than what fills a frame; it goes alone, and the limits of values and widgets make it fit.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, io, sync::Arc};

use serde::Serialize;

use super::{
    super::log::{CatchUp, Log},
    told::Told,
};
use crate::{
    board::value_bytes,
    config::{DOCUMENT_BYTES_MAX, DOCUMENT_VERDICTS_BYTES_MAX, FIELD_OVERHEAD_BYTES, FRAME_FILL_BYTES},
    planted::{self, Bug},
    protocol::{
        Answer, Answered, BoardId, Change, ChangesFrame, Cursor, OperationId, PatchFrame, ServerFrame, Subscribed,
        Verdict, Widget, WidgetId,
    },
    sorted::SortedMap,
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

/// The same in one piece, without a connection: what `subscribed` says, and what leads to its cursor as one patch. Of the
/// verdicts, those of what was applied must go along, since the patch contains it; what there is no room for of the others is told
/// when they are sent again. `None` when it is too much.
pub(super) fn of_document(asked: Asked, log: &Log) -> Option<(Subscribed, SortedMap<WidgetId, Widget>)> {
    let Asked {
        board,
        request,
        cursor,
        mut verdicts,
    } = asked;
    let from = log.known(cursor).unwrap_or(Cursor::ORIGIN);
    let mut bytes = 0;
    let is_too_large = log.changed_after(from).any(|(_, widget)| {
        let fields = widget.fields.values();
        bytes += fields
            .map(|field| value_bytes(&field.value) + FIELD_OVERHEAD_BYTES)
            .sum::<usize>();
        bytes > DOCUMENT_BYTES_MAX // counting ends where the limit is
    });
    let mut answer = subscribed(&board, request, log, from);
    verdicts.retain(|_| !planted::is(Bug::DocumentWithoutVerdicts));
    verdicts.sort_by_key(|(_, verdict)| (!verdict.is_applied(), verdict.revision()));
    let rest = fill(&mut answer.verdicts, verdicts, DOCUMENT_VERDICTS_BYTES_MAX);
    let is_whole = !is_too_large && !rest.iter().any(|(_, verdict)| verdict.is_applied());
    is_whole.then(|| {
        let widgets = log.changed_after(from);
        let widgets = widgets.map(|(id, widget)| (id.clone(), Widget::clone(widget)));
        (answer, widgets.collect())
    })
}

/// A board's state of knowledge, without verdicts.
fn subscribed(board: &BoardId, request: u64, log: &Log, from: Cursor) -> Subscribed {
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
