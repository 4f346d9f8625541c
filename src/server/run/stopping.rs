//! What tells a server to stop.

use std::{future::pending, io, thread};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::{Mutex, oneshot},
};

/// SIGINT, SIGTERM, and perhaps the end of the input, heard from when this was made on: what comes before anybody waits for it counts, too.
pub(super) struct Stopping(Mutex<Heard>);

struct Heard {
    interrupt: Option<Signal>,
    terminate: Option<Signal>,
    /// Until it has ended.
    input: Option<oneshot::Receiver<()>>,
}

impl Stopping {
    /// Hears the end of standard input as well where `with_input` says so: a program that started this one and was killed can tell nothing,
    /// but its end of the pipe is closed.
    pub(super) fn listen(with_input: bool) -> io::Result<Self> {
        let hear = |kind, name| {
            let unheard =
                |error: &io::Error| tracing::warn!(%error, "{name} can't be heard here: it stops this server at once");
            signal(kind).inspect_err(unheard).ok()
        };
        Ok(Self(Mutex::new(Heard {
            interrupt: hear(SignalKind::interrupt(), "SIGINT"),
            terminate: hear(SignalKind::terminate(), "SIGTERM"),
            input: with_input.then(end_of_input).transpose()?,
        })))
    }

    /// Ends at the next one.
    pub(super) async fn next(&self) {
        let mut heard = self.0.lock().await;
        let Heard {
            interrupt,
            terminate,
            input,
        } = &mut *heard;
        tokio::select! {
            () = told(interrupt) => {}
            () = told(terminate) => {}
            () = ended(input) => {}
        }
    }
}

async fn told(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => pending().await,
    }
}

/// It ends once: whoever waits on is told by signals alone.
async fn ended(input: &mut Option<oneshot::Receiver<()>>) {
    match input {
        Some(end) => {
            let _ = end.await;
            *input = None;
        }
        None => pending().await,
    }
}

/// On a thread of its own: it would keep a runtime from its end.
fn end_of_input() -> io::Result<oneshot::Receiver<()>> {
    let (ended, end) = oneshot::channel();
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        // What is written there means nothing, and one that can't be read has ended.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    })?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_tells_it_to_stop_before_anybody_listens_is_heard() {
        let signals = Stopping::listen(false).unwrap();
        let own = std::process::id().to_string();
        let told = std::process::Command::new("kill").args(["-TERM", &own]).status();
        assert!(told.unwrap().success());
        signals.next().await;
    }
}
