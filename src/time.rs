//! Time as a number. Nothing here reads a clock: only `platform` and the server's shell do.

use serde::{Deserialize, Serialize};

/// Milliseconds since an origin the caller chose. A device's own clock is monotonic from its start; the server's
/// stamps count from the Unix epoch on a clock that keeps counting through suspend. The two are never compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The instant `ms` milliseconds later; stops at the end of time instead of wrapping.
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; zero when `earlier` is in fact later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
