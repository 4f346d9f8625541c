//! More answers than a connection may have waiting: its questions wait then, every answer arrives, and nobody else waits.

use std::net::SocketAddr;

use serde_json::json;
use tideboard::{
    config::{BACKLOG_BYTES_MAX, SAMPLE_HISTORY_LEN_MAX, SOCKET_PATH},
    protocol::{
        Answer, Answered, ClientFrame, Intent, OperationId, PushItem, ServerFrame, Subscribe, Undecided, Verdict,
        encode,
    },
    server::ServerConfig,
    time::Timestamp,
};
use tokio::net::TcpSocket;

use crate::{
    editor::Editor,
    harness::{Socket, TestServer},
};

const BOARD: &str = "this-machine";

#[tokio::test]
async fn who_comes_back_with_thousands_of_operations_hears_of_each_in_order() {
    let server = TestServer::start(ServerConfig::local()).await;
    let decided = decided(&server).await;
    let mut back = Editor::enter(server.address).await.socket;
    ask(&mut back, 1, &decided).await;
    let bytes = hear(&mut back, 1, &decided).await;
    assert!(bytes > BACKLOG_BYTES_MAX, "only {bytes} bytes");
    assert!(matches!(back.ping().await, ServerFrame::Patch(_)), "and it goes on");
}

#[tokio::test]
async fn who_asks_without_reading_is_not_read_until_it_reads_and_nobody_else_waits() {
    let server = TestServer::start(ServerConfig::local()).await;
    let decided = decided(&server).await;
    let mut greedy = narrow(server.address).await;
    greedy.greet(None).await;
    let metrics = server.server.metrics();
    let before = metrics.bytes_sent.get();
    for request in 1..=REQUESTS {
        ask(&mut greedy, request, &decided).await;
    }
    let mut other = Editor::enter(server.address).await;
    // Turns enough to answer all of it, for a server that would.
    for _ in 0..200 {
        count(&mut other).await;
    }
    let waiting = metrics.bytes_sent.get() - before;
    let mut bytes = 0;
    for request in 1..=REQUESTS {
        bytes += hear(&mut greedy, request, &decided).await;
    }
    // What the operating system keeps for the reader, and a frame.
    assert!(
        waiting < bytes as u64 / 4,
        "{waiting} of {bytes} bytes were made for who did not read"
    );
}

#[tokio::test]
async fn the_last_minutes_of_many_series_leave_room_for_everything_else_between_them() {
    let server = TestServer::start(ServerConfig::local()).await;
    for at in 0..SAMPLE_HISTORY_LEN_MAX as u64 {
        let samples = (0..SERIES).map(|number| (format!("bulk.{number}"), json!("x".repeat(100))));
        server
            .server
            .sources()
            .record(Timestamp(1_760_000_000_000 + at), samples);
    }
    let mut slow = narrow(server.address).await;
    slow.greet(None).await;
    let series = vec!["bulk.*".to_owned()];
    slow.send(&ClientFrame::Watch { series }).await;
    let (mut told, mut asked, mut answered) = (0, false, false);
    while told < SERIES {
        match slow.receive().await.expect("the connection stays open") {
            ServerFrame::Samples(samples) => told += samples.series.len(),
            ServerFrame::Pong { .. } => answered = true,
            other => panic!("{other:?}"),
        }
        if !asked {
            slow.send(&ClientFrame::Ping {
                visible: true,
                seen: None,
            })
            .await;
            asked = true;
        }
    }
    assert!(answered, "a ping waited for all of {told} series");
}

/// Asks what became of them, from the board's beginning.
async fn ask(socket: &mut Socket, request: u64, decided: &[PushItem]) {
    let subscribe = Subscribe {
        board: BOARD.parse().expect("a name"),
        request,
        cursor: None,
        hash: None,
        undecided: Undecided::group(decided.iter().map(PushItem::id)),
        more: false,
    };
    socket.send(&ClientFrame::Subscribe(subscribe)).await;
}

/// Hears of each, first in frames of their own and then in what answers the request. Gives the bytes of those frames.
async fn hear(socket: &mut Socket, request: u64, decided: &[PushItem]) -> usize {
    let (mut apart, mut bytes) = (Vec::new(), 0);
    let within = loop {
        let frame = socket.receive().await.expect("the connection stays open");
        bytes += encode(&frame).len();
        match frame {
            ServerFrame::Verdicts { items } => apart.extend(items.into_iter().map(checked)),
            ServerFrame::Subscribed(answer) if answer.request == request => break answer.verdicts,
            ServerFrame::Patch(_) | ServerFrame::Changes(_) | ServerFrame::Lagged { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    let mut told: Vec<OperationId> = within.into_iter().map(|(id, _)| id).collect();
    assert!(apart.is_sorted() && told.is_sorted(), "in their order");
    told.extend(apart);
    told.sort_unstable();
    assert!(decided.iter().map(PushItem::id).eq(told), "each, and once");
    bytes
}

/// A socket for which the operating system keeps little: it soon takes no more when nobody reads.
async fn narrow(address: SocketAddr) -> Socket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("it takes a size");
    let stream = socket.connect(address).await.expect("the server listens");
    Socket::over(stream, SOCKET_PATH, &[]).await.expect("a seat")
}

/// Somebody else's edit; it is answered.
async fn count(editor: &mut Editor) {
    let add = Intent::Add {
        field: "count".parse().expect("a name"),
        amount: 1,
    };
    let answer = editor.edit(BOARD, "counter", add).await;
    assert!(matches!(
        answer,
        Answer::Verdict {
            verdict: Verdict::Applied { .. },
            ..
        }
    ));
}

/// Operations that met another's value: small to send, large to answer.
async fn decided(server: &TestServer) -> Vec<PushItem> {
    let mut first = Editor::enter(server.address).await;
    let mut late = Editor::enter(server.address).await;
    first.subscribe(BOARD).await;
    late.subscribe(BOARD).await;
    first.edit(BOARD, "checklist", set("x".repeat(THEIRS_BYTES))).await;
    let edits = (0..OPERATIONS).map(|number| (BOARD, "checklist", set(number.to_string())));
    let items = late.items(edits.collect());
    for items in items.chunks(PUSH_LEN) {
        late.push_items(items.to_vec()).await;
        late.verdicts(items.len()).await;
    }
    items
}

/// Whose answer it is; it must be a conflict.
fn checked(item: Answered) -> OperationId {
    let Answer::Verdict {
        verdict: Verdict::Conflict { .. },
        duplicate: true,
    } = item.answer
    else {
        panic!("{item:?}")
    };
    item.id
}

fn set(text: String) -> Intent {
    Intent::Set {
        field: "item-1".parse().expect("a name"),
        value: json!(text),
    }
}

const OPERATIONS: usize = 2_400;
const THEIRS_BYTES: usize = 1_000;
const SERIES: usize = 400;
const PUSH_LEN: usize = 150;
/// How often everything is asked: much more than the operating system keeps for a reader that does not read.
const REQUESTS: u64 = 12;
