//! A server for a person alone: a program of its own, which lies beside this one and is run for its windows.
//!
//! Of all processes that share a folder one runs it, by a lock; when that one is gone, the next takes over. It ends with the process that
//! runs it, also where that is killed: its input is a pipe, which ends then. Its port and token are kept, so that a window finds again what
//! it knows of it. Why a program of its own: `docs/decisions/a-server-for-one.md`.

mod door;

use std::{
    env,
    fs::{File, TryLockError},
    io::{self, BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::watch;

pub use self::door::Door;
use crate::{
    config::{OWN_AGAIN_MS, OWN_ANSWER_MS, OWN_ANSWER_MS_MAX, OWN_LOOK_MS, OWN_PATIENCE_MS, OWN_PROGRAM, OWN_SOON_MS},
    platform::{here, lock_holder, make_private_folder, random},
    words::{spoken, t, with},
};

/// Its folder, in that of the person's data.
const FOLDER: &str = "own";

/// Held by the process that runs it.
const LOCK: &str = "windows.lock";

/// How it is with the own server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// How it is entered; `None` where it never was.
    pub door: Option<Door>,
    /// How often it has begun to answer since this program was started.
    pub starts: u32,
    /// Why it does not run, in a sentence.
    pub trouble: Option<String>,
}

/// The own server, as long as this process lives.
#[derive(Clone)]
pub struct Own {
    standing: watch::Receiver<Standing>,
    again: Sender<()>,
}

/// The own server of this process, which is started if it was not.
pub fn own(folder: &Path) -> Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| Own::start(folder.join(FOLDER), program())).clone()
}

impl Own {
    fn start(folder: PathBuf, program: PathBuf) -> Self {
        let (tell, standing) = watch::channel(Standing {
            door: Door::read(&folder),
            ..Standing::default()
        });
        let (again, asked) = channel();
        let keeper = Keeper {
            folder,
            program,
            tell: tell.clone(),
            asked,
        };
        let started = thread::Builder::new()
            .name("own server".to_owned())
            .spawn(move || keeper.keep());
        if let Err(error) = started {
            tell.send_modify(|standing| standing.trouble = Some(system_says(&error)));
        }
        Self { standing, again }
    }

    /// How it is now.
    pub fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// How it is when that has changed; never, when it can't change any more.
    pub async fn changed(&mut self) -> Standing {
        if self.standing.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.standing.borrow_and_update().clone()
    }

    /// Tries to start it now, where that failed or takes long. Until that fails, too, there is no trouble.
    pub fn try_again(&self) {
        // Whoever keeps it listens as long as the process lives.
        let _ = self.again.send(());
    }

    /// Ends when it answers.
    ///
    /// # Errors
    /// Why it does not, in a sentence.
    pub async fn met(mut self) -> Result<(), String> {
        let mut standing = self.standing.borrow_and_update().clone();
        if standing.trouble.is_some() {
            self.try_again();
            standing = self.changed().await;
        }
        loop {
            if let Some(trouble) = standing.trouble {
                return Err(trouble);
            }
            if standing.starts > 0 {
                return Ok(());
            }
            standing = self.changed().await;
        }
    }
}

/// The thread that runs it.
struct Keeper {
    folder: PathBuf,
    program: PathBuf,
    tell: watch::Sender<Standing>,
    asked: Receiver<()>,
}

impl Keeper {
    /// For as long as the process lives.
    fn keep(&self) {
        let _held = self.turn();
        let clock = here().clock();
        // Since when it does not answer, however often it was tried; and how long one try may take.
        let (mut since, mut answer_ms) = (None, OWN_ANSWER_MS);
        loop {
            let begun = *since.get_or_insert(clock.now());
            let is_late = || clock.now() >= begun.plus(OWN_PATIENCE_MS);
            match self.run(is_late(), &mut answer_ms) {
                Ok(()) => since = None,
                Err(trouble) if is_late() => self.is_troubled(trouble),
                Err(_) => {}
            }
            // One that has just ended gives its port and its boards free within a moment.
            let is_told = self.tell.borrow().trouble.is_some();
            if self.wait(if is_told { OWN_AGAIN_MS } else { OWN_SOON_MS }) {
                since = None;
            }
        }
    }

    /// Waits until no other process runs it; meanwhile it is entered by the door that the other one tells.
    fn turn(&self) -> File {
        let clock = here().clock();
        let path = self.folder.join(LOCK);
        // Since when another one has its turn and tells no door.
        let mut since = clock.now();
        loop {
            let held = make_private_folder(&self.folder)
                .and_then(|()| File::options().create(true).truncate(false).write(true).open(&path));
            match held.map(|file| file.try_lock().map(|()| file)) {
                Ok(Ok(file)) => return file,
                Ok(Err(TryLockError::WouldBlock)) => {
                    if let Some(door) = Door::read(&self.folder) {
                        since = clock.now();
                        self.is_run_elsewhere(door);
                    } else if clock.now() >= since.plus(OWN_ANSWER_MS) {
                        self.is_troubled(is_held(&path));
                    }
                }
                Ok(Err(TryLockError::Error(error))) | Err(error) => {
                    let folder = self.folder.display().to_string();
                    self.is_troubled(with("Its folder {} can’t be used: {}.", &[&folder, &error.to_string()]));
                }
            }
            if self.wait(OWN_AGAIN_MS) {
                since = clock.now();
            }
        }
    }

    fn is_troubled(&self, trouble: String) {
        self.tell.send_modify(|standing| standing.trouble = Some(trouble));
    }

    fn is_run_elsewhere(&self, door: Door) {
        self.tell.send_if_modified(|standing| {
            let is_news = standing.starts == 0 || standing.door.as_ref() != Some(&door);
            if is_news {
                standing.door = Some(door);
                standing.starts += 1;
                standing.trouble = None;
            }
            is_news
        });
    }

    /// Runs it until it ends, or a person wants it tried anew; by another port, where nothing else has helped and its own is taken. Fails with
    /// a sentence when it never answered, or has said why it ends. One that has not answered after `answer_ms` is ended, and the next one has
    /// twice the time: a large store on a slow disk takes some.
    fn run(&self, is_late: bool, answer_ms: &mut u64) -> Result<(), String> {
        let kept = Door::read(&self.folder);
        let port = kept.as_ref().map_or(0, |door| door.port);
        let moves = is_late && is_taken(port);
        let port = if moves { 0 } else { port };
        // Who sits on the old port may have been greeted with the old token.
        let token = match kept {
            Some(door) if !moves => door.token,
            _ => new_token()?,
        };
        let (output, mut child) = self.start(port, &token)?;
        let lines = lines_of(output)?;
        let clock = here().clock();
        let end = clock.now().plus(*answer_ms);
        let mut said = None;
        let mut has_answered = false;
        loop {
            let line = if has_answered {
                lines.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                lines.recv_timeout(Duration::from_millis(OWN_LOOK_MS))
            };
            match line {
                Ok(line) => {
                    if let Some(port) = line.strip_prefix(GREETING).and_then(|port| port.trim().parse().ok()) {
                        has_answered = true;
                        *answer_ms = OWN_ANSWER_MS;
                        let token = token.clone();
                        self.answers(Door { port, token });
                    } else if let Some(trouble) = line.strip_prefix(COMPLAINT) {
                        said = Some(trouble.trim().to_owned());
                    } else {
                        tracing::debug!("its server: {line}");
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if has_answered {
                continue;
            }
            if self.asked.try_recv().is_ok() {
                end_hanging(child)?;
                self.has_no_trouble();
                return Ok(());
            }
            if clock.now() >= end {
                end_hanging(child)?;
                let trouble = with(
                    "It did not answer within {} seconds, and was ended.",
                    &[&(*answer_ms / 1_000).to_string()],
                );
                *answer_ms = (*answer_ms * 2).min(OWN_ANSWER_MS_MAX);
                return Err(trouble);
            }
        }
        let ended = child.wait();
        tracing::warn!("the server of this computer has ended: {ended:?}");
        match said {
            Some(said) => Err(with("It says: {}", &[&said])),
            None if has_answered => Ok(()),
            None => Err(t("It ended before it had begun.").to_owned()),
        }
    }

    fn start(&self, port: u16, token: &str) -> Result<(io::PipeReader, Child), String> {
        let failed = |error| system_says(&error);
        let (output, written) = io::pipe().map_err(failed)?;
        let mut command = Command::new(&self.program);
        // What the person has set for a server of theirs is not meant for this one.
        for (name, _) in env::vars_os() {
            let is_for_servers = name
                .to_str()
                .is_some_and(|name| name.starts_with("TIDEBOARD_") || ["IP", "PORT"].contains(&name));
            if is_for_servers {
                command.env_remove(name);
            }
        }
        command
            .args([
                "serve",
                "--until-input-ends",
                "--listen",
                "127.0.0.1",
                // Its first board is in the language of the window, whichever of the system's settings has asked for that.
                "--language",
                spoken().map_or("en", |words| words.tag),
                "--port",
                &port.to_string(),
                "--data",
            ])
            .arg(&self.folder)
            // Arguments are seen by others on this machine.
            .env("TIDEBOARD_EDIT_TOKEN", token)
            .env("TIDEBOARD_VIEW_TOKEN", new_token()?)
            .stdin(Stdio::piped())
            .stdout(written.try_clone().map_err(failed)?)
            .stderr(written);
        match command.spawn() {
            Ok(child) => Ok((output, child)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(with(
                "The program that keeps boards on this computer is missing: {}. Install Tideboard anew.",
                &[&self.program.display().to_string()],
            )),
            Err(error) => Err(with(
                "{} can’t be started: {}.",
                &[&self.program.display().to_string(), &error.to_string()],
            )),
        }
    }

    fn answers(&self, door: Door) {
        let kept = door.keep(&self.folder);
        self.tell.send_modify(|standing| {
            standing.door = Some(door);
            standing.starts += 1;
            standing.trouble = kept
                .err()
                .map(|error| with("Its address can’t be kept: {}.", &[&error.to_string()]));
        });
    }

    fn has_no_trouble(&self) {
        self.tell.send_modify(|standing| standing.trouble = None);
    }

    /// Whether a person has asked meanwhile. It is tried again either way.
    fn wait(&self, ms: u64) -> bool {
        // The other end is there as long as the process.
        let is_asked = self.asked.recv_timeout(Duration::from_millis(ms)).is_ok();
        if is_asked {
            self.has_no_trouble();
        }
        is_asked
    }
}

/// What it prints, line by line, until it has ended.
fn lines_of(output: io::PipeReader) -> Result<Receiver<String>, String> {
    let (tell, lines) = channel();
    let read = move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if tell.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    };
    let reader = thread::Builder::new().name("own server's words".to_owned());
    reader.spawn(read).map_err(|error| system_says(&error))?;
    Ok(lines)
}

/// Ends one that does not answer, without waiting for that: its disk may be what it hangs on.
fn end_hanging(mut child: Child) -> Result<(), String> {
    child.kill().map_err(|error| system_says(&error))?;
    thread::spawn(move || child.wait());
    Ok(())
}

/// What is told where another process has its turn, and no door.
fn is_held(lock: &Path) -> String {
    match lock_holder(lock) {
        Some((process, name)) => with(
            "Another program holds it and does not let this window in: {}, process {}. Close that one or end it; this window then goes on by itself.",
            &[&name, &process.to_string()],
        ),
        None => t("Another program holds it and does not let this window in. Close all other windows of Tideboard; this one then goes on by itself.")
            .to_owned(),
    }
}

/// The server's program: beside this one.
fn program() -> PathBuf {
    let name = [OWN_PROGRAM, env::consts::EXE_SUFFIX].concat();
    match env::current_exe() {
        Ok(own) => own.with_file_name(name),
        Err(_) => name.into(),
    }
}

fn is_taken(port: u16) -> bool {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

fn new_token() -> Result<String, String> {
    let bits = random().map_err(|error| system_says(&error))?;
    Ok(format!("{bits:032x}"))
}

fn system_says(error: &impl ToString) -> String {
    with("The system says: {}", &[&error.to_string()])
}

/// What a server prints where it listens, before its port.
const GREETING: &str = "Tideboard is at http://127.0.0.1:";
/// What it prints before the reason why it does not run.
const COMPLAINT: &str = "tideboard: ";
