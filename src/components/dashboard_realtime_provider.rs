//! Starts the sync for everything below it, and ends it with the page.

use std::{ffi::OsString, path::PathBuf};

use dioxus::prelude::*;

use crate::{
    hooks::{Notice, SyncLoopOptions, use_current_board_provider, use_notices, use_sync_loop},
    protocol::BoardId,
};

/// Wrap an app in it, once: the connection, the outbox of this device, and what the hooks and the other components read.
///
/// It renders its children at once and never suspends; what fails (no storage, no server) is told by the indicator,
/// and what can be retried is retried. With the component ends all that it opened.
///
/// Inside another one it is refused: it starts nothing, and gives [`SecondProvider`](crate::hooks::SecondProvider) to the
/// nearest error boundary.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::components::{DashboardRealtimeProvider, DashboardSyncIndicator};
///
/// fn app() -> Element {
///     rsx! {
///         DashboardRealtimeProvider { on_initialized: move |()| println!("what this device knows is shown"),
///             DashboardSyncIndicator {}
///         }
///     }
/// }
/// ```
#[component]
pub fn DashboardRealtimeProvider(
    /// The server's address; by default the page's own, or natively the one this device spoke with last.
    #[props(default)]
    server: Option<String>,
    /// A token to greet with, where there is no session cookie.
    #[props(default)]
    token: Option<String>,
    /// The board that is meant below where none is named; by default the one that Tideboard's own server is born with.
    #[props(default = BoardId::first())]
    board: ReadSignal<BoardId>,
    /// Where to store, on targets that have folders: a path; by default in the person's own data folder.
    // Not a `PathBuf`: to compare two of them takes a page two kilobytes.
    #[props(default, into)]
    folder: Option<OsString>,
    /// Whether to connect at once, or to wait for `use_websocket().connect()`.
    #[props(default = true)]
    auto_connect: bool,
    /// Called once, when this device's storage was read: what is shown from then on is all that is known here.
    #[props(default)]
    on_initialized: Option<Callback<()>>,
    children: Element,
) -> Element {
    use_sync_loop(SyncLoopOptions {
        server,
        token,
        folder: folder.map(PathBuf::from),
        stay_offline: !auto_connect,
        ..SyncLoopOptions::default()
    })?;
    use_current_board_provider(board);
    let mut is_told = use_hook(|| CopyValue::new(false));
    use_notices(move |notice| {
        if let (Notice::Initialized, Some(report)) = (notice, on_initialized)
            && !is_told.replace(true)
        {
            report(());
        }
    });
    children
}
