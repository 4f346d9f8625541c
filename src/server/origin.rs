//! Which names this server answers to, and which pages may speak to it.
//!
//! Two attacks end here. A page of another site may not open a socket or post (its `Origin` is not our host), cookie or
//! not. And on a loopback address, where no token is asked for, a name that somebody pointed at 127.0.0.1 (DNS rebinding)
//! is not answered to.

use std::{error, fmt};

use http::{HeaderMap, Method, Uri, header};

/// The rule, fixed when the server starts.
#[derive(Clone, Debug, Default)]
pub struct OriginPolicy {
    /// Answer only to names of this machine.
    pub loopback_only: bool,
    /// Hosts (`name:port`) of pages that may speak to this server though they came from elsewhere: a development server.
    pub allowed_hosts: Vec<String>,
}

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// It does not say which host it is for.
    NoHost,
    /// It is for a name that is not this machine's.
    ForeignHost {
        /// The name it gave.
        host: String,
    },
    /// A page of another site sent it.
    ForeignOrigin {
        /// The page's origin.
        origin: String,
    },
}

impl OriginPolicy {
    /// Judges a request by its line and headers.
    ///
    /// # Errors
    /// [`OriginError`], when it must not be served.
    pub fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), OriginError> {
        let host = host_of(uri, headers).ok_or(OriginError::NoHost)?;
        if self.loopback_only && !is_loopback(host) && !self.allows(host) {
            return Err(OriginError::ForeignHost { host: host.to_owned() });
        }
        if is_safe(method) && !headers.contains_key(header::UPGRADE) {
            return Ok(());
        }
        // Native clients send none, and a browser can't be made to leave it out.
        let Some(origin) = headers.get(header::ORIGIN) else {
            return Ok(());
        };
        let origin = String::from_utf8_lossy(origin.as_bytes());
        match origin.split_once("://") {
            Some((_, page)) if page.eq_ignore_ascii_case(host) || self.allows(page) => Ok(()),
            _ => Err(OriginError::ForeignOrigin {
                origin: origin.into_owned(),
            }),
        }
    }

    fn allows(&self, host: &str) -> bool {
        self.allowed_hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host))
    }
}

/// The host and port a request is for: `Host`, or the target's authority in HTTP/2.
fn host_of<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match headers.get(header::HOST) {
        Some(host) => host.to_str().ok(),
        None => uri.authority().map(http::uri::Authority::as_str),
    }
}

/// Whether a `Host` header names the machine that it was sent on.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse()
            .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => write!(f, "The request names no host. Send a Host header."),
            Self::ForeignHost { host } => write!(
                f,
                "This server answers only to this machine's own name, not to {host:?}. Open it as localhost, \
                 or start it with --edit-token and --view-token to serve other names."
            ),
            Self::ForeignOrigin { origin } => write!(
                f,
                "A page from {origin:?} may not speak to this server. Open the board at the server's own address; \
                 a proxy in front of it must pass the Host header on."
            ),
        }
    }
}

impl error::Error for OriginError {}
