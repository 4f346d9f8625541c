//! Hooks: how components read the sync and act on it, and the one loop behind them.
//!
//! `DashboardRealtimeProvider` calls [`use_sync_loop`]; everything below it calls the others. Each cleans up after
//! itself when its component goes. Outside a provider they panic with a message that says so.
//!
//! ```
//! use dioxus::prelude::*;
//! use tideboard::{components::DashboardRealtimeProvider, hooks::use_realtime_updates, protocol::{Value, WidgetId}};
//!
//! fn app() -> Element {
//!     rsx! { DashboardRealtimeProvider { Fuel {} } }
//! }
//!
//! #[component]
//! fn Fuel() -> Element {
//!     let fuel = use_realtime_updates::<Value>(WidgetId::named("fuel"));
//!     rsx! {
//!         input { r#type: "range", value: fuel.number("value").unwrap_or_default(),
//!             oninput: move |event| if let Ok(litres) = event.value().parse::<f64>() { fuel.edit("value", litres) },
//!         }
//!     }
//! }
//! ```
//!
//! Invariant: the only room that spawns, and it spawns once. No markup; nothing that depends on the target.

mod boxed;
#[cfg(feature = "dashboard")]
mod check_series;
mod context;
mod drafts;
#[cfg(feature = "dashboard")]
mod entitle;
mod events;
mod fallback;
#[cfg(all(feature = "dashboard", feature = "server"))]
mod first_look;
mod focus;
mod fresh_name;
mod key_name;
mod language;
#[cfg(feature = "dashboard")]
mod show;
mod snapshot;
mod use_background_sync;
mod use_board;
mod use_current_board;
mod use_history;
mod use_later;
#[cfg(feature = "dashboard")]
mod use_line_to_post;
mod use_notices;
mod use_now;
mod use_optimism;
mod use_people;
mod use_platform;
mod use_realtime_managers;
mod use_realtime_updates;
mod use_samples;
#[cfg(feature = "dashboard")]
mod use_search;
mod use_share;
mod use_sync_loop;
mod use_typed_text;
#[cfg(feature = "dashboard")]
mod use_undo_keys;
mod use_websocket;
mod widget_handle;

pub(crate) use crate::platform::is_on_page;
#[cfg(feature = "dashboard")]
pub(crate) use crate::platform::{NoRandomness, go_to, remember, remembered};
#[cfg(feature = "dashboard")]
pub(crate) use crate::platform::{Put, carry, grasp, hold_pointer, let_go, put_back};
pub(crate) use boxed::{use_drop, use_effect, use_memo, use_signal};
#[cfg(feature = "dashboard")]
pub(crate) use check_series::check_series;
pub use context::NoProvider;
pub(crate) use drafts::{drafted, forget_draft, keep_draft};
#[cfg(feature = "dashboard")]
pub(crate) use entitle::{entitle, kept_picture, stand_at};
pub use events::{EventKind, RealtimeEvent};
#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) use first_look::{first_look, first_name, show_first_look};
pub use focus::{focus, focus_text};
pub use fresh_name::fresh_name;
pub(crate) use key_name::key_name;
#[cfg(feature = "dashboard")]
pub(crate) use language::speak_as_asked;
pub(crate) use language::{keep_choice, kept_choice};
#[cfg(feature = "dashboard")]
pub(crate) use show::show;
pub(crate) use snapshot::last_met;
pub use use_background_sync::{BackgroundSync, use_background_sync};
pub use use_board::{BoardEntry, BoardHandle, BoardSummary, use_board, use_boards};
pub use use_current_board::{use_board_or_current, use_current_board, use_current_board_provider};
pub(crate) use use_history::table_path;
pub use use_history::use_history;
#[cfg(feature = "dashboard")]
pub(crate) use use_history::use_stretch;
pub use use_later::{Later, use_later};
#[cfg(feature = "dashboard")]
pub(crate) use use_line_to_post::use_line_to_post;
pub use use_notices::use_notices;
pub use use_now::use_now;
pub use use_optimism::use_optimism;
pub use use_people::{title_of, use_people};
pub use use_platform::{IS_IN_A_BROWSER, SHOWN_IN, ShownIn, use_platform_provider};
#[cfg(feature = "dashboard")]
pub(crate) use use_platform::{copy, save, take_chosen_file};
#[cfg(feature = "testing")]
pub(crate) use use_realtime_managers::managers_at;
pub use use_realtime_managers::{
    BackgroundSyncManager, RealtimeManagers, RealtimeStateManager, UpdateProcessor, WebSocketManager,
    try_use_realtime_managers, use_realtime_managers,
};
pub(crate) use use_realtime_updates::own_names;
pub use use_realtime_updates::{FieldsError, RealtimeUpdates, WidgetPlace, use_realtime_updates, use_widget_of};
#[cfg(feature = "dashboard")]
pub(crate) use use_samples::use_in_sight;
pub(crate) use use_samples::use_sight_provider;
pub use use_samples::{SeriesList, use_samples};
#[cfg(feature = "dashboard")]
pub(crate) use use_search::use_search;
pub use use_share::{Share, use_share};
pub use use_sync_loop::{SecondProvider, SyncLoopOptions, use_sync_loop};
#[cfg(feature = "dashboard")]
pub(crate) use use_typed_text::use_typed_field;
pub use use_typed_text::{TypedText, use_typed_text};
#[cfg(feature = "dashboard")]
pub(crate) use use_undo_keys::use_undo_keys;
pub use use_websocket::{WebSocketHandle, use_websocket};
pub use widget_handle::{WidgetHandle, WidgetView};

/// Why an operation came to nothing.
pub type OperationError = crate::sync::SetAsideReason;

#[cfg(all(feature = "dashboard", feature = "server"))]
pub(crate) use crate::api::FirstLook;
// What the hooks speak of, so that components need no other room.
pub use crate::{
    state::{ConnectionStatus, Now, PendingOperation, Series, SyncDetails},
    sync::{
        Command, CommandError, Conflict, Counters, Freshness, Heartbeat, Notice, Phase, Release, Resolution, SetAside,
        SetAsideReason, fields_len,
        storage::{Durability, Lacks, StorageError},
        undecided,
    },
};
