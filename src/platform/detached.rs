//! A device with nothing around it: for builds that chose no target, such as a check of the library alone. It never
//! connects, and stores nothing.

use std::{
    future::pending,
    path::Path,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{FutureExt, future::LocalBoxFuture};

use super::{Clock, Network, NetworkEvent, OpenError, ServerAddress, Socket, SocketEvent, Storage};
pub use super::{ShownIn::Tab as SHOWN_IN, pageless::*};
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

pub fn device_name() -> String {
    "App".to_owned()
}

pub const fn hear_keys(_: bool) {}

pub const fn entitle(_: &str) {}

pub const fn go_to(_: &str) {}
