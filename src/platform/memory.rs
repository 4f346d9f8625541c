//! Storage that ends with the page: for private windows, and for checks of those that last.

mod device;

use std::{
    any::Any,
    cell::RefCell,
    future::ready,
    rc::Rc,
    task::{Context, Poll},
};

use futures_util::{FutureExt, future::LocalBoxFuture};

#[cfg(feature = "testing")]
pub(crate) use device::roll;
pub use device::{FarEnd, MemoryDevice, Open};

use super::Storage;
use crate::{
    sorted::SortedMap,
    sync::storage::{Durability, Namespace, Outcome, Records, StorageError, Transaction, apply, is_cold},
};

/// Records in memory, for one page.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    contents: Rc<RefCell<Contents>>,
}

#[derive(Debug, Default)]
struct Contents {
    records: SortedMap<String, Records>,
    notes: SortedMap<String, String>,
}

impl Memory {
    fn clear(&self) {
        self.contents.take();
    }
}

impl Storage for Memory {
    fn durability(&self) -> Durability {
        Durability::MemoryOnly
    }

    fn load(&self, namespace: Namespace, cold: bool) -> LocalBoxFuture<'static, Result<Records, StorageError>> {
        let contents = self.contents.borrow();
        let records = contents.records.get(&name_of(&namespace)).into_iter().flatten();
        let wanted = records
            .filter(|(key, _)| cold || !is_cold(key))
            .map(|(key, text)| (key.clone(), text.clone()));
        ready(Ok(wanted.collect())).boxed_local()
    }

    fn commit(&self, namespace: Namespace, transaction: Transaction) -> LocalBoxFuture<'static, Outcome> {
        let mut contents = self.contents.borrow_mut();
        let records = contents.records.entry(name_of(&namespace)).or_default();
        ready(apply(records, &transaction)).boxed_local()
    }

    fn note(&self, name: &str) -> LocalBoxFuture<'static, Option<String>> {
        ready(self.contents.borrow().notes.get(name).cloned()).boxed_local()
    }

    fn write_note(&self, name: &str, text: &str) -> LocalBoxFuture<'static, Result<(), StorageError>> {
        self.contents
            .borrow_mut()
            .notes
            .insert(name.to_owned(), text.to_owned());
        ready(Ok(())).boxed_local()
    }

    fn announce(&self) {}

    fn poll_sibling(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending // nobody else can write here
    }

    fn lead(&self, _: &Namespace) -> LocalBoxFuture<'static, Box<dyn Any>> {
        ready(Box::new(()) as Box<dyn Any>).boxed_local()
    }
}

/// A namespace as one text, for keys.
pub(super) fn name_of(namespace: &Namespace) -> String {
    format!("{}/{}", namespace.store, namespace.principal)
}
