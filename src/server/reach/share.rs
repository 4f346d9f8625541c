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
        reader::Reader,
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
    reader: Reader,
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
        Ok((origin, code)) => Html(piece(reach, reader, &origin, share.access, &code)).into_response(),
        // The page shows the reason in the picture's place. A program finds no address in it.
        Err(error @ (InviteError::NobodyComes | InviteError::NotYours)) => {
            Html(format!("<p class=\"note-line\">{}</p>", escape(error.told(reader)))).into_response()
        }
        Err(error @ InviteError::NoRandomness) => {
            (StatusCode::INTERNAL_SERVER_ERROR, error.told(reader)).into_response()
        }
    }
}

/// The path of the page that sent the request: our own say so to us, see `csp`.
fn asked_from(headers: &HeaderMap) -> Option<String> {
    let page: Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    Some(page.path().to_owned())
}

fn piece(reach: &Reach, reader: Reader, origin: &str, access: Access, code: &Token) -> String {
    let address = address(origin, code);
    let picture = qr::svg(&address).unwrap_or_default();
    let first = if reach.has_authority {
        let install = format!("http{}{INSTALL_PATH}", origin.trim_start_matches("https"));
        reader.page(FIRST).replace("{install}", &escape(&install))
    } else {
        String::new()
    };
    let may = match access {
        Access::Edit => reader.t("Scan this with the other device’s camera. It may watch and edit."),
        Access::View => reader.t("Scan this with the other device’s camera. It may watch only."),
    };
    let minutes = (INVITATION_MS / 60_000).to_string();
    let within = reader.with("It lets in one device, within {} minutes.", &[&minutes]);
    let words = reader
        .page(PIECE)
        .replace("{may}", &escape(may))
        .replace("{within}", &escape(&within))
        .replace("{address}", &escape(&address))
        .replace("{origin}", &escape(origin));
    [first, picture, words].concat()
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
    let reader = Reader::of(&headers);
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
            refuse(reader, &error)
        }
    }
}

fn refuse(reader: Reader, error: &SignInError) -> Response {
    let status = match error {
        SignInError::Wrong => StatusCode::UNAUTHORIZED,
        SignInError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let message = match error {
        SignInError::Wrong => reader.with(
            "This code was used already, or is too old. Ask for a new one, or sign in with a token at {}.",
            &[SIGN_IN_PATH],
        ),
        _ => error.told(reader),
    };
    with_retry(error, (status, message).into_response())
}

/// For a device that does not trust the local authority yet.
const FIRST: &str = "<p class=\"note-line\">[[A phone that was never here opens]] <a href=\"{install}\">{install}</a> \
                     [[first, and trusts this server once.]]</p>";
/// What stands below the picture.
const PIECE: &str = "<p>{may}</p><p><a href=\"{address}\">[[Or copy this link’s address]]</a>[[, which leads to]] \
                     <strong>{origin}</strong>.</p><p class=\"note-line\">{within}</p>";

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;

    fn in_german(has_authority: bool, access: Access) -> String {
        let reach = Reach {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8443)),
            is_secure: true,
            has_authority,
        };
        let code = Token::generate().expect("there is randomness");
        piece(&reach, Reader::German, "https://board.example", access, &code)
    }

    #[test]
    fn who_reads_german_shares_in_german() {
        let edits = in_german(true, Access::Edit);
        for said in [
            "öffnet zuerst <a href=\"http://board.example/install-authority\">",
            "</a> und vertraut diesem Server einmal.</p><svg",
            " Es darf ansehen und bearbeiten.</p>",
            "kopieren</a>: Er führt zu <strong>https://board.example</strong>.</p>",
            "innerhalb von 10 Minuten.</p>",
        ] {
            assert!(edits.contains(said), "{said}: {edits}");
        }
        assert!(!edits.contains("[[") && !edits.contains('{'), "{edits}");
        assert!(in_german(false, Access::View).contains(" Es darf nur ansehen.</p>"));
    }

    #[test]
    fn why_there_is_no_code_is_told_in_german() {
        for error in [
            InviteError::NotYours,
            InviteError::NobodyComes,
            InviteError::NoRandomness,
        ] {
            assert_ne!(error.told(Reader::German), error.told(Reader::English), "{error:?}");
        }
    }
}
