//! For tests of apps on the layer: a server, a network and devices in memory, and an app's own page on them.
//!
//! What decides and what syncs is the code that people run; nothing of it is imitated. What is around it stands in memory and
//! does what the test says, so no test waits for anything, and each runs the same way every time.
//!
//! - [`Server`] is the real authority, with the app's own catalog and first boards, and a disk that can be full. It can be killed
//!   and started again.
//! - [`Page`] is the app in front of a person: what is rendered, what is clicked and filled in, a clock that stands still, and a network
//!   that can be cut, mended, or deaf.
//! - [`simulate`] plays a history from a seed: several pages over bad links, edits of the app's own, and at the end all are equal,
//!   nothing is lost, and nothing is there twice.
//!
//! In an app's `Cargo.toml`, beside what it has:
//!
//! ```toml
//! [dev-dependencies]
//! tideboard = { version = "0.1", default-features = false, features = ["testing"] }
//! ```
//!
//! `docs/testing.md` leads through it.

mod page;
mod press;
mod server;
mod simulation;

pub use page::Page;
pub use server::Server;
pub use simulation::{Dice, Played, simulate};
