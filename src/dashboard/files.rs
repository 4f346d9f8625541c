//! Boards and cards as files: what is copied, pasted, chosen and kept.

use dioxus::prelude::*;

use crate::{
    board::{BoardFile, FileWidget},
    components::{
        format::{count, excerpt},
        said::{card_of, say, say_added},
    },
    hooks::{BoardHandle, IS_IN_A_BROWSER, copy, fresh_name, read_chosen_file},
    protocol::{BoardId, FieldName, Kind, Value, WidgetId},
    sorted::SortedMap,
    state::BOARDS,
};

/// A widget to be made.
pub type Creation = (WidgetId, Kind, SortedMap<FieldName, Value>);

/// Puts a card where the person pastes from.
pub fn copy_card(board: &BoardId, widget: &WidgetId) {
    let boards = BOARDS.peek();
    let shown = boards.get(board).and_then(|view| view.shown.widget(widget));
    let file = shown.map(|widget| BoardFile::of_widget(widget)).unwrap_or_default();
    drop(boards); // what takes the selection is an event of its own
    let (said, state) = if copy(&file.to_text()) {
        let title = file.widgets.first().map_or("", title_of);
        let parts = ["“", title, "” is copied. “Add widget” on another board takes it."];
        (parts.concat(), "copied")
    } else {
        let said = "Nothing can be copied from here. Export the board instead, by its name above.";
        (said.to_owned(), "refused")
    };
    say(said, state, card_of(board, widget), None);
}

/// A board as a text to be kept.
pub fn exported(board: &BoardId, name: &str) -> String {
    let boards = BOARDS.peek();
    let file = boards.get(board).map(|view| BoardFile::of(&view.shown.board));
    let file = BoardFile {
        name: Some(name.to_owned()),
        ..file.unwrap_or_default()
    };
    file.to_text()
}

/// Puts what is in a file at the end of a board.
pub fn put_file(board: BoardHandle, file: BoardFile) {
    let said = match file.widgets.as_slice() {
        [one] => [title_of(one), " added"].concat(),
        all => count(all.len(), "widget") + " added",
    };
    let last = board.last_order();
    match creations(file.widgets, last) {
        Ok(creations) => {
            if let Some((first, ..)) = creations.first() {
                say_added(&board.id(), first, said);
            }
            for (id, kind, fields) in creations {
                board.create(id, kind, fields);
            }
        }
        Err(error) => say(error, "refused", String::new(), None),
    }
}

/// What makes the widgets of a file, the first of them at a place.
///
/// # Errors
/// When the device has no randomness to give, which is what they are named by.
pub fn creations(widgets: Vec<FileWidget>, first: Option<f64>) -> Result<Vec<Creation>, String> {
    let mut creations = Vec::with_capacity(widgets.len());
    for (at, FileWidget { kind, mut fields }) in widgets.into_iter().enumerate() {
        let id = fresh_name(kind.as_str()).map_err(|error| error.to_string())?;
        if let Some(first) = first {
            fields.insert("order".parse().expect("a plain name"), (first + at as f64).into());
        }
        creations.push((id, kind, fields));
    }
    Ok(creations)
}

/// What is in a file, in a line.
pub fn contents(file: &BoardFile) -> String {
    let titles: Vec<&str> = file.widgets.iter().map(title_of).collect();
    [
        &count(titles.len(), "widget"),
        ": ",
        &excerpt(&titles.join(", "), CONTENTS_CHARS_MAX),
    ]
    .concat()
}

fn title_of(widget: &FileWidget) -> &str {
    let mut fields = widget.fields.iter();
    let title = fields.find(|(name, _)| name.as_str() == "title");
    let title = title.and_then(|(_, title)| title.as_str());
    title.unwrap_or(widget.kind.as_str())
}

/// Where a file is given: chosen, where a browser has files to choose from, or as a text. `told` hears each.
pub fn file_box(label: &str, is_chosen: bool, told: Callback<String>) -> Element {
    rsx! {
        if is_chosen && IS_IN_A_BROWSER {
            label {
                "Board file"
                // Without a name, since it is no part of what the form is sent with.
                input { class: "input", r#type: "file", accept: ".json,application/json", onchange: move |_| read_chosen_file(told) }
            }
        }
        label {
            "{label}"
            textarea {
                class: "input json",
                rows: "2",
                spellcheck: "false",
                placeholder: "Paste it here",
                oninput: move |event| told(event.value()),
            }
        }
    }
}

/// Why what was given is none, beside the box that it was given to.
pub fn fault_line(fault: &str) -> Element {
    rsx! {
        p { class: "note-line", role: "alert", "data-tone": "act", "{fault}" }
    }
}

/// Titles that are told of a file, in characters.
const CONTENTS_CHARS_MAX: usize = 120;
