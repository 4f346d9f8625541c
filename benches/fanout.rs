//! Fan-out: 50 updates a second to 1,000 subscribers, against a bare axum broadcast in the same run. Ours is an edit: it is
//! decided and flushed to the disk before anybody hears of it; the bare one passes a text of the same length on.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/percentile.rs"]
mod percentile;
mod support;

use std::{
    net::SocketAddr,
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message as Text, WebSocket, WebSocketUpgrade},
    },
    routing::get,
};
use edits::{Editor, next_text, set_title};
use futures_util::{SinkExt, StreamExt};
use percentile::percentile;
use support::{Tideboard, enter, open, program::Process, report, socket::Socket, subscribe};
use tideboard::server::clock::Stopwatch;
use tokio::{sync::broadcast, task::JoinHandle};
use tokio_tungstenite::tungstenite::Message;

const SUBSCRIBERS: usize = 1_000;
const EVERY: Duration = Duration::from_millis(20);
const UPDATES: usize = 250;
const ROUNDS: usize = 3;
const RATIO: f64 = 1.5;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    if std::env::args().any(|argument| argument == "--bare") {
        runtime.block_on(serve_bare());
    } else {
        runtime.block_on(measure());
    }
}

async fn measure() {
    let ours = Tideboard::start();
    let this = std::env::current_exe().expect("this program has a file");
    let bare = Process::spawn(Command::new(this).arg("--bare")).0;
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        of_bare.push(round_of_bare(bare.address).await);
        of_ours.push(round_of_ours(ours.address()).await);
    }
    println!("| round | bare p50 | bare p99 | ours p50 | ours p99 |\n|---|---|---|---|---|");
    for (number, (bare, ours)) in of_bare.iter().zip(&of_ours).enumerate() {
        println!(
            "| {} | {:.1?} | {:.1?} | {:.1?} | {:.1?} |",
            number + 1,
            bare.0,
            bare.1,
            ours.0,
            ours.1
        );
    }
    let (bare, ours) = (middle(&of_bare), middle(&of_ours));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    report(
        "fan-out of 50 updates/s to 1,000 subscribers, p99, over a bare broadcast",
        &format!("{ratio:.2}"),
        "≤ 1.5",
        ratio <= RATIO,
    );
}

/// The p99 of the round in the middle: another program's work spoils one round, not all.
fn middle(rounds: &[(Duration, Duration)]) -> Duration {
    let mut p99s: Vec<Duration> = rounds.iter().map(|round| round.1).collect();
    p99s.sort();
    p99s[p99s.len() / 2]
}

async fn round_of_bare(address: SocketAddr) -> (Duration, Duration) {
    let mut readers = Vec::new();
    for _ in 0..SUBSCRIBERS {
        readers.push(open(address, "/").await);
    }
    let mut writer = open(address, "/").await;
    let padding = "x".repeat(PADDING);
    round(readers, async |text| {
        writer
            .0
            .send(Message::text(format!("{text}{padding}")))
            .await
            .expect("the server reads");
        next_text(&mut writer).await.expect("it hears itself");
    })
    .await
}

async fn round_of_ours(address: SocketAddr) -> (Duration, Duration) {
    let mut readers = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let (mut client, _) = enter(address).await;
        subscribe(&mut client).await;
        readers.push(client);
    }
    let mut writer = Editor::enter(address).await;
    round(readers, async |text| {
        let push = writer.push([("note".to_owned(), set_title(text))]);
        writer.socket.send(&push).await;
        next_text(&mut writer.socket).await.expect("its verdict");
    })
    .await
}

/// Sends [`UPDATES`] and gives p50 and p99 of the time from sending one to each of its arrivals.
async fn round(readers: Vec<Socket>, mut send: impl AsyncFnMut(String)) -> (Duration, Duration) {
    let sent: Arc<Mutex<Vec<Stopwatch>>> = Arc::default();
    let reading: Vec<JoinHandle<Vec<Duration>>> = readers
        .into_iter()
        .map(|socket| tokio::spawn(read(socket, sent.clone())))
        .collect();
    let mut ticks = tokio::time::interval(EVERY);
    for update in 0..UPDATES {
        ticks.tick().await;
        sent.lock().expect("nobody panicked").push(Stopwatch::start());
        send(format!("#{update}#")).await;
    }
    let mut latencies = Vec::new();
    for reader in reading {
        latencies.extend(reader.await.expect("a reader hears everything"));
    }
    latencies.sort();
    (percentile(&latencies, 0.5), percentile(&latencies, 0.99))
}

async fn read(mut socket: Socket, sent: Arc<Mutex<Vec<Stopwatch>>>) -> Vec<Duration> {
    let mut latencies = Vec::with_capacity(UPDATES);
    while latencies.len() < UPDATES {
        let Some(Ok(Message::Text(text))) = socket.0.next().await else {
            panic!("the server closed")
        };
        // One frame may carry several updates.
        for number in text.as_str().split('#').skip(1).step_by(2) {
            let Ok(number) = number.parse::<usize>() else { continue };
            latencies.push(sent.lock().expect("nobody panicked")[number].elapsed());
        }
    }
    latencies
}

async fn serve_bare() {
    let (updates, _) = broadcast::channel::<Text>(1_024);
    let app = Router::new().route("/", get(upgrade)).with_state(updates);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("Tideboard is at http://{}", listener.local_addr().expect("it is bound"));
    let listener =
        axum::serve::ListenerExt::tap_io(listener, |stream| stream.set_nodelay(true).expect("a stream takes it"));
    axum::serve(listener, app).await.expect("it serves until it is killed");
}

async fn upgrade(
    State(updates): State<broadcast::Sender<Text>>,
    upgrade: WebSocketUpgrade,
) -> axum::response::Response {
    upgrade.on_upgrade(|socket| pass_on(socket, updates))
}

async fn pass_on(mut socket: WebSocket, updates: broadcast::Sender<Text>) {
    let mut heard = updates.subscribe();
    loop {
        tokio::select! {
            received = socket.recv() => match received {
                // Nobody listening is no failure.
                Some(Ok(message @ Text::Text(_))) => drop(updates.send(message)),
                Some(Ok(_)) => {}
                _ => return,
            },
            Ok(update) = heard.recv() => {
                if socket.send(update).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Makes the bare text as long as a frame of one change.
const PADDING: usize = 420;
