//! The app: provider, routes, stylesheet.

use dioxus::prelude::*;

/// The whole page.
#[component]
pub fn App() -> Element {
    let mut count = use_signal(|| 0);
    rsx! {
        main {
            h1 { "Tideboard" }
            button { onclick: move |_| count += 1, "{count}" }
        }
    }
}
