//! Back from a dead spot: a device with thousands of edits on its disk, 100 ms from the server and back. From the moment when
//! it hears of its network to the one when the server has decided all of them, everybody else has them, and the device shows
//! what the server has.
//!
//! The device is the real engine on a real disk and socket; half of the edits count, half are of fields that nobody else
//! has touched, on 150 widgets in all.

#[path = "support/device.rs"]
mod device;
#[path = "support/edits.rs"]
mod edits;
#[path = "support/link.rs"]
mod link;
#[path = "support/metrics.rs"]
mod metrics;
#[path = "support/percentile.rs"]
mod percentile;
mod support;

use std::{net::SocketAddr, time::Duration};

use device::{board, is_at, is_live, until};
use edits::{Editor, next_text};
use link::{Link, Weather};
use percentile::percentile;
use support::{BOARD, Tideboard, enter, folder::Folder, report, subscribe};
use tideboard::{
    driver::Driver,
    protocol::{ClientFrame, Intent, ServerFrame, Subscribe},
    server::clock::Stopwatch,
    sync::{Command, Input, Phase},
};
use tokio::task::JoinHandle;

/// Half of a round trip.
const DELAY: Duration = Duration::from_millis(50);
const COUNTERS: usize = 50;
const CHECKLISTS: usize = 100;
/// Edits that wait, how often they are measured, and the goal.
const MEASURED: [(usize, usize, Duration); 2] = [
    (1_000, 20, Duration::from_millis(1_500)),
    (10_000, 5, Duration::from_secs(5)),
];

/// The device has this thread for itself, the network and the others another one.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let server = Tideboard::start();
    furnish(server.address()).await;
    for (len, rounds, goal) in MEASURED {
        let link = Link::to(server.address(), DELAY).await;
        let folder = Folder::new();
        let mut driver = device::open(link.origin(), Some(folder.path())).await;
        until(&mut driver, |driver| is_at(driver, 1)).await;
        let (mut measured, before) = (Vec::new(), Commits::of(&server).await);
        for round in 0..rounds {
            measured.push(back(&mut driver, &link, server.address(), len, round).await);
        }
        let (mut greeted, mut done): (Vec<_>, Vec<_>) = measured.into_iter().unzip();
        greeted.sort();
        done.sort();
        println!(
            "{len} edits, {rounds} times: greeted after {:.2?} (p50); all decided and equal p50 {:.2?}, p95 {:.2?}, longest {:.2?}",
            percentile(&greeted, 0.5),
            percentile(&done, 0.5),
            percentile(&done, 0.95),
            percentile(&done, 1.0),
        );
        let after = Commits::of(&server).await;
        println!(
            "the server's disk: {:.1} flushes each time, of {:.1} ms",
            (after.len - before.len) / rounds as f64,
            (after.seconds - before.seconds) * 1e3 / (after.len - before.len),
        );
        let p95 = percentile(&done, 0.95);
        report(
            &format!("network back → {len} edits decided and equal everywhere, 100 ms round trip, p95"),
            &format!("{p95:.2?}"),
            &format!("≤ {goal:?}"),
            p95 <= goal,
        );
    }
}

/// What the server has made durable since it was started.
struct Commits {
    len: f64,
    seconds: f64,
}

impl Commits {
    async fn of(server: &Tideboard) -> Self {
        Self {
            len: metrics::of(server.address(), "tideboard_commit_seconds_count").await,
            seconds: metrics::of(server.address(), "tideboard_commit_seconds_sum").await,
        }
    }
}

/// What is edited.
async fn furnish(address: SocketAddr) {
    let mut editor = Editor::enter(address).await;
    let create = |kind: &str| Intent::Create {
        kind: kind.parse().expect("a name"),
        fields: [].into(),
    };
    let counters = (0..COUNTERS).map(|number| (format!("counter-{number}"), create("counter")));
    let checklists = (0..CHECKLISTS).map(|number| (format!("checklist-{number}"), create("checklist")));
    let push = editor.push(counters.chain(checklists));
    editor.socket.send(&push).await;
    let answers = next_text(&mut editor.socket).await.expect("its verdicts");
    assert_eq!(answers.matches("\"applied\"").count(), COUNTERS + CHECKLISTS);
}

/// One time away and back: until it is greeted, and until all is done.
async fn back(driver: &mut Driver, link: &Link, server: SocketAddr, len: usize, round: usize) -> (Duration, Duration) {
    link.is(Weather::Cut);
    until(driver, |driver| !is_live(driver)).await;
    for number in 0..len {
        driver.command(edit(number, round));
    }
    driver.command(Command::Flush);
    until(driver, |driver| is_saved(driver, len)).await;
    let reached = confirmed(driver) + len as u64;
    let others = hear_of(server, reached).await;

    link.is(Weather::Fine);
    let stopwatch = Stopwatch::start();
    driver.take(Input::Woke);
    until(driver, is_live).await;
    let greeted = stopwatch.elapsed();
    until(driver, |driver| is_at(driver, reached) && is_settled(driver)).await;
    others.await.expect("they hear of everything");
    let done = stopwatch.elapsed();
    assert_eq!(confirmed(driver), reached, "each edit once");
    assert!(is_equal(driver, server).await);
    (greeted, done)
}

fn edit(number: usize, round: usize) -> Command {
    let (board, place) = (board(), number / 2);
    if number.is_multiple_of(2) {
        return Command::Add {
            board,
            widget: format!("counter-{}", place % COUNTERS).parse().expect("a name"),
            field: "count".parse().expect("a name"),
            amount: 1,
        };
    }
    Command::Set {
        board,
        widget: format!("checklist-{}", place % CHECKLISTS).parse().expect("a name"),
        field: format!("item-{}", place / CHECKLISTS).parse().expect("a name"),
        value: format!("Seen to in round {round}").into(),
    }
}

fn is_saved(driver: &Driver, len: usize) -> bool {
    let engine = driver.engine();
    driver.is_idle()
        && engine.pending().count() == len
        && engine.pending().all(|pending| engine.phase(pending) != Phase::Saving)
}

/// Whether nothing waits, and what came of it is stored.
fn is_settled(driver: &Driver) -> bool {
    driver.engine().pending().next().is_none()
}

fn confirmed(driver: &Driver) -> u64 {
    let confirmed = driver.engine().confirmed(&board());
    confirmed.expect("it is watched").1.revision.0
}

/// Somebody else, who has the server beside them: ends when they have heard of `revision`.
async fn hear_of(server: SocketAddr, revision: u64) -> JoinHandle<()> {
    let (mut socket, _) = enter(server).await;
    subscribe(&mut socket).await;
    tokio::spawn(async move {
        let newest = format!("\"revision\":{revision},");
        while !next_text(&mut socket)
            .await
            .expect("the server is there")
            .contains(&newest)
        {}
    })
}

/// Whether the device's state is the server's: the server compares them by their hash, and sends all of a board that differs.
async fn is_equal(driver: &Driver, server: SocketAddr) -> bool {
    let (mut socket, _) = enter(server).await;
    let (confirmed, cursor) = driver.engine().confirmed(&board()).expect("it is watched");
    let subscribe = Subscribe {
        board: BOARD.parse().expect("a name"),
        request: 1,
        cursor: Some(cursor),
        hash: Some(confirmed.state_hash()),
        undecided: Vec::new(),
        more: false,
    };
    socket.send(&ClientFrame::Subscribe(subscribe)).await;
    let Some(ServerFrame::Subscribed(subscribed)) = socket.receive().await else {
        panic!("it answers a subscription")
    };
    subscribed.from == cursor && subscribed.at == cursor
}
