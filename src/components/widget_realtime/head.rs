//! The head of the frame: title, what there is to say, and the menu with its form.

use dioxus::prelude::*;

use super::freshness::Fresh;
use crate::{
    components::{
        disclosure::{Disclosure, MenuItem, Shape},
        edit_line::{FieldInput, FormButtons, read, typed},
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
    settings: &'static [&'static str],
    conflicts: usize,
    on_remove: Option<Callback<String>>,
) -> Element {
    let mut menu = menu;
    let mut is_setting_up = use_signal(|| false);
    use_effect(move || {
        if !menu() {
            is_setting_up.set(false);
        }
    });
    let removed = title.clone();
    let set_up = if settings.is_empty() { "Rename" } else { "Set up" };
    rsx! {
        header { class: "card-head",
            h2 { class: "card-title", title: title.clone(), "{title}" }
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
                    shape: if is_setting_up() { Shape::Panel } else { Shape::Menu },
                    face: rsx! { Icon { glyph: Glyph::Ellipsis } },
                    if is_setting_up() {
                        SetUp { live, settings, open: menu }
                    } else {
                        MenuItem { glyph: Glyph::Pencil, text: set_up, on_choose: move |()| is_setting_up.set(true) }
                        MenuItem {
                            glyph: Glyph::Trash,
                            text: "Remove",
                            is_dangerous: true,
                            on_choose: move |()| {
                                menu.set(false);
                                live.remove();
                                if let Some(report) = on_remove {
                                    report(removed.clone());
                                }
                            },
                        }
                    }
                }
            }
        }
    }
}

/// The title and the other settings of the widget in a form. What was changed becomes an edit each.
#[component]
fn SetUp(live: RealtimeUpdates, settings: &'static [&'static str], open: Signal<bool>) -> Element {
    let mut open = open;
    let before = move |field: &str| live.value(field).unwrap_or_default();
    let save = move |event: FormEvent| {
        event.prevent_default();
        for (field, text) in typed(&event) {
            let before = before(&field);
            let is_given = !(before.is_null() && text.is_empty());
            if let Some(value) = read(&field, text.trim(), &before).filter(|value| is_given && *value != before) {
                live.edit(&field, value);
            }
        }
        open.set(false);
    };
    rsx! {
        form { class: "form", onsubmit: save,
            FieldInput { live, label: "title", field: "title", value: before("title"), takes_focus: true }
            for field in settings.iter().copied() {
                FieldInput { key: "{field}", live, label: field, field, value: before(field) }
            }
            FormButtons { on_cancel: move |()| open.set(false) }
        }
    }
}
