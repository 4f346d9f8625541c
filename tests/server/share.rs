//! Codes that let another device in.

use serde_json::json;
use tideboard::{
    config::{INVITATION_MS, SIGN_IN_FAILURES_MAX},
    protocol::Access,
    server::ServerConfig,
};

use crate::harness::{EDIT, Reply, TestServer, VIEW};

#[tokio::test]
async fn a_code_lets_one_device_in_with_its_access_and_leads_it_to_the_board() {
    let (server, _) = TestServer::with_tokens().await;
    for access in [Access::View, Access::Edit] {
        let code = code_of(&share(&server, EDIT, access).await);
        let joined = join(&server, &code).await;
        assert_eq!(
            (joined.status, joined.body.as_str()),
            (200, "/boards/deck"),
            "{joined:?}"
        );
        let cookie = joined.header("set-cookie");
        assert!(
            cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"),
            "{cookie}"
        );
        let headers =
            [("cookie", joined.cookie())].map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let identity = server.server.auth().identity_of(&headers.into_iter().collect());
        assert_eq!(identity.map(|identity| identity.access), Some(access));
        let again = join(&server, &code).await;
        assert_eq!((again.status, again.cookie()), (401, ""), "it is used up");
        assert!(again.body.contains("Ask for a new one"), "{}", again.body);
    }
}

#[tokio::test]
async fn a_code_ends_by_itself() {
    let (server, clock) = TestServer::with_tokens().await;
    let (first, second) = (
        code_of(&share(&server, EDIT, Access::Edit).await),
        code_of(&share(&server, EDIT, Access::Edit).await),
    );
    clock.wind(INVITATION_MS - 1);
    assert_eq!(join(&server, &first).await.status, 200);
    clock.wind(1);
    assert_eq!(join(&server, &second).await.status, 401);
}

#[tokio::test]
async fn who_may_only_watch_shares_to_watch_only_and_a_stranger_nothing() {
    let (server, _) = TestServer::with_tokens().await;
    let refused = share(&server, VIEW, Access::Edit).await;
    assert!(
        refused.body.contains("to watch only") && !refused.body.contains("/join#"),
        "{}",
        refused.body
    );
    let code = code_of(&share(&server, VIEW, Access::View).await);
    assert_eq!(join(&server, &code).await.status, 200);
    assert_eq!(
        share(&server, "a-stranger-with-a-guess", Access::View).await.status,
        401
    );
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_as_guessing_tokens_is() {
    let (server, _) = TestServer::with_tokens().await;
    let code = code_of(&share(&server, EDIT, Access::Edit).await);
    for guess in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(join(&server, &format!("{guess:032x}")).await.status, 401);
    }
    let slowed = join(&server, &code).await;
    assert_eq!(
        (slowed.status, slowed.header("retry-after")),
        (429, "60"),
        "the right one is not looked at"
    );
    let token = server.request("POST", "/api/v1/session").form(&format!("token={EDIT}"));
    assert_eq!(token.send().await.status, 429, "nor a token");
}

#[tokio::test]
async fn behind_a_proxy_whoever_guesses_codes_slows_nobody_else_down() {
    let proxy = "127.0.0.1".parse().expect("an address");
    let (server, _) = TestServer::with_tokens_behind(vec![proxy]).await;
    let from = async |client: &str, code: &str| {
        let request = server.request("POST", "/api/v1/join").header("X-Forwarded-For", client);
        request.form(&format!("code={code}")).send().await.status
    };
    for guess in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(from("198.51.100.7", &format!("{guess:032x}")).await, 401);
    }
    let code = code_of(&share(&server, EDIT, Access::Edit).await);
    assert_eq!(from("198.51.100.7", &code).await, 429);
    assert_eq!(from("198.51.100.8", &code).await, 200);
}

#[tokio::test]
async fn who_is_in_already_and_may_do_as_much_leaves_the_code_to_others() {
    let (server, _) = TestServer::with_tokens().await;
    let code = code_of(&share(&server, EDIT, Access::Edit).await);
    let present = async |token: &str| {
        let bearer = format!("Bearer {token}");
        let request = server.request("POST", "/api/v1/join").header("Authorization", &bearer);
        request.form(&format!("code={code}")).send().await
    };
    let editor = present(EDIT).await;
    assert_eq!(
        (editor.status, editor.body.as_str(), editor.cookie()),
        (200, "/boards/deck", "")
    );
    let viewer = present(VIEW).await;
    assert_eq!(viewer.status, 200);
    assert_ne!(viewer.cookie(), "", "who could only watch can edit now");
    assert_eq!(join(&server, &code).await.status, 401);
}

#[tokio::test]
async fn a_page_of_another_site_makes_no_code_and_uses_none() {
    let (server, _) = TestServer::with_tokens().await;
    for path in ["/api/v1/share", "/api/v1/join"] {
        let request = server.request("POST", path).header("Origin", "http://evil.example");
        let reply = request
            .header("Authorization", &format!("Bearer {EDIT}"))
            .form("code=0")
            .send()
            .await;
        assert_eq!(reply.status, 403, "{path}");
    }
}

#[tokio::test]
async fn what_is_shared_leads_to_where_the_sharer_is_and_is_kept_nowhere() {
    let (server, _) = TestServer::with_tokens().await;
    let shared = share(&server, EDIT, Access::View).await;
    let code = code_of(&shared);
    assert!(
        shared.body.contains(&format!("https://board.example:8443/join#{code}")),
        "{}",
        shared.body
    );
    assert!(
        shared.body.contains("<svg") && shared.body.contains("watch only"),
        "{}",
        shared.body
    );
    assert!(shared.body.contains("within 10 minutes"), "{}", shared.body);
    assert_eq!(shared.header("cache-control"), "no-store");
    assert!(
        !shared.body.contains(VIEW) && !shared.body.contains(EDIT),
        "never a token: {}",
        shared.body
    );
    let page = server.get("/join").await;
    assert_eq!(page.status, 200, "whoever has a code is nobody yet");
    assert!(
        page.body.contains("/join.js") && !page.body.contains(&code),
        "{}",
        page.body
    );
    assert_eq!(
        server.get("/join.js").await.header("content-type"),
        "text/javascript; charset=utf-8"
    );
}

#[tokio::test]
async fn a_path_of_another_site_is_not_led_to() {
    let (server, _) = TestServer::with_tokens().await;
    for next in ["//evil.example", "/\\evil.example", ""] {
        let shared = ask(&server, EDIT, &json!({ "access": "view", "next": next })).await;
        assert_eq!(join(&server, &code_of(&shared)).await.body, "/", "{next:?}");
    }
}

#[tokio::test]
async fn a_page_that_names_no_path_shares_itself() {
    let (server, _) = TestServer::with_tokens().await;
    for (page, next) in [("https://board.example/boards/deck", "/boards/deck"), ("nonsense", "/")] {
        let request = server.request("POST", "/api/v1/share").header("Referer", page);
        let request = request.header("Authorization", &format!("Bearer {EDIT}"));
        let request = request.header("Host", "board.example");
        let shared = request.json(&json!({ "access": "edit" })).send().await;
        assert_eq!(join(&server, &code_of(&shared)).await.body, next);
    }
}

#[tokio::test]
async fn a_server_that_nobody_else_can_reach_says_so_instead() {
    let server = TestServer::start(ServerConfig::local()).await;
    let told = server
        .request("POST", "/api/v1/share")
        .json(&json!({ "access": "edit" }))
        .send()
        .await;
    assert_eq!(told.status, 200);
    assert!(
        told.body.contains("--listen 0.0.0.0") && !told.body.contains("<svg"),
        "{}",
        told.body
    );
}

async fn share(server: &TestServer, token: &str, access: Access) -> Reply {
    ask(server, token, &json!({ "access": access, "next": "/boards/deck" })).await
}

/// Asked from a page that came by a proxy which ends TLS.
async fn ask(server: &TestServer, token: &str, body: &serde_json::Value) -> Reply {
    let request = server.request("POST", "/api/v1/share");
    let request = request.header("Authorization", &format!("Bearer {token}"));
    let request = request
        .header("Host", "board.example:8443")
        .header("X-Forwarded-Proto", "https");
    request.json(body).send().await
}

async fn join(server: &TestServer, code: &str) -> Reply {
    server
        .request("POST", "/api/v1/join")
        .form(&format!("code={code}"))
        .send()
        .await
}

fn code_of(shared: &Reply) -> String {
    let (_, rest) = shared
        .body
        .split_once("/join#")
        .unwrap_or_else(|| panic!("no code: {shared:?}"));
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}
