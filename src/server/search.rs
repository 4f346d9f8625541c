//! Cards of all boards by their titles, for who looks for one that is not on the board before them.

use std::time::Duration;

use tokio::{
    sync::{Semaphore, oneshot},
    time::timeout,
};

use super::{Server, authority::Search, committer::Request};
use crate::{config::SEARCH_MS_MAX, protocol::FoundCard};

/// So many are asked at once of the thread that decides: whoever else looks for something waits here, and not before people's edits.
static TURNS: Semaphore = Semaphore::const_new(2);

impl Server {
    /// The cards with these words in their titles, or in those and their boards' names, on all boards of the list but one: at most
    /// [`crate::config::FOUND_LEN_MAX`], of the first [`crate::config::SEARCHED_WIDGETS_LEN_MAX`] widgets; nothing where that takes too
    /// long.
    pub(crate) async fn find_cards(&self, words: &str, except: &str) -> Vec<FoundCard> {
        let Some(search) = Search::new(words, except) else {
            return Vec::new();
        };
        let looking = async {
            let _turn = TURNS.acquire().await;
            let (asker, answer) = oneshot::channel();
            self.ask(Request::Find { search, asker }).await?;
            answer.await.ok()
        };
        let found = timeout(Duration::from_millis(SEARCH_MS_MAX), looking).await;
        found.ok().flatten().unwrap_or_default()
    }
}
