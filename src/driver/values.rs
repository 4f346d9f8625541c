//! The last live values, for a start without the server: one note in which whoever worked here last has what they looked at last. It is less
//! than the boards are: where the device is full, it goes first.

use super::Driver;
use crate::{
    config::VALUES_BYTES_MAX,
    protocol::{SamplesFrame, ServerFrame, decode, encode},
    sync::storage::Namespace,
};

const NOTE: &str = "values";

impl Driver {
    /// Keeps them for the next start: each series in a frame of its own, as a server sends it, since one may have fallen silent long before
    /// another. A frame's clock is when its newest value was heard, in Unix milliseconds by the clock of this device. Nothing is kept where
    /// it is not known whose they are, where there are too many, or where this page has met a full device.
    pub fn keep_values(&mut self, values: &[SamplesFrame]) {
        let Some(owner) = self.owner().filter(|_| !self.is_short_of_room) else {
            return;
        };
        let mut text = owner;
        for frame in values {
            text += "\n{\"samples\":";
            text += &encode(frame);
            text += "}";
        }
        if text.len() <= VALUES_BYTES_MAX {
            self.note(NOTE, text);
        }
    }

    /// Looks for those of an earlier start: [`Self::recalled`] gives them once they are read.
    pub fn recall_values(&mut self) {
        self.recalling = Some(self.storage.note(NOTE));
    }

    /// Those of an earlier start, once; nothing of somebody else's.
    pub fn recalled(&mut self) -> Option<Vec<SamplesFrame>> {
        let text = self.recalled.take()?;
        let mut lines = text.lines();
        if lines.next() != self.owner().as_deref() {
            return None;
        }
        let frames = lines.filter_map(|line| match decode(line) {
            Ok(ServerFrame::Samples(frame)) => Some(frame),
            _ => None,
        });
        Some(frames.collect())
    }

    /// Makes room for what people do.
    pub(super) fn let_values_go(&mut self) {
        if !std::mem::replace(&mut self.is_short_of_room, true) {
            self.note(NOTE, String::new());
        }
    }

    fn owner(&self) -> Option<String> {
        let Namespace { store, principal } = self.engine.status().namespace?;
        Some(format!("{store} {principal}"))
    }
}
