//! The way by server functions.

use futures_util::{FutureExt, future::LocalBoxFuture};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    api::{self, BOARDS_PATH, OPERATIONS_PATH},
    driver::Fallback,
    platform::{FETCH, Fetch},
    protocol::{Answered, BoardId, Document, Push},
};

/// Server functions of the page's own server, or of the one that was set as Dioxus's for the whole program. A page calls
/// them by requests of its own: Dioxus's client would be a twentieth of all that it downloads.
pub(super) struct ServerFunctions;

impl Fallback for ServerFunctions {
    fn replay(&self, push: Push) -> LocalBoxFuture<'static, Option<Vec<Answered>>> {
        match FETCH {
            Some(fetch) => by_fetch(fetch, OPERATIONS_PATH.to_owned(), body(push)),
            None => async { heard(api::replay_operations(push).await) }.boxed_local(),
        }
    }

    fn read(&self, board: BoardId) -> LocalBoxFuture<'static, Option<Box<Document>>> {
        match FETCH {
            Some(fetch) => by_fetch(fetch, format!("{BOARDS_PATH}{board}"), None),
            None => async move { heard(api::read_board(board.to_string()).await.map(Box::new)) }.boxed_local(),
        }
    }
}

/// The arguments of a server function, as Dioxus writes them.
fn body(push: Push) -> Option<String> {
    #[derive(Serialize)]
    struct Arguments {
        push: Push,
    }
    serde_json::to_string(&Arguments { push }).ok()
}

fn by_fetch<T: DeserializeOwned + 'static>(
    fetch: Fetch,
    path: String,
    body: Option<String>,
) -> LocalBoxFuture<'static, Option<T>> {
    let answer = fetch(path, body);
    async { serde_json::from_slice(heard(answer.await)?.as_bytes()).ok() }.boxed_local()
}

fn heard<T, E: std::fmt::Display>(answer: Result<T, E>) -> Option<T> {
    answer
        .inspect_err(|error| tracing::debug!("a server function did not answer: {error}"))
        .ok()
}
