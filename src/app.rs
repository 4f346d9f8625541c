//! The app: its stylesheets, and the dashboard.

use dioxus::prelude::*;

use crate::{
    components::{STYLES, stylesheet},
    dashboard::Dashboard,
};

/// The whole page.
#[component]
pub fn App() -> Element {
    rsx! {
        {stylesheet(asset!("/assets/typeface.css"))}
        {stylesheet(STYLES)}
        Dashboard {}
    }
}
