//! The board's name in the header, and behind it the list of boards: open, add, rename, remove.

use dioxus::prelude::*;
use serde_json::json;

use super::{Route, share::use_share_section};
use crate::{
    board::kinds,
    components::{
        disclosure::{Disclosure, Shape},
        edit_line::{field_input, text_in},
        icon::{Glyph, icon},
        said::{lead_back, say, say_removed},
    },
    hooks::{RealtimeManagers, fresh_name, use_boards, use_realtime_managers},
    protocol::{BoardId, FieldName, Kind, Value, WidgetId},
    sorted::SortedMap,
};

/// The name of the board that is open; a click lists them all.
pub fn use_board_switcher(id: ReadSignal<BoardId>, name: ReadSignal<String>) -> Element {
    let open = use_signal(|| false);
    rsx! {
        h1 { class: "unseen", "{name}" }
        Disclosure {
            open,
            class: "board-name",
            name: format!("Board: {name}"),
            label: "Boards",
            shape: Shape::Wide,
            leftward: true,
            face: rsx! {
                span { class: "board-name-text", "{name}" }
                {icon(Glyph::ChevronDown)}
            },
            BoardList { id, name, open }
        }
    }
}

#[component]
fn BoardList(id: ReadSignal<BoardId>, name: ReadSignal<String>, open: Signal<bool>) -> Element {
    let mut open = open;
    let boards = use_boards();
    let list = boards.read();
    let share = use_share_section();
    let (add_board, this_board) = (use_add_board(open), use_this_board(id, name, open));
    rsx! {
        section { "aria-label": "Boards",
            h2 { "Boards" }
            ul {
                for (board, name) in list.iter().cloned() {
                    li { key: "{board}",
                        Link {
                            class: "menu-item",
                            to: if board == BoardId::first() { Route::Home {} } else { Route::Board { id: board.clone() } },
                            "aria-current": if board == *id.read() { "page" },
                            onclick: move |_| open.set(false),
                            span { class: "menu-item-text", "{name}" }
                            if board == *id.read() {
                                {icon(Glyph::Check)}
                            }
                        }
                    }
                }
            }
            if list.is_empty() {
                p { class: "note-line", "The list has not arrived yet." }
            }
        }
        {share}
        {add_board}
        {this_board}
    }
}

fn use_add_board(open: Signal<bool>) -> Element {
    let mut open = open;
    let managers = use_realtime_managers();
    let navigator = use_navigator();
    let add = move |event: FormEvent| {
        event.prevent_default();
        match create_board(managers, text_in(&event, "name").trim()) {
            Ok(id) => {
                open.set(false);
                navigator.push(Route::Board { id });
            }
            Err(reason) => say(reason, "refused", String::new(), None),
        }
    };
    rsx! {
        section { "aria-label": "New board",
            form { class: "form", onsubmit: add,
                {field_input("New board", "name", &Value::Null, [None; 2], false)}
                div { class: "row", button { class: "button", r#type: "submit", {icon(Glyph::Plus)} "Add board" } }
            }
        }
    }
}

/// Makes a board and its entry in the directory. Two operations, each whole: should one of them be refused, the other
/// still makes sense.
fn create_board(managers: RealtimeManagers, name: &str) -> Result<BoardId, String> {
    let entry = fresh_name(&slug(name)).map_err(|error| error.to_string())?;
    let id: BoardId = entry.as_str().parse().expect("a widget's name is a board's name");
    let kind: Kind = kinds::BOARD.parse().expect("a plain name");
    let fields = || SortedMap::from([(name_field(), Value::from(name))]);
    managers
        .state
        .create(id.clone(), WidgetId::birth(), kind.clone(), fields());
    managers.state.create(BoardId::directory(), entry, kind, fields());
    Ok(id)
}

/// A name as part of an address: plain lower-case letters and digits with dashes between.
fn slug(name: &str) -> String {
    let words = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    if slug.is_empty() { "board".to_owned() } else { slug }
}

fn name_field() -> FieldName {
    "name".parse().expect("a plain name")
}

/// Renames or removes the board that is open.
fn use_this_board(id: ReadSignal<BoardId>, name: ReadSignal<String>, open: Signal<bool>) -> Element {
    let mut open = open;
    let managers = use_realtime_managers();
    let navigator = use_navigator();
    let boards = use_boards();
    let is_listed = boards.read().iter().any(|(board, _)| *board == *id.read());
    let rename = move |event: FormEvent| {
        event.prevent_default();
        let name_now = text_in(&event, "name");
        let wanted = name_now.trim();
        if wanted != *name.read() {
            managers
                .state
                .edit(BoardId::directory(), id.read().entry(), name_field(), json!(wanted));
            managers
                .state
                .edit(id.cloned(), WidgetId::birth(), name_field(), json!(wanted));
        }
        open.set(false);
    };
    let remove = move |_| {
        let widget = id.read().entry();
        managers.state.remove(BoardId::directory(), widget.clone());
        say_removed(BoardId::directory(), widget, &name.read());
        lead_back(go_back);
        open.set(false);
        navigator.push(Route::Home {});
    };
    if !is_listed {
        return rsx! {};
    }
    rsx! {
        section { "aria-label": "This board",
            form { class: "form", onsubmit: rename,
                {field_input("This board’s name", "name", &json!(&*name.read()), [None; 2], false)}
                div { class: "row", "data-fit": "between",
                    button { class: "button", r#type: "submit", "Rename" }
                    button { class: "button", "data-weight": "quiet", "data-danger": "true", r#type: "button", onclick: remove, {icon(Glyph::Trash)} "Remove board" }
                }
            }
        }
    }
}

/// Opens a board that has come back.
fn go_back(entry: &WidgetId) {
    if let Ok(id) = entry.as_str().parse() {
        navigator().push(Route::Board { id });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boards_address_begins_with_its_name() {
        assert_eq!(slug("Engine room, aft"), "engine-room-aft");
        assert_eq!(slug("Küche"), "k-che");
        assert_eq!(slug("船"), "board");
    }
}
