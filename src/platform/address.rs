//! Where a server is.

use std::{fmt, net::IpAddr};

use crate::config::SOCKET_PATH;

/// A server's address: `http://` or `https://`, a host, perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    origin: String,
}

/// A text is not a server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    /// The text.
    pub text: String,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a server's address. Write it like http://127.0.0.1:8080 or https://board.example.org.",
            self.text
        )
    }
}

impl std::error::Error for AddressError {}

impl ServerAddress {
    /// Reads an address. What follows the host is left out.
    ///
    /// # Errors
    /// [`AddressError`] when it is none, or holds a user name: a secret has no place in an address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError {
            text: without_user(text),
        };
        let (scheme, rest) = text.trim().split_once("://").ok_or_else(error)?;
        let scheme = match scheme {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            _ => return Err(error()),
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'@';
        if host.is_empty() || !host.bytes().all(plain) {
            return Err(error());
        }
        Ok(Self {
            origin: format!("{scheme}://{}", host.to_ascii_lowercase()),
        })
    }

    /// As `http://host:port`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether what is said there can be read on the way: it is neither encrypted nor of this very device.
    #[must_use]
    pub fn is_overheard(&self) -> bool {
        let Some(host) = self.origin.strip_prefix("http://") else {
            return false;
        };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let is_loopback = match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => name == "localhost",
        };
        !is_loopback
    }

    /// Where its socket is.
    #[must_use]
    pub fn socket_url(&self) -> String {
        // Both schemes differ from the page's by these letters alone.
        format!(
            "ws{}{SOCKET_PATH}",
            self.origin.strip_prefix("http").unwrap_or_default()
        )
    }
}

fn without_user(text: &str) -> String {
    text.rsplit_once('@')
        .map_or_else(|| text.to_owned(), |(_, host)| format!("…@{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_server_and_its_socket() {
        let address = ServerAddress::parse("https://Board.example.org/boards/this-machine").expect("an address");
        assert_eq!(address.origin(), "https://board.example.org");
        assert_eq!(address.socket_url(), "wss://board.example.org/api/v1/socket");
        let local = ServerAddress::parse("http://127.0.0.1:8080").expect("an address");
        assert_eq!(local.socket_url(), "ws://127.0.0.1:8080/api/v1/socket");
    }

    #[test]
    fn only_this_device_is_spoken_with_openly() {
        let is_overheard = |text| ServerAddress::parse(text).expect("an address").is_overheard();
        for text in [
            "http://127.0.0.1:8080",
            "http://127.1.2.3",
            "http://[::1]:80",
            "http://localhost:8080",
            "https://board",
        ] {
            assert!(!is_overheard(text), "{text}");
        }
        for text in [
            "http://192.168.1.5:8080",
            "http://board",
            "http://[fe80::1]:80",
            "http://localhost.example.org",
            "ws://10.0.0.1",
        ] {
            assert!(is_overheard(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_and_a_secret_in_it_is_not_repeated() {
        for text in ["", "board", "ftp://board", "http://", "http:///x", "http://a b"] {
            assert!(ServerAddress::parse(text).is_err(), "{text}");
        }
        let error = ServerAddress::parse("http://me:secret@board").expect_err("a user name");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
