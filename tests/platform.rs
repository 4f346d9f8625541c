//! What is around the engine on a native device, each part against the real thing: a file, a socket, a server, a page.
#![cfg(feature = "server")]

#[path = "platform/callbacks.rs"]
mod callbacks;
#[path = "support/device.rs"]
mod device;
#[path = "platform/disk.rs"]
mod disk;
#[path = "support/folder.rs"]
mod folder;
#[path = "platform/page.rs"]
mod page;
#[path = "support/program.rs"]
mod program;
#[path = "platform/secrets.rs"]
mod secrets;
#[path = "support/server.rs"]
mod server;
#[path = "platform/socket.rs"]
mod socket;
