//! Samples in at 100,000 a second, with 50 viewers: how many the server takes, what people's edits feel of it, and whether its memory
//! grows. 2,000 series, each 50 times a second, are posted ten times a second over four connections; the viewers watch 250 of
//! them each, beside the board that somebody edits.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/kernel.rs"]
mod kernel;
#[path = "support/percentile.rs"]
mod percentile;
mod support;

use std::{fmt::Write as _, net::SocketAddr, sync::Arc, time::Duration};

use edits::{Editor, next_text, set_title};
use percentile::percentile;
use support::{Tideboard, enter, report, subscribe};
use tideboard::{protocol::ClientFrame, server::clock::Stopwatch};
use tokio::{sync::Notify, time::MissedTickBehavior};

const VIEWERS: usize = 50;
const WATCHED: usize = 250;
const POSTERS: usize = 4;
const SERIES: usize = 2_000;
const POSTS_PER_SECOND: u64 = 10;
/// Of each series in each post.
const SAMPLES: usize = 5;
const EDITS: usize = 300;
const EDIT_EVERY: Duration = Duration::from_millis(50);
const WANTED_PER_SECOND: f64 = 100_000.0;
/// An edit may take so many times what it takes in a calm.
const RATIO: f64 = 2.0;
/// Until the last three hundred values of each series are there: those of one post are of one instant.
const WARM_UP: Duration = Duration::from_secs(40);
/// Memory is looked at again after this long.
const FLAT_FOR: Duration = Duration::from_secs(60);
/// What an allocator takes and gives back meanwhile.
const FLAT_MIB: f64 = 4.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = Tideboard::start();
    for viewer in 0..VIEWERS {
        let (mut socket, _) = enter(server.address()).await;
        subscribe(&mut socket).await;
        let first = viewer * (SERIES - WATCHED) / VIEWERS;
        let series = (first..first + WATCHED).map(name).collect();
        socket.send(&ClientFrame::Watch { series }).await;
        tokio::spawn(async move { while next_text(&mut socket).await.is_some() {} });
    }
    let calm = edit(server.address(), "calm").await;
    let stop = Arc::new(Notify::new());
    let posting: Vec<_> = (0..POSTERS)
        .map(|poster| tokio::spawn(post(server.address(), poster, stop.clone())))
        .collect();
    // Buffers fill, and each series becomes known and has all the values that are kept of it.
    tokio::time::sleep(WARM_UP).await;
    let before = kernel::resident(&server);
    let loaded = edit(server.address(), "loaded").await;
    tokio::time::sleep(FLAT_FOR.saturating_sub(EDIT_EVERY * EDITS as u32)).await;
    let after = kernel::resident(&server);
    let (mut taken, mut late) = (0.0, 0);
    stop.notify_waiters();
    for poster in posting {
        let (samples, time, behind) = poster.await.expect("a poster ends");
        taken += samples as f64 / time.as_secs_f64();
        late += behind;
    }
    println!(
        "edits in a calm p50 {:.2?} p99 {:.2?}; meanwhile p50 {:.2?} p99 {:.2?}; {late} posts were late",
        percentile(&calm, 0.5),
        percentile(&calm, 0.99),
        percentile(&loaded, 0.5),
        percentile(&loaded, 0.99),
    );
    let ratio = percentile(&loaded, 0.99).as_secs_f64() / percentile(&calm, 0.99).as_secs_f64();
    report(
        "samples taken a second, with 50 viewers",
        &format!("{taken:.0}"),
        "≥ 100,000",
        taken >= WANTED_PER_SECOND * 0.99,
    );
    report(
        "an edit at another client meanwhile, p99, over a calm",
        &format!("{ratio:.2}"),
        "≤ 2",
        ratio <= RATIO,
    );
    let grown = (after as f64 - before as f64) / MIB;
    report(
        &format!("memory, {} s after {} s of this", FLAT_FOR.as_secs(), WARM_UP.as_secs()),
        &format!("{:.1} MiB, {grown:+.2} MiB", after as f64 / MIB),
        &format!("flat: within {FLAT_MIB} MiB"),
        grown <= FLAT_MIB,
    );
}

fn name(series: usize) -> String {
    format!("ingest.{series}")
}

/// Edits at a steady pace; how long each took to another client, ascending.
async fn edit(address: SocketAddr, phase: &str) -> Vec<Duration> {
    let mut writer = Editor::enter(address).await;
    let (mut reader, _) = enter(address).await;
    writer.seen = subscribe(&mut reader).await;
    let mut ticks = tokio::time::interval(EDIT_EVERY);
    let mut latencies = Vec::with_capacity(EDITS);
    for edit in 0..EDITS {
        ticks.tick().await;
        let text = format!("#{phase} {edit}#");
        let push = writer.push([("note".to_owned(), set_title(text.clone()))]);
        let stopwatch = Stopwatch::start();
        writer.socket.send(&push).await;
        while !next_text(&mut reader).await.expect("a change").contains(&text) {}
        latencies.push(stopwatch.elapsed());
        next_text(&mut writer.socket).await.expect("its verdict");
    }
    latencies.sort();
    latencies
}

/// Posts its share of the series until it is told to stop; how many samples were taken in which time, and how many posts began late.
async fn post(address: SocketAddr, poster: usize, stop: Arc<Notify>) -> (u64, Duration, u64) {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("http://{address}/api/v1/samples");
    let share = SERIES / POSTERS;
    let (stopwatch, every) = (Stopwatch::start(), Duration::from_secs(1) / POSTS_PER_SECOND as u32);
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut taken, mut late, mut number) = (0, 0, 0_u64);
    let mut body = String::new();
    loop {
        tokio::select! {
            () = stop.notified() => return (taken, stopwatch.elapsed(), late),
            _ = ticks.tick() => {}
        }
        late += u64::from(stopwatch.elapsed() > every * u32::try_from(number + 1).unwrap_or(u32::MAX));
        number += 1;
        body.clear();
        for series in poster * share..(poster + 1) * share {
            for sample in 0..SAMPLES {
                let value = (number as usize + series + sample) % 1_000;
                writeln!(body, "{} {value}", name(series)).expect("a string takes it");
            }
        }
        let answer = http
            .post(&url)
            .body(body.clone())
            .send()
            .await
            .expect("the server answers");
        let text = answer.text().await.expect("an answer is read");
        let report: serde_json::Value = serde_json::from_str(&text).expect("a report");
        taken += report["taken"].as_u64().expect("how many were taken");
    }
}

const MIB: f64 = 1_024.0 * 1_024.0;
