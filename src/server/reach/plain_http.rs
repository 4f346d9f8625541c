//! What plain http can't do beyond this machine, said on the page.
//!
//! A browser starts a page without a network, and keeps what it stores, only where nobody between it and the server could
//! have changed the page. The line is the server's own, beside the app: it is there before the app's program is, and costs
//! that nothing.

use axum::{body::Bytes, extract::Request, middleware::Next, response::Response};
use http::header;

use super::{MAKE_SECURE_PATH, PLAIN_HTTP_SCRIPT_PATH};
use crate::server::{
    origin::is_loopback,
    pages::{change_page, is_page},
    reader::Reader,
    sign_in::is_secure,
};

/// Middleware of the app's pages: those that go over a network by plain http get the line.
pub(in crate::server) async fn tell_plain_http(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let is_plain = !is_secure(request.headers()) && host.is_some_and(|host| !is_loopback(host));
    let reader = Reader::of(request.headers());
    let response = next.run(request).await;
    if !is_plain || !is_page(&response) {
        return response;
    }
    change_page(response, |_, page| Bytes::from(with_line(&page, reader))).await
}

/// The page with the line before everything else. It is hidden until its script, on the device, has seen that it is true
/// there and was not dismissed before.
fn with_line(page: &[u8], reader: Reader) -> Vec<u8> {
    let start = page
        .windows(BODY.len())
        .position(|window| window == BODY)
        .map_or(0, |position| position + BODY.len());
    // No link but a button leads on: the page's own first link must stay the one that skips its header.
    let line = reader.page(&format!(
        "<aside id=\"plain-http\" class=\"lines\" aria-label=\"[[About this address]]\" hidden><div class=\"banner\" \
         data-tone=\"wait\"><p class=\"banner-text\">[[This address can’t start offline, and the browser may forget what \
         waits here.]]</p><form action=\"{MAKE_SECURE_PATH}\"><button class=\"button\" data-shape=\"small\">[[Make it \
         secure…]]</button></form><button class=\"button\" data-shape=\"small\" type=\"button\">[[Dismiss]]</button></div></aside>\
         <script src=\"{PLAIN_HTTP_SCRIPT_PATH}\" defer></script>"
    ));
    [&page[..start], line.as_bytes(), &page[start..]].concat()
}

const BODY: &[u8] = b"<body>";

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        middleware::from_fn,
        response::Html,
        routing::get,
    };
    use tower::ServiceExt;

    use super::*;
    use crate::config::PAGE_BYTES_MAX;

    async fn page(headers: &[(&str, &str)]) -> String {
        let app = Router::new()
            .route(
                "/",
                get(async || Html("<html><body><div id=\"main\"></div></body></html>")),
            )
            .layer(from_fn(tell_plain_http));
        let mut request = Request::builder().uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let bytes = to_bytes(response.into_body(), PAGE_BYTES_MAX).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn only_a_page_over_a_network_by_plain_http_says_what_it_cannot_do() {
        let told = page(&[("Host", "192.168.7.5:8080")]).await;
        assert!(told.starts_with("<html><body><aside id=\"plain-http\""), "{told}");
        assert!(told.ends_with("<div id=\"main\"></div></body></html>"), "{told}");
        for quiet in [
            &[("Host", "localhost:8080")][..],
            &[("Host", "127.0.0.1")],
            &[("Host", "board.example"), ("X-Forwarded-Proto", "https")],
        ] {
            assert!(!page(quiet).await.contains("plain-http"), "{quiet:?}");
        }
        let german = page(&[("Host", "192.168.7.5:8080"), ("Accept-Language", "de")]).await;
        for said in [
            "\"Zu dieser Adresse\"",
            ">Unter dieser Adresse gibt es",
            ">Sicher machen…<",
            ">Ausblenden<",
        ] {
            assert!(german.contains(said), "{german}");
        }
    }
}
