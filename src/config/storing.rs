//! Of what a device stores, and whoever else writes there.

/// A browser is given this long to open its storage: one that hangs must not keep a page from its board.
pub const OPEN_MS_MAX: u64 = 10_000;
/// A browser is given this long to say whether it will keep what is stored; some ask the person first.
pub const PERSIST_MS_MAX: u64 = 400;
/// How much room a device has left is asked this often.
pub const ROOM_EVERY_MS: u64 = 60_000;
/// Less room than this, in bytes, is little: a few thousand edits.
pub const ROOM_BYTES_LOW: u64 = 4_194_304;
/// Other processes' writes to a shared storage file are noticed within this time.
pub const SIBLING_POLL_MS: u64 = 250;
/// The cookie in which a browser keeps the language that was chosen on it; without one it speaks what the browser asks for.
pub const LANGUAGE_COOKIE: &str = "tideboard_language";
/// The same for `light` or `dark`; without one it looks as the device does. `server/offline/theme.js` reads it, too.
pub const THEME_COOKIE: &str = "tideboard_theme";
/// A page that is live remembers so often that it was: without the server the next one says since when, to the minute.
pub const MET_AGAIN_MS: u64 = 10_000;
/// A draft with what it was typed over takes at most so many bytes, as much as two values may. How many there are is the browser's limit: five
/// mebibytes for a tab.
pub const DRAFT_BYTES_MAX: usize = 2 * super::VALUE_BYTES_MAX;
