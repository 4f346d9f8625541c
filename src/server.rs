//! The server: the authority for every board, and the door to it.
//!
//! The pure part (`log`, `authority`, `first_board`, `series`) decides and compiles everywhere, so that the simulator runs it without a
//! server; the rest is the shell that makes it durable and reachable. `cli` starts it, `router` is its outside.

pub mod authority;
pub mod first_board;
pub mod log;
pub mod series;

#[cfg(feature = "server")]
pub mod auth;
#[cfg(feature = "server")]
mod board_file;
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
mod committer;
#[cfg(feature = "server")]
mod cookies;
#[cfg(feature = "server")]
pub mod csp;
#[cfg(feature = "server")]
mod download;
#[cfg(feature = "server")]
mod fanout;
#[cfg(feature = "server")]
mod files;
#[cfg(all(feature = "dashboard", feature = "server"))]
mod first_look;
#[cfg(feature = "server")]
mod guides;
#[cfg(all(feature = "dashboard", feature = "server"))]
mod language;
#[cfg(feature = "server")]
mod listener;
#[cfg(feature = "server")]
mod mailbox;
#[cfg(feature = "server")]
pub mod metrics;
#[cfg(feature = "server")]
mod offline;
#[cfg(feature = "server")]
pub mod origin;
#[cfg(feature = "server")]
mod packet;
#[cfg(feature = "server")]
mod pages;
#[cfg(feature = "server")]
mod peers;
#[cfg(feature = "server")]
mod people;
#[cfg(feature = "server")]
mod problem;
#[cfg(feature = "server")]
pub mod reach;
#[cfg(feature = "server")]
mod reader;
#[cfg(feature = "server")]
pub mod router;
#[cfg(feature = "server")]
pub mod run;
#[cfg(feature = "server")]
mod running;
#[cfg(all(feature = "dashboard", feature = "server"))]
mod search;
#[cfg(feature = "server")]
mod session;
#[cfg(feature = "server")]
mod sign_in;
#[cfg(feature = "server")]
pub mod sources;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod theme;
#[cfg(feature = "server")]
pub mod tls;
#[cfg(feature = "server")]
mod wall;
#[cfg(feature = "server")]
mod webhooks;

pub use first_board::{FirstBoard, FirstBoardError};
#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) use first_look::FirstLook;
#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) use language::Spoken;
#[cfg(feature = "server")]
pub use pages::{NOT_FOUND_MARK, built_files, pages};
#[cfg(feature = "server")]
pub use router::router;
#[cfg(feature = "server")]
pub use running::{ReadError, Seat, SeatError, Server, ServerConfig};
#[cfg(feature = "server")]
pub use session::SocketPatience;
