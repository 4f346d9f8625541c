//! Records in IndexedDB: one database for all tabs of a profile, one strict transaction per commit.
//!
//! IndexedDB ends a transaction as soon as nothing is asked of it. So each runs in a task of its own, asks for all it
//! reads at once, and writes in the same breath as the last answer; it waits for nothing else in between.

mod requests;

use std::{
    any::Any,
    pin::pin,
    rc::Rc,
    task::{Context, Poll},
};

use futures_channel::{mpsc, oneshot};
use futures_util::{
    FutureExt, StreamExt,
    future::{Either, LocalBoxFuture, join, select},
};
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::BroadcastChannel;

use self::requests::{Connection, Failure};
use super::leadership::{lead, locks};
use crate::{
    config::{OPEN_MS_MAX, PERSIST_MS_MAX},
    platform::{OpenError, Storage, memory::name_of},
    sync::storage::{Durability, Lacks, Namespace, Outcome, Records, StorageError, Transaction},
};

const GIB: f64 = 1_073_741_824.0;

/// The profile's storage.
pub struct IndexedDb {
    connection: Rc<Connection>,
    durability: Durability,
    has_locks: bool,
    siblings: Siblings,
}

impl IndexedDb {
    /// Opens the database, and asks the browser to keep it.
    pub async fn open() -> Result<Self, OpenError> {
        let connection = Connection::default();
        let unavailable = |reason: String, advice| Err(OpenError::Unavailable { reason, advice });
        let (opened, is_kept) = join(within(OPEN_MS_MAX, connection.database()), is_kept()).await;
        match opened {
            Some(Ok(_)) => {}
            Some(Err(Failure::Newer)) => return Err(OpenError::Newer),
            Some(Err(other)) => {
                return unavailable(
                    other.reason(),
                    "Use an ordinary window, or let the browser store data for this address.",
                );
            }
            None => {
                return unavailable(
                    "it does not answer".to_owned(),
                    "Load the page again; if it stays so, start the browser again.",
                );
            }
        }
        let durability = if is_kept {
            Durability::Durable
        } else {
            Durability::BestEffort
        };
        Ok(Self {
            connection: Rc::new(connection),
            durability,
            has_locks: locks().is_some(),
            siblings: Siblings::listen(),
        })
    }

    /// Runs a request in a task of its own: it is carried out even when nobody waits for its answer.
    fn ask<T: 'static>(&self, lost: T, request: impl Future<Output = T> + 'static) -> LocalBoxFuture<'static, T> {
        let (answer, answered) = oneshot::channel();
        spawn_local(async move {
            let _ = answer.send(request.await);
        });
        answered.map(|answer| answer.unwrap_or(lost)).boxed_local()
    }

    /// Reads a note, or writes it. One program for both: each would be some hundred bytes of the page.
    fn ask_note(
        &self,
        name: &str,
        text: Option<String>,
    ) -> LocalBoxFuture<'static, Result<Option<String>, StorageError>> {
        let (connection, name) = (self.connection.clone(), name.to_owned());
        self.ask(Err(StorageError::Broken), async move {
            let note = connection.note(&name, text).await;
            note.map_err(|failure| failure.storage_error())
        })
    }
}

impl Storage for IndexedDb {
    fn durability(&self) -> Durability {
        self.durability
    }

    fn lacks(&self) -> Lacks {
        Lacks {
            broadcasts: self.siblings.channel.is_none(),
            locks: !self.has_locks,
        }
    }

    fn load(&self, namespace: Namespace, cold: bool) -> LocalBoxFuture<'static, Result<Records, StorageError>> {
        let connection = self.connection.clone();
        self.ask(Err(StorageError::Broken), async move {
            connection
                .load(&name_of(&namespace), cold)
                .await
                .map_err(|failure| failure.storage_error())
        })
    }

    fn commit(&self, namespace: Namespace, transaction: Transaction) -> LocalBoxFuture<'static, Outcome> {
        let connection = self.connection.clone();
        self.ask(Outcome::Failed(StorageError::Broken), async move {
            let committed = connection.commit(&name_of(&namespace), &transaction).await;
            committed.unwrap_or_else(|failure| Outcome::Failed(failure.storage_error()))
        })
    }

    fn note(&self, name: &str) -> LocalBoxFuture<'static, Option<String>> {
        let note = self.ask_note(name, None);
        note.map(|note| note.ok().flatten()).boxed_local()
    }

    fn write_note(&self, name: &str, text: &str) -> LocalBoxFuture<'static, Result<(), StorageError>> {
        let written = self.ask_note(name, Some(text.to_owned()));
        written.map(|written| written.map(drop)).boxed_local()
    }

    fn room(&self) -> LocalBoxFuture<'static, Option<u64>> {
        room().boxed_local()
    }

    fn announce(&self) {
        self.siblings.announce();
    }

    fn poll_sibling(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.siblings.heard.poll_next_unpin(cx) {
            Poll::Ready(Some(())) => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    fn lead(&self, namespace: &Namespace) -> LocalBoxFuture<'static, Box<dyn Any>> {
        lead(format!("tideboard-send-{}", name_of(namespace))).boxed_local()
    }
}

/// The other tabs of the profile. Where they can't be reached, the periodic reread finds what they wrote.
struct Siblings {
    channel: Option<BroadcastChannel>,
    heard: mpsc::Receiver<()>,
    _listener: Option<EventListener>,
}

impl Siblings {
    fn listen() -> Self {
        let (mut sender, heard) = mpsc::channel(1);
        let channel = BroadcastChannel::new("tideboard").ok();
        let listener = channel.as_ref().map(|channel| {
            EventListener::new(channel, "message", move |_| {
                let _ = sender.try_send(()); // full: it is told already
            })
        });
        Self {
            channel,
            heard,
            _listener: listener,
        }
    }

    fn announce(&self) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&JsValue::TRUE);
        }
    }
}

impl Drop for Siblings {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

/// Whether the browser keeps what is stored until it is told otherwise. Some ask the person first: their answer counts
/// from the next start.
async fn is_kept() -> bool {
    let Some(window) = web_sys::window() else { return false };
    let storage = window.navigator().storage();
    // Missing on plain http: then the calls throw.
    let Ok(persisted) = storage.persisted() else {
        return false;
    };
    let kept = within(PERSIST_MS_MAX, JsFuture::from(persisted)).await;
    if kept.is_some_and(|kept| kept.is_ok_and(|kept| kept.is_truthy())) {
        return true;
    }
    let Ok(persist) = storage.persist() else { return false };
    let kept = within(PERSIST_MS_MAX, JsFuture::from(persist)).await;
    kept.is_some_and(|kept| kept.is_ok_and(|kept| kept.is_truthy()))
}

/// What the browser gives this address, less what it has taken. Chromium tells every page that it may have ten GiB more, or as many as
/// the disk is large: from whole ones nothing is known.
async fn room() -> Option<u64> {
    // Missing on plain http: then the call throws.
    let estimate = web_sys::window()?.navigator().storage().estimate().ok()?;
    let estimate = JsFuture::from(estimate).await.ok()?;
    let bytes = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    let left = bytes("quota")? - bytes("usage")?;
    (left <= 0.0 || left % GIB != 0.0).then_some(left.max(0.0) as u64)
}

/// What comes of it; `None` when that takes longer.
async fn within<T>(limit_ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let patience = u32::try_from(limit_ms).map_or_else(|_| TimeoutFuture::new(0), TimeoutFuture::new);
    match select(pin!(work), patience).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}
