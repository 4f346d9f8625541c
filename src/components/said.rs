//! What there is to say about the newest edit: how a conflict was decided, what was removed, what could not be done. It is
//! said on the card that it is about while that is on the screen, else in one line at the foot of the page. Never both,
//! and never a modal.

use std::{cell::Cell, rc::Rc};

use dioxus::prelude::*;

use super::close_button::CloseButton;
use super::disclosure::focus;
use crate::{
    hooks::use_realtime_managers,
    protocol::{BoardId, FieldName, Value, WidgetId},
};

/// A widget of a board.
pub type Place = (BoardId, WidgetId);

/// Something said, until it is put away or something else is.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// What, in words.
    pub text: String,
    /// For `data-state`.
    pub state: &'static str,
    /// The widget it is about, where it is about one.
    pub place: Option<Place>,
    /// What takes it back.
    pub undo: Option<Undo>,
    /// Whether the button is still to get the focus: the one that was clicked is gone.
    pub takes_focus: Rc<Cell<bool>>,
}

/// What takes an edit back.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    /// The widget comes back. It has no card to say so on.
    Restore,
    /// A field gets this value.
    Set(FieldName, Value),
}

/// What was said last.
pub static SAID: GlobalSignal<Option<Said>> = Signal::global(|| None);
/// The widgets whose cards show their lower edges, where such things are said.
pub static ON_SCREEN: GlobalSignal<Vec<Place>> = Signal::global(Vec::new);

/// Says something, instead of what was said before.
pub fn say(text: String, state: &'static str, place: Option<Place>, undo: Option<Undo>) {
    let takes_focus = Rc::new(Cell::new(undo.is_some()));
    *SAID.write() = Some(Said {
        text,
        state,
        place,
        undo,
        takes_focus,
    });
}

impl Said {
    /// Whether the card says it. Subscribes the reader.
    fn is_on_card(&self) -> bool {
        let has_card = !matches!(self.undo, Some(Undo::Restore));
        has_card
            && self
                .place
                .as_ref()
                .is_some_and(|place| ON_SCREEN.read().contains(place))
    }
}

/// The place for it on a card.
#[component]
pub fn SaidHere(board: ReadSignal<BoardId>, widget: ReadSignal<WidgetId>) -> Element {
    let place = (board.cloned(), widget.cloned());
    let (gone, watched) = (place.clone(), place.clone());
    use_drop(move || see(&gone, false));
    let is_said = SAID
        .read()
        .as_ref()
        .is_some_and(|said| said.place.as_ref() == Some(&place) && said.is_on_card());
    rsx! {
        div { class: "tide", "aria-hidden": "true", onvisible: move |event| see(&watched, event.is_intersecting().unwrap_or_default()) }
        if is_said {
            Line {}
        }
    }
}

/// A card came on the screen, or went.
fn see(place: &Place, is_seen: bool) {
    let mut seen = ON_SCREEN.write();
    seen.retain(|other| other != place);
    if is_seen {
        seen.push(place.clone());
    }
}

/// The place for it where no card on the screen says it; and, unseen, for those who listen.
#[component]
pub fn SaidElsewhere() -> Element {
    let said = SAID.read();
    rsx! {
        p { class: "unseen", role: "status", {said.as_ref().map(|said| said.text.clone())} }
        if said.as_ref().is_some_and(|said| !said.is_on_card()) {
            div { class: "floating", Line {} }
        }
    }
}

/// The text with its undo: by the button, or by U while it has the focus.
#[component]
fn Line() -> Element {
    let managers = use_realtime_managers();
    let undo = use_callback(move |()| {
        let said = SAID.write().take();
        if let Some(Said {
            place: Some((board, widget)),
            undo: Some(undo),
            ..
        }) = said
        {
            match undo {
                Undo::Restore => managers.state.restore(board, widget),
                Undo::Set(field, value) => managers.state.set(board, widget, field, value),
            }
        }
    });
    let said = SAID.read();
    let Some(said) = said.as_ref() else { return rsx! {} };
    let takes_focus = said.takes_focus.clone();
    rsx! {
        div {
            class: "banner",
            "data-state": said.state,
            onkeydown: move |event| {
                if matches!(event.key(), Key::Character(key) if key.eq_ignore_ascii_case("u")) {
                    undo(());
                }
            },
            p { class: "banner-text", "{said.text}" }
            if said.undo.is_some() {
                button {
                    class: "button",
                    "data-shape": "small",
                    r#type: "button",
                    onmounted: move |event| {
                        if takes_focus.replace(false) {
                            focus(&event.data());
                        }
                    },
                    onclick: move |_| undo(()),
                    "Undo"
                    kbd { "aria-hidden": "true", "U" }
                }
            }
            CloseButton { on_close: move |()| *SAID.write() = None }
        }
    }
}
