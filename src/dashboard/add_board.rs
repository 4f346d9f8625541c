//! A new board: empty, from a template, or from a file.

use dioxus::prelude::*;

use super::{
    Route,
    files::{contents, creations, fault_line, file_box},
};
use crate::{
    board::{BoardFile, FileError, kinds, templates::TEMPLATES},
    components::{
        edit_line::text_in,
        icon::{Glyph, icon},
        said::say,
    },
    hooks::{RealtimeManagers, fresh_name, use_realtime_managers},
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
    let told = use_callback(move |told| text.set(told));
    let start = start(at(), &text.read());
    let called = match &start {
        Some(Ok(file)) => file.name.clone(),
        _ => None,
    };
    let add = move |event: FormEvent| {
        event.prevent_default();
        let Some(Ok(file)) = self::start(*at.peek(), &text.peek()) else {
            return; // what is wrong stands beside the box
        };
        let typed = text_in(&event, "name");
        let name = match (typed.trim(), &file.name) {
            ("", Some(name)) => name.clone(),
            (typed, _) => typed.to_owned(),
        };
        match create_board(managers, &name, file) {
            Ok(id) => {
                open.set(false);
                navigator.push(Route::Board { id });
            }
            Err(reason) => say(reason, "refused", String::new(), None),
        }
    };
    let is_file = at() > TEMPLATES.len();
    rsx! {
        section { "aria-label": "New board",
            form { class: "form", onsubmit: add,
                label {
                    "New board"
                    input {
                        class: "input",
                        name: "name",
                        r#type: "text",
                        maxlength: "80",
                        pattern: ".*\\S.*",
                        required: called.is_none(),
                        placeholder: called,
                    }
                }
                label {
                    "Start with"
                    select { class: "input", onchange: move |event| at.set(place_of(&event.value())),
                        for name in [EMPTY].into_iter().chain(TEMPLATES.map(|(name, _)| name)).chain([FILE]) {
                            option { key: "{name}", value: name, "{name}" }
                        }
                    }
                }
                if is_file {
                    {file_box("Or its text", true, told)}
                }
                match &start {
                    Some(Err(error)) => fault_line(&error.to_string()),
                    Some(Ok(file)) if at() > 0 => rsx! { p { class: "note-line", role: "status", {contents(file)} } },
                    _ => VNode::empty(),
                }
                div { class: "row", button { class: "button", r#type: "submit", {icon(Glyph::Plus)} "Add board" } }
            }
        }
    }
}

const EMPTY: &str = "Empty";
const FILE: &str = "A file";

/// Where a choice of the list stands.
fn place_of(chosen: &str) -> usize {
    let template = TEMPLATES.iter().position(|(name, _)| *name == chosen);
    match template {
        Some(at) => at + 1,
        None if chosen == FILE => TEMPLATES.len() + 1,
        None => 0,
    }
}

/// What a board starts with, by the place of the choice; `None` as long as no file was given.
fn start(at: usize, given: &str) -> Option<Result<BoardFile, FileError>> {
    match at.checked_sub(1) {
        None => Some(Ok(BoardFile::default())),
        Some(template) if template < TEMPLATES.len() => Some(BoardFile::read(TEMPLATES[template].1)),
        Some(_) => (!given.trim().is_empty()).then(|| BoardFile::read(given)),
    }
}

/// Makes a board, what is on it, and its entry in the directory. Each operation is whole: should one of them be refused, the others
/// still make sense. The entry is the last, so that one undo takes the board off the list.
fn create_board(managers: RealtimeManagers, name: &str, file: BoardFile) -> Result<BoardId, String> {
    let entry = fresh_name(&slug(name)).map_err(|error| error.to_string())?;
    let widgets = creations(file.widgets, Some(1.0))?;
    let id: BoardId = entry.as_str().parse().expect("a widget's name is a board's name");
    let kind: Kind = kinds::BOARD.parse().expect("a plain name");
    let fields = || SortedMap::from([(name_field(), Value::from(name))]);
    let state = managers.state;
    state.create(id.clone(), WidgetId::birth(), kind.clone(), fields());
    for (widget, kind, fields) in widgets {
        state.create(id.clone(), widget, kind, fields);
    }
    state.create(BoardId::directory(), entry, kind, fields());
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

    #[test]
    fn every_choice_of_the_list_starts_with_what_it_says() {
        let called = |chosen: &str| match start(place_of(chosen), "") {
            Some(Ok(file)) => Some((file.name, file.widgets.len())),
            _ => None,
        };
        assert_eq!(called(EMPTY), Some((None, 0)));
        for (name, _) in TEMPLATES {
            let (found, len) = called(name).expect("a board");
            assert_eq!(found.as_deref(), Some(name));
            assert!(len > 0);
        }
        assert_eq!(called(FILE), None, "none was given");
        assert!(matches!(
            start(place_of(FILE), "{"),
            Some(Err(FileError::NotJson { .. }))
        ));
    }
}
