//! Sharing: a code that lets one more device in, as an address with the code in its fragment, and as a picture of it.

use axum::{
    Extension, Form, Json,
    extract::{Request, State},
    response::{AppendHeaders, Html, IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;

use super::{JOIN_PATH, Reach, install::INSTALL_PATH, qr};
use crate::{
    config::{INVITATION_MS, SIGN_IN_PATH},
    protocol::{Access, Identity},
    server::{
        Server,
        auth::{InviteError, SignInError, Token},
        sign_in::{escape, is_secure, local_path, session_cookies, with_retry},
    },
};

/// What is shared.
#[derive(Deserialize)]
pub(super) struct Share {
    /// What the other device may do.
    access: Access,
    /// Path of the page it opens; left out, the page that asks.
    #[serde(default)]
    next: Option<String>,
}

/// Makes a code, and answers with a piece of a page: the picture, the address, and how long it is good. The page puts it in
/// as it is: pictures and words need no program there.
pub(super) async fn share(
    State(server): State<Server>,
    Extension(by): Extension<Identity>,
    headers: HeaderMap,
    Json(share): Json<Share>,
) -> Response {
    let reach = server.reach();
    let next = share.next.or_else(|| asked_from(&headers)).unwrap_or_default();
    let made = reach
        .origin_for(&headers, is_secure(&headers))
        .ok_or(InviteError::NobodyComes)
        .and_then(|origin| {
            let code = server.auth().invite(by.access, share.access, local_path(&next))?;
            Ok((origin, code))
        });
    match made {
        Ok((origin, code)) => Html(piece(reach, &origin, share.access, &code)).into_response(),
        // The page shows the reason in the picture's place. A program finds no address in it.
        Err(error @ (InviteError::NobodyComes | InviteError::NotYours)) => {
            Html(format!("<p class=\"note-line\">{error}</p>")).into_response()
        }
        Err(error @ InviteError::NoRandomness) => {
            (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
        }
    }
}

/// The path of the page that sent the request: our own say so to us, see `csp`.
fn asked_from(headers: &HeaderMap) -> Option<String> {
    let page: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    Some(page.path().to_owned())
}

fn piece(reach: &Reach, origin: &str, access: Access, code: &Token) -> String {
    let address = address(origin, code);
    let picture = qr::svg(&address).unwrap_or_default();
    let first = if reach.has_authority {
        let install = format!("http{}{INSTALL_PATH}", origin.trim_start_matches("https"));
        format!(
            "<p class=\"note-line\">A phone that was never here opens <a href=\"{0}\">{0}</a> first, and trusts this \
             server once.</p>",
            escape(&install)
        )
    } else {
        String::new()
    };
    format!(
        "{first}{picture}<p>Scan this with the other device’s camera. It may {}.</p>\
         <p><a href=\"{}\">Or copy this link’s address</a>, which leads to <strong>{}</strong>.</p>\
         <p class=\"note-line\">It lets in one device, within {} minutes.</p>",
        may(access),
        escape(&address),
        escape(origin),
        INVITATION_MS / 60_000,
    )
}

const fn may(access: Access) -> &'static str {
    match access {
        Access::Edit => "watch and edit",
        Access::View => "watch only",
    }
}

fn address(origin: &str, code: &Token) -> String {
    format!("{origin}{JOIN_PATH}#{}", code.reveal())
}

/// What the person who started the server reads about letting a phone in: a picture where a terminal shows it, and the
/// address. `None` when no other device can come.
pub(in crate::server) fn greeting(server: &Server, is_terminal: bool) -> Option<String> {
    let reach = server.reach();
    let origin = reach.origins().into_iter().next()?;
    let code = server.auth().invite(Access::Edit, Access::Edit, "/").ok()?;
    let address = address(&origin, &code);
    let picture = is_terminal.then(|| qr::lines(&address)).flatten().unwrap_or_default();
    let first = if reach.has_authority {
        let install = format!("http{}{INSTALL_PATH}", origin.trim_start_matches("https"));
        format!("On each phone once, so that it trusts this server: {install}\n")
    } else {
        String::new()
    };
    Some(format!(
        "{first}{picture}To let one phone edit, within {} minutes: {address}\nFurther ones: “Share” in the board’s menu.",
        INVITATION_MS / 60_000
    ))
}

#[derive(Deserialize)]
pub(super) struct Join {
    code: String,
}

/// Swaps a code for a session, as a token is swapped; answers with the path to go to.
pub(super) async fn join(State(server): State<Server>, request: Request) -> Response {
    let peer = server.client_of(&request);
    let headers = request.headers().clone();
    let present = request.extensions().get::<Identity>().map(|identity| identity.access);
    let input = match <Form<Join> as axum::extract::FromRequest<_>>::from_request(request, &()).await {
        Ok(Form(input)) => input,
        Err(rejection) => return rejection.into_response(),
    };
    if server.auth().is_open() {
        return "/".into_response();
    }
    match server.auth().join(peer, input.code.trim(), present) {
        Ok(joined) => {
            let Some(id) = joined.session else {
                return joined.next.into_response();
            };
            server.metrics().signed_in.count();
            (AppendHeaders(session_cookies(&server, id, &headers)), joined.next).into_response()
        }
        Err(error) => {
            server.metrics().sign_ins_failed.count();
            tracing::warn!(%peer, "a share code was refused");
            refuse(&error)
        }
    }
}

fn refuse(error: &SignInError) -> Response {
    let (status, message) = match error {
        SignInError::Wrong => (
            StatusCode::UNAUTHORIZED,
            format!(
                "This code was used already, or is too old. Ask for a new one, or sign in with a token at {SIGN_IN_PATH}."
            ),
        ),
        SignInError::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, error.to_string()),
        SignInError::NoRandomness => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    with_retry(error, (status, message).into_response())
}
