//! Who may come in, and what they may do.
//!
//! On a loopback address everybody is `local` and may edit. On any other there are two tokens, one to edit and one to
//! view. A browser swaps a token for a session cookie, once; a native client sends it in `hello` or as a bearer token.
//! Who is in lets a further device in by a share code, which is swapped for a session as a token is, and then used up.
//! A program that sends samples has a token that is good for that alone. Tokens and codes are compared in constant time,
//! kept out of every `Debug` and log, and never sent in a URL.

mod guesses;
mod invitations;
mod sender;
mod sessions;

use std::{
    error, fmt,
    net::IpAddr,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

pub use self::sessions::SessionId;
use self::{guesses::Guesses, invitations::Invitations, sessions::Sessions};
use crate::{
    config::{LOCAL, TOKEN_CHARS_MIN},
    protocol::{Access, Identity, Principal},
    server::{clock::Clock, reader::Reader},
};

/// Name of the session cookie.
pub const COOKIE: &str = "tideboard_session";

/// The door's keeper. Shared by every route; it holds the sessions in memory, so a restart asks browsers to sign in again.
#[derive(Debug)]
pub struct Auth {
    policy: Policy,
    clock: Clock,
    sessions: Mutex<Sessions>,
    guesses: Mutex<Guesses>,
    invitations: Mutex<Invitations>,
    /// Made when somebody asks for it, or may have it: that takes a while.
    samples: OnceLock<Token>,
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

/// Why there is no share code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteError {
    /// Who may only watch lets nobody in who may do more.
    NotYours,
    /// The door asks for nothing: nobody else can reach it.
    NobodyComes,
    /// The operating system gave no random bytes for the code.
    NoRandomness,
}

/// What came of a share code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The new session; `None` for who was in already and may do as much: the code waits on for somebody else.
    pub session: Option<SessionId>,
    /// The path of the page that was shared.
    pub next: String,
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

impl Auth {
    /// A door with `policy`, on `clock`'s time.
    #[must_use]
    pub fn new(policy: Policy, clock: Clock) -> Self {
        Self {
            policy,
            clock,
            sessions: Mutex::default(),
            guesses: Mutex::default(),
            invitations: Mutex::default(),
            samples: OnceLock::new(),
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
        SessionId::named_by(headers)
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
                    Some(of(Access::Edit))
                } else {
                    is_view.then(|| of(Access::View))
                }
            }
        }
    }

    /// As [`Auth::verify_token`], slowing down an address that guesses.
    ///
    /// # Errors
    /// [`SignInError::Wrong`], or [`SignInError::TooMany`] without a look at the token.
    pub fn verify_token_from(&self, peer: IpAddr, token: &str) -> Result<Identity, SignInError> {
        self.verify_from(peer, || self.verify_token(token))
    }

    /// The same, of who sends samples: there, and nowhere else, [`Auth::samples_token`] lets in, too.
    ///
    /// # Errors
    /// As [`Auth::verify_token_from`].
    pub fn verify_sender_from(&self, peer: IpAddr, token: &str) -> Result<Identity, SignInError> {
        self.verify_from(peer, || {
            let is_sender = || self.samples_token().is_some_and(|own| own.matches(token));
            let identity = self.verify_token(token);
            identity.or_else(|| is_sender().then(|| of(Access::Edit)))
        })
    }

    fn verify_from(&self, peer: IpAddr, verify: impl FnOnce() -> Option<Identity>) -> Result<Identity, SignInError> {
        let now = self.clock.now();
        self.lock_guesses().check(peer, now)?;
        verify().ok_or_else(|| {
            self.lock_guesses().count(peer, now);
            SignInError::Wrong
        })
    }

    /// The token that is good for sending samples and for nothing else, for a program of somebody who may edit; `None` where the door asks
    /// for nothing.
    #[must_use]
    pub fn samples_token(&self) -> Option<&Token> {
        match &self.policy {
            Policy::Local => None,
            Policy::Tokens { edit, .. } => Some(self.samples.get_or_init(|| sender::token_of(edit))),
        }
    }

    /// Swaps a token for a session.
    ///
    /// # Errors
    /// As [`Auth::verify_token_from`], and [`SignInError::NoRandomness`].
    pub fn sign_in(&self, peer: IpAddr, token: &str) -> Result<SessionId, SignInError> {
        let identity = self.verify_token_from(peer, token)?;
        let id = SessionId::draw().map_err(|_| SignInError::NoRandomness)?;
        self.lock_sessions().begin(id, identity, self.clock.now());
        Ok(id)
    }

    /// Makes a code that lets one more device in with `access`, once, and leads it to the path `next`.
    ///
    /// # Errors
    /// [`InviteError`].
    pub fn invite(&self, by: Access, access: Access, next: &str) -> Result<Token, InviteError> {
        if self.is_open() {
            return Err(InviteError::NobodyComes);
        }
        if !covers(by, access) {
            return Err(InviteError::NotYours);
        }
        let code = Token::generate().map_err(|_| InviteError::NoRandomness)?;
        self.lock_invitations()
            .offer(code.clone(), access, next, self.clock.now());
        Ok(code)
    }

    /// Swaps a share code for a session, slowing down an address that guesses. `present` is what the caller may do already.
    ///
    /// # Errors
    /// As [`Auth::sign_in`].
    pub fn join(&self, peer: IpAddr, code: &str, present: Option<Access>) -> Result<Joined, SignInError> {
        let now = self.clock.now();
        self.lock_guesses().check(peer, now)?;
        let id = SessionId::draw().map_err(|_| SignInError::NoRandomness)?;
        let mut invitations = self.lock_invitations();
        let Some((access, next)) = invitations.find(code, now) else {
            self.lock_guesses().count(peer, now);
            return Err(SignInError::Wrong);
        };
        if present.is_some_and(|present| covers(present, access)) {
            return Ok(Joined { session: None, next });
        }
        invitations.take(code);
        self.lock_sessions().begin(id, of(access), now);
        Ok(Joined {
            session: Some(id),
            next,
        })
    }

    /// Ends the sessions that these headers name.
    pub fn sign_out(&self, headers: &HeaderMap) {
        for id in SessionId::named_by(headers) {
            self.lock_sessions().end(id);
        }
    }

    fn lock_sessions(&self) -> MutexGuard<'_, Sessions> {
        // A panic while the map was held leaves it whole: each change is one call.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_invitations(&self) -> MutexGuard<'_, Invitations> {
        self.invitations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_guesses(&self) -> MutexGuard<'_, Guesses> {
        self.guesses.lock().unwrap_or_else(PoisonError::into_inner)
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

impl SignInError {
    /// In the language of who reads it.
    pub(super) fn told(&self, reader: Reader) -> String {
        match self {
            Self::Wrong => reader.with(
                "That token is not right. It is the one that the server was started with, or that it printed when it started.",
                &[],
            ),
            Self::TooMany { retry_after_ms } => {
                let seconds = retry_after_ms.div_ceil(1_000).to_string();
                reader.with("Too many wrong tokens from here. Try again in {} s.", &[&seconds])
            }
            Self::NoRandomness => reader.with("The server could not open a session. Try again.", &[]),
        }
    }
}

impl fmt::Display for SignInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Reader::English))
    }
}

impl error::Error for SignInError {}

impl InviteError {
    /// In the language of who reads it.
    pub(super) fn told(self, reader: Reader) -> &'static str {
        reader.t(match self {
            Self::NotYours => "You may watch this server’s boards, and share them to watch only.",
            Self::NobodyComes => {
                "Only this machine can reach this server, so a phone can’t. Start it with --listen 0.0.0.0, and the network \
                 it is on can; then share again."
            }
            Self::NoRandomness => "The server could not make a code. Try again.",
        })
    }
}

impl fmt::Display for InviteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.told(Reader::English))
    }
}

impl error::Error for InviteError {}

/// Whether who may do `mine` may do all that `theirs` lets them.
fn covers(mine: Access, theirs: Access) -> bool {
    mine == Access::Edit || theirs == Access::View
}

/// Everybody with the same access is the same principal.
fn of(access: Access) -> Identity {
    let principal = match access {
        Access::Edit => "editor",
        Access::View => "viewer",
    };
    identity(principal, access)
}

fn local() -> Identity {
    identity(LOCAL, Access::Edit)
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
