//! The certificate that a server with a local authority shows. It lives in memory alone: each start makes a new one, and
//! so does each change of the machine's addresses.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio_rustls::rustls::{
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::{Authority, AuthorityError};
use crate::{
    config::{LEAF_CHECK_MS, LEAF_RENEW_MS},
    server::{clock::Clock, reach::Names},
    time::Timestamp,
};

/// The certificate of now, and what makes the next.
pub struct Leaf {
    authority: Authority,
    issued: RwLock<Issued>,
}

struct Issued {
    names: Names,
    renew_at: Timestamp,
    key: Arc<CertifiedKey>,
}

impl Leaf {
    /// The first one.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn new(authority: Authority, names: Names, now: Timestamp) -> Result<Self, AuthorityError> {
        let issued = RwLock::new(issue(&authority, names, now)?);
        Ok(Self { authority, issued })
    }

    /// Who signs it.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Makes the next one when the machine's names are others now, or this one has been in use for long. Answers whether
    /// it did.
    ///
    /// # Errors
    /// [`AuthorityError`]; the one before is shown on.
    pub fn refresh(&self, names: Names, now: Timestamp) -> Result<bool, AuthorityError> {
        let is_good = |issued: &Issued| issued.names == names && now < issued.renew_at;
        if is_good(&self.issued.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(false);
        }
        let next = issue(&self.authority, names, now)?;
        *self.issued.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(true)
    }

    /// Looks after it, for a server that listens on `listen`. Never ends.
    pub async fn keep(&self, listen: IpAddr, clock: &Clock) {
        loop {
            tokio::time::sleep(Duration::from_millis(LEAF_CHECK_MS)).await;
            match self.refresh(Names::of_this_machine(listen), clock.now()) {
                Ok(true) => {
                    tracing::info!("this machine's addresses changed, or its certificate grew old: it has a new one")
                }
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "the old certificate is shown on"),
            }
        }
    }
}

fn issue(authority: &Authority, names: Names, now: Timestamp) -> Result<Issued, AuthorityError> {
    let key = authority.issue(&names, now)?;
    Ok(Issued {
        names,
        renew_at: now.plus(LEAF_RENEW_MS),
        key,
    })
}

impl ResolvesServerCert for Leaf {
    /// One for all: devices that came by an address name no host.
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
        Some(issued.key.clone())
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Leaf")
    }
}
