//! Who may come in, and what they may do.
//!
//! On a loopback address everybody is `local` and may edit. On any other there are two tokens, one to edit and one to
//! view. A browser swaps a token for a session cookie, once; a native client sends it in `hello` or as a bearer token.
//! Tokens are compared in constant time, kept out of every `Debug` and log, and never travel in a URL.

use std::{
    collections::HashMap,
    error, fmt,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::{
    config::{
        SESSION_MS, SESSIONS_LEN_MAX, SIGN_IN_FAILURES_MAX, SIGN_IN_PEERS_LEN_MAX, SIGN_IN_WINDOW_MS, TOKEN_CHARS_MIN,
    },
    protocol::{Access, Identity, Principal},
    server::clock::Clock,
    time::Timestamp,
};

/// Name of the session cookie.
pub const COOKIE: &str = "tideboard_session";

/// The door's keeper. Shared by every route; it holds the sessions in memory, so a restart asks browsers to sign in again.
#[derive(Debug)]
pub struct Auth {
    policy: Policy,
    clock: Clock,
    sessions: Mutex<Sessions>,
    failures: Mutex<Failures>,
}

/// What the door asks for.
#[derive(Clone, Debug)]
pub enum Policy {
    /// Nothing: only this machine can reach the server, and all of it may edit.
    Local,
    /// A token, for everything but health checks and the page's own files.
    Tokens {
        /// Opens with [`Access::Edit`].
        edit: Token,
        /// Opens with [`Access::View`].
        view: Token,
    },
}

/// A shared secret. Its `Debug` hides it.
#[derive(Clone)]
pub struct Token(String);

/// Why a text can't be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Short enough to be guessed.
    TooShort,
    /// Holds something other than visible ASCII, which a header could not carry.
    NotPlain,
}

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// No token reads like that.
    Wrong,
    /// Too many wrong ones from this address; even the right one is not looked at before `retry_after_ms` have passed.
    TooMany {
        /// Milliseconds to wait.
        retry_after_ms: u64,
    },
    /// The operating system gave no random bytes for the session's id.
    NoRandomness,
}

/// A session as its cookie names it: 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(u128);

impl Auth {
    /// A door with `policy`, on `clock`'s time.
    #[must_use]
    pub fn new(policy: Policy, clock: Clock) -> Self {
        Self {
            policy,
            clock,
            sessions: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Whether the door asks for nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.policy, Policy::Local)
    }

    /// Who sent a request with these headers: by session cookie, else by `Authorization: Bearer`. `None`: sign in first.
    #[must_use]
    pub fn identity_of(&self, headers: &HeaderMap) -> Option<Identity> {
        if self.is_open() {
            return Some(local());
        }
        let session = self.session_of(headers).and_then(|id| self.session(id));
        session.or_else(|| self.verify_token(self.bearer(headers)?))
    }

    /// The live session that these headers name, where the door asks for one.
    #[must_use]
    pub fn session_of(&self, headers: &HeaderMap) -> Option<SessionId> {
        session_cookies(headers)
            .filter(|_| !self.is_open())
            .find(|id| self.session(*id).is_some())
    }

    /// Whose session this is, while it lasts.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<Identity> {
        self.lock_sessions().identity(id, self.clock.now())
    }

    /// The token in `Authorization: Bearer`, where the door asks for one.
    #[must_use]
    pub fn bearer<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let value = headers.get(header::AUTHORIZATION).filter(|_| !self.is_open())?;
        value.to_str().ok()?.strip_prefix("Bearer ")
    }

    /// Whose token this is. Callers that face the network use [`Auth::verify_token_from`], which counts failures.
    #[must_use]
    pub fn verify_token(&self, token: &str) -> Option<Identity> {
        match &self.policy {
            Policy::Local => Some(local()),
            Policy::Tokens { edit, view } => {
                // Both are always compared: how long it takes tells nothing about which one was nearer.
                let (is_edit, is_view) = (edit.matches(token), view.matches(token));
                if is_edit {
                    Some(identity("editor", Access::Edit))
                } else {
                    is_view.then(|| identity("viewer", Access::View))
                }
            }
        }
    }

    /// As [`Auth::verify_token`], slowing down an address that guesses.
    ///
    /// # Errors
    /// [`SignInError::Wrong`], or [`SignInError::TooMany`] without a look at the token.
    pub fn verify_token_from(&self, peer: IpAddr, token: &str) -> Result<Identity, SignInError> {
        let now = self.clock.now();
        self.lock_failures().check(peer, now)?;
        self.verify_token(token).ok_or_else(|| {
            self.lock_failures().count(peer, now);
            SignInError::Wrong
        })
    }

    /// Swaps a token for a session.
    ///
    /// # Errors
    /// As [`Auth::verify_token_from`], and [`SignInError::NoRandomness`].
    pub fn sign_in(&self, peer: IpAddr, token: &str) -> Result<SessionId, SignInError> {
        let identity = self.verify_token_from(peer, token)?;
        let id = SessionId(random().map_err(|_| SignInError::NoRandomness)?);
        self.lock_sessions().insert(id, identity, self.clock.now());
        Ok(id)
    }

    /// Ends the sessions that these headers name.
    pub fn sign_out(&self, headers: &HeaderMap) {
        for id in session_cookies(headers) {
            self.lock_sessions().0.remove(&id);
        }
    }

    fn lock_sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic while the map was held leaves it whole: each change is one call.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token {
    /// Draws a token of 128 random bits, as 32 hexadecimal digits.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        random().map(|bits| Self(format!("{bits:032x}")))
    }

    /// Takes a token that a person chose.
    ///
    /// # Errors
    /// [`TokenError`], when it could be guessed or can't be sent.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::NotPlain);
        }
        if text.len() < TOKEN_CHARS_MIN {
            return Err(TokenError::TooShort);
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself: for the terminal of the person who started the server, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn matches(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl std::str::FromStr for Token {
    type Err = TokenError;
    fn from_str(text: &str) -> Result<Self, TokenError> {
        Self::parse(text)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort => write!(
                f,
                "a token has at least {TOKEN_CHARS_MIN} characters; leave it out and a random one is made"
            ),
            Self::NotPlain => write!(f, "a token holds letters, digits and punctuation only, without spaces"),
        }
    }
}

impl error::Error for TokenError {}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong => write!(
                f,
                "That token is not right. It stands in the terminal where the server was started."
            ),
            Self::TooMany { retry_after_ms } => {
                write!(
                    f,
                    "Too many wrong tokens from here. Try again in {} s.",
                    retry_after_ms.div_ceil(1_000)
                )
            }
            Self::NoRandomness => write!(f, "The server could not open a session. Try again."),
        }
    }
}

impl error::Error for SignInError {}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(hidden)")
    }
}

#[derive(Debug, Default)]
struct Sessions(HashMap<SessionId, Session>);

#[derive(Debug)]
struct Session {
    identity: Identity,
    expires_at: Timestamp,
}

impl Sessions {
    fn identity(&self, id: SessionId, now: Timestamp) -> Option<Identity> {
        self.0
            .get(&id)
            .filter(|session| now < session.expires_at)
            .map(|session| session.identity.clone())
    }

    fn insert(&mut self, id: SessionId, identity: Identity, now: Timestamp) {
        if self.0.len() >= SESSIONS_LEN_MAX {
            self.0.retain(|_, session| now < session.expires_at);
        }
        if self.0.len() >= SESSIONS_LEN_MAX {
            let oldest = self
                .0
                .iter()
                .min_by_key(|(_, session)| session.expires_at)
                .map(|(id, _)| *id);
            self.0.retain(|id, _| Some(*id) != oldest);
        }
        self.0.insert(
            id,
            Session {
                identity,
                expires_at: now.plus(SESSION_MS),
            },
        );
        assert!(self.0.len() <= SESSIONS_LEN_MAX, "sessions are bounded");
    }
}

/// Wrong tokens by address, within a window that starts at the first of them.
#[derive(Debug, Default)]
struct Failures(HashMap<IpAddr, Guesses>);

#[derive(Debug)]
struct Guesses {
    count: u32,
    since: Timestamp,
}

impl Failures {
    fn check(&self, peer: IpAddr, now: Timestamp) -> Result<(), SignInError> {
        let Some(guesses) = self.0.get(&network_of(peer)) else {
            return Ok(());
        };
        let passed = now.since(guesses.since);
        if guesses.count < SIGN_IN_FAILURES_MAX || passed >= SIGN_IN_WINDOW_MS {
            return Ok(());
        }
        Err(SignInError::TooMany {
            retry_after_ms: SIGN_IN_WINDOW_MS - passed,
        })
    }

    fn count(&mut self, peer: IpAddr, now: Timestamp) {
        if self.0.len() >= SIGN_IN_PEERS_LEN_MAX {
            self.0.retain(|_, guesses| now.since(guesses.since) < SIGN_IN_WINDOW_MS);
        }
        if self.0.len() >= SIGN_IN_PEERS_LEN_MAX {
            // More addresses guess than are remembered: forget the one that guessed least, it is the furthest from harm.
            let least = self
                .0
                .iter()
                .min_by_key(|(_, guesses)| (guesses.count, guesses.since))
                .map(|(peer, _)| *peer);
            self.0.retain(|peer, _| Some(*peer) != least);
        }
        let guesses = self
            .0
            .entry(network_of(peer))
            .or_insert(Guesses { count: 0, since: now });
        if now.since(guesses.since) >= SIGN_IN_WINDOW_MS {
            *guesses = Guesses { count: 0, since: now };
        }
        guesses.count += 1;
    }
}

/// The address, or the network a single IPv6 host commonly has to itself.
fn network_of(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (!0 << 64))),
        v4 => v4,
    }
}

fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = SessionId> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .filter(|id| id.len() == 32)
        .filter_map(|id| u128::from_str_radix(id, 16).ok().map(SessionId))
}

fn local() -> Identity {
    identity("local", Access::Edit)
}

fn identity(principal: &str, access: Access) -> Identity {
    let principal: Principal = principal.parse().expect("the built-in principals are valid names");
    Identity { principal, access }
}

/// Random bits from the operating system.
pub(super) fn random() -> Result<u128, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(u128::from_ne_bytes(bytes))
}
