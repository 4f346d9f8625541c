//! `POST /api/v1/samples`: what machines and scripts send. Read line by line as it comes, so that a million of them need no room; what is
//! wrong with a line is said by its number, and the others are taken.

use std::time::Duration;

use axum::{
    Extension, Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use http::StatusCode;
use serde::Serialize;

use super::{
    Sources,
    history::Batch,
    line::{LineError, read},
    refuse,
};
use crate::{
    config::{REFUSED_LINES_TOLD_MAX, SAMPLE_LINE_BYTES_MAX, SAMPLES_BODY_BYTES_MAX, SAMPLES_POST_MS_MAX},
    protocol::{Access, Identity},
    server::{
        Server,
        clock::{Clock, Stopwatch},
    },
};

/// What became of a post.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Lines whose value is on the boards now.
    taken: u64,
    /// Lines that were refused.
    refused: u64,
    /// The first of those, and why.
    lines: Vec<Refused>,
    /// Why the rest was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
}

#[derive(Debug, Serialize)]
struct Refused {
    /// Counted from 1.
    line: u64,
    reason: String,
}

/// A post that is being read.
struct Reading<'a> {
    sources: &'a Sources,
    clock: &'a Clock,
    report: Report,
    /// Lines so far.
    line: u64,
    /// The beginning of a line whose end has not come.
    rest: Vec<u8>,
}

/// Takes samples, one on each line: a JSON object, or a line of the Prometheus text format.
pub async fn post(
    State(server): State<Server>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Response {
    if identity.access != Access::Edit {
        return refuse(
            StatusCode::FORBIDDEN,
            "This token may only watch: send samples with one that may edit.",
        );
    }
    let mut reading = Reading {
        sources: server.sources(),
        clock: server.clock(),
        report: Report::default(),
        line: 0,
        rest: Vec::new(),
    };
    let (mut body, mut bytes) = (request.into_body().into_data_stream(), 0);
    let since = Stopwatch::start();
    while let Some(chunk) = body.next().await {
        let Ok(chunk) = chunk else {
            reading.stop("The connection broke off.");
            break;
        };
        bytes += chunk.len();
        if bytes > SAMPLES_BODY_BYTES_MAX || since.elapsed() > Duration::from_millis(SAMPLES_POST_MS_MAX) {
            reading.stop("A post is at most so large, and may take at most so long.");
            break;
        }
        let unkept = reading.read(&chunk);
        server.sources().keep(unkept).await;
    }
    let (report, unkept) = reading.end();
    server.sources().keep(unkept).await;
    server.metrics().samples_taken.add(report.taken);
    server.metrics().samples_refused.add(report.refused);
    (report.status(), Json(report)).into_response()
}

impl Reading<'_> {
    /// Answers what is still to be kept.
    fn read(&mut self, chunk: &[u8]) -> Batch {
        let now = self.clock.now();
        let mut lines = chunk.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        let mut intake = self.sources.intake(now);
        for line in lines {
            let whole;
            let line = if self.rest.is_empty() {
                line
            } else {
                whole = [&std::mem::take(&mut self.rest), line].concat();
                &whole
            };
            self.line += 1;
            let taken = read(line, now).and_then(|sample| {
                let Some(sample) = sample else { return Ok(false) };
                intake.take(sample).map(|()| true)
            });
            self.report.count(self.line, taken);
        }
        let unkept = intake.end();
        // Of a line that is too long anyway no more is kept than shows that.
        let room = (SAMPLE_LINE_BYTES_MAX + 1).saturating_sub(self.rest.len());
        self.rest.extend_from_slice(&last[..last.len().min(room)]);
        unkept
    }

    /// What follows is not read. Half a line would say something else than the whole: it is not read either.
    fn stop(&mut self, reason: &str) {
        self.rest.clear();
        let stopped = format!(
            "{reason} It was read up to line {}: send what comes after that in another post.",
            self.line
        );
        self.report.stopped = Some(stopped);
    }

    /// The last line needs no end.
    fn end(mut self) -> (Report, Batch) {
        let unkept = if self.rest.is_empty() {
            Batch::new()
        } else {
            self.read(b"\n")
        };
        (self.report, unkept)
    }
}

impl Report {
    fn count(&mut self, line: u64, taken: Result<bool, LineError>) {
        match taken {
            Ok(is_sample) => self.taken += u64::from(is_sample),
            Err(error) => {
                self.refused += 1;
                if self.lines.len() < REFUSED_LINES_TOLD_MAX {
                    let reason = error.to_string();
                    self.lines.push(Refused { line, reason });
                }
            }
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self { stopped: Some(_), .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self {
                taken: 0, refused: 1.., ..
            } => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }
}
