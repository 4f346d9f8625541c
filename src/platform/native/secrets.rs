//! Tokens, each by its server, in a file that its owner alone may read.

use std::{fs, io, path::Path, process};

use crate::sorted::SortedMap;

#[cfg(unix)]
#[path = "secrets/unix.rs"]
mod private;
#[cfg(not(unix))]
#[path = "secrets/elsewhere.rs"]
mod private;

/// The file's name within its folder.
const FILE_NAME: &str = "tokens.json";

/// The token that is kept for a server.
#[must_use]
pub fn secret(folder: &Path, server: &str) -> Option<String> {
    read(folder).ok()?.get(server).cloned()
}

/// Keeps the token of a server, or forgets it.
///
/// # Errors
/// When the file can't be written, or what it holds can't be read. That is still there.
pub fn keep_secret(folder: &Path, server: &str, token: Option<&str>) -> io::Result<()> {
    let mut kept = read(folder)?;
    let before = match token {
        Some(token) => kept.insert(server.to_owned(), token.to_owned()),
        None => kept.remove(server),
    };
    if before.as_deref() == token {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    // Beside it first: a write that ends half-way leaves what was there. Under a name of this process's own: another one may write, too.
    let beside = folder.join(format!("{FILE_NAME}.{}.new", process::id()));
    private::write(&beside, serde_json::to_string(&kept)?.as_bytes())?;
    fs::rename(beside, folder.join(FILE_NAME))
}

/// Nothing where there is no file; one that can't be read holds tokens all the same.
fn read(folder: &Path) -> io::Result<SortedMap<String, String>> {
    match fs::read_to_string(folder.join(FILE_NAME)) {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(SortedMap::new()),
        Err(error) => Err(error),
    }
}
