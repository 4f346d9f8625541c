//! What is kept of many values.

/// Values of a while: never none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// The least.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// All together.
    pub sum: f64,
    /// The one that came last.
    pub last: f64,
    /// How many.
    pub count: u64,
}

impl Bucket {
    /// One value.
    #[must_use]
    pub const fn of(value: f64) -> Self {
        Self {
            least: value,
            greatest: value,
            sum: value,
            last: value,
            count: 1,
        }
    }

    /// One value more.
    pub fn add(&mut self, value: f64) {
        self.merge(&Self::of(value));
    }

    /// Those of the while that comes next, too.
    pub fn merge(&mut self, next: &Self) {
        if self.count == 0 {
            *self = *next;
            return;
        }
        self.least = self.least.min(next.least);
        self.greatest = self.greatest.max(next.greatest);
        // Never beyond all numbers: what is none is not kept.
        self.sum = (self.sum + next.sum).clamp(f64::MIN, f64::MAX);
        self.last = next.last;
        self.count += next.count;
    }

    /// Their mean: of sums beyond all numbers, the last one.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let mean = self.sum / self.count as f64;
        if mean.is_finite() { mean } else { self.last }
    }
}
