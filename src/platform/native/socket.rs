//! A WebSocket by tokio-tungstenite, with small buffers: the defaults take 128 KiB of reading and write without end.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

use crate::{
    config::{
        CLOSE_MS_MAX, DIAL_MS_MAX, FRAME_BYTES_MAX, READ_BUFFER_BYTES, SOCKET_QUEUE_LEN_MAX, SUBPROTOCOL,
        WRITE_BUFFER_BYTES, WRITE_BUFFER_BYTES_MAX,
    },
    platform::{ServerAddress, Socket, SocketEvent},
};

type Stream = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// A socket with a task of its own, which ends when this is dropped.
pub struct Tungstenite {
    events: mpsc::Receiver<SocketEvent>,
    /// `None` once it is closed.
    outgoing: Option<mpsc::Sender<String>>,
}

impl Tungstenite {
    /// Starts to dial. Without a tokio runtime it is closed from the start.
    pub fn dial(server: &ServerAddress) -> Self {
        let (events, receiver) = mpsc::channel(SOCKET_QUEUE_LEN_MAX);
        let (outgoing, texts) = mpsc::channel(SOCKET_QUEUE_LEN_MAX);
        match Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(live(server.socket_url(), events, texts));
            }
            Err(error) => tracing::error!("a socket needs a tokio runtime: {error}"),
        }
        Self {
            events: receiver,
            outgoing: Some(outgoing),
        }
    }
}

impl Socket for Tungstenite {
    fn send(&mut self, text: String) {
        // Full: the other side has not read for long. A new connection sends again what this one did not.
        if self
            .outgoing
            .as_ref()
            .is_some_and(|outgoing| outgoing.try_send(text).is_err())
        {
            self.outgoing = None;
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent> {
        self.events
            .poll_recv(cx)
            .map(|event| event.unwrap_or(SocketEvent::Closed))
    }
}

/// From dialling to the end. The end is told by `events` being dropped.
async fn live(url: String, events: mpsc::Sender<SocketEvent>, mut texts: mpsc::Receiver<String>) {
    let dialling = tokio::time::timeout(Duration::from_millis(DIAL_MS_MAX), connect(&url));
    let stream = tokio::select! {
        stream = dialling => stream,
        () = events.closed() => return, // nobody waits for it any more
    };
    let stream = match stream {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!("can't connect: {error}"),
        Err(_) => return tracing::debug!("no answer in {DIAL_MS_MAX} ms"),
    };
    if events.send(SocketEvent::Opened).await.is_err() {
        return;
    }
    let (mut sink, mut frames) = stream.split();
    let reading = async {
        while let Some(Ok(message)) = frames.next().await {
            if let Message::Text(text) = message
                && events.send(SocketEvent::Text(text.as_str().to_owned())).await.is_err()
            {
                break;
            }
        }
    };
    let writing = async {
        while let Some(text) = texts.recv().await {
            if sink.send(Message::text(text)).await.is_err() {
                return;
            }
        }
        let _ = tokio::time::timeout(Duration::from_millis(CLOSE_MS_MAX), sink.close()).await;
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
    }
}

async fn connect(url: &str) -> Result<Stream, tokio_tungstenite::tungstenite::Error> {
    let mut request = url.into_client_request()?;
    request
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", HeaderValue::from_static(SUBPROTOCOL));
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX));
    let (stream, _) = connect_async_with_config(request, Some(config), true).await?;
    Ok(stream)
}
