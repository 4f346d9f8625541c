//! Starts the app: the page in a browser, or the server with its boards.

#[cfg(not(feature = "server"))]
fn main() {
    dioxus::launch(own_app::App);
}

#[cfg(feature = "server")]
fn main() {
    use dioxus::server::axum::routing::get;
    use tideboard::server::{Server, ServerConfig, pages, router};

    let server = Server::open(ServerConfig {
        catalog: own_app::catalog(),
        first_boards: vec![own_app::first_board()],
        data: Some("data".into()),
        ..ServerConfig::local()
    });
    let server = server.unwrap_or_else(|error| panic!("{error}"));
    dioxus::serve(move || {
        let app = pages(own_app::App).route("/hours", get(async || "Open from 6 to 22."));
        let all = router(app, &server);
        async move { Ok(all) }
    });
}
