//! A million samples in one post: how long until the answer is there, whether all were taken, and how much memory the server needed for that.

#[path = "support/kernel.rs"]
mod kernel;
mod support;

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use support::{Tideboard, report};
use tideboard::{
    config::SAMPLES_PATH,
    server::clock::{Clock, Stopwatch},
};

const SAMPLES: u64 = 1_000_000;
const SERIES: u64 = 500;
/// Longer than a post may take is not read.
const TIME_MAX: Duration = Duration::from_secs(25);
/// So many posts, one after the other: what the first one needs is there for the others.
const POSTS: u64 = 3;
/// The last values of each series, and what waits to be written; not the body, of which there are 27 MB.
const GROWN_MIB: f64 = 96.0;
/// Memory is looked at so often.
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    let server = Arc::new(Tideboard::start());
    let first = Clock::system().now().0 - SAMPLES / SERIES * 1_000;
    let mut body = String::new();
    for sample in 0..SAMPLES {
        let (series, second) = (sample % SERIES, sample / SERIES);
        writeln!(body, "back.{series} {second} {}", first + second * 1_000).expect("a string takes it");
    }
    let (before, len) = (kernel::resident(&server), body.len());
    let is_over = Arc::new(AtomicBool::new(false));
    let looking = tokio::spawn({
        let (server, is_over) = (server.clone(), is_over.clone());
        async move {
            let mut most = 0;
            while !is_over.load(Ordering::Relaxed) {
                most = most.max(kernel::resident(&server));
                tokio::time::sleep(LOOK_EVERY).await;
            }
            most
        }
    });
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let (mut taken, mut longest) = (SAMPLES, Duration::ZERO);
    for _ in 0..POSTS {
        let stopwatch = Stopwatch::start();
        let request = http.post(format!("http://{}{SAMPLES_PATH}", server.address()));
        let answer = request.body(body.clone()).send().await.expect("the server answers");
        let text = answer.text().await.expect("an answer is read");
        longest = longest.max(stopwatch.elapsed());
        let told: serde_json::Value = serde_json::from_str(&text).expect("a report");
        taken = taken.min(told["taken"].as_u64().unwrap_or(0));
    }
    is_over.store(true, Ordering::Relaxed);
    let most = looking.await.expect("it looks on");
    report(
        &format!(
            "samples of {SERIES} series in one post ({:.1} MB), {POSTS} times: taken of each",
            len as f64 / 1e6
        ),
        &format!("{taken}, the slowest in {longest:.2?}"),
        &format!("{SAMPLES}, within {} s", TIME_MAX.as_secs()),
        taken == SAMPLES && longest < TIME_MAX,
    );
    let grown = most.saturating_sub(before) as f64 / MIB;
    report(
        "the server's memory meanwhile",
        &format!("{:.1} MiB, {grown:+.1} MiB", most as f64 / MIB),
        &format!("at most {GROWN_MIB} MiB more"),
        grown <= GROWN_MIB,
    );
}

const MIB: f64 = 1_024.0 * 1_024.0;
