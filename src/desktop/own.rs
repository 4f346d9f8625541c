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
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use tokio::sync::watch;

pub use self::door::Door;
use crate::{
    config::{OWN_AGAIN_MS, OWN_PATIENCE_MS, OWN_PROGRAM, OWN_SOON_MS},
    platform::{here, make_private_folder, random},
};

/// What it is remembered by, in place of an address.
pub const OWN: &str = "own";

/// What people call it.
pub const NAME: &str = "Only on this computer";

/// What it is called in lists: by its address, if it is not the own one.
pub fn name_of(server: &str) -> &str {
    if server == OWN { NAME } else { server }
}

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

    /// Tries to start it now, where that failed.
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
        // Since when it does not answer, however often it was tried.
        let mut since = None;
        loop {
            let begun = *since.get_or_insert(clock.now());
            let is_late = || clock.now() >= begun.plus(OWN_PATIENCE_MS);
            match self.run(is_late()) {
                Ok(()) => since = None,
                Err(trouble) if is_late() => self.tell.send_modify(|standing| standing.trouble = Some(trouble)),
                Err(_) => {}
            }
            // One that has just ended gives its port and its boards free within a moment.
            let is_told = self.tell.borrow().trouble.is_some();
            self.wait(if is_told { OWN_AGAIN_MS } else { OWN_SOON_MS });
        }
    }

    /// Waits until no other process runs it; meanwhile it is entered by the door that the other one tells.
    fn turn(&self) -> File {
        loop {
            let held = make_private_folder(&self.folder).and_then(|()| {
                let path = self.folder.join(LOCK);
                File::options().create(true).truncate(false).write(true).open(path)
            });
            match held.map(|file| file.try_lock().map(|()| file)) {
                Ok(Ok(file)) => return file,
                Ok(Err(TryLockError::WouldBlock)) => {
                    if let Some(door) = Door::read(&self.folder) {
                        self.is_run_elsewhere(door);
                    }
                }
                Ok(Err(TryLockError::Error(error))) | Err(error) => {
                    let trouble = format!("Its folder {} can’t be used: {error}.", self.folder.display());
                    self.tell.send_modify(|standing| standing.trouble = Some(trouble));
                }
            }
            self.wait(OWN_AGAIN_MS);
        }
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

    /// Runs it until it ends; by another port, where nothing else has helped and its own is taken. Fails with a sentence when it never
    /// answered, or has said why it ends.
    fn run(&self, is_late: bool) -> Result<(), String> {
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
        let mut said = None;
        let mut has_answered = false;
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if let Some(port) = line.strip_prefix(GREETING).and_then(|port| port.trim().parse().ok()) {
                has_answered = true;
                self.answers(Door {
                    port,
                    token: token.clone(),
                });
            } else if let Some(trouble) = line.strip_prefix(COMPLAINT) {
                said = Some(trouble.trim().to_owned());
            } else {
                tracing::debug!("its server: {line}");
            }
        }
        let ended = child.wait();
        tracing::warn!("the server of this computer has ended: {ended:?}");
        match said {
            Some(said) => Err(format!("It says: {said}")),
            None if has_answered => Ok(()),
            None => Err("It ended before it had begun.".to_owned()),
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
                "The program that keeps boards on this computer is missing: {}. Install Tideboard anew.",
                self.program.display()
            )),
            Err(error) => Err(format!("{} can’t be started: {error}.", self.program.display())),
        }
    }

    fn answers(&self, door: Door) {
        let kept = door.keep(&self.folder);
        self.tell.send_modify(|standing| {
            standing.door = Some(door);
            standing.starts += 1;
            standing.trouble = kept.err().map(|error| format!("Its address can’t be kept: {error}."));
        });
    }

    fn wait(&self, ms: u64) {
        // Asked or not: it is tried again. The other end is there as long as the process.
        let _ = self.asked.recv_timeout(Duration::from_millis(ms));
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
    format!("The system says: {}", error.to_string())
}

/// What a server prints where it listens, before its port.
const GREETING: &str = "Tideboard is at http://127.0.0.1:";
/// What it prints before the reason why it does not run.
const COMPLAINT: &str = "tideboard: ";
