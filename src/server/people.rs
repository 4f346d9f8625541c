//! Who looks at which board: told to those who look at it too.
//!
//! As live series, this is no state of a board: it meets neither the authority nor the store, and a slow reader gets the
//! newest list only. Each list is encoded once for all its readers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::{runtime::Handle, sync::watch, time::Instant};

use super::{authority::SessionId, packet::packet};
use crate::{
    config::{PEOPLE_EVERY_MS, PEOPLE_FRAMES_PER_SECOND_MAX, PEOPLE_LEN_MAX},
    protocol::{BoardId, Device, Here, People, Person, Principal, ServerFrame, Writer},
    time::Timestamp,
};

/// Everybody who looks at a board of this server. Clones are the same people.
#[derive(Clone, Debug, Default)]
pub(super) struct Everybody(Arc<Mutex<HashMap<BoardId, Board>>>);

/// Those of one board. It is there as long as anybody hears of it.
#[derive(Debug, Default)]
struct Board {
    /// By their numbers: in the order in which they connected.
    people: BTreeMap<SessionId, Person>,
    newest: watch::Sender<Bytes>,
    told_at: Option<Instant>,
    /// Whether somebody waits to tell.
    is_due: bool,
    /// Whether somebody has come who was told nothing yet.
    is_awaited: bool,
}

/// A connection's place among the people of a board, who hears of them; dropping it leaves.
#[derive(Debug)]
pub(super) struct Presence {
    everybody: Everybody,
    board: BoardId,
    person: Person,
    /// Whether they are told of: a hidden page is not.
    is_seen: bool,
    newest: watch::Receiver<Bytes>,
}

impl Everybody {
    /// Joins those who look at a board, as `session` of `principal` does from `now` on; `None` where it looks at none.
    pub fn join(&self, session: SessionId, principal: &Principal, now: Timestamp, here: Here) -> Option<Presence> {
        let Here { board, device, widget } = here;
        let board = board?;
        let mut boards = self.lock();
        let there = boards.entry(board.clone()).or_default();
        there.is_awaited = true;
        let newest = there.newest.subscribe();
        drop(boards);
        let (device, colour) = known(device);
        let who = Writer {
            principal: principal.clone(),
            device,
            colour,
            at: now,
        };
        let id = session;
        let mut presence = Presence {
            everybody: self.clone(),
            board,
            person: Person { id, who, widget },
            is_seen: false,
            newest,
        };
        presence.see(true);
        Some(presence)
    }

    /// Tells the readers of a board who is there.
    fn tell(&self, board: &BoardId) {
        let mut boards = self.lock();
        let Some(there) = boards.get_mut(board).filter(|there| there.is_due) else {
            return; // left by all meanwhile, and perhaps entered again
        };
        (there.is_due, there.told_at) = (false, Some(Instant::now()));
        let packet = there.packet(board);
        there.newest.send_if_modified(|newest| {
            let is_news = std::mem::take(&mut there.is_awaited) || *newest != packet;
            *newest = packet;
            is_news
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Board>> {
        // Each change is whole before anything in it can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    fn packet(&self, board: &BoardId) -> Bytes {
        let more = self.people.len().saturating_sub(PEOPLE_LEN_MAX);
        packet(&ServerFrame::People(People {
            board: board.clone(),
            people: self.people.values().take(PEOPLE_LEN_MAX).cloned().collect(),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }))
    }

    /// How long after one list the next may follow.
    fn every(&self) -> Duration {
        let readers = self.newest.receiver_count() as u64;
        Duration::from_millis(PEOPLE_EVERY_MS.max(readers * 1_000 / PEOPLE_FRAMES_PER_SECOND_MAX))
    }
}

impl Presence {
    /// Says something else of the same page: true where it still looks at the same board.
    pub fn change(&mut self, here: &Here) -> bool {
        if here.board.as_ref() != Some(&self.board) {
            return false;
        }
        (self.person.who.device, self.person.who.colour) = known(here.device.clone());
        self.person.widget.clone_from(&here.widget);
        self.see(true);
        true
    }

    /// The person sees the page, or does not any more.
    pub fn see(&mut self, is_seen: bool) {
        self.is_seen = is_seen;
        let mut boards = self.everybody.lock();
        let Some(there) = boards.get_mut(&self.board) else {
            return;
        };
        let is_changed = if is_seen {
            there.people.insert(self.person.id, self.person.clone()).as_ref() != Some(&self.person)
        } else {
            there.people.remove(&self.person.id).is_some()
        };
        if is_changed && !there.is_due {
            there.is_due = true;
            let at = there.told_at.map(|told_at| told_at + there.every());
            let (everybody, board) = (self.everybody.clone(), self.board.clone());
            let tell = async move {
                if let Some(at) = at {
                    tokio::time::sleep_until(at).await;
                }
                everybody.tell(&board);
            };
            // Outside a runtime the server is gone, and with it all who would hear.
            _ = Handle::try_current().map(|runtime| runtime.spawn(tell));
        }
    }

    pub const fn board(&self) -> &BoardId {
        &self.board
    }

    pub const fn is_seen(&self) -> bool {
        self.is_seen
    }

    /// Ends when there is another list.
    pub async fn changed(&mut self) {
        // A board that is heard of is there, and so is its sender.
        _ = self.newest.changed().await;
    }

    /// It.
    pub fn take(&mut self) -> Bytes {
        self.newest.borrow_and_update().clone()
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.see(false);
        let mut boards = self.everybody.lock();
        // Under the lock: of two that leave at once, one is the last.
        self.newest = watch::channel(Bytes::new()).1;
        if boards
            .get(&self.board)
            .is_some_and(|there| there.newest.receiver_count() == 0)
        {
            boards.remove(&self.board);
        }
    }
}

/// A device as others see it.
fn known(device: Option<Device>) -> (Option<String>, Option<u8>) {
    let device = device.and_then(Device::kept);
    device.map(|device| (device.name, device.colour)).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured from when a list was taken, a moment after it was made.
    const EARLY: Duration = Duration::from_millis(200);

    fn here(board: &str) -> Here {
        Here {
            board: board.parse().ok(),
            ..Here::default()
        }
    }

    fn join(everybody: &Everybody, session: SessionId) -> Presence {
        let principal = "ann".parse().expect("a name");
        let joined = everybody.join(session, &principal, Timestamp(1), here("deck"));
        joined.expect("a board was named")
    }

    #[tokio::test]
    async fn a_list_is_encoded_once_and_comes_at_most_once_a_second() {
        let everybody = Everybody::default();
        let (mut ann, mut bo) = (join(&everybody, 1), join(&everybody, 2));
        ann.changed().await;
        bo.changed().await;
        assert_eq!(ann.take().as_ptr(), bo.take().as_ptr());
        let told = Instant::now();
        for widget in ["fuel", "water", "fuel"] {
            let widget = widget.parse().ok();
            ann.change(&Here { widget, ..here("deck") });
            tokio::task::yield_now().await;
        }
        bo.changed().await;
        assert!(told.elapsed() >= Duration::from_millis(PEOPLE_EVERY_MS) - EARLY);
        assert!(
            String::from_utf8_lossy(&bo.take()).contains("fuel"),
            "the newest counts"
        );
    }

    #[tokio::test]
    async fn more_readers_hear_less_often_and_only_the_first_are_named() {
        let everybody = Everybody::default();
        let mut crowd: Vec<Presence> = (1..=2 * PEOPLE_FRAMES_PER_SECOND_MAX)
            .map(|session| join(&everybody, session))
            .collect();
        crowd[0].changed().await;
        let told = Instant::now();
        let list = String::from_utf8_lossy(&crowd[0].take()).into_owned();
        assert_eq!(list.matches("\"who\"").count(), PEOPLE_LEN_MAX);
        assert!(list.contains(&format!("\"more\":{}", crowd.len() - PEOPLE_LEN_MAX)));
        crowd[1].take();
        crowd[0].see(false);
        crowd[1].changed().await;
        assert!(told.elapsed() >= Duration::from_secs(2) - EARLY);
    }

    #[tokio::test]
    async fn nothing_is_left_of_a_board_that_all_have_left() {
        let everybody = Everybody::default();
        let (ann, bo) = (join(&everybody, 1), join(&everybody, 2));
        drop(ann);
        assert!(everybody.lock().len() == 1);
        drop(bo);
        assert!(everybody.lock().is_empty());
    }
}
