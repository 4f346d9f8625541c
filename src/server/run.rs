//! Starting and stopping: from arguments to a listening server, and from a signal to a clean end.

mod announce;
mod stopping;

use std::{
    error, fmt, fs, io,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{Router, middleware::from_fn};
use dioxus::prelude::Element;
use tokio::{net::TcpListener, runtime};

use self::{
    announce::{Generated, announce},
    stopping::Stopping,
};
use super::{
    Server, ServerConfig,
    auth::{Policy, Token},
    cli::ServeArgs,
    files::Files,
    first_board::this_machine_said,
    listener::{self, Door, Patience},
    offline,
    origin::OriginPolicy,
    pages::{is_development, pages_with},
    reach::{self, Reach},
    router,
    store::StoreError,
    tls::{Tls, TlsError},
};
use crate::{config::DRAIN_MS_MAX, sampling::exporter::ExporterError, words};

/// Why a server did not start, or could not go on.
#[derive(Debug)]
pub enum RunError {
    /// Another program listens there.
    PortInUse {
        /// Where.
        address: SocketAddr,
    },
    /// This machine has no such address.
    NoSuchAddress {
        /// The address.
        address: IpAddr,
        /// Those that it has.
        own: Vec<IpAddr>,
    },
    /// This user may not listen there, or nobody may.
    CantListen {
        /// Where.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The data folder can't be made or written to.
    DataFolder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What should be the data folder is a file.
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// The database can't be opened.
    Store(StoreError),
    /// Both tokens read the same, so one could not be told from the other.
    SameTokens,
    /// The operating system gave no random bytes for the tokens.
    NoRandomness,
    /// What is to be scraped names no exporters.
    Exporter(ExporterError),
    /// There is no TLS as it was asked for.
    Tls(TlsError),
    /// The operating system gave no threads, or no listener.
    System(io::Error),
}

/// Runs a server of `app` until it is told to stop by SIGINT or SIGTERM, or by the end of its input where that is asked for.
///
/// # Errors
/// [`RunError`], when it can't start or can't go on.
pub fn run(args: &ServeArgs, app: fn() -> Element) -> Result<(), RunError> {
    let scraping = args.scrape.read().map_err(RunError::Exporter)?;
    prepare_folder(&args.data)?;
    let (policy, generated) = policy(args)?;
    let files = Files::built();
    let language = args.language.clone().or_else(|| std::env::var("LANG").ok());
    let words = words::asked_by(language.as_deref());
    let config = ServerConfig {
        first_boards: vec![this_machine_said(|english| {
            words.map_or(english, |words| words.say(english))
        })],
        measures_host: true,
        scraping,
        origins: OriginPolicy {
            loopback_only: matches!(policy, Policy::Local),
            allowed_hosts: development_hosts(),
        },
        policy,
        public_files: files
            .first_segments()
            .into_iter()
            .chain(offline::open_files())
            .collect(),
        data: Some(args.data.clone()),
        proxies: args.proxy.clone(),
        ..ServerConfig::local()
    };
    let runtime = runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(RunError::System)?;
    if is_development() {
        // `dx serve` started this and stops it: its own loop replaces code in the running server, which ours can't.
        if args.tls.is_on() {
            tracing::warn!("`dx serve` speaks plain http: --tls-… is left out");
        }
        let _guard = runtime.enter();
        let server = Server::open(config).map_err(RunError::Store)?;
        dioxus::server::serve(move || {
            let router = router(own_pages(&Files::built(), app, false), &server);
            async move { Ok(router) }
        });
    }
    let address = SocketAddr::new(args.listen, args.port);
    runtime.block_on(async {
        // First the door, then the store: whoever comes meanwhile waits, and a taken port touches no database.
        let listener = listen(address).await?;
        let tls = args.tls.prepare(&args.data, args.listen, &config.clock);
        let tls = tls.map_err(RunError::Tls)?;
        let local = tls.as_ref().and_then(|tls| tls.local.clone());
        let address = listener.local_addr().map_err(RunError::System)?;
        let server = Server::open(ServerConfig {
            reach: Reach {
                listen: address,
                is_secure: tls.is_some(),
                has_authority: local.is_some(),
            },
            authority: local.as_ref().map(|leaf| leaf.authority().certificate().to_owned()),
            ..config
        });
        let server = server.map_err(RunError::Store)?;
        let told = Stopping::listen(args.until_input_ends).map_err(RunError::System)?;
        tracing::info!(%address, "serving");
        announce(&server, generated.as_ref());
        if let Some(leaf) = local {
            let clock = server.clock().clone();
            tokio::spawn(async move { leaf.keep(address.ip(), &clock).await });
        }
        let router = router(own_pages(&files, app, !args.no_offline_start), &server);
        let door = door(router, tls, &server, &files);
        serve(listener, door, &server, DRAIN_MS_MAX, async || told.next().await).await;
        server.close().await;
        Ok(())
    })
}

/// What connections come in by: https and the way to it, or plain http.
fn door(router: Router, tls: Option<Tls>, server: &Server, files: &Files) -> Door {
    match tls {
        Some(tls) => Door::secure(router, tls.config, reach::plain_router(server, files)),
        None => router.into(),
    }
}

/// The app's pages, rendered with the board that they show, which say over plain http what such an address can't do.
fn own_pages(files: &Files, app: fn() -> Element, opens_offline: bool) -> Router {
    let pages = pages_with(files, app);
    #[cfg(feature = "dashboard")]
    let pages = pages
        .layer(from_fn(super::first_look::look))
        .layer(from_fn(super::language::speak))
        .merge(super::first_look::routes());
    pages
        .layer(from_fn(reach::tell_plain_http))
        .merge(offline::routes(files, opens_offline))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => RunError::PortInUse { address },
        io::ErrorKind::AddrNotAvailable => RunError::NoSuchAddress {
            address: address.ip(),
            own: reach::machine_addresses(),
        },
        _ => RunError::CantListen { address, source },
    })
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Everybody had left.
    Empty,
    /// Some had not when the time for it was over.
    Late,
    /// Some had not when a second signal came.
    Hurried,
}

/// Serves until a signal, then until all have said goodbye, `drain_ms_max` have passed, or there is another signal.
async fn serve(
    listener: TcpListener,
    door: impl Into<Door>,
    server: &Server,
    drain_ms_max: u64,
    signal: impl AsyncFn(),
) -> Ended {
    let told_to_stop = async {
        signal().await;
        tracing::info!("stopping: saying goodbye to every client");
        server.stop();
    };
    let serving = async {
        let (patience, crowd) = (Patience::default(), server.http_crowd());
        listener::serve(listener, door, patience, &crowd, server.metrics(), told_to_stop).await;
        server.stopped().await;
    };
    let patience = async {
        server.stopping().await;
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(drain_ms_max)) => Ended::Late,
            () = signal() => Ended::Hurried,
        }
    };
    let ended = tokio::select! {
        () = serving => Ended::Empty,
        ended = patience => ended,
    };
    if ended != Ended::Empty {
        tracing::warn!("stopped before every client had left");
    }
    ended
}

/// Everything beyond this machine needs a token, and so does this machine once somebody chose one.
fn policy(args: &ServeArgs) -> Result<(Policy, Option<Generated>), RunError> {
    if args.listen.is_loopback() && args.edit_token.is_none() && args.view_token.is_none() {
        return Ok((Policy::Local, None));
    }
    let mut generated = Generated { edit: None, view: None };
    let edit = given_or_new(args.edit_token.as_ref(), &mut generated.edit)?;
    let view = given_or_new(args.view_token.as_ref(), &mut generated.view)?;
    if edit.reveal() == view.reveal() {
        return Err(RunError::SameTokens);
    }
    Ok((Policy::Tokens { edit, view }, Some(generated)))
}

fn given_or_new(given: Option<&Token>, generated: &mut Option<Token>) -> Result<Token, RunError> {
    if let Some(token) = given {
        return Ok(token.clone());
    }
    let token = Token::generate().map_err(|_| RunError::NoRandomness)?;
    *generated = Some(token.clone());
    Ok(token)
}

/// Makes the folder, and sees that a file can be made in it.
fn prepare_folder(folder: &Path) -> Result<(), RunError> {
    if folder.is_file() {
        let path = folder.to_owned();
        return Err(RunError::NotAFolder { path });
    }
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&probe, b""))
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|source| RunError::DataFolder {
            folder: folder.to_owned(),
            source,
        })
}

/// The development server's own address: its pages reach this server through it.
fn development_hosts() -> Vec<String> {
    let Some(address) = dioxus::cli_config::devserver_raw_addr().filter(|_| dioxus::cli_config::is_cli_enabled())
    else {
        return Vec::new();
    };
    vec![address.to_string(), format!("localhost:{}", address.port())]
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortInUse { address } => write!(
                f,
                "{address} is in use: another program, or another Tideboard, listens there. Stop it, or choose \
                 another port with --port."
            ),
            Self::NoSuchAddress { address, own } => {
                let own: Vec<String> = own.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "this machine has no address {address}. It has {}: choose one of them, or all with --listen 0.0.0.0.",
                    own.join(", ")
                )
            }
            Self::CantListen { address, source } if source.kind() == io::ErrorKind::PermissionDenied => write!(
                f,
                "this user may not listen on {address}: {source}. Ports below 1024 are for the administrator; choose \
                 another with --port."
            ),
            Self::CantListen { address, source } => {
                write!(
                    f,
                    "can't listen on {address}: {source}. Choose another address with --listen, or another --port."
                )
            }
            Self::DataFolder { folder, source } if source.kind() == io::ErrorKind::StorageFull => write!(
                f,
                "there is no room in the data folder {}: {source}. Make room, then start again; or choose a folder on \
                 another disk with --data.",
                folder.display()
            ),
            Self::DataFolder { folder, source } => write!(
                f,
                "can't write to the data folder {}: {source}. Give this user the right to write there, or choose \
                 another folder with --data.",
                folder.display()
            ),
            Self::NotAFolder { path } => write!(
                f,
                "the data folder {} is a file. Name a folder with --data; it is made when it is not there.",
                path.display()
            ),
            Self::Store(error) => error.fmt(f),
            Self::SameTokens => write!(
                f,
                "--edit-token and --view-token are the same. Choose two, or leave one out."
            ),
            Self::NoRandomness => write!(
                f,
                "the operating system gave no random bytes for the tokens. Try again."
            ),
            Self::Exporter(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
            Self::System(source) => write!(
                f,
                "the operating system refused what a server needs: {source}. Start it again."
            ),
        }
    }
}

impl error::Error for RunError {}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures_util::StreamExt;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::Semaphore,
    };

    use super::*;

    #[tokio::test]
    async fn a_client_that_does_not_leave_is_waited_for_so_long_and_no_longer() {
        assert_eq!(stop_with_a_request_under_way(20, 1).await, Ended::Late);
    }

    #[tokio::test]
    async fn whoever_tells_it_to_stop_once_more_does_not_want_to_wait() {
        assert_eq!(stop_with_a_request_under_way(u64::MAX, 2).await, Ended::Hurried);
    }

    #[tokio::test]
    async fn when_everybody_has_left_it_waits_no_longer() {
        let server = Server::open(ServerConfig::local()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ended = serve(listener, Router::new(), &server, u64::MAX, signals(1)).await;
        assert_eq!(ended, Ended::Empty);
    }

    /// Stops a server that answers a request which never ends.
    async fn stop_with_a_request_under_way(drain_ms_max: u64, len: usize) -> Ended {
        let server = Server::open(ServerConfig::local()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let body =
            || futures_util::stream::once(async { Ok::<_, io::Error>("begun") }).chain(futures_util::stream::pending());
        let router = Router::new().route("/", get(async move || axum::body::Body::from_stream(body())));
        let told = Semaphore::new(0);
        let signal = async || told.acquire().await.expect("it is never closed").forget();
        let asking = async {
            client.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
            let mut reply = Vec::new();
            while !reply.ends_with(b"begun\r\n") {
                assert!(client.read_buf(&mut reply).await.unwrap() > 0);
            }
            told.add_permits(len);
        };
        let serving = tokio::time::timeout(
            Duration::from_secs(20),
            serve(listener, router, &server, drain_ms_max, signal),
        );
        let (ended, ()) = tokio::join!(serving, asking);
        ended.expect("it does not wait for ever")
    }

    /// So many signals, all sent already.
    fn signals(len: usize) -> impl AsyncFn() {
        let told = std::sync::Arc::new(Semaphore::new(len));
        async move || told.acquire().await.expect("it is never closed").forget()
    }
}
