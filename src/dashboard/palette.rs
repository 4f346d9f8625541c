//! The palette: all that can be gone to or done from a board, found by typing. Ctrl+K opens it wherever the focus is.

use dioxus::prelude::*;

use super::{
    Route,
    add_board::begin_board,
    add_widget::{CHOICES, add},
    arranging::Arranging,
    files::export,
};
use crate::{
    board::templates::{TEMPLATES, made_of},
    components::{
        disclosure::tool,
        icon::Glyph,
        said::{make_way, say_added},
    },
    config::KEYBOARD_PATH,
    hooks::{
        BoardHandle, IS_IN_A_BROWSER, focus, go_to, key_name, title_of, use_background_sync, use_boards,
        use_realtime_managers, use_search, use_signal,
    },
    protocol::{BoardId, WidgetId},
    words::{t, ta, tn, with},
};

/// So many are listed: who sees more of them types on.
const LISTED_LEN_MAX: usize = 9;

/// The key that opens it: whatever carries `aria-keyshortcuts` is pressed by that key.
const KEYS: &str = "Control+K";

/// What an entry does.
#[derive(Clone)]
enum Act {
    Open(BoardId),
    Look(WidgetId),
    /// A card of another board.
    Visit(BoardId, WidgetId, String),
    Add(usize),
    /// A new board, empty or from a template of this place.
    Begin(Option<usize>),
    /// This one as a file, by its name.
    Export(String),
    Arrange,
    Undo,
    Redo,
    Offline(bool),
    Synchronise,
}

/// One thing to do.
struct Entry {
    text: String,
    /// What kind of thing it is, or its keys.
    hint: &'static str,
    act: Act,
}

/// Its button in the header, and the list.
#[component]
pub fn Palette(board: BoardHandle, may_edit: bool) -> Element {
    let open = use_signal(|| false);
    tool(
        open,
        Glyph::Search,
        t("Find"),
        Some(KEYS),
        rsx! {
            Finder { board, may_edit, open }
        },
    )
}

#[component]
fn Finder(board: BoardHandle, may_edit: bool, open: Signal<bool>) -> Element {
    let mut open = open;
    let arranging = use_context::<Arranging>();
    let managers = use_realtime_managers();
    let works_offline = use_background_sync().works_offline();
    let boards = use_boards();
    let mut typed = use_signal(String::new);
    let mut at = use_signal(|| 0_usize);
    let mut list = entries(board, &boards.read(), may_edit, works_offline);
    let search = use_search(board.id(), typed);
    let words = lower(&typed.read());
    list.retain(|entry| is_found(entry, &words));
    if !words.is_empty() {
        let makes = |entry: &Entry| matches!(entry.act, Act::Add(_) | Act::Begin(_));
        let first = list.iter().position(makes).unwrap_or(list.len());
        for (place, (id, widget, text)) in (first..).zip(search.found()) {
            let act = Act::Visit(id, widget, text.clone());
            let hint = t("Card");
            list.insert(place, Entry { text, hint, act });
        }
    }
    list.truncate(LISTED_LEN_MAX);
    let chosen = at().min(list.len().saturating_sub(1));
    let act = use_callback(move |act: Act| {
        if !matches!(act, Act::Look(_)) {
            open.set(false);
        }
        match act {
            Act::Open(id) => _ = navigator().push(Route::of(id)),
            Act::Look(id) => {
                make_way(); // the focus goes there, and not back
                go_to(&["[data-widget='", id.as_str(), "'] .card-menu button"].concat());
            }
            Act::Visit(id, widget, title) => {
                say_added(&id, &widget, title); // its card takes the focus as soon as it is there
                navigator().push(Route::of(id));
            }
            Act::Add(kind) => add(board, &CHOICES[kind], "", ""),
            Act::Begin(from) => {
                let (name, text) = from.map_or(("New board", ""), |from| TEMPLATES[from]);
                begin_board(managers, t(name), made_of(text, t));
            }
            Act::Export(name) => export(&board.id(), &name),
            Act::Arrange => {
                if let Some(first) = board.summary().widgets.first() {
                    arranging.begin(first.id.clone());
                }
            }
            Act::Undo => managers.state.undo(),
            Act::Redo => managers.state.redo(),
            Act::Offline(offline) => managers.websocket.work_offline(offline),
            Act::Synchronise => managers.background.sync_now(),
        }
    });
    let wanted = list.get(chosen).map(|entry| entry.act.clone());
    let len = list.len();
    rsx! {
        form {
            class: "form palette",
            onsubmit: move |event| {
                event.prevent_default();
                if let Some(wanted) = wanted.clone() {
                    act(wanted);
                }
            },
            input {
                class: "input",
                r#type: "text",
                role: "combobox",
                autocomplete: "off",
                "aria-label": ta("A board, a card, or what to do"),
                "aria-expanded": "true",
                "aria-controls": "palette-list",
                "aria-activedescendant": (len > 0).then(|| ["palette-", &chosen.to_string()].concat()),
                placeholder: ta("A board, a card, or what to do"),
                maxlength: "80",
                value: "{typed}",
                onmounted: move |event| focus(&event.data()),
                oninput: move |event| {
                    typed.set(event.value());
                    at.set(0);
                },
                onkeydown: move |event| {
                    let next = match key_name(&event).as_str() {
                        "ArrowDown" => chosen + 1,
                        "ArrowUp" => chosen + len.max(1) - 1,
                        _ => return,
                    };
                    event.prevent_default();
                    at.set(next % len.max(1));
                },
            }
            div { id: "palette-list", class: "palette-list", role: "listbox", "aria-label": ta("Found"),
                for (place , entry) in list.into_iter().enumerate() {
                    div {
                        key: "{entry.hint}/{entry.text}/{place}",
                        id: "palette-{place}",
                        class: "menu-item",
                        role: "option",
                        "aria-selected": place == chosen,
                        onclick: move |_| act(entry.act.clone()),
                        span { class: "menu-item-text", {entry.text} }
                        span { class: "palette-hint", "data-hint": entry.hint, {entry.hint} }
                    }
                }
            }
            if len == 0 {
                p { class: "note-line", role: "status", {tn("Nothing of that name.")} }
            }
            if !words.is_empty() && search.is_unanswered() {
                p { class: "note-line", {tn("Without the server, of cards those on this board alone are found.")} }
            }
            a { class: "note-line", href: KEYBOARD_PATH, target: "_blank", {tn("Keys")} }
        }
    }
}

/// All there is: cards, other boards, and what can be done.
fn entries(board: BoardHandle, boards: &[(BoardId, String)], may_edit: bool, works_offline: bool) -> Vec<Entry> {
    let entry = |text: &str, hint, act| Entry {
        text: text.to_owned(),
        hint,
        act,
    };
    let here = board.id();
    let mut list = Vec::new();
    for (id, name) in boards {
        if *id != here {
            list.push(entry(name, t("Board"), Act::Open(id.clone())));
        } else if IS_IN_A_BROWSER {
            list.push(entry(t("Export board"), "", Act::Export(name.clone())));
        }
    }
    if may_edit {
        list.push(entry(t("Arrange"), "", Act::Arrange));
        list.push(entry(t("Undo"), "Ctrl Z", Act::Undo));
        list.push(entry(t("Redo"), "Ctrl Shift Z", Act::Redo));
    }
    // Before what makes something: who has pressed Enter too early has only looked at another card.
    for widget in board.summary().widgets {
        list.push(entry(&title_of(&here, &widget.id), t("Card"), Act::Look(widget.id)));
    }
    if may_edit {
        for (at, choice) in CHOICES.iter().enumerate() {
            list.push(entry(&with("Add: {}", &[t(choice.name)]), "", Act::Add(at)));
        }
        list.push(entry(t("New board"), "", Act::Begin(None)));
        for (at, (name, _)) in TEMPLATES.iter().enumerate() {
            list.push(entry(
                &with("New board: {}", &[t(name)]),
                t("Template"),
                Act::Begin(Some(at)),
            ));
        }
    }
    let (offline, online) = (t("Work offline"), t("Stop working offline"));
    let text = if works_offline { online } else { offline };
    list.push(entry(text, "", Act::Offline(!works_offline)));
    list.push(entry(t("Synchronise now"), "", Act::Synchronise));
    list
}

/// Whether each of the words typed is in it: what it is called, for nobody looks for all templates by a word that is part of a card's title.
fn is_found(entry: &Entry, words: &str) -> bool {
    let text = lower(&entry.text);
    words.split(' ').all(|word| text.contains(word))
}

/// As far as Western Europe's letters go: those of the rest of the world are a table of kilobytes.
pub fn lower(text: &str) -> String {
    let lower = |letter: char| match letter {
        'A'..='Z' | 'À'..='Þ' => char::from(letter as u8 + 32),
        other => other,
    };
    text.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_found_in_any_order_and_case() {
        let entry = Entry {
            text: "Engine room, Öl".to_owned(),
            hint: "Board",
            act: Act::Undo,
        };
        for typed in ["", "eng", "ROOM engine", "Öl", "öl", "ÖL", " engine  room "] {
            assert!(is_found(&entry, &lower(typed)), "{typed}");
        }
        assert!(!is_found(&entry, "engine deck") && !is_found(&entry, "board"));
    }
}
