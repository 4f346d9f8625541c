//! The one thread that decides: it owns the authority and the store.
//!
//! Each turn takes what has queued up while the last one was flushed to the disk, decides it, appends it as one
//! transaction, and only then lets anyone hear of it (group commit). So one flush pays for as many operations as there
//! are, and an idle server answers after exactly one.
//!
//! The queue to it is bounded: when it is full, sessions wait, and with them the sockets they read.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::Arc,
    thread,
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
    time::sleep,
};

use super::{
    FirstBoard, ReadError, auth,
    authority::{Authority, Batch, Event, Search, SessionId, Setup},
    clock::{Clock, Stopwatch},
    fanout::{Fanout, Waiting},
    first_board::{self, refusal},
    log::{Call, Called, Log, Memory},
    mailbox::Mailbox,
    metrics::Metrics,
    store::{AppendError, Store, StoreError},
};
use crate::{
    board::Catalog,
    config::{BATCH_LEN_MAX, CLOCK_BEHIND_MS_MAX, FRAME_FILL_BYTES, REQUESTS_LEN_MAX, SNAPSHOT_LEN, SUBSCRIBE_WEIGHT},
    protocol::{
        Answered, BoardId, ClientFrame, Device, Document, Epoch, FoundCard, Identity, Push, PushItem, RunId, Seen,
        Subscribe, WidgetId,
    },
};

/// Something for the committer to do.
#[derive(Debug)]
pub(super) enum Request {
    /// A connection greets. What is for it goes to `mailbox`.
    Hello {
        session: SessionId,
        identity: Option<Identity>,
        mailbox: Arc<Mailbox>,
    },
    /// A greeted connection sent a frame.
    Frame {
        session: SessionId,
        frame: Box<ClientFrame>,
    },
    /// A greeted connection said what is seen there.
    Seen { session: SessionId, seen: Seen },
    /// A connection is gone.
    Closed { session: SessionId },
    /// Operations without a connection.
    Replay {
        identity: Identity,
        push: Push,
        asker: oneshot::Sender<Vec<Answered>>,
    },
    /// What another program asks for.
    Call {
        identity: Identity,
        device: Option<Device>,
        call: Box<Call>,
        asker: oneshot::Sender<Box<Called>>,
    },
    /// A board without a connection: what a subscription would say at once.
    Read {
        identity: Identity,
        subscribe: Subscribe,
        asker: oneshot::Sender<Result<Box<Document>, ReadError>>,
    },
    /// Cards on all boards.
    #[cfg_attr(
        not(feature = "dashboard"),
        expect(dead_code, reason = "the boards’ own page asks it")
    )]
    Find {
        search: Search,
        asker: oneshot::Sender<Vec<FoundCard>>,
    },
    /// Something may have to be told now.
    Wake,
    /// Put everything down and end.
    Stop { done: oneshot::Sender<()> },
}

/// The way to the committer.
pub(super) type Requests = mpsc::Sender<Request>;

/// The thread's state.
struct Committer {
    authority: Authority,
    store: Store,
    fanout: Fanout,
    memory: Memory,
    run: RunId,
    epoch: Epoch,
    clock: Clock,
    metrics: Arc<Metrics>,
    /// Operations since each board's last snapshot.
    since_snapshot: HashMap<BoardId, usize>,
    /// What the fan-out found, for the next turn to begin with.
    found: Vec<Event>,
    /// Whose frames this turn answers, each once for every frame.
    answering: Vec<SessionId>,
    alarm: Option<Alarm>,
}

/// Wakes the thread when something is to be told that is told only so often.
struct Alarm {
    runtime: Handle,
    /// Weak: whoever else may ask keeps the thread going, and this does not.
    requests: mpsc::WeakSender<Request>,
    is_set: bool,
}

/// Reads every board from `store`, makes those of `first_boards` that are not there, and starts the thread that goes on with
/// them, by the kinds of `catalog`. It ends at [`Request::Stop`], or when every sender is gone.
///
/// # Errors
/// When the store can't be read or written.
pub(super) fn start(
    store: Store,
    catalog: Catalog,
    first_boards: &[FirstBoard],
    clock: Clock,
    metrics: Arc<Metrics>,
) -> Result<Requests, StoreError> {
    let mut committer = Committer::new(store, catalog, clock, metrics)?;
    committer.make(first_boards)?;
    let (requests, inbox) = mpsc::channel(REQUESTS_LEN_MAX);
    committer.alarm = Handle::try_current().ok().map(|runtime| Alarm {
        runtime,
        requests: requests.downgrade(),
        is_set: false,
    });
    thread::Builder::new()
        .name("committer".to_owned())
        .spawn(move || {
            let _guard = EndsWithTheProcess;
            committer.run(inbox);
        })
        .map_err(|error: io::Error| StoreError::NoThread(error))?;
    Ok(requests)
}

impl Committer {
    fn new(store: Store, catalog: Catalog, clock: Clock, metrics: Arc<Metrics>) -> Result<Self, StoreError> {
        let run = RunId(auth::random().map_err(|_| StoreError::NoRandomness)?);
        let (memory, epoch) = (Memory::default(), Epoch::of(run));
        let mut logs = BTreeMap::new();
        for board in store.boards()? {
            let log = store.restore(&board, memory, epoch)?;
            logs.insert(board, log);
        }
        tracing::info!(boards = logs.len(), store = %store.id(), "the store is open");
        let behind_ms = logs.values().filter_map(Log::written_at).max();
        let behind_ms = behind_ms.map_or(0, |written_at| written_at.since(clock.now()));
        if behind_ms > CLOCK_BEHIND_MS_MAX {
            tracing::warn!(
                minutes = behind_ms / 60_000,
                "this machine's clock is behind the newest edit: it was set back, or is wrong. Nothing is lost and the order of edits \
                 stands, but times on the boards are wrong until it is set right",
            );
        }
        let setup = Setup {
            store: store.id(),
            run,
            epoch,
            memory,
            catalog,
            frame_fill_bytes: FRAME_FILL_BYTES,
        };
        let authority = Authority::new(setup, logs);
        metrics.store_reads.set(store.reads().cast_signed());
        let fanout = Fanout::new(Arc::clone(&metrics));
        Ok(Self {
            authority,
            store,
            fanout,
            memory,
            run,
            epoch,
            clock,
            metrics,
            since_snapshot: HashMap::new(),
            found: Vec::new(),
            answering: Vec::new(),
            alarm: None,
        })
    }

    /// Makes those of the first boards that are not there, by operations like anyone's, all in one transaction. What the directory says
    /// of one already stays. Where one can't be made there is no server: it would be taken for an empty one.
    fn make(&mut self, boards: &[FirstBoard]) -> Result<(), StoreError> {
        let is_missing = |board: &&FirstBoard| !self.authority.logs().contains_key(board.id());
        let missing: Vec<FirstBoard> = boards.iter().filter(is_missing).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let client = auth::random().map_err(|_| StoreError::NoRandomness)?;
        let (identity, mut push) = first_board::making(&missing, self.store.id(), self.run, client);
        let is_there = |board: &BoardId, widget: &WidgetId| {
            let log = self.authority.logs().get(board);
            log.is_some_and(|log| log.board().widget(widget).is_some())
        };
        push.items.retain(|item| match item {
            PushItem::Operation { operation, .. } => !is_there(&operation.board, &operation.widget),
            PushItem::Withdraw { .. } => true,
        });
        let items = push.items.clone();
        let (asker, mut answers) = oneshot::channel();
        let request = Request::Replay { identity, push, asker };
        self.turn(vec![request]).map_err(StoreError::NotMade)?;
        let answers = answers.try_recv().expect("a turn that was written answers who asked");
        let refused = items
            .iter()
            .zip(answers)
            .find_map(|(item, Answered { answer, .. })| refusal(item, answer));
        refused.map_or(Ok(()), |error| Err(StoreError::FirstBoard(Box::new(error))))
    }

    fn run(mut self, mut inbox: mpsc::Receiver<Request>) {
        // Taken out already, and too much for the batch before.
        let mut next = None;
        loop {
            let is_busy = next.is_some() || !self.found.is_empty();
            if !is_busy {
                next = inbox.blocking_recv();
                if next.is_none() {
                    break;
                }
            }
            let mut batch = take_batch(&mut next, &mut inbox);
            let stop = batch.pop_if(|request| matches!(request, Request::Stop { .. }));
            // Whoever asked was told what was not written.
            _ = self.turn(batch);
            if let Some(Request::Stop { done }) = stop {
                // Whoever asks from here on hears at once that nobody decides any more.
                inbox.close();
                self.put_down();
                // Whoever asked may have stopped waiting.
                let _ = done.send(());
                return;
            }
        }
        self.put_down();
    }

    /// One turn: decide, make durable, tell. The error is why nothing was written.
    fn turn(&mut self, requests: Vec<Request>) -> Result<(), AppendError> {
        let mut events = std::mem::take(&mut self.found);
        events.extend(requests.into_iter().filter_map(|request| self.admit(request)));
        let batch = self.authority.handle(self.clock.now(), events);
        let boards: Vec<(BoardId, usize)> = batch
            .records
            .iter()
            .map(|(board, _, record)| (board.clone(), record.decisions.len()))
            .collect();
        let appended = self.append(&batch);
        let replies = match &appended {
            Ok(()) => self.authority.committed(batch),
            Err(error @ (AppendError::Full | AppendError::Conflict { .. })) => {
                tracing::error!(%error, "nothing was written: whoever waits is asked to send again (see /troubleshooting#not-syncing)");
                let (store, memory, epoch) = (&self.store, self.memory, self.epoch);
                let reload = |board: &BoardId| -> Result<Log, StoreError> { store.restore(board, memory, epoch) };
                self.authority
                    .abandoned(batch, reload)
                    .unwrap_or_else(|error| give_up(&error))
            }
            Err(error @ AppendError::Unknown(_)) => give_up(error),
        };
        self.metrics.differences.set(self.authority.differences().cast_signed());
        self.metrics.store_reads.set(self.store.reads().cast_signed());
        for reply in replies {
            self.fanout.deliver(reply, &mut self.found);
        }
        for session in self.answering.drain(..) {
            self.fanout.answered(session);
        }
        for (board, operations) in boards {
            self.note(board, operations);
        }
        self.set_alarm();
        appended
    }

    /// Wakes for what is told only so often. Without a runtime it is told with whatever happens next.
    fn set_alarm(&mut self) {
        let Some(at) = self.authority.next_wakeup() else { return };
        let pause = Duration::from_millis(at.since(self.clock.now()));
        let Some(alarm) = self.alarm.as_mut().filter(|alarm| !alarm.is_set) else {
            return;
        };
        alarm.is_set = true;
        let requests = alarm.requests.clone();
        alarm.runtime.spawn(async move {
            sleep(pause).await;
            if let Some(requests) = requests.upgrade() {
                _ = requests.send(Request::Wake).await; // a server that has ended tells nobody
            }
        });
    }

    /// Takes a request's own things out of it; what is left is for the authority.
    fn admit(&mut self, request: Request) -> Option<Event> {
        Some(match request {
            Request::Hello {
                session,
                identity,
                mailbox,
            } => {
                self.fanout.join(session, mailbox);
                self.answering.push(session);
                Event::Hello { session, identity }
            }
            Request::Frame { session, frame } => {
                self.answering.push(session);
                Event::Frame { session, frame: *frame }
            }
            Request::Seen { session, seen } => {
                self.answering.push(session);
                Event::Seen { session, seen }
            }
            Request::Wake => {
                if let Some(alarm) = &mut self.alarm {
                    alarm.is_set = false;
                }
                return None;
            }
            Request::Closed { session } => {
                self.fanout.leave(session);
                Event::Closed { session }
            }
            Request::Replay { identity, push, asker } => Event::Replay {
                request: self.fanout.expect(Waiting::Replay(asker)),
                identity,
                push,
            },
            Request::Call {
                identity,
                device,
                call,
                asker,
            } => Event::Call {
                request: self.fanout.expect(Waiting::Call(asker)),
                identity,
                device,
                call,
            },
            Request::Read {
                identity,
                subscribe,
                asker,
            } => Event::Read {
                request: self.fanout.expect(Waiting::Read(asker)),
                identity,
                subscribe,
            },
            // Who types on does not wait for what was asked before.
            Request::Find { asker, .. } if asker.is_closed() => return None,
            Request::Find { search, asker } => Event::Find {
                request: self.fanout.expect(Waiting::Find(asker)),
                search,
            },
            Request::Stop { .. } => return None,
        })
    }

    fn append(&mut self, batch: &Batch) -> Result<(), AppendError> {
        if batch.records.is_empty() {
            return Ok(());
        }
        let stopwatch = Stopwatch::start();
        self.store.append(&batch.records)?;
        self.metrics.commits.count();
        self.metrics.commit_seconds.add(stopwatch.elapsed());
        for decision in batch.records.iter().flat_map(|(_, _, record)| &record.decisions) {
            self.metrics.count_verdict(&decision.verdict);
        }
        Ok(())
    }

    /// Puts down a snapshot of a board that has grown enough since the last one.
    fn note(&mut self, board: BoardId, operations: usize) {
        let since = self.since_snapshot.entry(board.clone()).or_default();
        *since += operations;
        if *since >= SNAPSHOT_LEN {
            *since = 0;
            self.put_snapshot(&board);
        }
    }

    /// Ends: snapshots, so that the next start reads little, and then the store is closed.
    fn put_down(mut self) {
        for (board, since) in std::mem::take(&mut self.since_snapshot) {
            if since > 0 {
                self.put_snapshot(&board);
            }
        }
        // The folder is free from here on: for a backup, or the next server.
        drop(self.store);
        tracing::info!("every board is put down");
    }

    /// A snapshot only shortens the next start, so one that fails for want of room is left for later.
    fn put_snapshot(&mut self, board: &BoardId) {
        let Some(log) = self.authority.logs().get(board) else {
            return;
        };
        match self.store.put_snapshot(board, &log.snapshot()) {
            Ok(()) => {}
            Err(error @ AppendError::Unknown(_)) => give_up(&error),
            Err(error) => tracing::warn!(%board, %error, "no snapshot was made"),
        }
    }
}

/// A turn that breaks off half-way leaves boards that nobody may hear of: a panic of this thread is the process's end.
struct EndsWithTheProcess;

impl Drop for EndsWithTheProcess {
    fn drop(&mut self) {
        if thread::panicking() {
            std::process::exit(1);
        }
    }
}

/// The disk failed, or does not give back what was written: whatever were told from here on might not be true. The
/// process ends, and the next start reads what is really there.
fn give_up(error: &dyn std::error::Error) -> ! {
    tracing::error!(%error, "the server stops at once, so that nothing untrue is told");
    eprintln!("tideboard: {error}");
    std::process::exit(1)
}

/// Takes as many requests as make a good batch, beginning with `next`, where the first one that is too much is left;
/// nothing after a [`Request::Stop`].
fn take_batch(next: &mut Option<Request>, inbox: &mut mpsc::Receiver<Request>) -> Vec<Request> {
    let mut batch = Vec::new();
    let mut weight = 0;
    while batch.len() < REQUESTS_LEN_MAX
        && let Some(request) = next.take().or_else(|| inbox.try_recv().ok())
    {
        weight += weight_of(&request);
        if weight > BATCH_LEN_MAX && !batch.is_empty() {
            *next = Some(request);
            break;
        }
        let is_stop = matches!(request, Request::Stop { .. });
        batch.push(request);
        if is_stop {
            break;
        }
    }
    batch
}

/// In operations. A catch-up may be a whole board, so only some share a batch: their frames wait in memory together.
fn weight_of(request: &Request) -> usize {
    match request {
        Request::Frame { frame, .. } => match &**frame {
            ClientFrame::Push(push) => push.items.len(),
            ClientFrame::Subscribe(_) => SUBSCRIBE_WEIGHT,
            _ => 0,
        },
        Request::Replay { push, .. } => push.items.len(),
        Request::Call { .. } => 1,
        Request::Read { .. } | Request::Find { .. } => SUBSCRIBE_WEIGHT,
        Request::Hello { .. }
        | Request::Seen { .. }
        | Request::Closed { .. }
        | Request::Wake
        | Request::Stop { .. } => 0,
    }
}
