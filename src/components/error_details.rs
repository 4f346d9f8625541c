//! What helps whoever is asked about an error: behind *Details*, for those who want it.

use dioxus::prelude::*;

use super::format::time_of_day;
use crate::{hooks::Now, words::tn};

/// An error's code, when it was met, and what was said, in one piece to be copied.
pub fn error_details(code: &str, at: Option<Now>, said: &str) -> Element {
    let at = at.map(|now| time_of_day(now, now.unix_ms)).unwrap_or_default();
    let text = [code, " · ", &at, "\n", said].concat();
    rsx! {
        details {
            summary { {tn("Details")} }
            pre { class: "json", tabindex: "0", {text.trim_end()} }
        }
    }
}
