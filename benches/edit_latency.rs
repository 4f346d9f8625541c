//! The server's part of "edit → visible elsewhere": from the push of one client to the change at another, over loopback,
//! the flush to the disk between them.

#[path = "support/edits.rs"]
mod edits;
#[path = "support/percentile.rs"]
mod percentile;
mod support;

use std::time::Duration;

use edits::{Editor, next_text, set_title};
use percentile::percentile;
use support::{Tideboard, enter, report, subscribe};
use tideboard::server::clock::Stopwatch;

const EDITS: usize = 1_000;
const TARGET: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = Tideboard::start();
    let mut writer = Editor::enter(server.address()).await;
    let (mut reader, _) = enter(server.address()).await;
    subscribe(&mut reader).await;
    let mut latencies = Vec::with_capacity(EDITS);
    for edit in 0..EDITS {
        let push = writer.push([("note".to_owned(), set_title(format!("#{edit}#")))]);
        let stopwatch = Stopwatch::start();
        writer.socket.send(&push).await;
        let change = next_text(&mut reader).await.expect("a change");
        latencies.push(stopwatch.elapsed());
        assert!(change.contains(&format!("#{edit}#")), "{change}");
        next_text(&mut writer.socket).await.expect("its verdict");
    }
    latencies.sort();
    println!(
        "p50 {:.2?}, p99 {:.2?}, longest {:.2?}",
        percentile(&latencies, 0.5),
        percentile(&latencies, 0.99),
        percentile(&latencies, 1.0)
    );
    let p99 = percentile(&latencies, 0.99);
    report(
        "edit → change at another client, loopback, p99",
        &format!("{p99:.2?}"),
        "≤ 50 ms",
        p99 <= TARGET,
    );
}
