//! The server from outside: real sockets, and where a process matters, the real binary.
#![cfg(feature = "server")]

#[path = "server/auth.rs"]
mod auth;
#[path = "support/author.rs"]
mod author;
#[path = "server/backlog.rs"]
mod backlog;
#[path = "server/board_file.rs"]
mod board_file;
#[path = "server/boards.rs"]
mod boards;
#[path = "server/disk.rs"]
mod disk;
#[path = "server/durable.rs"]
mod durable;
#[path = "server/editor.rs"]
mod editor;
#[path = "server/first_look.rs"]
mod first_look;
#[path = "support/folder.rs"]
mod folder;
#[path = "server/formulas.rs"]
mod formulas;
#[path = "server/frames.rs"]
mod frames;
#[path = "server/full.rs"]
mod full;
#[path = "server/harness.rs"]
mod harness;
#[path = "server/headers.rs"]
mod headers;
#[path = "server/limits.rs"]
mod limits;
#[path = "server/origin.rs"]
mod origin;
#[path = "server/own_app.rs"]
mod own_app;
#[path = "server/patience.rs"]
mod patience;
#[path = "server/people.rs"]
mod people;
#[path = "server/process.rs"]
mod process;
#[path = "support/program.rs"]
mod program;
#[path = "server/receipts.rs"]
mod receipts;
#[path = "server/replay.rs"]
mod replay;
#[path = "support/responder.rs"]
mod responder;
#[path = "server/resume.rs"]
mod resume;
#[path = "server/samples.rs"]
mod samples;
#[path = "server/samples_token.rs"]
mod samples_token;
#[path = "server/scraping.rs"]
mod scraping;
#[path = "server/search.rs"]
mod search;
#[path = "server/series_csv.rs"]
mod series_csv;
#[path = "server/share.rs"]
mod share;
#[path = "server/slow.rs"]
mod slow;
#[path = "support/socket.rs"]
mod socket;
#[path = "server/store.rs"]
mod store;
#[path = "server/tls.rs"]
mod tls;
#[path = "support/traced.rs"]
mod traced;
#[path = "server/webhook_refusals.rs"]
mod webhook_refusals;
#[path = "server/webhooks.rs"]
mod webhooks;
