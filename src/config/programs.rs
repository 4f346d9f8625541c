//! Of what other programs ask with one request: webhooks, and data to take away.

use super::STAMP_AGE_MS_MAX;

/// A line that a program adds, in bytes; a longer one is cut.
pub const WEBHOOK_LINE_BYTES_MAX: usize = 1_000;
/// The shortest key by which a request may be sent again: a shorter one is easily used twice.
pub const WEBHOOK_KEY_LEN_MIN: usize = 8;
/// The longest: a UUID and whatever a program puts around it.
pub const WEBHOOK_KEY_LEN_MAX: usize = 128;
/// Whoever sets what takes effect now or never gives it this many seconds at most.
pub const WEBHOOK_WITHIN_S_MAX: u64 = 60;
/// Where series are taken away as a table.
pub const TABLE_PATH: &str = "/api/v1/series.csv";
/// How far back a table of series goes where nobody says, in milliseconds.
pub const TABLE_SPAN_MS: u64 = 3_600_000;
/// Cells of such a table that are read at once: it is sent as it is read.
pub const TABLE_CELLS_AT_ONCE: usize = 20_000;

const _: () = assert!(
    WEBHOOK_WITHIN_S_MAX * 1_000 <= STAMP_AGE_MS_MAX,
    "nothing that is meant for now waits longer than a stamp is good for"
);
