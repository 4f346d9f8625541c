//! A device whose notifications this program does not know: nothing is told.

/// Whether a person has pressed it.
pub async fn notify(_: &str, _: &str) -> bool {
    false
}

/// There is nothing to take back.
pub async fn take_back_notice() {}
