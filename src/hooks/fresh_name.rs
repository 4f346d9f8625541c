//! Names for what a person makes: widgets and boards.

use crate::{
    platform::{self, NoRandomness},
    protocol::WidgetId,
};

/// A name that no other device makes at the same time: `prefix` (plain characters, at most 30 are kept) and 48 random
/// bits. A board is named so too: its entry in the directory is a widget.
///
/// # Errors
/// When the device has no randomness to give.
pub fn fresh_name(prefix: &str) -> Result<WidgetId, NoRandomness> {
    let plain: String = prefix
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
        .take(30)
        .collect();
    let random = platform::random()? & 0xffff_ffff_ffff;
    Ok(format!("{plain}-{random:012x}")
        .parse()
        .expect("plain characters, and few"))
}
