//! Memory under a steady load: 50 widgets that get 100 updates a second between them, and ten clients that watch. For three
//! minutes; or as `--minutes 60` and `--rate 2000`, say, after `--` ask for.
//!
//! The server remembers a verdict for each operation until a board has 250,000 of them, by design: so it grows by some bytes
//! an update until then, which at 100 a second takes 42 minutes, and not after.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/kernel.rs"]
mod kernel;
mod support;

use std::{net::SocketAddr, time::Duration};

use edits::{Editor, next_text, set_title};
use support::{Tideboard, enter, subscribe};
use tideboard::{
    protocol::{Intent, Revision},
    server::clock::Stopwatch,
};
use tokio::time::MissedTickBehavior;

const WIDGETS: usize = 50;
const READERS: usize = 10;
const MINUTES: f64 = 3.0;
const RATE: u64 = 100;
/// An update is one frame; more than a hundred frames a second go in frames of several.
const FRAMES_PER_SECOND: u64 = 100;
/// The first part of the time is not measured: buffers, threads and the ring of changes fill.
const WARM_UP: f64 = 1.0 / 3.0;
const EVERY: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let minutes = asked("--minutes").unwrap_or(MINUTES);
    let rate = asked("--rate").map_or(RATE, |rate| rate as u64);
    let server = Tideboard::start();
    for _ in 0..READERS {
        let (mut socket, _) = enter(server.address()).await;
        subscribe(&mut socket).await;
        tokio::spawn(async move { while next_text(&mut socket).await.is_some() {} });
    }
    let writing = tokio::spawn(write(server.address(), rate, Duration::from_secs_f64(minutes * 60.0)));
    let samples = sample(&server, minutes * 60.0).await;
    let updates = writing.await.expect("the writer ends");

    let warm: Vec<(f64, f64)> = samples
        .iter()
        .copied()
        .filter(|(at, _)| *at >= minutes * 60.0 * WARM_UP)
        .collect();
    for (at, bytes) in samples.iter().step_by((samples.len() / 12).max(1)) {
        println!("{:>5.1} min: {:.1} MiB", at / 60.0, bytes / MIB);
    }
    let per_second = slope(&warm);
    println!(
        "\n| what | measured |\n|---|---|\n| server's resident memory, after the first third | {:+.2} MiB a minute, {:+.0} bytes an update |\n\
         | updates | {updates} in {minutes} min |",
        per_second * 60.0 / MIB,
        per_second / rate as f64,
    );
}

/// A number that was asked for on the command line.
fn asked(name: &str) -> Option<f64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)?.parse().ok()
}

/// Resident bytes of the server with the seconds at which it had them.
async fn sample(server: &Tideboard, seconds: f64) -> Vec<(f64, f64)> {
    let (stopwatch, mut ticks) = (Stopwatch::start(), tokio::time::interval(EVERY));
    let mut samples = Vec::new();
    while stopwatch.elapsed().as_secs_f64() < seconds {
        ticks.tick().await;
        samples.push((stopwatch.elapsed().as_secs_f64(), kernel::resident(server) as f64));
    }
    samples
}

/// Makes the widgets and updates them in turn; gives how many updates there were.
async fn write(address: SocketAddr, rate: u64, time: Duration) -> u64 {
    let mut writer = Editor::enter(address).await;
    // What is pushed must say how new it is: verdicts are forgotten some hundred thousand operations later.
    let (mut eyes, _) = enter(address).await;
    writer.seen = subscribe(&mut eyes).await;
    drop(eyes);
    let widget = |number: u64| format!("note-{}", number % WIDGETS as u64);
    let create = || Intent::Create {
        kind: "note".parse().expect("a name"),
        fields: [].into(),
    };
    let push = writer.push((0..WIDGETS as u64).map(|number| (widget(number), create())));
    writer.socket.send(&push).await;
    next_text(&mut writer.socket).await.expect("its verdicts");

    let frames_per_second = rate.min(FRAMES_PER_SECOND);
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / frames_per_second as u32);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (stopwatch, mut made) = (Stopwatch::start(), 0);
    while stopwatch.elapsed() < time {
        ticks.tick().await;
        let numbers = made..made + rate / frames_per_second;
        made = numbers.end;
        let push = writer.push(numbers.map(|number| (widget(number), set_title(format!("Update {number}")))));
        writer.socket.send(&push).await;
        let answers = next_text(&mut writer.socket).await.expect("its verdicts");
        writer.seen.revision = Revision(edits::newest(&answers));
    }
    made
}

/// How fast they grow: the least squares' slope.
fn slope(samples: &[(f64, f64)]) -> f64 {
    let len = samples.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / len;
    let (x, y) = (mean(|sample| sample.0), mean(|sample| sample.1));
    let along: f64 = samples.iter().map(|sample| (sample.0 - x) * (sample.1 - y)).sum();
    let across: f64 = samples.iter().map(|sample| (sample.0 - x).powi(2)).sum();
    if across == 0.0 { 0.0 } else { along / across }
}

const MIB: f64 = 1_024.0 * 1_024.0;
