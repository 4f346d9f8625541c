//! The series there are, and what somebody is still to be told of them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    ops::Bound,
};

use serde_json::json;

use super::{
    POINT_BYTES,
    derived::{Derived, Wish, formula},
    history::{Batch, Stretch},
    ring::Ring,
    tick::{self, Tick, Told, formulas, matching},
};
use crate::{
    board::value_bytes,
    config::{
        FRAME_FILL_BYTES, NEW_SERIES, NEW_SERIES_LEN_MAX, SAMPLE_INTERVAL_MS, SAMPLE_INTERVAL_UNKNOWN_MS,
        SERIES_LEN_MAX, SERIES_SILENT_MS,
    },
    protocol::{SampleSeries, Value},
    sampling::line::LineError,
    server::series::Interval,
    time::Timestamp,
};

#[derive(Debug, Default)]
pub struct State {
    pub rings: BTreeMap<String, Ring>,
    /// The server's time when something came last.
    pub clock: Timestamp,
    /// Series that have come so far.
    pub count: u64,
    /// Number of the tick that was told last.
    pub told: u64,
    /// Series with values that no tick has told yet.
    pub untold: BTreeSet<String>,
    /// Names and patterns that somebody has watched: what they match is shown somewhere.
    pub wanted: HashSet<String>,
    /// Whether other series are new than the list says.
    pub is_list_old: bool,
    /// What is worked out from them.
    pub derived: Derived,
    /// What is still to be kept.
    pub unkept: Batch,
    /// Series that are new, or are so no more, which is still to be noted.
    pub unmarked: Vec<(String, bool)>,
}

impl State {
    /// Takes a value that was measured at `at`; `declared_ms` is how often its series sends, where that is known.
    pub fn push(
        &mut self,
        name: String,
        at: Timestamp,
        value: Value,
        declared_ms: Option<u64>,
    ) -> Result<(), LineError> {
        let is_posted = declared_ms.is_none();
        let tick = self.told + 1;
        let is_known = self.rings.contains_key(&name);
        if !is_known && formula(&name).is_some() {
            return Err(LineError::Name("it is read as a formula"));
        }
        if !is_known && self.rings.len() >= SERIES_LEN_MAX {
            self.make_room().ok_or(LineError::NoRoom)?;
        }
        self.count += u64::from(!is_known);
        let is_new = !is_known && is_posted && !is_wanted(&self.wanted, &name);
        if is_new {
            self.is_list_old = true;
            self.unmarked.push((name.clone(), true));
        }
        let number = value.as_f64();
        if let Some(value) = number {
            self.unkept.push((name.clone(), at, value));
            if !is_known {
                self.derived.arrive(&name, &self.rings, tick);
            }
        }
        let new = is_new.then_some(self.count);
        let ring = self
            .rings
            .entry(name.clone())
            .or_insert_with(|| Ring { new, ..Ring::new(tick) });
        if let Some(interval_ms) = declared_ms {
            ring.interval = Interval::Declared(interval_ms);
        }
        if ring.push(at, value) {
            ring.tick = tick;
            if let Some(value) = number {
                self.derived.take(&name, at, self.clock, value);
            }
            self.untold.insert(name);
        }
        Ok(())
    }

    /// Lets go of the series that has been silent for longest, where that is long: its past is kept, and it is as any other when it sends
    /// again.
    fn make_room(&mut self) -> Option<()> {
        let last = |ring: &Ring| ring.points.back().map_or(Timestamp(0), |(at, _)| *at);
        let (name, ring) = self.rings.iter().min_by_key(|(_, ring)| last(ring))?;
        if self.clock.since(last(ring)) < SERIES_SILENT_MS {
            return None;
        }
        let name = name.clone();
        self.rings.remove(&name);
        self.untold.remove(&name);
        self.derived.forget(&name);
        Some(())
    }

    /// What these names match is shown somewhere from now on; and so is what a formula among them is of.
    pub fn want(&mut self, names: &[String]) {
        let names = names.iter().flat_map(|name| match formula(name) {
            Some(Ok(formula)) => formula.inputs(),
            _ => vec![name.clone()],
        });
        for name in &names.filter(|name| !is_everything(name)).collect::<Vec<_>>() {
            // As many as there can be series: what is one too many is offered once more, and that is all.
            if self.wanted.len() < SERIES_LEN_MAX {
                self.wanted.insert(name.clone());
            }
            for (name, ring) in tick::matching_mut(&mut self.rings, name) {
                if ring.new.take().is_some() {
                    self.is_list_old = true;
                    self.unmarked.push((name.clone(), false));
                }
            }
        }
    }

    /// Formulas among these names are worked out from now on.
    pub fn watch(&mut self, names: &[String]) {
        let tick = self.told + 1;
        names
            .iter()
            .for_each(|name| self.derived.watch(name, &self.rings, tick));
    }

    /// And now by one watcher less.
    pub fn unwatch(&mut self, names: &[String]) {
        names.iter().for_each(|name| self.derived.unwatch(name));
    }

    /// What formulas need of the past.
    pub fn wishes(&mut self) -> Vec<Wish> {
        self.derived.wishes(self.clock, &self.rings)
    }

    /// What was read for one of them.
    pub fn fill(&mut self, wish: &Wish, read: Vec<Stretch>) {
        self.derived.fill(wish, read, &self.rings, self.told + 1);
    }

    /// The series that are new, as a series: who may add them watches it.
    fn list_new(&mut self) {
        if !std::mem::take(&mut self.is_list_old) {
            return;
        }
        let new = self.rings.iter().filter(|(_, ring)| ring.new.is_some());
        let at = new.clone().filter_map(|(_, ring)| Some(ring.points.back()?.0)).max();
        // The newest first: what somebody has just begun to send is what they look for.
        let mut new: Vec<(Reverse<u64>, &String)> =
            new.map(|(name, ring)| (Reverse(ring.new.unwrap_or(0)), name)).collect();
        new.sort_unstable();
        let names: Vec<&String> = new.into_iter().map(|(_, name)| name).take(NEW_SERIES_LEN_MAX).collect();
        let (list, tick) = (json!(names), self.told + 1);
        let ring = self.rings.entry(NEW_SERIES.to_owned()).or_insert_with(|| Ring {
            interval: Interval::Declared(SAMPLE_INTERVAL_UNKNOWN_MS),
            ..Ring::new(tick)
        });
        let before = ring.points.back().map(|(at, _)| Timestamp(at.0 + 1));
        let at = at.max(before).unwrap_or_default();
        ring.points = VecDeque::from([(at, list)]);
        ring.tick = tick;
        self.untold.insert(NEW_SERIES.to_owned());
    }

    /// The newest values of what has changed, as the next tick; `None` where nothing has.
    pub fn tick(&mut self) -> Option<Tick> {
        self.list_new();
        if self.untold.is_empty() && !self.derived.has_untold() {
            return None;
        }
        self.told += 1;
        let untold = std::mem::take(&mut self.untold).into_iter();
        let values = untold.filter_map(|name| {
            let newest = self.rings.get(&name)?.newest()?;
            Some((name, newest))
        });
        let values = values.collect();
        let derived = self.derived.tell(self.clock, self.told);
        Some(Tick::new(self.told, self.clock, [values, derived]))
    }

    /// The newest values of the watched series that have changed since the tick with the number `told`.
    pub fn since<'a>(&'a self, told: u64, watched: &[String]) -> impl Iterator<Item = (&'a str, Told)> {
        let rings = matching(&self.rings, watched).into_iter();
        let rings = rings.filter(move |(_, ring)| ring.tick > told);
        let outputs = matching(self.derived.outputs(), &formulas(watched)).into_iter();
        let outputs = outputs.filter(move |(_, output)| output.ring.tick > told);
        let newest = rings.filter_map(|(name, ring)| Some((name, ring.newest()?)));
        newest.chain(outputs.filter_map(move |(name, output)| Some((name, output.since(told)?))))
    }

    fn watched(&self, watched: &[String]) -> BTreeMap<&str, &Ring> {
        let mut rings = matching(&self.rings, watched);
        let outputs = matching(self.derived.outputs(), &formulas(watched));
        rings.extend(outputs.into_iter().map(|(name, output)| (name, &output.ring)));
        rings
    }

    /// What fits into a frame: of series that send equally often, or of all kinds, as rarely as the rarest.
    pub fn last_minutes(
        &self,
        watched: &[String],
        after: Option<&str>,
        is_mixed: bool,
    ) -> (u64, Vec<SampleSeries>, Option<String>) {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut series: Vec<SampleSeries> = Vec::new();
        let (mut filled, mut interval_ms) = (0, SAMPLE_INTERVAL_MS);
        let rings = self.watched(watched);
        let rings = rings.range::<str, _>((start, Bound::Unbounded));
        for (name, ring) in rings.filter(|(_, ring)| !ring.points.is_empty()) {
            let bytes: usize = ring
                .points
                .iter()
                .map(|(_, value)| value_bytes(value) + POINT_BYTES)
                .sum();
            let is_alike = is_mixed || ring.interval.ms() == interval_ms;
            if (filled + bytes > FRAME_FILL_BYTES || !is_alike)
                && let Some(last) = series.last()
            {
                let last = last.name.clone();
                return (interval_ms, series, Some(last));
            }
            interval_ms = if is_mixed {
                ring.interval.ms().max(interval_ms)
            } else {
                ring.interval.ms()
            };
            filled += bytes + name.len() + POINT_BYTES;
            series.push(SampleSeries {
                name: (*name).to_owned(),
                points: ring.points.iter().cloned().collect(),
            });
        }
        (interval_ms, series, None)
    }
}

/// Whether somebody has watched it by its name or by the beginning of that.
fn is_wanted(wanted: &HashSet<String>, name: &str) -> bool {
    wanted.contains(name)
        || wanted.iter().any(|pattern| {
            let beginning = pattern.strip_suffix('*');
            beginning.is_some_and(|beginning| name.starts_with(beginning))
        })
}

/// Who watches everything shows nothing of it in particular.
fn is_everything(name: &str) -> bool {
    name == "*"
}
