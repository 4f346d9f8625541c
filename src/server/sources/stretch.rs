//! `GET /api/v1/samples`: what series have sent, for charts and programs.

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{
    Sources,
    derived::{formula, name_of, numbers},
    history::{Fineness, Stretch, Wanted},
    refuse,
};
use crate::{
    board::series_names,
    config::{FORMULA_BUCKETS_LEN_MAX, HISTORY_TIERS, STRETCH_LEN_MAX, STRETCH_SHOWN_LEN, STRETCHES_LEN_MAX},
    protocol::{SampleSeries, SamplesFrame, Value},
    server::{
        Server,
        series::{Bucket, Formula, Input, Worked},
    },
    time::Timestamp,
};

/// Which stretch, and how finely.
#[derive(Deserialize)]
pub struct Asked {
    /// Names with commas between them; one that ends in `*` stands for all that begin so.
    series: String,
    /// How far back it goes from `to`, in milliseconds.
    span: u64,
    /// Its end; now, where it is left out.
    to: Option<u64>,
    /// Points of each series, at most.
    points: Option<usize>,
}

/// Tells a stretch of some series, or of what is worked out from them: of each point its mean, least, greatest, last and count.
pub async fn stretch(State(server): State<Server>, Query(asked): Query<Asked>) -> Response {
    let (_, kept_ms) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
    let now = server.clock().now();
    let to = Timestamp(asked.to.unwrap_or(now.0 + 1).min(now.0 + 1));
    let from = Timestamp(to.0.saturating_sub(asked.span.clamp(1, kept_ms)));
    let len_max = asked
        .points
        .unwrap_or(STRETCH_SHOWN_LEN as usize)
        .clamp(1, STRETCH_LEN_MAX);
    let mut columns = Columns::default();
    for name in series_names(&asked.series) {
        if let Err(reason) = columns.add(server.sources(), name) {
            return refuse(StatusCode::BAD_REQUEST, &reason);
        }
    }
    let (mut interval_ms, mut series) = (0, Vec::new());
    let wanted = Wanted {
        name: String::new(),
        now,
        from,
        to,
        fineness: Fineness::Buckets(len_max),
    };
    for column in columns.all {
        let Some(stretch) = server.sources().read_column(&column, &wanted).await else {
            let message = "What the series have sent can’t be read now: the server’s log says why.";
            return refuse(StatusCode::SERVICE_UNAVAILABLE, message);
        };
        // Of those that are kept less finely, since a part of them is older, a point is longer.
        interval_ms = interval_ms.max(stretch.step_ms);
        let points = stretch.buckets.into_iter().map(|(at, bucket)| (at, told(&bucket)));
        series.push(SampleSeries {
            name: column.into_name(),
            points: points.collect(),
        });
    }
    let frame = SamplesFrame {
        clock: now,
        interval_ms,
        series,
    };
    Json(frame).into_response()
}

/// What is asked for: each once, in the order of the names.
#[derive(Default)]
pub(super) struct Columns {
    pub all: Vec<Column>,
    /// How many series are read for them.
    inputs_len: usize,
}

/// A series, or what is worked out from some.
#[derive(Clone)]
pub(super) enum Column {
    Series(String),
    Formula(Past),
}

impl Columns {
    /// Adds what a name stands for, and answers how much that is; or why it can't be told, and what to do.
    pub fn add(&mut self, sources: &Sources, name: &str) -> Result<usize, String> {
        let found: Vec<Column> = match formula(name) {
            Some(Err(error)) => return Err(format!("`{name}` can’t be worked out: {error}.")),
            Some(Ok(formula)) if !formula.is_number() => {
                return Err(format!(
                    "`{name}` is a table of now, and has no past: ask for the series themselves."
                ));
            }
            Some(Ok(formula)) => {
                let outputs = sources.outputs(name, &formula).into_iter();
                outputs.map(Column::Formula).collect()
            }
            None => {
                let names = sources.names(&[name.to_owned()]).into_iter();
                names.map(Column::Series).collect()
            }
        };
        let len = found.len();
        for column in found {
            if self.all.iter().all(|other| other.name() != column.name()) {
                self.inputs_len += column.inputs_len();
                self.all.push(column);
            }
        }
        if self.inputs_len > STRETCHES_LEN_MAX {
            return Err(format!(
                "{} series match, and {STRETCHES_LEN_MAX} are told at once: ask for fewer.",
                self.inputs_len
            ));
        }
        Ok(len)
    }
}

impl Column {
    pub fn name(&self) -> &str {
        match self {
            Self::Series(name) => name,
            Self::Formula(past) => &past.name,
        }
    }

    fn into_name(self) -> String {
        match self {
            Self::Series(name) => name,
            Self::Formula(past) => past.name,
        }
    }

    /// How many series are read for it.
    pub const fn inputs_len(&self) -> usize {
        match self {
            Self::Series(_) => 1,
            Self::Formula(past) => past.inputs.len(),
        }
    }

    /// How much further back than it is told it reads, in milliseconds.
    pub fn reach_ms(&self) -> u64 {
        match self {
            Self::Series(_) => 0,
            Self::Formula(past) => {
                let ago_ms = past.inputs.iter().map(|input| input.ago_ms).max();
                past.formula.window_ms() + ago_ms.unwrap_or(0)
            }
        }
    }
}

/// A formula whose past is asked for.
#[derive(Clone)]
pub(super) struct Past {
    /// What it is called.
    name: String,
    formula: Formula,
    /// The series that it is of.
    inputs: Vec<Input>,
}

impl Sources {
    /// What a formula stands for: itself, or one of each series that begins so.
    fn outputs(&self, name: &str, formula: &Formula) -> Vec<Past> {
        let past = |name: String, formula: Formula| {
            let inputs = Worked::new(&formula, &|beginning| self.beginning_with(beginning)).inputs();
            Past { name, formula, inputs }
        };
        let Some(beginning) = formula.each() else {
            return vec![past(name.to_owned(), formula.clone())];
        };
        let series = self.beginning_with(beginning).into_iter();
        let series = series.filter_map(|series| Some((name_of(name, beginning, &series)?, series)));
        series.map(|(name, series)| past(name, formula.of(&series))).collect()
    }

    /// The past of a column; `None` where that can't be read. `wanted` is of no name.
    pub(super) async fn read_column(&self, column: &Column, wanted: &Wanted) -> Option<Stretch> {
        match column {
            Column::Series(name) => {
                let name = name.clone();
                self.read(Wanted { name, ..wanted.clone() }).await
            }
            Column::Formula(past) => self.work_out(past.clone(), wanted).await,
        }
    }

    /// The past of a formula, from that of what it is of.
    async fn work_out(&self, past: Past, wanted: &Wanted) -> Option<Stretch> {
        let Past { formula, inputs, .. } = past;
        let span_ms = wanted.to.since(wanted.from);
        let before_ms = formula.window_ms()
            + match wanted.fineness {
                Fineness::Buckets(len) => span_ms / len as u64,
                Fineness::Step(step_ms) => step_ms,
            };
        let (mut entries, mut entry_ms) = (Vec::new(), HISTORY_TIERS[0].0);
        for input in inputs {
            let ago = |at: Timestamp| Timestamp(at.0.saturating_sub(input.ago_ms));
            let mut wanted = Wanted {
                name: input.name.clone(),
                now: wanted.now,
                from: Timestamp(ago(wanted.from).0.saturating_sub(before_ms)),
                to: ago(wanted.to),
                fineness: wanted.fineness,
            };
            wanted = match wanted.fineness {
                Fineness::Step(step_ms) => wanted.in_parts_of(step_ms, FORMULA_BUCKETS_LEN_MAX),
                Fineness::Buckets(_) => Wanted {
                    fineness: Fineness::Buckets(FORMULA_BUCKETS_LEN_MAX),
                    ..wanted
                },
            };
            let stretch = self.read(wanted).await?;
            entry_ms = entry_ms.max(stretch.step_ms);
            let buckets = stretch.buckets.into_iter();
            entries.extend(buckets.map(|(at, bucket)| (input.clone(), at.plus(input.ago_ms), bucket)));
        }
        let step_ms = match wanted.fineness {
            Fineness::Buckets(len) => entry_ms * span_ms.div_ceil(entry_ms * len as u64).max(1),
            Fineness::Step(step_ms) => step_ms,
        };
        let (sources, from) = (self.clone(), wanted.from);
        let worked = tokio::task::spawn_blocking(move || {
            let names = |beginning: &str| sources.beginning_with(beginning);
            Worked::past(&formula, &names, entries, [step_ms, entry_ms], from)
        });
        let buckets = worked.await.ok()?;
        Some(Stretch { step_ms, buckets })
    }

    /// The series of numbers that begin so.
    pub(super) fn beginning_with(&self, beginning: &str) -> Vec<String> {
        numbers(&self.0.read().rings, beginning)
    }
}

fn told(bucket: &Bucket) -> Value {
    json!([bucket.mean(), bucket.least, bucket.greatest, bucket.last, bucket.count])
}
