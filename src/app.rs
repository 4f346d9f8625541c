//! The app: its stylesheets, and the dashboard.

use dioxus::prelude::*;

use crate::{components::STYLES, dashboard::Dashboard};

static TYPEFACE: Asset = asset!("/assets/typeface.css");

/// The whole page.
#[component]
pub fn App() -> Element {
    rsx! {
        {stylesheet(TYPEFACE)}
        {stylesheet(STYLES)}
        Dashboard {}
    }
}

/// A stylesheet in the page's head. A page in a browser was given it by its server: the program that puts one there, and what reads
/// an asset's name, are left out of it.
fn stylesheet(href: Asset) -> Element {
    if cfg!(target_family = "wasm") {
        VNode::empty()
    } else {
        rsx! {
            document::Stylesheet { href }
        }
    }
}
