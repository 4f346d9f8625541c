//! The socket, against a server of the test's own.

use std::{future::poll_fn, net::SocketAddr};

use futures_util::{SinkExt, StreamExt};
use tideboard::{
    config::{FRAME_BYTES_MAX, SUBPROTOCOL},
    platform::{ServerAddress, Socket, SocketEvent, here},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
    },
};

pub async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    (listener, address)
}

fn dial_to(address: SocketAddr) -> Box<dyn Socket> {
    here().dial(&ServerAddress::parse(&format!("http://{address}")).expect("an address"))
}

/// Takes one socket, the way the server does: it must be for the right path and offer the right subprotocol.
pub async fn accept(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    let (stream, _) = listener.accept().await.expect("somebody dials");
    #[expect(clippy::result_large_err, reason = "tungstenite's own type")]
    let callback = |request: &Request, mut response: Response| {
        assert_eq!(request.uri().path(), "/api/v1/socket");
        let offered = request
            .headers()
            .get("Sec-WebSocket-Protocol")
            .expect("it is offered")
            .clone();
        assert_eq!(offered, SUBPROTOCOL);
        response.headers_mut().insert("Sec-WebSocket-Protocol", offered);
        Ok(response)
    };
    accept_hdr_async(stream, callback).await.expect("a handshake")
}

async fn next(socket: &mut Box<dyn Socket>) -> SocketEvent {
    poll_fn(|cx| socket.poll_event(cx)).await
}

#[tokio::test]
async fn it_opens_and_carries_text_both_ways_in_order() {
    let (listener, address) = listen().await;
    let mut socket = dial_to(address);
    let mut server = accept(&listener).await;
    assert_eq!(next(&mut socket).await, SocketEvent::Opened);
    for number in 0..100 {
        socket.send(number.to_string());
    }
    for number in 0..100 {
        let message = server.next().await.expect("a frame").expect("whole");
        assert_eq!(message, Message::text(number.to_string()));
        server
            .send(Message::text(format!("{number}!")))
            .await
            .expect("it is open");
    }
    for number in 0..100 {
        assert_eq!(next(&mut socket).await, SocketEvent::Text(format!("{number}!")));
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_closed_socket() {
    let (listener, address) = listen().await;
    drop(listener);
    assert_eq!(next(&mut dial_to(address)).await, SocketEvent::Closed);
}

#[tokio::test]
async fn a_server_that_goes_closes_it() {
    let (listener, address) = listen().await;
    let mut socket = dial_to(address);
    let server = accept(&listener).await;
    assert_eq!(next(&mut socket).await, SocketEvent::Opened);
    drop(server);
    assert_eq!(next(&mut socket).await, SocketEvent::Closed);
}

#[tokio::test]
async fn what_speaks_another_protocol_closes_it() {
    let (listener, address) = listen().await;
    let mut socket = dial_to(address);
    let (mut stream, _) = listener.accept().await.expect("somebody dials");
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.example.org ESMTP\r\n\r\n")
        .await
        .expect("it is open");
    assert_eq!(next(&mut socket).await, SocketEvent::Closed);
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_it_before_it_is_held_in_memory() {
    let (listener, address) = listen().await;
    let mut socket = dial_to(address);
    let mut server = accept(&listener).await;
    assert_eq!(next(&mut socket).await, SocketEvent::Opened);
    let _ = server.send(Message::text("x".repeat(FRAME_BYTES_MAX))).await;
    assert!(matches!(next(&mut socket).await, SocketEvent::Text(text) if text.len() == FRAME_BYTES_MAX));
    let _ = server.send(Message::text("x".repeat(FRAME_BYTES_MAX + 1))).await;
    assert_eq!(next(&mut socket).await, SocketEvent::Closed);
}

#[tokio::test]
async fn letting_go_of_it_closes_it_for_the_server() {
    let (listener, address) = listen().await;
    let mut socket = dial_to(address);
    let mut server = accept(&listener).await;
    assert_eq!(next(&mut socket).await, SocketEvent::Opened);
    socket.send("the last word".to_owned());
    drop(socket);
    assert_eq!(
        server.next().await.expect("a frame").expect("whole"),
        Message::text("the last word")
    );
    assert!(matches!(server.next().await, Some(Ok(Message::Close(_)))));
}
