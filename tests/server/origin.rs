//! Which names the server answers to, and which pages may speak to it.

use tideboard::{protocol::ServerFrame, server::ServerConfig};

use crate::harness::{EDIT, Socket, TestServer, refusal};

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket() {
    let server = TestServer::start(ServerConfig::local()).await;
    let own = format!("http://{}", server.address);
    let mut socket = Socket::open(server.address, &[("Origin", &own)])
        .await
        .expect("the server's own page");
    socket.greet(None).await;
    assert!(matches!(socket.ping().await, ServerFrame::Pong { .. }));
    let other_port = format!("http://127.0.0.1:{}", server.address.port() ^ 1);
    for foreign in ["http://evil.example", "null", other_port.as_str(), "https://127.0.0.1"] {
        let refused = refusal(Socket::open(server.address, &[("Origin", foreign)]).await);
        assert_eq!(refused.status, 403, "{foreign}: {refused:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_posts_nothing() {
    let (server, _) = TestServer::with_tokens().await;
    let post = |origin: &str| {
        server
            .request("POST", "/api/v1/session")
            .header("Origin", origin)
            .form(&format!("token={EDIT}"))
            .send()
    };
    let refused = post("http://evil.example").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("evil.example"), "{}", refused.body);
    assert_eq!(refused.cookie(), "");
    assert_eq!(post(&format!("http://{}", server.address)).await.status, 204);
}

#[tokio::test]
async fn without_tokens_only_this_machines_own_names_are_answered_to() {
    let server = TestServer::start(ServerConfig::local()).await;
    let port = server.address.port();
    for own in [
        format!("localhost:{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::1]:{port}"),
        "LOCALHOST".to_owned(),
    ] {
        assert_eq!(
            server.request("GET", "/").header("Host", &own).send().await.status,
            200,
            "{own}"
        );
    }
    for rebound in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "10.0.0.7",
        "[fe80::1]:80",
    ] {
        let reply = server.request("GET", "/").header("Host", rebound).send().await;
        assert_eq!(reply.status, 403, "{rebound}");
        assert!(reply.body.contains("--edit-token"), "says what to do: {}", reply.body);
    }
}

#[tokio::test]
async fn with_tokens_any_name_may_lead_here() {
    let (server, _) = TestServer::with_tokens().await;
    assert_eq!(
        server
            .request("GET", "/healthz")
            .header("Host", "board.example")
            .send()
            .await
            .status,
        200
    );
}
