//! Who is at the other end, and how many connections they have.
//!
//! An address may be a whole site behind one router, or every reader there is behind one proxy. So the limit by address is
//! wide, this machine is not counted, and neither is a proxy that the server was told of: where it says for whom it speaks,
//! they are counted instead.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};

/// What a proxy says of those it speaks for.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Connections by address, each counted while its [`Place`] lives. Clones are the same crowd.
#[derive(Clone, Debug)]
pub(super) struct Crowd(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    len_max: usize,
    spared: Spared,
    counts: Mutex<HashMap<IpAddr, usize>>,
}

/// Addresses that are not counted.
#[derive(Clone, Debug)]
pub(super) struct Spared {
    /// Every loopback address.
    pub this_machine: bool,
    /// Those of proxies.
    pub proxies: Vec<IpAddr>,
}

/// A place in a crowd; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    /// `None` for who is not counted.
    counted: Option<(Crowd, IpAddr)>,
}

impl Crowd {
    /// At most `len_max` of each address.
    pub(super) fn new(len_max: usize, spared: Spared) -> Self {
        Self(Arc::new(Shared {
            len_max,
            spared,
            counts: Mutex::default(),
        }))
    }

    /// A place for somebody at `address`; `None` when all that it may have are taken.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        if self.0.spared.covers(address) {
            return Some(Place { counted: None });
        }
        let network = network_of(address);
        let mut counts = self.lock();
        let count = counts.entry(network).or_default();
        if *count >= self.0.len_max {
            return None;
        }
        *count += 1;
        let counted = Some((self.clone(), network));
        Some(Place { counted })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // A panic while the map was held leaves it whole: each change is one call.
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((crowd, network)) = &self.counted else { return };
        let mut counts = crowd.lock();
        if let Some(count) = counts.get_mut(network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(network);
            }
        }
    }
}

impl Spared {
    /// This machine, and these proxies.
    pub(super) fn new(proxies: Vec<IpAddr>) -> Self {
        Self {
            this_machine: true,
            proxies,
        }
    }

    fn covers(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        // Nobody knows who that is: an app has mounted the routes without connection info.
        let is_unknown = address.is_unspecified();
        is_unknown || (self.this_machine && address.is_loopback()) || names(&self.proxies, address)
    }
}

/// Address of whoever asks: the other side's or, where that is one of `proxies`, the last one it names that is none of them. What
/// stands before it in the header anybody may have written.
pub(super) fn client_of(extensions: &Extensions, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
    if !names(proxies, peer.to_canonical()) {
        return peer;
    }
    let lines = headers.get_all(FORWARDED_FOR).into_iter().rev();
    let named = lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.rsplit(','));
    // From the last on, those of one's own proxies in a row are known to be so; the next one is who they speak of.
    let mut addresses = named.map(|text| read_address(text.trim()));
    let other = addresses.find(|address| address.is_none_or(|address| !names(proxies, address.to_canonical())));
    other.flatten().unwrap_or(peer)
}

/// The address, or the network that a single IPv6 host commonly has to itself.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (!0 << 64))),
        v4 => v4,
    }
}

fn names(proxies: &[IpAddr], address: IpAddr) -> bool {
    proxies.iter().any(|proxy| proxy.to_canonical() == address)
}

/// Some proxies add the port.
fn read_address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    text.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn crowd(len_max: usize) -> Crowd {
        Crowd::new(len_max, Spared::new(vec![address("192.0.2.1")]))
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_one_back_with_each_that_ends() {
        let crowd = crowd(2);
        let [first, second] = [(); 2].map(|()| crowd.enter(address("198.51.100.7")));
        assert!(first.is_some() && second.is_some());
        assert!(crowd.enter(address("198.51.100.7")).is_none());
        assert!(
            crowd.enter(address("::ffff:198.51.100.7")).is_none(),
            "the same, as IPv6 writes it"
        );
        assert!(crowd.enter(address("198.51.100.8")).is_some());
        drop(first);
        assert!(crowd.enter(address("198.51.100.7")).is_some());
        drop(second);
        assert!(crowd.lock().is_empty(), "nobody who has left is remembered");
    }

    #[test]
    fn the_addresses_of_one_network_count_as_one() {
        let crowd = crowd(1);
        let place = crowd.enter(address("2001:db8::1"));
        assert!(place.is_some() && crowd.enter(address("2001:db8::2")).is_none());
        assert!(crowd.enter(address("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn this_machine_a_proxy_and_who_is_not_known_are_not_counted() {
        let crowd = crowd(0);
        for spared in [
            "127.0.0.1",
            "127.0.0.9",
            "::1",
            "::ffff:127.0.0.1",
            "192.0.2.1",
            "0.0.0.0",
        ] {
            assert!(crowd.enter(address(spared)).is_some(), "{spared}");
        }
        assert!(crowd.enter(address("192.0.2.2")).is_none());
    }

    #[test]
    fn whom_a_proxy_speaks_for_is_believed_of_a_proxy_alone_and_only_its_own_word() {
        let proxies = [address("192.0.2.1")];
        let client = |peer: &str, said: &[&'static str]| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(SocketAddr::new(address(peer), 4_711)));
            let mut headers = HeaderMap::new();
            for said in said {
                headers.append(FORWARDED_FOR, HeaderValue::from_static(said));
            }
            client_of(&extensions, &headers, &proxies).to_string()
        };
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:192.0.2.1", &["198.51.100.7:80"]), "198.51.100.7");
        assert_eq!(client("192.0.2.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(client("192.0.2.1", &["203.0.113.9, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("192.0.2.1", &["203.0.113.9", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("192.0.2.1", &["unknown"]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(client("203.0.113.9", &["198.51.100.7"]), "203.0.113.9");
    }
}
