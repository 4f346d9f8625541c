//! A client without a mind of its own: it greets, subscribes and pushes as a test tells it to.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
};

use futures_util::SinkExt;
use tideboard::{
    protocol::{
        Answer, Answered, Change, ClientFrame, Cursor, FieldName, Intent, OperationId, PushItem, ServerFrame,
        Subscribe, Value, Widget, WidgetId, encode,
    },
    sorted::SortedMap,
};
use tokio_tungstenite::tungstenite::Message;

use crate::{author::Author, harness::Socket};

/// A client's side of a greeted connection.
pub struct Editor {
    pub socket: Socket,
    pub author: Author,
    /// The cursors of the boards it has seen.
    cursors: HashMap<String, Cursor>,
    /// Frames that came while it waited for another kind.
    aside: VecDeque<ServerFrame>,
}

impl Editor {
    pub async fn enter(address: SocketAddr) -> Self {
        Self::enter_with(address, None).await
    }

    pub async fn enter_with(address: SocketAddr, token: Option<&str>) -> Self {
        let mut socket = Socket::open(address, &[]).await.expect("a seat");
        let ServerFrame::Welcome(welcome) = socket.greet(token).await else {
            panic!("a welcome comes first")
        };
        Self {
            socket,
            author: Author::new(welcome),
            cursors: HashMap::new(),
            aside: VecDeque::new(),
        }
    }

    /// The next frame.
    pub async fn receive(&mut self) -> ServerFrame {
        match self.aside.pop_front() {
            Some(frame) => frame,
            None => self.socket.receive().await.expect("the connection stays open"),
        }
    }

    /// The next frame for which `pick` gives something; the others are kept for later.
    pub async fn find<T>(&mut self, mut pick: impl FnMut(&ServerFrame) -> Option<T>) -> T {
        if let Some((index, found)) = self
            .aside
            .iter()
            .enumerate()
            .find_map(|(index, frame)| Some((index, pick(frame)?)))
        {
            self.aside.remove(index);
            return found;
        }
        loop {
            let frame = self.socket.receive().await.expect("the connection stays open");
            match pick(&frame) {
                Some(found) => return found,
                None => self.aside.push_back(frame),
            }
        }
    }

    /// Subscribes from nothing, and gives the whole board.
    pub async fn subscribe(&mut self, board: &str) -> SortedMap<WidgetId, Widget> {
        self.ask_for(board, None).await;
        let at = self
            .find(|frame| match frame {
                ServerFrame::Subscribed(subscribed) if subscribed.board.as_str() == board => Some(subscribed.at),
                _ => None,
            })
            .await;
        self.cursors.insert(board.to_owned(), at);
        let mut widgets = SortedMap::new();
        if at == Cursor::ORIGIN {
            return widgets;
        }
        loop {
            let part = self
                .find(|frame| match frame {
                    ServerFrame::Patch(patch) if patch.board.as_str() == board => Some(patch.clone()),
                    _ => None,
                })
                .await;
            widgets.extend(part.widgets);
            if part.last {
                return widgets;
            }
        }
    }

    /// Sends a subscription, and waits for nothing.
    pub async fn ask_for(&mut self, board: &str, cursor: Option<Cursor>) {
        let subscribe = Subscribe {
            board: board.parse().expect("a name"),
            request: 0,
            cursor,
            hash: None,
            undecided: Vec::new(),
            more: false,
        };
        self.socket.send(&ClientFrame::Subscribe(subscribe)).await;
    }

    /// New operations: board, widget, intent.
    pub fn items(&mut self, edits: Vec<(&str, &str, Intent)>) -> Vec<PushItem> {
        let item = |(board, widget, intent)| {
            let made_at = self.cursors.get(board).copied().unwrap_or(Cursor::ORIGIN);
            self.author.item(made_at, board, widget, intent)
        };
        edits.into_iter().map(item).collect()
    }

    pub async fn push_items(&mut self, items: Vec<PushItem>) {
        self.socket.send(&self.author.frame(items)).await;
    }

    /// As [`Editor::push_items`]; false when the server is gone.
    pub async fn try_push(&mut self, items: Vec<PushItem>) -> bool {
        let push = self.author.frame(items);
        self.socket.0.send(Message::text(encode(&push))).await.is_ok()
    }

    /// Pushes new operations, and gives their ids.
    pub async fn push(&mut self, edits: Vec<(&str, &str, Intent)>) -> Vec<OperationId> {
        let items = self.items(edits);
        let ids = items.iter().map(PushItem::id).collect();
        self.push_items(items).await;
        ids
    }

    /// Waits for this many answers.
    pub async fn verdicts(&mut self, len: usize) -> HashMap<OperationId, Answer> {
        let mut answers = HashMap::new();
        while answers.len() < len {
            let items = self
                .find(|frame| match frame {
                    ServerFrame::Verdicts { items } => Some(items.clone()),
                    _ => None,
                })
                .await;
            answers.extend(items.into_iter().map(|item| (item.id, item.answer)));
        }
        answers
    }

    /// The next answers, or `None` when the server is gone.
    pub async fn answers(&mut self) -> Option<Vec<Answered>> {
        loop {
            if let ServerFrame::Verdicts { items } = self.socket.receive().await? {
                return Some(items);
            }
        }
    }

    /// Pushes one operation, and gives its answer.
    pub async fn edit(&mut self, board: &str, widget: &str, intent: Intent) -> Answer {
        let id = self.push(vec![(board, widget, intent)]).await[0];
        self.verdicts(1).await.remove(&id).expect("its answer")
    }

    /// The next change anyone makes; frames of one are expected.
    pub async fn change(&mut self) -> Change {
        self.find(|frame| match frame {
            ServerFrame::Changes(changes) if changes.changes.len() == 1 => Some(changes.changes[0].clone()),
            _ => None,
        })
        .await
    }

    pub async fn watch(&mut self, series: &[&str]) {
        let series = series.iter().map(|name| (*name).to_owned()).collect();
        self.socket.send(&ClientFrame::Watch { series }).await;
    }
}

/// A field's value; the widget and the field are there.
pub fn field<'a>(board: &'a SortedMap<WidgetId, Widget>, widget: &str, field: &str) -> &'a Value {
    let widget = board
        .get(&widget.parse::<WidgetId>().expect("a name"))
        .expect("a widget");
    let field = widget.fields.get(&field.parse::<FieldName>().expect("a name"));
    &field.expect("a field").value
}
