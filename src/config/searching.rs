//! Of what is looked for on all boards.

/// Where cards of all boards are looked for.
pub const CARDS_PATH: &str = "/api/v1/cards";
/// So many cards are found at once: who looks for another one types on.
pub const FOUND_LEN_MAX: usize = 20;
/// After so many widgets, in all, a search looks no further: the thread that decides looks.
pub const SEARCHED_WIDGETS_LEN_MAX: usize = 5_000;
/// Nobody waits longer for it: they type on.
pub const SEARCH_MS_MAX: u64 = 500;
/// Typing pauses so long before the server is asked.
pub const SEARCH_PAUSE_MS: u64 = 200;
