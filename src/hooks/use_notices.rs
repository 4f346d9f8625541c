//! News as they happen.

use dioxus::prelude::*;

use super::{boxed::use_drop, context::use_provided};
use crate::sync::Notice;

/// Calls `handler` with each [`Notice`] of the sync but live values, after the state it speaks of is shown: verdicts,
/// edits set aside, conflicts resolved, commands refused, trouble. Ends with the component. For one kind of event there is
/// [`WebSocketHandle::on`](super::WebSocketHandle::on).
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::{Notice, use_notices};
///
/// #[component]
/// fn Refusals() -> Element {
///     let mut message = use_signal(String::new);
///     use_notices(move |notice| {
///         if let Notice::Refused { error, .. } = notice {
///             message.set(error.to_string());
///         }
///     });
///     rsx! { p { role: "alert", "{message}" } }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
pub fn use_notices(mut handler: impl FnMut(Notice) + 'static) {
    let context = use_provided("use_notices");
    let callback = use_callback(move |notice| {
        if !matches!(notice, Notice::Samples(_)) {
            handler(notice);
        }
    });
    let number = use_hook(|| context.listen(callback));
    use_drop(move || context.unlisten(number));
}
