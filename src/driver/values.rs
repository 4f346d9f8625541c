//! The last live values, for a start without the server: one note for whoever works here, of what was looked at last. It is less than the
//! boards are: where the device is full, it goes first.

use serde::{Deserialize, Serialize};

use super::Driver;
use crate::{
    config::VALUES_BYTES_MAX,
    protocol::{SamplesFrame, encode, read},
    sync::storage::Namespace,
};

/// The last minutes of some series, and when they ended.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct LastValues {
    /// When the newest one was heard, in Unix milliseconds by the clock of this device.
    pub heard_ms: u64,
    /// As a server sends them.
    pub frame: SamplesFrame,
}

impl Driver {
    /// Keeps them for the next start; nothing where it is not known whose they are, or there are too many.
    pub fn keep_values(&mut self, values: &LastValues) {
        let text = encode(values);
        if let Some(name) = self.values_name().filter(|_| text.len() <= VALUES_BYTES_MAX) {
            self.has_values = true;
            self.note(&name, text);
        }
    }

    /// Looks for those of an earlier start: [`Self::recalled`] gives them once they are read.
    pub fn recall_values(&mut self) {
        self.recalling = self.values_name().map(|name| self.storage.note(&name));
    }

    /// Those of an earlier start, once.
    pub fn recalled(&mut self) -> Option<LastValues> {
        self.recalled.take().and_then(|text| read(&text).ok())
    }

    /// Makes room for what people do.
    pub(super) fn let_values_go(&mut self) {
        if let Some(name) = self.values_name().filter(|_| std::mem::take(&mut self.has_values)) {
            self.note(&name, String::new());
        }
    }

    fn values_name(&self) -> Option<String> {
        let Namespace { store, principal } = self.engine.status().namespace?;
        Some(format!("values {store} {principal}"))
    }
}
