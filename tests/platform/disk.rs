//! The file: a transaction means on disk what it means in memory, whoever else writes.

use std::future::poll_fn;

use futures_util::FutureExt;
use tideboard::{
    platform::{Memory, Storage, here},
    sync::storage::{Durability, HIGH, Namespace, Outcome, StorageError, Transaction},
};

use crate::folder::Folder;

fn namespace(principal: &str) -> Namespace {
    let store = "0123456789abcdef0123456789abcdef".parse().expect("an id");
    Namespace {
        store,
        principal: principal.parse().expect("a name"),
    }
}

async fn open(folder: &Folder) -> Box<dyn Storage> {
    here()
        .open_storage(Some(folder.path()))
        .await
        .expect("the folder can be written to")
}

fn put(key: &str, expected: Option<&str>, text: &str) -> Transaction {
    Transaction {
        expect: vec![(key.to_owned(), expected.map(str::to_owned))],
        put: vec![(key.to_owned(), text.to_owned())],
        ..Transaction::default()
    }
}

fn append(texts: &[&str]) -> Transaction {
    Transaction {
        append: texts.iter().map(|&text| text.to_owned()).collect(),
        ..Transaction::default()
    }
}

/// SplitMix64: the same transactions in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn key(&mut self) -> String {
        ["meta/a", "meta/b", "widget/a/x", "aside/1", "journal/1", HIGH][self.roll(6) as usize].to_owned()
    }

    fn transaction(&mut self) -> Transaction {
        let text = |dice: &mut Self| dice.roll(3).to_string();
        let expect = (0..self.roll(2))
            .map(|_| (self.key(), (self.roll(2) == 0).then(|| text(self))))
            .collect();
        let append = (0..self.roll(3)).map(|_| text(self)).collect();
        let put = (0..self.roll(3))
            .map(|_| (self.key(), text(self)))
            .filter(|(key, _)| key != HIGH)
            .collect();
        let delete = (0..self.roll(2))
            .map(|_| self.key())
            .filter(|key| key != HIGH)
            .collect();
        let wipe = (self.roll(8) == 0).then(|| ["meta/", "widget/a/", "aside/"][self.roll(3) as usize].to_owned());
        Transaction {
            expect,
            wipe,
            append,
            put,
            delete,
        }
    }
}

#[tokio::test]
async fn a_transaction_comes_to_the_same_on_disk_as_in_memory() {
    let folder = Folder::new();
    let (disk, memory) = (open(&folder).await, Memory::default());
    let mut dice = Dice(7);
    for _ in 0..300 {
        let (who, transaction) = (namespace(["ann", "ben"][dice.roll(2) as usize]), dice.transaction());
        let on_disk = disk.commit(who.clone(), transaction.clone()).await;
        assert_eq!(
            on_disk,
            memory.commit(who, transaction.clone()).await,
            "{transaction:?}"
        );
    }
    drop(disk);
    let disk = open(&folder).await;
    for who in [namespace("ann"), namespace("ben")] {
        let all = disk.load(who.clone(), true).await.expect("it can be read");
        assert!(all.len() > 20, "the dice have written something");
        assert_eq!(Ok(all), memory.load(who.clone(), true).await);
        assert_eq!(disk.load(who.clone(), false).await, memory.load(who, false).await);
    }
}

#[tokio::test]
async fn whoever_is_wrong_about_what_is_stored_changes_nothing() {
    let folder = Folder::new();
    let (one, other) = (open(&folder).await, open(&folder).await);
    assert_eq!(
        one.commit(namespace("ann"), put("meta/a", None, "1")).await,
        Outcome::Done { first: 1 }
    );
    let mut late = put("meta/a", None, "2");
    late.append.push("lost?".to_owned());
    assert_eq!(other.commit(namespace("ann"), late).await, Outcome::Stale);
    let stored = one.load(namespace("ann"), true).await.expect("it can be read");
    assert_eq!(
        stored.into_iter().collect::<Vec<_>>(),
        [("meta/a".to_owned(), "1".to_owned())]
    );
}

#[tokio::test]
async fn numbers_are_given_once_however_many_append() {
    let folder = Folder::new();
    let (one, other) = (open(&folder).await, open(&folder).await);
    let mut firsts = Vec::new();
    for _ in 0..20 {
        let both = tokio::join!(
            one.commit(namespace("ann"), append(&["a", "b"])),
            other.commit(namespace("ann"), append(&["c"]))
        );
        firsts.push((both.0, 2));
        firsts.push((both.1, 1));
    }
    let mut given: Vec<u64> = firsts
        .into_iter()
        .flat_map(|(outcome, len)| match outcome {
            Outcome::Done { first } => first..first + len,
            other => panic!("{other:?}"),
        })
        .collect();
    given.sort_unstable();
    assert_eq!(given, (1..=60).collect::<Vec<u64>>());
}

#[tokio::test]
async fn one_hears_that_another_has_written_and_not_that_it_did_itself() {
    let folder = Folder::new();
    let (mut one, mut other) = (open(&folder).await, open(&folder).await);
    one.commit(namespace("ann"), append(&["mine"])).await;
    poll_fn(|cx| other.poll_sibling(cx)).await;
    // It looks after each thing it does: once this is answered, it has looked after its own commit.
    one.note("anything").await;
    assert!(
        poll_fn(|cx| one.poll_sibling(cx)).now_or_never().is_none(),
        "it heard itself"
    );
    other.commit(namespace("ann"), append(&["theirs"])).await;
    poll_fn(|cx| one.poll_sibling(cx)).await;
    let stored = one.load(namespace("ann"), true).await.expect("it can be read");
    assert_eq!(stored.get(HIGH).map(String::as_str), Some("2"));
}

#[tokio::test]
async fn the_right_to_send_goes_from_one_to_the_next() {
    let folder = Folder::new();
    let (one, other) = (open(&folder).await, open(&folder).await);
    let held = one.lead(&namespace("ann")).await;
    let someone_elses = other.lead(&namespace("ben")).await;
    let mut waiting = other.lead(&namespace("ann"));
    assert!((&mut waiting).now_or_never().is_none(), "it is held");
    drop((held, someone_elses));
    waiting.await;
}

#[tokio::test]
async fn notes_outlive_the_process_and_belong_to_no_namespace() {
    let folder = Folder::new();
    let disk = open(&folder).await;
    assert_eq!(disk.durability(), Durability::Durable);
    assert_eq!(disk.note("server").await, None);
    disk.write_note("server", "http://one").await.expect("there is room");
    disk.write_note("server", "http://two").await.expect("there is room");
    drop(disk);
    let disk = open(&folder).await;
    assert_eq!(disk.note("server").await.as_deref(), Some("http://two"));
    assert!(
        disk.load(namespace("ann"), true)
            .await
            .expect("it can be read")
            .is_empty()
    );
}

#[tokio::test]
async fn what_can_not_be_read_is_an_error_and_not_left_out() {
    let folder = Folder::new();
    let mut storage = open(&folder).await;
    assert!(matches!(
        storage.commit(namespace("ann"), append(&["one", "two"])).await,
        Outcome::Done { .. }
    ));
    drop(storage);
    damage(&folder);
    storage = open(&folder).await;
    for cold in [false, true] {
        let read = storage.load(namespace("ann"), cold).await;
        assert_eq!(read, Err(StorageError::Broken), "cold {cold}");
    }
}

/// Makes of every stored text one that is none: half a character.
fn damage(folder: &Folder) {
    let file = std::fs::read_dir(folder.path())
        .expect("the folder is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "sqlite"))
        .expect("the file is there");
    let connection = rusqlite::Connection::open(file).expect("it is a database");
    let changed = connection.execute(
        "UPDATE records SET text = CAST(x'c3' AS TEXT) WHERE key LIKE 'outbox/%'",
        [],
    );
    assert_eq!(changed, Ok(2));
}
