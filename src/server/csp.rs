//! What a page from this server may do: one layer sets the security headers of every response, and lets the two inline
//! scripts that Dioxus writes into a page (and no other) run by a nonce that is new for each response.
//!
//! A header that a response brings itself stays: an app says what its own pages may. One that brings its own policy gives up
//! the nonce, too.
//!
//! What could not be had is in `docs/decisions/content-security-policy.md`.

use axum::{body::Bytes, extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{
    pages::{change_page, is_page, marked, not_made},
    theme, wall,
};

/// Middleware: the headers, and the nonce of pages.
pub async fn protect(request: Request, next: Next) -> Response {
    let wall = if wall::is_asked_for(request.uri()) {
        wall::MARK
    } else {
        ""
    };
    let marks = [wall, theme::mark(request.headers())].concat();
    let response = next.run(request).await;
    let is_page = is_page(&response);
    let has_policy = response.headers().contains_key(header::CONTENT_SECURITY_POLICY);
    let mut response = match (has_policy, is_page) {
        (true, _) => response,
        (false, true) => protect_page(response, &marks).await,
        (false, false) => protect_other(response),
    };
    if is_page {
        // A page holds a nonce and, with tokens, what only its reader may see.
        let header = response.headers_mut().entry(header::CACHE_CONTROL);
        header.or_insert(HeaderValue::from_static("private, no-cache"));
    }
    for (name, value) in FIXED_HEADERS {
        let header = response.headers_mut().entry(name);
        header.or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn protect_page(response: Response, marks: &str) -> Response {
    let Ok(nonce) = nonce() else {
        tracing::error!("there is no randomness for a page's nonce");
        return not_made();
    };
    change_page(response, |parts, page| {
        set_policy(&mut parts.headers, &policy(Some(&nonce)));
        marked(&stamp(&page, &nonce), marks)
    })
    .await
}

fn protect_other(mut response: Response) -> Response {
    set_policy(response.headers_mut(), &policy(None));
    response
}

fn set_policy(headers: &mut HeaderMap, policy: &str) {
    let policy = HeaderValue::from_str(policy).expect("directives and hexadecimal digits are visible ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
}

/// The policy of a response; with a nonce, that of a page with inline scripts.
#[must_use]
pub fn policy(nonce: Option<&str>) -> String {
    let inline = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'none'; \
         script-src 'self'{inline} 'wasm-unsafe-eval'; \
         style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}

/// Gives the nonce to the two inline scripts of a page that Dioxus has rendered: the streaming helper, which opens the body
/// before anything of the app, and the hydration data, which comes after all of it. A script that a value smuggled in between
/// stays without; so does every script of a page without hydration data, which is somebody else's.
#[must_use]
pub fn stamp(page: &[u8], nonce: &str) -> Bytes {
    let Ok(page) = std::str::from_utf8(page) else {
        return Bytes::copy_from_slice(page);
    };
    let hydration = page.rfind(HYDRATION);
    let helper = page
        .find("</head>")
        .filter(|_| hydration.is_some())
        .and_then(|head| Some(head + page[head..].find(SCRIPT)?));
    let mut stamped = String::with_capacity(page.len() + 128);
    let mut copied = 0;
    for start in [helper, hydration].into_iter().flatten() {
        if start < copied {
            continue;
        }
        let end = start + SCRIPT.len();
        stamped.push_str(&page[copied..end - 1]);
        stamped.push_str(&format!(" nonce=\"{nonce}\">"));
        copied = end;
    }
    stamped.push_str(&page[copied..]);
    stamped.into()
}

/// A nonce: 128 random bits as 32 hexadecimal digits.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn nonce() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

const SCRIPT: &str = "<script>";
const HYDRATION: &str = "<script>window.initial_dioxus_hydration_data=";

const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer` a browser sends `Origin: null` with the sign-in form, and would be refused.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
         fullscreen=(self), screen-wake-lock=(self)",
    ),
];

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::StatusCode;

    use super::*;
    use crate::config::PAGE_BYTES_MAX;

    #[test]
    fn a_page_that_dioxus_did_not_render_gets_no_nonce() {
        let page = b"<html><head></head><body><script>steal()</script></body></html>";
        assert_eq!(&stamp(page, "n")[..], page);
        let rendered = format!("<html><head></head><body><script>help()</script>{HYDRATION}1</script></body></html>");
        let stamped = stamp(rendered.as_bytes(), "n");
        let stamped = std::str::from_utf8(&stamped).expect("text");
        assert_eq!(stamped.matches("<script nonce=\"n\">").count(), 2, "{stamped}");
    }

    #[tokio::test]
    async fn a_page_over_the_limit_is_not_made_and_says_what_to_do() {
        for (bytes, status) in [
            (PAGE_BYTES_MAX, StatusCode::OK),
            (PAGE_BYTES_MAX + 1, StatusCode::INTERNAL_SERVER_ERROR),
        ] {
            let page = Response::new(Body::from("x".repeat(bytes)));
            assert_eq!(protect_page(page, "").await.status(), status);
        }
        let refused = protect_page(Response::new(Body::from("x".repeat(PAGE_BYTES_MAX + 1))), "").await;
        let said = to_bytes(refused.into_body(), PAGE_BYTES_MAX)
            .await
            .expect("a few words");
        assert!(said.ends_with(b"Reload it."), "{said:?}");
    }
}
