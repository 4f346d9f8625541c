//! Formulas that somebody watches: each is worked out once for all who do, as what it is of comes, and not any more when nobody does.
//!
//! What is worked out is a series as any other for its readers: a ring of its own, and a place in the ticks. It is never kept: the past of a
//! formula is worked out from the past of what it is of.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::{
    history::{Fineness, Stretch, Wanted},
    ring::Ring,
    tick::Told,
};
use crate::{
    board::is_like_formula,
    config::{
        FORMULA_AHEAD_MS, FORMULA_INPUTS_ALL_LEN_MAX, FORMULA_INPUTS_LEN_MAX, FORMULAS_LEN_MAX, HISTORY_TIERS,
        SAMPLE_HISTORY_LEN_MAX, SAMPLE_INTERVAL_MS, TICK_SPACING_MS, WINDOW_BUCKETS_LEN_MAX,
    },
    protocol::Value,
    server::series::{Bucket, Entry, Formula, FormulaError, Input, Worked},
    time::Timestamp,
};

/// All formulas that are watched.
#[derive(Debug, Default)]
pub(super) struct Derived {
    /// By what is watched: a formula of its own, or one for each of many series.
    watched: HashMap<String, Watched>,
    /// By what they are called.
    outputs: BTreeMap<String, Output>,
    /// Which are of a series.
    by_input: HashMap<String, BTreeSet<String>>,
    /// Those that something has come for.
    untold: BTreeSet<String>,
    /// Of how many series they are, all together.
    inputs_len: usize,
}

#[derive(Debug)]
struct Watched {
    formula: Formula,
    watchers: usize,
    outputs: BTreeSet<String>,
}

/// What is worked out.
#[derive(Debug)]
pub(super) struct Output {
    formula: Formula,
    worked: Worked,
    pub ring: Ring,
    /// Number of the tick that tells all of its ring.
    whole_tick: u64,
    /// Watched formulas that it is of.
    users: usize,
    /// Series that come may be of it.
    is_open: bool,
    /// What was long ago, until the time has come to take it.
    ahead: VecDeque<(Input, Entry)>,
    /// Up to when that is read; `None` before anything is.
    read_to: Option<Timestamp>,
}

/// What is to be read of the past, for which output.
#[derive(Debug)]
pub(super) struct Wish {
    output: String,
    read_to: Timestamp,
    pub inputs: Vec<(Input, Wanted)>,
}

impl Derived {
    /// Somebody watches this name: where it is a formula, it is worked out from now on.
    pub fn watch(&mut self, name: &str, rings: &BTreeMap<String, Ring>, tick: u64) {
        if let Some(watched) = self.watched.get_mut(name) {
            watched.watchers += 1;
            return;
        }
        let Some(Ok(formula)) = formula(name) else { return };
        if self.watched.len() >= FORMULAS_LEN_MAX {
            tracing::warn!(
                name,
                "a formula is not worked out: {FORMULAS_LEN_MAX} others are watched"
            );
            return;
        }
        let watched = Watched {
            formula: formula.clone(),
            watchers: 1,
            outputs: BTreeSet::new(),
        };
        self.watched.insert(name.to_owned(), watched);
        match formula.each() {
            None => self.add(name, name.to_owned(), formula, rings, tick),
            Some(beginning) => {
                for series in numbers(rings, beginning) {
                    self.add_of(name, &series, rings, tick);
                }
            }
        }
    }

    /// As many have stopped to watch it as had begun.
    pub fn unwatch(&mut self, name: &str) {
        let Some(watched) = self.watched.get_mut(name) else {
            return;
        };
        watched.watchers -= 1;
        if watched.watchers > 0 {
            return;
        }
        let outputs = self.watched.remove(name).map(|watched| watched.outputs);
        outputs.into_iter().flatten().for_each(|output| self.leave(&output));
    }

    /// The output of one among the series that a watched formula is of.
    fn add_of(&mut self, name: &str, series: &str, rings: &BTreeMap<String, Ring>, tick: u64) {
        let Some(Watched { formula, outputs, .. }) = self.watched.get(name) else {
            return;
        };
        if let Some(output) = formula.each().and_then(|beginning| name_of(name, beginning, series))
            && outputs.len() < FORMULA_INPUTS_LEN_MAX
        {
            self.add(name, output, formula.of(series), rings, tick);
        }
    }

    fn add(&mut self, watched: &str, name: String, formula: Formula, rings: &BTreeMap<String, Ring>, tick: u64) {
        if let Some(output) = self.outputs.get_mut(&name) {
            output.users += 1;
        } else {
            let output = Output::new(formula, rings, Vec::new(), tick);
            if self.inputs_len + output.worked.inputs_len() > FORMULA_INPUTS_ALL_LEN_MAX {
                tracing::warn!(name, "a formula is not worked out: all together are of too many series");
                return;
            }
            self.inputs_len += output.worked.inputs_len();
            for Input { name: input, .. } in output.worked.inputs() {
                self.by_input.entry(input).or_default().insert(name.clone());
            }
            self.untold.insert(name.clone());
            self.outputs.insert(name.clone(), output);
        }
        if let Some(watched) = self.watched.get_mut(watched) {
            watched.outputs.insert(name);
        }
    }

    /// One watched formula less needs it.
    fn leave(&mut self, name: &str) {
        let Some(output) = self.outputs.get_mut(name) else {
            return;
        };
        output.users -= 1;
        if output.users > 0 {
            return;
        }
        let inputs = output.worked.inputs();
        self.inputs_len -= output.worked.inputs_len();
        self.outputs.remove(name);
        self.untold.remove(name);
        inputs.iter().for_each(|input| self.unlist(&input.name, name));
    }

    /// A series is there that was not.
    pub fn arrive(&mut self, series: &str, rings: &BTreeMap<String, Ring>, tick: u64) {
        if self.watched.is_empty() {
            return;
        }
        for (name, output) in self.outputs.iter_mut().filter(|(_, output)| output.is_open) {
            let len = output.worked.inputs_len();
            let has_room = self.inputs_len < FORMULA_INPUTS_ALL_LEN_MAX;
            if output.worked.arrive(series, has_room) {
                self.inputs_len += output.worked.inputs_len() - len;
                self.by_input.entry(series.to_owned()).or_default().insert(name.clone());
            }
        }
        let of_each = self.watched.iter().filter(|(_, watched)| {
            let each = watched.formula.each();
            each.is_some_and(|beginning| series.starts_with(beginning))
        });
        let of_each: Vec<String> = of_each.map(|(name, _)| name.clone()).collect();
        for name in of_each {
            self.add_of(&name, series, rings, tick);
        }
    }

    /// A series is not there any more: what stars stand for is without it, and what names it waits.
    pub fn forget(&mut self, series: &str) {
        let names = self.by_input.get(series).cloned().unwrap_or_default();
        for name in names {
            let Some(output) = self.outputs.get_mut(&name).filter(|output| output.is_open) else {
                continue;
            };
            let len = output.worked.inputs_len();
            output.worked.forget(series);
            self.inputs_len -= len - output.worked.inputs_len();
            if output.worked.inputs().iter().all(|input| input.name != series) {
                self.unlist(series, &name);
            }
        }
        let of_each = self.watched.iter_mut().filter_map(|(name, watched)| {
            let output = name_of(name, watched.formula.each()?, series)?;
            watched.outputs.remove(&output).then_some(output)
        });
        let of_each: Vec<String> = of_each.collect();
        of_each.iter().for_each(|output| self.leave(output));
    }

    /// An output is not of a series any more.
    fn unlist(&mut self, series: &str, output: &str) {
        if let Some(outputs) = self.by_input.get_mut(series) {
            outputs.remove(output);
            if outputs.is_empty() {
                self.by_input.remove(series);
            }
        }
    }

    /// A series has sent its newest value.
    pub fn take(&mut self, series: &str, at: Timestamp, heard_at: Timestamp, value: f64) {
        let Some(names) = self.by_input.get(series) else { return };
        let values = Bucket::of(value);
        for name in names {
            if let Some(output) = self.outputs.get_mut(name) {
                output.worked.take(series, 0, &Entry { at, heard_at, values });
                if !self.untold.contains(name) {
                    self.untold.insert(name.clone());
                }
            }
        }
    }

    /// Works out what something has come for, for the tick of this number.
    pub fn tell(&mut self, now: Timestamp, tick: u64) -> BTreeMap<String, Told> {
        let untold = std::mem::take(&mut self.untold).into_iter();
        let told = untold.filter_map(|name| {
            let output = self.outputs.get_mut(&name)?;
            let has_changed = output.work_out(now) || output.whole_tick == tick;
            output.ring.tick = if has_changed { tick } else { output.ring.tick };
            let told = has_changed.then(|| output.since(tick - 1)).flatten()?;
            Some((name, told))
        });
        told.collect()
    }

    /// Whether any waits to be worked out.
    pub fn has_untold(&self) -> bool {
        !self.untold.is_empty()
    }

    pub const fn outputs(&self) -> &BTreeMap<String, Output> {
        &self.outputs
    }

    /// What is to be read of the past before these rings begin.
    pub fn wishes(&mut self, now: Timestamp, rings: &BTreeMap<String, Ring>) -> Vec<Wish> {
        let wishes = self.outputs.iter_mut().map(|(name, output)| {
            let wish = output.wish(name, now, rings);
            if wish.is_none() {
                // What its window needs it has seen from now on.
                output.read_to.get_or_insert(now);
            }
            wish
        });
        wishes.flatten().collect()
    }

    /// What was read of the past, in the order of the wish.
    pub fn fill(&mut self, wish: &Wish, read: Vec<Stretch>, rings: &BTreeMap<String, Ring>, tick: u64) {
        let Some(output) = self.outputs.get_mut(&wish.output) else {
            return;
        };
        let mut entries = Vec::new();
        for ((input, _), stretch) in wish.inputs.iter().zip(read) {
            let first = rings.get(&input.name).and_then(|ring| Some(ring.points.front()?.0));
            for (at, values) in stretch.buckets {
                // What is in the ring is not taken twice.
                let is_older = first.is_none_or(|first| at.plus(stretch.step_ms) <= first);
                if input.ago_ms > 0 || is_older {
                    let at = at.plus(input.ago_ms);
                    let heard_at = at;
                    entries.push((input.clone(), Entry { at, heard_at, values }));
                }
            }
        }
        if output.read_to.is_some() {
            // The first one has had what is before it.
            entries.sort_by_key(|(_, entry)| entry.at);
            output.ahead.extend(entries);
        } else {
            let whole = Output::new(output.formula.clone(), rings, entries, tick);
            let before = std::mem::replace(output, whole);
            output.users = before.users;
            // It may be of others than it was.
            self.inputs_len = self.inputs_len + output.worked.inputs_len() - before.worked.inputs_len();
            for Input { name: input, .. } in output.worked.inputs() {
                self.by_input.entry(input).or_default().insert(wish.output.clone());
            }
            self.untold.insert(wish.output.clone());
        }
        output.read_to = Some(wish.read_to);
    }
}

impl Output {
    /// Works out what the rings and `older` give.
    fn new(formula: Formula, rings: &BTreeMap<String, Ring>, older: Vec<(Input, Entry)>, tick: u64) -> Self {
        let worked = Worked::new(&formula, &|beginning| numbers(rings, beginning));
        let names: BTreeSet<String> = worked.inputs().into_iter().map(|input| input.name).collect();
        let (ago, mut entries): (Vec<_>, Vec<_>) = older.into_iter().partition(|(input, _)| input.ago_ms > 0);
        for name in names {
            let points = rings.get(&name).into_iter().flat_map(|ring| &ring.points);
            entries.extend(points.filter_map(|(at, value)| {
                let input = Input {
                    name: name.clone(),
                    ago_ms: 0,
                };
                let (at, heard_at, values) = (*at, *at, Bucket::of(value.as_f64()?));
                Some((input, Entry { at, heard_at, values }))
            }));
        }
        let mut output = Self {
            is_open: formula.inputs().iter().any(|name| name.ends_with('*')),
            formula,
            worked,
            ring: Ring::new(tick),
            whole_tick: tick,
            users: 1,
            ahead: ago.into(),
            read_to: None,
        };
        output.ahead.make_contiguous().sort_by_key(|(_, entry)| entry.at);
        entries.sort_by_key(|(_, entry)| entry.at);
        // As often as it would have been told.
        let tick_of = |(_, entry): &(Input, Entry)| entry.at.0 / TICK_SPACING_MS;
        for entries in entries.chunk_by(|one, other| tick_of(one) == tick_of(other)) {
            for (input, entry) in entries {
                output.worked.take(&input.name, input.ago_ms, entry);
            }
            output.work_out(output.worked.at());
        }
        output
    }

    /// Answers whether there is a value.
    fn work_out(&mut self, now: Timestamp) -> bool {
        let at = self.worked.at();
        while let Some((input, entry)) = self.ahead.pop_front_if(|(_, entry)| entry.at <= at) {
            self.worked.take(&input.name, input.ago_ms, &entry);
        }
        let value: Option<Value> = self.worked.value(now);
        value.is_some_and(|value| self.ring.push(at, value))
    }

    /// The newest value, or all of them where they are others than before the tick with the number `told`.
    pub fn since(&self, told: u64) -> Option<Told> {
        let before = if self.whole_tick > told {
            let points = self.ring.points.iter();
            points.take(self.ring.points.len().saturating_sub(1)).cloned().collect()
        } else {
            Vec::new()
        };
        Some(Told {
            before,
            ..self.ring.newest()?
        })
    }

    fn wish(&self, name: &str, now: Timestamp, rings: &BTreeMap<String, Ring>) -> Option<Wish> {
        let inputs = self.worked.inputs();
        let is_ago = inputs.iter().any(|input| input.ago_ms > 0);
        let is_due = match self.read_to {
            None => true,
            Some(read_to) => is_ago && read_to.since(now) < FORMULA_AHEAD_MS / 2,
        };
        if !is_due {
            return None;
        }
        let window_ms = self.formula.window_ms();
        // Whole buckets of every tier, so that none is read twice.
        let (tier_ms, _) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
        let read_to = now.plus(FORMULA_AHEAD_MS);
        let read_to = Timestamp(read_to.0 - read_to.0 % tier_ms);
        let ring_ms = SAMPLE_HISTORY_LEN_MAX as u64 * SAMPLE_INTERVAL_MS;
        let wanted = inputs.into_iter().filter_map(|input| {
            let ago_ms = input.ago_ms;
            let (from, to) = match self.read_to {
                Some(before) if ago_ms == 0 || before >= read_to => return None,
                Some(before) => (before, read_to),
                None if ago_ms > 0 => (Timestamp(now.0.saturating_sub(window_ms + ring_ms + tier_ms)), read_to),
                None => {
                    let first = rings.get(&input.name).and_then(|ring| Some(ring.points.front()?.0));
                    (Timestamp(now.0.saturating_sub(window_ms)), first.unwrap_or(now))
                }
            };
            let wanted = Wanted {
                name: input.name.clone(),
                now,
                from: Timestamp(from.0.saturating_sub(ago_ms)),
                to: Timestamp(to.0.saturating_sub(ago_ms)),
                fineness: Fineness::Buckets(WINDOW_BUCKETS_LEN_MAX),
            };
            (from < to).then_some((input, wanted))
        });
        let inputs: Vec<_> = wanted.collect();
        (!inputs.is_empty()).then(|| Wish {
            output: name.to_owned(),
            read_to,
            inputs,
        })
    }
}

/// The series that begin so and send numbers.
pub(super) fn numbers(rings: &BTreeMap<String, Ring>, beginning: &str) -> Vec<String> {
    let all = rings.range::<str, _>((std::ops::Bound::Included(beginning), std::ops::Bound::Unbounded));
    let all = all.take_while(|(name, _)| name.starts_with(beginning));
    let numbers = all.filter(|(_, ring)| ring.points.back().is_none_or(|(_, value)| value.is_number()));
    numbers.map(|(name, _)| name.clone()).collect()
}

/// What a formula of each series that begins so is called for one of them: it ends as they begin, and a star stands for the rest.
pub(super) fn name_of(name: &str, beginning: &str, series: &str) -> Option<String> {
    let head = name.strip_suffix('*')?.strip_suffix(beginning)?;
    Some([head, series].concat())
}

/// A name as a formula, where it is meant as one.
pub(super) fn formula(name: &str) -> Option<Result<Formula, FormulaError>> {
    is_like_formula(name).then(|| Formula::read(name)).flatten()
}
