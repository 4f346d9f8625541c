//! A long build told in a few lines: how far it is, whom it waits for, and where all that it says is kept.

use crate::shell::{self, Failure, not_started, target};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The right to build the page: one build at a time has it, until this is dropped.
pub struct Turn(#[expect(dead_code, reason = "it is held")] File);

/// Waits, and says so, until no other build of the page is under way in this folder, and cargo is free to build in `profiles`, by
/// target and profile: `dx` would wait without a word.
///
/// # Errors
/// [`Failure::File`], when the lock can't be made.
pub fn take_turn(profiles: &[(&str, &str)]) -> Result<Turn, Failure> {
    let path = target().join("build.lock");
    let failed = |source| Failure::File {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(target()).map_err(failed)?;
    let own = File::create(&path).map_err(failed)?;
    wait_for(&own, "another build of the page").map_err(failed)?;
    for (triple, profile) in profiles {
        let lock = target().join(triple).join(profile).join(".cargo-lock");
        // What cargo has never built, it is not building.
        if let Ok(lock) = File::open(lock) {
            wait_for(&lock, "another cargo").map_err(failed)?;
        }
    }
    Ok(Turn(own))
}

/// Locks the file; says whom it waits for while it must.
fn wait_for(lock: &File, whom: &str) -> std::io::Result<()> {
    let started = Instant::now();
    let mut teller = Teller::new();
    loop {
        match lock.try_lock() {
            Ok(()) => {
                teller.end();
                return Ok(());
            }
            Err(TryLockError::WouldBlock) => {
                let folder = target();
                teller.tell(&format!(
                    "{whom} is at work in {}: waiting for its end, {}",
                    folder.display(),
                    span(started.elapsed())
                ));
                thread::sleep(LOOK_EVERY);
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Runs a build with one line that says how far it is. All that the program prints goes to `target/build.log`.
///
/// # Errors
/// [`Failure::NotStarted`]; [`Failure::File`], when the log can't be written; [`Failure::Build`], with the end of the log.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    run_into(command, &target().join("build.log"))
}

fn run_into(command: &mut Command, path: &Path) -> Result<(), Failure> {
    let unwritten = |source| Failure::File {
        path: path.to_owned(),
        source,
    };
    let mut log = File::create(path).map_err(unwritten)?;
    let (reader, writer) = std::io::pipe().map_err(unwritten)?;
    command.stdout(writer.try_clone().map_err(unwritten)?).stderr(writer);
    let mut child = command.spawn().map_err(|source| not_started(command, source))?;
    // The command's own ends of the pipe: with them open there is no end of what is read.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let (lines, said) = mpsc::channel();
    let reading = thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
            if lines
                .send(String::from_utf8_lossy(&line).trim_end().to_owned())
                .is_err()
            {
                return;
            }
        }
    });
    let mut progress = Progress::default();
    let (mut teller, started) = (Teller::new(), Instant::now());
    loop {
        match said.recv_timeout(LOOK_EVERY) {
            Ok(line) => {
                writeln!(log, "{line}").map_err(unwritten)?;
                progress.hear(line);
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
        teller.tell(&format!("{}, {}", progress.words(), span(started.elapsed())));
    }
    reading.join().expect("it only reads");
    let status = child.wait().map_err(|source| not_started(command, source))?;
    teller.end();
    if status.success() {
        println!("  built in {}", span(started.elapsed()));
        return Ok(());
    }
    Err(Failure::Build {
        command: shell::line(command),
        status,
        log: path.to_owned(),
        tail: progress.tail.into_iter().collect::<Vec<_>>().join("\n"),
    })
}

/// How far a build is, by what `dx` prints.
#[derive(Default)]
struct Progress {
    /// Crates of the page's program, and of the server: two builds at once, told apart by how many they are.
    compiled: BTreeMap<u32, u32>,
    /// How many of the two have compiled all: they say so by what they do next. How many crates they will be is a guess of `dx`.
    halves: u32,
    /// The page's program is made smaller, while the server is still compiled.
    optimises: bool,
    /// The last lines that are of something else.
    tail: VecDeque<String>,
}

impl Progress {
    fn hear(&mut self, line: String) {
        if let Some((current, total)) = compiled(&line) {
            self.compiled.insert(total, current);
            return;
        }
        self.halves += u32::from(line.contains("INFO Bundling app"));
        // After that its files are copied.
        self.optimises = line.contains("INFO Running wasm-bindgen") || self.optimises && !line.contains("INFO Copying");
        if self.tail.len() == TAIL_LEN_MAX {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    fn words(&self) -> String {
        let (compiled, total) = (self.compiled.values().sum::<u32>(), self.compiled.keys().sum::<u32>());
        let doing = match total.saturating_sub(compiled) {
            _ if self.optimises => OPTIMISES,
            _ if self.halves >= HALVES => "putting it together",
            // Where nothing has changed, nothing is compiled, and `dx` says nothing of it.
            _ if total == 0 => return "looking for what has changed".to_owned(),
            0 => "putting it together",
            1..=LAST_CRATES => LINKS,
            _ => "",
        };
        let so_far = if self.halves >= HALVES || compiled >= total {
            "compiled all".to_owned()
        } else {
            format!("compiled {compiled} of {total}")
        };
        match doing {
            "" => so_far,
            doing => format!("{so_far}; {doing}"),
        }
    }
}

/// The numbers in `… Compiled [ 12/421]: name`.
fn compiled(line: &str) -> Option<(u32, u32)> {
    let (_, rest) = line.split_once("Compiled [")?;
    let (current, total) = rest.split_once(']')?.0.split_once('/')?;
    Some((current.trim().parse().ok()?, total.trim().parse().ok()?))
}

/// One line that is written over on a terminal; elsewhere a line now and then.
struct Teller {
    is_terminal: bool,
    told_at: Option<Instant>,
}

impl Teller {
    fn new() -> Self {
        Self {
            is_terminal: std::io::stdout().is_terminal(),
            told_at: None,
        }
    }

    fn tell(&mut self, text: &str) {
        let every = if self.is_terminal { LOOK_EVERY } else { TELL_EVERY };
        if self.told_at.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        self.told_at = Some(Instant::now());
        if self.is_terminal {
            print!("\r\x1b[K  {text}");
            // A terminal that is gone is no reason to stop.
            let _ = std::io::stdout().flush();
        } else {
            println!("  {text}");
        }
    }

    /// Takes the line off the terminal.
    fn end(&self) {
        if self.is_terminal && self.told_at.is_some() {
            print!("\r\x1b[K");
            let _ = std::io::stdout().flush();
        }
    }
}

fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// The page's program, and the server.
const HALVES: u32 = 2;
/// What is compiled last is our own, in both halves: a library and a program, and how many crates there are is foretold by some too many.
const LAST_CRATES: u32 = 6;
const LINKS: &str = "the last are optimised as a whole and linked, which takes most of the time";
const OPTIMISES: &str = "making the page’s program smaller";
/// How often a lock is tried, and a terminal's line written.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often there is a line where no terminal is.
const TELL_EVERY: Duration = Duration::from_secs(30);
/// Lines of the log that a failure shows: a compiler's error or two.
const TAIL_LEN_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn scratch(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("tideboard-xtask-{name}-{}", std::process::id()))
    }

    #[test]
    fn progress_counts_both_builds_together() {
        let mut progress = Progress::default();
        assert_eq!(progress.words(), "looking for what has changed");
        for line in [
            "  0.09s  INFO Building project...",
            "  2.51s  INFO Compiled [  3/278]: syn",
            "  2.60s  INFO Compiled [  2/421]: syn",
            "  2.79s  INFO Compiled [  4/278]: quote",
        ] {
            progress.hear(line.to_owned());
        }
        assert_eq!(progress.words(), "compiled 6 of 699");
        assert_eq!(progress.tail, ["  0.09s  INFO Building project..."]);
        progress.hear("Compiled [278/278]: a".to_owned());
        progress.hear("Compiled [421/421]: b".to_owned());
        assert_eq!(progress.words(), "compiled all; putting it together");
    }

    #[test]
    fn a_build_is_put_together_when_both_halves_say_so_however_many_crates_were_foretold() {
        let mut progress = Progress::default();
        progress.hear("  2.51s  INFO Compiled [414/421]: syn".to_owned());
        progress.hear(" 26.56s  INFO Bundling app...".to_owned());
        assert_eq!(
            progress.words(),
            "compiled 414 of 421",
            "the other half is still compiled"
        );
        progress.hear(" 27.11s  INFO Running wasm-bindgen...".to_owned());
        assert_eq!(progress.words(), format!("compiled 414 of 421; {OPTIMISES}"));
        progress.hear(" 39.10s  INFO Copying asset (1/3): tideboard.css".to_owned());
        assert_eq!(progress.words(), "compiled 414 of 421");
        progress.hear(" 43.45s  INFO Bundling app...".to_owned());
        assert_eq!(progress.words(), "compiled all; putting it together");
    }

    #[test]
    fn while_no_further_crate_is_done_for_minutes_it_is_said_what_goes_on() {
        let mut progress = Progress::default();
        progress.hear("INFO Compiled [276/279]: dioxus".to_owned());
        progress.hear("INFO Compiled [417/422]: dioxus_fullstack".to_owned());
        assert_eq!(progress.words(), "compiled 693 of 701");
        progress.hear("INFO Compiled [420/422]: dioxus_server".to_owned());
        assert_eq!(progress.words(), format!("compiled 696 of 701; {LINKS}"));
    }

    #[test]
    fn a_build_that_fails_shows_the_end_of_its_log_and_keeps_it_all() {
        let log = scratch("log");
        let script = "echo 'INFO Compiled [1/2]: syn'; echo 'error: no such thing' >&2; exit 3";
        let failure = run_into(Command::new("sh").args(["-c", script]), &log).expect_err("it ends with 3");
        let said = failure.to_string();
        assert!(
            said.contains("error: no such thing") && said.contains(&log.display().to_string()),
            "{said}"
        );
        assert!(!said.contains("\nINFO Compiled"), "progress is not news: {said}");
        let kept = std::fs::read_to_string(&log).expect("it was written");
        assert!(
            kept.contains("Compiled [1/2]: syn") && kept.contains("no such thing"),
            "{kept}"
        );
        std::fs::remove_file(&log).expect("it was just read");
    }

    #[test]
    fn a_second_build_waits_for_the_first_one() {
        let path = scratch("lock");
        let first = File::create(&path).expect("the temporary folder is writable");
        first.lock().expect("nobody else has it");
        let second = File::open(&path).expect("it was just made");
        let (done, waited) = mpsc::channel();
        let waiting = thread::spawn(move || {
            wait_for(&second, "another build").expect("it can be locked");
            done.send(()).expect("it is waited for");
        });
        assert!(waited.recv_timeout(LOOK_EVERY * 2).is_err(), "both build at once");
        drop(first);
        waited.recv_timeout(LOOK_EVERY * 20).expect("its turn comes");
        waiting.join().expect("it has ended");
        std::fs::remove_file(&path).expect("it was just made");
    }
}
