//! What an idle connection costs the server: greeted, subscribed to the first board, and silent.

#[path = "support/kernel.rs"]
mod kernel;
mod support;

use std::time::Duration;

use support::{Tideboard, enter, report, socket::Socket, subscribe};

const WARM: usize = 500;
const MEASURED: usize = 5_000;
const TARGET: f64 = 10.0;
/// The server's threads settle, and so does its allocator.
const SETTLE: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = Tideboard::start();
    let mut clients = Vec::new();
    open(&server, WARM, &mut clients).await;
    tokio::time::sleep(SETTLE).await;
    let before = kernel::resident(&server);
    open(&server, MEASURED, &mut clients).await;
    tokio::time::sleep(SETTLE).await;
    let after = kernel::resident(&server);
    let kib = (after as f64 - before as f64) / 1_024.0 / MEASURED as f64;
    println!(
        "resident: {:.1} MiB with {WARM} connections, {:.1} MiB with {}",
        mib(before),
        mib(after),
        clients.len()
    );
    report(
        "resident memory an idle connection",
        &format!("{kib:.1} KiB"),
        "≤ 10 KiB",
        kib <= TARGET,
    );
}

async fn open(server: &Tideboard, len: usize, clients: &mut Vec<Socket>) {
    for _ in 0..len {
        let (mut client, _) = enter(server.address()).await;
        subscribe(&mut client).await;
        clients.push(client);
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_024.0 / 1_024.0
}
