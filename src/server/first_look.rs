//! What a board's page is rendered with: the board as it stands, and the last minutes of its series. Whoever opens it on a slow
//! link sees it while the program is still on its way.

use std::sync::Arc;

use axum::{extract::Request, middleware::Next, response::Response};
use http::Method;

use super::Server;
use crate::{
    board::series_of,
    protocol::{BoardId, Document, Identity, SamplesFrame, Subscribe},
};

/// A board at one moment. Pages find it in their request's extensions.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstLook(Arc<(Document, SamplesFrame)>);

impl FirstLook {
    /// The board.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.0.0
    }

    /// The last minutes of the series that it shows, as many as fit into one frame.
    #[must_use]
    pub fn samples(&self) -> &SamplesFrame {
        &self.0.1
    }
}

/// Middleware: reads the board whose page is asked for, for whoever may see it and waits for the page's program. Whose browser has kept
/// that (a service worker asks) is shown the board by it sooner, and with what waits on that device.
pub(super) async fn look(mut request: Request, next: Next) -> Response {
    if let Some((server, identity, board)) = asked(&request)
        && let Some(look) = read(&server, identity, board).await
    {
        request.extensions_mut().insert(look);
    }
    next.run(request).await
}

/// Whom to ask, who asks, and for which board.
fn asked(request: &Request) -> Option<(Server, Identity, BoardId)> {
    let waits = request.method() == Method::GET && !request.headers().contains_key(FROM_WORKER);
    let board = board_of(request.uri().path()).filter(|_| waits)?;
    let extensions = request.extensions();
    Some((
        extensions.get::<Server>()?.clone(),
        extensions.get::<Identity>()?.clone(),
        board,
    ))
}

async fn read(server: &Server, identity: Identity, board: BoardId) -> Option<FirstLook> {
    let subscribe = Subscribe {
        board,
        request: 0,
        cursor: None,
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    // One that is too large comes by the socket, in parts.
    let document = server.subscribe(identity, subscribe).await.ok()?;
    let watched: Vec<String> = document.widgets.values().flat_map(series_of).collect();
    let samples = server.sources().glance(document.clock, &watched);
    Some(FirstLook(Arc::new((*document, samples))))
}

/// What a browser says for its service worker: <https://www.w3.org/TR/service-workers/#navigation-preload-manager>.
const FROM_WORKER: &str = "service-worker-navigation-preload";

/// The board at an address of the app's: the first one, or the one that is named.
fn board_of(path: &str) -> Option<BoardId> {
    match path {
        "/" => Some(BoardId::first()),
        _ => path.strip_prefix("/boards/")?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_known_by_its_address_and_the_shell_has_none() {
        let named = |path| board_of(path).map(|board| board.to_string());
        assert_eq!(named("/"), Some(BoardId::first().to_string()));
        assert_eq!(named("/boards/bridge"), Some("bridge".to_owned()));
        for path in ["/shell", "/boards/", "/boards/a/b", "/boards/A%20B"] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}
