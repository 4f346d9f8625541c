//! What waits for the committer, and how much of it makes one batch.

use std::sync::Mutex;

use super::*;
use crate::{
    config::STORE_BYTES_MAX,
    protocol::{Access, ClientId, Cursor, OperationId},
    time::Timestamp,
};

/// A committer that takes a turn when it is let.
struct Held {
    requests: Requests,
    metrics: Arc<Metrics>,
    turns: std::sync::mpsc::Sender<()>,
    begun: std::sync::mpsc::Receiver<()>,
}

impl Held {
    /// Before its first turn. Every turn asks what time it is, so a clock can hold it.
    fn new() -> Self {
        let (turns, let_go) = std::sync::mpsc::channel();
        let (begins, begun) = std::sync::mpsc::channel();
        let let_go = Mutex::new(let_go);
        let clock = Clock::new(move || {
            // Either fails when the test is over: then nothing is held any more.
            let _ = begins.send(());
            let _ = let_go.lock().expect("nobody panicked").recv();
            Timestamp(1)
        });
        let store = Store::in_memory(STORE_BYTES_MAX).expect("it opens");
        let metrics = Arc::new(Metrics::default());
        turns.send(()).expect("the clock is there"); // the first boards
        let boards = [first_board::this_machine()];
        let requests = start(store, Catalog::default(), &boards, clock, Arc::clone(&metrics)).expect("it starts");
        begun.recv().expect("the first boards were made");
        Self {
            requests,
            metrics,
            turns,
            begun,
        }
    }

    fn let_go(&self) {
        self.turns.send(()).expect("the clock is there");
    }

    fn has_begun(&self) {
        self.begun.recv().expect("a turn begins");
    }

    fn ask(&self, request: Request) -> bool {
        self.requests.try_send(request).is_ok()
    }

    /// How many requests are taken before the next one has to wait.
    fn room(&self) -> usize {
        (0..).take_while(|_| self.ask(read().0)).count()
    }
}

fn read() -> (Request, oneshot::Receiver<Result<Box<Document>, ReadError>>) {
    let (asker, answer) = oneshot::channel();
    let subscribe = Subscribe {
        board: "this-machine".parse().expect("a name"),
        request: 0,
        cursor: None,
        hash: None,
        undecided: Vec::new(),
        more: false,
    };
    let request = Request::Read {
        identity: ann(),
        subscribe,
        asker,
    };
    (request, answer)
}

#[test]
fn so_many_requests_wait_and_whoever_asks_next_waits_with_what_they_ask() {
    let committer = Held::new();
    assert!(committer.ask(read().0));
    committer.has_begun();
    assert_eq!(committer.room(), REQUESTS_LEN_MAX);
    committer.let_go();
    committer.has_begun();
    // One batch of them, and the first that it had no room for.
    assert_eq!(committer.room(), BATCH_LEN_MAX / SUBSCRIBE_WEIGHT + 1);
}

#[test]
fn what_has_queued_up_is_made_durable_in_batches_of_so_many_operations() {
    let committer = Held::new();
    let (request, answer) = read();
    assert!(committer.ask(request));
    committer.has_begun();
    committer.let_go();
    let document = answer.blocking_recv().expect("it runs").expect("a board");
    // A turn without an operation, for all that follows to queue up behind.
    assert!(committer.ask(read().0));
    committer.has_begun();
    let before = committer.metrics.commits.get();
    let pushes: Vec<_> = (0..5)
        .map(|number| push(&document, number, BATCH_LEN_MAX / 5 * 2))
        .collect();
    let answers: Vec<_> = pushes
        .into_iter()
        .map(|(request, answer)| {
            assert!(committer.ask(request));
            answer
        })
        .collect();
    for _ in 0..4 {
        committer.let_go();
    }
    for answer in answers {
        assert_eq!(answer.blocking_recv().expect("it runs").len(), BATCH_LEN_MAX / 5 * 2);
    }
    assert_eq!(
        committer.metrics.commits.get() - before,
        3,
        "two, two and one: three are too many for a batch"
    );
}

fn ann() -> Identity {
    Identity {
        principal: "ann".parse().expect("a name"),
        access: Access::Edit,
    }
}

/// Withdrawals of `len` operations that nobody has sent.
fn push(document: &Document, client: u128, len: usize) -> (Request, oneshot::Receiver<Vec<Answered>>) {
    let (asker, answer) = oneshot::channel();
    let identity = ann();
    let items = (1..=len as u64).map(|sequence| PushItem::Withdraw {
        id: OperationId {
            client: ClientId(client),
            sequence,
        },
        board: "this-machine".parse().expect("a name"),
        made_at: Cursor::ORIGIN,
        base: None,
    });
    let push = Push {
        store: document.store,
        run: document.run,
        principal: identity.principal.clone(),
        device: None,
        items: items.collect(),
    };
    (Request::Replay { identity, push, asker }, answer)
}

#[test]
fn a_first_board_that_the_directory_has_already_is_made_all_the_same() {
    let clock = Clock::new(|| Timestamp(1));
    let store = Store::in_memory(STORE_BYTES_MAX).expect("it opens");
    let mut committer = Committer::new(store, Catalog::default(), clock, Arc::default()).expect("it begins");
    let boards = [first_board::this_machine()];
    // Somebody who makes a board of that name goes after the first of what that takes.
    let (identity, mut push) = first_board::making(&boards, committer.store.id(), committer.run, 1);
    push.items.truncate(1);
    let (asker, _answers) = oneshot::channel();
    let turn = committer.turn(vec![Request::Replay { identity, push, asker }]);
    assert!(turn.is_ok() && committer.authority.logs().contains_key(&BoardId::directory()));
    committer.make(&boards).expect("it starts at once");
    let log = &committer.authority.logs()[boards[0].id()];
    assert!(log.board().widget(&WidgetId::birth()).is_some() && log.board().len() > 1);
}

#[test]
fn without_room_for_its_first_boards_a_server_does_not_start_and_says_what_to_do() {
    let begin = |bytes_max| {
        let store = Store::in_memory(bytes_max).expect("it opens");
        let long = serde_json::json!({"text": "x".repeat(16_000)});
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let board = FirstBoard::new(BoardId::named("log"), "Log");
        let board = names
            .into_iter()
            .fold(board, |board, name| board.with(name, "note", long.clone()));
        let clock = Clock::new(|| Timestamp(1));
        start(store, Catalog::default(), &[board], clock, Arc::default())
    };
    let error = begin(100_000).expect_err("there is no room");
    assert!(matches!(error, StoreError::NotMade(AppendError::Full)), "{error}");
    let said = error.to_string();
    assert!(said.contains("make room") && said.contains("start again"), "{said}");
    assert!(begin(STORE_BYTES_MAX).is_ok(), "with room it does");
}
