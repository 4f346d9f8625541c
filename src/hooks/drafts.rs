//! What is typed and no edit yet, kept for this tab: it is there when the page was loaded again, and nobody else who signs in sees it.

use super::language::kept_choice;
use crate::{config::DRAFT_BYTES_MAX, platform, protocol::SignedIn};

/// What was typed at a place, after what it was typed over.
pub(crate) fn drafted(place: &str) -> Option<(String, String)> {
    let kept = platform::jotted(&name_of(place))?;
    // Whatever stands in the text: the base may have come by another program.
    let (base_len, both) = kept.split_once(' ')?;
    let (base, text) = both.split_at_checked(base_len.parse().ok()?)?;
    Some((base.to_owned(), text.to_owned()))
}

/// Keeps what is typed at a place over `base`, instead of what was kept of it before: that is gone, also where there is no room.
pub(crate) fn keep_draft(place: &str, base: &str, text: &str) {
    let kept = [&base.len().to_string(), " ", base, text].concat();
    platform::jot(
        &name_of(place),
        Some(&*kept).filter(|kept| kept.len() <= DRAFT_BYTES_MAX),
    );
}

/// It is an edit now, or was given up.
pub(crate) fn forget_draft(place: &str) {
    platform::jot(&name_of(place), None);
}

/// Whoever is signed in to this server has drafts of their own.
fn name_of(place: &str) -> String {
    ["tideboard draft ", &kept_choice(SignedIn::COOKIE), " ", place].concat()
}
