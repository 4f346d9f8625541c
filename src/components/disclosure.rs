//! A button and what opens below it: a panel, a menu, or on a phone a sheet from below. Never a modal: the page goes
//! on behind it, and Escape or a click beside it closes it. However it closes, the focus goes back to the button.

use std::rc::Rc;

use dioxus::prelude::*;

use super::{
    icon::{Glyph, Icon},
    word::Tone,
};

/// What opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A panel of its content's width.
    #[default]
    Panel,
    /// A panel of a page's column.
    Wide,
    /// A list of choices: [`MenuItem`]s.
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

/// Gives an element the focus, where it can have it.
pub fn focus(element: &MountedData) {
    let focused = element.set_focus(true);
    spawn(async move {
        // What can't be focused can still be clicked, and read.
        let _ = focused.await;
    });
}

/// The choices of the menu that is open, for its keys.
#[derive(Clone, Copy)]
struct Items(CopyValue<Vec<Rc<MountedData>>>);

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
    #[props(default)] weight: Option<&'static str>,
    #[props(default)] state: Option<String>,
    #[props(default)] tone: Option<Tone>,
    children: Element,
) -> Element {
    let mut open = open;
    let mut trigger = use_signal(|| None::<Rc<MountedData>>);
    let Items(items) = use_context_provider(|| Items(CopyValue::new(Vec::new())));
    let mut at = use_signal(|| 0_usize);
    let mut was_open = use_hook(|| CopyValue::new(false));
    use_effect(move || {
        let is_open = open();
        if was_open.replace(is_open)
            && !is_open
            && let Some(trigger) = trigger.peek().as_ref()
        {
            focus(trigger);
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
                onmounted: move |event| trigger.set(Some(event.data())),
                onclick: move |_| {
                    at.set(0);
                    open.set(!is_open);
                },
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
                        // Of a menu its first choice has the focus.
                        if shape != Shape::Menu {
                            focus(&event.data());
                        }
                    },
                    onkeydown: move |event| {
                        let items = items.read();
                        let last = items.len().saturating_sub(1);
                        let next = match event.key() {
                            Key::Escape => {
                                event.stop_propagation();
                                return open.set(false);
                            }
                            Key::ArrowDown if at() < last => at() + 1,
                            Key::ArrowUp if at() > 0 => at() - 1,
                            Key::ArrowDown | Key::Home => 0,
                            Key::ArrowUp | Key::End => last,
                            _ => return,
                        };
                        // Without choices these keys are those of a box of text.
                        if let Some(item) = items.get(next) {
                            event.prevent_default();
                            at.set(next);
                            focus(item);
                        }
                    },
                    {children}
                }
            }
        }
    }
}

/// A choice of a menu.
#[component]
pub fn MenuItem(
    glyph: Glyph,
    text: &'static str,
    /// Takes something away.
    #[props(default)]
    is_dangerous: bool,
    on_choose: Callback<()>,
) -> Element {
    let Items(mut items) = use_context();
    use_drop(move || items.write().clear());
    rsx! {
        button {
            class: "menu-item",
            "data-danger": is_dangerous,
            role: "menuitem",
            r#type: "button",
            onmounted: move |event| {
                if items.read().is_empty() {
                    focus(&event.data());
                }
                items.write().push(event.data());
            },
            onclick: move |_| on_choose(()),
            Icon { glyph }
            "{text}"
        }
    }
}
