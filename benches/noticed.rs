//! What a person's device notices, and how soon: that its network is dead though nothing was closed, by itself and when the
//! device says that it woke; that the network is back; and that an edit is on its disk.
//!
//! The device is the real engine on a real disk and socket, behind a network that can stop to pass anything on.

#[path = "support/device.rs"]
mod device;
#[path = "support/link.rs"]
mod link;
#[path = "support/percentile.rs"]
mod percentile;
mod support;

use std::time::Duration;

use device::{board, is_at, is_live, until, waits};
use link::{Link, Weather};
use percentile::percentile;
use support::{Tideboard, folder::Folder, report};
use tideboard::{
    driver::Driver,
    server::clock::Stopwatch,
    sync::{Command, Input, Phase},
};

/// Timers end a little late.
const GRAIN: Duration = Duration::from_millis(50);
const HOLES: usize = 8;
const RETURNS: usize = 40;
const EDITS: usize = 500;

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() {
    let server = Tideboard::start();
    let link = Link::to(server.address(), Duration::ZERO).await;
    let folder = Folder::new();
    let mut driver = device::open(link.origin(), Some(folder.path())).await;
    until(&mut driver, |driver| is_at(driver, 1)).await;

    print(
        "edit → saved on this device, native, p95",
        0.95,
        saves(&mut driver).await,
        Duration::from_millis(10),
    );
    let (silent, back) = holes(&mut driver, &link).await;
    print(
        "dead network, nothing closed → noticed, longest",
        1.0,
        silent,
        Duration::from_secs(8) + GRAIN,
    );
    print(
        "network back and the device says so, while it dials in vain → live, longest",
        1.0,
        back,
        Duration::from_secs(1),
    );
    let (woken, back) = returns(&mut driver, &link).await;
    print(
        "dead network, the device says it woke → noticed, longest",
        1.0,
        woken,
        Duration::from_secs(1),
    );
    print(
        "network back and the device says so, while it waits → live, longest",
        1.0,
        back,
        Duration::from_secs(1),
    );
}

fn print(what: &str, share: f64, mut times: Vec<Duration>, goal: Duration) {
    times.sort();
    let measured = percentile(&times, share);
    println!(
        "\n{what}, {} times: p50 {:.2?}, p95 {:.2?}, longest {:.2?}",
        times.len(),
        percentile(&times, 0.5),
        percentile(&times, 0.95),
        percentile(&times, 1.0),
    );
    report(
        what,
        &format!("{measured:.2?}"),
        &format!("≤ {goal:?}"),
        measured <= goal,
    );
}

/// From a person's edit to the moment when it may be called saved.
async fn saves(driver: &mut Driver) -> Vec<Duration> {
    let mut times = Vec::with_capacity(EDITS);
    for _ in 0..EDITS {
        let stopwatch = Stopwatch::start();
        driver.command(Command::Add {
            board: board(),
            widget: "counter".parse().expect("a name"),
            field: "count".parse().expect("a name"),
            amount: 1,
        });
        until(driver, |driver| {
            let engine = driver.engine();
            engine.pending().all(|pending| engine.phase(pending) != Phase::Saving)
        })
        .await;
        times.push(stopwatch.elapsed());
        // The next one comes to an empty outbox.
        until(driver, |driver| driver.engine().pending().next().is_none()).await;
    }
    times
}

/// The network is dead from some moment on; it is noticed, and dialled in vain; then it is back.
async fn holes(driver: &mut Driver, link: &Link) -> (Vec<Duration>, Vec<Duration>) {
    let (mut noticed, mut back) = (Vec::new(), Vec::new());
    for _ in 0..HOLES {
        link.is(Weather::Dead);
        let stopwatch = Stopwatch::start();
        until(driver, |driver| !is_live(driver)).await;
        noticed.push(stopwatch.elapsed());
        until(driver, |driver| !waits(driver)).await;
        back.push(comes_back(driver, link).await);
    }
    (noticed, back)
}

/// The same, where the device says that it woke in the hole, and that it came online while its engine waits to dial.
async fn returns(driver: &mut Driver, link: &Link) -> (Vec<Duration>, Vec<Duration>) {
    let (mut noticed, mut back) = (Vec::new(), Vec::new());
    for _ in 0..RETURNS {
        link.is(Weather::Dead);
        let stopwatch = Stopwatch::start();
        driver.take(Input::Woke);
        until(driver, waits).await;
        noticed.push(stopwatch.elapsed());
        back.push(comes_back(driver, link).await);
    }
    (noticed, back)
}

/// From the moment when the device hears that its network is back to the one when its board is live.
async fn comes_back(driver: &mut Driver, link: &Link) -> Duration {
    let reached = driver
        .engine()
        .confirmed(&board())
        .map_or(1, |(_, cursor)| cursor.revision.0);
    link.is(Weather::Fine);
    let stopwatch = Stopwatch::start();
    driver.take(Input::Woke);
    until(driver, |driver| is_at(driver, reached) && device::is_caught_up(driver)).await;
    stopwatch.elapsed()
}
