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
        let is_plain = self.is_plain(&stream).await?;
        let stream = Taking::new(stream, Duration::from_millis(write_ms_max));
        Ok(match self.secure {
            None => Entered::Plain(stream, self.router),
            Some(secure) if is_plain => Entered::Plain(stream, secure.plain),
            Some(secure) => Entered::Secure(Box::new(secure.acceptor.accept(stream).await?), self.router),
        })
    }

    /// Whether what comes is plain http. Behind TLS its first byte says so, and is waited for.
    pub(super) async fn is_plain(&self, stream: &TcpStream) -> io::Result<bool> {
        let mut first = [0];
        Ok(self.secure.is_none() || (stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE))
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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use rcgen::generate_simple_self_signed;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        sync::watch,
        time::timeout,
    };
    use tokio_rustls::rustls::{crypto::ring, pki_types::PrivateKeyDer};

    use super::*;
    use crate::server::{
        listener::{Patience, serve, serve_connection},
        metrics::Metrics,
        peers::{Crowd, Spared},
    };

    fn door() -> Door {
        let made = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Door::secure(Router::new(), Arc::new(config), Router::new())
    }

    /// Serves somebody who sends the first byte of a handshake, or nothing, and waits. Ends when the server lets go.
    async fn stall(first: &[u8], patience: Patience, stopping: watch::Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stalling = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        stalling.write_all(first).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let serving = serve_connection(stream, peer, door(), patience, stopping);
        timeout(Duration::from_secs(20), serving)
            .await
            .expect("it does not wait for ever");
    }

    #[tokio::test]
    async fn who_begins_a_handshake_and_does_not_end_it_is_let_go() {
        for first in [&[][..], &[HANDSHAKE]] {
            let (_told, stopping) = watch::channel(());
            let patience = Patience {
                head_ms_max: 20,
                ..Patience::default()
            };
            stall(first, patience, stopping).await;
        }
    }

    #[tokio::test]
    async fn told_to_stop_it_waits_for_no_handshake() {
        let (told, stopping) = watch::channel(());
        drop(told);
        let patience = Patience {
            head_ms_max: u64::MAX,
            ..Patience::default()
        };
        stall(&[HANDSHAKE], patience, stopping).await;
    }

    #[tokio::test]
    async fn who_has_no_place_is_told_so_by_plain_http_and_let_go_before_a_handshake() {
        let spared = Spared {
            this_machine: false,
            proxies: Vec::new(),
        };
        let (crowd, metrics) = (Crowd::new(0, spared), Metrics::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = serve(listener, door(), Patience::default(), &crowd, &metrics, pending());
        let ask = async |first: &[u8]| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(first).await.unwrap();
            let mut reply = Vec::new();
            // However it is closed: what was sent is not read.
            let _ = stream.read_to_end(&mut reply).await;
            String::from_utf8(reply).unwrap()
        };
        let asking = async { (ask(b"GET / HTTP/1.1\r\n\r\n").await, ask(&[HANDSHAKE]).await) };
        let (plain, secure) = tokio::select! {
            () = serving => unreachable!("nobody tells it to stop"),
            told = timeout(Duration::from_secs(20), asking) => told.expect("neither is kept"),
        };
        assert!(plain.starts_with("HTTP/1.1 429 "), "{plain}");
        assert_eq!(secure, "");
        assert_eq!(metrics.connections_refused.get(), 2);
    }
}
