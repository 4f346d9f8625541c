//! The browser's WebSocket.

use std::task::{Context, Poll};

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, WebSocket};

use crate::{
    config::{SOCKET_QUEUE_LEN_MAX, SUBPROTOCOL, WRITE_BUFFER_BYTES_MAX},
    platform::{ServerAddress, Socket, SocketEvent},
};

/// A socket with its listeners, all gone when this is dropped.
pub struct BrowserSocket {
    socket: Option<WebSocket>,
    events: mpsc::Receiver<SocketEvent>,
    _listeners: Vec<EventListener>,
}

impl BrowserSocket {
    /// Starts to dial.
    pub fn dial(server: &ServerAddress) -> Self {
        let (sender, events) = mpsc::channel(SOCKET_QUEUE_LEN_MAX);
        let url = server.socket_url();
        // `dx serve` drops the subprotocol on its way, and a browser refuses an answer without the one it offered. The
        // server takes a socket that offers none for this version, which its path names too.
        let socket = if cfg!(debug_assertions) {
            WebSocket::new(&url)
        } else {
            WebSocket::new_with_str(&url, SUBPROTOCOL)
        };
        // A page whose policy forbids the address gets an error instead of a socket: closed from the start.
        let socket = socket.ok();
        let listeners = socket
            .as_ref()
            .map(|socket| listen(socket, &sender))
            .unwrap_or_default();
        Self {
            socket,
            events,
            _listeners: listeners,
        }
    }
}

impl Socket for BrowserSocket {
    fn send(&mut self, text: String) {
        let Some(socket) = &self.socket else { return };
        // Full: the other side has not read for long. A new connection sends again what this one did not.
        let full = socket.buffered_amount() as usize > WRITE_BUFFER_BYTES_MAX;
        if full || socket.send_with_str(&text).is_err() {
            self.close();
        }
    }

    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<SocketEvent> {
        match self.events.poll_next_unpin(cx) {
            Poll::Ready(event) => Poll::Ready(event.unwrap_or(SocketEvent::Closed)),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl BrowserSocket {
    fn close(&mut self) {
        self._listeners.clear(); // and with them the senders: the next event is the end
        if let Some(socket) = self.socket.take() {
            let _ = socket.close();
        }
    }
}

impl Drop for BrowserSocket {
    fn drop(&mut self) {
        self.close();
    }
}

fn listen(socket: &WebSocket, sender: &mpsc::Sender<SocketEvent>) -> Vec<EventListener> {
    let on = |name: &'static str, what: fn(&web_sys::Event) -> Option<SocketEvent>| {
        let mut sender = sender.clone();
        let socket_of = socket.clone();
        EventListener::new(socket, name, move |event| {
            if let Some(event) = what(event)
                && sender.try_send(event).is_err()
            {
                // Nobody takes them: a new connection catches up with less.
                let _ = socket_of.close();
            }
        })
    };
    vec![
        on("open", |_| Some(SocketEvent::Opened)),
        on("message", |event| {
            let data: JsValue = event.dyn_ref::<MessageEvent>()?.data();
            Some(SocketEvent::Text(data.as_string()?))
        }),
        on("close", |_| Some(SocketEvent::Closed)),
    ]
}
