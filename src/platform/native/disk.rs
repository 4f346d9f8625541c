//! Records in one SQLite file, shared by every process of a person: each has a connection of its own, and every
//! transaction compares before it writes, in SQLite's own exclusive transaction.

mod database;

use std::{
    any::Any,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use futures_channel::{mpsc, oneshot};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};

pub use self::database::Database;
use crate::{
    config::SIBLING_POLL_MS,
    platform::{OpenError, Storage},
    sync::storage::{Durability, Namespace, Outcome, Records, StorageError, Transaction},
};

/// Something to do with the database, on the thread that owns it.
type Job = Box<dyn FnOnce(&mut Database) + Send>;

/// The file, with the thread that owns its connection: a disk may take long, and the page or terminal goes on.
pub struct Disk {
    folder: PathBuf,
    jobs: Sender<Job>,
    siblings: mpsc::Receiver<()>,
}

impl Disk {
    /// Opens the file in a folder, which is made when it is not there; `None` for the person's own data folder.
    pub async fn open(folder: Option<&Path>) -> Result<Self, OpenError> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => data_folder().ok_or_else(|| unavailable("this user has no home folder".to_owned()))?,
        };
        let (opened, outcome) = oneshot::channel();
        let (jobs, waiting) = channel::<Job>();
        let (sibling, siblings) = mpsc::channel(1);
        let path = folder.clone();
        let owner = move || match make_folder(&path).and_then(|()| Database::open(&path.join(FILE_NAME))) {
            Ok(database) => {
                if opened.send(Ok(())).is_ok() {
                    work(database, &waiting, sibling);
                }
            }
            Err(error) => {
                let _ = opened.send(Err(error));
            }
        };
        thread::Builder::new()
            .name("storage".to_owned())
            .spawn(owner)
            .map_err(|error| unavailable(error.to_string()))?;
        outcome
            .await
            .map_err(|_| unavailable("its thread has ended".to_owned()))??;
        Ok(Self { folder, jobs, siblings })
    }

    /// Does something on the database's thread. It is done even when nobody waits for the answer; `lost` is the answer
    /// when that thread is gone.
    fn ask<T: Send + 'static>(
        &self,
        lost: T,
        job: impl FnOnce(&mut Database) -> T + Send + 'static,
    ) -> LocalBoxFuture<'static, T> {
        let (answer, answered) = oneshot::channel();
        let job = move |database: &mut Database| {
            let _ = answer.send(job(database));
        };
        // A send that fails drops the job, and with it the answer's sender.
        let _ = self.jobs.send(Box::new(job));
        answered.map(|answer| answer.unwrap_or(lost)).boxed_local()
    }
}

impl Storage for Disk {
    fn durability(&self) -> Durability {
        Durability::Durable
    }

    fn load(&self, namespace: Namespace, cold: bool) -> LocalBoxFuture<'static, Result<Records, StorageError>> {
        self.ask(Err(StorageError::Broken), move |database| {
            database.load(&namespace, cold)
        })
    }

    fn commit(&self, namespace: Namespace, transaction: Transaction) -> LocalBoxFuture<'static, Outcome> {
        self.ask(Outcome::Failed(StorageError::Broken), move |database| {
            database.commit(&namespace, &transaction)
        })
    }

    fn note(&self, name: &str) -> LocalBoxFuture<'static, Option<String>> {
        let name = name.to_owned();
        self.ask(None, move |database| database.note(&name))
    }

    fn write_note(&self, name: &str, text: &str) -> LocalBoxFuture<'static, Result<(), StorageError>> {
        let (name, text) = (name.to_owned(), text.to_owned());
        self.ask(Err(StorageError::Broken), move |database| {
            database.write_note(&name, &text)
        })
    }

    fn announce(&self) {} // the others see that the file has changed

    fn poll_sibling(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.siblings.poll_next_unpin(cx) {
            Poll::Ready(Some(())) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    fn lead(&self, namespace: &Namespace) -> LocalBoxFuture<'static, Box<dyn Any>> {
        let path = self
            .folder
            .join(format!("send-{}-{}.lock", namespace.store, namespace.principal));
        let (held, holding) = oneshot::channel();
        let waiter = move || match File::create(&path).and_then(|file| file.lock().map(|()| file)) {
            // Nobody waits any more: the file is closed, and the lock goes to the next.
            Ok(file) => drop(held.send(Some(file))),
            Err(error) => {
                // Several may send; safety never rests on this lock.
                tracing::warn!("can't lock {}: {error}", path.display());
                let _ = held.send(None);
            }
        };
        if let Err(error) = thread::Builder::new().name("send-lock".to_owned()).spawn(waiter) {
            tracing::warn!("can't wait for the lock to send: {error}");
        }
        holding.map(|file| Box::new(file) as Box<dyn Any>).boxed_local()
    }
}

/// What the database's thread does: jobs in their order, and between them a look whether others have written.
fn work(mut database: Database, jobs: &std::sync::mpsc::Receiver<Job>, mut sibling: mpsc::Sender<()>) {
    loop {
        match jobs.recv_timeout(Duration::from_millis(SIBLING_POLL_MS)) {
            Ok(job) => job(&mut database),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if database.others_wrote() {
            // Full: it is told already.
            let _ = sibling.try_send(());
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), OpenError> {
    fs::create_dir_all(folder).map_err(|error| unavailable(format!("{}: {error}", folder.display())))
}

fn unavailable(reason: String) -> OpenError {
    OpenError::Unavailable {
        reason,
        advice: "Choose another folder, or allow writing there.",
    }
}

/// Where a person's data belongs: by the XDG base directory specification, else where the system puts it.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_DATA_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".local/share")));
    base.map(|base| base.join("tideboard"))
}

/// The file's name within its folder.
const FILE_NAME: &str = "outbox.sqlite";
