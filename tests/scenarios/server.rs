//! A server process and its disk: each frame is decided alone, and told only when its records are on the disk as text.

use std::{collections::BTreeMap, convert::Infallible};

use tideboard::{
    board::{Catalog, FieldSpec, Policy, ValueType},
    config::FRAME_FILL_BYTES,
    protocol::{BoardId, Epoch, FieldName, RunId, StoreId, Value, WidgetId},
    server::{
        authority::{Authority, Event, Reply, Setup},
        log::{Log, Memory, Record},
    },
    time::Timestamp,
};

/// A kind whose field `any` takes any JSON.
pub const DRAWER: &str = "drawer";

/// The database; every other one comes after it.
const STORE: StoreId = StoreId(7);

/// Every board's records, in order.
type Disk = BTreeMap<BoardId, Vec<String>>;

pub struct Server {
    authority: Authority,
    disk: Disk,
    backup: Disk,
    memory: Memory,
    pub store: StoreId,
    runs: u128,
    /// Its disk takes nothing more.
    pub is_full: bool,
}

impl Server {
    /// A first start, on an empty disk, of one that remembers so much.
    pub fn new(memory: Memory) -> Self {
        Self::started((STORE, Disk::new()), Disk::new(), memory, 1)
    }

    /// One that has nothing to do with this one.
    pub fn another(&self) -> Self {
        let store = StoreId(self.store.0 + 1);
        Self::started((store, Disk::new()), Disk::new(), self.memory, self.runs + 100)
    }

    fn started((store, disk): (StoreId, Disk), backup: Disk, memory: Memory, run: u128) -> Self {
        let setup = Setup {
            store,
            run: RunId(run),
            epoch: Epoch(run),
            memory,
            catalog: Catalog::default().with(
                DRAWER,
                vec![FieldSpec::new("any", ValueType::Any, Policy::LastWriteWins)],
            ),
            frame_fill_bytes: FRAME_FILL_BYTES,
        };
        let log = |texts| opened(Some(texts), memory, setup.epoch);
        let logs = disk.iter().map(|(board, texts)| (board.clone(), log(texts))).collect();
        Self {
            authority: Authority::new(setup, logs),
            disk,
            backup,
            memory,
            store,
            runs: run,
            is_full: false,
        }
    }

    pub fn next_wakeup(&self) -> Option<Timestamp> {
        self.authority.next_wakeup()
    }

    pub fn hear(&mut self, now: Timestamp, event: Option<Event>) -> Vec<Reply> {
        let batch = self.authority.handle(now, event);
        if self.is_full && !batch.records.is_empty() {
            let (disk, memory, epoch) = (&self.disk, self.memory, self.authority.epoch());
            let reload = |board: &BoardId| Ok::<_, Infallible>(opened(disk.get(board), memory, epoch));
            return self
                .authority
                .abandoned(batch, reload)
                .unwrap_or_else(|never| match never {});
        }
        for (board, _, record) in &batch.records {
            let text = serde_json::to_string(record).expect("plain data");
            self.disk.entry(board.clone()).or_default().push(text);
        }
        self.authority.committed(batch)
    }

    pub fn back_up(&mut self) {
        self.backup = self.disk.clone();
    }

    /// The process ends; another one starts on the disk as it was when it was backed up.
    pub fn restore_backup(&mut self) {
        let disk = (self.store, self.backup.clone());
        *self = Self::started(disk, self.backup.clone(), self.memory, self.runs + 1);
    }

    /// A field's value; `Null` where there is none, or its widget was removed.
    pub fn value(&self, board: &BoardId, widget: &WidgetId, field: &FieldName) -> Value {
        let board = self.authority.logs().get(board).map(Log::board);
        let widget = board.and_then(|board| board.widget(widget));
        let standing = widget.filter(|widget| widget.removed.is_none());
        let field = standing.and_then(|widget| widget.fields.get(field));
        field.map_or(Value::Null, |field| field.value.clone())
    }
}

/// A board as the disk has it.
fn opened(texts: Option<&Vec<String>>, memory: Memory, epoch: Epoch) -> Log {
    let record = |text: &String| -> Record { serde_json::from_str(text).expect("a record that was written") };
    let records = texts.into_iter().flatten().map(record);
    Log::restore(memory, epoch, None, records).expect("records in their order")
}
