//! Counts of what the server does, as `/metrics` gives them (Prometheus text format 0.0.4).

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use crate::protocol::Verdict;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Counter {
    /// One more.
    pub fn count(&self) {
        self.add(1);
    }

    /// `n` more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Gauge {
    /// Moves it by `n`.
    pub fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Sets it.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Where it stands.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Time that only adds up.
#[derive(Debug, Default)]
pub struct Seconds(AtomicU64);

impl Seconds {
    /// Adds a duration.
    pub fn add(&self, duration: Duration) {
        self.0.fetch_add(duration.as_micros() as u64, Ordering::Relaxed);
    }

    /// The sum, in seconds.
    #[must_use]
    pub fn get(&self) -> f64 {
        self.0.load(Ordering::Relaxed) as f64 / 1e6
    }
}

/// Declares each metric once: its doc comment is also the help text that `/metrics` gives.
macro_rules! metrics {
    ($(#[doc = $help:literal] $field:ident: $kind:ident = $name:literal;)*) => {
        /// Every metric of a server.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $help] pub $field: $kind,)*
        }

        impl Metrics {
            /// All of them as text.
            #[must_use]
            pub fn render(&self) -> String {
                let mut text = String::with_capacity(4_096);
                $(write_metric(&mut text, $name, $help, metrics!(@type $kind), self.$field.get());)*
                text
            }
        }
    };
    (@type Counter) => { "counter" };
    (@type Gauge) => { "gauge" };
    (@type Seconds) => { "counter" };
}

metrics! {
    /// Sockets open now.
    sockets_open: Gauge = "tideboard_sockets_open";
    /// Sockets opened since the start.
    sockets_opened: Counter = "tideboard_sockets_opened_total";
    /// Sockets refused because the server was full, or for too many from their address.
    sockets_refused: Counter = "tideboard_sockets_refused_total";
    /// Connections refused because there were too many from their address.
    connections_refused: Counter = "tideboard_connections_refused_total";
    /// Times the operating system gave no connection.
    accepts_failed: Counter = "tideboard_accepts_failed_total";
    /// Requests refused for their Origin or Host.
    origins_refused: Counter = "tideboard_origins_refused_total";
    /// Requests refused for want of a session or token.
    unauthorized: Counter = "tideboard_unauthorized_total";
    /// Sign-ins that succeeded.
    signed_in: Counter = "tideboard_sign_ins_total";
    /// Sign-ins that failed.
    sign_ins_failed: Counter = "tideboard_sign_ins_failed_total";
    /// Operations that took effect.
    operations_applied: Counter = "tideboard_operations_applied_total";
    /// Operations whose author was asked, because somebody else wrote first.
    operations_in_conflict: Counter = "tideboard_operations_in_conflict_total";
    /// Operations that could not take effect.
    operations_rejected: Counter = "tideboard_operations_rejected_total";
    /// Operations that came after their deadline.
    operations_expired: Counter = "tideboard_operations_expired_total";
    /// Operations that were taken back before they were decided.
    operations_withdrawn: Counter = "tideboard_operations_withdrawn_total";
    /// Batches that were made durable.
    commits: Counter = "tideboard_commit_seconds_count";
    /// Time spent on making them durable.
    commit_seconds: Seconds = "tideboard_commit_seconds_sum";
    /// Times a board, or a part of one, was read from the database: at a start, and after a disk has failed.
    store_reads: Gauge = "tideboard_store_reads_total";
    /// Frames handed to connections, each counted once for every reader.
    frames_sent: Counter = "tideboard_frames_sent_total";
    /// Bytes of those frames.
    bytes_sent: Counter = "tideboard_bytes_sent_total";
    /// Frames read from connections.
    frames_received: Counter = "tideboard_frames_received_total";
    /// Posted and scraped samples that were taken.
    samples_taken: Counter = "tideboard_samples_taken_total";
    /// Lines of posted and scraped samples that were refused.
    samples_refused: Counter = "tideboard_samples_refused_total";
    /// Samples that were shown, and could not be kept.
    samples_not_kept: Counter = "tideboard_samples_not_kept_total";
    /// Requests by which other programs change boards.
    webhooks: Counter = "tideboard_webhooks_total";
    /// Those that changed nothing, and had not before.
    webhooks_refused: Counter = "tideboard_webhooks_refused_total";
    /// Times an exporter was asked for its metrics.
    scrapes: Counter = "tideboard_scrapes_total";
    /// Times an exporter gave none, or not all of them.
    scrapes_failed: Counter = "tideboard_scrapes_failed_total";
    /// Times a client did not show what is on a board, and was sent all of it anew.
    differences: Gauge = "tideboard_differences_found_total";
    /// Times a reader was too slow for a board's changes.
    readers_lagged: Counter = "tideboard_readers_lagged_total";
    /// Times a connection was not read from until its reader had taken what was answered.
    readers_waited_for: Counter = "tideboard_readers_waited_for_total";
}

impl Metrics {
    /// Counts a verdict that was made durable.
    pub fn count_verdict(&self, verdict: &Verdict) {
        let counter = match verdict {
            Verdict::Applied { .. } => &self.operations_applied,
            Verdict::Conflict { .. } => &self.operations_in_conflict,
            Verdict::Rejected { .. } => &self.operations_rejected,
            Verdict::Expired { .. } => &self.operations_expired,
            Verdict::Withdrawn { .. } => &self.operations_withdrawn,
        };
        counter.count();
    }
}

fn write_metric(text: &mut String, name: &str, help: &str, kind: &str, value: impl std::fmt::Display) {
    writeln!(text, "# HELP {name}{help}\n# TYPE {name} {kind}\n{name} {value}").expect("a String takes every write");
}
