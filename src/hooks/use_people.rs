//! Who else looks at the board.

use dioxus::prelude::*;

use super::{context::use_provided, use_board::text, use_current_board};
use crate::{
    protocol::{BoardId, People, WidgetId},
    state::{BOARDS, PEOPLE},
    sync::Command,
};

/// Who else looks at the board of this place now, and has which widget under their hands; and tells them that this page does,
/// as long as the component lives and a person can see it. Renders its reader when somebody comes, goes or takes up
/// another widget, at most once a second. `None` while that is not known: without a live connection, or with a server that
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
///         for person in people.people {
///             p { key: "{person.id}", {person.who.device.unwrap_or_default()} }
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
pub fn use_people() -> Option<People> {
    let context = use_provided("use_people");
    let board = use_current_board();
    let mut shown = use_hook(|| CopyValue::new(None::<BoardId>));
    use_effect(move || {
        let board = board();
        let before = shown.write().replace(board.clone());
        context.command(Command::Look { board, looks: true });
        if let Some(board) = before {
            context.command(Command::Look { board, looks: false });
        }
    });
    use_drop(move || {
        if let Some(board) = shown.write().take() {
            context.command(Command::Look { board, looks: false });
        }
    });
    PEOPLE().filter(|people| people.board == *board.read())
}

/// What a widget is called as it is shown now: its title, else its kind; nothing where it is not there. Subscribes nobody.
#[must_use]
pub fn title_of(board: &BoardId, widget: &WidgetId) -> String {
    let boards = BOARDS.peek();
    let shown = boards.get(board).and_then(|view| view.shown.board.widget(widget));
    shown.map_or_else(String::new, |widget| {
        text(widget, "title").unwrap_or_else(|| widget.kind.to_string())
    })
}
