//! The terminal client against the real server: both are the binary, each test has folders of its own.
#![cfg(feature = "server")]

#[path = "terminal/agent.rs"]
mod agent;
#[path = "support/author.rs"]
mod author;
#[path = "terminal/client.rs"]
mod client;
#[path = "support/device.rs"]
mod device;
#[path = "support/folder.rs"]
mod folder;
#[path = "terminal/killed.rs"]
mod killed;
#[path = "terminal/kinds.rs"]
mod kinds;
#[path = "terminal/messages.rs"]
mod messages;
#[path = "terminal/offline.rs"]
mod offline;
#[path = "terminal/outbox.rs"]
mod outbox;
#[path = "support/program.rs"]
mod program;
#[path = "support/responder.rs"]
mod responder;
#[path = "support/server.rs"]
mod server;
#[path = "support/socket.rs"]
mod socket;
#[path = "support/traced.rs"]
mod traced;
#[path = "terminal/versions.rs"]
mod versions;
#[path = "terminal/watch.rs"]
mod watch;
