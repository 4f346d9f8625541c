//! What a pressed key is called.

use dioxus::prelude::*;

use super::IS_IN_A_BROWSER;
use crate::platform;

/// What a pressed key is called: `Escape`, or the character that it gives. In a browser the page asks that, since Dioxus, asked for a
/// key, looks for its name in a list of three hundred.
#[expect(clippy::disallowed_methods, reason = "it is asked where there is no browser to ask")]
pub fn key_name(event: &KeyboardEvent) -> String {
    if IS_IN_A_BROWSER {
        event.downcast().map_or_else(String::new, platform::key_name)
    } else {
        event.key().to_string()
    }
}
