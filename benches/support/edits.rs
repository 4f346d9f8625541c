//! Clients that edit, and read what comes as text: decoding it would cost more than it takes the server to make it.

#![allow(dead_code, reason = "each bench takes what it needs")]

#[path = "../../tests/support/author.rs"]
mod author;

use std::net::SocketAddr;

use futures_util::StreamExt;
use tideboard::protocol::{ClientFrame, Cursor, Intent};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{BOARD, enter, socket::Socket};
use author::Author;

/// Who edits the first board.
pub struct Editor {
    pub socket: Socket,
    pub author: Author,
    /// How far it has seen the board.
    pub seen: Cursor,
}

impl Editor {
    pub async fn enter(address: SocketAddr) -> Self {
        let (socket, welcome) = enter(address).await;
        Self {
            socket,
            author: Author::new(welcome),
            seen: Cursor::ORIGIN,
        }
    }

    /// A push of new operations.
    pub fn push(&mut self, edits: impl IntoIterator<Item = (String, Intent)>) -> ClientFrame {
        let item = |(widget, intent): (String, Intent)| self.author.item(self.seen, BOARD, &widget, intent);
        let items = edits.into_iter().map(item).collect();
        self.author.frame(items)
    }
}

/// The next text; `None` when the server is gone.
pub async fn next_text(socket: &mut Socket) -> Option<String> {
    loop {
        match socket.0.next().await?.ok()? {
            Message::Text(text) => return Some(text.as_str().to_owned()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// The newest revision in a frame of verdicts.
pub fn newest(verdicts: &str) -> u64 {
    let last = verdicts.rsplit("\"revision\":").next();
    let digits = last.and_then(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next());
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("an applied operation has a revision")
}

pub fn set_title(text: String) -> Intent {
    Intent::Set {
        field: "title".parse().expect("a name"),
        value: text.into(),
    }
}
