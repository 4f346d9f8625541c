//! The token by which a program sends samples, and does nothing else.

use tideboard::{
    config::{SAMPLES_PATH, SAMPLES_TOKEN_PATH, SIGN_IN_FAILURES_MAX, SIGN_IN_WINDOW_MS},
    protocol::{Code, ServerFrame},
    server::ServerConfig,
};

use crate::harness::{EDIT, Reply, Request, Socket, TestServer, VIEW};

/// Asks for it as a page does, by the session of who signed in with `token`.
async fn asked_by(server: &TestServer, token: &str) -> Reply {
    let form = format!("token={token}");
    let signed_in = server.request("POST", "/api/v1/session").form(&form).send().await;
    let request = server.request("POST", SAMPLES_TOKEN_PATH);
    let request = request.header("Cookie", signed_in.cookie());
    let own = format!("http://{}", server.address);
    request.header("Origin", &own).json(&"".into()).send().await
}

fn with(request: Request, token: &str) -> Request {
    request.header("Authorization", &format!("Bearer {token}"))
}

#[tokio::test]
async fn it_sends_samples_and_does_nothing_else() {
    let (server, clock) = TestServer::with_tokens().await;
    let told = asked_by(&server, EDIT).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "no-store"));
    let token = told.body;
    let post = with(server.request("POST", SAMPLES_PATH), &token);
    let posted = post.text("text/plain", "fuel 12.5").send().await;
    assert_eq!((posted.status, &posted.body[..10]), (200, "{\"taken\":1"));
    assert_eq!(server.server.metrics().samples_taken.get(), 1);

    let field = "/api/v1/boards/this-machine/widgets/status/fields/state";
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/samples?series=fuel&span=60000"),
        ("GET", "/api/v1/series.csv?name=fuel"),
        ("GET", "/api/v1/series/check?series=fuel"),
        ("GET", "/api/v1/boards/this-machine"),
        ("GET", "/api/v1/boards/this-machine/file"),
        ("POST", "/api/v1/operations"),
        ("POST", "/api/v1/boards"),
        ("POST", "/api/v1/share"),
        ("POST", field),
        ("POST", SAMPLES_TOKEN_PATH),
        ("POST", "/api/v1/samples/"),
        ("PUT", SAMPLES_PATH),
    ] {
        let reply = with(server.request(method, path), &token)
            .json(&"busy".into())
            .send()
            .await;
        assert_eq!(reply.status, 401, "{method} {path}: {}", reply.body);
        assert!(!reply.body.contains(&token), "{method} {path}");
        // Each of these counts as a wrong one.
        clock.wind(SIGN_IN_WINDOW_MS);
    }
    let form = format!("token={token}");
    let signed_in = server.request("POST", "/api/v1/session").form(&form).send().await;
    assert_eq!((signed_in.status, signed_in.cookie()), (401, ""));
    let bearer = format!("Bearer {token}");
    for (headers, hello) in [(vec![], Some(&*token)), (vec![("Authorization", &*bearer)], None)] {
        let mut socket = Socket::open(server.address, &headers).await.expect("a seat");
        let answer = socket.greet(hello).await;
        assert!(
            matches!(
                &answer,
                ServerFrame::Error {
                    code: Code::NeedsAuth,
                    ..
                }
            ),
            "{answer:?}"
        );
    }
    assert_eq!(server.server.metrics().samples_taken.get(), 1);
}

#[tokio::test]
async fn who_may_only_watch_is_told_none_and_neither_is_a_page_of_another_site() {
    let (server, _) = TestServer::with_tokens().await;
    let token = asked_by(&server, EDIT).await.body;
    let watching = asked_by(&server, VIEW).await;
    assert_eq!(watching.status, 403, "{}", watching.body);
    assert!(watching.body.contains("may edit") && !watching.body.contains(&token));
    assert_eq!(server.request("POST", SAMPLES_TOKEN_PATH).send().await.status, 401);
    let elsewhere = with(server.request("POST", SAMPLES_TOKEN_PATH), EDIT);
    let elsewhere = elsewhere.header("Origin", "https://elsewhere.example").send().await;
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.body);
    assert!(!elsewhere.body.contains(&token));
    // What an address, a picture or a link might ask for tells nothing.
    assert_eq!(
        with(server.request("GET", SAMPLES_TOKEN_PATH), EDIT)
            .send()
            .await
            .status,
        405
    );
    assert!(!format!("{:?}", server.server).contains(&token), "no log has it");
}

#[tokio::test]
async fn it_is_guessed_no_faster_than_another_and_a_server_without_tokens_has_none() {
    let (server, _) = TestServer::with_tokens().await;
    let token = asked_by(&server, EDIT).await.body;
    let post = async |token: &str| {
        let request = with(server.request("POST", SAMPLES_PATH), token);
        request.text("text/plain", "fuel 1").send().await.status
    };
    for guess in 0..SIGN_IN_FAILURES_MAX {
        assert_eq!(post(&format!("samples-{guess:032x}")).await, 401);
    }
    assert_eq!(post(&token).await, 429, "the right one is not looked at");

    let server = TestServer::start(ServerConfig::local()).await;
    let told = server.request("POST", SAMPLES_TOKEN_PATH).send().await;
    assert_eq!((told.status, told.body.as_str()), (200, ""));
}
