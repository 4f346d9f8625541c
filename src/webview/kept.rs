//! What the window remembers: its servers, its board, its size and place.

use std::{
    cell::RefCell,
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};

use serde::{Deserialize, Serialize};

use crate::{config::SERVERS_LEN_MAX, sorted::SortedMap, words::t};

/// What a window's own server is remembered by, in place of an address.
pub const OWN: &str = "own";

/// What people call that.
pub const OWN_NAME: &str = "Only on this computer";

/// What a server is called in lists: by its address, if it is not the own one.
pub fn name_of(server: &str) -> &str {
    if server == OWN { t(OWN_NAME) } else { server }
}

/// The file's name within the folder of the person's data.
const FILE_NAME: &str = "window.json";

/// What is remembered. What an older version did not know is as if it was never kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Contents {
    /// Addresses of servers, the last one first.
    servers: Vec<String>,
    /// The addresses of the boards that were open last, each by its server.
    boards: SortedMap<String, String>,
    /// Where the window was.
    place: Option<Place>,
    /// Whether nothing is told while nobody sees it.
    is_silent: bool,
}

/// Where a window is, in the screen's own points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From above.
    pub y: i32,
    /// How wide.
    pub width: u32,
    /// How high.
    pub height: u32,
}

/// Shared by all that remembers something; written at once when something is new.
#[derive(Clone)]
pub struct Kept {
    folder: PathBuf,
    contents: Rc<RefCell<Contents>>,
}

impl Kept {
    /// Reads what is kept in a folder. What can't be read is forgotten: nothing of it can't be told again.
    pub fn read(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join(FILE_NAME)).unwrap_or_default();
        let contents = serde_json::from_str(&text).unwrap_or_default();
        Self {
            folder,
            contents: Rc::new(RefCell::new(contents)),
        }
    }

    /// The folder of the person's data.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The servers, the last one first.
    pub fn servers(&self) -> Vec<String> {
        self.contents.borrow().servers.clone()
    }

    /// This server is the last one.
    pub fn remember_server(&self, server: &str) {
        self.change(|contents| {
            contents.servers.retain(|known| known != server);
            contents.servers.insert(0, server.to_owned());
            contents.servers.truncate(SERVERS_LEN_MAX);
            let servers = &contents.servers;
            contents.boards.retain(|of, _| servers.contains(of));
        });
    }

    /// No more of this server.
    pub fn forget_server(&self, server: &str) {
        self.change(|contents| {
            contents.servers.retain(|known| known != server);
            contents.boards.remove(server);
        });
    }

    /// The address of the board of this server that was open last.
    pub fn board_of(&self, server: &str) -> Option<String> {
        self.contents.borrow().boards.get(server).cloned()
    }

    /// Another board of this server is open.
    pub fn remember_board(&self, server: &str, board: &str) {
        self.change(|contents| {
            contents.boards.insert(server.to_owned(), board.to_owned());
        });
    }

    /// Where the window was.
    pub fn place(&self) -> Option<Place> {
        self.contents.borrow().place
    }

    /// Where it is.
    pub fn remember_place(&self, place: Place) {
        self.change(|contents| contents.place = Some(place));
    }

    /// Whether the desktop tells of what waits for a person, while nobody sees the window.
    pub fn notifies(&self) -> bool {
        !self.contents.borrow().is_silent
    }

    /// Whether it shall.
    pub fn remember_notifies(&self, notifies: bool) {
        self.change(|contents| contents.is_silent = !notifies);
    }

    fn change(&self, change: impl FnOnce(&mut Contents)) {
        let mut changed = self.contents.borrow().clone();
        change(&mut changed);
        if *self.contents.borrow() == changed {
            return;
        }
        if let Err(error) = write(&self.folder, &changed) {
            // The window goes on: it only starts as it was before.
            tracing::warn!("can't remember how the window is: {error}");
        }
        self.contents.replace(changed);
    }
}

/// Beside it first: a write that ends half-way leaves what was there.
fn write(folder: &Path, contents: &Contents) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join([FILE_NAME, ".new"].concat());
    fs::write(&beside, serde_json::to_string(contents)?)?;
    fs::rename(beside, folder.join(FILE_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read after `change` was made, in a folder of this test's own.
    fn after(name: &str, change: impl FnOnce(&Kept)) -> Kept {
        let folder = std::env::temp_dir().join(format!("tideboard-kept-{name}-{}", std::process::id()));
        change(&Kept::read(folder.clone()));
        let kept = Kept::read(folder.clone());
        fs::remove_dir_all(folder).expect("it was made here");
        kept
    }

    #[test]
    fn the_last_server_comes_first_and_the_oldest_is_forgotten() {
        let kept = after("servers", |kept| {
            for number in 0..=SERVERS_LEN_MAX {
                kept.remember_server(&format!("http://{number}"));
            }
            kept.remember_server("http://3");
            kept.forget_server("http://4");
        });
        let servers = kept.servers();
        assert_eq!(
            servers[..2],
            ["http://3".to_owned(), format!("http://{SERVERS_LEN_MAX}")]
        );
        for gone in ["http://0", "http://4"] {
            assert!(!servers.iter().any(|server| server == gone), "{servers:?}");
        }
    }

    #[test]
    fn each_server_has_its_own_last_board_until_it_is_forgotten() {
        let kept = after("board", |kept| {
            for (server, board) in [("http://one", "/boards/shift"), ("http://two", "/boards/night")] {
                kept.remember_server(server);
                kept.remember_board(server, board);
            }
            assert_eq!(kept.board_of("http://one").as_deref(), Some("/boards/shift"));
            kept.forget_server("http://one");
        });
        assert_eq!(kept.servers(), ["http://two"]);
        assert_eq!(kept.board_of("http://one"), None);
        assert_eq!(kept.board_of("http://two").as_deref(), Some("/boards/night"));
    }

    #[test]
    fn what_cannot_be_read_is_forgotten_and_written_anew() {
        let place = Place {
            x: 1,
            y: 2,
            width: 900,
            height: 700,
        };
        let kept = after("broken", |kept| {
            fs::create_dir_all(kept.folder()).expect("a folder for temporary files");
            fs::write(kept.folder().join(FILE_NAME), "{").expect("it can be written");
            Kept::read(kept.folder().to_owned()).remember_place(place);
        });
        assert_eq!(kept.place(), Some(place));
    }
}
