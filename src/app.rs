//! The app: its stylesheet, and the dashboard.

use dioxus::prelude::*;

use crate::{components::STYLES, dashboard::Dashboard};

/// The whole page.
#[component]
pub fn App() -> Element {
    rsx! {
        document::Stylesheet { href: asset!("/assets/typeface.css") }
        document::Stylesheet { href: STYLES }
        Dashboard {}
    }
}
