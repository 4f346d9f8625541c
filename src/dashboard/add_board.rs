//! A new board: empty, from a template, or from a file.

use dioxus::prelude::*;

use super::{
    Route,
    files::{create_all, fault_line, file_box, read_given},
};
use crate::{
    board::{BoardFile, kinds, templates::TEMPLATES},
    components::{
        edit_line::text_in,
        icon::{Glyph, icon},
        said::say,
    },
    hooks::{NoRandomness, RealtimeManagers, fresh_name, use_realtime_managers},
    protocol::{BoardId, FieldName, Kind, Value, WidgetId},
    sorted::SortedMap,
};

/// The form in the list of boards. A part of the component that calls it.
pub fn use_add_board(open: Signal<bool>) -> Element {
    let mut open = open;
    let managers = use_realtime_managers();
    let navigator = use_navigator();
    let mut at = use_signal(|| 0_usize);
    let mut text = use_signal(String::new);
    let fault = use_signal(String::new);
    let told = use_callback(move |given: String| {
        read_given(&given, fault);
        text.set(given);
    });
    let add = move |event: FormEvent| {
        event.prevent_default();
        let file = match *at.peek() {
            0 => Some(BoardFile::default()),
            FILE => read_given(&text.peek(), fault),
            template => BoardFile::read(TEMPLATES[template - 1].1).ok(),
        };
        let Some(file) = file else { return };
        match create_board(managers, text_in(&event, "name").trim(), file) {
            Ok(id) => {
                open.set(false);
                navigator.push(Route::Board { id });
            }
            Err(error) => say(error.to_string(), "refused", String::new(), None),
        }
    };
    let is_file = at() == FILE;
    rsx! {
        section { "aria-label": "New board",
            form { class: "form", onsubmit: add,
                label {
                    "New board"
                    // What it starts with has a name.
                    input { class: "input", name: "name", r#type: "text", maxlength: "80", pattern: ".*\\S.*", required: at() == 0 }
                }
                label {
                    "Start with"
                    select { class: "input", onchange: move |event| at.set(CHOICES.iter().position(|name| *name == event.value()).unwrap_or(0)),
                        for name in CHOICES {
                            option { key: "{name}", value: name, "{name}" }
                        }
                    }
                }
                if is_file {
                    {file_box("Or its text", true, told)}
                    {fault_line(fault)}
                    if fault.read().is_empty() && !text.read().is_empty() {
                        p { class: "note-line", role: "status", "This is a board file." }
                    }
                }
                div { class: "row", button { class: "button", r#type: "submit", {icon(Glyph::Plus)} "Add board" } }
            }
        }
    }
}

/// What a board may start with, in the order of the list: the templates stand as they do in theirs.
const CHOICES: [&str; FILE + 1] = [
    "Empty",
    TEMPLATES[0].0,
    TEMPLATES[1].0,
    TEMPLATES[2].0,
    TEMPLATES[3].0,
    "A file",
];
/// The last of them.
const FILE: usize = TEMPLATES.len() + 1;

/// Makes a board, what is on it, and its entry in the directory. Each operation is whole: should one of them be refused, the others
/// still make sense. The entry is the last, so that one undo takes the board off the list.
fn create_board(managers: RealtimeManagers, typed: &str, file: BoardFile) -> Result<BoardId, NoRandomness> {
    let own = file.name.as_deref().unwrap_or("Board");
    let name = if typed.is_empty() { own } else { typed };
    let entry = fresh_name(&slug(name))?;
    let id: BoardId = entry.as_str().parse().expect("a widget's name is a board's name");
    let state = managers.state;
    let make = |board: BoardId, widget| {
        let fields = SortedMap::from([(name_field(), Value::from(name))]);
        state.create(board, widget, Kind::named(kinds::BOARD), fields);
    };
    make(id.clone(), WidgetId::birth());
    create_all(file.widgets, Some(1.0), &|widget, kind, fields| {
        state.create(id.clone(), widget, kind, fields);
    })?;
    make(BoardId::directory(), entry);
    Ok(id)
}

/// A name as part of an address: plain lower-case letters and digits with dashes between.
pub fn slug(name: &str) -> String {
    let words = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    if slug.is_empty() { "board".to_owned() } else { slug }
}

/// The field that a board's name is in.
pub fn name_field() -> FieldName {
    "name".parse().expect("a plain name")
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
