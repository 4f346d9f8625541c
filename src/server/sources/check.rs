//! `GET /api/v1/series/check`: what is wrong with series before anybody has made a card of them.

use axum::extract::Query;
use serde::Deserialize;

use crate::{board::series_names, server::log::check_series};

/// Which ones.
#[derive(Deserialize)]
pub struct Asked {
    /// Names and formulas with commas between them, as they are typed.
    series: String,
}

/// Tells in words why a card with these series would be refused; nothing where it would not.
pub async fn check(Query(asked): Query<Asked>) -> String {
    let refused = check_series(series_names(&asked.series)).err();
    refused.map_or_else(String::new, |rejection| rejection.to_string())
}
