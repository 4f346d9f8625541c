//! Tideboard: the shared board that keeps working when the network doesn't, and the sync layer under it.
//!
//! The rooms, in reading order. The first ones are the pure core: no I/O, no clock, no randomness, no `async`, no
//! Dioxus; `tests/tidy.rs` holds them to it and the simulator in `tests/simulation` runs exactly this code.

pub mod config;
pub mod sorted;
pub mod time;

pub mod protocol;

pub mod board;

pub mod sync;

#[cfg(any(feature = "ui", feature = "native"))]
pub mod platform;

#[cfg(any(feature = "ui", feature = "native"))]
pub mod driver;

#[cfg(feature = "server")]
pub mod sampling;

pub mod server;

#[cfg(feature = "server")]
pub mod terminal;

#[cfg(feature = "ui")]
pub mod words;

#[cfg(feature = "ui")]
pub mod api;

#[cfg(feature = "ui")]
pub mod state;

#[cfg(feature = "ui")]
pub mod hooks;

#[cfg(feature = "ui")]
pub mod components;

#[cfg(feature = "dashboard")]
pub mod dashboard;

#[cfg(feature = "dashboard")]
pub mod app;

#[cfg(all(any(feature = "desktop", feature = "mobile"), feature = "dashboard"))]
pub mod webview;

#[cfg(all(feature = "desktop", feature = "dashboard"))]
pub mod desktop;

#[cfg(all(feature = "mobile", feature = "dashboard"))]
pub mod phone;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod planted;

/// The code of `docs/reference.md`, as a test.
#[cfg(all(doctest, feature = "server"))]
#[doc = include_str!("../docs/reference.md")]
mod reference {}
