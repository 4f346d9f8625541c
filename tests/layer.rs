//! What another app takes: the provider, the managers, the hooks and the components, as that app uses them. Everything
//! runs on a device in memory with the real authority behind it, so nothing is waited for: when a call returns, all that
//! can happen has happened.
#![cfg(feature = "testing")]

#[cfg(feature = "dashboard")]
#[path = "layer/app.rs"]
mod app;
#[path = "layer/callbacks.rs"]
mod callbacks;
#[path = "layer/conflicts.rs"]
mod conflicts;
#[path = "layer/deck.rs"]
mod deck;
#[path = "layer/events.rs"]
mod events;
#[cfg(feature = "dashboard")]
#[path = "layer/files.rs"]
mod files;
#[path = "layer/hooks.rs"]
mod hooks;
#[cfg(feature = "dashboard")]
#[path = "layer/kinds.rs"]
mod kinds;
#[path = "layer/last_values.rs"]
mod last_values;
#[path = "layer/leaks.rs"]
mod leaks;
#[path = "layer/managers.rs"]
mod managers;
#[path = "layer/people.rs"]
mod people;
#[path = "layer/props.rs"]
mod props;
#[path = "layer/renders.rs"]
mod renders;
#[cfg(feature = "dashboard")]
#[path = "layer/storage.rs"]
mod storage;
#[path = "layer/tabs.rs"]
mod tabs;
#[path = "layer/testing.rs"]
mod testing;
#[path = "layer/typing.rs"]
mod typing;
#[path = "layer/widgets.rs"]
mod widgets;
