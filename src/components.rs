//! What a person meets: five components that an app puts around its own, and the small parts they are made of.
//!
//! Markup, roles, live regions and focus; every state stands in `data-state`, in words and in an icon, never in a
//! colour alone. Absent here: the engine, storage, the server, and anything that outlives its component.
//!
//! A component tells what happened by a callback with one argument, as Dioxus calls them: where there are two things to
//! tell, it is a small struct, whose fields have names at the place where they are read. Each event is told once, however
//! often the component is rendered, and by the newest callback it was given.

mod auto_resolved;
pub mod choices;
pub mod close_button;
mod conflict_resolution_ui;
mod dashboard_realtime_provider;
mod dashboard_sync_indicator;
mod difference;
pub mod disclosure;
pub mod edit_line;
pub mod error_details;
pub mod format;
pub mod icon;
mod pending_operations_badge;
mod people_here;
pub mod said;
mod structure;
mod this_device;
mod ways_out;
mod widget_realtime;
pub mod word;

use dioxus::prelude::*;

use crate::hooks::IS_IN_A_BROWSER;

pub use conflict_resolution_ui::{ConflictResolutionUI, ConflictResolved};
pub use dashboard_realtime_provider::DashboardRealtimeProvider;
pub use dashboard_sync_indicator::{DashboardSyncIndicator, SyncDetailsPanel};
pub use pending_operations_badge::{OperationFailure, PendingOperationsBadge, PendingOperationsList};
pub use people_here::PeopleHere;
#[cfg(feature = "dashboard")]
pub(crate) use this_device::by_line;
pub use widget_realtime::{RealtimeError, WidgetRealtime, WidgetUpdate};

/// How all of them look: a stylesheet, for `document::Stylesheet { href: STYLES }`. Without it they are plain. Its typeface is a file
/// beside it, which an app's own build provides; without that the letters are the device's.
pub static STYLES: Asset = asset!("/assets/tideboard.css");

/// A stylesheet in the page's head. A page in a browser has it from its server: what puts one there and what reads an asset's name,
/// six kilobytes of program, are left out of it. It does the same as `document::Stylesheet`, but for pages that no server rendered.
pub fn stylesheet(href: Asset) -> Element {
    if IS_IN_A_BROWSER {
        VNode::empty()
    } else {
        rsx! {
            document::Stylesheet { href }
        }
    }
}
