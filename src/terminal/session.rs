//! A driver, and waiting for what it comes to.

use super::{Failure, Reach, names};
use crate::{
    config::DEFAULT_SERVER,
    driver::{Driver, Leads, NoFallback, Options, StartError},
    platform,
    protocol::{BoardId, Device, Revision},
    sync::{BoardView, Command, Connection, Freshness, Notice, storage::StorageError},
    time::Timestamp,
};

/// A command that is done waits this long for its disk.
const STORE_MS_MAX: u64 = 2_000;

/// One command's life with the engine.
pub struct Session {
    pub driver: Driver,
    give_up_at: Timestamp,
    timeout_s: u64,
}

/// What to do about a board while its server can't be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Wait for the server.
    Wait,
    /// Take the board as this device saw it last; where it never did, wait.
    Recall,
    /// The same, but don't wait.
    RecallOnly,
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Time is up.
    TimedOut,
    /// The person has pressed Ctrl-C.
    Interrupted,
}

impl Session {
    /// Opens this device's outbox. Not connected yet.
    pub async fn open(reach: &Reach) -> Result<Self, Failure> {
        let options = |server: Option<String>| Options {
            platform: platform::here(),
            server,
            token: reach.token.as_ref().map(|token| token.0.clone()),
            device: Some(Device {
                name: "Terminal".to_owned(),
                colour: 0,
            }),
            folder: reach.data.clone(),
            allow_memory: false,
            leads: Leads::Always,
            fallback: Box::new(NoFallback),
        };
        let driver = match Driver::start(options(reach.server.clone())).await {
            Err(StartError::NoServer) => Driver::start(options(Some(DEFAULT_SERVER.to_owned()))).await,
            started => started,
        };
        let driver = driver.map_err(Failure::Start)?;
        let give_up_at = driver.now().plus(reach.timeout.saturating_mul(1_000));
        Ok(Self {
            driver,
            give_up_at,
            timeout_s: reach.timeout,
        })
    }

    /// Connects, and hears of a board.
    pub fn watch(&mut self, board: &BoardId) {
        self.driver.command(Command::Watch { board: board.clone() });
        self.driver.command(Command::Connect);
    }

    /// Writes down what is known, so that the next command knows it without a server. A disk that is slow or full is
    /// not waited for: everything but the cache is stored already.
    pub async fn store(&mut self) {
        self.driver.command(Command::Flush);
        let end = self.driver.now().plus(STORE_MS_MAX);
        let stored = |driver: &Driver, _: &[Notice]| (driver.engine().is_stored() && driver.is_idle()).then_some(());
        let _ = self.turn(Some(end), stored).await;
    }

    /// Turn after turn until `look` sees what it waits for. It is shown the news of each turn once.
    pub async fn until<T>(&mut self, look: impl FnMut(&Driver, &[Notice]) -> Option<T>) -> Result<T, Ended> {
        self.turn(Some(self.give_up_at), look).await
    }

    /// The same, without giving up.
    pub async fn forever<T>(&mut self, look: impl FnMut(&Driver, &[Notice]) -> Option<T>) -> Result<T, Ended> {
        self.turn(None, look).await
    }

    async fn turn<T>(
        &mut self,
        end: Option<Timestamp>,
        mut look: impl FnMut(&Driver, &[Notice]) -> Option<T>,
    ) -> Result<T, Ended> {
        let clock = self.driver.clock();
        let mut out_of_time = clock.sleep_until(end.unwrap_or(Timestamp(u64::MAX >> 20)));
        loop {
            while let Some(input) = self.driver.next_ready() {
                self.driver.take(input);
            }
            let notices: Vec<Notice> = self.driver.notices().collect();
            if let Some(seen) = look(&self.driver, &notices) {
                return Ok(seen);
            }
            let input = tokio::select! {
                input = self.driver.next() => input,
                () = &mut out_of_time => return Err(Ended::TimedOut),
                _ = tokio::signal::ctrl_c() => return Err(Ended::Interrupted),
            };
            self.driver.take(input);
        }
    }

    /// Waits until the board is here: as the server has it or, when the server can't be reached, as `unreached` says.
    pub async fn board(&mut self, board: &BoardId, unreached: Unreached) -> Result<BoardView, Failure> {
        let look = |driver: &Driver, notices: &[Notice]| {
            if let Some(refused) = refusal(driver, notices) {
                return Some(Err(Failure::Refused(refused)));
            }
            let view = driver.engine().board(board)?;
            if view.freshness == Freshness::Live {
                return Some(Ok(view));
            }
            let status = driver.engine().status();
            if !matches!(status.connection, Connection::Waiting { .. }) || unreached == Unreached::Wait {
                return None;
            }
            if status.initialized && view.is_known {
                return Some(Ok(view));
            }
            let was_read = status.initialized || status.namespace.is_none();
            let recalls_only = unreached == Unreached::RecallOnly && was_read;
            recalls_only.then(|| Err(Failure::Refused(never_seen(driver, board))))
        };
        let found = self.until(look).await;
        let view = found.unwrap_or_else(|ended| Err(Failure::Refused(self.unreachable(ended))))?;
        if exists(&view) {
            Ok(view)
        } else {
            Err(self.unknown(board).await)
        }
    }

    /// There is no such board; with those that there are, where the server can be asked.
    pub async fn unknown(&mut self, board: &BoardId) -> Failure {
        let directory = BoardId::directory();
        self.watch(&directory);
        let look = |driver: &Driver, _: &[Notice]| {
            let is_there = matches!(driver.engine().status().connection, Connection::Live { .. });
            let view = driver.engine().board(&directory)?;
            (!is_there || view.freshness == Freshness::Live).then_some(view)
        };
        let known = self.until(look).await;
        let known = known.map(|view| view.shown.board.present().map(|(id, _)| id.to_string()).collect());
        let known: Vec<String> = known.unwrap_or_default();
        let names = || known.iter().map(String::as_str);
        let meant = names::meant(board.as_str(), names().map(|name| (name, name)));
        Failure::Refused(format!(
            "there is no board `{board}`.{} {}`tideboard get {directory}` lists them.",
            names::did_you_mean(meant),
            if known.is_empty() {
                String::new()
            } else {
                format!("There is: {}. ", names::list(names()))
            },
        ))
    }

    /// What to say when the server has not answered, or not as was hoped.
    pub fn unreachable(&self, ended: Ended) -> String {
        let (server, seconds) = (self.driver.server().origin(), self.timeout_s);
        if ended == Ended::Interrupted {
            return "interrupted.".to_owned();
        }
        if let Some(reason) = put_off(&self.driver) {
            return format!("{server} has put it off for {seconds} s: {reason}");
        }
        if matches!(self.driver.engine().status().connection, Connection::Live { .. }) {
            return format!("{server} is there, and has not answered in {seconds} s. Wait longer with --timeout.");
        }
        if let Some(trouble) = self.driver.engine().status().trouble {
            return format!("no connection with {server} in {seconds} s: {trouble}");
        }
        format!(
            "no answer from {server} in {seconds} s. Is it running? Name another with --server, wait longer with --timeout, or \
             see why with RUST_LOG=debug (docs/troubleshooting.md tells more)."
        )
    }
}

/// Why the server has put off the newest edit that it has, while it is there.
pub fn put_off(driver: &Driver) -> Option<String> {
    let engine = driver.engine();
    let is_there = matches!(engine.status().connection, Connection::Live { .. });
    let mut newest_first = engine.pending().rev().filter(|_| is_there);
    newest_first.find_map(|pending| Some(pending.waiting.as_ref()?.reason.clone()))
}

/// Why there is nothing to start from without the server, and what to do. Nothing can be kept for a server that was never
/// met: only it says whose edit it would be.
fn never_seen(driver: &Driver, board: &BoardId) -> String {
    let server = driver.server().origin();
    let what = if driver.engine().status().namespace.is_none() {
        "this device has not met it yet, or not with this token".to_owned()
    } else {
        format!("this device has not seen board `{board}` yet")
    };
    format!(
        "{server} can't be reached, and {what}: nothing can be shown or saved. Check --server, or run this once without \
         --offline-ok while the server can be reached; from then on it works offline."
    )
}

/// A board exists from the first record of its own log.
pub fn exists(view: &BoardView) -> bool {
    view.cursor.revision > Revision::ZERO
}

/// What the server, or this device, refuses for good.
pub fn refusal(driver: &Driver, notices: &[Notice]) -> Option<String> {
    match driver.engine().status().connection {
        Connection::NeedsAuth { message } => {
            return Some(format!("{message} Give a token in TIDEBOARD_TOKEN."));
        }
        Connection::Closed { message } => return Some(message),
        _ => {}
    }
    let trouble = notices.iter().find_map(|notice| match notice {
        Notice::Trouble { message } => Some(message.clone()),
        _ => None,
    });
    trouble.map(|message| fault(driver).unwrap_or(message))
}

/// What this device's disk refuses, in the words of a command: it does not wait for the disk as a page does.
pub fn fault(driver: &Driver) -> Option<String> {
    let fault = driver.engine().status().fault?;
    let message = match fault {
        StorageError::Full => "this device's disk is full. Free some space, then try again.",
        StorageError::Broken | StorageError::Newer => {
            "this device's storage gives an error. Check its disk, or choose another folder with --data, then try again."
        }
    };
    Some(message.to_owned())
}
