//! A herd: all connections of a crowd are dropped at once, edits are made meanwhile, and everybody comes back by themselves.
//! How long until each has been greeted and has every edit; and how often the server had to read a board from its database
//! for it, which is never.
//!
//! Each client is the real engine on a real socket, without a disk. All of them share one thread with each other, and the
//! machine with the server.

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

use std::{cell::Cell, rc::Rc, time::Duration};

use device::{is_at, until};
use edits::{Editor, newest, next_text, set_title};
use link::Link;
use percentile::percentile;
use support::{Tideboard, enter, report};
use tideboard::{driver::Driver, server::clock::Stopwatch};
use tokio::{sync::watch, task::LocalSet};

/// How many there are, and when the last of them shall be back.
const HERDS: [(usize, Duration); 2] = [(100, Duration::from_secs(2)), (1_000, Duration::from_secs(5))];
/// Edits that are made while nobody is there: the server's memory holds them.
const EDITS: usize = 100;

/// The herd has this thread for itself, the network another one.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let server = Tideboard::start();
    let link = Link::to(server.address(), Duration::ZERO).await;
    LocalSet::new()
        .run_until(async {
            for (len, goal) in HERDS {
                storm(&server, &link, len, goal).await;
            }
        })
        .await;
}

async fn storm(server: &Tideboard, link: &Link, len: usize, goal: Duration) {
    let mut writer = Editor::enter(server.address()).await;
    let herd = Herd::gather(link, len).await;
    let (_, welcome) = enter(server.address()).await;
    let reads = metrics::of(server.address(), READS).await;

    let stopwatch = Stopwatch::start();
    link.drop_all();
    let push = writer.push((0..EDITS).map(|number| ("note".to_owned(), set_title(format!("{len} and {number}")))));
    writer.socket.send(&push).await;
    let reached = newest(&next_text(&mut writer.socket).await.expect("its verdicts"));
    let mut back = herd.comes_to(reached, &stopwatch).await;

    back.sort();
    let reads = metrics::of(server.address(), READS).await - reads;
    println!(
        "{len} dropped at once, window {} ms: back p50 {:.2?}, p95 {:.2?}; boards read from the database: {reads}",
        welcome.window_ms,
        percentile(&back, 0.5),
        percentile(&back, 0.95),
    );
    let last = percentile(&back, 1.0);
    report(
        &format!("{len} dropped at once → the last is back with every edit, without a read"),
        &format!("{last:.2?}, {reads} reads"),
        &format!("≤ {goal:?}, 0 reads"),
        last <= goal && reads < 1.0,
    );
}

/// Clients that watch the first board.
struct Herd {
    len: usize,
    /// The revision they are to come to, from when it is known.
    wanted: watch::Sender<Option<(u64, Stopwatch)>>,
    arrived: tokio::sync::mpsc::UnboundedReceiver<Duration>,
}

impl Herd {
    /// All are there and know the board when it gives them.
    async fn gather(link: &Link, len: usize) -> Self {
        let wanted = watch::Sender::new(None);
        let (arriving, arrived) = tokio::sync::mpsc::unbounded_channel();
        let there = Rc::new(Cell::new(0));
        let (all, mut are_there) = watch::channel(false);
        let all = Rc::new(all);
        for _ in 0..len {
            let mut driver = device::open(link.origin(), None).await;
            let (mut told, arriving) = (wanted.subscribe(), arriving.clone());
            let (there, all) = (there.clone(), all.clone());
            tokio::task::spawn_local(async move {
                until(&mut driver, |driver| is_at(driver, 1)).await;
                there.set(there.get() + 1);
                if there.get() == len {
                    all.send_replace(true);
                }
                live(&mut driver, &mut told, &arriving).await;
            });
        }
        are_there.wait_for(|all| *all).await.expect("they live");
        Self { len, wanted, arrived }
    }

    /// How long each of them took.
    async fn comes_to(mut self, revision: u64, since: &Stopwatch) -> Vec<Duration> {
        self.wanted.send_replace(Some((revision, *since)));
        let mut back = Vec::with_capacity(self.len);
        while back.len() < self.len {
            back.push(self.arrived.recv().await.expect("they live"));
        }
        back
    }
}

/// Goes on until it is where it is wanted, and tells when that was.
async fn live(
    driver: &mut Driver,
    told: &mut watch::Receiver<Option<(u64, Stopwatch)>>,
    arriving: &tokio::sync::mpsc::UnboundedSender<Duration>,
) {
    loop {
        let wanted = *told.borrow_and_update();
        if let Some((revision, since)) = wanted {
            until(driver, |driver| is_at(driver, revision)).await;
            // The bench may have ended.
            let _ = arriving.send(since.elapsed());
            return;
        }
        tokio::select! {
            input = driver.next() => driver.take(input),
            changed = told.changed() => if changed.is_err() { return },
        }
    }
}

const READS: &str = "tideboard_store_reads_total";
