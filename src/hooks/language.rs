//! Which language a page speaks; and how one is chosen, and whether it looks light or dark.

use crate::platform;

/// Has this page speak what its server has written into it.
#[cfg(all(feature = "dashboard", not(feature = "server")))]
pub fn speak_as_asked() {
    crate::words::speak_as_written(platform::page_words());
}

/// Has the page that is being rendered speak what its reader has asked for.
#[cfg(all(feature = "dashboard", feature = "server"))]
pub fn speak_as_asked() {
    if let Some(asked) = crate::api::spoken() {
        crate::words::speak(Some(asked));
    }
}

/// What was chosen on this browser, by the cookie that keeps it; empty where it goes by what the browser asks for.
pub fn kept_choice(cookie: &str) -> String {
    let cookies = platform::here().page_cookies().unwrap_or_default();
    let chosen = cookies
        .split("; ")
        .find_map(|kept| kept.strip_prefix(cookie)?.strip_prefix('='));
    chosen.unwrap_or_default().to_owned()
}

/// Keeps another choice, and loads the page again where it takes that. `value` is empty for none.
pub fn keep_choice(cookie: &str, value: &str, reload: bool) {
    let age = if value.is_empty() { "0" } else { "31536000" };
    platform::set_cookie(&[cookie, "=", value, "; Path=/; SameSite=Lax; Max-Age=", age].concat());
    if reload {
        platform::load_again();
    }
}
