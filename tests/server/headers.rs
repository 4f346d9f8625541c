//! What browsers are told.

use tideboard::server::{ServerConfig, csp};

use crate::harness::{Reply, TestServer};

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

#[tokio::test]
async fn the_servers_own_pages_speak_as_their_reader_does_and_are_kept_for_nobody_else() {
    let (server, _) = TestServer::with_tokens().await;
    let policy = |reply: &Reply| {
        let policy = reply.header("content-security-policy");
        let (before, rest) = policy.split_once(" 'nonce-").expect("a page's policy has a nonce");
        [before, rest.split_once('\'').expect("it ends").1].concat()
    };
    for path in ["/boards/deck", "/sign-in", "/join", "/make-secure"] {
        let ask = async |language: &str| {
            let request = server.request("GET", path).header("Accept", "text/html");
            request.header("Accept-Language", language).send().await
        };
        let (german, english) = (ask("de-DE,en;q=0.5").await, ask("en").await);
        assert!(german.body.contains("<html lang=\"de\">"), "{path}: {}", german.body);
        assert!(english.body.contains("<html lang=\"en\">"), "{path}: {}", english.body);
        assert!(!german.body.contains("[[") && !english.body.contains("[["), "{path}");
        assert_eq!(german.header("cache-control"), "private, no-cache", "{path}");
        assert_eq!(
            (german.status, policy(&german)),
            (english.status, policy(&english)),
            "{path}"
        );
    }
    for (path, form, said) in [
        ("/api/v1/session", "token=wrong", "Dieser Schlüssel stimmt nicht."),
        (
            "/api/v1/join",
            "code=wrong",
            "Dieser Code wurde schon verwendet oder ist zu alt.",
        ),
    ] {
        let request = server.request("POST", path).header("Cookie", "tideboard_language=de");
        let refused = request.form(form).send().await;
        assert!(refused.status == 401 && refused.body.starts_with(said), "{refused:?}");
        assert_eq!(refused.header("cache-control"), "no-store", "{path}");
    }
}

#[test]
fn a_page_without_scripts_is_left_as_it_is() {
    let page = b"<html><head></head><body>plain</body></html>";
    assert_eq!(csp::stamp(page, "0"), page.as_slice());
}
