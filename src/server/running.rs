//! A running server: what its routes share.

use std::{collections::HashSet, net::IpAddr, path::Path, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::{
    auth::{Auth, Policy, SessionId},
    clock::Clock,
    metrics::Metrics,
    origin::OriginPolicy,
};
use crate::config::CONNECTIONS_LEN_MAX;

/// A running server: what its routes share. Clones are the same server.
#[derive(Clone, Debug)]
pub struct Server(Arc<Shared>);

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// What the door asks for.
    pub policy: Policy,
    /// Which names and pages it answers to.
    pub origins: OriginPolicy,
    /// Its time.
    pub clock: Clock,
    /// Sockets open at once; at most [`CONNECTIONS_LEN_MAX`].
    pub connections_len_max: usize,
    /// First segments of the paths of files that need no token: what the page itself is made of.
    pub public_files: HashSet<String>,
}

/// A place among the open sockets; dropping it gives it back.
#[derive(Debug)]
pub struct Seat {
    server: Server,
    peer: IpAddr,
    session: Option<SessionId>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Shared {
    config: ServerConfig,
    auth: Auth,
    metrics: Metrics,
    seats: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl ServerConfig {
    /// Serves this machine only, and asks for nothing.
    #[must_use]
    pub fn local() -> Self {
        Self {
            policy: Policy::Local,
            origins: OriginPolicy {
                loopback_only: true,
                allowed_hosts: Vec::new(),
            },
            clock: Clock::system(),
            connections_len_max: CONNECTIONS_LEN_MAX,
            public_files: HashSet::new(),
        }
    }
}

impl Server {
    /// A server with `config`.
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        let auth = Auth::new(config.policy.clone(), config.clock.clone());
        let seats = Arc::new(Semaphore::new(config.connections_len_max.min(CONNECTIONS_LEN_MAX)));
        Self(Arc::new(Shared {
            config,
            auth,
            metrics: Metrics::default(),
            seats,
            stopping: watch::Sender::new(false),
        }))
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

    pub(crate) fn origins(&self) -> &OriginPolicy {
        &self.0.config.origins
    }

    pub(crate) fn is_public_file(&self, path: &str) -> bool {
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        self.0.config.public_files.contains(first)
    }

    /// A seat, or `None` when the server is full.
    pub(crate) fn take_seat(&self, peer: IpAddr, session: Option<SessionId>) -> Option<Seat> {
        let Ok(permit) = self.0.seats.clone().try_acquire_owned() else {
            self.metrics().sockets_refused.count();
            return None;
        };
        self.metrics().sockets_opened.count();
        self.metrics().sockets_open.add(1);
        Some(Seat {
            server: self.clone(),
            peer,
            session,
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

impl Drop for Seat {
    fn drop(&mut self) {
        self.server.metrics().sockets_open.add(-1);
    }
}

/// First segments of what lies in `folder`, but for the page itself, which is rendered.
pub(crate) fn public_files(folder: &Path) -> HashSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return HashSet::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name != "index.html")
        .collect()
}
