//! A board's page before its program has come: the cards as they stand, drawn by the server, to be looked at and not worked on.
//!
//! They are markup inside one element, and the program takes nothing of them over: what it draws first is the same whatever is
//! on the board. As soon as it has the board itself, that element goes. Without the server the page's worker lays a picture there that this
//! device has kept, and the page that the shell leads on to goes on showing it.

#[cfg(feature = "server")]
use dioxus::prelude::*;

use crate::protocol::BoardId;
#[cfg(feature = "server")]
use crate::words;

/// The cards as HTML: in a client those of the picture that its worker has laid into the shell, and else none.
#[cfg(not(feature = "server"))]
pub fn first_look(_: &BoardId) -> String {
    crate::hooks::kept_picture()
}

/// What the board is called: a client learns that with the board.
#[cfg(not(feature = "server"))]
pub const fn first_name() -> Option<String> {
    None
}

/// What the board is called whose page the server renders.
#[cfg(feature = "server")]
pub fn first_name() -> Option<String> {
    crate::hooks::first_name()
}

/// The cards as HTML; nothing where the server does not say what is on the board.
#[cfg(feature = "server")]
pub fn first_look(board: &BoardId) -> String {
    let Some(look) = crate::hooks::first_look() else {
        return crate::hooks::kept_picture();
    };
    let mut page = VirtualDom::new_with_props(
        Provided,
        ProvidedProps {
            board: board.clone(),
            look,
        },
    );
    let spoken = words::spoken();
    page.in_scope(ScopeId::ROOT, || words::speak(spoken));
    page.rebuild_in_place();
    let drawn = dioxus::ssr::render(&page);
    if drawn.len() > crate::config::FIRST_LOOK_BYTES_MAX {
        return String::new();
    }
    drawn
}

#[cfg(feature = "server")]
#[component]
fn Provided(board: BoardId, look: crate::hooks::FirstLook) -> Element {
    rsx! {
        crate::components::DashboardRealtimeProvider { board: board.clone(),
            Cards { board, look }
        }
    }
}

#[cfg(feature = "server")]
#[component]
fn Cards(board: ReadSignal<BoardId>, look: crate::hooks::FirstLook) -> Element {
    use_hook(|| crate::hooks::show_first_look(&look));
    super::crosshair::use_pointed_provider();
    super::page::first_cards(crate::hooks::use_board(board), look.may_edit())
}
