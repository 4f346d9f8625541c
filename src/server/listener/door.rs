//! What a connection goes through before it is served: with TLS, the handshake. Who comes to a secure port by plain http is
//! answered by a router of its own, and shown the way.

use std::{io, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::map_request,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig, server::TlsStream};

use super::taking::Taking;

/// Who serves what comes in.
#[derive(Clone)]
pub(in crate::server) struct Door {
    router: Router,
    secure: Option<Secure>,
}

#[derive(Clone)]
struct Secure {
    acceptor: TlsAcceptor,
    plain: Router,
}

/// A connection that is in, with its router.
pub(super) enum Entered {
    Plain(Taking<TcpStream>, Router),
    Secure(Box<TlsStream<Taking<TcpStream>>>, Router),
}

impl From<Router> for Door {
    fn from(router: Router) -> Self {
        Self { router, secure: None }
    }
}

impl Door {
    /// `router` behind TLS, and `plain` for those who come without.
    pub fn secure(router: Router, config: Arc<ServerConfig>, plain: Router) -> Self {
        Self {
            router: router.layer(map_request(say_secure)),
            secure: Some(Secure {
                acceptor: TlsAcceptor::from(config),
                plain,
            }),
        }
    }

    pub(super) async fn enter(self, stream: TcpStream, write_ms_max: u64) -> io::Result<Entered> {
        let taking = |stream| Taking::new(stream, Duration::from_millis(write_ms_max));
        let Some(secure) = self.secure else {
            return Ok(Entered::Plain(taking(stream), self.router));
        };
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
            return Ok(Entered::Plain(taking(stream), secure.plain));
        }
        let stream = secure.acceptor.accept(taking(stream)).await?;
        Ok(Entered::Secure(Box::new(stream), self.router))
    }
}

/// Says it as a proxy that ends TLS does, and over what somebody else may have said: cookies and links are made by it.
async fn say_secure(mut request: Request) -> Request {
    let name = HeaderName::from_static("x-forwarded-proto");
    request.headers_mut().insert(name, HeaderValue::from_static("https"));
    request
}

/// The first byte of every TLS connection (RFC 8446, 5.1: a record of the handshake); no method of HTTP begins with it.
const HANDSHAKE: u8 = 22;
