//! Of programs that have no page to come from: a desktop's window, a terminal.

/// The server of this very machine, as it is started without arguments.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
/// Servers that a window remembers; the one that was spoken with longest ago goes.
pub const SERVERS_LEN_MAX: usize = 8;
/// The server's program, beside the window's, which keeps the boards of a person alone.
pub const OWN_PROGRAM: &str = "tideboard-server";
/// It is started again so soon after it has ended, in milliseconds.
pub const OWN_SOON_MS: u64 = 300;
/// So long it is tried before a person hears of it, in milliseconds: one that has just been closed may still hold its port and its boards.
pub const OWN_PATIENCE_MS: u64 = 2_000;
/// So long it may take to answer before it is ended and tried again, in milliseconds: its store is opened and read first.
pub const OWN_ANSWER_MS: u64 = 10_000;
/// The same, at most, after it was doubled with each try.
pub const OWN_ANSWER_MS_MAX: u64 = 160_000;
/// So often it is looked meanwhile whether that is over, or a person wants it tried anew, in milliseconds.
pub const OWN_LOOK_MS: u64 = 100;
/// It is tried again so often after that, in milliseconds; and looked whether another window's program still runs it.
pub const OWN_AGAIN_MS: u64 = 1_000;
/// A window that is closed waits for its disk no longer, in milliseconds: what could not be stored by then can't be stored.
pub const SETTLE_MS_MAX: u64 = 5_000;
/// A window that was closed, and has neither gone nor come back by then, answers nothing: it is taken away. In milliseconds.
pub const CLOSING_MS_MAX: u64 = SETTLE_MS_MAX + 1_000;
/// A person who waits so long for their keyring may go on without it, in milliseconds: it may ask for its password where nobody sees that.
pub const KEYRING_PATIENCE_MS: u64 = 3_000;
