//! A board's order: revisions, the writers' epochs, and cursors that are valid only in the history they came from.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ids::{IdError, RunId, hex, random_id};

/// The server's total order of *applied* operations on a board: dense, from 1; 0 is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first operation.
    pub const ZERO: Self = Self(0);

    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

random_id! {
    /// A writer's stretch of history: drawn anew whenever a writer opens the store.
    Epoch
}

impl Epoch {
    /// The epoch of a server process.
    #[must_use]
    pub const fn of(run: RunId) -> Self {
        Self(run.0)
    }
}

/// How far someone has seen: a revision and the epoch of the record that made it. A number alone would be valid in
/// a restored backup too, where the same number means something else (Raft's log matching property).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// Epoch of the record at `revision`; zero at revision 0.
    pub epoch: Epoch,
    /// The last revision seen.
    pub revision: Revision,
}

impl Cursor {
    /// Nothing seen: valid in every history.
    pub const ORIGIN: Self = Self {
        epoch: Epoch(0),
        revision: Revision::ZERO,
    };
}

/// Which epoch wrote which stretch: segments of (first revision, epoch), ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(Vec<(Revision, Epoch)>);

impl History {
    /// Notes that `epoch` wrote from `first` on. Calls come in ascending order.
    pub fn note(&mut self, first: Revision, epoch: Epoch) {
        if self.0.last().is_none_or(|(_, last)| *last != epoch) {
            debug_assert!(self.0.last().is_none_or(|(last, _)| *last < first), "history ascends");
            self.0.push((first, epoch));
        }
    }

    /// Whether `epoch` wrote any of it, as far as it is kept.
    #[must_use]
    pub fn has(&self, epoch: Epoch) -> bool {
        self.0.iter().any(|(_, writer)| *writer == epoch)
    }

    /// The same as far as `head`.
    #[must_use]
    pub fn up_to(&self, head: Revision) -> Self {
        Self(self.0.iter().copied().filter(|(first, _)| *first <= head).collect())
    }

    /// The epoch of the record at `revision`; `None` before the first kept segment.
    #[must_use]
    pub fn epoch_at(&self, revision: Revision) -> Option<Epoch> {
        let after = self.0.partition_point(|(first, _)| *first <= revision);
        after.checked_sub(1).map(|index| self.0[index].1)
    }

    /// The cursor of `revision` here.
    #[must_use]
    pub fn cursor(&self, revision: Revision) -> Cursor {
        self.epoch_at(revision)
            .map_or(Cursor::ORIGIN, |epoch| Cursor { epoch, revision })
    }

    /// Whether `cursor` was reached on the way to `head` in this history.
    #[must_use]
    pub fn contains(&self, cursor: Cursor, head: Revision) -> bool {
        cursor == Cursor::ORIGIN || (cursor.revision <= head && self.epoch_at(cursor.revision) == Some(cursor.epoch))
    }

    /// Whether another writer than the cursor's is known to have written its revision here.
    #[must_use]
    pub fn excludes(&self, cursor: Cursor, head: Revision) -> bool {
        cursor.revision <= head
            && self
                .epoch_at(cursor.revision)
                .is_some_and(|epoch| epoch != cursor.epoch)
    }

    /// Where something made at `cursor` belongs here: there, when that is on the way to `head`; else the last revision
    /// that its epoch wrote in this history, or the origin when that epoch wrote nothing here.
    #[must_use]
    pub fn home(&self, cursor: Cursor, head: Revision) -> Cursor {
        if self.contains(cursor, head) {
            return cursor;
        }
        let segment = self.0.iter().rposition(|(_, epoch)| *epoch == cursor.epoch);
        let end = segment.map(|index| self.0.get(index + 1).map_or(head, |(next, _)| Revision(next.0 - 1)));
        end.filter(|end| *end < cursor.revision)
            .map_or(Cursor::ORIGIN, |end| Cursor {
                epoch: cursor.epoch,
                revision: end,
            })
    }

    /// As [`History::home`], when it is certain that `cursor` is not of this history: `None` when it is on the way, may
    /// lie ahead, or lies before what is kept.
    #[must_use]
    pub fn strayed(&self, cursor: Cursor, head: Revision) -> Option<Cursor> {
        let forgotten = self.0.first().is_none_or(|(first, _)| cursor.revision < *first);
        let over = self.0.iter().rev().skip(1).any(|(_, epoch)| *epoch == cursor.epoch);
        let ahead = cursor.revision > head && !over;
        (!self.contains(cursor, head) && !forgotten && !ahead).then(|| self.home(cursor, head))
    }

    /// The last revision at which this history (with its `head`) and `other` (with its) agree: 0 when unsure.
    #[must_use]
    pub fn fork(&self, head: Revision, other: &Self, other_head: Revision) -> Revision {
        let mut end = head.min(other_head);
        while end > Revision::ZERO {
            if let (Some(mine), Some(theirs)) = (self.epoch_at(end), other.epoch_at(end))
                && mine == theirs
            {
                return end;
            }
            // Both are constant below the nearest segment start, so jump there.
            let start = [self, other]
                .into_iter()
                .filter_map(|history| history.start_at(end))
                .max();
            end = Revision(start.unwrap_or(Revision::ZERO).0.saturating_sub(1));
        }
        Revision::ZERO
    }

    /// Forgets segments that end below `horizon`.
    pub fn prune(&mut self, horizon: Revision) {
        let keep_from = self.0.partition_point(|(first, _)| *first <= horizon).saturating_sub(1);
        self.0.drain(..keep_from);
    }

    fn start_at(&self, revision: Revision) -> Option<Revision> {
        let after = self.0.partition_point(|(first, _)| *first <= revision);
        after.checked_sub(1).map(|index| self.0[index].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(segments: &[(u64, u128)]) -> History {
        let mut history = History::default();
        for (first, epoch) in segments {
            history.note(Revision(*first), Epoch(*epoch));
        }
        history
    }

    #[test]
    fn as_far_as_a_revision_it_is_of_those_who_wrote_until_then() {
        let whole = history(&[(1, 7), (11, 8), (21, 9)]);
        assert_eq!(whole.up_to(Revision(20)), history(&[(1, 7), (11, 8)]));
        assert_eq!(whole.up_to(Revision(21)), whole);
    }

    #[test]
    fn a_cursor_is_valid_only_where_its_epoch_wrote_its_revision() {
        let kept = history(&[(1, 7), (11, 8)]);
        let head = Revision(20);
        assert!(kept.contains(Cursor::ORIGIN, head));
        assert!(kept.contains(
            Cursor {
                epoch: Epoch(7),
                revision: Revision(10)
            },
            head
        ));
        assert!(!kept.contains(
            Cursor {
                epoch: Epoch(7),
                revision: Revision(11)
            },
            head
        ));
        assert!(!kept.contains(
            Cursor {
                epoch: Epoch(8),
                revision: Revision(21)
            },
            head
        ));
    }

    #[test]
    fn the_fork_is_the_last_revision_both_histories_share() {
        // A backup taken at 100 in epoch 7, which others then continued in epoch 9.
        let mine = history(&[(1, 7)]);
        let restored = history(&[(1, 7), (101, 9)]);
        assert_eq!(mine.fork(Revision(120), &restored, Revision(125)), Revision(100));
        assert_eq!(mine.fork(Revision(90), &restored, Revision(125)), Revision(90));
        assert_eq!(
            history(&[(1, 3)]).fork(Revision(5), &restored, Revision(125)),
            Revision::ZERO
        );
    }

    #[test]
    fn pruning_keeps_the_segment_that_covers_the_horizon() {
        let mut kept = history(&[(1, 7), (11, 8), (21, 9)]);
        kept.prune(Revision(15));
        assert_eq!(kept.epoch_at(Revision(15)), Some(Epoch(8)));
        assert_eq!(kept.epoch_at(Revision(10)), None);
    }
}
