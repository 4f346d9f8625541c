//! The socket under a session: messages come in decoded, packets go out as they are.
//!
//! Packets are framed already and shared by many connections, so they are written straight to the stream. The library
//! that reads would copy each into a buffer per connection, and keep that buffer as large as the largest frame ever sent.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::{Buf, Bytes};
use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error as SocketError, Message,
        handshake::server::create_response_with_body,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{Seat, Server, serve};
use crate::{
    config::{FRAME_BYTES_MAX, READ_BUFFER_BYTES, SUBPROTOCOL, WRITE_BUFFER_BYTES},
    protocol::Identity,
};

/// A WebSocket, the server's side.
pub(super) struct Pipe(WebSocketStream<TokioIo<Upgraded>>);

/// Answers a request for a socket, and serves it in a task of its own.
pub fn upgrade(server: &Server, mut request: Request, seat: Seat) -> Response {
    let response = match create_response_with_body(&request, Body::empty) {
        Ok(response) => response,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("No WebSocket handshake: {error}.")).into_response(),
    };
    let identity = request.extensions_mut().remove::<Identity>();
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return (StatusCode::UPGRADE_REQUIRED, "This connection can't become a socket.").into_response();
    };
    let server = server.clone();
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => serve(server, Pipe::new(upgraded).await, identity, seat).await,
            Err(error) => tracing::debug!(%error, "a connection did not become a socket"),
        }
    });
    let (mut parts, body) = response.into_parts();
    if request.headers().contains_key(header::SEC_WEBSOCKET_PROTOCOL) {
        parts
            .headers
            .insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    Response::from_parts(parts, body)
}

impl Pipe {
    async fn new(upgraded: Upgraded) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER_BYTES)
            // A frame that is a little too large is read, so that its sender can be told; one beyond that is not.
            .max_message_size(Some(2 * FRAME_BYTES_MAX))
            .max_frame_size(Some(2 * FRAME_BYTES_MAX));
        Self(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await)
    }

    /// The next message; `None` when the connection has ended. Nothing is lost when it is dropped half-way.
    pub async fn next(&mut self) -> Option<Result<Message, SocketError>> {
        self.0.next().await
    }

    /// Writes `packets`, in as few system calls as they need. When it is dropped half-way the connection is of no more use.
    ///
    /// # Errors
    /// When the other side is gone.
    pub async fn write(&mut self, mut packets: VecDeque<Bytes>) -> Result<(), SocketError> {
        // A pong or close of the library's own may be half written: nothing may come between.
        self.0.flush().await?;
        let stream = self.0.get_mut();
        while !packets.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES_LEN_MAX];
            let len = packets.len().min(SLICES_LEN_MAX);
            for (slice, packet) in slices.iter_mut().zip(&packets) {
                *slice = IoSlice::new(packet);
            }
            let mut written = stream.write_vectored(&slices[..len]).await?;
            if written == 0 {
                return Err(SocketError::Io(io::ErrorKind::WriteZero.into()));
            }
            while let Some(packet) = packets.front_mut() {
                if written < packet.len() {
                    packet.advance(written);
                    break;
                }
                written -= packet.len();
                packets.pop_front();
            }
        }
        stream.flush().await?;
        Ok(())
    }

    /// Asks the other side to close.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(&mut self) -> Result<(), SocketError> {
        self.0.send(Message::Close(None)).await
    }
}

/// Packets written by one system call.
const SLICES_LEN_MAX: usize = 32;
