//! `--scrape`: numbers that programs tell to who asks, taken as if they had been posted.

use std::time::Duration;

use clap::Args;
use tokio::{sync::watch, time};

use super::{Sources, reading::Reading};
use crate::{
    config::{SCRAPE_EVERY_S, SCRAPE_EVERY_S_MAX},
    sampling::{
        exporter::{Exporter, ExporterError, ScrapeError, Scraper, Typed},
        standing::{News, Standing, Tally},
    },
    server::{
        clock::{Clock, Stopwatch},
        metrics::Metrics,
    },
};

/// What to scrape.
#[derive(Clone, Debug, Args)]
pub struct ScrapeArgs {
    /// Exporter to take the metrics of, as http://127.0.0.1:9100/metrics; of several, separated by commas, each as NAME=URL: their
    /// series are called `NAME.…`
    #[arg(
        long,
        value_name = "URL",
        value_delimiter = ',',
        env = "TIDEBOARD_SCRAPE",
        hide_env_values = true
    )]
    scrape: Vec<Typed>,
    /// How often, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = SCRAPE_EVERY_S,
        value_parser = clap::value_parser!(u64).range(1..=SCRAPE_EVERY_S_MAX)
    )]
    scrape_every: u64,
}

/// What is scraped, and how often.
#[derive(Clone, Debug)]
pub struct Scraping {
    /// Programs that tell their numbers. With any, the server is opened within a tokio runtime.
    pub exporters: Vec<Exporter>,
    /// How often each one is asked.
    pub every: Duration,
}

impl ScrapeArgs {
    /// What was typed.
    ///
    /// # Errors
    /// [`ExporterError`].
    pub fn read(&self) -> Result<Scraping, ExporterError> {
        Ok(Scraping {
            exporters: Exporter::all(&self.scrape)?,
            every: Duration::from_secs(self.scrape_every),
        })
    }
}

impl Default for Scraping {
    fn default() -> Self {
        Self {
            exporters: Vec::new(),
            every: Duration::from_secs(SCRAPE_EVERY_S),
        }
    }
}

/// What each exporter's task has.
#[derive(Clone)]
struct Target {
    scraper: Scraper,
    sources: Sources,
    clock: Clock,
    metrics: std::sync::Arc<Metrics>,
    every: Duration,
}

/// Scrapes, each exporter in a task of its own, until `stopping` says so or is gone.
pub(in crate::server) fn start(
    scraping: &Scraping,
    sources: &Sources,
    clock: &Clock,
    metrics: &std::sync::Arc<Metrics>,
    stopping: &watch::Sender<bool>,
) {
    if scraping.exporters.is_empty() {
        return;
    }
    let scraper = match Scraper::new() {
        Ok(scraper) => scraper,
        Err(error) => return tracing::error!(%error, "TLS can't be spoken here: nothing is scraped"),
    };
    let target = Target {
        scraper,
        sources: sources.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        every: scraping.every,
    };
    for exporter in scraping.exporters.clone() {
        let (target, mut stopping) = (target.clone(), stopping.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                () = target.scrape_on(&exporter) => {}
                // It can't be waited for any more where the server is gone.
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        });
    }
}

impl Target {
    async fn scrape_on(&self, exporter: &Exporter) {
        let mut standing = Standing::default();
        loop {
            let since = Stopwatch::start();
            let came = self.scrape(exporter).await;
            self.metrics.scrapes.count();
            if came.is_err() {
                self.metrics.scrapes_failed.count();
            }
            match standing.hear(exporter, &came) {
                Some(News::Worse(text)) => tracing::warn!("{text}"),
                Some(News::Better(text)) => tracing::info!("{text}"),
                None => {}
            }
            time::sleep(standing.pause(self.every).saturating_sub(since.elapsed())).await;
        }
    }

    async fn scrape(&self, exporter: &Exporter) -> Result<Tally, ScrapeError> {
        let mut scrape = self.scraper.ask(exporter).await?;
        let mut reading = Reading::new(&self.sources, &self.clock, exporter.prefix());
        let ended = loop {
            match scrape.piece().await {
                Ok(Some(piece)) => reading.read(&piece).await,
                Ok(None) => break Ok(()),
                Err(error) => {
                    reading.stop("It broke off.");
                    break Err(error);
                }
            }
        };
        // What came before it broke off counts.
        let tally = reading.end(&self.metrics).await.tally();
        ended.and_then(|()| tally.checked())
    }
}
