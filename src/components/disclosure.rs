//! A button and what opens below it: a panel, a menu, or on a phone a sheet from below. Never a modal: the page goes
//! on behind it, and Escape or a click beside it closes it. The focus goes back to the button, but where another opens in its place.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{
    icon::{Glyph, icon},
    said::{closes, focus_on, opens},
    word::Tone,
};
use crate::hooks::{focus, key_name, use_effect, use_signal};

/// What opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A panel of its content's width.
    #[default]
    Panel,
    /// A panel of a page's column.
    Wide,
    /// A list of choices, the first of which takes the focus.
    Menu,
}

impl Shape {
    const fn role(self) -> &'static str {
        match self {
            Self::Menu => "menu",
            Self::Panel | Self::Wide => "dialog",
        }
    }
}

/// The button (`face`) and what it opens (`children`), which is made only while it is open.
#[component]
pub fn Disclosure(
    /// Whether it is open.
    open: Signal<bool>,
    /// What the button shows.
    face: Element,
    /// The button's name, where its words are not enough.
    #[props(default)]
    name: Option<String>,
    /// The panel's name.
    label: String,
    #[props(default)] shape: Shape,
    /// Opens to the right of the button's left edge, not to the left of its right one.
    #[props(default)]
    leftward: bool,
    /// Classes of the button.
    #[props(into)]
    class: String,
    /// The keys that press the button, as `aria-keyshortcuts` names them.
    #[props(default)]
    keys: Option<&'static str>,
    #[props(default)] weight: Option<&'static str>,
    #[props(default)] state: Option<String>,
    #[props(default)] tone: Option<Tone>,
    children: Element,
) -> Element {
    let mut open = open;
    let mut trigger = use_signal(|| None::<Rc<MountedData>>);
    use_effect(move || {
        if open() {
            opens(open, trigger);
        } else if closes(open) {
            focus_on(trigger);
        }
    });
    let is_open = open();
    rsx! {
        div { class: "anchor", "data-sheet": shape != Shape::Menu,
            button {
                class,
                r#type: "button",
                "data-weight": weight,
                "data-shape": weight.map(|_| "square"),
                "data-state": state,
                "data-tone": tone.map(Tone::token),
                "aria-label": name,
                "aria-expanded": is_open,
                "aria-haspopup": shape.role(),
                "aria-keyshortcuts": keys,
                onmounted: move |event| trigger.set(Some(event.data())),
                onclick: move |_| open.set(!is_open),
                {face}
            }
            if is_open {
                button { class: "veil", r#type: "button", tabindex: "-1", "aria-hidden": "true", onclick: move |_| open.set(false) }
                div {
                    class: "panel",
                    role: shape.role(),
                    "data-role": shape.role(),
                    "data-size": (shape == Shape::Wide).then_some("wide"),
                    "data-side": leftward.then_some("left"),
                    "aria-label": label,
                    tabindex: "-1",
                    onmounted: move |event| {
                        if shape != Shape::Menu {
                            focus(&event.data());
                        }
                    },
                    onkeydown: move |event| {
                        if key_name(&event) == "Escape" {
                            event.stop_propagation();
                            open.set(false);
                        }
                    },
                    {children}
                }
            }
        }
    }
}

/// One of the page's tools: a button whose word is not shown where there is no room, and the panel behind it.
pub fn tool(
    open: Signal<bool>,
    glyph: Glyph,
    name: &'static str,
    keys: Option<&'static str>,
    inside: Element,
) -> Element {
    rsx! {
        Disclosure {
            open,
            class: "button",
            weight: "quiet",
            name: name.to_owned(),
            label: name,
            shape: Shape::Wide,
            leftward: true,
            keys,
            face: rsx! {
                {icon(glyph)}
                span { class: "tool-word", {name} }
            },
            {inside}
        }
    }
}
