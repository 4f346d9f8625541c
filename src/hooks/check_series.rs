//! What is wrong with series as somebody has typed them, which the server knows.

use dioxus::prelude::*;

use super::use_history::escaped;
use crate::{
    board::is_like_formula,
    config::SERIES_CHECK_PATH,
    platform::FETCH,
    state::{ConnectionStatus, SYNC},
};

/// Asks the server what is wrong with a list of series. `told` hears that, or an empty text where nothing is: at once, unless there may be
/// a formula among them; and so where the server can't be asked, which refuses them later.
pub(crate) fn check_series(list: &str, told: Callback<String>) {
    let is_away = matches!(
        SYNC.peek().link,
        ConnectionStatus::Offline { .. } | ConnectionStatus::Waiting { .. } | ConnectionStatus::Suspended
    );
    let Some(fetch) = FETCH.filter(|_| !is_away && is_like_formula(list)) else {
        return told(String::new());
    };
    let asked = fetch([SERIES_CHECK_PATH, "?series=", &escaped(list)].concat(), None);
    spawn(async move { told(asked.await.unwrap_or_default()) });
}
