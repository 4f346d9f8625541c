//! What of a board is drawn before its page's program runs: by the server, and without it by the browser.

use super::VALUES_KEPT_EVERY_MS;

/// Cards that a server draws into a board's page: more than a screen shows at once.
pub const FIRST_LOOK_LEN_MAX: usize = 24;
/// Bytes of such a drawing; a board that takes more comes with the page's program alone.
pub const FIRST_LOOK_BYTES_MAX: usize = 512 * 1024;
/// A page waits so long for what is to be drawn, in milliseconds, and then goes without: it is what people see first.
pub const FIRST_LOOK_MS_MAX: u64 = 200;
/// Pictures of boards that a browser keeps for starts without the server, each as large as a drawing may be; the oldest goes first.
pub const PICTURES_LEN_MAX: usize = 12;
/// Letters of a line of text in a picture: more than the widest window shows of one.
pub const PICTURE_TEXT_LEN_MAX: usize = 500;
/// With more edits that wait no picture is kept: the start would read all of them to tell whether it is still one of the board.
pub const PICTURE_WAITING_LEN_MAX: usize = 16;
/// A picture is made when nothing was stored for so long, and kept when nothing was for as long again: what was shown by then is stored.
pub const PICTURE_REST_MS: u64 = 1_000;
/// Where only live values change it is made anew this often, as those are kept.
pub const PICTURE_AGAIN_MS: u64 = VALUES_KEPT_EVERY_MS;
