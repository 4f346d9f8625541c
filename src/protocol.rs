//! The wire and its words: ids, history, operations, verdicts, and one enum of frames each way.
//!
//! Version 1 (`tideboard.v1`): JSON text frames. `docs/protocol.md` describes them so that a client in another
//! language can be written from it alone.
//!
//! Invariant: plain data. Nothing here reads a clock, draws a random number, awaits or knows Dioxus.

mod found;
mod frames;
mod history;
mod ids;
mod json;
mod operation;
mod people;
mod seen;
mod signed_in;
mod subscribe;
mod verdict;

pub use found::FoundCard;
pub use frames::{
    Answer, Answered, ChangesFrame, ClientFrame, Code, Document, Hello, Limits, PatchFrame, Push, PushItem,
    SampleSeries, SamplesFrame, ServerFrame, Subscribed, Welcome,
};
pub use frames::{DecodeError, decode, encode};
pub use history::{Cursor, Epoch, History, Revision};
pub use ids::{
    Access, BoardId, ClientId, FieldName, IdError, Identity, Kind, OperationId, Principal, RunId, StoreId, WidgetId,
};
pub use json::read;
pub use operation::{Base, Change, Deadline, Device, Effect, Field, Intent, Operation, Widget, Writer};
pub use people::{Here, People, Person};
pub use seen::{Receipt, Seen};
pub use signed_in::SignedIn;
pub use subscribe::{Subscribe, Undecided};
pub use verdict::{Contention, Overwritten, Rejection, Verdict};

/// A field's value: any JSON value within [`crate::config::VALUE_BYTES_MAX`].
pub type Value = serde_json::Value;
