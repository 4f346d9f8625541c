//! What a program without a window of its own does about one: nothing.

use futures_channel::mpsc;

use crate::platform::{Gesture, NetworkEvent};

pub const fn listen() -> Option<mpsc::Receiver<NetworkEvent>> {
    None
}

pub const fn hear_keys(_: bool) {}

/// Nobody hears it.
pub const fn tell(_: NetworkEvent) {}

/// Nobody makes one.
pub fn hear_gestures(_: impl FnMut(Gesture) -> bool + 'static) {}

pub const fn entitle(_: &str) {}

/// Nobody types in a window that is not there.
pub async fn leave_text() {}

pub const fn go_to(_: &str) {}
