//! The sessions of browsers, in memory.

use std::{collections::HashMap, fmt};

use http::{HeaderMap, header};

use super::{COOKIE, random};
use crate::{
    config::{SESSION_MS, SESSIONS_LEN_MAX},
    protocol::Identity,
    time::Timestamp,
};

/// A session as its cookie names it: 128 random bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(u128);

/// Every live session, and some that are over but not yet swept.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<SessionId, Session>);

#[derive(Debug)]
struct Session {
    identity: Identity,
    expires_at: Timestamp,
}

impl SessionId {
    /// Draws a new one.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub(super) fn draw() -> Result<Self, getrandom::Error> {
        random().map(Self)
    }

    /// Those that the cookies of a request name, alive or not.
    pub(super) fn named_by(headers: &HeaderMap) -> impl Iterator<Item = Self> {
        headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
            .filter(|id| id.len() == 32)
            .filter_map(|id| u128::from_str_radix(id, 16).ok().map(Self))
    }
}

impl Sessions {
    /// Whose session it is, while it lasts.
    pub(super) fn identity(&self, id: SessionId, now: Timestamp) -> Option<Identity> {
        let session = self.0.get(&id).filter(|session| now < session.expires_at)?;
        Some(session.identity.clone())
    }

    /// Begins one. When there are too many, the one that would end first ends now.
    pub(super) fn begin(&mut self, id: SessionId, identity: Identity, now: Timestamp) {
        if self.0.len() >= SESSIONS_LEN_MAX {
            self.0.retain(|_, session| now < session.expires_at);
        }
        if self.0.len() >= SESSIONS_LEN_MAX {
            let first = self.0.iter().min_by_key(|(_, session)| session.expires_at);
            let first = first.map(|(id, _)| *id);
            self.0.retain(|id, _| Some(*id) != first);
        }
        let expires_at = now.plus(SESSION_MS);
        self.0.insert(id, Session { identity, expires_at });
        assert!(self.0.len() <= SESSIONS_LEN_MAX, "sessions are bounded");
    }

    /// Ends one.
    pub(super) fn end(&mut self, id: SessionId) {
        self.0.remove(&id);
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::auth::local;

    #[test]
    fn one_too_many_ends_the_one_that_would_end_first() {
        let mut sessions = Sessions::default();
        let ids = 0..=SESSIONS_LEN_MAX as u128;
        for id in ids.clone() {
            sessions.begin(SessionId(id), local(), Timestamp(id as u64));
        }
        let now = Timestamp(SESSIONS_LEN_MAX as u64);
        let ended: Vec<u128> = ids
            .filter(|id| sessions.identity(SessionId(*id), now).is_none())
            .collect();
        assert_eq!(ended, [0]);
    }

    #[test]
    fn a_cookie_is_found_among_others_and_nothing_else_is_taken_for_one() {
        let id = SessionId(7);
        let mut headers = HeaderMap::new();
        for cookies in [
            format!("theme=dark; {COOKIE}={id}; x=y"),
            format!("{COOKIE}x={id}"),
            format!("{COOKIE}=7"),
        ] {
            headers.append(header::COOKIE, cookies.parse().unwrap());
        }
        assert_eq!(SessionId::named_by(&headers).collect::<Vec<_>>(), [id]);
    }
}
