//! Where a server can be opened from: its scheme, its addresses in the networks it is on, its names.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use http::{HeaderMap, header};

use crate::server::origin::is_loopback;

/// Where a server listens, and how. `Default`: nowhere that another device could reach.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// The address it listens on; unspecified for all of this machine's.
    pub listen: SocketAddr,
    /// It speaks TLS itself.
    pub is_secure: bool,
    /// Its certificate is of an authority of its own, which a device must trust first.
    pub has_authority: bool,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            is_secure: false,
            has_authority: false,
        }
    }
}

impl Reach {
    /// Its addresses as `http://host:port`, those for other devices: the one of the usual way to the world first. A local
    /// authority vouches for private ones only.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let ips = lan_addresses(self.listen.ip()).into_iter();
        ips.filter(|ip| !self.has_authority || is_private(*ip))
            .map(|ip| self.origin(ip))
            .collect()
    }

    /// Its address on this machine itself, when it listens there.
    #[must_use]
    pub fn local_origin(&self) -> Option<String> {
        let listen = self.listen.ip();
        let here = if listen.is_unspecified() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            listen
        };
        here.is_loopback().then(|| self.origin(here))
    }

    fn origin(&self, ip: IpAddr) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}", SocketAddr::new(ip, self.listen.port()))
    }

    /// An address for another device than the one that sent these headers: where that one is itself, unless that is this
    /// machine; then the first of [`Reach::origins`]. `None`: there is none.
    pub(super) fn origin_for(&self, headers: &HeaderMap, is_secure: bool) -> Option<String> {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        if is_loopback(host) {
            return self.origins().into_iter().next();
        }
        let scheme = if is_secure { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }
}

/// Addresses of `listen` that other devices can open: all of this machine's when it is unspecified.
fn lan_addresses(listen: IpAddr) -> Vec<IpAddr> {
    if !listen.is_unspecified() {
        return if listen.is_loopback() { Vec::new() } else { vec![listen] };
    }
    let usual = usual_address();
    let mut addresses: Vec<IpAddr> = own_addresses()
        .into_iter()
        .filter(|ip| ip.is_ipv4() && !ip.is_loopback())
        .collect();
    addresses.sort_by_key(|ip| (Some(*ip) != usual, *ip));
    addresses.dedup();
    addresses
}

/// Those that a server can listen on: this machine's own first, then as other devices would open them.
pub(in crate::server) fn machine_addresses() -> Vec<IpAddr> {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    addresses.extend(lan_addresses(Ipv4Addr::UNSPECIFIED.into()));
    addresses
}

fn own_addresses() -> Vec<IpAddr> {
    let networks = sysinfo::Networks::new_with_refreshed_list();
    let Ok(networks) = networks else { return Vec::new() };
    let own = networks
        .values()
        .flat_map(|network| network.ip_networks().iter().map(|own| own.addr));
    own.collect()
}

/// The address that this machine would speak to the world from. A datagram's `connect` only looks the way up: nothing is
/// sent, and 192.0.2.0/24 is kept for documentation.
fn usual_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// What a certificate is for: the names and addresses of this machine that are nobody else's in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Its own name, where it is one that a certificate can hold.
    pub host: Option<String>,
    /// Its addresses: of itself and of private networks.
    pub ips: Vec<IpAddr>,
}

impl Names {
    /// Those that it has now, for a server that listens on `listen`.
    #[must_use]
    pub fn of_this_machine(listen: IpAddr) -> Self {
        let mut ips = own_addresses();
        ips.extend([IpAddr::V4(Ipv4Addr::LOCALHOST), listen]);
        ips.retain(|ip| is_private(*ip));
        ips.sort_unstable();
        ips.dedup();
        let host = sysinfo::System::host_name().ok().map(|name| name.to_ascii_lowercase());
        Self {
            host: host.filter(|name| is_plain_name(name)),
            ips,
        }
    }
}

/// Whether an address belongs to a network that is not the internet.
pub(in crate::server) fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || shared
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

fn is_plain_name(name: &str) -> bool {
    let is_plain = |label: &str| {
        let letters = label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (1..=63).contains(&label.len()) && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    name != "localhost" && name.len() < 200 && name.split('.').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(listen: &str) -> Reach {
        Reach {
            listen: listen.parse().unwrap(),
            ..Reach::default()
        }
    }

    #[test]
    fn a_server_of_this_machine_alone_has_no_address_for_others() {
        let local = reach("127.0.0.1:8080");
        assert_eq!(local.origins(), Vec::<String>::new());
        assert_eq!(local.local_origin().as_deref(), Some("http://127.0.0.1:8080"));
    }

    #[test]
    fn a_server_of_one_address_has_that() {
        let secure = Reach {
            is_secure: true,
            ..reach("192.168.7.5:443")
        };
        assert_eq!(secure.origins(), ["https://192.168.7.5:443"]);
        assert_eq!(secure.local_origin(), None);
        assert_eq!(reach("[fd00::5]:80").origins(), ["http://[fd00::5]:80"]);
    }

    #[test]
    fn a_server_of_every_address_never_tells_others_to_come_to_themselves() {
        let everywhere = reach("0.0.0.0:8080");
        assert!(everywhere.origins().iter().all(|origin| !origin.contains("127.")));
        assert_eq!(everywhere.local_origin().as_deref(), Some("http://127.0.0.1:8080"));
    }

    #[test]
    fn a_local_authority_is_not_told_of_where_it_vouches_for_nothing() {
        let of = |listen| Reach {
            is_secure: true,
            has_authority: true,
            ..reach(listen)
        };
        assert_eq!(of("10.0.0.7:80").origins(), ["https://10.0.0.7:80"]);
        assert_eq!(of("203.0.113.7:80").origins(), Vec::<String>::new());
    }

    #[test]
    fn whoever_came_by_an_address_shares_that_one() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "board.example:8443".parse().unwrap());
        let everywhere = reach("192.168.7.5:8080");
        assert_eq!(
            everywhere.origin_for(&headers, true).as_deref(),
            Some("https://board.example:8443")
        );
        headers.insert(header::HOST, "localhost:8080".parse().unwrap());
        let from_here = everywhere.origin_for(&headers, false);
        assert_eq!(from_here.as_deref(), Some("http://192.168.7.5:8080"));
    }

    #[test]
    fn the_internets_addresses_are_not_private() {
        for private in [
            "10.1.2.3",
            "192.168.0.1",
            "100.64.0.9",
            "169.254.1.1",
            "::1",
            "fd12::1",
            "127.0.0.1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2001:db8::1", "fe80::1"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn a_host_is_a_name_that_a_certificate_can_hold() {
        for name in ["boat-pi", "box.example.org", "0a1b"] {
            assert!(is_plain_name(name), "{name}");
        }
        for other in ["", "a_b", "-a", "a..b", "localhost", "Küche"] {
            assert!(!is_plain_name(other), "{other}");
        }
    }
}
