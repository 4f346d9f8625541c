//! How the own server is entered.

use std::{
    fmt, fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use serde::{Deserialize, Serialize};

use crate::platform::write_private;

/// The file's name within the server's folder. Whoever may read it may read the boards beside it: the token keeps other users out.
const FILE_NAME: &str = "door.json";

/// Its port on this machine, and the token that lets in whoever edits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// It stays the same, as long as no other program takes it.
    pub port: u16,
    /// It stays the same: by it a device knows what of its store is whose.
    pub token: String,
}

impl Door {
    /// The one that is kept in a folder.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(folder.join(FILE_NAME)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep(&self, folder: &Path) -> io::Result<()> {
        if Self::read(folder).as_ref() == Some(self) {
            return Ok(());
        }
        write_private(&folder.join(FILE_NAME), serde_json::to_string(self)?.as_bytes())
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)))
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("port", &self.port).finish_non_exhaustive()
    }
}
