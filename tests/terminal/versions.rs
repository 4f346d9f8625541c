//! A terminal and a server of which one is older: what a person reads says so, and what to do.

use std::{net::TcpListener, thread};

use tideboard::config::SUBPROTOCOL;
use tokio_tungstenite::tungstenite::{
    self, Message,
    handshake::server::{Request, Response},
};

use crate::client::{BOARD, Client, Folder};

/// A server of another version: to whoever greets it, it says this.
fn server_that_says(frame: &'static str) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        #[expect(clippy::result_large_err, reason = "tungstenite's own type")]
        let takes = |_: &Request, mut response: Response| {
            let spoken = SUBPROTOCOL.parse().expect("a header");
            response.headers_mut().insert("Sec-WebSocket-Protocol", spoken);
            Ok(response)
        };
        for stream in listener.incoming() {
            let stream = stream.expect("somebody dials");
            // What is no socket gets no answer.
            let Ok(mut socket) = tungstenite::accept_hdr(stream, takes) else {
                continue;
            };
            socket.read().expect("a greeting");
            socket.send(Message::text(frame)).expect("they listen");
            while socket.read().is_ok() {}
        }
    });
    Client {
        data: Folder::new(),
        server: format!("http://{address}"),
        token: None,
    }
}

#[test]
fn what_a_newer_server_sends_is_said_to_need_a_newer_program() {
    let client = server_that_says(r#"{"hologram": {"of": "deck"}}"#);
    let ended = client.run(&["get", BOARD, "--timeout", "4"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    for part in [
        "The server sent what this program can't read",
        "`hologram`",
        "older than the other. Update it",
    ] {
        assert!(ended.err.contains(part), "`{part}` is not said: {}", ended.err);
    }
}

#[test]
fn what_an_older_server_could_not_read_is_said_in_its_words() {
    let message = r#"{"error": {"code": "malformed", "message": "a frame is of no version that is known here: update the server."}}"#;
    let client = server_that_says(message);
    let ended = client.run(&["get", BOARD, "--timeout", "4"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended
            .err
            .contains("of no version that is known here: update the server."),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("Is it running?"), "it is: {}", ended.err);
}

#[test]
fn a_program_that_is_too_old_for_the_server_is_told_at_once_to_be_updated() {
    let message =
        r#"{"error": {"code": "unsupported", "message": "This client is older than the server can read: update it."}}"#;
    let client = server_that_says(message);
    let ended = client.run(&["get", BOARD]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.err.contains("older than the server can read: update it."),
        "{}",
        ended.err
    );
}
