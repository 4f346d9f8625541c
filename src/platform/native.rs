//! Desktop, phone and terminal: tokio for sockets and timers, SQLite for what is stored.

#[cfg(target_os = "linux")]
mod card;
#[cfg(not(target_os = "linux"))]
mod cardless;
mod clock;
mod disk;
mod locks;
mod network;
#[cfg(not(all(feature = "desktop", target_os = "linux")))]
mod noticeless;
#[cfg(all(feature = "desktop", target_os = "linux"))]
mod notices;
mod power;
mod secrets;
mod socket;
#[cfg(any(feature = "desktop", feature = "mobile"))]
mod window;
#[cfg(not(any(feature = "desktop", feature = "mobile")))]
mod windowless;

use std::{path::Path, rc::Rc};

#[cfg(target_os = "linux")]
pub use card::draw_as_can_be;
#[cfg(not(target_os = "linux"))]
pub use cardless::draw_as_can_be;
#[cfg(feature = "desktop")]
use dioxus::desktop as webview;
#[cfg(all(feature = "mobile", not(feature = "desktop")))]
use dioxus::mobile as webview;
pub use disk::data_folder;
pub use locks::lock_holder;
pub use power::is_charged;
pub use secrets::{
    has_keyring, keep_secret, leave_keyring_out, make_private_folder, move_secrets, secret, write_private,
};
#[cfg(any(feature = "desktop", feature = "mobile"))]
use window as chosen;
#[cfg(not(any(feature = "desktop", feature = "mobile")))]
use windowless as chosen;

#[cfg(not(all(feature = "desktop", target_os = "linux")))]
pub use noticeless::{notify, take_back_notice};
#[cfg(all(feature = "desktop", target_os = "linux"))]
pub use notices::{notify, take_back_notice};

pub use chosen::{entitle, go_to, hear_gestures, hear_keys, leave_text, tell};

#[cfg(all(feature = "mobile", not(feature = "desktop")))]
pub use super::ShownIn::App as SHOWN_IN;
#[cfg(not(any(feature = "desktop", feature = "mobile")))]
pub use super::ShownIn::Tab as SHOWN_IN;
#[cfg(feature = "desktop")]
pub use super::ShownIn::Window as SHOWN_IN;
pub use super::pageless::*;
use super::{Clock, Network, OpenError, ServerAddress, Socket, Storage};

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
