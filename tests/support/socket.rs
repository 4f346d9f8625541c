//! A client's end of a socket, in frames.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tideboard::{
    config::SCHEMA,
    protocol::{ClientFrame, Hello, ServerFrame, decode, encode},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

/// Waiting longer than this for anything means that it will not come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A socket with small buffers, so that thousands fit into one program.
pub struct Socket(pub WebSocketStream<TcpStream>);

impl Socket {
    /// # Errors
    /// When the server refuses the upgrade.
    pub async fn over(
        stream: TcpStream,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{}{path}", stream.peer_addr()?).into_client_request()?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header's value");
            request.headers_mut().append(*name, value);
        }
        let config = WebSocketConfig::default()
            .read_buffer_size(2 * 1_024)
            .write_buffer_size(0);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self(socket))
    }

    pub async fn send(&mut self, frame: &ClientFrame) {
        let text = Message::text(encode(frame));
        self.0.send(text).await.expect("the server reads");
    }

    /// The next frame; `None` when the server has closed.
    pub async fn receive(&mut self) -> Option<ServerFrame> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .expect("an answer in time")?;
            match message {
                Ok(Message::Text(text)) => return Some(decode(&text).expect("the server speaks its own protocol")),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Greets, with a token where one is given; the answer is a welcome or a refusal.
    pub async fn greet(&mut self, token: Option<&str>) -> ServerFrame {
        let hello = Hello {
            schema: SCHEMA,
            store: None,
            token: token.map(ToOwned::to_owned),
        };
        self.send(&ClientFrame::Hello(hello)).await;
        self.receive().await.expect("an answer")
    }
}
