//! The way by server functions.

use futures_util::{FutureExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;

use crate::{
    api::{self, ApiError, BOARDS_PATH, OPERATIONS_PATH},
    driver::Fallback,
    platform::{FETCH, Fetch, FetchError},
    protocol::{Answered, ClientFrame, Code, Document, Push, Subscribe, encode},
    sync::RequestError,
};

/// Server functions of the page's own server, or of the one that was set as Dioxus's for the whole program. A page calls
/// them by requests of its own: Dioxus's client would be a twentieth of all that it downloads.
pub(super) struct ServerFunctions;

impl Fallback for ServerFunctions {
    fn replay(&self, push: Push) -> LocalBoxFuture<'static, Result<Vec<Answered>, RequestError>> {
        match FETCH {
            Some(fetch) => by_fetch(fetch, OPERATIONS_PATH, &ClientFrame::Push(push)),
            None => async { api::replay_operations(push).await.map_err(|error| failed(&error)) }.boxed_local(),
        }
    }

    fn read(&self, subscribe: Subscribe) -> LocalBoxFuture<'static, Result<Box<Document>, RequestError>> {
        match FETCH {
            Some(fetch) => by_fetch(fetch, BOARDS_PATH, &ClientFrame::Subscribe(subscribe)),
            None => async {
                let read = api::subscribe_board(subscribe).await;
                read.map(Box::new).map_err(|error| failed(&error))
            }
            .boxed_local(),
        }
    }
}

/// The arguments of a server function, as Dioxus writes them, are the frame that a socket would be sent.
fn by_fetch<T: DeserializeOwned + 'static>(
    fetch: Fetch,
    path: &str,
    frame: &ClientFrame,
) -> LocalBoxFuture<'static, Result<T, RequestError>> {
    let answer = fetch(path.to_owned(), Some(encode(frame)));
    async {
        let text = answer.await.map_err(|error| match error {
            FetchError::Unreachable => RequestError::Unreachable,
            FetchError::Refused { status } => of_code(api::code_of(status)),
        })?;
        // What can't be read is somebody else's answer: a network's own page, say.
        crate::protocol::read(&text).map_err(|_| RequestError::Unreachable)
    }
    .boxed_local()
}

fn failed(error: &ApiError) -> RequestError {
    tracing::debug!("a server function did not do what it was asked for: {error}");
    of_code(error.code)
}

/// What the code of a refusal means to who asked.
const fn of_code(code: Option<Code>) -> RequestError {
    match code {
        Some(Code::NeedsAuth) => RequestError::NeedsAuth,
        Some(Code::TooLarge) => RequestError::TooLarge,
        Some(Code::UnknownBoard | Code::Malformed | Code::OutOfOrder | Code::Unsupported) => RequestError::Refused,
        Some(Code::RateLimited | Code::Unavailable) | None => RequestError::Unreachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_to_come_again() {
        let meaning = |status| of_code(api::code_of(status));
        for come_again in [408, 429, 500, 502, 503, 504] {
            assert_eq!(meaning(come_again), RequestError::Unreachable, "{come_again}");
        }
        for refused in [400, 403, 404, 405, 422] {
            assert_eq!(meaning(refused), RequestError::Refused, "{refused}");
        }
        assert_eq!(meaning(401), RequestError::NeedsAuth);
        assert_eq!(meaning(413), RequestError::TooLarge);
    }
}
