//! What a driver is started with, and why it may not start.

use std::{fmt, path::PathBuf, rc::Rc};

use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, ready},
};

use crate::{
    platform::{AddressError, Memory, NoRandomness, OpenError, Platform, ServerAddress, Storage},
    protocol::{Answered, Device, Document, Push, Subscribe},
    sync::RequestError,
};

/// How to start.
pub struct Options {
    /// What it runs on.
    pub platform: Rc<dyn Platform>,
    /// The server's address; `None` for the page's own, or for the one this device spoke with last.
    pub server: Option<String>,
    /// The token to greet with; `None` where a session cookie says who this is.
    pub token: Option<String>,
    /// What the device is called; `None` for what a person called it here before, or what it calls itself.
    pub device: Option<Device>,
    /// Where to store, on targets that have folders; `None` for the usual place.
    pub folder: Option<PathBuf>,
    /// Whether to go on in memory where nothing can be stored durably. It shows, and is never called saved.
    pub allow_memory: bool,
    /// Who sends.
    pub leads: Leads,
    /// The way to the server where no socket can be had.
    pub fallback: Box<dyn Fallback>,
}

/// Which of the tabs, windows and processes that share a storage sends for all. Safety never rests on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// The one that holds the lock.
    Elected,
    /// This one in any case: it is here to send and be gone.
    Always,
}

/// Operations and boards by plain requests.
pub trait Fallback {
    /// Sends operations.
    fn replay(&self, push: Push) -> LocalBoxFuture<'static, Result<Vec<Answered>, RequestError>>;
    /// Reads a board, and what became of operations: a subscription that ends with its answer.
    fn read(&self, subscribe: Subscribe) -> LocalBoxFuture<'static, Result<Box<Document>, RequestError>>;
}

/// No other way than the socket.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFallback;

impl Fallback for NoFallback {
    fn replay(&self, _: Push) -> LocalBoxFuture<'static, Result<Vec<Answered>, RequestError>> {
        ready(Err(RequestError::Unreachable)).boxed_local()
    }

    fn read(&self, _: Subscribe) -> LocalBoxFuture<'static, Result<Box<Document>, RequestError>> {
        ready(Err(RequestError::Unreachable)).boxed_local()
    }
}

/// Why a driver did not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// No server was named, and this device has not spoken with one yet.
    NoServer,
    /// The server's address is none.
    Address(AddressError),
    /// Nothing can be stored here, and memory would not do.
    Storage(OpenError),
    /// Ids can't be drawn.
    NoRandomness(NoRandomness),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoServer => write!(
                f,
                "no server is known yet. Name it once, like http://127.0.0.1:8080; this device remembers it."
            ),
            Self::Address(error) => error.fmt(f),
            Self::Storage(error) => error.fmt(f),
            Self::NoRandomness(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}

/// The note that holds the server this device spoke with last.
pub(super) const SERVER_NOTE: &str = "server";

/// The note that holds what this device is called.
pub(super) const DEVICE_NOTE: &str = "device";

/// The note that holds the number by which this device's tabs are counted as one.
pub(super) const MARK_NOTE: &str = "mark";

impl Options {
    /// The storage; and, where it is memory, why.
    pub(super) async fn open_storage(&self) -> Result<(Box<dyn Storage>, Option<String>), StartError> {
        match self.platform.open_storage(self.folder.as_deref()).await {
            Ok(storage) => Ok((storage, None)),
            Err(error) if self.allow_memory => Ok((Box::new(Memory::default()), Some(error.to_string()))),
            Err(error) => Err(StartError::Storage(error)),
        }
    }

    /// The server: as given, as the page's, or as remembered. What is given may be mistyped: it is remembered once it has
    /// answered.
    pub(super) async fn server(&self, storage: &dyn Storage) -> Result<ServerAddress, StartError> {
        let here = self.server.clone().or_else(|| self.platform.page_origin());
        let text = match here {
            Some(text) => text,
            None => storage.note(SERVER_NOTE).await.ok_or(StartError::NoServer)?,
        };
        ServerAddress::parse(&text).map_err(StartError::Address)
    }
}
