//! What can be said of series by their values alone: how often they send, what is kept of many values, and what is worked out from them.
//!
//! Invariant: pure. What is worked out as values come, and what is from the past, goes through the same [`Worked`].

mod bucket;
mod formula;
mod interval;
mod window;
mod worked;

pub use bucket::Bucket;
pub use formula::{Formula, FormulaError};
pub use interval::Interval;
pub use worked::{Entry, Input, Worked};
