//! What a board's page is rendered with: the board as it stands, and the last minutes of its series. Whoever opens it on a slow
//! link sees it while the program is still on its way.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::Request, middleware::Next, response::Response, routing::get};
use http::{HeaderValue, Method, header};
use tokio::time::timeout;

use super::{
    Server,
    offline::{JAVASCRIPT, fresh},
    pages::{change_page, is_page},
};
use crate::{
    board::series_of,
    config::{FIRST_LOOK_MS_MAX, WATCHED_LEN_MAX},
    protocol::{Access, BoardId, Document, Identity, SamplesFrame, Subscribe},
};

/// A board at one moment, for one reader. Pages find it in their request's extensions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FirstLook(Arc<Look>);

#[derive(Debug, PartialEq)]
struct Look {
    name: Option<String>,
    document: Document,
    samples: SamplesFrame,
    may_edit: bool,
}

impl FirstLook {
    /// What the board is called: as it is listed, else by its own word.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The board.
    pub fn document(&self) -> &Document {
        &self.0.document
    }

    /// The last minutes of the series that it shows, as many as fit into one frame.
    pub fn samples(&self) -> &SamplesFrame {
        &self.0.samples
    }

    /// Whether its reader may edit it.
    pub fn may_edit(&self) -> bool {
        self.0.may_edit
    }
}

/// Middleware: reads the board whose page is asked for, for whoever may see it and waits for the page's program. Whose browser has kept
/// that (a service worker asks) is shown the board by it sooner, and with what waits on that device.
pub(super) async fn look(mut request: Request, next: Next) -> Response {
    let Some((server, identity, board)) = asked(&request) else {
        return next.run(request).await;
    };
    let reading = timeout(Duration::from_millis(FIRST_LOOK_MS_MAX), read(&server, identity, board));
    let Ok(Some(look)) = reading.await else {
        return next.run(request).await;
    };
    request.extensions_mut().insert(look);
    let response = next.run(request).await;
    let mut response = match is_page(&response) {
        true => change_page(response, |_, page| program_later(page)).await,
        false => response,
    };
    // It holds what is on the board: nobody who comes to this browser later is shown that by going back, nor anybody what is past.
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The routes of what such a page needs.
pub(super) fn routes() -> Router {
    Router::new().route("/program.js", get(async || fresh(JAVASCRIPT, PROGRAM)))
}

/// A page that has a drawing, with what starts its program after the first paint in place of what would start it at once: the tags that `dx` wrote
/// into it. One without a drawing, or without these tags, is left as it is.
fn program_later(page: Bytes) -> Bytes {
    let Ok(text) = std::str::from_utf8(&page) else {
        return page;
    };
    later(text).map_or(page, Bytes::from)
}

fn later(page: &str) -> Option<String> {
    let (_, drawing) = page.split_once(DRAWING)?.1.split_once('>')?;
    if drawing.starts_with("</div>") {
        return None;
    }
    let (page, _) = cut(page, MODULE_EARLY, "\" crossorigin>")?;
    let (page, wasm) = cut(&page, WASM_EARLY, "\" crossorigin>")?;
    let (page, module) = cut(&page, MODULE, "\"></script>")?;
    let (before, after) = page.split_once("</head>")?;
    Some(format!(
        "{before}<script async src=\"/program.js\" data-module=\"{module}\" data-wasm=\"{wasm}\"></script></head>{after}"
    ))
}

/// The page without the tag of this start and end, and what stood between them.
fn cut(page: &str, start: &str, end: &str) -> Option<(String, String)> {
    let (before, rest) = page.split_once(start)?;
    let (inner, after) = rest.split_once(end)?;
    Some((format!("{before}{after}"), inner.to_owned()))
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

/// The board; nothing of one that is not there, was removed, or is too large to be read in one piece.
async fn read(server: &Server, identity: Identity, board: BoardId) -> Option<FirstLook> {
    let directory = document(server, &identity, BoardId::directory()).await?;
    let entry = board.entry();
    let listed = directory.widgets.get(&entry);
    if listed.is_some_and(|listed| listed.removed.is_some()) {
        return None;
    }
    let document = document(server, &identity, board).await?;
    let present = document.widgets.values().filter(|widget| widget.removed.is_none());
    let watched: BTreeSet<String> = present.flat_map(series_of).collect();
    let watched: Vec<String> = watched.into_iter().take(WATCHED_LEN_MAX).collect();
    let samples = server.sources().glance(document.clock, &watched);
    let own = document.widgets.iter().find(|(id, _)| id.is_birth());
    let named = listed.into_iter().chain(own.map(|(_, own)| own));
    let name = named.filter_map(|widget| widget.text("name")).next().map(str::to_owned);
    Some(FirstLook(Arc::new(Look {
        name,
        document,
        samples,
        may_edit: identity.access == Access::Edit,
    })))
}

pub(super) async fn document(server: &Server, identity: &Identity, board: BoardId) -> Option<Document> {
    let document = server.subscribe(identity.clone(), Subscribe::whole(board)).await.ok()?;
    Some(*document)
}

const DRAWING: &str = "class=\"first-look\"";
const MODULE_EARLY: &str = "<link rel=\"preload\" as=\"script\" href=\"";
const WASM_EARLY: &str = "<link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" href=\"";
const MODULE: &str = "<script type=\"module\" async src=\"";
const PROGRAM: &str = include_str!("first_look/program.js");

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

    fn page(drawing: &str) -> String {
        format!(
            "<html><head><title>Board</title>{MODULE_EARLY}/a.js\" crossorigin>{WASM_EARLY}/a.wasm\" crossorigin></head><body>\
             <div class=\"first-look\" inert=\"true\" data-node-hydration=\"9\">{drawing}</div>{MODULE}/a.js\"></script></body></html>"
        )
    }

    #[test]
    fn the_program_of_a_drawn_page_comes_after_its_first_paint() {
        let drawn = page("<article></article>");
        assert_eq!(
            later(&drawn).as_deref(),
            Some(
                "<html><head><title>Board</title><script async src=\"/program.js\" data-module=\"/a.js\" data-wasm=\"/a.wasm\">\
                 </script></head><body><div class=\"first-look\" inert=\"true\" data-node-hydration=\"9\"><article></article></div>\
                 </body></html>"
            )
        );
    }

    #[test]
    fn a_page_without_a_drawing_or_of_another_make_starts_as_it_was_built() {
        let odd = page("<article></article>").replace(WASM_EARLY, "<link rel=\"preload\" href=\"");
        for page in [page(""), odd, "<p>no page of ours</p>".to_owned()] {
            assert_eq!(later(&page), None, "{page}");
            assert_eq!(program_later(page.clone().into()), page);
        }
    }

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
