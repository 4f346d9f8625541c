//! What waits to be written to one connection, within limits.
//!
//! The committer puts packets in and never waits; the session takes them out as fast as its socket takes them. A
//! reader that is too slow loses a board's changes, not its place: they are dropped, and when the rest is written it is
//! told to subscribe again from where it is. Answers are never dropped: while too many wait, its session reads no
//! further question. So a slow reader neither slows others nor grows the server.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;

use super::{authority::Told, packet::packet};
use crate::{
    config::{BACKLOG_BYTES_MAX, CATCH_UP_BYTES_MAX, UNDER_WAY_LEN_MAX, WRITE_BUFFER_BYTES_MAX},
    protocol::{BoardId, ServerFrame},
};

/// One connection's queue. Empty, it takes less than 200 bytes.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    filled: Notify,
}

/// What to write next.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Packets, in order.
    pub packets: VecDeque<Bytes>,
    /// Nothing comes after them: close.
    pub last: bool,
    /// Whether the packet was made just now, of what waited to be told.
    pub is_made: bool,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// It waits to be written, or is of a kind that may be dropped.
    Taken,
    /// The reader is too slow: this board's changes were dropped just now, and go on being dropped until it has been told.
    Overflowed,
    /// It waits, and with it so many answers that nothing more should be asked.
    Filled,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Letter>,
    /// Of all that waits but catch-ups: those must not make a reader lag, or it would never catch up.
    bytes: usize,
    /// Of catch-ups.
    catch_up_bytes: usize,
    /// Boards whose changes were dropped, and whose reader was not told yet.
    lagging: Vec<BoardId>,
    /// Frames that were asked and not answered yet.
    under_way: usize,
    closing: bool,
}

#[derive(Debug)]
enum Letter {
    Answer(Bytes),
    Change(BoardId, Bytes),
    CatchUp(BoardId, Bytes),
    /// Written when it is taken, a frame at a time.
    Told(Told),
}

impl Mailbox {
    /// A frame is handed on; [`Mailbox::answered`] says when all that answers it is here.
    pub fn asked(&self) {
        self.lock().under_way += 1;
    }

    /// All that answers one frame is here.
    pub fn answered(&self) {
        let mut state = self.lock();
        let was_full = !state.has_room();
        state.under_way -= 1;
        drop(state);
        if was_full {
            self.filled.notify_one();
        }
    }

    /// Whether a further frame may be asked. When there is none, [`Mailbox::filled`] ends before there is again.
    pub fn has_room(&self) -> bool {
        self.lock().has_room()
    }

    /// An answer: never dropped. What may be asked is bounded instead.
    pub fn answer(&self, packet: Bytes) -> Posted {
        self.post(|state| {
            let was_full = state.is_full();
            state.put(Letter::Answer(packet));
            state.filled_unless(was_full)
        })
    }

    /// Verdicts, of which frames are made as they are taken: never dropped either.
    pub fn tell(&self, told: Told) -> Posted {
        self.post(|state| {
            let was_full = state.is_full();
            state.put(Letter::Told(told));
            state.filled_unless(was_full)
        })
    }

    /// A board's changes, dropped when too much waits.
    pub fn change(&self, board: &BoardId, packet: &Bytes) -> Posted {
        self.post(|state| {
            if state.lagging.contains(board) {
                return Posted::Taken;
            }
            if state.bytes + packet.len() > WRITE_BUFFER_BYTES_MAX {
                state.drop_board(board);
                state.lagging.push(board.clone());
                return Posted::Overflowed;
            }
            state.put(Letter::Change(board.clone(), packet.clone()))
        })
    }

    /// An app's event: lossy, so simply dropped when too much waits.
    pub fn event(&self, packet: &Bytes) -> Posted {
        self.post(|state| {
            if state.bytes + packet.len() > WRITE_BUFFER_BYTES_MAX {
                return Posted::Taken;
            }
            state.put(Letter::Answer(packet.clone()))
        })
    }

    /// A board's catch-up begins with `packet`: what still waits of it, from before, is overtaken.
    pub fn begin_catch_up(&self, board: &BoardId, packet: Bytes) -> Posted {
        self.post(|state| {
            state.drop_board(board);
            state.put(Letter::Answer(packet))
        })
    }

    /// Its catch-up goes on.
    pub fn catch_up(&self, board: &BoardId, packet: Bytes) -> Posted {
        self.post(|state| {
            let was_full = state.is_full();
            state.put(Letter::CatchUp(board.clone(), packet));
            state.filled_unless(was_full)
        })
    }

    /// Nothing comes after what waits.
    pub fn close(&self) {
        self.lock().closing = true;
        self.filled.notify_one();
    }

    /// Ends when there is something to take.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes about `bytes_max`, and rings again when more is left.
    pub fn take(&self, bytes_max: usize) -> Mail {
        let mut mail = Mail::default();
        let mut state = self.lock();
        if let Some(Letter::Told(told)) = state.waiting.front_mut() {
            // The committer must not wait for a frame to be written: nobody else takes letters, so this one stays the first.
            let mut telling = mem::take(told);
            let before = telling.bytes();
            drop(state);
            mail.packets.extend(telling.next().as_ref().map(packet));
            mail.is_made = true;
            state = self.lock();
            state.bytes -= before - telling.bytes();
            match state.waiting.front_mut() {
                Some(Letter::Told(told)) if !telling.is_empty() => *told = telling,
                _ => drop(state.waiting.pop_front()),
            }
        }
        let mut taken = 0;
        while !mail.is_made
            && taken < bytes_max
            && let Some(packet) = state.pop()
        {
            taken += packet.len();
            mail.packets.push_back(packet);
        }
        if state.waiting.is_empty() {
            // An idle connection keeps no room for what once waited.
            state.waiting = VecDeque::new();
            let told = mem::take(&mut state.lagging)
                .into_iter()
                .map(|board| packet(&ServerFrame::Lagged { board }));
            mail.packets.extend(told);
            mail.last = state.closing;
        } else {
            self.filled.notify_one();
        }
        mail
    }

    fn post(&self, put: impl FnOnce(&mut State) -> Posted) -> Posted {
        let mut state = self.lock();
        if state.closing {
            return Posted::Taken;
        }
        let posted = put(&mut state);
        drop(state);
        self.filled.notify_one();
        posted
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change of the state is whole before anything in it can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.bytes > BACKLOG_BYTES_MAX || self.catch_up_bytes > CATCH_UP_BYTES_MAX
    }

    fn filled_unless(&self, was_full: bool) -> Posted {
        if !was_full && self.is_full() {
            Posted::Filled
        } else {
            Posted::Taken
        }
    }

    fn has_room(&self) -> bool {
        self.under_way < UNDER_WAY_LEN_MAX && !self.is_full()
    }

    fn put(&mut self, letter: Letter) -> Posted {
        *self.count_of(&letter) += letter.bytes();
        self.waiting.push_back(letter);
        Posted::Taken
    }

    /// The next packet; `None` where there is none, or one has to be made.
    fn pop(&mut self) -> Option<Bytes> {
        let letter = self.waiting.pop_front_if(|letter| !matches!(letter, Letter::Told(_)))?;
        *self.count_of(&letter) -= letter.bytes();
        match letter {
            Letter::Answer(packet) | Letter::Change(_, packet) | Letter::CatchUp(_, packet) => Some(packet),
            Letter::Told(_) => None,
        }
    }

    /// Takes off what it drops, and counts nothing anew: of what is being told a part may be out for writing.
    fn drop_board(&mut self, board: &BoardId) {
        let (bytes, catch_up_bytes) = (&mut self.bytes, &mut self.catch_up_bytes);
        self.waiting.retain(|letter| {
            match letter {
                Letter::Change(other, packet) if other == board => *bytes -= packet.len(),
                Letter::CatchUp(other, packet) if other == board => *catch_up_bytes -= packet.len(),
                _ => return true,
            }
            false
        });
    }

    fn count_of(&mut self, letter: &Letter) -> &mut usize {
        match letter {
            Letter::CatchUp(..) => &mut self.catch_up_bytes,
            _ => &mut self.bytes,
        }
    }
}

impl Letter {
    fn bytes(&self) -> usize {
        match self {
            Self::Answer(packet) | Self::Change(_, packet) | Self::CatchUp(_, packet) => packet.len(),
            Self::Told(told) => told.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::*;
    use crate::{
        config::FRAME_BYTES_MAX,
        protocol::{ClientId, OperationId, Revision, Verdict},
    };

    fn board(name: &str) -> BoardId {
        name.parse().expect("a name")
    }

    fn fill(mailbox: &Mailbox, name: &str) -> Posted {
        // Two leave room for a word beside them, and three do not fit.
        let half = Bytes::from(vec![0; WRITE_BUFFER_BYTES_MAX / 2 - 64]);
        assert_eq!(mailbox.change(&board(name), &half), Posted::Taken);
        assert_eq!(mailbox.change(&board(name), &half), Posted::Taken);
        mailbox.change(&board(name), &half)
    }

    #[test]
    fn a_slow_reader_loses_one_boards_changes_and_is_told_when_the_rest_is_written() {
        let mailbox = Mailbox::default();
        assert_eq!(mailbox.answer(Bytes::from_static(b"verdict")), Posted::Taken);
        assert_eq!(fill(&mailbox, "a"), Posted::Overflowed);
        assert_eq!(
            mailbox.change(&board("a"), &Bytes::from_static(b"later")),
            Posted::Taken,
            "it is reported once"
        );
        assert_eq!(
            mailbox.change(&board("b"), &Bytes::from_static(b"other")),
            Posted::Taken
        );
        let mail = mailbox.take(usize::MAX);
        let lagged = packet(&ServerFrame::Lagged { board: board("a") });
        assert_eq!(
            mail.packets,
            [Bytes::from_static(b"verdict"), Bytes::from_static(b"other"), lagged]
        );
        assert_eq!(mailbox.change(&board("a"), &Bytes::from_static(b"anew")), Posted::Taken);
        assert_eq!(mailbox.take(usize::MAX).packets, [Bytes::from_static(b"anew")]);
    }

    #[test]
    fn a_second_catch_up_overtakes_the_first() {
        let mailbox = Mailbox::default();
        mailbox.begin_catch_up(&board("a"), Bytes::from_static(b"first"));
        mailbox.catch_up(&board("a"), Bytes::from_static(b"large"));
        mailbox.begin_catch_up(&board("a"), Bytes::from_static(b"second"));
        mailbox.catch_up(&board("a"), Bytes::from_static(b"small"));
        let expected: [&'static [u8]; 3] = [b"first", b"second", b"small"];
        assert_eq!(mailbox.take(usize::MAX).packets, expected.map(Bytes::from_static));
    }

    #[test]
    fn while_answers_wait_for_a_reader_it_may_ask_no_more_and_none_is_lost() {
        let mailbox = Mailbox::default();
        let answer = Bytes::from(vec![0; BACKLOG_BYTES_MAX / 2]);
        assert_eq!(
            [(); 4].map(|()| mailbox.answer(answer.clone())),
            [Posted::Taken, Posted::Taken, Posted::Filled, Posted::Taken]
        );
        assert!(!mailbox.has_room());
        assert_eq!(mailbox.take(1).packets.len(), 1);
        assert!(!mailbox.has_room(), "one of four is not enough");
        let rest = mailbox.take(usize::MAX);
        assert_eq!((rest.packets.len(), rest.last), (3, false));
        assert!(mailbox.has_room());
    }

    #[test]
    fn while_a_large_catch_up_waits_for_a_reader_it_may_ask_no_more_and_does_not_lag() {
        let mailbox = Mailbox::default();
        let half = Bytes::from(vec![0; CATCH_UP_BYTES_MAX / 2]);
        assert_eq!(
            ["a", "b", "c"].map(|name| mailbox.catch_up(&board(name), half.clone())),
            [Posted::Taken, Posted::Taken, Posted::Filled]
        );
        assert!(!mailbox.has_room());
        assert_eq!(mailbox.change(&board("a"), &Bytes::from_static(b"new")), Posted::Taken);
        mailbox.begin_catch_up(&board("b"), Bytes::from_static(b"anew"));
        assert!(mailbox.has_room(), "what is overtaken waits no more");
        assert_eq!(mailbox.take(usize::MAX).packets.len(), 4);
    }

    #[test]
    fn what_is_told_is_written_a_frame_at_a_time_in_its_place() {
        let mailbox = Mailbox::default();
        let verdict = |sequence| {
            let client = ClientId(1);
            let revision = Revision(sequence);
            (
                OperationId { client, sequence },
                Arc::new(Verdict::Expired { revision }),
            )
        };
        let len = BACKLOG_BYTES_MAX / size_of_val(&verdict(0)) + 1;
        let told = Told::new((0..len as u64).map(verdict).collect(), FRAME_BYTES_MAX);
        mailbox.answer(Bytes::from_static(b"before"));
        assert_eq!(mailbox.tell(told.clone()), Posted::Filled);
        mailbox.answer(Bytes::from_static(b"after"));
        assert!(!mailbox.has_room());
        assert_eq!(mailbox.take(usize::MAX).packets, [Bytes::from_static(b"before")]);
        for frame in told {
            let mail = mailbox.take(usize::MAX);
            assert!(mail.is_made && mail.packets == [packet(&frame)]);
        }
        assert_eq!(mailbox.take(usize::MAX).packets, [Bytes::from_static(b"after")]);
        assert!(mailbox.has_room() && mailbox.lock().bytes == 0);
    }

    #[test]
    fn only_so_many_frames_are_under_way_and_an_answer_rings_for_who_waits() {
        let mailbox = Mailbox::default();
        for _ in 0..UNDER_WAY_LEN_MAX {
            assert!(mailbox.has_room());
            mailbox.asked();
        }
        assert!(!mailbox.has_room());
        assert_eq!(mailbox.filled().now_or_never(), None);
        mailbox.answered();
        assert_eq!(mailbox.filled().now_or_never(), Some(()));
        assert!(mailbox.has_room());
    }

    #[test]
    fn what_is_taken_is_bounded_and_the_rest_is_announced() {
        let mailbox = Mailbox::default();
        for _ in 0..3 {
            mailbox.answer(Bytes::from_static(b"0123456789"));
        }
        mailbox.close();
        let first = mailbox.take(15);
        assert_eq!((first.packets.len(), first.last), (2, false));
        let rest = mailbox.take(15);
        assert_eq!((rest.packets.len(), rest.last), (1, true));
    }
}
