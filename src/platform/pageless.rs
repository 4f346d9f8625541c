//! What a page alone has or does, where there is none: nothing, and nothing is done.

use super::{Fetch, Put};

pub const FETCH: Option<Fetch> = None;

pub fn page_origin() -> Option<String> {
    None
}

pub fn remembered(_: &str) -> Option<String> {
    None
}

pub fn remember(_: &str, _: &str) {}

pub fn jotted(_: &str) -> Option<String> {
    None
}

pub fn jot(_: &str, _: Option<&str>) {}

pub fn is_kept_offline() -> bool {
    false
}

pub fn keep_offline(_: bool) {}

/// There is none.
pub type KeyPressed = std::convert::Infallible;

pub fn key_name(event: &KeyPressed) -> String {
    match *event {}
}

pub fn save(_: &str, _: &str) {}

pub fn copy(_: &str) -> bool {
    false
}

pub fn take_chosen_file() {}

pub fn stand_at(_: &str) {}

pub const fn page_words() -> Option<String> {
    None
}

pub const fn set_cookie(_: &str) {}

pub const fn load_again() {}

pub fn page_cookies() -> Option<String> {
    None
}

pub fn selection(_: &str) -> Option<(u32, u32)> {
    None
}

pub fn is_on_page(_: &str) -> bool {
    false
}

pub fn kept_picture() -> String {
    String::new()
}

pub fn select(_: u32, _: u32) {}

pub fn hold_pointer(_: i32, _: (f64, f64)) {}

pub fn grasp(_: i32, _: (f64, f64), _: bool, _: &'static [&'static str], _: usize) {}

pub fn carry(_: i32, _: (f64, f64)) {}

pub fn let_go(_: i32) -> Option<Put> {
    None
}

pub fn put_back(_: Option<i32>) -> bool {
    false
}
