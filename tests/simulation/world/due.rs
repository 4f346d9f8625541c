//! What is arranged to happen, in order.

use std::cmp::Ordering;

use super::Happening;

/// A happening and its moment; of two at one moment the one that was arranged first comes first.
pub struct Due {
    pub when: u64,
    pub count: u64,
    /// Boxed: a heap moves its entries about, and this one is large.
    pub happening: Box<Happening>,
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.when, other.count).cmp(&(self.when, self.count)) // a heap gives the greatest first
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Due {}
