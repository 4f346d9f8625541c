//! Durable operations per second: 16 writers with 64 operations in flight each, over real sockets, each answered only when
//! it is on the disk. Writers share the machine with the server.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/kernel.rs"]
mod kernel;
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use edits::{Editor, newest, next_text, set_title};
use support::{BOARD, Tideboard, report, subscribe};
use tideboard::{
    protocol::{ClientFrame, Intent, Revision},
    server::clock::Stopwatch,
};

const WRITERS: u64 = 16;
const IN_FLIGHT: u64 = 64;
/// Operations a frame: two frames are in flight, so that one is decided while the other is on its way.
const PUSH_LEN: u64 = IN_FLIGHT / 2;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(10);
const TARGET: f64 = 50_000.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = Tideboard::start();
    let applied = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| tokio::spawn(write(server.address(), number, applied.clone(), stop.clone())))
        .collect();
    tokio::time::sleep(WARM_UP).await;
    let (before, before_processor) = (applied.load(Ordering::Relaxed), processor(&server));
    let stopwatch = Stopwatch::start();
    tokio::time::sleep(MEASURED).await;
    let seconds = stopwatch.elapsed().as_secs_f64();
    let per_second = (applied.load(Ordering::Relaxed) - before) as f64 / seconds;
    let busy = (processor(&server) - before_processor) / seconds;
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    report(
        "durable operations per second, 16 writers × 64 in flight",
        &format!("{per_second:.0}"),
        "≥ 50000",
        per_second >= TARGET,
    );
    println!(
        "server's processors in use: {busy:.2}; microseconds of processor an operation: {:.1}",
        busy * 1e6 / per_second
    );
}

/// Processor time that the server has used, in seconds.
fn processor(server: &Tideboard) -> f64 {
    let stat = kernel::says(server, "stat");
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = after_name.split(' ').skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() as f64 / 100.0
}

async fn write(address: std::net::SocketAddr, number: u64, applied: Arc<AtomicU64>, stop: Arc<AtomicBool>) {
    let mut client = Editor::enter(address).await;
    client.seen = subscribe(&mut client.socket).await;
    let board = BOARD.parse().expect("a name");
    client.socket.send(&ClientFrame::Unsubscribe { board }).await;
    let widget = format!("writer-{number}");
    let create = Intent::Create {
        kind: "note".parse().expect("a name"),
        fields: [].into(),
    };
    let push = client.push([(widget.clone(), create)]);
    client.socket.send(&push).await;
    // What the other writers make may still be told before the board is left.
    while !next_text(&mut client.socket)
        .await
        .expect("an answer")
        .contains("\"verdicts\"")
    {}
    let mut made = 0;
    let mut next = |client: &mut Editor| {
        let titles = made..made + PUSH_LEN;
        made = titles.end;
        client.push(titles.map(|number| (widget.clone(), set_title(format!("title {number}")))))
    };
    let mut in_flight = 0;
    while !stop.load(Ordering::Relaxed) || in_flight > 0 {
        while in_flight < IN_FLIGHT && !stop.load(Ordering::Relaxed) {
            let push = next(&mut client);
            client.socket.send(&push).await;
            in_flight += PUSH_LEN;
        }
        let answers = next_text(&mut client.socket).await.expect("the server answers");
        let count = answers.matches("\"applied\"").count() as u64;
        assert_eq!(count, PUSH_LEN, "{answers}");
        // Verdicts are forgotten some hundred thousand operations later: what is pushed must say how new it is.
        client.seen.revision = Revision(newest(&answers));
        applied.fetch_add(count, Ordering::Relaxed);
        in_flight -= count;
    }
}
