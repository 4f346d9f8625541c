//! How many others have seen what a device has changed. No state of a board: in memory, and lossy.
//!
//! Each page that somebody looks at says how far it has come. A device is counted once, however many pages it has open, and
//! never to itself. Whoever has changed something is told when more others have come as far, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::{Authority, Reply, SessionId};
use crate::{
    config::{SEEN_EVERY_MS, SEEN_OTHERS_MAX},
    planted::{self, Bug},
    protocol::{BoardId, Principal, Receipt, Revision, Seen, ServerFrame},
    time::Timestamp,
};

/// All who have said what they see.
#[derive(Debug, Default)]
pub(super) struct Sight {
    boards: BTreeMap<BoardId, Board>,
    /// Those of which something may have to be told.
    due: BTreeSet<BoardId>,
}

/// Those of one board. It is there as long as any of them hears of it.
#[derive(Debug, Default)]
struct Board {
    readers: BTreeMap<SessionId, Reader>,
    /// The next is not told before.
    free_at: Timestamp,
}

/// A page.
#[derive(Debug)]
struct Reader {
    device: (Principal, u32),
    /// How far it was seen; hidden, it says no more.
    at: Revision,
    /// The newest change by its device.
    own: Revision,
    /// What it was told last: of which revision, and how many others.
    told: (Revision, usize),
}

impl Authority {
    /// A person has seen boards. Of a board that the page does not hear of, or of revisions that are not there, nothing is
    /// believed.
    pub(super) fn note_seen(&mut self, session: SessionId, seen: Seen) {
        let Some(state) = self.sessions.get(&session) else {
            return;
        };
        for (board, (at, own)) in seen.boards {
            let log = self.logs.get(&board).filter(|log| log.board().has_receipts());
            let Some(log) = log.filter(|_| state.subscriptions.contains(&board)) else {
                continue;
            };
            let head = log.cursor().revision;
            let there = self.sight.boards.entry(board.clone()).or_default();
            let reader = there.readers.entry(session).or_insert_with(|| Reader {
                device: (state.identity.principal.clone(), seen.device),
                at: Revision::ZERO,
                own: Revision::ZERO,
                told: (Revision::ZERO, 0),
            });
            (reader.at, reader.own) = (at.min(head).max(reader.at), own.min(head).max(reader.own));
            self.sight.due.insert(board);
        }
    }

    /// When to call [`Authority::handle`], if nothing else happens: something may have to be told then that comes only so
    /// often.
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        let boards = self.sight.due.iter().filter_map(|board| self.sight.boards.get(board));
        boards.map(|board| board.free_at).min()
    }
}

impl Sight {
    /// A page hears of a board no more.
    pub fn leave(&mut self, session: SessionId, board: &BoardId) {
        if let Some(there) = self.boards.get_mut(board) {
            there.readers.remove(&session);
            if there.readers.is_empty() {
                self.boards.remove(board);
                self.due.remove(board);
            }
        }
    }

    /// Tells what is due.
    pub fn tell(&mut self, now: Timestamp, replies: &mut Vec<Reply>) {
        let boards = &mut self.boards;
        self.due.retain(|board| {
            let Some(there) = boards.get_mut(board) else {
                return false;
            };
            let is_early = now < there.free_at;
            if !is_early {
                there.tell(now, board, replies);
            }
            is_early
        });
    }
}

impl Board {
    fn tell(&mut self, now: Timestamp, board: &BoardId, replies: &mut Vec<Reply>) {
        let mut devices: BTreeMap<&(Principal, u32), Revision> = BTreeMap::new();
        for reader in self.readers.values() {
            let at = devices.entry(&reader.device).or_default();
            *at = reader.at.max(*at);
        }
        let mut reached: Vec<Revision> = devices.values().copied().collect();
        reached.sort_unstable();
        let mut news = Vec::new();
        for (session, reader) in self.readers.iter().filter(|(_, reader)| reader.own > Revision::ZERO) {
            let all = reached.len() - reached.partition_point(|at| *at < reader.own);
            let is_oneself = devices[&reader.device] >= reader.own && !planted::is(Bug::SeenCountsOneself);
            let others = (all - usize::from(is_oneself)).min(SEEN_OTHERS_MAX);
            let told = if reader.told.0 == reader.own { reader.told.1 } else { 0 };
            if others > told {
                news.push((*session, reader.own, others));
            }
        }
        // Counting takes longer the more there are.
        let pause_ms = if news.is_empty() {
            self.readers.len() as u64 / READERS_PER_MS
        } else {
            SEEN_EVERY_MS
        };
        self.free_at = now.plus(pause_ms);
        for (session, revision, others) in news {
            if let Some(reader) = self.readers.get_mut(&session) {
                reader.told = (revision, others);
            }
            let frame = ServerFrame::Receipt(Receipt {
                board: board.clone(),
                revision,
                others: others as u32,
            });
            replies.push(Reply::Send { session, frame });
        }
    }
}

/// A board with 10,000 readers is counted once a second, and one with a few whenever one of them has said something.
const READERS_PER_MS: u64 = 10;
