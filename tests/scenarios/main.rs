//! What people live through, told one story at a time: the engine and the authority that people run, with a network, a
//! clock and two disks around them that do as they are told; with the features `native` and `planted` the devices' are the files
//! that native programs keep. No chance: what only chance finds is the simulator's.

mod another_store;
mod cards;
mod cleared;
mod conflicts;
mod crossing;
mod dead_spots;
mod deadlines;
mod decisions;
#[cfg_attr(all(feature = "native", feature = "planted"), path = "../support/files.rs")]
#[cfg_attr(not(all(feature = "native", feature = "planted")), path = "../support/no_files.rs")]
mod files;
mod folding;
mod full;
mod handover;
mod haste;
mod history;
mod lanes;
mod limits;
mod receipts;
mod redo;
mod refresh;
mod releases;
mod removed;
mod requests;
mod server;
mod tabs;
mod together;
mod undo;
mod unread;
mod world;
