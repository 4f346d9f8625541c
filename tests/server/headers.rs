//! What browsers are told.

use tideboard::server::{ServerConfig, csp};

use crate::harness::TestServer;

#[tokio::test]
async fn a_page_runs_only_the_scripts_that_were_written_for_it() {
    let server = TestServer::start(ServerConfig::local()).await;
    let (first, second) = (server.get("/").await, server.get("/").await);
    let policy = first.header("content-security-policy");
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce");
    assert_eq!(nonce.len(), 32, "{policy}");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(
        !policy.contains("'unsafe-eval'") && !policy.contains("script-src 'unsafe-inline'"),
        "{policy}"
    );
    let stamped = format!("<script nonce=\"{nonce}\">");
    assert_eq!(first.body.matches(&stamped).count(), 2, "{}", first.body);
    assert!(
        first.body.contains("a value: <script>alert(1)</script>"),
        "a smuggled script gets none: {}",
        first.body
    );
    assert_ne!(policy, second.header("content-security-policy"), "a nonce is used once");
    assert_eq!(first.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn every_response_is_hardened() {
    let server = TestServer::start(ServerConfig::local()).await;
    for path in [
        "/",
        "/healthz",
        "/no/such/page",
        "/sign-in",
        "/troubleshooting",
        "/guides/keyboard",
    ] {
        let reply = server.get(path).await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
        assert!(reply.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
    }
    let refused = server.request("GET", "/").header("Host", "evil.example").send().await;
    assert_eq!(refused.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_page_is_compressed_for_a_browser_that_can_read_it() {
    let server = TestServer::start(ServerConfig::local()).await;
    let read = async |encoding: &str| {
        let request = server.request("HEAD", "/").header("Accept-Encoding", encoding);
        request.send().await.header("content-encoding").to_owned()
    };
    assert_eq!(read("gzip, br").await, "br");
    assert_eq!(read("identity").await, "");
}

#[tokio::test]
async fn a_page_for_a_wall_says_so_from_the_first_byte() {
    let server = TestServer::start(ServerConfig::local()).await;
    let wall = server.get("/?wall").await;
    assert!(
        wall.body.starts_with("<!DOCTYPE html><html data-wall=\"\">"),
        "{}",
        wall.body
    );
    let usual = server.get("/").await;
    assert!(usual.body.starts_with("<!DOCTYPE html><html>"), "{}", usual.body);
}

#[test]
fn a_page_without_scripts_is_left_as_it_is() {
    let page = b"<html><head></head><body>plain</body></html>";
    assert_eq!(csp::stamp(page, "0"), page.as_slice());
}
