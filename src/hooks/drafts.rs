//! What is typed and no edit yet, kept for this tab: it is there when the page was loaded again, and nobody else who signs in sees it.

use super::language::kept_choice;
use crate::{config::DRAFT_BYTES_MAX, platform, protocol::SignedIn};

/// What was typed at a place, after what it was typed over.
pub(crate) fn drafted(place: &str) -> Option<(String, String)> {
    let kept = platform::jotted(&name_of(place))?;
    let (base, text) = kept.split_once(BETWEEN)?;
    Some((base.to_owned(), text.to_owned()))
}

/// Keeps what is typed at a place over `base`, instead of what was kept of it before.
pub(crate) fn keep_draft(place: &str, base: &str, text: &str) {
    let kept = [base, BETWEEN, text].concat();
    if kept.len() <= DRAFT_BYTES_MAX {
        platform::jot(&name_of(place), Some(&kept));
    }
}

/// It is an edit now, or was given up.
pub(crate) fn forget_draft(place: &str) {
    platform::jot(&name_of(place), None);
}

/// Whoever is signed in to this server has drafts of their own.
fn name_of(place: &str) -> String {
    ["tideboard draft ", &kept_choice(SignedIn::COOKIE), " ", place].concat()
}

/// No key gives it.
const BETWEEN: &str = "\0";
