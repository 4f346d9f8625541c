//! Tokens, each by its server: in the keyring of the desktop where there is one, else in a file that its owner alone may read. The file says
//! as well which ones the keyring has, so that it is not asked, and perhaps a person by it, for what was never there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::LazyLock,
};

use tokio::{
    select,
    sync::{Mutex, watch},
};

use self::keyring::Keyring;
use crate::sorted::SortedMap;

#[cfg(all(feature = "desktop", target_os = "linux"))]
#[path = "secrets/secret_service.rs"]
mod keyring;
#[cfg(not(all(feature = "desktop", target_os = "linux")))]
#[path = "secrets/no_keyring.rs"]
mod keyring;
#[cfg(unix)]
#[path = "secrets/unix.rs"]
mod private;
#[cfg(not(unix))]
#[path = "secrets/elsewhere.rs"]
mod private;

/// The file's name within its folder.
const FILE_NAME: &str = "tokens.json";

/// By server: its token, or `None` where that is in the keyring.
type Tokens = SortedMap<String, Option<String>>;

/// One at a time reads and writes, in this process.
static TURN: Mutex<()> = Mutex::const_new(());

/// Whether a person has gone on without the keyring.
static IS_LEFT_OUT: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// Whether there is a keyring that keeps tokens.
pub async fn has_keyring() -> bool {
    keyring().await.is_some()
}

/// A person goes on without the keyring: whoever waits for it waits no longer, and until this process ends it is as if there were none.
pub fn leave_keyring_out() {
    IS_LEFT_OUT.send_replace(true);
}

/// The token that is kept for a server. A person may be asked to unlock the keyring, and is waited for, until [`leave_keyring_out`].
pub async fn secret(folder: &Path, server: &str) -> Option<String> {
    if let Some(token) = read(folder).ok()?.get(server)? {
        return Some(token.clone());
    }
    let keyring = keyring().await?;
    match unless_left_out(keyring.token(folder, server)).await? {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!("the keyring does not give the token, and it is asked for again: {error}");
            None
        }
    }
}

/// Keeps the token of a server, or forgets it. It ends when that is done: a person may be asked to unlock the keyring, as by [`secret`].
///
/// # Errors
/// When the file can't be written, or what it holds can't be read. That is still there.
pub async fn keep_secret(folder: &Path, server: &str, token: Option<&str>) -> io::Result<()> {
    let (folder, server) = (folder.to_owned(), server.to_owned());
    let token = token.map(str::to_owned);
    // Of its own: whoever waits for it may go.
    let keeping = tokio::spawn(async move {
        let _turn = TURN.lock().await;
        keep(&folder, server, token).await
    });
    keeping.await.map_err(io::Error::other)?
}

/// Moves what is in the file to the keyring, once there is one that is unlocked.
pub async fn move_secrets(folder: PathBuf) {
    let moving = tokio::spawn(async move {
        let _turn = TURN.lock().await;
        let Ok(mut kept) = read(&folder) else { return };
        if kept.values().all(Option::is_none) {
            return;
        }
        let Some(keyring) = keyring().await else { return };
        if !keyring.is_open().await {
            return;
        }
        for (server, token) in kept.iter_mut() {
            let Some(plain) = token else { continue };
            match unless_left_out(keyring.keep(&folder, server, plain)).await {
                Some(Ok(())) => *token = None,
                Some(Err(error)) => tracing::warn!("the token of {server} stays in its file: {error}"),
                None => break,
            }
        }
        if let Err(error) = write(&folder, &kept) {
            tracing::warn!("tokens stay in their file: {error}");
        }
    });
    let _ = moving.await;
}

async fn keep(folder: &Path, server: String, token: Option<String>) -> io::Result<()> {
    let mut kept = read(folder)?;
    let before = kept.get(&server).cloned();
    let after = match &token {
        None => None,
        Some(token) => Some((!is_in_keyring(folder, &server, token).await).then(|| token.clone())),
    };
    if token.is_none() && before == Some(None) {
        forget(folder, &server).await;
    }
    if before == after {
        return Ok(());
    }
    match after {
        Some(token) => kept.insert(server, token),
        None => kept.remove(&server),
    };
    write(folder, &kept)
}

/// Whether the keyring keeps it now.
async fn is_in_keyring(folder: &Path, server: &str, token: &str) -> bool {
    let Some(keyring) = keyring().await else {
        return false;
    };
    let Some(kept) = unless_left_out(keyring.keep(folder, server, token)).await else {
        return false;
    };
    kept.inspect_err(|error| tracing::warn!("the keyring does not take the token, and a file has it: {error}"))
        .is_ok()
}

async fn forget(folder: &Path, server: &str) {
    if let Some(keyring) = keyring().await
        && let Some(Err(error)) = unless_left_out(keyring.forget(folder, server)).await
    {
        tracing::warn!("the keyring still has the token of {server}: {error}");
    }
}

async fn keyring() -> Option<Keyring> {
    unless_left_out(Keyring::open()).await.flatten()
}

/// What comes of it; nothing as soon as the keyring is left out.
async fn unless_left_out<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut left_out = IS_LEFT_OUT.subscribe();
    select! {
        biased;
        _ = left_out.wait_for(|is_left_out| *is_left_out) => None,
        done = work => Some(done),
    }
}

fn write(folder: &Path, kept: &Tokens) -> io::Result<()> {
    write_private(&folder.join(FILE_NAME), serde_json::to_string(kept)?.as_bytes())
}

/// Writes a file that its owner alone may read, and the folder that it is in, where there is none.
///
/// # Errors
/// When it can't be written. What was there before is still there.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Beside it first: a write that ends half-way leaves what was there. Under a name of this process's own: another one may write, too.
    let beside = path.with_extension(format!("{}.new", process::id()));
    private::write(&beside, bytes)?;
    fs::rename(beside, path)
}

/// Makes a folder that its owner alone may enter, if it is not there; one that is there is that from then on.
///
/// # Errors
/// When it can't be made.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    private::make_folder(path)
}

/// Nothing where there is no file; one that can't be read holds tokens all the same.
fn read(folder: &Path) -> io::Result<Tokens> {
    match fs::read_to_string(folder.join(FILE_NAME)) {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Tokens::new()),
        Err(error) => Err(error),
    }
}
