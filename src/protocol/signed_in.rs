//! What a browser tells its page of who is signed in.

use std::fmt;

use super::{Principal, StoreId};

/// Who is signed in to a store. A cookie that scripts may read says so, beside the session's own, which they may not: a page
/// must know whose records it may start from before it has met the server. It opens no door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The server's database: servers of one host share their cookies.
    pub store: StoreId,
    /// Who; `None` once they have signed out.
    pub principal: Option<Principal>,
}

impl SignedIn {
    /// Name of the cookie.
    pub const COOKIE: &str = "tideboard_who";

    /// Finds it among a page's cookies.
    #[must_use]
    pub fn among(cookies: &str) -> Option<Self> {
        let value = |cookie| str::trim(cookie).strip_prefix(Self::COOKIE)?.strip_prefix('=');
        let (store, principal) = cookies.split(';').find_map(value)?.split_once('/')?;
        Some(Self {
            store: store.parse().ok()?,
            principal: principal.parse().ok(),
        })
    }
}

/// The cookie's value.
impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.store)?;
        self.principal.iter().try_for_each(|principal| principal.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_among_other_cookies_as_it_was_set() {
        for principal in [None, "ann".parse().ok()] {
            let signed_in = SignedIn {
                store: StoreId(7),
                principal,
            };
            let cookies = format!("theme=dark; {}={signed_in}; {}x=y", SignedIn::COOKIE, SignedIn::COOKIE);
            assert_eq!(SignedIn::among(&cookies), Some(signed_in));
        }
        assert_eq!(SignedIn::among("tideboard_whom=7/ann; tideboard_who=7"), None);
    }
}
