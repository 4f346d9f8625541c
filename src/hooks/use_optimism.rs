//! Whether edits show before the server has answered.

use dioxus::prelude::*;

use super::boxed::use_signal;

#[derive(Clone, Copy)]
struct Optimism(ReadSignal<bool>);

/// Says for this component and those below it whether widgets show this device's edits at once, as they do where nobody
/// says anything, or what is confirmed until the server has answered.
pub fn use_optimism(is_optimistic: ReadSignal<bool>) {
    use_context_provider(|| Optimism(is_optimistic));
}

/// What the nearest component above, or this one, says.
pub(super) fn use_is_optimistic() -> ReadSignal<bool> {
    let unsaid = use_signal(|| true);
    use_hook(|| try_consume_context::<Optimism>().map_or(unsaid.into(), |Optimism(said)| said))
}
