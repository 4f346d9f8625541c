//! The app: provider, routes, stylesheet.

use dioxus::prelude::*;

use crate::api;

/// The whole page.
#[component]
pub fn App() -> Element {
    let mut count = use_signal(|| 0);
    let mut who = use_signal(String::new);
    rsx! {
        main {
            h1 { "Tideboard" }
            button { onclick: move |_| count += 1, "{count}" }
            button {
                id: "who",
                onclick: move |_| async move {
                    let text = api::whoami().await.map_or_else(|error| error.to_string(), |me| me.principal.to_string());
                    who.set(text);
                },
                "Who am I? {who}"
            }
        }
    }
}
