//! An app's pages: rendered, with the built files and the server functions beside them.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use dioxus::{
    prelude::Element,
    server::{DioxusRouterExt, FullstackState, ServeConfig},
};
use http::{StatusCode, header, response::Parts};

use super::files::{Files, Frames, frame};
use crate::config::PAGE_BYTES_MAX;

/// The app's pages, the server functions of this program, and the built files where there are any: a program without them
/// (a test, say) renders pages that don't come alive. They are in a folder `public` beside it, where `dx` puts them, or in the program
/// itself, and are read whole at the start: what is large, a film say, is for a route of the app's own. Dioxus's own
/// `dioxus::server::router(app)` does as well, but answers with a page for a file of an older build.
///
/// Every path that has no route is a page's; one that holds [`NOT_FOUND_MARK`] is answered 404. Routes of the app's own are added to it; see [`router`](super::router()).
pub fn pages(app: fn() -> Element) -> Router {
    pages_with(&Files::built(), app)
}

/// The same, with files that were read before.
pub(super) fn pages_with(files: &Files, app: fn() -> Element) -> Router {
    let router: Router<FullstackState> = Router::new();
    let router = if is_development() {
        // `dx serve` puts further files into the folder while this runs.
        router.serve_dioxus_application(ServeConfig::new(), app)
    } else {
        router
            .merge(files.routes())
            .serve_api_application(ServeConfig::new(), app)
    };
    if files.page().is_none() {
        tracing::warn!(
            "no built page in this program or beside it: pages are shown, but don't come alive. `dx` builds it"
        );
    }
    let router = match Frames::of(files) {
        Some(frames) => router.layer(from_fn_with_state(Arc::new(frames), frame)),
        None => router,
    };
    router.layer(from_fn(no_page_for_a_file)).layer(from_fn(say_not_found))
}

/// Whether `dx serve` has started this.
pub(super) fn is_development() -> bool {
    cfg!(debug_assertions) && dioxus::cli_config::is_cli_enabled()
}

/// What a page has in it that stands for an address without one: an element with this attribute. It is answered 404, and shown
/// as it is, with its way back.
pub const NOT_FOUND_MARK: &str = "data-state=\"unknown-page\"";

async fn say_not_found(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !is_page(&response) {
        return response;
    }
    let mark = NOT_FOUND_MARK.as_bytes();
    change_page(response, |parts, page| {
        if parts.status == StatusCode::OK && page.windows(mark.len()).any(|part| part == mark) {
            parts.status = StatusCode::NOT_FOUND;
        }
        page
    })
    .await
}

/// Whether it is what a browser shows.
pub(super) fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// A page with what `change` makes of it. Pages are rendered whole before they are sent (streaming is off), so nothing is delayed by
/// collecting one. One that is too large is not sent.
pub(super) async fn change_page(response: Response, change: impl FnOnce(&mut Parts, Bytes) -> Bytes) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, PAGE_BYTES_MAX).await else {
        tracing::error!(limit_bytes = PAGE_BYTES_MAX, "a page was over the limit");
        return not_made();
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = change(&mut parts, page);
    Response::from_parts(parts, Body::from(page))
}

/// A page with more attributes on its root. What is no page is left as it is.
pub(super) fn marked(page: &[u8], attributes: &str) -> Bytes {
    const TAG: &[u8] = b"<html";
    let start = page.windows(TAG.len()).position(|window| window == TAG);
    let (before, after) = page.split_at(start.map_or(0, |start| start + TAG.len()));
    let attributes = if start.is_some() { attributes } else { "" };
    [before, attributes.as_bytes(), after].concat().into()
}

/// What is answered in place of a page that could not be made.
pub(super) fn not_made() -> Response {
    let message = "The page could not be made. Reload it.";
    (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
}

/// First segments of the paths of the built files, for [`ServerConfig::public_files`](super::ServerConfig::public_files): with
/// tokens, what everybody may load before they have signed in. None where nothing was built.
#[must_use]
pub fn built_files() -> HashSet<String> {
    Files::built().first_segments()
}

/// Dioxus renders a page for every path it does not know. A file of an older build that is gone must be missed, or its
/// page would run what it reads there.
async fn no_page_for_a_file(request: Request, next: Next) -> Response {
    let is_file = ["/assets/", "/wasm/"]
        .iter()
        .any(|folder| request.uri().path().starts_with(folder));
    let response = next.run(request).await;
    if is_file && is_page(&response) {
        return (
            StatusCode::NOT_FOUND,
            "This file is of another version. Reload the page.",
        )
            .into_response();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_marked_once_and_what_is_none_not_at_all() {
        assert_eq!(
            marked(
                b"<!DOCTYPE html><html lang=\"en\">&lt;html",
                " data-wall=\"\" data-theme=\"dark\""
            ),
            "<!DOCTYPE html><html data-wall=\"\" data-theme=\"dark\" lang=\"en\">&lt;html"
        );
        assert_eq!(marked(b"plain", " data-wall=\"\""), "plain");
    }
}
