//! Of programs that have no page to come from: a desktop's window, a terminal.

/// The server of this very machine, as it is started without arguments.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
/// Servers that a window remembers; the one that was spoken with longest ago goes.
pub const SERVERS_LEN_MAX: usize = 8;
/// A window that is closed waits for its disk no longer, in milliseconds: what could not be stored by then can't be stored.
pub const SETTLE_MS_MAX: u64 = 5_000;
/// A window that was closed, and has neither gone nor come back by then, answers nothing: it is taken away. In milliseconds.
pub const CLOSING_MS_MAX: u64 = SETTLE_MS_MAX + 1_000;
