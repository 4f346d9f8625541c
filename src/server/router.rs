//! The server's routes, and the walls around them. Mountable on an app's own axum router.
//!
//! From the outside in: compression, security headers (`csp`), the request's host and origin (`origin`), who is asking (`auth`), the
//! size of its body, and whether it can be read; then the routes. A route finds the [`Server`] and the caller's [`Identity`] in its extensions.

use axum::{
    Extension, Json, Router,
    body::to_bytes,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use serde_json::json;
use tower_http::compression::CompressionLayer;

use super::{
    SeatError, Server, auth::SignInError, board_file, csp, guides, reach, reader::Reader, session, sign_in, sources,
    webhooks,
};
use crate::{
    config::{
        BOARDS_PATH, BODY_BYTES_MAX, KEYBOARD_PATH, OPERATIONS_PATH, SAMPLES_PATH, SAMPLES_TOKEN_PATH,
        SERIES_CHECK_PATH, SESSION_PATH, SIGN_IN_PATH, SIGN_IN_SCRIPT_PATH, SIGN_IN_STYLE_PATH, SOCKET_PATH,
        SUBPROTOCOL, TABLE_PATH, TROUBLESHOOTING_PATH, TURNED_AWAY_S,
    },
    protocol::{self, ClientFrame, Code, Identity},
};

/// `app` (an app's pages, files, server functions and own routes) with this server's routes beside it and its walls around
/// both.
///
/// ```no_run
/// use axum::routing::get;
/// use dioxus::prelude::*;
/// use tideboard::server::{Server, ServerConfig, pages, router};
///
/// fn app() -> Element {
///     rsx! { "my app" }
/// }
///
/// let server = Server::open(ServerConfig::local()).expect("it opens");
/// // The address is that of `IP` and `PORT`; `dx serve` sets them, and replaces code in what runs.
/// dioxus::serve(move || {
///     let app = pages(app).route("/about", get(async || "a route of its own"));
///     let all = router(app, &server);
///     async move { Ok(all) }
/// });
/// ```
///
/// In place of [`pages`](super::pages()), any router will do: `dioxus::server::router(app)`, or one that has called
/// `serve_dioxus_application`. What matters is that the server functions are on it, which are asked where a socket can't be had.
///
/// `dioxus::serve` does not tell who is connected: sockets are counted for nobody, and wrong tokens for all together, so that ten
/// of them lock everybody out for a while. Where others than this machine can come, serve it with connection info:
/// `axum::serve(listener, router(app, &server).into_make_service_with_connect_info::<SocketAddr>())`.
///
/// # What the walls do to the app's own routes
/// - A request for another host, or from a page of another site, is refused by [`ServerConfig::origins`](super::ServerConfig::origins).
/// - With [`Policy::Tokens`](super::auth::Policy::Tokens) each route asks to sign in, but for those under
///   [`ServerConfig::public_files`](super::ServerConfig::public_files). A handler is told who asks by `Extension<Identity>`, and has
///   the server by `Extension<Server>`. Who may only watch is let through: a route that changes something looks at the identity.
/// - A body has at most [`BODY_BYTES_MAX`]; a route that takes more brings its own `DefaultBodyLimit`.
/// - A page is collected, given its nonce, and compressed, so it does not stream, and has at most
///   [`PAGE_BYTES_MAX`](crate::config::PAGE_BYTES_MAX).
/// - By its headers a page loads nothing from elsewhere, runs no inline script but those of Dioxus, and is in nobody's frame; `document::eval`
///   and inline styles in what is rendered don't work. A header that the app sets itself stays as it is: a
///   `Content-Security-Policy` of its own replaces all of that, and has to let the inline scripts of Dioxus run.
/// - What is under `/api/` is never stored by a cache.
///
/// Who wants none of this for a route merges it into what this gives, instead of into `app`.
///
/// # Panics
/// When `app` has one of this server's routes already: `/api/v1/socket`, `/api/v1/samples`, `/api/v1/samples/token`, `/api/v1/series.csv`, `/api/v1/series/check`, `/api/v1/session` (POST, DELETE),
/// `/api/v1/boards/{board}/file`, `/api/v1/boards/{board}/widgets/…`, `/sign-in`, `/sign-in.css`, `/sign-in.js`, `/api/v1/share`, `/api/v1/join`, `/join`, `/join.js`, `/plain-http.js`, `/make-secure`, `/install-authority`,
/// `/troubleshooting`, `/guides/keyboard`, `/healthz`, `/readyz`, `/metrics`. A page of the app's own at one of these paths is not shown.
pub fn router(app: Router, server: &Server) -> Router {
    let own = Router::new()
        .route(SOCKET_PATH, get(socket))
        .route(HEALTH_PATH, get(async || "ok\n"))
        .route(READY_PATH, get(ready))
        .route("/metrics", get(metrics))
        .route(SAMPLES_PATH, get(sources::stretch::stretch).post(sources::post::post))
        .route(SAMPLES_TOKEN_PATH, post(sources::post::token))
        .route(TABLE_PATH, get(sources::csv::csv))
        .route(SERIES_CHECK_PATH, get(sources::check::check))
        .route(&[BOARDS_PATH, "/{board}/file"].concat(), get(board_file::file))
        .merge(sign_in::routes())
        .merge(reach::routes())
        .merge(guides::routes())
        .merge(webhooks::routes())
        .with_state(server.clone());
    app.merge(own)
        .layer(from_fn(check_frame))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(Extension(server.clone()))
        .layer(from_fn_with_state(server.clone(), admit))
        .layer(from_fn_with_state(server.clone(), check_origin))
        .layer(from_fn(csp::protect))
        .layer(from_fn(never_store))
        .layer(CompressionLayer::new().compress_when(is_rendered))
}

/// An answer about a board or a session is true when it is given, and for who asked: no cache may give it again.
async fn never_store(request: Request, next: Next) -> Response {
    let is_answer = request.uri().path().starts_with(API_PATH);
    let mut response = next.run(request).await;
    if is_answer {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// What is made anew for each reader. Built files were compressed when they were built, better than there is time for here.
fn is_rendered(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], HeaderValue::as_bytes);
    kind.starts_with(b"text/html") || kind.starts_with(b"application/json")
}

async fn check_origin(State(server): State<Server>, request: Request, next: Next) -> Response {
    match server
        .origins()
        .check(request.method(), request.uri(), request.headers())
    {
        Ok(()) => next.run(request).await,
        Err(error) => {
            server.metrics().origins_refused.count();
            tracing::warn!(%error, path = request.uri().path(), "refused");
            (StatusCode::FORBIDDEN, error.to_string()).into_response()
        }
    }
}

/// Lets in who may come in, and notes who they are in the request's extensions.
async fn admit(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    match identify(&server, &request) {
        Err(error) => return too_many(&error),
        Ok(Some(identity)) => {
            request.extensions_mut().insert(identity);
        }
        Ok(None) if is_open(&server, request.uri().path()) => {}
        Ok(None) => {
            server.metrics().unauthorized.count();
            return ask_to_sign_in(&server, &request);
        }
    }
    next.run(request).await
}

/// Whether what is sent without a socket can be read. A server function that can't read its arguments answers as one that
/// has failed, and a client would try the same again for ever.
async fn check_frame(request: Request, next: Next) -> Response {
    let is_asked_for: fn(&ClientFrame) -> bool = match request.uri().path() {
        OPERATIONS_PATH => |frame| matches!(frame, ClientFrame::Push(_)),
        BOARDS_PATH => |frame| matches!(frame, ClientFrame::Subscribe(_)),
        _ => return next.run(request).await,
    };
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        let message = format!("A request has at most {BODY_BYTES_MAX} bytes: send less at once. Nothing was changed.");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge, &message);
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| error.to_string());
    let frame = text.and_then(|text| protocol::read(text).map_err(|error| error.to_string()));
    if let Err(error) = frame.and_then(|frame| is_asked_for(&frame).then_some(()).ok_or("another frame".to_owned())) {
        let message = format!("That is no frame of this version ({error}): update the client. Nothing was changed.");
        return refuse(StatusCode::BAD_REQUEST, Code::Malformed, &message);
    }
    next.run(Request::from_parts(parts, bytes.into())).await
}

fn refuse(status: StatusCode, code: Code, message: &str) -> Response {
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}

fn identify(server: &Server, request: &Request) -> Result<Option<Identity>, SignInError> {
    let auth = server.auth();
    if let Some(token) = auth.bearer(request.headers()) {
        let peer = server.client_of(request);
        let sends_samples = request.method() == Method::POST && request.uri().path() == SAMPLES_PATH;
        let verified = if sends_samples {
            auth.verify_sender_from(peer, token)
        } else {
            auth.verify_token_from(peer, token)
        };
        return match verified {
            Ok(identity) => Ok(Some(identity)),
            Err(SignInError::Wrong) => Ok(None),
            Err(error) => Err(error),
        };
    }
    Ok(auth.identity_of(request.headers()))
}

/// What everybody may reach: health, signing in, and the page's own files, which hold nothing of a board. The socket is
/// open too because native clients show their token in `hello`; without one a session ends with `needs_auth`.
fn is_open(server: &Server, path: &str) -> bool {
    matches!(
        path,
        HEALTH_PATH
            | READY_PATH
            | SOCKET_PATH
            | SESSION_PATH
            | SIGN_IN_PATH
            | SIGN_IN_STYLE_PATH
            | SIGN_IN_SCRIPT_PATH
            | TROUBLESHOOTING_PATH
            | KEYBOARD_PATH
    ) || reach::is_open(path)
        || server.is_public_file(path)
}

fn ask_to_sign_in(server: &Server, request: &Request) -> Response {
    if sign_in::accepts_html(request.headers()) {
        let next = request.uri().path_and_query().map_or("/", |next| next.as_str());
        return sign_in::ask(server, Reader::of(request.headers()), next);
    }
    let message = format!("Sign in at {SIGN_IN_PATH}, or send the token as `Authorization: Bearer`.");
    refuse(StatusCode::UNAUTHORIZED, Code::NeedsAuth, &message)
}

fn too_many(error: &SignInError) -> Response {
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, &error.to_string());
    if let SignInError::TooMany { retry_after_ms } = error {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
    }
    response
}

async fn ready(State(server): State<Server>) -> Response {
    if !server.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    "ready\n".into_response()
}

async fn metrics(State(server): State<Server>) -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        server.metrics().render(),
    )
        .into_response()
}

async fn socket(State(server): State<Server>, request: Request) -> Response {
    if !speaks_our_version(request.headers()) {
        let message = format!("This server speaks {SUBPROTOCOL}. Reload the page, or update the client.");
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let session = server.auth().session_of(request.headers());
    match server.take_seat(server.client_of(&request), session) {
        Ok(seat) => session::upgrade(&server, request, seat),
        Err(error) => no_seat(error),
    }
}

fn no_seat(error: SeatError) -> Response {
    let status = match error {
        SeatError::Full => StatusCode::SERVICE_UNAVAILABLE,
        SeatError::TooManyFromThere { .. } => StatusCode::TOO_MANY_REQUESTS,
    };
    let retry_after = [(header::RETRY_AFTER, HeaderValue::from(TURNED_AWAY_S))];
    (status, retry_after, error.to_string()).into_response()
}

/// A client that offers no version speaks this one (the path names it too): some proxies drop the offer.
fn speaks_our_version(headers: &HeaderMap) -> bool {
    let mut offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).into_iter().peekable();
    offers.peek().is_none()
        || offers.any(|offer| {
            offer
                .to_str()
                .is_ok_and(|offer| offer.split(',').any(|version| version.trim() == SUBPROTOCOL))
        })
}

const API_PATH: &str = "/api/";
const HEALTH_PATH: &str = "/healthz";
const READY_PATH: &str = "/readyz";
