//! Connections: how many, and how long each may keep the server waiting.
//!
//! `axum::serve` has no limit on either, so a few hundred connections that say nothing would use up the process's file
//! descriptors. This is its loop with both.

mod door;
mod taking;

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    response::{IntoResponse, Response},
};
use http::{Request, StatusCode};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep, timeout},
};
use tower::{ServiceExt, service_fn};

pub(super) use self::door::Door;
use self::door::Entered;
use super::{metrics::Metrics, peers::Crowd};
use crate::config::{
    ACCEPT_RETRY_MS, CLOSE_MS_MAX, HTTP_CONNECTIONS_LEN_MAX, REQUEST_HEAD_BYTES_MAX, REQUEST_HEAD_MS_MAX,
    REQUEST_MS_MAX, TURNED_AWAY_AT_ONCE_LEN_MAX, TURNED_AWAY_S, WRITE_MS_MAX,
};

/// How many connections, and how long each may keep the server waiting. `Default` is [`crate::config`]'s.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub connections_len_max: usize,
    pub close_ms_max: u64,
    pub head_ms_max: u64,
    pub request_ms_max: u64,
    pub write_ms_max: u64,
    pub accept_retry_ms: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connections_len_max: HTTP_CONNECTIONS_LEN_MAX,
            close_ms_max: CLOSE_MS_MAX,
            head_ms_max: REQUEST_HEAD_MS_MAX,
            request_ms_max: REQUEST_MS_MAX,
            write_ms_max: WRITE_MS_MAX,
            accept_retry_ms: ACCEPT_RETRY_MS,
        }
    }
}

/// Serves what is behind `door` on `listener` until `stop` ends, then answers what was asked already. Sockets live on: each
/// has a seat of its own, and says goodbye by itself. `crowd` counts the connections by address, before any handshake.
pub(super) async fn serve(
    listener: TcpListener,
    door: impl Into<Door>,
    patience: Patience,
    crowd: &Crowd,
    metrics: &Metrics,
    stop: impl Future<Output = ()>,
) {
    let door = door.into();
    let free = Arc::new(Semaphore::new(patience.connections_len_max));
    let turning = Arc::new(Semaphore::new(TURNED_AWAY_AT_ONCE_LEN_MAX));
    let stopping = watch::Sender::new(());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, permit) = tokio::select! {
            accepted = accept(&listener, &free, patience, metrics) => accepted,
            () = &mut stop => break,
        };
        let Some(place) = crowd.enter(peer.ip()) else {
            metrics.connections_refused.count();
            drop(permit); // it keeps nobody else out
            if let Ok(talking) = Arc::clone(&turning).try_acquire_owned() {
                let door = door.clone();
                tokio::spawn(async move {
                    turn_away(stream, &door, patience).await;
                    drop(talking);
                });
            }
            continue;
        };
        let serving = serve_connection(stream, peer, door.clone(), patience, stopping.subscribe());
        tokio::spawn(async move {
            serving.await;
            drop((place, permit));
        });
    }
    drop(listener);
    // A receiver learns of the end by losing its sender.
    drop(stopping);
    let all = patience.connections_len_max as u32;
    let _all_closed = free.acquire_many(all).await;
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    door: Door,
    patience: Patience,
    mut stopping: watch::Receiver<()>,
) {
    let limit = Duration::from_millis(patience.head_ms_max);
    let entered = tokio::select! {
        entered = timeout(limit, door.enter(stream, patience.write_ms_max)) => entered,
        _ = stopping.changed() => return,
    };
    match entered {
        Ok(Ok(Entered::Plain(stream, router))) => converse(stream, peer, router, patience, stopping).await,
        Ok(Ok(Entered::Secure(stream, router))) => converse(stream, peer, router, patience, stopping).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a connection did not get in"),
        Err(_) => tracing::debug!(%peer, "a connection took too long to get in"),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    mut stopping: watch::Receiver<()>,
) {
    let service = TowerToHyperService::new(service_fn(move |request: Request<_>| {
        let answer = answer(router.clone(), peer, request.map(Body::new));
        let limit = Duration::from_millis(patience.request_ms_max);
        async move { timeout(limit, answer).await.unwrap_or_else(|_| Ok(too_slow())) }
    }));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(patience.head_ms_max))
            .max_buf_size(REQUEST_HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let served = tokio::select! {
        served = &mut connection => served,
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

/// Says that there are too many from this address, whatever is asked. Who comes to speak TLS is let go without a word: there
/// is none before the handshake, which would cost more than the place that was refused.
async fn turn_away(mut stream: TcpStream, door: &Door, patience: Patience) {
    let answer = format!(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: {TURNED_AWAY_S}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{TURNED_AWAY}",
        TURNED_AWAY.len()
    );
    let said = async {
        if !door.is_plain(&stream).await? {
            return Ok(());
        }
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // Closed with something unread, it would take the answer back.
        let mut asked = [0; 1_024];
        while stream.read(&mut asked).await? > 0 {}
        io::Result::Ok(())
    };
    // Whether it was heard makes no difference here.
    let _ = timeout(Duration::from_millis(patience.close_ms_max), said).await;
}

async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
    patience: Patience,
    metrics: &Metrics,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let permit = free
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An edit is one small frame: waiting to fill a packet would only delay it.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%peer, %error, "a connection kept its delay");
                }
                return (stream, peer, permit);
            }
            Err(error) => {
                metrics.accepts_failed.count();
                tracing::warn!(%error, "no connection could be accepted");
                sleep(Duration::from_millis(patience.accept_retry_ms)).await;
            }
        }
    }
}

async fn answer(router: Router, peer: SocketAddr, mut request: Request<Body>) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let (method, path, asked_at) = (
        request.method().clone(),
        request.uri().path().to_owned(),
        Instant::now(),
    );
    let response = router.oneshot(request).await?;
    // The path without its query, and no header: nothing that could hold a secret.
    tracing::debug!(%peer, %method, path, status = response.status().as_u16(), took = ?asked_at.elapsed(), "answered");
    Ok(response)
}

fn too_slow() -> Response {
    (StatusCode::REQUEST_TIMEOUT, "The request took too long. Send it again.").into_response()
}

const TURNED_AWAY: &str = concat!(
    r#"{"code":"rate_limited","message":"There are too many connections from your address. Close some, and try again in a "#,
    r#"minute; whoever runs the server can name a proxy with --proxy."}"#
);

#[cfg(test)]
mod tests {
    use std::{future::pending, net::UdpSocket, os::fd::OwnedFd};

    use axum::routing::get;
    use tokio::{sync::oneshot, task::yield_now};

    use super::*;
    use crate::server::peers::Spared;

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_closed() {
        let address = start(
            Patience {
                head_ms_max: 20,
                ..Patience::default()
            },
            pending(),
        )
        .await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        assert_eq!(silent.read(&mut [0; 64]).await.unwrap(), 0, "closed without a word");
    }

    #[tokio::test]
    async fn a_head_over_the_limit_is_refused() {
        let address = start(Patience::default(), pending()).await;
        // The buffer may be past the limit once before it is seen to be.
        let path = format!("/?{}", "x".repeat(REQUEST_HEAD_BYTES_MAX * 3 / 2));
        let reply = ask(address, &path).await;
        assert!(reply.starts_with("HTTP/1.1 431 "), "{reply}");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_told_so() {
        let address = start(
            Patience {
                request_ms_max: 20,
                ..Patience::default()
            },
            pending(),
        )
        .await;
        assert!(ask(address, "/never").await.starts_with("HTTP/1.1 408 "));
        assert!(
            ask(address, "/").await.starts_with("HTTP/1.1 200 "),
            "and the next one is served"
        );
    }

    #[tokio::test]
    async fn when_all_places_are_taken_the_next_one_waits_for_the_first_to_leave() {
        let address = start(
            Patience {
                connections_len_max: 1,
                ..Patience::default()
            },
            pending(),
        )
        .await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        assert!(first.read(&mut [0; 64]).await.unwrap() > 0, "served, and kept open");
        let second = tokio::spawn(ask(address, "/"));
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap().starts_with("HTTP/1.1 200 "));
    }

    #[tokio::test]
    async fn told_to_stop_it_ends_though_a_connection_is_kept_open() {
        let (tell, told) = oneshot::channel::<()>();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            let stop = async { drop(told.await) };
            let (crowd, metrics) = (crowd(usize::MAX), Metrics::default());
            serve(listener, router(), Patience::default(), &crowd, &metrics, stop).await;
        });
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        assert!(idle.read(&mut [0; 64]).await.unwrap() > 0);
        tell.send(()).unwrap();
        serving.await.unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test]
    async fn who_takes_nothing_of_an_answer_loses_the_place() {
        let patience = Patience {
            connections_len_max: 1,
            write_ms_max: 20,
            ..Patience::default()
        };
        let address = start(patience, pending()).await;
        let mut greedy = TcpStream::connect(address).await.unwrap();
        greedy
            .write_all(b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
            .await
            .unwrap();
        let next = timeout(Duration::from_secs(20), ask(address, "/"));
        let reply = next
            .await
            .expect("the place is free again, though the first one is still here");
        assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
        drop(greedy);
    }

    #[tokio::test]
    async fn where_no_connection_can_be_had_it_asks_again_after_a_while_and_not_at_once() {
        // A socket that can be read and never accepts fails as a process without file descriptors does: at once.
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        datagrams.send_to(b"knock", datagrams.local_addr().unwrap()).unwrap();
        datagrams.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(OwnedFd::from(datagrams).into()).unwrap();
        let metrics = Metrics::default();
        let patience = Patience {
            accept_retry_ms: u64::MAX,
            ..Patience::default()
        };
        let crowd = crowd(usize::MAX);
        let mut serving = pin!(serve(listener, router(), patience, &crowd, &metrics, pending()));
        let mut turns = async |done: &dyn Fn(usize) -> bool| {
            for turn in (0..).take_while(|turn| !done(*turn)) {
                tokio::select! {
                    biased;
                    () = &mut serving => unreachable!("it goes on, in turn {turn}"),
                    () = yield_now() => {}
                }
            }
        };
        turns(&|_| metrics.accepts_failed.get() > 0).await;
        turns(&|turn| turn > 100).await;
        assert_eq!(metrics.accepts_failed.get(), 1);
    }

    #[tokio::test]
    async fn who_has_all_the_connections_of_an_address_is_told_so_and_keeps_no_one_else_out() {
        let address = start_with(Patience::default(), crowd(1), pending()).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        assert!(first.read(&mut [0; 64]).await.unwrap() > 0, "served, and kept open");
        let reply = ask(address, "/").await;
        assert!(reply.starts_with("HTTP/1.1 429 "), "{reply}");
        assert!(
            reply.contains("Retry-After: 60\r\n") && reply.contains("Close some"),
            "{reply}"
        );
        drop(first);
        // The server learns of the end a moment after it.
        while !ask(address, "/").await.starts_with("HTTP/1.1 200 ") {}
    }

    #[tokio::test]
    async fn who_does_not_listen_to_a_refusal_loses_the_place_all_the_same() {
        let patience = Patience {
            connections_len_max: 1,
            close_ms_max: 20,
            ..Patience::default()
        };
        let address = start_with(patience, crowd(0), pending()).await;
        let deaf = TcpStream::connect(address).await.unwrap();
        let next = timeout(Duration::from_secs(20), ask(address, "/"));
        let reply = next
            .await
            .expect("the place is free again, though the first one is still here");
        assert!(reply.starts_with("HTTP/1.1 429 "), "{reply}");
        drop(deaf);
    }

    async fn start(patience: Patience, stop: impl Future<Output = ()> + Send + 'static) -> SocketAddr {
        start_with(patience, crowd(usize::MAX), stop).await
    }

    async fn start_with(
        patience: Patience,
        crowd: Crowd,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { serve(listener, router(), patience, &crowd, &Metrics::default(), stop).await });
        address
    }

    /// One that counts this machine, where these tests are.
    fn crowd(len_max: usize) -> Crowd {
        let spared = Spared {
            this_machine: false,
            proxies: Vec::new(),
        };
        Crowd::new(len_max, spared)
    }

    fn router() -> Router {
        Router::new()
            .route("/", get(async || "here"))
            .route("/never", get(pending::<()>))
            .route("/large", get(async || vec![0; 64 * 1024 * 1024]))
    }

    async fn ask(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply
    }
}
