//! A formula at work: values go in as they come, or as they were, and what is worked out from them comes out.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Bucket, Formula, Interval, formula::Several, window::Window};
use crate::{
    config::{FORMULA_INPUTS_LEN_MAX, SAMPLE_MISSED_MAX},
    protocol::Value,
    time::Timestamp,
};

/// What a formula takes: a series as it is, or as it was so many milliseconds ago.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// The series.
    pub name: String,
    /// Its values come so much later than they were measured.
    pub ago_ms: u64,
}

/// Values of one series: one, or all of a while.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When they were measured, by the clock of who sent them.
    pub at: Timestamp,
    /// When they came, by the server's: of what was sent long ago the same as `at`.
    pub heard_at: Timestamp,
    /// The values.
    pub values: Bucket,
}

/// A formula, and what it needs to know of what came.
#[derive(Debug)]
pub struct Worked {
    root: Part,
    /// When what came last was measured.
    at: Timestamp,
    /// It is of more series than it may be.
    is_of_too_many: bool,
}

#[derive(Debug)]
enum Part {
    Series(Newest),
    Over {
        window: Window,
        of: Box<Self>,
        /// Something has come that the window was not told of.
        is_behind: bool,
    },
    Several(Several, Vec<Group>),
    Ratio(Box<[Self; 2]>),
}

/// The newest of one series.
#[derive(Debug)]
struct Newest {
    input: Input,
    entry: Option<Entry>,
    interval: Interval,
    /// After so long without another it says nothing of now.
    fresh_ms: u64,
    /// What comes between two looks is put together.
    is_past: bool,
    is_seen: bool,
}

/// One of several parts, or one for each of many series.
#[derive(Debug)]
struct Group {
    formula: Formula,
    ago_ms: u64,
    members: BTreeMap<String, Part>,
}

/// The past in steps: no window is shorter than one, and nothing is told more often.
#[derive(Clone, Copy, Debug)]
struct Past {
    window_ms_min: u64,
}

impl Worked {
    /// A formula of one number or one table (none [of each](Formula::each)), where `names` are the series there are, by how they begin.
    pub fn new(formula: &Formula, names: &dyn Fn(&str) -> Vec<String>) -> Self {
        Self::of(formula, names, None)
    }

    fn of(formula: &Formula, names: &dyn Fn(&str) -> Vec<String>, past: Option<Past>) -> Self {
        let mut worked = Self {
            root: Part::new(formula, 0, past),
            at: Timestamp(0),
            is_of_too_many: false,
        };
        let patterns = formula.inputs();
        for beginning in patterns.iter().filter_map(|name| name.strip_suffix('*')) {
            for name in names(beginning) {
                worked.join(&name, past);
            }
        }
        worked
    }

    /// A series is there that was not: it is of this, where it begins so. Answers whether it is. Without room for it nothing is said any more.
    pub fn arrive(&mut self, name: &str, has_room: bool) -> bool {
        let has_joined = self.join(name, None);
        self.is_of_too_many |= has_joined && !has_room;
        has_joined
    }

    fn join(&mut self, name: &str, past: Option<Past>) -> bool {
        let has_joined = self.root.join(name, past, self.is_of_too_many);
        self.is_of_too_many |= self.root.len() > FORMULA_INPUTS_LEN_MAX;
        has_joined
    }

    /// A series is not there any more.
    pub fn forget(&mut self, name: &str) {
        self.root.forget(name);
    }

    /// Of how many series it is.
    pub fn inputs_len(&self) -> usize {
        self.root.len()
    }

    /// What it is of.
    pub fn inputs(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        self.root.inputs(&mut inputs);
        inputs.sort_unstable();
        inputs.dedup();
        inputs
    }

    /// Values of one of its inputs have come.
    pub fn take(&mut self, name: &str, ago_ms: u64, entry: &Entry) {
        self.root.take(name, ago_ms, entry);
        self.at = self.at.max(entry.at);
    }

    /// When what came last was measured.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What is worked out at `now`, by the server's clock: a number, or the rows of a table. `None` where it can't be said: something it is
    /// of has been silent for too long, or is divided by nothing.
    pub fn value(&mut self, now: Timestamp) -> Option<Value> {
        if self.is_of_too_many {
            return None;
        }
        let at = self.at;
        match &mut self.root {
            Part::Several(Several::Top(len), groups) => Some(top(*len, groups, at, now))
                .filter(|rows| !rows.is_empty())
                .map(Value::from),
            root => root.value(at, now).map(|value| json!(value)),
        }
    }

    /// What a formula said in the past, in steps of `step_ms` from `from` on. `entries` are what its inputs have sent, each put together over at
    /// most `entry_ms`.
    pub fn past(
        formula: &Formula,
        names: &dyn Fn(&str) -> Vec<String>,
        mut entries: Vec<(Input, Timestamp, Bucket)>,
        [step_ms, entry_ms]: [u64; 2],
        from: Timestamp,
    ) -> Vec<(Timestamp, Bucket)> {
        // A rate is between two.
        let window_ms_min = step_ms.max(2 * entry_ms);
        let mut worked = Self::of(formula, names, Some(Past { window_ms_min }));
        entries.sort_by_key(|(_, at, _)| *at);
        let mut told = Vec::new();
        let step = |at: Timestamp| at.0 - at.0 % step_ms;
        for entries in entries.chunk_by(|(_, one, _), (_, other, _)| step(*one) == step(*other)) {
            for (input, at, values) in entries {
                let (at, heard_at, values) = (*at, *at, *values);
                worked.take(&input.name, input.ago_ms, &Entry { at, heard_at, values });
            }
            let begins = step(worked.at);
            let value = worked.value(worked.at).and_then(|value| value.as_f64());
            if begins >= step(from) {
                told.extend(value.map(|value| (Timestamp(begins), Bucket::of(value))));
            }
        }
        told
    }
}

impl Part {
    fn new(formula: &Formula, ago_ms: u64, past: Option<Past>) -> Self {
        match formula {
            Formula::Series(name) | Formula::Each(name) => Self::Series(Newest {
                input: Input {
                    name: name.clone(),
                    ago_ms,
                },
                entry: None,
                interval: Interval::Seen([0; 3]),
                fresh_ms: 0,
                is_past: past.is_some(),
                is_seen: false,
            }),
            Formula::Ago(ms, of) => Self::new(of, ago_ms + ms, past),
            Formula::Over(over, window_ms, of) => Self::Over {
                window: Window::new(
                    *over,
                    past.map_or(*window_ms, |past| past.window_ms_min.max(*window_ms)),
                ),
                of: Box::new(Self::new(of, ago_ms, past)),
                is_behind: false,
            },
            Formula::Several(several, parts) => {
                let group = |formula: &Formula| {
                    let members = match formula.each() {
                        Some(_) => BTreeMap::new(),
                        None => BTreeMap::from([(formula.inputs().join(" + "), Self::new(formula, ago_ms, past))]),
                    };
                    Group {
                        formula: formula.clone(),
                        ago_ms,
                        members,
                    }
                };
                Self::Several(*several, parts.iter().map(group).collect())
            }
            Formula::Ratio(parts) => Self::Ratio(Box::new([
                Self::new(&parts[0], ago_ms, past),
                Self::new(&parts[1], ago_ms, past),
            ])),
        }
    }

    fn parts_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Series(_) => Vec::new(),
            Self::Over { of, .. } => vec![of],
            Self::Several(_, groups) => groups.iter_mut().flat_map(|group| group.members.values_mut()).collect(),
            Self::Ratio(parts) => parts.iter_mut().collect(),
        }
    }

    fn join(&mut self, name: &str, past: Option<Past>, is_full: bool) -> bool {
        let mut has_joined = false;
        if let Self::Several(_, groups) = self {
            for group in groups {
                let is_of = group
                    .formula
                    .each()
                    .is_some_and(|beginning| name.starts_with(beginning));
                if is_of && !is_full && !group.members.contains_key(name) {
                    let part = Self::new(&group.formula.of(name), group.ago_ms, past);
                    group.members.insert(name.to_owned(), part);
                    has_joined = true;
                }
            }
        }
        for part in self.parts_mut() {
            has_joined |= part.join(name, past, is_full);
        }
        has_joined
    }

    fn forget(&mut self, name: &str) {
        if let Self::Several(_, groups) = self {
            for group in groups.iter_mut().filter(|group| group.formula.each().is_some()) {
                group.members.remove(name);
            }
        }
        self.parts_mut().into_iter().for_each(|part| part.forget(name));
    }

    fn len(&self) -> usize {
        match self {
            Self::Series(_) => 1,
            Self::Over { of, .. } => of.len(),
            Self::Several(_, groups) => {
                let members = groups.iter().flat_map(|group| group.members.values());
                members.map(Self::len).sum()
            }
            Self::Ratio(parts) => parts.iter().map(Self::len).sum(),
        }
    }

    fn inputs(&self, inputs: &mut Vec<Input>) {
        match self {
            Self::Series(newest) => inputs.push(newest.input.clone()),
            Self::Over { of, .. } => of.inputs(inputs),
            Self::Several(_, groups) => {
                let members = groups.iter().flat_map(|group| group.members.values());
                members.for_each(|part| part.inputs(inputs));
            }
            Self::Ratio(parts) => parts.iter().for_each(|part| part.inputs(inputs)),
        }
    }

    /// Whether it was for this part.
    fn take(&mut self, name: &str, ago_ms: u64, entry: &Entry) -> bool {
        match self {
            Self::Series(newest) => newest.take(name, ago_ms, entry),
            Self::Over { window, of, is_behind } => {
                let is_taken = of.take(name, ago_ms, entry);
                if is_taken && matches!(**of, Self::Series(_)) {
                    window.add(entry.at, &entry.values);
                } else {
                    *is_behind |= is_taken;
                }
                is_taken
            }
            Self::Several(_, groups) => {
                let mut is_taken = false;
                for group in groups {
                    if group.formula.each().is_some() {
                        let member = group.members.get_mut(name);
                        is_taken |= member.is_some_and(|part| part.take(name, ago_ms, entry));
                    } else {
                        for part in group.members.values_mut() {
                            is_taken |= part.take(name, ago_ms, entry);
                        }
                    }
                }
                is_taken
            }
            Self::Ratio(parts) => {
                let [above, below] = &mut **parts;
                let is_above = above.take(name, ago_ms, entry);
                below.take(name, ago_ms, entry) || is_above
            }
        }
    }

    fn value(&mut self, at: Timestamp, now: Timestamp) -> Option<f64> {
        let is_fresh = self.is_fresh(now);
        let value = match self {
            Self::Series(newest) => newest.value(),
            Self::Over { window, of, is_behind } => {
                // A window over what is worked out itself has a value for each time that anybody is told.
                if std::mem::take(is_behind)
                    && let Some(value) = of.value(at, now)
                {
                    window.add(at, &Bucket::of(value));
                }
                window.value()
            }
            Self::Several(several, groups) => several.of(groups, at, now),
            Self::Ratio(parts) => {
                let [above, below] = &mut **parts;
                let (above, below) = (above.value(at, now), below.value(at, now));
                above.zip(below).map(|(above, below)| above / below)
            }
        };
        value.filter(|value| is_fresh && value.is_finite())
    }

    /// Whether what it is of has not been silent for too long; of several, whether any has.
    fn is_fresh(&self, now: Timestamp) -> bool {
        match self {
            Self::Series(newest) => newest.is_fresh(now),
            Self::Over { of, .. } => of.is_fresh(now),
            Self::Several(..) => true, // each of them is asked for itself
            Self::Ratio(parts) => parts.iter().all(|part| part.is_fresh(now)),
        }
    }
}

impl Newest {
    fn take(&mut self, name: &str, ago_ms: u64, entry: &Entry) -> bool {
        if self.input.name != name || self.input.ago_ms != ago_ms {
            return false;
        }
        let mut entry = *entry;
        if let Some(before) = &self.entry {
            let gap_ms = entry.at.since(before.at);
            if gap_ms > 0 {
                self.interval.saw(gap_ms);
            }
            if self.is_past && !self.is_seen {
                let values = std::mem::replace(&mut entry.values, before.values);
                entry.values.merge(&values);
            }
        }
        self.fresh_ms = SAMPLE_MISSED_MAX * self.interval.ms();
        self.is_seen = false;
        self.entry = Some(entry);
        true
    }

    /// What was put together says its mean.
    fn value(&mut self) -> Option<f64> {
        self.is_seen = true;
        Some(self.entry.as_ref()?.values.mean())
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        self.entry
            .as_ref()
            .is_some_and(|entry| now.since(entry.heard_at) < self.fresh_ms)
    }
}

impl Several {
    fn of(self, groups: &mut [Group], at: Timestamp, now: Timestamp) -> Option<f64> {
        let mut all = Bucket::default();
        for (_, value) in values(groups, at, now) {
            all.add(value);
        }
        (all.count > 0).then_some(match self {
            Self::Sum => all.sum,
            Self::Mean => all.mean(),
            Self::Least => all.least,
            Self::Greatest | Self::Top(_) => all.greatest,
        })
    }
}

/// The greatest first; of equals, by their names.
fn top(len: usize, groups: &mut [Group], at: Timestamp, now: Timestamp) -> Vec<Value> {
    let mut all: Vec<(&str, f64)> = values(groups, at, now).collect();
    all.sort_by(|(name, one), (other_name, other)| other.total_cmp(one).then(name.cmp(other_name)));
    all.dedup_by(|one, other| one.0 == other.0);
    all.truncate(len);
    all.into_iter().map(|(name, value)| json!([name, value])).collect()
}

fn values(groups: &mut [Group], at: Timestamp, now: Timestamp) -> impl Iterator<Item = (&str, f64)> {
    let members = groups.iter_mut().flat_map(|group| &mut group.members);
    members.filter_map(move |(name, part)| Some((name.as_str(), part.value(at, now)?)))
}

#[cfg(test)]
mod tests;
