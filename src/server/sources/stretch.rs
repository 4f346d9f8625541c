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
    history::{Stretch, Wanted},
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
    let mut wishes = Vec::new();
    let mut patterns = Vec::new();
    for name in series_names(&asked.series) {
        match formula(name) {
            None => patterns.push(name.to_owned()),
            Some(Ok(formula)) if formula.is_number() => wishes.extend(server.sources().outputs(name, &formula)),
            Some(Ok(_)) => {
                let message = format!("`{name}` is a table of now, and has no past: ask for the series themselves.");
                return refuse(StatusCode::BAD_REQUEST, &message);
            }
            Some(Err(error)) => {
                return refuse(
                    StatusCode::BAD_REQUEST,
                    &format!("`{name}` can’t be worked out: {error}."),
                );
            }
        }
    }
    let names = server.sources().names(&patterns);
    let len = names.len() + wishes.iter().map(|wish| wish.inputs.len()).sum::<usize>();
    if len > STRETCHES_LEN_MAX {
        let message = format!("{len} series match, and {STRETCHES_LEN_MAX} are told at once: ask for fewer.");
        return refuse(StatusCode::BAD_REQUEST, &message);
    }
    let (mut interval_ms, mut series) = (0, Vec::new());
    let wanted = Wanted {
        name: String::new(),
        now,
        from,
        to,
        len_max,
    };
    let mut tell = |name, stretch: Option<Stretch>| {
        let Some(stretch) = stretch else { return false };
        // Of those that are kept less finely, since a part of them is older, a point is longer.
        interval_ms = interval_ms.max(stretch.step_ms);
        let points = stretch.buckets.into_iter().map(|(at, bucket)| (at, told(&bucket)));
        series.push(SampleSeries {
            name,
            points: points.collect(),
        });
        true
    };
    let mut is_told = true;
    for name in names {
        let wanted = Wanted {
            name: name.clone(),
            ..wanted.clone()
        };
        is_told = is_told && tell(name, server.sources().read(wanted).await);
    }
    for wish in wishes {
        is_told = is_told && tell(wish.name.clone(), server.sources().work_out(wish, &wanted).await);
    }
    if !is_told {
        let message = "What the series have sent can’t be read now: the server’s log says why.";
        return refuse(StatusCode::SERVICE_UNAVAILABLE, message);
    }
    let frame = SamplesFrame {
        clock: now,
        interval_ms,
        series,
    };
    Json(frame).into_response()
}

/// A formula whose past is asked for.
#[derive(Clone)]
pub(super) struct Past {
    /// What it is called.
    pub name: String,
    formula: Formula,
    /// The series that it is of.
    pub inputs: Vec<Input>,
}

impl Sources {
    /// What a formula stands for: itself, or one of each series that begins so.
    pub(super) fn outputs(&self, name: &str, formula: &Formula) -> Vec<Past> {
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

    /// The past of a formula, from that of what it is of; `None` where that can't be read.
    pub(super) async fn work_out(&self, past: Past, wanted: &Wanted) -> Option<Stretch> {
        let Past { formula, inputs, .. } = past;
        let span_ms = wanted.to.since(wanted.from);
        let before_ms = formula.window_ms() + span_ms / wanted.len_max as u64;
        let (mut entries, mut entry_ms) = (Vec::new(), HISTORY_TIERS[0].0);
        for input in inputs {
            let ago = |at: Timestamp| Timestamp(at.0.saturating_sub(input.ago_ms));
            let wanted = Wanted {
                name: input.name.clone(),
                now: wanted.now,
                from: Timestamp(ago(wanted.from).0.saturating_sub(before_ms)),
                to: ago(wanted.to),
                len_max: FORMULA_BUCKETS_LEN_MAX,
            };
            let stretch = self.read(wanted).await?;
            entry_ms = entry_ms.max(stretch.step_ms);
            let buckets = stretch.buckets.into_iter();
            entries.extend(buckets.map(|(at, bucket)| (input.clone(), at.plus(input.ago_ms), bucket)));
        }
        let step_ms = entry_ms * span_ms.div_ceil(entry_ms * wanted.len_max as u64).max(1);
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
