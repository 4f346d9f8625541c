//! Counts of what the server does, as `/metrics` gives them (Prometheus text format 0.0.4).

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

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
}

metrics! {
    /// Sockets open now.
    sockets_open: Gauge = "tideboard_sockets_open";
    /// Sockets opened since the start.
    sockets_opened: Counter = "tideboard_sockets_opened_total";
    /// Sockets refused because the server was full.
    sockets_refused: Counter = "tideboard_sockets_refused_total";
    /// Requests refused for their Origin or Host.
    origins_refused: Counter = "tideboard_origins_refused_total";
    /// Requests refused for want of a session or token.
    unauthorized: Counter = "tideboard_unauthorized_total";
    /// Sign-ins that succeeded.
    signed_in: Counter = "tideboard_sign_ins_total";
    /// Sign-ins that failed.
    sign_ins_failed: Counter = "tideboard_sign_ins_failed_total";
}

fn write_metric(text: &mut String, name: &str, help: &str, kind: &str, value: impl std::fmt::Display) {
    writeln!(text, "# HELP {name}{help}\n# TYPE {name} {kind}\n{name} {value}").expect("a String takes every write");
}
