//! Which language the program speaks: the one that its system asks for.

use std::env;

use crate::words::{self, asked_by};

/// Has all windows of this program speak it. Where a system says it otherwise than by these settings, which is told by none that is here,
/// they speak English.
pub fn speak_as_asked() {
    let settings = SETTINGS.map(|name| env::var(name).unwrap_or_default());
    words::speak_in_windows(asked_by(settings.iter().map(String::as_str)));
}

/// What a Linux is told by, the first of them before the others.
const SETTINGS: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];
