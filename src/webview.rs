//! What a browser does for a page, where the page is inside a program: which server, what is remembered from one start to the next, and that
//! what is shown is stored before it goes. The window of a desktop and the app of a phone stand on it.

mod boards;
mod choosing;
mod history;
pub mod kept;
mod keyring;
mod language;
mod page;
mod showing;

use std::path::PathBuf;

use clap::Parser;
use dioxus::prelude::*;

use self::kept::OWN;
pub use self::{
    boards::Boards, choosing::Choosing, kept::Kept, keyring::WaitingForKeyring, page::page, showing::use_showing,
};
use crate::platform::{AddressError, ServerAddress, data_folder, draw_as_can_be};

/// What it is called where no board is shown.
pub const NAME: &str = "Tideboard";

/// The shared board that keeps working when the network doesn't, in a window of its own.
#[derive(Clone, Parser)]
#[command(name = "tideboard", version)]
pub struct Arguments {
    /// The server; by default the one that this window was at last. Where there was none, it asks
    #[arg(long, value_name = "URL", env = "TIDEBOARD_SERVER", value_parser = origin)]
    server: Option<String>,
    /// A token, where the server asks for one. Arguments are seen by others on this machine: better in the variable
    #[arg(long, env = "TIDEBOARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Folder of this device's outbox and of what it saw last; by default in the user's data folder, with that of the terminal
    #[arg(long, value_name = "FOLDER", env = "TIDEBOARD_OUTBOX")]
    data: Option<PathBuf>,
}

/// A server's address as it is remembered: one has one.
fn origin(text: &str) -> Result<String, AddressError> {
    ServerAddress::parse(text).map(|address| address.origin().to_owned())
}

/// What the program was started with: what it remembers, and what it begins with; said where that can't be.
pub fn begun() -> Option<(Kept, Option<First>)> {
    let arguments = Arguments::parse();
    draw_as_can_be();
    language::speak_as_asked();
    let Some(folder) = arguments.data.clone().or_else(data_folder) else {
        eprintln!("This user has no home folder. Name one for the outbox: `--data FOLDER`.");
        return None;
    };
    let kept = Kept::read(folder);
    let first = First::of(&kept, arguments);
    Some((kept, first))
}

/// A server, and how to greet it; [`OWN`](kept::OWN) is greeted as it tells itself.
#[derive(Clone, PartialEq)]
pub struct Reached {
    /// Its address.
    pub server: String,
    /// The token, where it wants one.
    pub token: Option<String>,
}

/// What a window begins with.
#[derive(Clone)]
pub struct First {
    /// The server.
    pub reached: Reached,
    /// Its token, if there is one, is still where tokens are kept.
    pub wants_token: bool,
}

impl First {
    /// The server to begin with: as named, or the last one.
    fn of(kept: &Kept, arguments: Arguments) -> Option<Self> {
        let server = arguments.server.or_else(|| kept.servers().first().cloned())?;
        let wants_token = arguments.token.is_none() && server != OWN;
        let token = arguments.token;
        Some(Self {
            reached: Reached { server, token },
            wants_token,
        })
    }
}

/// What a window does when all that it shows is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It goes.
    Close,
    /// It asks for another server, or another token.
    Choose,
    /// It goes on at the address that its own server has now.
    Move,
}

/// How what a window shows goes from its server: the window's own part in that.
#[derive(Clone, Copy, PartialEq)]
pub struct Ways {
    /// What to do as soon as all is stored.
    pub leaving: Signal<Option<Leave>>,
    /// All is stored.
    pub on_left: Callback<Leave>,
    /// It is not: the window stays, and tells what would be lost.
    pub on_stays: Callback<Leave>,
    /// The server wants another token; what it said, when a person has read it and wants to give one.
    pub on_not_let_in: Callback<String>,
}
