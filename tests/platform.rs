//! What is around the engine on a native device, each part against the real thing: a file, a socket, a server, a page.
#![cfg(feature = "server")]

#[allow(dead_code, reason = "shared with the terminal's own tests, which use the rest")]
#[path = "terminal/client.rs"]
mod client;
#[path = "platform/disk.rs"]
mod disk;
#[path = "platform/page.rs"]
mod page;
#[path = "platform/socket.rs"]
mod socket;
