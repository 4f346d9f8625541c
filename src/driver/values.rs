//! The last live values, for a start without the server: one note in which whoever worked here last has what they looked at last. It is less
//! than the boards are: where the device is full, it goes first.

use serde::{Deserialize, Serialize};

use super::Driver;
use crate::{
    config::VALUES_BYTES_MAX,
    protocol::{SampleSeries, encode, read},
    sync::storage::Namespace,
};

const NOTE: &str = "values";

/// The last minutes of some series.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct LastValues {
    /// Whose they are.
    namespace: Namespace,
    /// Each by itself: one may have fallen silent long before another.
    pub series: Vec<LastSeries>,
}

/// One of them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct LastSeries {
    /// When its newest value was heard, in Unix milliseconds by the clock of this device.
    pub heard_ms: u64,
    /// Time between two values, in milliseconds.
    pub interval_ms: u64,
    /// Its values, as a server sends them.
    pub values: SampleSeries,
}

impl Driver {
    /// Keeps them for the next start; nothing where it is not known whose they are, where there are too many, or where this page has met
    /// a full device.
    pub fn keep_values(&mut self, series: Vec<LastSeries>) {
        let Some(namespace) = self.engine.status().namespace.filter(|_| !self.is_short_of_room) else {
            return;
        };
        let text = encode(&LastValues { namespace, series });
        if text.len() <= VALUES_BYTES_MAX {
            self.note(NOTE, text);
        }
    }

    /// Looks for those of an earlier start: [`Self::recalled`] gives them once they are read.
    pub fn recall_values(&mut self) {
        self.recalling = Some(self.storage.note(NOTE));
    }

    /// Those of an earlier start, once; nothing of somebody else's.
    pub fn recalled(&mut self) -> Option<LastValues> {
        let values: LastValues = read(&self.recalled.take()?).ok()?;
        let namespace = self.engine.status().namespace?;
        (values.namespace == namespace).then_some(values)
    }

    /// Makes room for what people do.
    pub(super) fn let_values_go(&mut self) {
        if !std::mem::replace(&mut self.is_short_of_room, true) {
            self.note(NOTE, String::new());
        }
    }
}
