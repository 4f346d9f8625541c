//! A device with nothing around it: for builds that chose no target, such as a check of the library alone. It never
//! connects, and stores nothing.

use std::{
    future::pending,
    path::Path,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{FutureExt, future::LocalBoxFuture};

use super::{Clock, Fetch, Network, NetworkEvent, OpenError, Put, ServerAddress, Socket, SocketEvent, Storage};
use crate::time::Timestamp;

struct Nothing;

impl Clock for Nothing {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    fn wall(&self) -> (u64, i32) {
        (0, 0)
    }

    fn sleep_until(&self, _: Timestamp) -> LocalBoxFuture<'static, ()> {
        pending().boxed_local()
    }
}

impl Network for Nothing {
    fn is_online(&self) -> bool {
        false
    }

    fn poll_event(&mut self, _: &mut Context<'_>) -> Poll<NetworkEvent> {
        Poll::Pending
    }
}

impl Socket for Nothing {
    fn send(&mut self, _: String) {}

    fn poll_event(&mut self, _: &mut Context<'_>) -> Poll<SocketEvent> {
        Poll::Pending
    }
}

pub fn clock() -> Rc<dyn Clock> {
    Rc::new(Nothing)
}

pub fn network() -> Box<dyn Network> {
    Box::new(Nothing)
}

pub fn dial(_: &ServerAddress) -> Box<dyn Socket> {
    Box::new(Nothing)
}

pub async fn open_storage(_: Option<&Path>) -> Result<Box<dyn Storage>, OpenError> {
    Err(OpenError::Unavailable {
        reason: "this build has no storage".to_owned(),
        advice: "Use another one.",
    })
}

pub const FETCH: Option<Fetch> = None;

pub fn page_origin() -> Option<String> {
    None
}

pub fn is_kept_offline() -> bool {
    false
}

pub fn keep_offline(_: bool) {}

pub fn hear_keys(_: bool) {}

/// There is none.
pub type KeyPressed = std::convert::Infallible;

pub fn key_name(event: &KeyPressed) -> String {
    match *event {}
}

pub fn device_name() -> String {
    "App".to_owned()
}

pub fn save(_: &str, _: &str) {}

pub fn copy(_: &str) -> bool {
    false
}

pub fn take_chosen_file() {}

pub fn entitle(_: &str) {}

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

pub const fn go_to(_: &str) {}

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
