//! Where the system has its own webview, that draws as it does.

/// Nothing is to be done.
pub const fn draw_as_can_be() {}
