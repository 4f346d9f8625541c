//! Who else looks at the board.

use std::sync::Arc;

use dioxus::{core::schedule_update, prelude::*};

use super::{
    context::{use_followed, use_provided},
    use_board::use_watch,
    use_current_board,
};
use crate::{
    protocol::{BoardId, People, WidgetId},
    state::{BOARDS, SYNC},
};

/// Who else looks at the board of this place now, and has which widget under their hands; and tells them that this page does,
/// as long as the component lives and a person can see it. A list comes when somebody comes, goes or takes up another widget,
/// at most once a second. `None` while that is not known: without a live connection, or with a server that
/// does not know of people.
///
/// A page is at one board at a time: of several components that call this for different boards the last one counts. One's
/// other tabs and devices are others. Nothing vouches for what a device calls itself, but the server for `who.principal`.
///
/// ```
/// use dioxus::prelude::*;
/// use tideboard::hooks::use_people;
///
/// #[component]
/// fn Others() -> Element {
///     let Some(people) = use_people() else {
///         return rsx! {};
///     };
///     rsx! {
///         for person in &people.people {
///             p { key: "{person.id}", {person.who.device.as_deref()} }
///         }
///         if people.more > 0 {
///             p { "and {people.more} more" }
///         }
///     }
/// }
/// ```
///
/// # Panics
/// Outside a provider.
#[must_use]
pub fn use_people() -> Option<Arc<People>> {
    let context = use_provided("use_people");
    let board = use_current_board();
    use_watch(board, true);
    let again = use_hook(schedule_update);
    let told = use_callback(move |_| again());
    use_followed(context, (board.cloned(), WidgetId::birth()), told);
    // Not read: the details change with every frame.
    SYNC.peek()
        .people
        .clone()
        .filter(|people| people.board == *board.peek())
}

/// What a widget is called as it is shown now: its title, a board's name, else its kind; nothing where it is not there. Subscribes nobody.
#[must_use]
pub fn title_of(board: &BoardId, widget: &WidgetId) -> String {
    let boards = BOARDS.peek();
    let shown = boards.get(board).and_then(|view| view.shown.board.widget(widget));
    shown.map_or_else(String::new, |widget| {
        let title = widget.text("title").or_else(|| widget.text("name"));
        title.unwrap_or(widget.kind.as_str()).to_owned()
    })
}
