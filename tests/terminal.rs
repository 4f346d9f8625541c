//! The terminal client against the real server: both are the binary, each test has folders of its own.
#![cfg(feature = "server")]

#[path = "terminal/client.rs"]
mod client;
#[path = "terminal/messages.rs"]
mod messages;
#[path = "terminal/offline.rs"]
mod offline;
#[path = "terminal/outbox.rs"]
mod outbox;
#[path = "terminal/watch.rs"]
mod watch;
