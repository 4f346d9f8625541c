//! What a program without a window of its own does about one: nothing.

use futures_channel::mpsc;

use crate::platform::NetworkEvent;

pub const fn listen() -> Option<mpsc::Receiver<NetworkEvent>> {
    None
}

pub const fn hear_keys(_: bool) {}

pub const fn entitle(_: &str) {}

/// Nobody types in a window that is not there.
pub async fn leave_text() {}

pub const fn go_to(_: &str) {}
