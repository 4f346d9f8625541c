//! The head of the frame: title, what there is to say, and the menu with its form.

use std::rc::Rc;

use dioxus::prelude::*;

use super::freshness::Fresh;
use crate::{
    board::kinds::SPANS,
    components::{
        disclosure::{Disclosure, Shape},
        edit_line::{as_typed, field_input, form_buttons, is_editable, read, text_in},
        format::value_text,
        icon::{Glyph, icon},
        people_here::list,
        said::make_way,
        word::{Word, saying},
    },
    hooks::{
        IS_IN_A_BROWSER, RealtimeUpdates, drafted, focus, forget_draft, keep_draft, key_name, table_path, use_drop,
        use_signal,
    },
    protocol::{self, Person, encode},
    words::{t, tn, with},
};

#[component]
pub(super) fn Head(
    live: RealtimeUpdates,
    fresh: Fresh,
    menu: Signal<bool>,
    title: String,
    settings: &'static [&'static str],
    conflicts: usize,
    people: Vec<Person>,
    on_arrange: Option<Callback>,
    on_copy: Option<Callback>,
    on_remove: Option<Callback<String>>,
) -> Element {
    let mut menu = menu;
    let mut is_setting_up = use_signal(|| false);
    // The menu's choices, for its keys: those there are.
    let mut items = use_signal(|| [const { None::<Rc<MountedData>> }; ITEMS_LEN]);
    let mut item = use_signal(|| 0);
    let has_server = !matches!(fresh, Fresh::Offline { .. });
    let table = (menu() && has_server && IS_IN_A_BROWSER).then(|| table_of(live, settings));
    let table = table.flatten();
    let has_table = table.is_some();
    let keys = move |event: KeyboardEvent| {
        let last = ITEMS_LEN - 1;
        let (from, step) = match key_name(&event).as_str() {
            "ArrowDown" => (item() + 1, 1),
            "ArrowUp" => (item() + last, last),
            "Home" => (0, 1),
            "End" => (last, last),
            _ => return,
        };
        event.prevent_default();
        // Some of them may not be there.
        let mut places = (0..ITEMS_LEN).map(|further| (from + further * step) % ITEMS_LEN);
        if let Some(next) = places.find(|place| items.peek()[*place].is_some() && (has_table || *place != TABLE_ITEM)) {
            item.set(next);
            items.peek()[next].iter().for_each(|item| focus(item));
        }
    };
    let removed = title.clone();
    let set_up = t(if settings.len() > 1 { "Set up" } else { "Rename" });
    rsx! {
        header { class: "card-head",
            h2 { class: "card-title", title: title.clone(), "{title}" }
            if conflicts > 0 {
                button { class: "chip", r#type: "button", "popovertarget": "conflicts", "data-tone": "act", "data-state": "conflict", onclick: |_| make_way(),
                    {icon(Word::Conflict.glyph())}
                    {Word::Conflict.text()}
                }
            }
            {list("dots", &live.board(), &people)}
            if let Some((word, more)) = fresh.word() {
                {saying(word, &more)}
            }
            div { class: "card-menu",
                Disclosure {
                    open: menu,
                    class: "button",
                    weight: "quiet",
                    name: with("Menu of {}", &[&title]),
                    label: with("Menu of {}", &[&title]),
                    shape: if is_setting_up() { Shape::Panel } else { Shape::Menu },
                    face: rsx! { {icon(Glyph::Ellipsis)} },
                    if is_setting_up() {
                        SetUp { live, settings, open: menu, is_setting_up }
                    } else {
                        div { role: "none", onkeydown: keys,
                            button {
                                class: "menu-item",
                                role: "menuitem",
                                r#type: "button",
                                onmounted: move |event| {
                                    focus(&event.data());
                                    items.write()[0] = Some(event.data());
                                    item.set(0);
                                },
                                onclick: move |_| is_setting_up.set(true),
                                {icon(Glyph::Pencil)}
                                {set_up}
                            }
                            if let Some(arrange) = on_arrange {
                                button {
                                    class: "menu-item",
                                    role: "menuitem",
                                    r#type: "button",
                                    onmounted: move |event| items.write()[1] = Some(event.data()),
                                    onclick: move |_| {
                                        menu.set(false);
                                        arrange(());
                                    },
                                    {icon(Glyph::Grid)}
                                    {tn("Arrange")}
                                }
                            }
                            if let Some(copy) = on_copy {
                                button {
                                    class: "menu-item",
                                    role: "menuitem",
                                    r#type: "button",
                                    onmounted: move |event| items.write()[2] = Some(event.data()),
                                    onclick: move |_| {
                                        copy(());
                                        menu.set(false);
                                    },
                                    {icon(Glyph::Copy)}
                                    {tn("Copy")}
                                }
                            }
                            if let Some(path) = table {
                                a {
                                    class: "menu-item",
                                    role: "menuitem",
                                    href: path,
                                    download: "",
                                    onmounted: move |event| items.write()[TABLE_ITEM] = Some(event.data()),
                                    onclick: move |_| menu.set(false),
                                    {icon(Glyph::Download)}
                                    {tn("Download CSV")}
                                }
                            }
                            button {
                                class: "menu-item",
                                "data-danger": "true",
                                role: "menuitem",
                                r#type: "button",
                                onmounted: move |event| items.write()[4] = Some(event.data()),
                                onclick: move |_| {
                                    menu.set(false);
                                    live.remove();
                                    if let Some(report) = on_remove {
                                        report(removed.clone());
                                    }
                                },
                                {icon(Glyph::Trash)}
                                {tn("Remove")}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where what the card's series have sent is had as a table: as long as its span, where it has one.
fn table_of(live: RealtimeUpdates, settings: &[&str]) -> Option<String> {
    let mut span = live.text("span");
    if span.is_empty() && settings.contains(&"span") {
        SPANS[0].clone_into(&mut span);
    }
    table_path(&live.series(), &span)
}

/// The menu's choices, with those that may not be there.
const ITEMS_LEN: usize = 5;
/// The one that comes and goes: it may be gone where it once was.
const TABLE_ITEM: usize = 3;

/// Settings of the widget in a form. What was changed becomes an edit each.
#[component]
fn SetUp(
    live: RealtimeUpdates,
    settings: &'static [&'static str],
    open: Signal<bool>,
    is_setting_up: Signal<bool>,
) -> Element {
    let (mut open, mut is_setting_up) = (open, is_setting_up);
    // However it closes, what opens next is the menu.
    use_drop(move || is_setting_up.set(false));
    let place = move |field: &str| live.place(&["=", field].concat());
    let close = use_callback(move |()| {
        settings.iter().for_each(|field| forget_draft(&place(field)));
        open.set(false);
    });
    let mut is_empty = use_signal(|| false);
    let now = move |field: &str| live.value(field).unwrap_or_default();
    // What its author has seen, also of what they typed before the form was closed beside it; and what was set anew under the form.
    let mut seen = use_signal(|| {
        let seen = settings.iter().map(|field| {
            let kept = drafted(&place(field)).and_then(|(base, _)| protocol::read(&base).ok());
            (*field, kept.unwrap_or_else(|| now(field)))
        });
        seen.collect::<Vec<_>>()
    });
    let mut news = use_signal(Vec::<&'static str>::new);
    let before = move |wanted: &str| {
        let seen = seen.peek();
        let found = seen.iter().find(|(field, _)| *field == wanted);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let fields = move || {
        let fields = settings.iter().copied();
        fields.filter(move |field| is_editable(field, &before(field)))
    };
    let keep = move |event: FormEvent| {
        for field in fields() {
            let (text, before) = (text_in(&event, field), before(field));
            if text == as_typed(&before) {
                forget_draft(&place(field));
            } else {
                keep_draft(&place(field), &encode(&before), &text);
            }
        }
    };
    let save = move |event: FormEvent| {
        event.prevent_default();
        let end = |field| read(field, text_in(&event, field).trim(), &before(field))?.as_f64();
        is_empty.set(end("min").zip(end("max")).is_some_and(|(min, max)| min >= max));
        if is_empty() {
            return;
        }
        let changed = fields().filter_map(|field| {
            let (text, before) = (text_in(&event, field), before(field));
            let is_given = !(before.is_null() && text.is_empty());
            let value = read(field, text.trim(), &before)?;
            (is_given && value != before && value != now(field)).then_some((field, value))
        });
        let changed: Vec<_> = changed.collect();
        // Whoever saves once more has seen what they write over.
        news.set(
            changed
                .iter()
                .map(|(field, _)| *field)
                .filter(|field| now(field) != before(field))
                .collect(),
        );
        if !news.peek().is_empty() {
            seen.set(settings.iter().map(|field| (*field, now(field))).collect());
            return;
        }
        for (field, value) in changed {
            live.edit(field, value);
        }
        close(());
    };
    rsx! {
        // No box hears anything by itself: so an event of any of them tells of all.
        form { class: "form", onsubmit: save, oninput: keep,
            for field in fields() {
                {field_input(field, field, &before(field), drafted(&place(field)).map(|(_, text)| text), [None; 2], field == "title")}
                if news.read().contains(&field) {
                    p { class: "note-line", role: "alert", "data-tone": "wait",
                        {with("Somebody has set “{}” meanwhile. Save again to set yours.", &[&value_text(&before(field))])}
                    }
                }
                if field == "max" && is_empty() {
                    p { class: "note-line", role: "alert", "data-tone": "act", {tn("Max has to be above min.")} }
                }
            }
            // As it is called in addresses.
            p { class: "note-line", {tn("For other programs:")} " " code { {["boards/", live.board().as_str(), "/widgets/", live.id().as_str()].concat()} } }
            {form_buttons(close)}
        }
    }
}
