//! The app: its stylesheet, and the dashboard.

use dioxus::prelude::*;

use crate::dashboard::Dashboard;

static STYLES: Asset = asset!("/assets/tideboard.css");

/// The whole page.
#[component]
pub fn App() -> Element {
    rsx! {
        document::Stylesheet { href: STYLES }
        Dashboard {}
    }
}
