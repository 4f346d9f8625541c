//! Disks that forget what was not synced: the server's, and a device's.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use tideboard::{
    protocol::{BoardId, Epoch, OperationId},
    server::log::{Log, Memory, Record, Snapshot},
    sync::{
        Note,
        storage::{HIGH, Namespace, Outcome, Records, StorageError, Transaction, apply, is_cold},
    },
};

use crate::{dice::Dice, files::Files};

/// A board's records as bytes, and its newest snapshot.
#[derive(Clone, Debug, Default)]
struct Shelf {
    records: Vec<(u64, Vec<u8>)>,
    snapshot: Option<Vec<u8>>,
}

/// The server's disk. What is written is there after [`ServerDisk::sync`]; before, a power loss takes it.
#[derive(Clone, Debug, Default)]
pub struct ServerDisk {
    durable: BTreeMap<BoardId, Shelf>,
    written: Vec<(BoardId, u64, Vec<u8>)>,
}

impl ServerDisk {
    pub fn append(&mut self, board: &BoardId, record: &Record) {
        self.written.push((
            board.clone(),
            record.sequence,
            serde_json::to_vec(record).expect("plain data"),
        ));
    }

    pub fn sync(&mut self) {
        for (board, sequence, bytes) in self.written.drain(..) {
            let shelf = self.durable.entry(board).or_default();
            let last = shelf.records.last().map_or(0, |(sequence, _)| *sequence);
            assert!(
                last == 0 || sequence == last + 1,
                "compare-and-set: record {sequence} after {last}"
            );
            shelf.records.push((sequence, bytes));
        }
    }

    /// The transaction failed, or the power went.
    pub fn forget(&mut self) {
        self.written.clear();
    }

    /// Puts a snapshot down and drops records that neither it nor the horizon needs.
    pub fn compact(&mut self, board: &BoardId, log: &Log) {
        let Some(shelf) = self.durable.get_mut(board) else {
            return;
        };
        let snapshot = log.snapshot();
        let needed = |bytes: &[u8]| {
            let record: Record = serde_json::from_slice(bytes).expect("what was written");
            record
                .decisions
                .iter()
                .any(|decision| decision.verdict.revision() >= log.horizon())
        };
        let last = shelf.records.len().saturating_sub(1);
        let first_needed = shelf
            .records
            .iter()
            .position(|(_, bytes)| needed(bytes))
            .unwrap_or(last)
            .min(last);
        shelf.records.drain(..first_needed);
        shelf.snapshot = Some(serde_json::to_vec(&snapshot).expect("plain data"));
    }

    pub fn open(&self, board: &BoardId, memory: Memory, epoch: Epoch) -> Log {
        let shelf = self.durable.get(board).cloned().unwrap_or_default();
        let snapshot: Option<Snapshot> = shelf
            .snapshot
            .as_deref()
            .map(|bytes| serde_json::from_slice(bytes).expect("what was written"));
        let records = shelf
            .records
            .iter()
            .map(|(_, bytes)| serde_json::from_slice::<Record>(bytes).expect("what was written"));
        Log::restore(memory, epoch, snapshot, records).expect("a log that was written in order")
    }

    pub fn boards(&self) -> impl Iterator<Item = &BoardId> {
        self.durable.keys()
    }
}

/// What stood under some keys.
type Before = Vec<(String, Option<String>)>;

/// A device's storage, shared by its tabs.
pub struct DeviceDisk {
    /// What its tabs see.
    records: FxHashMap<Namespace, Records>,
    /// What a power loss brings back: what stood under the keys of each transaction that is not synced yet.
    unsynced: Vec<(Namespace, Before)>,
    torn: Vec<Torn>,
    pub remembered: Option<Note>,
    pub room: Room,
    /// Where the native half is built, the file that native programs keep, beside the records in memory.
    files: Files,
    /// How much of what was not synced is left in the file. Of its own, so that a seed plays the same with a file and without.
    dice: Dice,
}

/// What a device's disk has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    #[default]
    Free,
    /// For nothing: it is full of what others have.
    None,
    /// For what is no more than what goes.
    AsMuch,
}

impl DeviceDisk {
    pub fn new(seed: u64) -> Self {
        Self {
            records: FxHashMap::default(),
            unsynced: Vec::new(),
            torn: Vec::new(),
            remembered: None,
            room: Room::default(),
            files: Files::default(),
            dice: Dice(seed),
        }
    }

    /// What a tab reads.
    pub fn load(&mut self, tab: usize, namespace: &Namespace, cold: bool) -> Records {
        let records = self.records.get(namespace).into_iter().flatten();
        let read = records.filter(|(key, _)| cold || !is_cold(key));
        let records = read.map(|(key, text)| (key.clone(), text.clone())).collect();
        self.files.load(tab, namespace, cold, records)
    }

    pub fn commit(&mut self, tab: usize, namespace: &Namespace, transaction: &Transaction) -> Outcome {
        let records = self.records.entry(namespace.clone()).or_default();
        let before = before(records, transaction);
        let fits = match self.room {
            Room::Free => true,
            Room::None => false,
            Room::AsMuch => grows(&before, transaction) <= 0,
        };
        if !fits {
            return Outcome::Failed(StorageError::Full);
        }
        let outcome = apply(records, transaction);
        self.files.commit(tab, namespace, transaction, &outcome, records);
        if matches!(outcome, Outcome::Done { .. }) {
            self.unsynced.push((namespace.clone(), before));
        }
        outcome
    }

    /// Whether an operation waits in the outbox under this number.
    pub fn is_pending(&self, namespace: &Namespace, number: u64) -> bool {
        let records = self.records.get(namespace);
        records.is_some_and(|records| records.contains_key(&outbox_key(number)))
    }

    /// A transaction's answer goes out only after this.
    pub fn sync(&mut self) {
        self.unsynced.clear();
        self.files.sync();
    }

    /// A tab is killed. A file that nobody else has open ends wherever that tab was in its writing.
    pub fn kill(&mut self, tab: usize) {
        if self.files.kill(tab) {
            self.power_loss();
        }
    }

    pub fn power_loss(&mut self) {
        self.files.cut(self.dice.below(1_001));
        for (namespace, before) in self.unsynced.drain(..).rev() {
            // What nobody was told of may be there all the same, and then whatever was written before it.
            if self.files.holds(&self.records) {
                break;
            }
            let records = self.records.entry(namespace).or_default();
            for (key, text) in before {
                match text {
                    Some(text) => records.insert(key, text),
                    None => records.remove(&key),
                };
            }
        }
        self.files.must_hold(&self.records);
    }

    /// All of it goes, and whatever was not synced.
    pub fn clear(&mut self) {
        self.records.clear();
        self.files.overwrite(&self.records);
        self.unsynced.clear();
        self.remembered = None;
    }

    /// Something else than our programs damages one of the records under a prefix; answers which, of whose.
    pub fn tear(&mut self, prefix: &str, pick: u64) -> Option<(Namespace, Torn)> {
        let is_whole = |namespace: &Namespace, key: &str| self.torn_at(namespace, key).is_none();
        let mut all: Vec<(&Namespace, &String)> = Vec::new();
        for (namespace, records) in &self.records {
            let under = records.keys().filter(|key| key.starts_with(prefix));
            all.extend(under.filter(|key| is_whole(namespace, key)).map(|key| (namespace, key)));
        }
        all.sort_by_key(|(namespace, key)| (namespace.principal.as_str(), *key));
        let (namespace, key) = all.get(pick as usize % all.len().max(1))?;
        let (namespace, key) = ((*namespace).clone(), (*key).clone());
        let text = self.records.get_mut(&namespace)?.get_mut(&key)?;
        let before = text.clone();
        // A number that is cut off is another one: it is written over.
        let end = before.len() * (pick as usize % 97) / 97;
        *text = if before.starts_with('{') {
            before[..before.floor_char_boundary(end)].to_owned()
        } else {
            format!("?{before}")
        };
        let torn = Torn {
            namespace: namespace.clone(),
            key,
            text: text.clone(),
            before,
        };
        // It is on the disk, and with it what was written before.
        self.unsynced.clear();
        self.files.overwrite(&self.records);
        self.torn.push(torn.clone());
        Some((namespace, torn))
    }

    /// What is damaged under this key, where nobody has written it anew since.
    fn torn_at(&self, namespace: &Namespace, key: &str) -> Option<&Torn> {
        let stands = self.records.get(namespace)?.get(key)?;
        let mut torn = self.torn.iter().rev();
        torn.find(|torn| torn.namespace == *namespace && torn.key == key && torn.text == *stands)
    }

    /// Whatever is damaged of these records, and nobody has written anew since.
    pub fn torn(&self, namespace: &Namespace) -> Vec<&Torn> {
        let records = self.records.get(namespace).filter(|_| !self.torn.is_empty());
        let keys = records.into_iter().flat_map(Records::keys);
        keys.filter_map(|key| self.torn_at(namespace, key)).collect()
    }

    /// What would be stored had nothing been damaged: whoever looks for what is lost finds there what is not.
    pub fn whole(&self) -> impl Iterator<Item = Records> {
        self.records.keys().map(|namespace| self.whole_of(namespace))
    }

    /// The same of one of them.
    pub fn whole_of(&self, namespace: &Namespace) -> Records {
        let mut records = self.records.get(namespace).cloned().unwrap_or_default();
        for torn in self.torn(namespace) {
            records.insert(torn.key.clone(), torn.before.clone());
        }
        records
    }
}

impl DeviceDisk {
    /// What was damaged to this, and stands so.
    pub fn damaged_to(&self, text: &str) -> Vec<Torn> {
        let all = self.records.keys().flat_map(|namespace| self.torn(namespace));
        all.filter(|torn| torn.text == text).cloned().collect()
    }

    /// Whether a damaged record is of this operation.
    pub fn is_torn_of(&self, id: &OperationId) -> bool {
        let mut all = self.records.keys().flat_map(|namespace| self.torn(namespace));
        all.any(|torn| torn.is_own() && torn.id() == Some(*id))
    }
}

impl Torn {
    /// Whether it is of what somebody has made, and waits.
    pub fn is_own(&self) -> bool {
        let own = ["outbox/", "conflict/", "aside/"];
        own.iter().any(|prefix| self.key.starts_with(prefix))
    }

    /// Whether what is left of it says of which widget it is.
    pub fn says_its_lane(&self) -> bool {
        let says = |name: &str| {
            let rest = self.text.split_once(&format!("\"{name}\":\""));
            rest.is_some_and(|(_, rest)| rest.contains('"'))
        };
        says("board") && says("widget")
    }

    /// Which card it was, if it was one.
    pub fn card(&self) -> Option<OperationId> {
        self.key.strip_prefix("conflict/")?.parse().ok()
    }

    /// Which operation it was of.
    pub fn id(&self) -> Option<OperationId> {
        let rest = self.before.strip_prefix(r#"{"operation":{"id":""#)?;
        rest.split('"').next()?.parse().ok()
    }
}

/// A record that was damaged.
#[derive(Clone, Debug)]
pub struct Torn {
    namespace: Namespace,
    pub key: String,
    /// What stands there since.
    pub text: String,
    /// What had stood there.
    pub before: String,
}

/// By how many bytes a transaction makes the records more, where it is carried out.
fn grows(before: &Before, transaction: &Transaction) -> i64 {
    let len = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.len() as i64).sum::<i64>();
    let written = len(&mut transaction.put.iter().map(|(_, text)| text)) + len(&mut transaction.append.iter());
    let kept = |key: &String| {
        let is_written = transaction.put.iter().any(|(written, _)| written == key);
        let is_wiped = transaction
            .wipe
            .as_ref()
            .is_some_and(|prefix| key.starts_with(prefix.as_str()));
        !is_written && !is_wiped && !transaction.delete.contains(key)
    };
    let gone = before
        .iter()
        .filter(|(key, _)| !kept(key))
        .filter_map(|(_, text)| text.as_ref());
    written - len(&mut gone.into_iter())
}

/// What stands under the keys that a transaction is about to change.
fn before(records: &Records, transaction: &Transaction) -> Before {
    let Transaction {
        wipe,
        append,
        put,
        delete,
        expect: _,
    } = transaction;
    let wiped = |key: &&String| wipe.as_ref().is_some_and(|prefix| key.starts_with(prefix.as_str()));
    let wiped = records.keys().filter(wiped).cloned();
    let high: u64 = records.get(HIGH).map_or(0, |text| text.parse().unwrap_or(0));
    let appended = (high + 1..).map(outbox_key).take(append.len());
    let high = (!append.is_empty()).then(|| HIGH.to_owned());
    let written = put.iter().map(|(key, _)| key).chain(delete).cloned();
    let keys = wiped.chain(appended).chain(high).chain(written);
    keys.map(|key| {
        let text = records.get(&key).cloned();
        (key, text)
    })
    .collect()
}

fn outbox_key(number: u64) -> String {
    format!("outbox/{number:016x}")
}
