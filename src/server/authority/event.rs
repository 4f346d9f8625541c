//! What the authority is told, and what it wants done.

use super::{RequestId, Search, SessionId, Told};
use crate::{
    protocol::{
        Answered, BoardId, ClientFrame, Device, Document, FoundCard, Identity, Push, Seen, ServerFrame, Subscribe,
    },
    server::log::{Call, Called},
};

/// Something that happened outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// A greeting, with whom the door found behind it; `None` is refused.
    Hello {
        /// Whose.
        session: SessionId,
        /// Who they are.
        identity: Option<Identity>,
    },
    /// Any other frame.
    Frame {
        /// Whose.
        session: SessionId,
        /// The frame.
        frame: ClientFrame,
    },
    /// The shell dropped a slow reader's changes of a board; it subscribes again when it has been told.
    Lagging {
        /// Whose.
        session: SessionId,
        /// The board.
        board: BoardId,
    },
    /// The connection is gone.
    Closed {
        /// Whose.
        session: SessionId,
    },
    /// What came along with a ping that the shell has answered itself: somebody sees the page.
    Seen {
        /// Whose.
        session: SessionId,
        /// What they see.
        seen: Seen,
    },
    /// Operations by server function.
    Replay {
        /// The request.
        request: RequestId,
        /// Who asks.
        identity: Identity,
        /// The same frame a socket would push.
        push: Push,
    },
    /// What another program asks for.
    Call {
        /// The request.
        request: RequestId,
        /// Who asks.
        identity: Identity,
        /// What the program is called.
        device: Option<Device>,
        /// What it asks for.
        call: Box<Call>,
    },
    /// A board by server function.
    Read {
        /// The request.
        request: RequestId,
        /// Who asks.
        identity: Identity,
        /// What a socket would be asked.
        subscribe: Subscribe,
    },
    /// Cards on all boards, by their titles.
    Find {
        /// The request.
        request: RequestId,
        /// What is looked for.
        search: Search,
    },
}

/// Something to do outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Send a frame.
    Send {
        /// To whom.
        session: SessionId,
        /// The frame.
        frame: ServerFrame,
    },
    /// Send these frames, each made when there is room for it.
    Tell {
        /// To whom.
        session: SessionId,
        /// What.
        told: Told,
    },
    /// Send the same frame to many: encode it once.
    Publish {
        /// To whom.
        sessions: Vec<SessionId>,
        /// The frame.
        frame: ServerFrame,
    },
    /// Close a connection, after what was sent to it.
    Close {
        /// Whose.
        session: SessionId,
    },
    /// Answers a [`Event::Replay`].
    Replayed {
        /// The request.
        request: RequestId,
        /// One answer an item.
        items: Vec<Answered>,
    },
    /// Answers a [`Event::Call`].
    Called {
        /// The request.
        request: RequestId,
        /// What came of it.
        called: Box<Called>,
    },
    /// Answers a [`Event::Read`]; `None` when it is too much for one piece.
    Document {
        /// The request.
        request: RequestId,
        /// The board.
        document: Option<Box<Document>>,
    },
    /// Answers a [`Event::Find`].
    Found {
        /// The request.
        request: RequestId,
        /// The cards.
        cards: Vec<FoundCard>,
    },
}
