//! Server functions: what both halves compile. The socket's path is `config::SOCKET_PATH`.
//!
//! Each is a thin, versioned stub: the path and the types are the contract with installed apps, so a new field is an
//! `Option` and a new meaning gets a new path.

use dioxus::prelude::*;

use crate::protocol::Identity;

/// Who the caller is to the server, and what they may do.
///
/// # Errors
/// When the server can't be reached, or asks to sign in first.
#[get("/api/v1/session", identity: axum::Extension<Identity>)]
pub async fn whoami() -> Result<Identity> {
    Ok(identity.0)
}
