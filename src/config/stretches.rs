//! Of stretches of the past of series, as charts ask for them.

/// Points of a stretch of a series, as it is told.
pub const STRETCH_LEN_MAX: usize = 2_000;
/// The same, as a chart shows it.
pub const STRETCH_SHOWN_LEN: u64 = 300;
/// However short the stretch is that somebody looks at, its past is not asked for more often than this: its end is what comes by itself.
pub const STRETCH_AGAIN_MS: u64 = 10_000;
/// After a request for it failed, it is made again after so long, as often as there is a number here; then it says so.
pub const STRETCH_RETRY_MS: [u64; 2] = [1_000, 5_000];
/// Nobody looks closer than this: the finest that is kept is a second.
pub const STRETCH_CLOSER_MS_MIN: u64 = 5_000;
/// Series whose stretches are told at once.
pub const STRETCHES_LEN_MAX: usize = 64;
/// Requests whose stretches are read at once; further ones wait.
pub const STRETCHES_AT_ONCE_MAX: usize = 2;
