//! What is wrong with series as somebody has typed them, which the server knows.

use dioxus::prelude::*;
use futures_util::future::{Either, FutureExt, LocalBoxFuture, select};

use super::{use_history::escaped, use_platform::current_platform};
use crate::{
    board::is_like_formula,
    config::{SERIES_CHECK_MS_MAX, SERIES_CHECK_PATH},
    platform::FETCH,
    state::{ConnectionStatus, SYNC},
};

/// Asks the server what is wrong with a list of series. `told` hears that, or an empty text where nothing is: at once, unless there may be
/// a formula among them; and so where the server can't be asked or does not answer in time, which refuses them later. What is typed while it is
/// asked is asked about next, so that `told` hears of what the list holds then.
pub(crate) fn check_series(list: Signal<String>, told: Callback<String>) {
    let mut text = list.peek().clone();
    let Some(mut asked) = ask(text.trim()) else {
        return told(String::new());
    };
    spawn(async move {
        loop {
            let said = asked.await;
            let newest = list.peek().clone();
            if newest == text {
                return told(said);
            }
            text = newest;
            match ask(text.trim()) {
                Some(next) => asked = next,
                None => return told(String::new()),
            }
        }
    });
}

/// The server's answer; `None` where there is nothing to ask, or nobody.
fn ask(list: &str) -> Option<LocalBoxFuture<'static, String>> {
    let is_away = matches!(
        SYNC.peek().link,
        ConnectionStatus::Offline { .. } | ConnectionStatus::Waiting { .. } | ConnectionStatus::Suspended
    );
    let fetch = FETCH.filter(|_| !is_away && is_like_formula(list))?;
    let asked = fetch([SERIES_CHECK_PATH, "?series=", &escaped(list)].concat(), None);
    let clock = current_platform().clock();
    let too_late = clock.sleep_until(clock.now().plus(SERIES_CHECK_MS_MAX));
    let answer = async move {
        match select(asked, too_late).await {
            Either::Left((answer, _)) => answer.unwrap_or_default(),
            Either::Right(_) => String::new(),
        }
    };
    Some(answer.boxed_local())
}
