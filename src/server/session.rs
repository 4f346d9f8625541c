//! One socket's life.

use axum::extract::ws::{Message, WebSocket};

use super::{Seat, Server};
use crate::{
    config::RETRY_WINDOW_MS,
    protocol::{ClientFrame, Code, Identity, ServerFrame, decode, encode},
};

/// Serves `socket` until either side ends it. `identity` is what its cookie told; without one, `hello` must bring a token.
pub(super) async fn serve(server: Server, mut socket: WebSocket, _identity: Option<Identity>, seat: Seat) {
    loop {
        let received = tokio::select! {
            received = socket.recv() => received,
            () = server.stopping() => {
                let reason = "The server is stopping.".to_owned();
                let _ = socket.send(text(&ServerFrame::Goodbye { reason, window_ms: RETRY_WINDOW_MS })).await;
                break;
            }
        };
        let Some(Ok(message)) = received else { break };
        let Message::Text(message) = message else { continue };
        let answer = match decode(&message) {
            Ok(ClientFrame::Ping { .. }) => ServerFrame::Pong { clock: server.clock().now() },
            Ok(_) => ServerFrame::Error { code: Code::Unavailable, message: "There are no boards here yet.".to_owned() },
            Err(error) => ServerFrame::Error { code: Code::Malformed, message: error.to_string() },
        };
        if socket.send(text(&answer)).await.is_err() {
            break;
        }
    }
    drop(seat);
}

fn text(frame: &ServerFrame) -> Message {
    Message::Text(encode(frame).into())
}
