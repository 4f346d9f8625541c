//! The page from which a device learns to trust the local authority, and what a secure port answers by plain http.

use axum::{
    Router,
    extract::{Request, State},
    middleware::from_fn,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{
    config::SIGN_IN_STYLE_PATH,
    server::{
        Server, csp,
        files::Files,
        reader::Reader,
        sign_in::{escape, style},
        tls::fingerprint,
    },
};

/// The page.
pub(super) const INSTALL_PATH: &str = "/install-authority";
/// The certificate, under the name that it gets on a device.
const CERTIFICATE_PATH: &str = "/install-authority/tideboard-authority.crt";

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route(INSTALL_PATH, get(page))
        .route(CERTIFICATE_PATH, get(certificate))
}

pub(super) fn is_open(path: &str) -> bool {
    matches!(path, INSTALL_PATH | CERTIFICATE_PATH)
}

/// What a secure port answers to those who come by plain http: the way to https; and where devices must trust an authority
/// first, how to, to whoever typed the bare address.
pub(in crate::server) fn plain_router(server: &Server, files: &Files) -> Router {
    let first = match server.authority() {
        Some(_) => Router::new().route("/", get(page)),
        None => Router::new(),
    };
    first
        .merge(routes())
        .route(SIGN_IN_STYLE_PATH, get(style))
        .merge(files.typefaces())
        .fallback(to_https)
        .layer(from_fn(csp::protect))
        .with_state(server.clone())
}

async fn to_https(request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match host {
        // Not for good: another start may serve plain http there.
        Some(host) => Redirect::temporary(&format!("https://{host}{path}")).into_response(),
        None => (StatusCode::BAD_REQUEST, "This port speaks https. Open it by https://.").into_response(),
    }
}

async fn page(State(server): State<Server>, reader: Reader, headers: HeaderMap) -> Response {
    let Some(certificate) = server.authority() else {
        return no_authority(reader);
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let board = host.map_or_else(|| "/".to_owned(), |host| format!("https://{host}/"));
    let page = reader
        .page(PAGE)
        .replace("{certificate}", CERTIFICATE_PATH)
        .replace("{fingerprint}", &fingerprint(certificate).replace(':', ":<wbr>"))
        .replace("{board}", &escape(&board));
    Html(page).into_response()
}

async fn certificate(State(server): State<Server>, reader: Reader) -> Response {
    let Some(certificate) = server.authority() else {
        return no_authority(reader);
    };
    // With this type phones offer to install it, and desktop browsers save it.
    let kind = HeaderValue::from_static("application/x-x509-ca-cert");
    ([(header::CONTENT_TYPE, kind)], certificate.to_owned()).into_response()
}

fn no_authority(reader: Reader) -> Response {
    let message = reader.t("This server has no authority of its own: there is nothing to install.");
    let kept = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::NOT_FOUND, kept, message).into_response()
}

const PAGE: &str = include_str!("install.html");
