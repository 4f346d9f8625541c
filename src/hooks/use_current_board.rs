//! The board that is meant where none is named.

use dioxus::prelude::*;

use super::context::NoProvider;
use crate::protocol::BoardId;

#[derive(Clone, Copy)]
struct CurrentBoard(ReadSignal<BoardId>);

/// The board that hooks and components mean here where none is named: that of the nearest
/// [`use_current_board_provider`] or [`WidgetRealtime`](crate::components::WidgetRealtime) above, else the provider's.
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_current_board() -> ReadSignal<BoardId> {
    use_hook(|| current_board("use_current_board"))
}

/// Says which board the hooks and components below mean where they name none: for a page of an app with several. Which
/// one may change with the signal.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::{components::WidgetRealtime, hooks::use_current_board_provider, protocol::{BoardId, WidgetId}};
///
/// #[component]
/// fn Deck(id: ReadSignal<BoardId>) -> Element {
///     use_current_board_provider(id);
///     rsx! { WidgetRealtime { widget_id: WidgetId::named("fuel"), "…" } }
/// }
/// ```
pub fn use_current_board_provider(board: ReadSignal<BoardId>) {
    use_context_provider(|| CurrentBoard(board));
}

/// For a component with an optional prop `board`: that one, for it and all below it, else the board of this place. Which
/// one may change; whether one is given at all is read at the first render.
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_board_or_current(given: Option<BoardId>) -> ReadSignal<BoardId> {
    let own = use_hook(|| given.clone().map(Signal::new));
    if let Some((mut own, given)) = own.zip(given)
        && *own.peek() != given
    {
        own.set(given);
    }
    use_hook(|| {
        own.map_or_else(
            || current_board("use_board_or_current"),
            |own| provide_context(CurrentBoard(own.into())).0,
        )
    })
}

/// The board of this place, for the hook `name`.
///
/// # Panics
/// Outside a provider.
#[track_caller]
pub(super) fn current_board(name: &'static str) -> ReadSignal<BoardId> {
    let found = try_consume_context::<CurrentBoard>().ok_or(NoProvider { hook: name });
    found.unwrap_or_else(|error| panic!("{error}")).0
}
