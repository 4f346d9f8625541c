//! The least that is a fullstack app: one word, and one call of a server function. `cargo xtask size` weighs it.

use dioxus::prelude::*;

fn main() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    let mut answer = use_signal(String::new);
    rsx! {
        button {
            onclick: move |_| async move {
                if let Ok(text) = echo("hello".to_owned()).await {
                    answer.set(text);
                }
            },
            "Say hello"
        }
        p { "{answer}" }
    }
}

/// Says what it was told.
#[post("/api/echo")]
async fn echo(text: String) -> Result<String> {
    Ok(text)
}
