//! Boards and cards as files: what is copied, pasted, chosen and kept.

use dioxus::prelude::*;

use super::add_board::slug;
use crate::{
    board::{BoardFile, FileError, FileWidget},
    components::said::{card_of, say, say_added},
    hooks::{BoardHandle, NoRandomness, copy, fresh_name, save, title_of},
    protocol::{BoardId, FieldName, Kind, Value, WidgetId},
    sorted::SortedMap,
    state::BOARDS,
    words::{count, sentence, t, with},
};

/// Makes a widget.
type Create<'a> = &'a dyn Fn(WidgetId, Kind, SortedMap<FieldName, Value>);

/// Puts a card where the person pastes from.
pub fn copy_card(board: &BoardId, widget: &WidgetId) {
    let boards = BOARDS.peek();
    let shown = boards.get(board).and_then(|view| view.shown.widget(widget));
    let text = shown.map(|widget| BoardFile::of_widget(widget).to_text());
    drop(boards); // what takes the selection is an event of its own
    let (said, state) = if copy(&text.unwrap_or_default()) {
        let said = "“{}” copied. Paste it on any board with Ctrl+V, or in “Add widget”.";
        (with(said, &[&title_of(board, widget)]), "copied")
    } else {
        let said = t("Nothing can be copied from here. Export the board instead, by its name above.");
        (said.to_owned(), "refused")
    };
    say(said, state, card_of(board, widget), None);
}

/// A board as a text to be kept.
pub fn exported(board: &BoardId, name: &str) -> String {
    let boards = BOARDS.peek();
    let file = boards.get(board).map(|view| BoardFile::of(&view.shown.board));
    let mut file = file.unwrap_or_default();
    file.name = Some(name.to_owned());
    file.to_text()
}

/// Gives a board to the person as a file.
pub fn export(board: &BoardId, name: &str) {
    save(&[&slug(name), ".board.json"].concat(), &exported(board, name));
}

/// Puts what a text holds at the end of a board; why it is no board file is said.
pub fn put_text(board: BoardHandle, text: &str) {
    match BoardFile::read(text) {
        Ok(file) => put_file(board, file),
        Err(error) => say(sentence(&error.to_string()), "refused", String::new(), None),
    }
}

/// Puts what is in a file at the end of a board.
pub fn put_file(board: BoardHandle, file: BoardFile) {
    let said = count(file.widgets.len(), "{} widget added", "{} widgets added");
    let create: Create<'_> = &|id, kind, fields| board.create(id, kind, fields);
    match create_all(file.widgets, board.last_order(), create) {
        Ok(Some(first)) => say_added(&board.id(), &first, said),
        Ok(None) => {}
        Err(error) => say(sentence(&error.to_string()), "refused", String::new(), None),
    }
}

/// Makes the widgets of a file, the first of them at a place; gives the name of that.
///
/// # Errors
/// When the device has no randomness to give, by which they are named.
pub fn create_all(
    widgets: Vec<FileWidget>,
    place: Option<f64>,
    create: Create<'_>,
) -> Result<Option<WidgetId>, NoRandomness> {
    let (mut first, mut place) = (None, place);
    for FileWidget { kind, mut fields } in widgets {
        let id = fresh_name(kind.as_str())?;
        if let Some(place) = &mut place {
            fields.insert(FieldName::named("order"), Value::from(*place));
            *place += 1.0;
        }
        first.get_or_insert_with(|| id.clone());
        create(id, kind, fields);
    }
    Ok(first)
}

/// Reads what was given, where a card is expected or a board; why it is none is what `fault` holds from then on.
pub fn read_given(text: &str, is_card: bool, fault: Signal<String>) -> Option<BoardFile> {
    let mut fault = fault;
    let said = match BoardFile::read(text) {
        Ok(file) if !file.widgets.is_empty() => {
            fault.set(String::new());
            return Some(file);
        }
        Err(FileError::NotJson { .. } | FileError::NotABoard) if is_card && !text.trim().is_empty() => {
            t("This is not a copied card. Choose “Copy” in a card’s menu, and paste it here as it is.").to_owned()
        }
        Err(error) if !text.trim().is_empty() => sentence(&error.to_string()),
        _ => t("There are no widgets in it.").to_owned(),
    };
    fault.set(said);
    None
}

/// What is wrong, beside the box that it was given to.
pub fn fault_line(fault: Signal<String>) -> Element {
    let fault = fault.read();
    if fault.is_empty() {
        return VNode::empty();
    }
    rsx! {
        p { class: "note-line", role: "alert", "data-tone": "act", "{fault}" }
    }
}
