//! The database, and what is asked of it.

use std::{
    cell::{Cell, RefCell},
    future::IntoFuture,
    rc::Rc,
};

use futures_channel::oneshot;
use gloo_events::EventListener;
use idb::{Database, Factory, KeyRange, ObjectStore, ObjectStoreParams, Transaction as IdbTransaction};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::{
    platform::plan::{Plan, keys, plan, range},
    sync::storage::{JOURNAL, Outcome, Records, StorageError, Transaction, WIDGET},
};

const DATABASE: &str = "tideboard";
/// The only version there has been.
const VERSION: u32 = 1;
/// Texts under `[namespace, key]`.
const RECORDS: &str = "records";
/// Texts under names that belong to no namespace.
const NOTES: &str = "notes";

const NONE: &str = "the browser has no usable IndexedDB";

/// Why a request failed.
pub enum Failure {
    /// A newer version of this program has made the database, or has changed it since this one opened it.
    Newer,
    /// The browser gives no more room.
    Full,
    /// Anything else, in the browser's words.
    Other(String),
}

impl Failure {
    pub fn reason(&self) -> String {
        match self {
            Self::Newer => "it was written by a newer version".to_owned(),
            Self::Full => "it is full".to_owned(),
            Self::Other(reason) => reason.clone(),
        }
    }

    pub fn storage_error(&self) -> StorageError {
        tracing::warn!("the browser's storage: {}", self.reason());
        match self {
            Self::Full => StorageError::Full,
            Self::Newer => StorageError::Newer,
            Self::Other(_) => StorageError::Broken,
        }
    }

    /// By the name of a `DOMException`.
    fn of(exception: &JsValue) -> Self {
        let text = |name: &str| {
            Reflect::get(exception, &name.into())
                .ok()
                .and_then(|text| text.as_string())
        };
        match text("name").as_deref() {
            Some("VersionError") => Self::Newer,
            Some("QuotaExceededError") => Self::Full,
            Some(name) => Self::Other([name, ": ", &text("message").unwrap_or_default()].concat()),
            // Nothing was thrown: there is nothing to open.
            None => Self::Other(NONE.to_owned()),
        }
    }
}

impl From<idb::Error> for Failure {
    fn from(error: idb::Error) -> Self {
        match &error {
            idb::Error::DomException(exception) => Self::of(exception),
            idb::Error::UpdateFailed(thrown)
            | idb::Error::TransactionOpenFailed(thrown)
            | idb::Error::IndexedDbNotFound(thrown)
            | idb::Error::IndexedDbOpenFailed(thrown)
            | idb::Error::GetFailed(thrown)
            | idb::Error::GetAllFailed(thrown)
            | idb::Error::GetAllKeysFailed(thrown)
            | idb::Error::DeleteFailed(thrown) => Self::of(thrown),
            // What else there is can't happen here, and to name it all would be a page's longest text.
            _ => Self::Other(NONE.to_owned()),
        }
    }
}

/// The connection to the database; opened again when the browser has closed it.
#[derive(Default)]
pub struct Connection {
    open: RefCell<Option<Open>>,
    /// It was closed for a newer version of the program.
    is_newer: Rc<Cell<bool>>,
}

/// An open database. Lets a newer version of the program, in another tab, change it: this one then can't open
/// it again, says that it is older, and asks to be loaded again.
struct Open {
    database: JsValue,
    _listener: EventListener,
}

impl Connection {
    /// The database.
    pub async fn database(&self) -> Result<JsValue, Failure> {
        if let Some(open) = &*self.open.borrow() {
            return Ok(open.database.clone());
        }
        let mut opening = Factory::new()?.open(DATABASE, Some(VERSION))?;
        opening.on_upgrade_needed(|event| {
            // What fails here fails the opening, which tells why.
            if let Ok(database) = idb::DatabaseEvent::database(&event) {
                for store in [RECORDS, NOTES] {
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            }
        });
        let database: Database = opening.await?;
        let database = JsValue::from(database);
        let target = database.clone().unchecked_into::<EventTarget>();
        let (closing, is_newer) = (database.clone(), self.is_newer.clone());
        let listener = EventListener::once(&target, "versionchange", move |event| {
            // It has none where the database is to be deleted.
            let version = Reflect::get(event, &"newVersion".into());
            is_newer.set(version.is_ok_and(|version| version.is_truthy()));
            call(&closing, "close");
        });
        *self.open.borrow_mut() = Some(Open {
            database: database.clone(),
            _listener: listener,
        });
        Ok(database)
    }

    /// A transaction on one store. Strict: answered when it is on disk, not when the system has taken it.
    async fn begin(&self, store: &str, mode: &str) -> Result<(JsValue, ObjectStore), Failure> {
        let database = self.database().await?;
        let options = Object::new();
        let strict = Reflect::set(&options, &"durability".into(), &"strict".into());
        let method: Result<Function, JsValue> =
            Reflect::get(&database, &"transaction".into()).and_then(JsCast::dyn_into);
        let transaction = strict
            .and(method)
            .and_then(|method| method.call3(&database, &store.into(), &mode.into(), &options));
        let transaction = transaction.map_err(|thrown| {
            *self.open.borrow_mut() = None; // closed: the next request opens it again, if it can
            if self.is_newer.get() {
                Failure::Newer
            } else {
                Failure::of(&thrown)
            }
        })?;
        let store = IdbTransaction::try_from(transaction.clone())?.object_store(store)?;
        Ok((transaction, store))
    }

    pub async fn load(&self, namespace: &str, cold: bool) -> Result<Records, Failure> {
        let (_, store) = self.begin(RECORDS, "readonly").await?;
        let mut asked = Vec::new();
        for range in ranges(namespace, cold)? {
            let names = store.get_all_keys(Some(range.clone().into()), None)?.into_future();
            let texts = store.get_all(Some(range.into()), None)?.into_future();
            asked.push((names, texts));
        }
        // All are asked for; answers that come early wait.
        let mut records = Records::new();
        for (names, texts) in asked {
            let names = names
                .await?
                .into_iter()
                .map(|name| name.unchecked_into::<Array>().get(1).as_string());
            let texts = texts.await?.into_iter().map(|text| text.as_string());
            records.extend(names.zip(texts).filter_map(|(name, text)| Some((name?, text?))));
        }
        Ok(records)
    }

    pub async fn commit(&self, namespace: &str, transaction: &Transaction) -> Result<Outcome, Failure> {
        let (raw, store) = self.begin(RECORDS, "readwrite").await?;
        let asked: Vec<&str> = keys(transaction).into_iter().collect();
        let mut answers = Vec::new();
        for key in &asked {
            answers.push(store.get(record(namespace, key))?.into_future());
        }
        let mut stored = Records::new();
        for (key, text) in asked.iter().zip(answers) {
            if let Some(text) = text.await?.and_then(|text| text.as_string()) {
                stored.insert((*key).to_owned(), text);
            }
        }
        // From here to the last write nothing is awaited.
        let Plan { wipe, writes, outcome } = plan(&stored, transaction);
        if writes.is_empty() && wipe.is_none() {
            return Ok(outcome);
        }
        let end = End::listen(&raw);
        if let Some((first, end)) = wipe {
            let under = between(&record(namespace, &first), &record(namespace, &end))?;
            drop(store.delete(under)?);
        }
        for (key, text) in &writes {
            match text {
                Some(text) => drop(store.put(&text.into(), Some(&record(namespace, key)))?),
                None => drop(store.delete(record(namespace, key))?),
            }
        }
        // At once, and not when this page comes to hear of the last write: it may be gone by then.
        call(&raw, "commit");
        end.reached().await.map(|()| outcome)
    }

    /// Reads a note, or writes it.
    pub async fn note(&self, name: &str, text: Option<String>) -> Result<Option<String>, Failure> {
        let mode = if text.is_some() { "readwrite" } else { "readonly" };
        let (raw, store) = self.begin(NOTES, mode).await?;
        let Some(text) = text else {
            return Ok(store.get(JsValue::from(name))?.await?.and_then(|text| text.as_string()));
        };
        let end = End::listen(&raw);
        drop(store.put(&text.into(), Some(&name.into()))?);
        end.reached().await.map(|()| None)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(open) = self.open.borrow_mut().take() {
            call(&open.database, "close");
        }
    }
}

/// A transaction's end: complete, or undone as a whole.
struct End {
    ended: oneshot::Receiver<Result<(), Failure>>,
    _listeners: [EventListener; 2],
}

impl End {
    fn listen(transaction: &JsValue) -> Self {
        let (sender, ended) = oneshot::channel();
        let target = transaction.clone().unchecked_into::<EventTarget>();
        let sender = Rc::new(RefCell::new(Some(sender)));
        let tell = |outcome: fn(&JsValue) -> Result<(), Failure>| {
            let (sender, transaction) = (sender.clone(), transaction.clone());
            move |_: &web_sys::Event| {
                if let Some(sender) = sender.borrow_mut().take() {
                    let _ = sender.send(outcome(&transaction));
                }
            }
        };
        let complete = EventListener::once(&target, "complete", tell(|_| Ok(())));
        let abort = EventListener::once(
            &target,
            "abort",
            tell(|transaction| {
                Err(Failure::of(
                    &Reflect::get(transaction, &"error".into()).unwrap_or_default(),
                ))
            }),
        );
        Self {
            ended,
            _listeners: [complete, abort],
        }
    }

    async fn reached(self) -> Result<(), Failure> {
        self.ended
            .await
            .unwrap_or_else(|_| Err(Failure::Other("the transaction's end was not told".to_owned())))
    }
}

fn call(target: &JsValue, method: &str) {
    let method = Reflect::get(target, &method.into()).and_then(JsCast::dyn_into::<Function>);
    let _ = method.and_then(|method| method.call0(target));
}

fn record(namespace: &str, key: &str) -> JsValue {
    Array::of2(&namespace.into(), &key.into()).into()
}

/// The ranges of keys that hold a namespace's records; without the cold ones, what lies around those.
fn ranges(namespace: &str, cold: bool) -> Result<Vec<KeyRange>, Failure> {
    // An array sorts after every text.
    let last: JsValue = Array::of2(&namespace.into(), &Array::new()).into();
    let at = |key: &str| record(namespace, key);
    let after = |prefix: &str| at(&range(prefix).1);
    let ranges = if cold {
        vec![between(&at(""), &last)?]
    } else {
        vec![
            between(&at(""), &at(JOURNAL))?,
            between(&after(JOURNAL), &at(WIDGET))?,
            between(&after(WIDGET), &last)?,
        ]
    };
    Ok(ranges)
}

/// The keys from one up to, and without, another.
fn between(from: &JsValue, to: &JsValue) -> Result<KeyRange, idb::Error> {
    KeyRange::bound(from, to, Some(false), Some(true))
}
