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
    history::{Bucket, Wanted},
    refuse,
};
use crate::{
    board::series_names,
    config::{HISTORY_TIERS, STRETCH_LEN_MAX, STRETCH_SHOWN_LEN, STRETCHES_LEN_MAX},
    protocol::{SampleSeries, SamplesFrame, Value},
    server::Server,
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

/// Tells a stretch of some series: of each point its mean, least, greatest, last and count.
pub async fn stretch(State(server): State<Server>, Query(asked): Query<Asked>) -> Response {
    let (_, kept_ms) = HISTORY_TIERS[HISTORY_TIERS.len() - 1];
    let now = server.clock().now();
    let to = Timestamp(asked.to.unwrap_or(now.0 + 1).min(now.0 + 1));
    let from = Timestamp(to.0.saturating_sub(asked.span.clamp(1, kept_ms)));
    let len_max = asked
        .points
        .unwrap_or(STRETCH_SHOWN_LEN as usize)
        .clamp(1, STRETCH_LEN_MAX);
    let patterns: Vec<String> = series_names(&asked.series).into_iter().map(str::to_owned).collect();
    let names = server.sources().names(&patterns);
    if names.len() > STRETCHES_LEN_MAX {
        let message = format!(
            "{} series match, and {STRETCHES_LEN_MAX} are told at once: ask for fewer.",
            names.len()
        );
        return refuse(StatusCode::BAD_REQUEST, &message);
    }
    let (mut interval_ms, mut series) = (0, Vec::new());
    for name in names {
        let wanted = Wanted {
            name: name.clone(),
            now,
            from,
            to,
            len_max,
        };
        let Some(stretch) = server.sources().read(wanted).await else {
            let message = "What the series have sent can’t be read now: the server’s log says why.";
            return refuse(StatusCode::SERVICE_UNAVAILABLE, message);
        };
        interval_ms = stretch.step_ms;
        let points = stretch.buckets.into_iter().map(|(at, bucket)| (at, told(&bucket)));
        series.push(SampleSeries {
            name,
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

fn told(bucket: &Bucket) -> Value {
    json!([bucket.mean(), bucket.least, bucket.greatest, bucket.last, bucket.count])
}
