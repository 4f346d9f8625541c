//! What is measured, wherever that goes: this machine, and programs that tell their numbers as Prometheus text. A server records
//! it, and an agent ships it; neither is known here.

pub mod exporter;
pub mod host;
pub mod line;
pub mod lines;
pub mod standing;
