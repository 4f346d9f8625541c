//! What the tabs of a device share, and how it fails.

use rustc_hash::FxHashMap;
use tideboard::{
    protocol::BoardId,
    sync::{
        Note,
        storage::{FILLING, Namespace, Outcome, Records, StorageError, Transaction, apply, is_cold},
    },
};

use super::{Value, World};
use crate::files::Files;

/// A device's storage.
#[derive(Default)]
pub struct Disk {
    records: FxHashMap<Namespace, Records>,
    pub remembered: Option<Note>,
    fault: Option<StorageError>,
    /// It says of every transaction that something else is stored.
    contradicts: bool,
    pub refuses_notes: bool,
    /// It takes no more bytes than this.
    bytes_max: Option<usize>,
    /// Where the native half is built, the file that native programs keep, beside the records in memory.
    files: Files,
}

impl Disk {
    pub fn load(&mut self, tab: usize, namespace: &Namespace, cold: bool) -> Records {
        let records = self.records.get(namespace).into_iter().flatten();
        let kept = records.filter(|(key, _)| cold || !is_cold(key));
        let records = kept.map(|(key, text)| (key.clone(), text.clone())).collect();
        self.files.load(tab, namespace, cold, records)
    }

    pub fn commit(&mut self, tab: usize, namespace: &Namespace, transaction: &Transaction) -> Outcome {
        if let Some(fault) = self.fault {
            return Outcome::Failed(fault);
        }
        if self.contradicts {
            return Outcome::Stale;
        }
        let records = self.records.entry(namespace.clone()).or_default();
        let mut after = records.clone();
        let outcome = apply(&mut after, transaction);
        let (grows_to, was) = (bytes_of(&after), bytes_of(records));
        if grows_to > was && self.bytes_max.is_some_and(|bytes_max| grows_to > bytes_max) {
            return Outcome::Failed(StorageError::Full);
        }
        *records = after;
        self.files.commit(tab, namespace, transaction, &outcome, records);
        outcome
    }

    /// A tab is killed: what it was told is stored is there.
    pub fn kill(&mut self, tab: usize) {
        if self.files.kill(tab) {
            self.files.cut(1_000);
            self.files.must_hold(&self.records);
        }
    }

    /// Something else than our program changes what is stored.
    fn change(&mut self, change: impl FnOnce(&mut FxHashMap<Namespace, Records>)) {
        change(&mut self.records);
        self.files.overwrite(&self.records);
    }
}

impl World {
    /// A bit falls over: what the disk says of a field is another value, at the revision of the true one.
    pub fn spoil_the_disk(&mut self, person: usize, widget: &str, field: &str, value: impl Into<Value>) {
        let key = format!("widget/deck/{widget}");
        let value = value.into();
        self.disks[person].change(|all| {
            for records in all.values_mut() {
                let text = records.get_mut(&key).expect("it is stored");
                let mut stored: Value = serde_json::from_str(text).expect("a record");
                stored["fields"][field]["value"] = value.clone();
                *text = stored.to_string();
            }
        });
    }

    /// What the disk has under these keys is cut off in the middle; answers of how many records.
    pub fn tear_the_disk(&mut self, person: usize, prefix: &str) -> usize {
        let mut count = 0;
        self.disks[person].change(|all| {
            let records = all.values_mut().flat_map(Records::iter_mut);
            let torn = records.filter(|(key, _)| key.starts_with(prefix));
            count = torn.map(|(_, text)| text.truncate(text.len() - 10)).count();
        });
        count
    }

    /// Something is written to the disk that no tab has written.
    pub fn scribble_on_the_disk(&mut self, person: usize, key: &str, text: &str) {
        self.disks[person].change(|all| {
            for records in all.values_mut() {
                records.insert(key.to_owned(), text.to_owned());
            }
        });
    }

    /// What the disk has under these keys.
    pub fn stored(&self, person: usize, prefix: &str) -> Vec<String> {
        let records = self.disks[person].records.values().flatten();
        let stored = records.filter(|(key, _)| key.starts_with(prefix));
        stored.map(|(_, text)| text.clone()).collect()
    }

    /// From now on the disk takes no note of whose it is, and takes everything else; or takes it again.
    pub fn refuse_notes(&mut self, person: usize, refuses: bool) {
        self.disks[person].refuses_notes = refuses;
    }

    pub fn break_the_storage(&mut self, person: usize, fault: StorageError) {
        self.disks[person].fault = Some(fault);
    }

    /// From now on the disk takes nothing, and gives no error.
    pub fn contradict(&mut self, person: usize) {
        self.disks[person].contradicts = true;
    }

    pub fn mend_the_storage(&mut self, person: usize) {
        (self.disks[person].fault, self.disks[person].contradicts) = (None, false);
    }

    /// From now on there is room for what makes the records no more than they are.
    pub fn fill_the_storage(&mut self, person: usize) {
        let disk = &mut self.disks[person];
        disk.bytes_max = disk.records.values().map(bytes_of).max();
    }

    pub fn free_the_storage(&mut self, person: usize) {
        self.disks[person].bytes_max = None;
    }

    /// Somebody clears what the browser keeps; the tabs stay.
    pub fn clear_the_storage(&mut self, person: usize) {
        let disk = &mut self.disks[person];
        disk.remembered = None;
        disk.change(FxHashMap::clear);
    }

    /// What is stored is as a version of this program has left it that gave no filling a name.
    pub fn forget_the_filling(&mut self, person: usize) {
        self.disks[person].change(|all| {
            for records in all.values_mut() {
                records.remove(FILLING);
            }
        });
    }

    /// What of a board's confirmed state is stored.
    pub fn is_kept(&self, person: usize, board: &BoardId) -> bool {
        let prefix = format!("widget/{board}/");
        let mut records = self.disks[person].records.values();
        records.any(|records| records.keys().any(|key| key.starts_with(&prefix)))
    }
}

fn bytes_of(records: &Records) -> usize {
    records.iter().map(|(key, text)| key.len() + text.len()).sum()
}
