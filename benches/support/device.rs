//! A person's device: the engine that every client runs, with a native program's sockets and clocks.

#![allow(dead_code, reason = "each bench takes what it needs")]

use std::{path::Path, rc::Rc};

use futures_util::{FutureExt, future::LocalBoxFuture};
use tideboard::{
    driver::{Driver, Leads, NoFallback, Options},
    platform::{self, Clock, Network, OpenError, Platform, ServerAddress, Socket, Storage},
    protocol::{BoardId, Device as Name},
    sync::{Command, Connection, Freshness},
};

use crate::support::BOARD;

/// Opens a device on the folder of its disk, or with nothing but memory, at a server; it connects, and hears of the first
/// board.
pub async fn open(origin: String, folder: Option<&Path>) -> Driver {
    let platform: Rc<dyn Platform> = match folder {
        Some(_) => platform::here(),
        None => Rc::new(Diskless),
    };
    let options = Options {
        platform,
        server: Some(origin),
        token: None,
        device: Some(Name {
            name: "Bench".to_owned(),
            colour: 0,
        }),
        folder: folder.map(Path::to_owned),
        allow_memory: true,
        leads: Leads::Always,
        fallback: Box::new(NoFallback),
    };
    let mut driver = Driver::start(options).await.expect("a device starts");
    driver.command(Command::Watch { board: board() });
    driver.command(Command::Connect);
    driver
}

/// Turn after turn until `look` sees what it waits for.
pub async fn until(driver: &mut Driver, mut look: impl FnMut(&Driver) -> bool) {
    loop {
        while let Some(input) = driver.next_ready() {
            driver.take(input);
        }
        if look(driver) {
            return;
        }
        let input = driver.next().await;
        driver.take(input);
    }
}

/// Whether the server is there, and the board as far as `revision`.
pub fn is_at(driver: &Driver, revision: u64) -> bool {
    let confirmed = driver.engine().confirmed(&board());
    is_live(driver) && confirmed.is_some_and(|(_, cursor)| cursor.revision.0 >= revision)
}

/// Whether the server has greeted it, and is not known to be gone.
pub fn is_live(driver: &Driver) -> bool {
    driver.engine().is_welcome()
}

/// Whether its board is as the server orders it.
pub fn is_caught_up(driver: &Driver) -> bool {
    let view = driver.engine().board(&board());
    view.is_some_and(|view| view.freshness == Freshness::Live)
}

/// Whether it waits for its next dial.
pub fn waits(driver: &Driver) -> bool {
    matches!(driver.engine().status().connection, Connection::Waiting { .. })
}

/// The first board.
pub fn board() -> BoardId {
    BOARD.parse().expect("a name")
}

/// This device without its disk: a thousand of them would be a thousand threads and files.
struct Diskless;

impl Platform for Diskless {
    fn clock(&self) -> Rc<dyn Clock> {
        platform::here().clock()
    }

    fn network(&self) -> Box<dyn Network> {
        platform::here().network()
    }

    fn dial(&self, server: &ServerAddress) -> Box<dyn Socket> {
        platform::here().dial(server)
    }

    fn open_storage<'a>(&'a self, _: Option<&'a Path>) -> LocalBoxFuture<'a, Result<Box<dyn Storage>, OpenError>> {
        let reason = "it was left out".to_owned();
        std::future::ready(Err(OpenError::Unavailable { reason, advice: "" })).boxed_local()
    }

    fn page_origin(&self) -> Option<String> {
        None
    }

    fn is_kept_offline(&self) -> bool {
        false
    }

    fn keep_offline(&self, _: bool) {}
}
