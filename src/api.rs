//! Server functions: what both halves compile. The socket's path is `config::SOCKET_PATH`.
//!
//! Each is a thin, versioned stub: the path and the types are the contract with installed apps, so a new field is an
//! `Option` and a new meaning gets a new path. They are for where a socket can't be had, and answer with the ids and
//! verdicts that a socket would give: sending the same operations by both ways does no harm.

use std::{error, fmt};

use dioxus::prelude::*;
use dioxus_fullstack::{AsStatusCode, StatusCode};
use serde::{Deserialize, Serialize};

#[cfg(feature = "dashboard")]
use crate::protocol::FoundCard;
use crate::protocol::{Answered, Code, Document, Identity, Push, Subscribe};

/// The paths of [`replay_operations`], and of [`subscribe_board`]; that of [`read_board`] goes on with a slash and the board's id.
pub use crate::config::{BOARDS_PATH, OPERATIONS_PATH};

#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) use crate::server::FirstLook;

/// The board of the page that is being rendered: see [`FirstLook`].
#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) fn first_look() -> Option<FirstLook> {
    dioxus_fullstack::FullstackContext::current()?.extension()
}

/// What the page that is being rendered speaks; `None` for English.
#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) fn spoken() -> Option<&'static crate::words::Words> {
    let spoken: crate::server::Spoken = dioxus_fullstack::FullstackContext::current()?.extension()?;
    Some(spoken.0)
}

/// Why a server function did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiError {
    /// For programs; `None` when no answer of this server's came back.
    pub code: Option<Code>,
    /// For people: what happened and what to do.
    pub message: String,
}

/// Who the caller is to the server, and what they may do.
///
/// # Errors
/// When the server can't be reached, or asks to sign in first.
#[get("/api/v1/session", identity: axum::Extension<Identity>)]
pub async fn whoami() -> Result<Identity> {
    Ok(identity.0)
}

/// Decides operations without a socket, by the same rules and each on its own. The answers come when they are on the
/// server's disk, in the order of the items.
///
/// # Errors
/// [`Code::NeedsAuth`], [`Code::TooLarge`], [`Code::Unavailable`], or no code when the server can't be reached: then
/// nothing is known, and the same operations may be sent again by any way.
#[post("/api/v1/operations", identity: axum::Extension<Identity>, server: axum::Extension<crate::server::Server>)]
pub async fn replay_operations(push: Push) -> Result<Vec<Answered>, ApiError> {
    if push.items.len() > crate::config::IN_FLIGHT_LEN_MAX {
        let message = format!(
            "A push holds at most {} operations: send fewer at once.",
            crate::config::IN_FLIGHT_LEN_MAX
        );
        return Err(ApiError {
            code: Some(Code::TooLarge),
            message,
        });
    }
    server.replay(identity.0, push).await.ok_or_else(ApiError::stopping)
}

/// A board as it stands on the server's disk: a patch from the origin.
///
/// # Errors
/// [`Code::UnknownBoard`], [`Code::TooLarge`], [`Code::NeedsAuth`], [`Code::Unavailable`], or no code when the server
/// can't be reached.
#[get("/api/v1/boards/{id}", identity: axum::Extension<Identity>, server: axum::Extension<crate::server::Server>)]
pub async fn read_board(id: String) -> Result<Document, ApiError> {
    let Ok(board) = id.parse() else {
        return Err(ApiError::unknown_board(&id));
    };
    match server.subscribe(identity.0, Subscribe::whole(board)).await {
        Ok(document) if document.widgets.is_empty() => Err(ApiError::unknown_board(&id)),
        Ok(document) => Ok(*document),
        Err(error) => Err(ApiError::unread(&id, error)),
    }
}

/// A subscription that ends with its answer: what leads a board on from the caller's cursor, in one piece, with what became of
/// the operations it asks for. A board that is not there is answered like an empty one.
///
/// # Errors
/// [`Code::TooLarge`], [`Code::NeedsAuth`], [`Code::Unavailable`], or no code when the server can't be reached.
#[post("/api/v1/boards", identity: axum::Extension<Identity>, server: axum::Extension<crate::server::Server>)]
pub async fn subscribe_board(subscribe: Subscribe) -> Result<Document, ApiError> {
    let board = subscribe.board.clone();
    let read = server.subscribe(identity.0, subscribe).await;
    read.map(|document| *document)
        .map_err(|error| ApiError::unread(board.as_str(), error))
}

/// Cards on other boards than `except`, of whose titles all `words` are a part: at most [`FOUND_LEN_MAX`](crate::config::FOUND_LEN_MAX).
///
/// # Errors
/// [`Code::NeedsAuth`], or no code when the server can't be reached.
#[cfg(feature = "dashboard")]
#[get("/api/v1/cards?words&except", server: axum::Extension<crate::server::Server>)]
pub async fn find_cards(words: String, except: String) -> Result<Vec<FoundCard>, ApiError> {
    Ok(server.find_cards(&words, &except).await)
}

#[cfg(feature = "server")]
impl ApiError {
    fn stopping() -> Self {
        let message =
            "The server is stopping. Try again in a moment; your edits wait safely on this device.".to_owned();
        Self {
            code: Some(Code::Unavailable),
            message,
        }
    }

    fn unread(id: &str, error: crate::server::ReadError) -> Self {
        match error {
            crate::server::ReadError::Ended => Self::stopping(),
            crate::server::ReadError::TooLarge => Self {
                code: Some(Code::TooLarge),
                message: format!(
                    "Board {id:?} is too large to be read in one piece. Open a socket: there it comes in parts."
                ),
            },
        }
    }

    fn unknown_board(id: &str) -> Self {
        let message = format!("There is no board {id:?} here. Check its name, or create it first.");
        Self {
            code: Some(Code::UnknownBoard),
            message,
        }
    }
}

impl AsStatusCode for ApiError {
    fn as_status_code(&self) -> StatusCode {
        match self.code {
            Some(Code::UnknownBoard) => StatusCode::NOT_FOUND,
            Some(Code::NeedsAuth) => StatusCode::UNAUTHORIZED,
            Some(Code::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Some(Code::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
            Some(Code::Malformed | Code::OutOfOrder | Code::Unsupported) => StatusCode::BAD_REQUEST,
            Some(Code::Unavailable) | None => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What a status alone says, where the body is not the server's or not read; `None` when it is worth to come again.
pub(crate) const fn code_of(status: u16) -> Option<Code> {
    match status {
        401 => Some(Code::NeedsAuth),
        404 => Some(Code::UnknownBoard),
        413 => Some(Code::TooLarge),
        429 => Some(Code::RateLimited),
        408 => None,
        400..=499 => Some(Code::Malformed),
        _ => None,
    }
}

impl From<ServerFnError> for ApiError {
    /// What stands before a server function answers with a status alone: the door, or a proxy.
    fn from(error: ServerFnError) -> Self {
        let code = match &error {
            ServerFnError::ServerError { code, .. } => code_of(*code),
            ServerFnError::Args(_) | ServerFnError::MissingArg(_) => Some(Code::Malformed),
            _ => None,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for ApiError {}
