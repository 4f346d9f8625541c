//! News as they happen.

use dioxus::prelude::*;

use super::context::use_provided;
use crate::sync::Notice;

/// Calls `handler` with each [`Notice`] of the sync, after the state it speaks of is shown: verdicts, edits set aside,
/// conflicts resolved, commands refused, trouble. Ends with the component.
///
/// ```ignore
/// use_notices(move |notice| {
///     if let Notice::Refused(error) = notice {
///         message.set(error.to_string());
///     }
/// });
/// ```
///
/// # Panics
/// Outside a provider.
pub fn use_notices(handler: impl FnMut(Notice) + 'static) {
    let context = use_provided("use_notices");
    let callback = use_callback(handler);
    let number = use_hook(|| context.listen(callback));
    use_drop(move || context.unlisten(number));
}
