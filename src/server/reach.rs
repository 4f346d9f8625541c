//! How other devices get here: the addresses they can open, codes that let them in, and what an address can't do.
//!
//! Nothing in here is part of the page's program. A device that is let in has no session yet, and one that must trust the
//! local authority first has no board to show: both are met with small pages of the server's own.

mod addresses;
mod install;
mod plain_http;
mod qr;
mod share;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};

pub use self::addresses::Reach;
pub(super) use self::{
    addresses::{Names, is_private, machine_addresses},
    install::plain_router,
    plain_http::tell_plain_http,
    share::greeting,
};
use super::{Server, reader::Reader};

/// The routes of sharing and of the pages around it.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route(SHARE_PATH, post(share::share))
        .route(JOIN_PATH, get(async |reader: Reader| Html(reader.page(JOIN_PAGE))))
        .route(JOIN_CODE_PATH, post(share::join))
        .route(JOIN_SCRIPT_PATH, get(async || script(JOIN_SCRIPT)))
        .route(PLAIN_HTTP_SCRIPT_PATH, get(async || script(PLAIN_HTTP_SCRIPT)))
        .route(
            MAKE_SECURE_PATH,
            get(async |reader: Reader| Html(reader.page(MAKE_SECURE_PAGE))),
        )
        .merge(install::routes())
}

/// What everybody may reach: whoever has a code, or must trust the authority first, is nobody yet.
pub(super) fn is_open(path: &str) -> bool {
    matches!(
        path,
        JOIN_PATH | JOIN_CODE_PATH | JOIN_SCRIPT_PATH | PLAIN_HTTP_SCRIPT_PATH | MAKE_SECURE_PATH
    ) || install::is_open(path)
}

/// A script of a small page.
pub(super) fn script(text: &'static str) -> Response {
    let kind = HeaderValue::from_static("text/javascript; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

const SHARE_PATH: &str = "/api/v1/share";
/// The page that a shared address opens; the code stands in its fragment, which browsers do not send.
const JOIN_PATH: &str = "/join";
const JOIN_CODE_PATH: &str = "/api/v1/join";
const JOIN_SCRIPT_PATH: &str = "/join.js";
const PLAIN_HTTP_SCRIPT_PATH: &str = "/plain-http.js";
const MAKE_SECURE_PATH: &str = "/make-secure";

const JOIN_PAGE: &str = include_str!("reach/join.html");
const JOIN_SCRIPT: &str = include_str!("reach/join.js");
const PLAIN_HTTP_SCRIPT: &str = include_str!("reach/plain_http.js");
const MAKE_SECURE_PAGE: &str = include_str!("reach/make_secure.html");
