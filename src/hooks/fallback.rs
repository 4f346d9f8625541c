//! The way by server functions.

use futures_util::{FutureExt, future::LocalBoxFuture};

use crate::{
    api,
    driver::Fallback,
    protocol::{Answered, BoardId, Document, Push},
};

/// Server functions of the page's own server, or of the one that was set as Dioxus's for the whole program.
pub(super) struct ServerFunctions;

impl Fallback for ServerFunctions {
    fn replay(&self, push: Push) -> LocalBoxFuture<'static, Option<Vec<Answered>>> {
        async {
            let answers = api::replay_operations(push).await;
            answers
                .inspect_err(|error| tracing::debug!("operations were not replayed: {error}"))
                .ok()
        }
        .boxed_local()
    }

    fn read(&self, board: BoardId) -> LocalBoxFuture<'static, Option<Box<Document>>> {
        async move {
            let document = api::read_board(board.to_string()).await;
            document
                .inspect_err(|error| tracing::debug!("{board} was not read: {error}"))
                .ok()
                .map(Box::new)
        }
        .boxed_local()
    }
}
