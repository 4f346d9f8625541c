//! Samples on their way in, posted or scraped: read line by line as they come, so that a million of them need no room.

use serde::Serialize;

use super::{Sources, history::Batch};
use crate::{
    config::REFUSED_LINES_TOLD_MAX,
    sampling::{
        line::{LineError, Sample},
        lines::Lines,
        standing::Tally,
    },
    server::{clock::Clock, metrics::Metrics},
    time::Timestamp,
};

/// What became of them.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Lines that were understood: their values are on the boards now, and of one that nothing was measured there is none.
    pub taken: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// The first of those, and why.
    lines: Vec<Refused>,
    /// Why the rest was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

#[derive(Debug, Serialize)]
struct Refused {
    /// Counted from 1.
    line: u64,
    reason: String,
}

/// Samples that are being read.
pub(super) struct Reading<'a> {
    sources: &'a Sources,
    clock: &'a Clock,
    lines: Lines,
    report: Report,
}

impl<'a> Reading<'a> {
    /// Series' names get `prefix` before them.
    pub fn new(sources: &'a Sources, clock: &'a Clock, prefix: String) -> Self {
        Self {
            sources,
            clock,
            lines: Lines::new(prefix),
            report: Report::default(),
        }
    }

    /// Takes a piece. Who sends more than can be written waits.
    pub async fn read(&mut self, piece: &[u8]) {
        let unkept = self.take(|lines, now, each| lines.read(piece, now, each));
        self.sources.keep(unkept).await;
    }

    /// What follows is not read.
    pub fn stop(&mut self, reason: &str) {
        self.lines.break_off();
        let stopped = format!(
            "{reason} It was read up to line {}: send what comes after that in another post.",
            self.lines.number()
        );
        self.report.stopped = Some(stopped);
    }

    /// There is no more: counts what came, and tells it.
    pub async fn end(mut self, metrics: &Metrics) -> Report {
        let unkept = self.take(|lines, now, each| lines.end(now, each));
        self.sources.keep(unkept).await;
        metrics.samples_taken.add(self.report.taken);
        metrics.samples_refused.add(self.report.refused);
        self.report
    }

    /// Answers what is still to be kept.
    fn take(
        &mut self,
        read: impl FnOnce(&mut Lines, Timestamp, &mut dyn FnMut(u64, Result<Option<Sample>, LineError>)),
    ) -> Batch {
        let now = self.clock.now();
        let mut intake = self.sources.intake(now);
        read(&mut self.lines, now, &mut |number, line| {
            let taken = line.and_then(|sample| {
                let Some(sample) = sample else { return Ok(false) };
                intake.take(sample).map(|()| true)
            });
            self.report.count(number, taken);
        });
        intake.end()
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

    /// The same in short.
    pub fn tally(self) -> Tally {
        Tally {
            taken: self.taken,
            refused: self.refused,
            first: self.lines.into_iter().next().map(|first| (first.line, first.reason)),
        }
    }
}
