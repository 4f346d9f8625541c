//! Who makes operations: an identity, and numbers that are given out once.

use std::sync::atomic::{AtomicU64, Ordering};

use tideboard::{
    config::SCHEMA,
    protocol::{ClientFrame, ClientId, Cursor, Intent, Operation, OperationId, Push, PushItem, Welcome},
    server::clock::Clock,
};

/// One device's one start.
pub struct Author {
    pub welcome: Welcome,
    client: ClientId,
    sequence: u64,
}

impl Author {
    pub fn new(welcome: Welcome) -> Self {
        Self {
            welcome,
            client: fresh_client(),
            sequence: 0,
        }
    }

    /// A new operation of somebody who has seen the board up to `made_at`.
    pub fn item(&mut self, made_at: Cursor, board: &str, widget: &str, intent: Intent) -> PushItem {
        self.sequence += 1;
        let operation = Operation {
            id: OperationId {
                client: self.client,
                sequence: self.sequence,
            },
            board: board.parse().expect("a name"),
            widget: widget.parse().expect("a name"),
            schema: SCHEMA,
            made_at,
            intent,
            base: None,
            base_value: None,
            deadline: None,
            resolves: None,
        };
        PushItem::Operation { operation, after: None }
    }

    /// What sends them to the server that said welcome.
    pub fn push(&self, items: Vec<PushItem>) -> Push {
        Push {
            store: self.welcome.store,
            run: self.welcome.run,
            principal: self.welcome.identity.principal.clone(),
            device: None,
            items,
        }
    }

    /// The same as a frame.
    pub fn frame(&self, items: Vec<PushItem>) -> ClientFrame {
        ClientFrame::Push(self.push(items))
    }
}

/// Unlike any other of this program's run, and of those before it.
fn fresh_client() -> ClientId {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let since_epoch = u128::from(Clock::system().now().0);
    let number = u128::from(MADE.fetch_add(1, Ordering::Relaxed));
    ClientId(since_epoch << 64 | u128::from(std::process::id()) << 32 | number)
}
