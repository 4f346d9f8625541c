//! A running server: what its routes share.

use std::{
    collections::HashSet,
    fmt,
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use axum::extract::Request;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use super::{
    FirstBoard,
    auth::{Auth, Policy, SessionId},
    authority,
    clock::Clock,
    committer::{self, Requests},
    log::{Call, Called},
    metrics::Metrics,
    origin::OriginPolicy,
    peers::{self, Crowd, Place, Spared},
    people::Everybody,
    reach::Reach,
    session::SocketPatience,
    sources::{
        Sources,
        scrape::{self, Scraping},
    },
    store::{Store, StoreError},
};
use crate::{
    board::Catalog,
    config::{
        ACCEPT_PER_SECOND, CONNECTIONS_LEN_MAX, HTTP_CONNECTIONS_PER_ADDRESS_LEN_MAX, RETRY_WINDOW_MS,
        RETRY_WINDOW_MS_MAX, SAMPLE_INTERVAL_MS, SOCKETS_PER_ADDRESS_LEN_MAX, STORE_BYTES_MAX,
    },
    protocol::{Answered, Device, Document, Identity, Push, StoreId, Subscribe},
    sampling::host,
};

/// A running server: what its routes share. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server(Arc<Shared>);

/// How a server is set up.
///
/// An app with widgets of its own gives its kinds, and perhaps boards to begin with; the rest is as [`ServerConfig::local`] has it:
///
/// ```
/// use serde_json::json;
/// use tideboard::{
///     board::{Catalog, FieldSpec, Policy, ValueType},
///     protocol::BoardId,
///     server::{FirstBoard, Server, ServerConfig},
/// };
///
/// let boxes = FieldSpec::new("boxes", ValueType::Integer, Policy::LastWriteWins);
/// let warehouse = FirstBoard::new(BoardId::named("warehouse"), "Warehouse");
/// let server = Server::open(ServerConfig {
///     catalog: Catalog::empty().with("pallet", vec![boxes]),
///     first_boards: vec![warehouse.with("pallet-1", "pallet", json!({"boxes": 0}))],
///     ..ServerConfig::local()
/// });
/// assert!(server.is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The kinds of widget that it accepts: the built-in ones, an app's own, or both ([`Catalog::with`]). What is stored of a kind
    /// that is left out later stays, and can't be changed any more.
    pub catalog: Catalog,
    /// Boards that are made when the store has none of their name; without any, people or the app make them. Our own app has
    /// [`this_machine`](super::first_board::this_machine).
    pub first_boards: Vec<FirstBoard>,
    /// Whether this machine's processor, memory, disks and network are live series (`host.…`), measured once a second.
    pub measures_host: bool,
    /// Programs whose metrics are live series.
    pub scraping: Scraping,
    /// What the door asks for.
    pub policy: Policy,
    /// Which names and pages it answers to.
    pub origins: OriginPolicy,
    /// Its time.
    pub clock: Clock,
    /// Sockets open at once; at most [`CONNECTIONS_LEN_MAX`].
    pub connections_len_max: usize,
    /// Sockets open at once from one address. This machine is not counted, and neither are `proxies`.
    pub sockets_per_address_len_max: usize,
    /// Reverse proxies in front: whom one names last in `X-Forwarded-For` is counted in its place.
    pub proxies: Vec<IpAddr>,
    /// Where other devices can open it.
    pub reach: Reach,
    /// DER of the certificate of the local authority, for devices that shall trust it.
    pub authority: Option<Vec<u8>>,
    /// First segments of the paths that need no token: what the page itself is made of ([`built_files`](super::built_files)), and
    /// what an app shows to everybody.
    pub public_files: HashSet<String>,
    /// Folder of the database, made when it is not there; `None` keeps everything in memory, and forgets it at the end.
    pub data: Option<PathBuf>,
    /// The database grows to this size; at most [`STORE_BYTES_MAX`].
    pub store_bytes_max: i64,
    /// How long a socket may keep it waiting.
    pub patience: SocketPatience,
}

/// Why a board was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is more than [`crate::config::DOCUMENT_BYTES_MAX`], or asks for more than one piece can tell.
    TooLarge,
    /// The server has ended.
    Ended,
}

/// A place among the open sockets; dropping it gives it back.
#[derive(Debug)]
pub struct Seat {
    server: Server,
    peer: IpAddr,
    session: Option<SessionId>,
    _place: Place,
    _permit: OwnedSemaphorePermit,
}

/// Why there is no seat. `Display` tells people what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatError {
    /// All are taken.
    Full,
    /// All that one address may have are taken.
    TooManyFromThere {
        /// So many.
        len_max: usize,
    },
}

#[derive(Debug)]
struct Shared {
    config: ServerConfig,
    store: StoreId,
    auth: Auth,
    metrics: Arc<Metrics>,
    seats: Arc<Semaphore>,
    crowd: Crowd,
    stopping: watch::Sender<bool>,
    requests: Requests,
    sources: Sources,
    everybody: Everybody,
    sessions_made: AtomicU64,
    /// Dropped with the server: the thread at the other end stops measuring. `None` where nothing is measured.
    _measuring: Option<mpsc::Sender<()>>,
}

impl ServerConfig {
    /// Serves this machine only, and asks for nothing. It knows the built-in kinds, has no board, measures nothing, and
    /// forgets everything at its end: `data` names a folder.
    #[must_use]
    pub fn local() -> Self {
        Self {
            catalog: Catalog::default(),
            first_boards: Vec::new(),
            measures_host: false,
            scraping: Scraping::default(),
            policy: Policy::Local,
            origins: OriginPolicy {
                loopback_only: true,
                allowed_hosts: Vec::new(),
            },
            clock: Clock::system(),
            connections_len_max: CONNECTIONS_LEN_MAX,
            sockets_per_address_len_max: SOCKETS_PER_ADDRESS_LEN_MAX,
            proxies: Vec::new(),
            reach: Reach::default(),
            authority: None,
            public_files: HashSet::new(),
            data: None,
            store_bytes_max: STORE_BYTES_MAX,
            patience: SocketPatience::default(),
        }
    }
}

impl Server {
    /// A server with `config`: opens its store, reads every board, and makes the first ones.
    ///
    /// # Errors
    /// [`StoreError`], when the store can't be opened, or a first board does not fit on the disk: it was left as it is then; or one is refused.
    pub fn open(config: ServerConfig) -> Result<Self, StoreError> {
        let bytes_max = config.store_bytes_max.min(STORE_BYTES_MAX);
        // Before there is a store: what is refused leaves none.
        for board in &config.first_boards {
            let checked = board.check(&config.catalog);
            checked.map_err(|error| StoreError::FirstBoard(Box::new(error)))?;
        }
        let store = match &config.data {
            Some(folder) => Store::open(folder, bytes_max)?,
            None => Store::in_memory(bytes_max)?,
        };
        let id = store.id();
        let metrics = Arc::new(Metrics::default());
        let kinds = config.catalog.clone();
        let requests = committer::start(
            store,
            kinds,
            &config.first_boards,
            config.clock.clone(),
            Arc::clone(&metrics),
        )?;
        let sources = Sources::new();
        sources.keep_in(config.data.as_deref(), &config.clock, &metrics);
        sources.start().map_err(StoreError::NoThread)?;
        let measuring = config.measures_host.then(|| {
            let (measuring, stop) = mpsc::channel();
            let (sources, clock) = (sources.clone(), config.clock.clone());
            let record = move |samples| sources.record(clock.now(), samples);
            let every = Duration::from_millis(SAMPLE_INTERVAL_MS);
            host::start("host".to_owned(), every, stop, record).map(|()| measuring)
        });
        let measuring = measuring.transpose().map_err(StoreError::NoThread)?;
        let stopping = watch::Sender::new(false);
        scrape::start(&config.scraping, &sources, &config.clock, &metrics, &stopping);
        let auth = Auth::new(config.policy.clone(), config.clock.clone());
        let seats = Arc::new(Semaphore::new(config.connections_len_max.min(CONNECTIONS_LEN_MAX)));
        let spared = Spared::new(config.proxies.clone());
        let crowd = Crowd::new(config.sockets_per_address_len_max, spared);
        Ok(Self(Arc::new(Shared {
            config,
            store: id,
            auth,
            metrics,
            seats,
            crowd,
            stopping,
            requests,
            sources,
            everybody: Everybody::default(),
            sessions_made: AtomicU64::new(0),
            _measuring: measuring,
        })))
    }

    /// Decides operations without a socket: the same rules, ids and verdicts. `None` when the server has ended.
    pub async fn replay(&self, identity: Identity, push: Push) -> Option<Vec<Answered>> {
        let (asker, answer) = oneshot::channel();
        self.0
            .requests
            .send(committer::Request::Replay { identity, push, asker })
            .await
            .ok()?;
        answer.await.ok()
    }

    /// Decides what another program asks for. `None` when the server has ended.
    pub(super) async fn call(&self, identity: Identity, device: Device, call: Call) -> Option<Called> {
        let (asker, answer) = oneshot::channel();
        let request = committer::Request::Call {
            identity,
            device: Some(device),
            call: Box::new(call),
            asker,
        };
        self.ask(request).await?;
        Some(*answer.await.ok()?)
    }

    /// Asks the thread that decides; `None` when that has ended.
    pub(super) async fn ask(&self, request: committer::Request) -> Option<()> {
        self.0.requests.send(request).await.ok()
    }

    /// A board as it stands on the disk, and what became of the operations that are asked for: what a subscription would
    /// say at once.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn subscribe(&self, identity: Identity, subscribe: Subscribe) -> Result<Box<Document>, ReadError> {
        let (asker, answer) = oneshot::channel();
        let request = committer::Request::Read {
            identity,
            subscribe,
            asker,
        };
        self.ask(request).await.ok_or(ReadError::Ended)?;
        answer.await.unwrap_or(Err(ReadError::Ended))
    }

    /// Its live series: an app records its own there.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.0.sources
    }

    /// Who looks at its boards.
    pub(super) fn everybody(&self) -> &Everybody {
        &self.0.everybody
    }

    /// Its database.
    #[must_use]
    pub fn store(&self) -> StoreId {
        self.0.store
    }

    /// The door's keeper.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        &self.0.auth
    }

    /// Its counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Its time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.config.clock
    }

    /// Asks every session to say goodbye, and `/readyz` to say that no more should come. See [`Server::stopped`].
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    /// Whether [`Server::stop`] was called.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.0.stopping.borrow()
    }

    /// Whether it takes connections and decides: `/readyz`.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.is_stopping() && !self.0.requests.is_closed()
    }

    /// Ends when [`Server::stop`] was called: a session waits for it beside its socket.
    pub async fn stopping(&self) {
        // The sender lives in `self`, so waiting can't fail.
        let _ = self.0.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Ends when every socket is closed.
    pub async fn stopped(&self) {
        let all = self.0.config.connections_len_max.min(CONNECTIONS_LEN_MAX) as u32;
        // The semaphore is never closed, so waiting can't fail.
        let _ = self.0.seats.acquire_many(all).await;
    }

    /// Decides what was sent before, puts every board down and closes the store and what series have sent. Nothing is decided after it.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.requests.send(committer::Request::Stop { done }).await.is_ok() {
            // A failure says that it has ended already.
            let _ = closed.await;
        }
        self.0.sources.close().await;
    }

    /// The window over which clients spread their return, sized to the crowd.
    pub(super) fn retry_window_ms(&self) -> u64 {
        let crowd = self.0.metrics.sockets_open.get().max(0).cast_unsigned();
        (crowd * 1_000 / ACCEPT_PER_SECOND).clamp(RETRY_WINDOW_MS, RETRY_WINDOW_MS_MAX)
    }

    /// How long a socket may keep it waiting.
    pub(super) fn patience(&self) -> SocketPatience {
        self.0.config.patience
    }

    /// The way to the committer.
    pub(super) fn requests(&self) -> &Requests {
        &self.0.requests
    }

    /// A number for a new connection.
    pub(super) fn next_session(&self) -> authority::SessionId {
        self.0.sessions_made.fetch_add(1, Ordering::Relaxed)
    }

    /// Where other devices can open it.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.0.config.reach
    }

    /// The local authority's certificate.
    pub(super) fn authority(&self) -> Option<&[u8]> {
        self.0.config.authority.as_deref()
    }

    pub(crate) fn origins(&self) -> &OriginPolicy {
        &self.0.config.origins
    }

    pub(crate) fn is_public_file(&self, path: &str) -> bool {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.0.config.public_files.contains(first)
    }

    /// Address of whoever asks.
    pub(super) fn client_of(&self, request: &Request) -> IpAddr {
        peers::client_of(request.extensions(), request.headers(), &self.0.config.proxies)
    }

    /// Connections beside the sockets, by address.
    pub(super) fn http_crowd(&self) -> Crowd {
        let spared = Spared::new(self.0.config.proxies.clone());
        Crowd::new(HTTP_CONNECTIONS_PER_ADDRESS_LEN_MAX, spared)
    }

    /// A seat for somebody at `peer`.
    ///
    /// # Errors
    /// [`SeatError`].
    pub(crate) fn take_seat(&self, peer: IpAddr, session: Option<SessionId>) -> Result<Seat, SeatError> {
        let len_max = self.0.config.sockets_per_address_len_max;
        let taken = match (self.0.crowd.enter(peer), self.0.seats.clone().try_acquire_owned()) {
            (None, _) => Err(SeatError::TooManyFromThere { len_max }),
            (_, Err(_)) => Err(SeatError::Full),
            (Some(place), Ok(permit)) => Ok((place, permit)),
        };
        let (place, permit) = taken.inspect_err(|_| self.metrics().sockets_refused.count())?;
        self.metrics().sockets_opened.count();
        self.metrics().sockets_open.add(1);
        Ok(Seat {
            server: self.clone(),
            peer,
            session,
            _place: place,
            _permit: permit,
        })
    }
}

impl Seat {
    /// Address of the other side, for [`Auth::verify_token_from`].
    #[must_use]
    pub fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Whether the session that this socket was opened with goes on: it ends by its age, or when its browser signs out.
    /// A socket that was opened without one (on this machine, or with a token in `hello`) stays admitted.
    #[must_use]
    pub fn is_admitted(&self) -> bool {
        self.session.is_none_or(|id| self.server.auth().session(id).is_some())
    }
}

impl fmt::Display for SeatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "The server is full. Try again in a minute."),
            Self::TooManyFromThere { len_max } => write!(
                f,
                "There are {len_max} connections from your address, the most allowed. Close some, and try again in a \
                 minute; whoever runs the server can name a proxy with --proxy."
            ),
        }
    }
}

impl std::error::Error for SeatError {}

impl Drop for Seat {
    fn drop(&mut self) {
        self.server.metrics().sockets_open.add(-1);
    }
}
