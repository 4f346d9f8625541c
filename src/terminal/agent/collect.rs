//! What an agent measures: this machine, and the exporters that it was told of. Each goes on by itself, and hands in what it has.

use std::{io, sync::mpsc as thread_mpsc, time::Duration};

use tokio::{sync::mpsc, time};

use super::{buffer::Sample, clock::RunClock};
use crate::{
    sampling::{
        exporter::{Exporter, ScrapeError, Scraper},
        host,
        line::{LineError, Sample as Line},
        lines::Lines,
        standing::{News, Standing, Tally},
    },
    time::Timestamp,
};

/// What comes of measuring.
#[derive(Debug)]
pub enum Found {
    /// Values that were measured at one moment, which is of the run's clock.
    Samples {
        /// When.
        at: u64,
        /// Each with the time that its exporter gave it, if it did.
        samples: Vec<Sample>,
    },
    /// Something about an exporter.
    News(News),
}

/// Goes on measuring until it is dropped.
#[derive(Debug)]
pub struct Collecting {
    found: mpsc::Receiver<Found>,
    /// Its other end is the thread that measures.
    _measuring: thread_mpsc::Sender<()>,
}

impl Collecting {
    /// Measures this machine as `name`, and scrapes, `every` so often.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        name: &str,
        every: Duration,
        scraper: &Scraper,
        exporters: Vec<Exporter>,
    ) -> io::Result<(Self, RunClock)> {
        let clock = RunClock::start();
        // What waits there waits for the disk: it measures no faster than that writes.
        let (sender, found) = mpsc::channel(FOUND_LEN_MAX);
        let (measuring, stop) = thread_mpsc::channel();
        let hand_in = {
            let sender = sender.clone();
            move |values: Vec<(String, crate::protocol::Value)>| {
                // The table of processes is no number.
                let numbers = values
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value.as_f64()?, None)));
                let (at, samples) = (clock.now(), numbers.collect());
                // Nobody takes it any more at the end.
                let _ = sender.blocking_send(Found::Samples { at, samples });
            }
        };
        host::start(name.to_owned(), every, stop, hand_in)?;
        for exporter in exporters {
            let scraping = Scraping {
                prefix: format!("{name}.{}", exporter.prefix()),
                exporter,
                scraper: scraper.clone(),
                clock,
                found: sender.clone(),
            };
            tokio::spawn(scraping.go_on(every));
        }
        let collecting = Self {
            found,
            _measuring: measuring,
        };
        Ok((collecting, clock))
    }

    /// The next thing found.
    pub async fn next(&mut self) -> Option<Found> {
        self.found.recv().await
    }
}

/// One exporter's.
struct Scraping {
    prefix: String,
    exporter: Exporter,
    scraper: Scraper,
    clock: RunClock,
    found: mpsc::Sender<Found>,
}

impl Scraping {
    async fn go_on(self, every: Duration) {
        let mut standing = Standing::default();
        loop {
            let began = time::Instant::now();
            let at = self.clock.now();
            let mut samples = Vec::new();
            let came = self.scrape(at, &mut samples).await;
            let news = standing.hear(&self.exporter, &came).map(Found::News);
            let samples = (!samples.is_empty()).then_some(Found::Samples { at, samples });
            for found in news.into_iter().chain(samples) {
                if self.found.send(found).await.is_err() {
                    return;
                }
            }
            time::sleep(standing.pause(every).saturating_sub(began.elapsed())).await;
        }
    }

    /// What came before it broke off counts.
    async fn scrape(&self, at: u64, samples: &mut Vec<Sample>) -> Result<Tally, ScrapeError> {
        let mut scrape = self.scraper.ask(&self.exporter).await?;
        let (mut lines, mut tally) = (Lines::new(self.prefix.clone()), Tally::default());
        let mut take = |number, line: Result<Option<Line>, LineError>| {
            tally.count(number, line.as_ref().map(Option::is_some));
            // Of a gap there is nothing to send: the next value is where it is.
            let value = |line: Line| Some((line.name, line.value?, line.at.map(|at| at.0)));
            samples.extend(line.ok().flatten().and_then(value));
        };
        while let Some(piece) = scrape.piece().await? {
            lines.read(&piece, Timestamp(at), &mut take);
        }
        lines.end(Timestamp(at), &mut take);
        tally.checked()
    }
}

/// Found, and not kept yet.
const FOUND_LEN_MAX: usize = 16;
