//! Who may come in.

use tideboard::{
    config::{SESSION_MS, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS},
    protocol::{Access, Code, ServerFrame, SignedIn},
};

use crate::harness::{EDIT, Reply, Socket, TestServer, VIEW};
use tideboard::server::ServerConfig;

#[tokio::test]
async fn this_machine_alone_needs_no_token() {
    let server = TestServer::start(ServerConfig::local()).await;
    assert_eq!(server.get("/").await.status, 200);
    let everyone = server.server.auth().verify_token("anything").expect("nothing is asked");
    assert_eq!((everyone.principal.as_str(), everyone.access), ("local", Access::Edit));
}

#[tokio::test]
async fn without_a_token_only_health_and_the_sign_in_page_are_open() {
    let (server, _) = TestServer::with_tokens().await;
    for open in [
        "/healthz",
        "/readyz",
        "/sign-in",
        "/sign-in.css",
        "/sign-in.js",
        "/troubleshooting",
        "/guides/keyboard",
    ] {
        assert_eq!(server.get(open).await.status, 200, "{open}");
    }
    for closed in ["/", "/metrics", "/api/v1/boards/deck", "/no/such/page"] {
        let reply = server.get(closed).await;
        assert_eq!(reply.status, 401, "{closed}");
        assert!(reply.body.contains("needs_auth"), "{closed}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_browser_is_asked_in_place_and_led_back_to_where_it_wanted() {
    let (server, _) = TestServer::with_tokens().await;
    let asked = server
        .request("GET", "/boards/deck?wall")
        .header("Accept", "text/html,*/*")
        .send()
        .await;
    assert_eq!(asked.status, 401);
    assert!(asked.body.contains("value=\"/boards/deck?wall\""), "{}", asked.body);
    // So is who goes there by themselves, from a page that they may only look at.
    let went = server.request("GET", "/sign-in");
    let from = format!("http://{}/boards/deck?wall", server.address);
    let went = went.header("Referer", &from).send().await;
    assert!(went.body.contains("value=\"/boards/deck?wall\""), "{}", went.body);
    let form = format!("token={EDIT}&next=%2Fboards%2Fdeck%3Fwall");
    let led = server
        .request("POST", "/api/v1/session")
        .header("Accept", "text/html")
        .form(&form)
        .send()
        .await;
    assert_eq!((led.status, led.header("location")), (303, "/boards/deck?wall"));
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_sites() {
    let (server, _) = TestServer::with_tokens().await;
    let plain = sign_in(&server, EDIT).await;
    let cookie = plain.header("set-cookie");
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"),
        "{cookie}"
    );
    assert!(
        !cookie.contains("Secure"),
        "a browser would drop it on plain http: {cookie}"
    );
    assert!(!cookie.contains(EDIT), "{cookie}");
    let proxied = server
        .request("POST", "/api/v1/session")
        .header("X-Forwarded-Proto", "https");
    let proxied = proxied.form(&format!("token={EDIT}")).send().await;
    assert!(proxied.header("set-cookie").contains("; Secure"), "{proxied:?}");
}

#[tokio::test]
async fn a_page_may_read_whose_session_it_is_and_that_it_ended() {
    let (server, _) = TestServer::with_tokens().await;
    let who = |reply: &Reply| {
        let told = reply.headers.iter().find_map(|(_, value)| SignedIn::among(value));
        told.expect("it is told with the session").principal
    };
    let signed_in = sign_in(&server, EDIT).await;
    let out = server
        .request("DELETE", "/api/v1/session")
        .header("Cookie", signed_in.cookie())
        .send()
        .await;
    let editor = server.server.auth().verify_token(EDIT).expect("the token is right");
    assert_eq!((who(&signed_in), who(&out)), (Some(editor.principal), None));
}

#[tokio::test]
async fn a_session_opens_every_door_until_it_ends() {
    let (server, clock) = TestServer::with_tokens().await;
    let reply = sign_in(&server, EDIT).await;
    let cookie = reply.cookie();
    let page = async || server.request("GET", "/").header("Cookie", cookie).send().await.status;
    assert_eq!(page().await, 200);
    clock.wind(SESSION_MS - 1);
    assert_eq!(page().await, 200);
    clock.wind(1);
    assert_eq!(page().await, 401);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let (server, _) = TestServer::with_tokens().await;
    let reply = sign_in(&server, EDIT).await;
    let out = server
        .request("DELETE", "/api/v1/session")
        .header("Cookie", reply.cookie())
        .send()
        .await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
    assert_eq!(
        server
            .request("GET", "/")
            .header("Cookie", reply.cookie())
            .send()
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn each_token_gives_its_own_access() {
    let (server, _) = TestServer::with_tokens().await;
    let auth = server.server.auth();
    assert_eq!(
        auth.verify_token(EDIT).map(|identity| identity.access),
        Some(Access::Edit)
    );
    assert_eq!(
        auth.verify_token(VIEW).map(|identity| identity.access),
        Some(Access::View)
    );
    for wrong in ["", "edit", &EDIT[1..], &format!("{EDIT}0")] {
        assert_eq!(auth.verify_token(wrong), None, "{wrong:?}");
    }
}

#[tokio::test]
async fn native_clients_send_the_token_as_a_bearer() {
    let (server, _) = TestServer::with_tokens().await;
    let with = async |token: &str| {
        server
            .request("GET", "/metrics")
            .header("Authorization", &format!("Bearer {token}"))
            .send()
            .await
            .status
    };
    assert_eq!(with(VIEW).await, 200);
    assert_eq!(with("view-0123456789abcdee").await, 401);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_forgotten_after_a_while() {
    let (server, clock) = TestServer::with_tokens().await;
    for _ in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(sign_in(&server, "wrong-0123456789abcdef").await.status, 401);
    }
    let slowed = sign_in(&server, EDIT).await;
    assert_eq!(slowed.status, 429, "the right token is not looked at either");
    assert_eq!(slowed.header("retry-after"), "60");
    let bearer = server
        .request("GET", "/")
        .header("Authorization", &format!("Bearer {EDIT}"))
        .send()
        .await;
    assert_eq!(bearer.status, 429, "nor by another way in");
    let mut socket = Socket::open(server.address, &[]).await.expect("a seat");
    let answer = socket.greet(Some(EDIT)).await;
    let ServerFrame::Error { code, message } = &answer else {
        panic!("{answer:?}")
    };
    assert_eq!(*code, Code::NeedsAuth);
    assert!(message.contains("Try again in 60 s"), "{message}");
    clock.wind(SIGN_IN_WINDOW_MS);
    assert_eq!(sign_in(&server, EDIT).await.status, 204);
}

#[tokio::test]
async fn behind_a_proxy_that_it_was_told_of_who_guesses_locks_nobody_else_out() {
    let (server, _) = TestServer::with_tokens_behind(vec![[127, 0, 0, 1].into()]).await;
    let sign_in = async |client: &str, token: &str| {
        let request = server.request("POST", "/api/v1/session");
        let request = request.header("X-Forwarded-For", client);
        request.form(&format!("token={token}")).send().await.status
    };
    for _ in 0..SIGN_IN_FAILURES_MAX {
        // What stands first the client has written itself.
        assert_eq!(
            sign_in("203.0.113.9, 198.51.100.7", "wrong-0123456789abcdef").await,
            401
        );
    }
    assert_eq!(sign_in("198.51.100.7", EDIT).await, 429);
    assert_eq!(sign_in("198.51.100.8", EDIT).await, 204);
}

#[tokio::test]
async fn a_socket_may_open_first_and_show_its_token_in_hello() {
    let (server, _) = TestServer::with_tokens().await;
    let mut socket = Socket::open(server.address, &[])
        .await
        .expect("native clients have no cookie");
    let ServerFrame::Welcome(welcome) = socket.greet(Some(VIEW)).await else {
        panic!("the token is right")
    };
    assert_eq!(welcome.identity.access, Access::View);
    for wrong in [None, Some("not-the-token-at-all")] {
        let mut socket = Socket::open(server.address, &[]).await.expect("a seat");
        let answer = socket.greet(wrong).await;
        let ServerFrame::Error {
            code: Code::NeedsAuth, ..
        } = answer
        else {
            panic!("{answer:?}")
        };
        assert!(socket.receive().await.is_none(), "and it is closed");
    }
}

async fn sign_in(server: &TestServer, token: &str) -> Reply {
    server
        .request("POST", "/api/v1/session")
        .form(&format!("token={token}"))
        .send()
        .await
}
