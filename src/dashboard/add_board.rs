//! A new board: empty, from a template, or from a file.

use dioxus::prelude::*;

use super::{
    Route,
    files::{create_all, fault_line, read_given},
};
use crate::{
    board::{
        BoardFile, kinds,
        templates::{TEMPLATES, made_of},
    },
    components::{
        edit_line::text_in,
        icon::{Glyph, icon},
        said::say,
    },
    hooks::{
        IS_IN_A_BROWSER, NoRandomness, RealtimeManagers, fresh_name, take_chosen_file, use_realtime_managers,
        use_signal,
    },
    protocol::{BoardId, FieldName, Kind, Value, WidgetId},
    sorted::SortedMap,
    words::{sentence, t, ta, tn},
};

/// The form in the list of boards. A part of the component that calls it.
pub fn use_add_board(open: Signal<bool>) -> Element {
    let mut open = open;
    let managers = use_realtime_managers();
    let mut fault = use_signal(String::new);
    let add = move |event: FormEvent| {
        event.prevent_default();
        let (start, typed) = (text_in(&event, "start"), text_in(&event, "name"));
        let file = match TEMPLATES.iter().find(|(name, _)| *name == start) {
            Some((_, text)) => Some(made_of(text, t)),
            None if start == FILE => read_given(&text_in(&event, "file"), false, fault),
            None => Some(BoardFile::default()),
        };
        let Some(file) = file else { return };
        let name = match typed.trim() {
            "" => file.name.clone().unwrap_or_default(),
            typed => typed.to_owned(),
        };
        if name.is_empty() {
            return fault.set(t("It needs a name.").to_owned());
        }
        open.set(false);
        begin_board(managers, &name, file);
    };
    rsx! {
        section { "aria-label": ta("New board"),
            form { class: "form", onsubmit: add,
                label {
                    {tn("New board")}
                    // Without one it is called as what it starts with.
                    input { class: "input", name: "name", r#type: "text", maxlength: "80" }
                }
                label {
                    {tn("Start with")}
                    select { class: "input", name: "start",
                        option { value: "", {tn("Empty")} }
                        for (name, _) in TEMPLATES {
                            option { key: "{name}", value: name, {tn(name)} }
                        }
                        option { value: FILE, {tn("A file")} }
                    }
                }
                // Shown by the stylesheet, as long as that is chosen.
                if IS_IN_A_BROWSER {
                    label { class: "from-file",
                        {tn("Board file")}
                        // Without a name, since the form is sent with its text, which comes into the box.
                        input { class: "input", r#type: "file", accept: ".json,application/json", onchange: |_| take_chosen_file() }
                    }
                }
                label { class: "from-file",
                    {tn("Its text")}
                    textarea { class: "input", name: "file", rows: "3", spellcheck: "false", placeholder: ta("Choose a file, or paste it here") }
                }
                // Together, and in sight, however long the form gets by what is said.
                div { class: "form-foot",
                    {fault_line(fault)}
                    div { class: "row", button { class: "button", r#type: "submit", {icon(Glyph::Plus)} {tn("Add board")} } }
                }
            }
        }
    }
}

/// The value of the choice that has a box for its text; the templates have their names.
const FILE: &str = "file";

/// Makes a board and goes there.
pub fn begin_board(managers: RealtimeManagers, name: &str, file: BoardFile) {
    match create_board(managers, name, file) {
        Ok(id) => _ = navigator().push(Route::Board { id }),
        Err(error) => say(sentence(&error.to_string()), "refused", String::new(), None),
    }
}

/// Makes a board, what is on it, and its entry in the directory. Each operation is whole: should one of them be refused, the others
/// still make sense. The entry is the last, so that one undo takes the board off the list.
fn create_board(managers: RealtimeManagers, name: &str, file: BoardFile) -> Result<BoardId, NoRandomness> {
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
