//! Arranging: a way of the page in which cards are moved and made larger, by a mouse, a pen or a finger, by keys or by buttons, and
//! nothing else is done. It is entered by a card's menu, and never by accident.

use std::rc::Rc;

use dioxus::{html::input_data::MouseButton, prelude::*};

use crate::{
    board::kinds,
    components::icon::{Glyph, icon},
    hooks::{
        BoardHandle, Put, carry, focus, grasp, key_name, let_go, put_back, use_effect, use_memo, use_realtime_updates,
        use_signal,
    },
    protocol::{Value, WidgetId},
    words::{t, ta, tn, with},
};

/// The card that is arranged at the moment, while any is.
#[derive(Clone, Copy, PartialEq)]
pub struct Arranging {
    board: BoardHandle,
    at: Signal<Option<WidgetId>>,
}

/// For the cards of a page.
pub fn use_arranging_provider(board: BoardHandle) -> Arranging {
    let arranging = Arranging {
        board,
        at: use_signal(|| None),
    };
    use_context_provider(|| arranging)
}

impl Arranging {
    /// Subscribes the reader.
    pub fn is_on(self) -> bool {
        self.at.read().is_some()
    }

    pub fn begin(mut self, widget: WidgetId) {
        self.at.set(Some(widget));
    }

    pub fn end(mut self) {
        if self.at.peek().is_some() {
            self.at.set(None);
        }
    }

    fn place(self, widget: &WidgetId) -> usize {
        let widgets = self.board.summary().widgets;
        widgets.iter().position(|entry| entry.id == *widget).unwrap_or_default()
    }
}

/// Says what can be done, and ends it.
pub fn arranging_bar(arranging: Arranging) -> Element {
    rsx! {
        div { class: "lines",
            div { class: "banner", role: "status", "data-state": "arranging",
                {icon(Glyph::Grid)}
                // The style sheet knows which of them fits the device.
                p { class: "banner-text",
                    span { class: "for-mouse", {tn("Drag a card to its place, its corner to its size; or use the arrow keys, + and −.")} }
                    span { class: "for-touch", {tn("Drag a card by its title, and to another size by its corner.")} }
                }
                button { class: "button", "data-shape": "small", r#type: "button", onclick: move |_| arranging.end(), {tn("Done")} }
            }
        }
    }
}

/// Lies over a card while the board is arranged.
#[component]
pub fn Handle(widget: ReadSignal<WidgetId>) -> Element {
    let arranging = use_context::<Arranging>();
    let Arranging { board, mut at } = arranging;
    let live = use_realtime_updates::<Value>(widget);
    let place = use_memo(move || arranging.place(&widget.read()));
    let len = use_memo(move || board.summary().widgets.len());
    let size = use_memo(move || {
        size_of(
            &live.text("size"),
            live.view().widget.as_ref().map(|widget| widget.kind.as_str()),
        )
    });
    let mut element = use_signal(|| None::<Rc<MountedData>>);
    // A card that changes places loses the focus.
    use_effect(move || {
        place();
        if at.peek().as_ref() == Some(&*widget.peek())
            && let Some(element) = element.read().as_ref()
        {
            focus(element);
        }
    });
    let mut move_to = move |to: usize| {
        if to < *len.peek() {
            at.set(Some(widget.cloned()));
            board.move_to(&widget.peek(), to);
        }
    };
    let move_by = move |by: isize| {
        let mut move_to = move_to;
        move_to(place.peek().wrapping_add_signed(by));
    };
    let resize_to = move |next: usize| {
        if let Some(next) = kinds::SIZES.get(next) {
            live.edit("size", *next);
        }
    };
    let resize = move |by: isize| resize_to(size.peek().wrapping_add_signed(by));
    let keys = move |event: KeyboardEvent| {
        match key_name(&event).as_str() {
            "ArrowLeft" | "ArrowUp" => move_by(-1),
            "ArrowRight" | "ArrowDown" => move_by(1),
            "Home" => move_by(-(*place.peek() as isize)),
            "End" => move_by((*len.peek() - 1 - *place.peek()) as isize),
            "Escape" if put_back(None) => {}
            "Escape" => arranging.end(),
            "+" | "=" => resize(1),
            "-" | "−" => resize(-1),
            _ => return,
        }
        event.prevent_default();
    };
    let title = live.text("title");
    let button = |name: &str, glyph: &'static str, is_last: bool, act: Callback<MouseEvent>| {
        rsx! {
            button { class: "button", r#type: "button", "aria-label": [title.as_str(), ": ", t(name)].concat(), disabled: is_last, onclick: act, {glyph} }
        }
    };
    rsx! {
        div {
            class: "arrange",
            role: "group",
            "aria-roledescription": ta("card"),
            "aria-label": with("{}, {} of {}, {}", &[&title, &(place() + 1).to_string(), &len().to_string(), t(kinds::SIZES[size()])]),
            tabindex: "0",
            "data-size": kinds::SIZES[size()],
            onmounted: move |event| element.set(Some(event.data())),
            onkeydown: keys,
            onpointerdown: move |event| {
                if event.is_primary() && event.trigger_button() == Some(MouseButton::Primary) {
                    let is_mouse = event.pointer_type() == "mouse";
                    grasp(event.pointer_id(), point(&event), is_mouse, kinds::SIZES, *size.peek());
                }
            },
            onpointermove: move |event| carry(event.pointer_id(), point(&event)),
            onpointerup: move |event| match let_go(event.pointer_id()) {
                Some(Put::Place(place)) => move_to(place),
                Some(Put::Size(size)) => resize_to(size),
                None => {}
            },
            onpointercancel: move |event| {
                put_back(Some(event.pointer_id()));
            },
            p { class: "arrange-title", "{title}" }
            div { class: "row",
                {button("earlier", "←", place() == 0, Callback::new(move |_| move_by(-1)))}
                {button("later", "→", place() + 1 == len(), Callback::new(move |_| move_by(1)))}
                {button("smaller", "−", size() == 0, Callback::new(move |_| resize(-1)))}
                {button("larger", "+", size() + 1 == kinds::SIZES.len(), Callback::new(move |_| resize(1)))}
            }
            div { class: "arrange-corner", "aria-hidden": "true" }
        }
    }
}

/// Where a pointer is, in the window.
fn point(event: &PointerEvent) -> (f64, f64) {
    let at = event.client_coordinates();
    (at.x, at.y)
}

/// Which of [`kinds::SIZES`] a card has; without a word of its own, that of its kind.
fn size_of(size: &str, kind: Option<&str>) -> usize {
    let own = match kind {
        Some(kinds::SERIES | kinds::CHECKLIST | kinds::LOG) => "large",
        Some(kinds::TABLE) => "full",
        _ => "small",
    };
    let of = |word: &str| kinds::SIZES.iter().position(|size| *size == word);
    of(size).or_else(|| of(own)).unwrap_or_default()
}
