//! A device's file, kept by the very code by which native programs keep it: every tab has a connection of its own, as their
//! processes have, and what is left when they are killed is what the next one opens. The records in memory stand beside it: the
//! file must say and answer what they do.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use tideboard::{
    platform::Database,
    sync::storage::{Namespace, Outcome, Records, Transaction},
};

/// The files of a device, gone with it.
#[derive(Default)]
pub struct Files {
    root: Option<PathBuf>,
    /// How often it was looked what a kill has left, or would have: each time that is a folder of its own.
    kills: u64,
    /// The folder that the tabs have open.
    current: u64,
    /// By tab.
    open: BTreeMap<usize, Database>,
    /// How far the write-ahead log went when a tab was last told that its write is on the disk.
    synced: End,
    commits: u64,
}

impl Files {
    /// A tab carries out a transaction, which came to `outcome` in memory and left `records` there.
    pub fn commit(
        &mut self,
        tab: usize,
        namespace: &Namespace,
        transaction: &Transaction,
        outcome: &Outcome,
        records: &Records,
    ) {
        self.commits += 1;
        let is_tried = self.commits.is_multiple_of(TRIED);
        let before = is_tried.then(|| (self.end(), self.read(tab, namespace)));
        let answered = self.opened(tab).commit(namespace, transaction);
        assert_eq!(answered, *outcome, "the file answers otherwise to {transaction:?}");
        self.must_hold([(namespace, records)]);
        if let Some((end, before)) = before {
            // Had all been killed in the midst of it: another part each time.
            let left = self.left(end, self.commits * 389 % 1001);
            let found = Database::open(&file(&left)).map(|mut database| database.load(namespace, true));
            let found = found.expect("it can be opened").expect("it can be read");
            assert!(
                found == before || found == *records,
                "a kill leaves half of {transaction:?}"
            );
            fs::remove_dir_all(left).expect("it is this device's own");
        }
    }

    /// What a tab reads, where memory has `records`.
    pub fn load(&mut self, tab: usize, namespace: &Namespace, cold: bool, records: Records) -> Records {
        let read = self.opened(tab).load(namespace, cold).expect("the file can be read");
        assert_eq!(read, records, "the file says otherwise");
        read
    }

    /// A tab is told that its write is on the disk.
    pub fn sync(&mut self) {
        self.synced = self.end();
    }

    /// A tab is killed. What it had open is closed; whether nobody else has it open, so that it must be read from what is left.
    pub fn kill(&mut self, tab: usize) -> bool {
        if self.open.len() > 1 {
            self.open.remove(&tab);
            return false;
        }
        self.open.contains_key(&tab)
    }

    /// All who have it open are gone, without a word: the next one finds the files as they are. Of what nobody was told that it is on
    /// the disk so many thousandths are there, in the order in which they were written.
    pub fn cut(&mut self, part: u64) {
        if self.root.is_none() {
            return;
        }
        let gone = self.folder(self.current);
        self.left(self.synced, part);
        self.current = self.kills;
        // This puts all in order, in a folder where nobody looks any more.
        self.open.clear();
        fs::remove_dir_all(gone).expect("it is this device's own");
        self.synced = End::default();
        self.sync();
    }

    /// Whether it has what memory has, to the letter.
    pub fn holds<'a>(&mut self, records: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) -> bool {
        let reader = self.open.keys().last().copied().unwrap_or_default();
        let mut all = records.into_iter();
        all.all(|(namespace, records)| self.read(reader, namespace) == *records)
    }

    pub fn must_hold<'a>(&mut self, records: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) {
        assert!(
            self.holds(records),
            "the file has something else than memory, or half of it"
        );
    }

    /// What is stored is made this by another program than ours.
    pub fn overwrite<'a>(&mut self, records: impl IntoIterator<Item = (&'a Namespace, &'a Records)>) {
        if self.root.is_none() {
            return;
        }
        let mut other = rusqlite::Connection::open(file(&self.folder(self.current))).expect("it is a database");
        let sql = other.transaction().expect("nobody writes now");
        sql.execute("DELETE FROM records", []).expect("a table of ours");
        for (Namespace { store, principal }, records) in records {
            let name = format!("{store}/{principal}");
            for (key, text) in records {
                sql.execute("INSERT INTO records VALUES (?1, ?2, ?3)", [&name, key, text])
                    .expect("a table of ours");
            }
        }
        sql.commit().expect("nobody writes now");
        drop(other);
        self.sync();
    }

    fn read(&mut self, tab: usize, namespace: &Namespace) -> Records {
        self.opened(tab).load(namespace, true).expect("the file can be read")
    }

    fn opened(&mut self, tab: usize) -> &mut Database {
        let folder = self.folder(self.current);
        self.open.entry(tab).or_insert_with(|| {
            fs::create_dir_all(&folder).expect("there is room");
            Database::open(&file(&folder)).expect("it can be opened")
        })
    }

    /// A folder with what a kill leaves: all that is there, and of what the log has after `end` so many thousandths.
    fn left(&mut self, end: End, part: u64) -> PathBuf {
        let now = self.end();
        self.kills += 1;
        let (from, to) = (self.folder(self.current), self.folder(self.kills));
        fs::create_dir_all(&to).expect("there is room");
        for entry in fs::read_dir(&from).expect("it is there") {
            let name = entry.expect("it is there").file_name();
            fs::copy(from.join(&name), to.join(&name)).expect("there is room");
        }
        // One that was begun anew had moved into the file, and was on the disk.
        let kept = if end.salt == now.salt { end.at } else { 0 };
        if kept < now.at && now.at < MOVED {
            let log = File::options().write(true).open(log(&to)).expect("it has frames");
            log.set_len(kept + (now.at - kept) * part / 1000)
                .expect("there is room");
        }
        to
    }

    /// How far the log goes now.
    fn end(&mut self) -> End {
        let known = self.synced;
        // There is none before the first write.
        let log = File::open(log(&self.folder(self.current)));
        log.ok().and_then(|log| End::of(log, known)).unwrap_or_default()
    }

    fn folder(&mut self, number: u64) -> PathBuf {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let root = self.root.get_or_insert_with(|| {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            fast_folder().join(format!("tideboard-{}-{number}", std::process::id()))
        });
        root.join(number.to_string())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.open.clear();
        if let Some(root) = &self.root {
            // What is left behind lies in a folder for that: not worth failing for.
            let _ = fs::remove_dir_all(root);
        }
    }
}

/// How far a write-ahead log goes (sqlite.org/fileformat2.html#walformat).
#[derive(Clone, Copy, Default, PartialEq)]
struct End {
    /// Drawn whenever it is begun anew, and repeated in each frame since.
    salt: [u8; 8],
    at: u64,
}

impl End {
    /// From what is known of it already.
    fn of(mut log: File, known: Self) -> Option<Self> {
        let mut eight = |at| {
            let mut bytes = [0; 8];
            log.seek(SeekFrom::Start(at))
                .and_then(|_| log.read_exact(&mut bytes))
                .ok()?;
            Some(bytes)
        };
        let salt = eight(16)?;
        let mut at = if salt == known.salt { known.at } else { HEADER };
        while eight(at + 8) == Some(salt) {
            at += FRAME;
        }
        Some(Self { salt, at })
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("outbox.sqlite")
}

fn log(folder: &Path) -> PathBuf {
    folder.join("outbox.sqlite-wal")
}

/// In memory where there is such a disk: what is tried here is what is written, and not how long a disk takes.
fn fast_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return memory.to_owned();
    }
    env::temp_dir()
}

/// Of so many transactions one is looked at as a kill would leave it.
const TRIED: u64 = 16;
const HEADER: u64 = 32;
/// A page, and what is said of it.
const FRAME: u64 = 24 + 4_096;
/// From here on SQLite has moved the log into the file, which it does once all of it is on the disk: nothing of it can be missing then.
const MOVED: u64 = HEADER + 1_000 * FRAME;
