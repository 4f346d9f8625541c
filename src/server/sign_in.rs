//! Signing in: the page that asks for a token, and the route that swaps it for a session cookie.

use std::sync::LazyLock;

use axum::{
    Form, Router,
    extract::{Request, State},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::{
    Server,
    auth::{COOKIE, SessionId, SignInError},
    reach::script,
    reader::Reader,
};
use crate::{
    config::{SESSION_MS, SESSION_PATH, SIGN_IN_PATH, SIGN_IN_SCRIPT_PATH, SIGN_IN_STYLE_PATH},
    protocol::{Principal, SignedIn, StoreId},
};

/// The routes that are open to everybody, because they let people in and out.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route(SIGN_IN_PATH, get(page))
        .route(SIGN_IN_STYLE_PATH, get(style))
        .route(SIGN_IN_SCRIPT_PATH, get(async || script(include_str!("sign_in.js"))))
        .route(SESSION_PATH, post(sign_in).delete(sign_out))
}

/// The sign-in page in place of the page that was asked for.
pub(super) fn ask(server: &Server, reader: Reader, next: &str) -> Response {
    (StatusCode::UNAUTHORIZED, form(server.store(), reader, next, None)).into_response()
}

#[derive(Deserialize)]
struct SignIn {
    token: String,
    #[serde(default)]
    next: String,
}

/// Leads back to the page that led here.
async fn page(State(server): State<Server>, reader: Reader, headers: HeaderMap) -> Response {
    form(server.store(), reader, way_back(&headers).unwrap_or("/"), None).into_response()
}

/// The path of the page of this server from which somebody came, as their browser says.
fn way_back(headers: &HeaderMap) -> Option<&str> {
    let [from, host] = [header::REFERER, header::HOST].map(|name| headers.get(name)?.to_str().ok());
    let (_, from) = from?.split_once("://")?;
    let path = from.strip_prefix(host?)?;
    let asks = [SIGN_IN_PATH, SESSION_PATH];
    Some(path).filter(|path| path.starts_with('/') && !asks.contains(path))
}

/// The stylesheet of the pages that stand alone.
pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE.as_str()).into_response()
}

async fn sign_in(State(server): State<Server>, request: Request) -> Response {
    let peer = server.client_of(&request);
    let headers = request.headers().clone();
    let reader = Reader::of(&headers);
    let wants_page = accepts_html(&headers);
    let input = match <Form<SignIn> as axum::extract::FromRequest<_>>::from_request(request, &()).await {
        Ok(Form(input)) => input,
        Err(rejection) => return rejection.into_response(),
    };
    match server.auth().sign_in(peer, input.token.trim()) {
        Ok(id) => {
            server.metrics().signed_in.count();
            let cookies = AppendHeaders(session_cookies(&server, id, &headers));
            let response = if wants_page {
                Redirect::to(local_path(&input.next)).into_response()
            } else {
                StatusCode::NO_CONTENT.into_response()
            };
            (cookies, response).into_response()
        }
        Err(error) => {
            server.metrics().sign_ins_failed.count();
            tracing::warn!(%peer, "a sign-in failed");
            refuse(&server, reader, &error, wants_page, &input.next)
        }
    }
}

async fn sign_out(State(server): State<Server>, headers: HeaderMap) -> Response {
    server.auth().sign_out(&headers);
    let is_secure = is_secure(&headers);
    let cookies = [session_cookie("", 0, is_secure), who_cookie(&server, None, is_secure)];
    (AppendHeaders(cookies), StatusCode::NO_CONTENT).into_response()
}

fn refuse(server: &Server, reader: Reader, error: &SignInError, wants_page: bool, next: &str) -> Response {
    let status = match error {
        SignInError::Wrong => StatusCode::UNAUTHORIZED,
        SignInError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let body = if wants_page {
        form(server.store(), reader, next, Some(&error.told(reader))).into_response()
    } else {
        error.told(reader).into_response()
    };
    with_retry(error, (status, body).into_response())
}

/// Says when to come again to who has guessed too often.
pub(super) fn with_retry(error: &SignInError, mut response: Response) -> Response {
    if let SignInError::TooMany { retry_after_ms } = error {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
    }
    response
}

/// The cookies of a new session, for a browser that sent these headers.
pub(super) fn session_cookies(server: &Server, id: SessionId, headers: &HeaderMap) -> [(HeaderName, HeaderValue); 2] {
    let who = server.auth().session(id).map(|identity| identity.principal);
    let is_secure = is_secure(headers);
    [
        session_cookie(&id.to_string(), SESSION_MS / 1_000, is_secure),
        who_cookie(server, who, is_secure),
    ]
}

/// What opens the doors: kept from scripts.
fn session_cookie(id: &str, age_s: u64, is_secure: bool) -> (HeaderName, HeaderValue) {
    set_cookie(COOKIE, id, age_s, "; HttpOnly", is_secure)
}

/// What tells a page whose records it may start from before it has met this server: see [`SignedIn`].
fn who_cookie(server: &Server, principal: Option<Principal>, is_secure: bool) -> (HeaderName, HeaderValue) {
    let store = server.store();
    let value = SignedIn { store, principal }.to_string();
    set_cookie(SignedIn::COOKIE, &value, SESSION_MS / 1_000, "", is_secure)
}

fn set_cookie(name: &str, value: &str, age_s: u64, kept: &str, is_secure: bool) -> (HeaderName, HeaderValue) {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={age_s}{kept}; SameSite=Strict{secure}");
    let value = HeaderValue::from_str(&cookie).expect("a cookie of ids and plain names is visible ASCII");
    (header::SET_COOKIE, value)
}

/// Whether the browser reached us by TLS: our own, which says so in the proxies' header, or that of a proxy in front. To
/// believe a header here only ever makes a cookie stricter, and a link one that does not open.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    let says = |name: &str, scheme: &[u8]| {
        headers
            .get(name)
            .is_some_and(|value| value.as_bytes().starts_with(scheme))
    };
    says("origin", b"https://") || says("x-forwarded-proto", b"https")
}

pub(super) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// A path of this server, and never another site's: `//host` and `/\host` lead away.
pub(super) fn local_path(next: &str) -> &str {
    let leads_away = next.starts_with("//") || next.contains('\\') || next.bytes().any(|byte| !byte.is_ascii_graphic());
    if next.starts_with('/') && !leads_away {
        next
    } else {
        "/"
    }
}

/// Plain HTML that works without its script, and before anything else does.
fn form(store: StoreId, reader: Reader, next: &str, problem: Option<&str>) -> Html<String> {
    let problem = problem
        .map(|text| format!("<p role=\"alert\">{}</p>", escape(text)))
        .unwrap_or_default();
    Html(
        reader
            .page(PAGE)
            .replace("{style}", SIGN_IN_STYLE_PATH)
            .replace("{script}", SIGN_IN_SCRIPT_PATH)
            .replace("{store}", &store.to_string())
            .replace("{action}", SESSION_PATH)
            .replace("{problem}", &problem)
            .replace("{next}", &escape(local_path(next))),
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

const PAGE: &str = include_str!("sign_in.html");

/// They look like the app: its typeface, its tokens, and what is theirs alone.
static STYLE: LazyLock<String> = LazyLock::new(|| {
    let typeface = TYPEFACE.replace("url(\"", "url(\"/assets/");
    let (_, from_tokens) = APP_STYLE.split_once(TYPEFACE_SECTION).expect("it has that section");
    let (tokens, _) = from_tokens.split_once(GROUND_SECTION).expect("it has that section");
    [&typeface, TYPEFACE_SECTION, tokens, include_str!("sign_in.css")].concat()
});
const TYPEFACE: &str = include_str!("../../assets/typeface.css");
const APP_STYLE: &str = include_str!("../../assets/tideboard.css");
/// The sections of the app's stylesheet: from the first of these up to the other one, all is fallbacks and tokens.
const TYPEFACE_SECTION: &str = "/* ---- Typeface";
const GROUND_SECTION: &str = "/* ---- Ground";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leads_to_another_site() {
        for away in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "javascript:alert(1)",
            "/a b",
        ] {
            assert_eq!(local_path(away), "/", "{away:?}");
        }
        assert_eq!(local_path("/boards/deck?wall"), "/boards/deck?wall");
    }

    #[test]
    fn the_way_back_is_to_the_page_of_this_server_that_led_here() {
        let from = |from: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("board.example:8080"));
            headers.insert(header::REFERER, from.parse().expect("visible ASCII"));
            way_back(&headers).map(str::to_owned)
        };
        let deck = from("https://board.example:8080/boards/deck?wall");
        assert_eq!(deck.as_deref(), Some("/boards/deck?wall"));
        for other in [
            "https://evil.example/boards/deck",
            "https://board.example:80801/boards/deck",
            "https://board.example:8080@evil.example/boards/deck",
            "https://board.example:8080/sign-in",
            "board.example:8080/boards/deck",
        ] {
            assert_eq!(from(other), None, "{other}");
        }
        assert_eq!(way_back(&HeaderMap::new()), None);
    }

    #[test]
    fn pages_that_stand_alone_have_the_typeface_and_every_token_that_they_name() {
        assert!(STYLE.contains("url(\"/assets/hanken-grotesk-"), "{}", *STYLE);
        for used in STYLE.split("var(").skip(1) {
            let name = used.split([')', ',']).next().unwrap_or_default();
            assert!(STYLE.contains(&format!("{name}:")), "{name} is nowhere");
        }
        assert!(STYLE.len() < 10_000, "{} bytes", STYLE.len());
    }

    #[test]
    fn next_is_escaped_in_the_form() {
        let Html(page) = form(StoreId(7), Reader::English, "/\"><script>alert(1)</script>", None);
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn who_reads_german_is_asked_and_refused_in_german() {
        let told = SignInError::TooMany { retry_after_ms: 5_500 }.told(Reader::German);
        assert_eq!(
            told,
            "Zu viele falsche Schlüssel von hier. Versuchen Sie es in 6 s noch einmal."
        );
        let Html(page) = form(StoreId(7), Reader::German, "/", Some(&told));
        let alert = format!("<p role=\"alert\">{told}</p>");
        for said in [
            "<html lang=\"de\">",
            "<title>Anmelden · ",
            "<h1>Anmelden</h1>",
            ">Schlüssel</label>",
            &alert,
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("[["), "{page}");
    }
}
