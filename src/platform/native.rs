//! Desktop, phone and terminal: tokio for sockets and timers, SQLite for what is stored.

mod clock;
mod disk;
mod network;
mod secrets;
mod socket;
#[cfg(feature = "desktop")]
mod window;
#[cfg(not(feature = "desktop"))]
mod windowless;

use std::{path::Path, rc::Rc};

pub use disk::data_folder;
pub use secrets::{keep_secret, secret};
#[cfg(feature = "desktop")]
use window as chosen;
#[cfg(not(feature = "desktop"))]
use windowless as chosen;

pub use chosen::{entitle, go_to, hear_keys, leave_text};

use super::{Clock, Fetch, Network, OpenError, Put, ServerAddress, Socket, Storage};

pub fn clock() -> Rc<dyn Clock> {
    Rc::new(clock::SystemClock)
}

pub fn network() -> Box<dyn Network> {
    Box::new(network::Watched::new(chosen::listen()))
}

pub fn dial(server: &ServerAddress) -> Box<dyn Socket> {
    Box::new(socket::Tungstenite::dial(server))
}

pub async fn open_storage(folder: Option<&Path>) -> Result<Box<dyn Storage>, OpenError> {
    disk::Disk::open(folder)
        .await
        .map(|disk| Box::new(disk) as Box<dyn Storage>)
}

pub const FETCH: Option<Fetch> = None;

pub fn page_origin() -> Option<String> {
    None
}

pub fn is_kept_offline() -> bool {
    false
}

pub fn keep_offline(_: bool) {}

/// There is none.
pub type KeyPressed = std::convert::Infallible;

pub fn key_name(event: &KeyPressed) -> String {
    match *event {}
}

pub fn device_name() -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Mac",
        "windows" => "Windows",
        "android" => "Android",
        "ios" => "iOS",
        other => other,
    };
    format!("App on {system}")
}

pub fn stand_at(_: &str) {}

pub const fn page_words() -> Option<String> {
    None
}

pub const fn set_cookie(_: &str) {}

pub const fn load_again() {}

pub fn save(_: &str, _: &str) {}

pub fn copy(_: &str) -> bool {
    false
}

pub fn take_chosen_file() {}

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
