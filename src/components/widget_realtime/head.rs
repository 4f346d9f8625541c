//! The head of the frame: title, what there is to say, and the menu.

use dioxus::prelude::*;

use super::freshness::Fresh;
use crate::{
    components::{
        disclosure::{Disclosure, Shape},
        icon::{Glyph, Icon},
        word::{Saying, Word},
    },
    hooks::RealtimeUpdates,
};

#[component]
pub(super) fn Head(
    live: RealtimeUpdates,
    fresh: ReadSignal<Fresh>,
    menu: Signal<bool>,
    title: String,
    conflicts: usize,
    on_remove: Option<Callback<String>>,
) -> Element {
    let mut menu = menu;
    let mut renaming = use_signal(|| false);
    let removed = title.clone();
    rsx! {
        header { class: "card-head",
            if renaming() {
                TitleEditor { title: title.clone(), on_done: move |name: Option<String>| {
                    renaming.set(false);
                    if let Some(name) = name {
                        live.edit("title", name);
                    }
                } }
            } else {
                h2 { class: "card-title", title: title.clone(), "{title}" }
            }
            if conflicts > 0 {
                a { class: "chip", href: "#conflicts", "data-tone": "act", "data-state": "conflict",
                    Icon { glyph: Word::Conflict.glyph() }
                    {Word::Conflict.text()}
                }
            }
            if let Some((word, more)) = fresh.read().word() {
                Saying { word, more }
            }
            div { class: "card-menu",
                Disclosure {
                    open: menu,
                    class: "button",
                    weight: "quiet",
                    name: format!("Menu of {title}"),
                    label: format!("Menu of {title}"),
                    shape: Shape::Menu,
                    face: rsx! { Icon { glyph: Glyph::Ellipsis } },
                    button {
                        class: "menu-item",
                        role: "menuitem",
                        r#type: "button",
                        onclick: move |_| {
                            menu.set(false);
                            renaming.set(true);
                        },
                        Icon { glyph: Glyph::Pencil }
                        "Rename"
                    }
                    button {
                        class: "menu-item",
                        "data-danger": "true",
                        role: "menuitem",
                        r#type: "button",
                        onclick: move |_| {
                            menu.set(false);
                            live.remove();
                            if let Some(report) = on_remove {
                                report(removed.clone());
                            }
                        },
                        Icon { glyph: Glyph::Trash }
                        "Remove"
                    }
                }
            }
        }
    }
}

/// The title in a box. Enter and leaving it keep what was typed, Escape does not.
#[component]
fn TitleEditor(title: String, on_done: Callback<Option<String>>) -> Element {
    let mut text = use_signal(|| title.clone());
    let mut is_done = use_signal(|| false);
    // Leaving the box follows on either key: only the first word counts.
    let mut finish = move |name: Option<String>| {
        if !is_done.replace(true) {
            on_done(name.filter(|name| !name.is_empty() && *name != title));
        }
    };
    let mut keep = finish.clone();
    rsx! {
        div { class: "card-title-edit",
            input {
                class: "input",
                r#type: "text",
                "aria-label": "Title",
                maxlength: "80",
                value: "{text}",
                onmounted: async move |event: MountedEvent| {
                    // Without focus it can still be clicked.
                    let _ = event.set_focus(true).await;
                },
                oninput: move |event| text.set(event.value()),
                onblur: move |_| keep(Some(text.read().trim().to_owned())),
                onkeydown: move |event| match event.key() {
                    Key::Enter => finish(Some(text.read().trim().to_owned())),
                    Key::Escape => finish(None),
                    _ => {}
                },
            }
        }
    }
}
