//! What a person meets: five components that an app puts around its own, and the small parts they are made of.
//!
//! Markup, roles, live regions and focus; every state stands in `data-state`, in words and in an icon, never in a
//! colour alone. Absent here: the engine, storage, the server, and anything that outlives its component.

pub mod disclosure;
pub mod format;
pub mod icon;
pub mod word;
