//! Which language a page speaks, and how another one is chosen.

use crate::{platform, words};

/// Has this page speak what its server has written into it.
#[cfg(all(feature = "dashboard", not(feature = "server")))]
pub fn speak_as_asked() {
    words::speak_as_written(platform::page_words());
}

/// Has the page that is being rendered speak what its reader has asked for.
#[cfg(all(feature = "dashboard", feature = "server"))]
pub fn speak_as_asked() {
    if let Some(asked) = crate::api::spoken() {
        words::speak(Some(asked));
    }
}

/// The tag of the language that was chosen on this browser; empty where it speaks what the browser asks for.
pub fn chosen_language() -> String {
    let cookies = platform::here().page_cookies().unwrap_or_default();
    let chosen = cookies
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix(words::COOKIE)?.strip_prefix('='));
    chosen.unwrap_or_default().to_owned()
}

/// Keeps another choice, and loads the page again where that brings it: with its server. `tag` is empty for none.
pub fn choose_language(tag: &str, reload: bool) {
    let age = if tag.is_empty() { "0" } else { "31536000" };
    platform::set_cookie(&[words::COOKIE, "=", tag, "; Path=/; SameSite=Lax; Max-Age=", age].concat());
    if reload {
        platform::load_again();
    }
}
