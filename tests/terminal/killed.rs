//! Clients that are killed over and over while they write into the one file that they share: what was said to be saved is on the
//! server in the end, once, and in order.
//!
//! `cargo xtask kill-clients --times 300 --seed 7` plays it longer.

use std::{
    collections::BTreeMap,
    env,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

use tideboard::{
    protocol::Effect,
    server::{log::Record, store::FILE_NAME},
};

use crate::{
    client::{BOARD, Client, Server},
    traced::traced,
};

/// A device whose clients are killed, and what they have begun.
struct Play {
    server: Server,
    client: Client,
    dice: Dice,
    /// Every addition that was begun. Each adds another amount: its place here, from 1.
    begun: Vec<Begun>,
    /// How long a client lives that nobody kills.
    life: Duration,
    kills: u32,
    /// Kills at a write to the file itself, or at a flush of it.
    at_writes: u32,
}

/// An addition that a client was told to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Begun {
    /// The clients of a turn write at once, and those of the next one after them.
    turn: u32,
    /// It was said to be saved on this device.
    is_saved: bool,
}

/// What a client dies of.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lives,
    After(Duration),
    /// In the moment in which it asks the system for the write or the flush of this number.
    At(&'static str, u64),
}

impl Play {
    fn new(seed: u64) -> Self {
        let server = Server::start();
        let client = server.client();
        client.field("counter.count");
        let mut play = Self {
            server,
            client,
            dice: Dice(seed),
            begun: Vec::new(),
            life: Duration::ZERO,
            kills: 0,
            at_writes: 0,
        };
        play.server.kill();
        #[expect(
            clippy::disallowed_methods,
            reason = "how long a client takes on this machine, to be killed within that"
        )]
        let started = Instant::now();
        play.turn(vec![Fate::Lives]);
        play.life = started.elapsed();
        play
    }

    /// Until so many were killed: some add, and now and then one sends.
    fn run(&mut self, kills: u32) {
        while self.kills < kills {
            let writers = 1 + self.dice.below(3);
            let fates = (0..writers).map(|_| self.fate()).collect();
            self.turn(fates);
            if self.dice.below(5) == 0 {
                self.server.restart();
                let fate = self.fate();
                let ended = end(&mut self.client.command(&["outbox", "--send"]), &self.client, fate);
                self.count(&ended, fate);
                self.server.kill();
            }
        }
    }

    /// So many clients add at once, and each meets its fate.
    fn turn(&mut self, fates: Vec<Fate>) {
        let turn = self.begun.last().map_or(1, |begun| begun.turn + 1);
        let first = self.begun.len() + 1;
        let client = &self.client;
        let add = |(amount, fate): (usize, Fate)| {
            let amount = amount.to_string();
            end(
                &mut client.command(&["add", BOARD, "counter.count", &amount, "--offline-ok"]),
                client,
                fate,
            )
        };
        let ended: Vec<Output> = thread::scope(|scope| {
            let running: Vec<_> = (first..)
                .zip(fates.clone())
                .map(|one| scope.spawn(move || add(one)))
                .collect();
            running.into_iter().map(|one| one.join().expect("it ends")).collect()
        });
        for (ended, fate) in ended.iter().zip(fates) {
            let is_saved = ended.stdout == b"saved on this device\n";
            self.begun.push(Begun { turn, is_saved });
            self.count(ended, fate);
            let is_killed = ended.status.signal().is_some();
            assert!(is_saved || is_killed, "{ended:?}");
        }
    }

    fn count(&mut self, ended: &Output, fate: Fate) {
        let is_killed = ended.status.signal() == Some(9);
        self.kills += u32::from(is_killed);
        self.at_writes += u32::from(is_killed && matches!(fate, Fate::At(..)));
    }

    fn fate(&mut self) -> Fate {
        match self.dice.below(8) {
            0 => Fate::Lives,
            1..=3 => Fate::At("pwrite64", 1 + self.dice.below(WRITES)),
            4..=5 => Fate::At("fsync", 1 + self.dice.below(FLUSHES)),
            _ => Fate::After(self.life * self.dice.below(1_000) as u32 / 1_000),
        }
    }

    /// All is sent; what the server has applied then, in its order, as amounts.
    fn applied(&mut self) -> Vec<u64> {
        self.server.restart();
        self.client.send();
        self.client.send();
        self.server.kill();
        let file = self.server.data.path().join(FILE_NAME);
        let sqlite = rusqlite::Connection::open(file).expect("it is there");
        let mut statement = sqlite
            .prepare("SELECT record FROM records WHERE board = ?1 ORDER BY sequence")
            .expect("its tables");
        let rows = statement.query_map([BOARD], |row| row.get(0)).expect("they are read");
        let records = rows.map(|row| {
            let bytes: Vec<u8> = row.expect("a row");
            serde_json::from_slice::<Record>(&bytes).expect("a record")
        });
        let changes = records.flat_map(|record| record.changes);
        let counts = changes.filter(|change| change.widget.as_str() == "counter");
        let counts = counts.filter_map(|change| match change.effect {
            Effect::Assigned { field, value } if field.as_str() == "count" => value.as_u64(),
            _ => None,
        });
        let mut before = 0;
        counts
            .map(|count| count - std::mem::replace(&mut before, count))
            .collect()
    }
}

/// What was said to be saved is there; nothing is there twice; and nothing before what was begun when it was over.
fn judge(begun: &[Begun], applied: &[u64]) -> Result<(), String> {
    let mut times = BTreeMap::<u64, usize>::new();
    for amount in applied {
        *times.entry(*amount).or_default() += 1;
    }
    for (amount, one) in (1..).zip(begun) {
        match times.remove(&amount) {
            None if one.is_saved => return Err(format!("{amount} was said to be saved, and is lost")),
            None | Some(1) => {}
            Some(times) => return Err(format!("{amount} took effect {times} times")),
        }
    }
    if let Some((amount, _)) = times.first_key_value() {
        return Err(format!("nobody has added {amount}"));
    }
    let turns: Vec<u32> = applied.iter().map(|amount| begun[*amount as usize - 1].turn).collect();
    let is_in_order = turns.is_sorted();
    is_in_order
        .then_some(())
        .ok_or_else(|| format!("they are out of order: {applied:?}"))
}

/// Runs a client to its end, by its fate or otherwise.
fn end(plain: &mut Command, client: &Client, fate: Fate) -> Output {
    let piped = |command: &mut Command| -> Child {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("it starts")
    };
    let running = match fate {
        Fate::Lives => piped(plain),
        Fate::After(life) => {
            let mut running = piped(plain);
            // Nobody sends: it is the time that ends this. A kill in the midst waits for nothing that can be seen.
            let (_nobody, news) = channel::<()>();
            let _ = news.recv_timeout(life);
            running.kill().expect("it is this one's own");
            running
        }
        Fate::At(call, number) => {
            let files = ["outbox.sqlite", "outbox.sqlite-wal"].map(|name| client.data.path().join(name));
            let [trace, inject] = [
                format!("trace={call}"),
                format!("inject={call}:signal=SIGKILL:when={number}"),
            ];
            let mut options = vec!["-o", "/dev/null", "-e", &trace, "-e", &inject];
            for file in &files {
                options.extend(["-P", file.to_str().expect("a path of letters")]);
            }
            piped(&mut traced(plain, &options))
        }
    };
    running.wait_with_output().expect("it ends")
}

#[test]
fn clients_that_are_killed_while_they_write_have_saved_what_they_said_once_and_in_order() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u32>().expect("a number"));
    let (kills, seed) = (number("KILLS").unwrap_or(16), number("SEED").unwrap_or(1));
    let mut play = Play::new(seed.into());
    play.run(kills);
    let applied = play.applied();
    let saved = play.begun.iter().filter(|one| one.is_saved).count();
    println!(
        "seed {seed}: {} kills, {} of them at a write or a flush of the file; {} additions begun, {saved} said to be saved, {} on the server",
        play.kills,
        play.at_writes,
        play.begun.len(),
        applied.len()
    );
    assert_eq!(
        judge(&play.begun, &applied),
        Ok(()),
        "replay: cargo xtask kill-clients --times {kills} --seed {seed}"
    );
    assert!(play.at_writes > 0 && saved > 0, "nothing was tried");
}

#[test]
fn a_row_that_is_gone_from_the_file_is_missed() {
    let mut play = Play::new(1);
    play.turn(vec![Fate::Lives]);
    let file = play.client.data.path().join("outbox.sqlite");
    let sqlite = rusqlite::Connection::open(file).expect("it is there");
    let newest = "DELETE FROM records WHERE key = (SELECT max(key) FROM records WHERE key LIKE 'outbox/%')";
    assert_eq!(sqlite.execute(newest, []), Ok(1));
    drop(sqlite);
    let applied = play.applied();
    assert_eq!(
        judge(&play.begun, &applied),
        Err("2 was said to be saved, and is lost".to_owned())
    );
}

#[test]
fn what_is_doubled_or_out_of_order_or_nobodys_is_found() {
    let begun = |turn, is_saved| Begun { turn, is_saved };
    let begun = [begun(1, true), begun(2, false), begun(2, true), begun(3, true)];
    for fine in [&[1, 2, 3, 4][..], &[1, 3, 2, 4], &[1, 3, 4]] {
        assert_eq!(judge(&begun, fine), Ok(()), "{fine:?}");
    }
    for wrong in [&[1, 2, 3, 3, 4][..], &[1, 2, 4], &[3, 1, 4], &[1, 3, 4, 5]] {
        assert!(judge(&begun, wrong).is_err(), "{wrong:?}");
    }
}

/// SplitMix64: the same plan in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// A client that adds writes so often to the file, and flushes it so often, at most.
const WRITES: u64 = 8;
const FLUSHES: u64 = 2;
