//! How much room is left for what is stored: asked now and then, and said once where it is little, before there is none.

use super::Driver;
use crate::{
    config::{ROOM_BYTES_LOW, ROOM_EVERY_MS},
    sync::Notice,
    time::Timestamp,
};

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// As the device told last, in bytes.
    left: Option<u64>,
    /// When it is asked next.
    due: Timestamp,
    /// It was said that it is little.
    is_said: bool,
}

impl Driver {
    /// How many bytes the device has room for, roughly, as it told last; `None` where it does not tell.
    #[must_use]
    pub const fn room(&self) -> Option<u64> {
        self.room.left
    }

    /// Asks, if it is time, or at once.
    pub(super) fn look_for_room(&mut self, at_once: bool) {
        let now = self.clock.now();
        if self.measuring.is_none() && (at_once || now >= self.room.due) {
            self.room.due = now.plus(ROOM_EVERY_MS);
            self.measuring = Some(self.storage.room());
        }
    }

    /// Takes the answer, and tells whoever looks.
    pub(super) fn measured(&mut self, left: Option<u64>) {
        self.room.left = left;
        let is_low = left.is_some_and(|left| left < ROOM_BYTES_LOW);
        // A device that is full says that by itself, and what is safe.
        let is_news = is_low && self.engine.status().fault.is_none();
        if !std::mem::replace(&mut self.room.is_said, is_low) && is_news {
            let message = LITTLE.to_owned();
            self.notices.push_back(Notice::Trouble { message });
        }
    }
}

const LITTLE: &str =
    "This device has little room left for Tideboard. Free some space: when it is full, new edits are paused.";
